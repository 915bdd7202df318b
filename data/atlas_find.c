/* SPDX-License-Identifier: Apache-2.0
 *
 * A place by its written name: "Thma Koul, Battambang".
 */
#include <string.h>

#include "data/atlas.h"
#include "data/buf.h"
#include "data/names/fold.h"
#include "data/vocabulary.h"

#define PARTS_MAX 6

/* A name taken apart: the place first, then what it lies in, each folded. */
struct asked {
    int country, level;
    int count;
    struct buf part[PARTS_MAX];
};

/* A country at the end ("Tak, TH") stands for the one that was given. */
static void take_country(struct asked *asked, struct slice part) {
    int country = vocabulary_find(VOC_COUNTRY, part.at, part.len);
    if (country >= 0 && asked->count > 0) {
        asked->country = country;
        return;
    }
    fold(part.at, part.len, &asked->part[asked->count++]);
}

static bool asked_read(struct asked *asked, const char *text, size_t len) {
    struct slice rest = {text, len}, part;
    while (slice_next(&rest, ',', &part)) {
        if (asked->count == PARTS_MAX)
            return false;
        take_country(asked, slice_trim(part));
    }
    for (int i = 0; i < asked->count; i++)
        if (asked->part[i].len == 0)
            return false;
    return asked->count > 0;
}

static void asked_free(struct asked *asked) {
    for (int i = 0; i < PARTS_MAX; i++)
        buf_free(&asked->part[i]);
}

static int compare(const struct atlas_key *key, int country, const char *folded) {
    if (key->country != country)
        return key->country < country ? -1 : 1;
    return strcmp(key->folded, folded);
}

uint32_t atlas_first_key(const struct atlas *a, int country, const char *folded) {
    uint32_t low = 0, high = a->key_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (compare(&a->keys[middle], country, folded) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

bool atlas_key_is(const struct atlas *a, uint32_t key, int country, const char *folded) {
    return key < a->key_count && compare(&a->keys[key], country, folded) == 0;
}

static bool has_name(const struct atlas *a, uint32_t place, const char *folded) {
    int country = a->places[place].country;
    for (uint32_t i = atlas_first_key(a, country, folded);
         atlas_key_is(a, i, country, folded); i++)
        if (a->keys[i].place == place)
            return true;
    return false;
}

/* True when each further part names something that the place lies in, in that order. */
static bool lies_in(const struct atlas *a, uint32_t place, struct asked *asked) {
    uint32_t above = a->places[place].parent;
    for (int i = 1; i < asked->count; i++) {
        while (above != ATLAS_NONE && !has_name(a, above, buf_text(&asked->part[i])))
            above = a->places[above].parent;
        if (above == ATLAS_NONE)
            return false;
        above = a->places[above].parent;
    }
    return true;
}

/* Of the places that have the name, or have it as another spelling. */
static uint32_t choose_of(const struct atlas *a, struct asked *asked, bool other) {
    uint32_t best = ATLAS_NONE;
    const char *folded = buf_text(&asked->part[0]);
    unsigned best_level = LEVEL_POINT + 1;
    for (uint32_t i = atlas_first_key(a, asked->country, folded);
         atlas_key_is(a, i, asked->country, folded); i++) {
        uint32_t place = a->keys[i].place;
        unsigned level = a->places[place].level;
        if (a->keys[i].other != other || (asked->level >= 0 && level != (unsigned)asked->level) ||
            level > best_level || place == best || !lies_in(a, place, asked))
            continue;
        best = level < best_level ? place : ATLAS_AMBIGUOUS;
        best_level = level;
    }
    return best;
}

static uint32_t choose(const struct atlas *a, struct asked *asked) {
    uint32_t found = choose_of(a, asked, false);
    return found != ATLAS_NONE ? found : choose_of(a, asked, true);
}

uint32_t atlas_find_level(const struct atlas *a, int country, int level, const char *text,
                          size_t len) {
    struct asked asked = {.country = country, .level = level};
    uint32_t found = asked_read(&asked, text, len) ? choose(a, &asked) : ATLAS_NONE;
    asked_free(&asked);
    return found;
}

uint32_t atlas_find(const struct atlas *a, int country, const char *text, size_t len) {
    return atlas_find_level(a, country, -1, text, len);
}

int atlas_find_country(int country, const char *text, size_t len) {
    struct asked asked = {.country = country, .level = -1};
    bool fine = asked_read(&asked, text, len);
    asked_free(&asked);
    return fine ? asked.country : country;
}

static bool is_label(int country, const struct buf *folded) {
    const char *label = vocabulary(VOC_COUNTRY)->terms[country].label[0];
    struct buf own = {0};
    fold(label, strlen(label), &own);
    bool same = own.len == folded->len && own.len > 0 &&
                memcmp(own.data, folded->data, own.len) == 0;
    buf_free(&own);
    return same;
}

int atlas_country_named(const struct atlas *a, const char *text, size_t len) {
    struct buf folded = {0};
    int found = -1;
    fold(text, len, &folded);
    for (int i = 0; i < vocabulary(VOC_COUNTRY)->count && found < 0; i++)
        if (is_label(i, &folded) ||
            (a->country_place[i] != ATLAS_NONE && folded.len > 0 &&
             has_name(a, a->country_place[i], buf_text(&folded))))
            found = i;
    buf_free(&folded);
    return found;
}
