/* SPDX-License-Identifier: Apache-2.0 */
#include "importers/placing.h"

#include <string.h>

#include "data/place_search.h"
#include "data/record.h"

#define SCORE_LEAST 0.8   /* a worse name is another one */
#define COST_MOST 8       /* and so is one that differs in two letters, however long */
#define CANDIDATES_MAX 20 /* that are compared */
#define CANDIDATES_SAID 5

/* The levels, finest first: the column that names a place of each, the precision that its
 * point has, and the distance within which two places of one name are one for a caller. */
static const struct level {
    enum column column;
    enum place_level level;
    const char *precision;
    double same_m;
} levels[] = {
    {COL_VILLAGE, LEVEL_VILLAGE, "village", 1000},
    {COL_COMMUNE, LEVEL_COMMUNE, "commune", 3000},
    {COL_DISTRICT, LEVEL_DISTRICT, "district", 10000},
    {COL_PROVINCE, LEVEL_PROVINCE, "province", 30000},
};

#define LEVELS (sizeof levels / sizeof *levels)

static bool is_stated(const struct flat *flat, enum column column) {
    return flat->cell[column][0] != '\0';
}

/* The first of `levels` that may decide: a stated precision is never made finer. LEVELS:
 * none. */
static size_t first_level(const struct flat *flat) {
    const char *precision = flat->cell[COL_PRECISION];
    if (precision[0] == '\0' || strcmp(precision, "exact") == 0)
        return 0;
    for (size_t i = 0; i < LEVELS; i++)
        if (strcmp(precision, levels[i].precision) == 0)
            return i;
    return LEVELS;
}

/* A comma begins what the place lies in: names have none. */
static void add_name(struct buf *b, const char *name) {
    if (b->len > 0)
        buf_str(b, ", ");
    for (; *name != '\0'; name++)
        buf_char(b, strchr(",;/\n", *name) != NULL ? ' ' : *name);
}

/* "Boeng Pring, Thma Koul, Battambang" */
static void add_asked(struct buf *b, const struct flat *flat, size_t level) {
    b->len = 0;
    for (size_t i = level; i < LEVELS; i++)
        if (is_stated(flat, levels[i].column))
            add_name(b, flat->cell[levels[i].column]);
}

static void add_place(struct buf *b, const struct atlas *a, uint32_t place) {
    size_t start = b->len;
    for (; place != ATLAS_NONE && a->places[place].level > LEVEL_COUNTRY;
         place = a->places[place].parent) {
        if (b->len > start)
            buf_str(b, ", ");
        buf_str(b, atlas_name(a, place));
    }
}

/* Places of that level that are called so; towns stand for any level below the province. */
static size_t look_up(const struct atlas *a, const struct flat *flat, size_t level,
                      const struct buf *asked, struct place_found *found) {
    const char *country = flat->cell[COL_COUNTRY];
    struct place_query q = {.text = {asked->data, asked->len},
                            .country =
                                vocabulary_find(VOC_COUNTRY, country, strlen(country)),
                            .level = (int)levels[level].level,
                            .whole = true,
                            .limit = CANDIDATES_MAX};
    if (q.country < 0 || asked->len > PLACE_SEARCH_BYTES)
        return 0;
    size_t count = place_search(a, &q, found);
    bool known = count > 0 && found[0].score >= SCORE_LEAST && found[0].cost <= COST_MOST;
    if (!known && levels[level].level > LEVEL_PROVINCE) {
        q.level = LEVEL_POINT;
        count = place_search(a, &q, found);
        known = count > 0 && found[0].score >= SCORE_LEAST && found[0].cost <= COST_MOST;
    }
    return known ? count : 0;
}

static bool is_same(const struct atlas *a, uint32_t x, uint32_t y, double same_m) {
    const struct atlas_place *p = &a->places[x], *q = &a->places[y];
    return x == y || (p->pointed != ATLAS_NONE && q->pointed != ATLAS_NONE &&
                      geo_chord(geo_ecef(p->point), geo_ecef(q->point)) <= same_m);
}

/* Fills `candidates` with those as good as the best, when they are not one place. */
static bool is_ambiguous(const struct atlas *a, const struct place_found *found,
                         size_t count, double same_m, struct buf *candidates) {
    bool apart = false;
    size_t said = 0;
    candidates->len = 0;
    for (size_t i = 0; i < count && found[i].cost == found[0].cost; i++) {
        apart |= !is_same(a, found[0].place, found[i].place, same_m);
        if (said++ == CANDIDATES_SAID)
            buf_str(candidates, "; ...");
        if (said > CANDIDATES_SAID)
            continue;
        if (candidates->len > 0)
            buf_str(candidates, "; ");
        add_place(candidates, a, found[i].place);
    }
    return apart;
}

static const char *decimal(struct placing *p, double value) {
    struct buf b = {0};
    buf_decimal(&b, value, 7);
    const char *kept = arena_strndup(&p->texts, b.data, b.len);
    buf_free(&b);
    return kept;
}

/* Puts the row at a place; a place without a point is where the one above it is. */
static void put_at(struct placing *p, struct flat *flat, uint32_t place, size_t level) {
    const struct atlas *a = p->atlas;
    const struct atlas_place *at = &a->places[place];
    for (size_t i = level; i < LEVELS; i++)
        if (at->pointed == place || a->places[at->pointed].level == levels[i].level) {
            level = i;
            break;
        }
    flat->cell[COL_LAT] = decimal(p, at->point.lat);
    flat->cell[COL_LON] = decimal(p, at->point.lon);
    flat->cell[COL_PRECISION] = levels[level].precision;
}

static bool open_gazetteer(struct placing *p, struct error *e) {
    if (p->atlas != NULL)
        return true;
    struct record *record = record_open(p->db, p->share, DB_READ, e);
    if (record == NULL)
        return false;
    p->atlas = atlas_build_names(record, e);
    record_close(record);
    return p->atlas != NULL;
}

/* The finest level whose name is known decides. */
static void place_row(struct placing *p, struct flat *flat, size_t level,
                      struct placed_row *out) {
    struct place_found found[PLACE_SEARCH_MAX];
    struct buf asked = {0};
    for (; level < LEVELS && out->how == PLACED_NOT_FOUND; level++) {
        if (!is_stated(flat, levels[level].column))
            continue;
        add_asked(&asked, flat, level);
        size_t count = look_up(p->atlas, flat, level, &asked, found);
        uint32_t place = count > 0 ? found[0].place : ATLAS_NONE;
        if (count == 0 || p->atlas->places[place].pointed == ATLAS_NONE)
            continue;
        out->column = levels[level].column;
        out->score = found[0].score;
        if (is_ambiguous(p->atlas, found, count, levels[level].same_m, &out->found)) {
            out->how = PLACED_AMBIGUOUS;
            continue;
        }
        out->how = PLACED_FOUND;
        out->found.len = 0;
        add_place(&out->found, p->atlas, place);
        put_at(p, flat, place, level);
    }
    buf_free(&asked);
}

bool placing_row(struct placing *p, struct flat *flat, struct placed_row *out,
                 struct error *e) {
    size_t first = first_level(flat);
    arena_reset(&p->texts);
    out->how = PLACED_NOT_ASKED;
    out->found.len = 0;
    out->score = 0;
    while (first < LEVELS && !is_stated(flat, levels[first].column))
        first++;
    if (is_stated(flat, COL_LAT) || first == LEVELS)
        return true;
    if (!open_gazetteer(p, e))
        return false;
    if (p->atlas->place_count == 0)
        return true;
    out->how = PLACED_NOT_FOUND;
    out->column = levels[first].column;
    add_asked(&out->asked, flat, first);
    place_row(p, flat, first, out);
    return true;
}

void placing_free(struct placing *p) {
    atlas_free(p->atlas);
    arena_free(&p->texts);
}

void placed_row_free(struct placed_row *r) {
    buf_free(&r->asked);
    buf_free(&r->found);
}
