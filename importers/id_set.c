/* SPDX-License-Identifier: Apache-2.0 */
#include "importers/id_set.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

void id_set_init(struct id_set *s) {
    if (getrandom(&s->seed, sizeof s->seed, 0) != sizeof s->seed)
        s->seed = (uint64_t)time(NULL);
}

void id_set_free(struct id_set *s) {
    free(s->entry);
    free(s->reference);
    free(s->slot);
    arena_free(&s->texts);
    *s = (struct id_set){0};
}

/* Both halves of a 128-bit product, folded. */
static uint64_t fold(uint64_t a, uint64_t b) {
    unsigned __int128 product = (unsigned __int128)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

uint64_t id_hash(uint64_t seed, const char *s, size_t len) {
    uint64_t h = seed ^ len;
    for (; len > 0;) {
        uint64_t word = 0;
        size_t n = len < 8 ? len : 8;
        memcpy(&word, s, n);
        h = fold(h ^ 0x9e3779b97f4a7c15u, word ^ seed ^ 0xd6e8feb86659fd93u);
        s += n;
        len -= n;
    }
    return fold(h ^ 0xa0761d6478bd642fu, seed | 1);
}

static size_t slot_of(const struct id_set *s, struct slice id) {
    size_t at = id_hash(s->seed, id.at, id.len) & (s->slots - 1);
    while (s->slot[at] != 0 && !slice_is(id, s->entry[s->slot[at] - 1].id))
        at = (at + 1) & (s->slots - 1);
    return at;
}

static void rehash(struct id_set *s) {
    s->slots = s->slots ? s->slots * 2 : 1024;
    free(s->slot);
    s->slot = xcalloc(s->slots, sizeof *s->slot);
    for (size_t i = 0; i < s->count; i++)
        s->slot[slot_of(s, slice_of(s->entry[i].id))] = (uint32_t)i + 1;
}

uint32_t id_set_entry(struct id_set *s, struct slice id) {
    if (2 * (s->count + 1) > s->slots)
        rehash(s);
    size_t at = slot_of(s, id);
    if (s->slot[at] != 0)
        return s->slot[at] - 1;
    s->entry = xgrow(s->entry, &s->capacity, s->count, sizeof *s->entry);
    s->entry[s->count] = (struct id_entry){.id = arena_strndup(&s->texts, id.at, id.len),
                                           .references = NO_REFERENCE};
    s->slot[at] = (uint32_t)++s->count;
    return (uint32_t)s->count - 1;
}

struct id_entry *id_set_find(const struct id_set *s, struct slice id) {
    uint32_t found = s->slots ? s->slot[slot_of(s, id)] : 0;
    return found ? &s->entry[found - 1] : NULL;
}

void id_set_refer(struct id_set *s, uint32_t from, struct slice to, enum column column) {
    uint32_t target = id_set_entry(s, to);
    s->reference = xgrow(s->reference, &s->reference_capacity, s->reference_count,
                         sizeof *s->reference);
    s->reference[s->reference_count] =
        (struct id_reference){from, s->entry[target].references, column};
    s->entry[target].references = (uint32_t)s->reference_count++;
}
