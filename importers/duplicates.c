/* SPDX-License-Identifier: Apache-2.0 */
#include "importers/duplicates.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "data/mem.h"
#include "importers/row.h"

#define NEAR_M 500.0
#define LOOK_BACK 64

void duplicates_free(struct duplicates *d) {
    free(d->row);
    free(d->slot);
    *d = (struct duplicates){0};
}

static uint64_t hash_folded(uint64_t h, const char *s) {
    for (; *s != '\0'; s++) {
        unsigned char c = (unsigned char)(*s >= 'A' && *s <= 'Z' ? *s + 32 : *s);
        h = (h ^ c) * 0x100000001b3u;
    }
    return (h ^ 0xff) * 0x100000001b3u;
}

static uint64_t name_of(const struct flat *flat) {
    uint64_t h = hash_folded(0xcbf29ce484222325u, flat->cell[COL_ORGANIZATION]);
    h = hash_folded(h, flat->cell[COL_SERVICE]);
    return h ^ h >> 29;
}

static void need_bits(const struct flat *flat, uint64_t bits[DUPLICATE_NEED_WORDS]) {
    struct slice rest = slice_of(flat->cell[COL_NEEDS]), code;
    while (slice_next(&rest, ';', &code)) {
        int term = vocabulary_find(VOC_NEED, code.at, code.len);
        if (term >= 0 && term < 64 * DUPLICATE_NEED_WORDS)
            bits[term / 64] |= UINT64_C(1) << term % 64;
    }
}

static bool share_need(const struct duplicate_row *a, const struct duplicate_row *b) {
    uint64_t common = 0;
    for (int i = 0; i < DUPLICATE_NEED_WORDS; i++)
        common |= a->needs[i] & b->needs[i];
    return common != 0;
}

static void rehash(struct duplicates *d) {
    d->slots = d->slots ? d->slots * 2 : 1024;
    free(d->slot);
    d->slot = xcalloc(d->slots, sizeof *d->slot);
    for (size_t i = 0; i < d->count; i++) {
        uint32_t *slot = &d->slot[d->row[i].name & (d->slots - 1)];
        d->row[i].next = *slot;
        *slot = (uint32_t)i + 1;
    }
}

static void look(const struct duplicates *d, const struct duplicate_row *row,
                 struct report *report) {
    uint32_t at = d->slot[row->name & (d->slots - 1)];
    for (int seen = 0; at != 0 && seen < LOOK_BACK; seen++, at = d->row[at - 1].next) {
        const struct duplicate_row *other = &d->row[at - 1];
        if (other->name != row->name || !share_need(row, other))
            continue;
        double metres = geo_distance(row->point, other->point);
        if (metres > NEAR_M)
            continue;
        char reason[120];
        snprintf(reason, sizeof reason,
                 "same organization and service, %.0f m apart, a need in common", metres);
        report_duplicate(report, row->line, other->line, reason);
        return;
    }
}

void duplicates_add(struct duplicates *d, const struct flat *flat, int64_t line,
                    struct report *report) {
    struct duplicate_row row = {.line = line, .name = name_of(flat)};
    if (!row_point(flat, &row.point.lat, &row.point.lon))
        return;
    need_bits(flat, row.needs);
    if (!share_need(&row, &row))
        return;
    if (d->count >= d->slots)
        rehash(d);
    look(d, &row, report);
    uint32_t *slot = &d->slot[row.name & (d->slots - 1)];
    row.next = *slot;
    d->row = xgrow(d->row, &d->capacity, d->count, sizeof *d->row);
    d->row[d->count] = row;
    *slot = (uint32_t)++d->count;
}
