/* SPDX-License-Identifier: Apache-2.0
 *
 * Outlines and the places that they are the outlines of. By name (or code), if the place's
 * point lies in the outline or near it: there are districts of one name in several
 * provinces. Else by point: one place of the level lies in it that has no outline of this
 * source, only under another spelling. Else by name where it lies. Else the outline makes a
 * place.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "data/atlas_builder.h"
#include "data/names/fold.h"
#include "data/vocabulary.h"

#define BESIDE_M 20000.0 /* a point this near to an outline may be of its place */

/* ---- corners ------------------------------------------------------------------------------ */

static void add_corner(struct atlas_builder *b, struct atlas_corner corner) {
    struct atlas *a = b->atlas;
    a->corners =
        xgrow(a->corners, &b->corner_capacity, a->corner_count, sizeof *a->corners);
    a->corners[a->corner_count++] = corner;
}

static void add_point(struct atlas_builder *b, struct point p) {
    struct ecef at = geo_ecef(p);
    add_corner(b, (struct atlas_corner){(float)at.x, (float)at.y, (float)at.z});
}

/* Long edges are cut, along the straight line of degrees that the outline means. */
static void on_ring(const struct point *corner, size_t count, void *ctx) {
    struct atlas_builder *b = ctx;
    for (size_t i = 0; i < count; i++) {
        add_point(b, corner[i]);
        if (i + 1 == count)
            break;
        struct point u = corner[i], v = corner[i + 1];
        int pieces = (int)ceil(geo_chord(geo_ecef(u), geo_ecef(v)) / ATLAS_EDGE_M);
        for (int k = 1; k < pieces; k++)
            add_point(b, (struct point){u.lon + (v.lon - u.lon) * k / pieces,
                                        u.lat + (v.lat - u.lat) * k / pieces});
    }
    add_corner(b, (struct atlas_corner){NAN, 0, 0});
}

/* ---- which place --------------------------------------------------------------------------- */

static bool points_into(const struct atlas_place *p, uint32_t self,
                        const struct shape *s) {
    if (p->pointed != self)
        return false;
    struct box box = shape_box(s);
    if (shape_holds(s, p->point))
        return true;
    struct point inside = {fmin(fmax(p->point.lon, box.west), box.east),
                           fmin(fmax(p->point.lat, box.south), box.north)};
    return geo_chord(geo_ecef(p->point), geo_ecef(inside)) < BESIDE_M;
}

/* True when a place has outlines so far, and none of them holds the point. Outlines come by
 * level: those of what lies above are there. */
static bool is_beside(const struct atlas *a, uint32_t place, struct point p) {
    bool outlined = false;
    for (uint32_t i = 0; i < a->outline_count; i++) {
        uint32_t of = a->outlines[i].place;
        if (of != ATLAS_NONE && a->places[of].level > a->places[place].level)
            break;
        if (of != place)
            continue;
        if (shape_holds(a->outlines[i].shape, p))
            return false;
        outlined = true;
    }
    return outlined;
}

/* True when an outline of what the place lies in, below the country, says that it is not
 * where `s` is. */
static bool lies_elsewhere(const struct atlas *a, uint32_t place, const struct shape *s) {
    for (uint32_t p = a->places[place].parent;
         p != ATLAS_NONE && a->places[p].level > LEVEL_COUNTRY; p = a->places[p].parent)
        if (is_beside(a, p, shape_inside(s)))
            return true;
    return false;
}

/* A place without a point of its own is taken by its name, and by what it lies in. */
static bool may_be(const struct atlas_builder *b, uint32_t place, int level,
                   const struct shape *s) {
    const struct atlas_place *p = &b->atlas->places[place];
    return p->level == level &&
           (level == LEVEL_COUNTRY ||
            ((p->pointed != place || points_into(p, place, s)) &&
             !lies_elsewhere(b->atlas, place, s)));
}

/* The one place of that name and level that the outline may be of. */
static uint32_t by_name(struct atlas_builder *b, int country, int level, const char *name,
                        const struct shape *s) {
    struct atlas *a = b->atlas;
    uint32_t found = ATLAS_NONE;
    b->scratch.len = 0;
    fold(name, strlen(name), &b->scratch);
    const char *folded = buf_text(&b->scratch);
    for (uint32_t i = atlas_first_key(a, country, folded);
         atlas_key_is(a, i, country, folded); i++) {
        if (!may_be(b, a->keys[i].place, level, s))
            continue;
        if (found != ATLAS_NONE)
            return ATLAS_NONE; /* two may be meant */
        found = a->keys[i].place;
    }
    return found;
}

static uint32_t find_place(struct atlas_builder *b, const struct stored_area *area,
                           int country, const struct shape *s) {
    const char *names[] = {area->code, area->name, area->name_local};
    if (area->level == LEVEL_COUNTRY)
        return b->atlas->country_place[country];
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        uint32_t found =
            names[i][0] ? by_name(b, country, area->level, names[i], s) : ATLAS_NONE;
        if (found != ATLAS_NONE)
            return found;
    }
    return ATLAS_NONE;
}

static void keep_late(struct atlas_builder *b, const struct stored_area *area,
                      int country, uint32_t outline) {
    struct late_area late = {
        .outline = outline,
        .level = area->level,
        .country = (uint16_t)country,
        .name = arena_strndup(&b->atlas->texts, area->name, strlen(area->name)),
        .name_local =
            arena_strndup(&b->atlas->texts, area->name_local, strlen(area->name_local)),
        .code = arena_strndup(&b->atlas->texts, area->code, strlen(area->code))};
    memcpy(late.id, area->id, ID_BYTES);
    b->late = xgrow(b->late, &b->late_capacity, b->late_count, sizeof *b->late);
    b->late[b->late_count++] = late;
}

bool builder_on_area(const struct stored_area *area, void *ctx, struct error *e) {
    struct atlas_builder *b = ctx;
    struct atlas *a = b->atlas;
    int country = vocabulary_find(VOC_COUNTRY, area->country, strlen(area->country));
    struct shape *s = country < 0 ? NULL : shape_new(area->wkb, area->wkb_len, e);
    if (country < 0)
        return error_set(e, ERR_DATA, "the record is damaged: an area in %.2s",
                         area->country);
    if (s == NULL)
        return error_prefix(e, "the record is damaged: area %.100s: ", area->name);
    if (!b->has_keys)
        builder_sort_names(b);
    b->has_keys = true;
    uint32_t first = a->corner_count;
    if (b->with_corners)
        shape_rings(s, ATLAS_TOLERANCE, on_ring, b);
    struct atlas_outline outline = {.place = find_place(b, area, country, s),
                                    .source_key = area->source_key,
                                    .shape = s,
                                    .corners = {first, a->corner_count - first}};
    if (outline.place == ATLAS_NONE)
        keep_late(b, area, country, a->outline_count);
    a->outlines =
        xgrow(a->outlines, &b->outline_capacity, a->outline_count, sizeof *a->outlines);
    a->outlines[a->outline_count++] = outline;
    return true;
}

/* ---- outlines that no name told --------------------------------------------------------------- */

static bool has_outline_of(const struct atlas *a, uint32_t place, int64_t source_key) {
    for (uint32_t i = 0; i < a->outline_count; i++)
        if (a->outlines[i].place == place && a->outlines[i].source_key == source_key)
            return true;
    return false;
}

/* The only place of the level whose point lies in the outline. */
static uint32_t by_point(const struct atlas *a, const struct late_area *late) {
    const struct atlas_outline *o = &a->outlines[late->outline];
    uint32_t found = ATLAS_NONE;
    for (uint32_t i = 0; i < a->place_count; i++) {
        const struct atlas_place *p = &a->places[i];
        if (p->level != late->level || p->country != late->country || p->pointed != i ||
            !shape_holds(o->shape, p->point) || has_outline_of(a, i, o->source_key))
            continue;
        if (found != ATLAS_NONE)
            return ATLAS_NONE;
        found = i;
    }
    return found;
}

/* The place of the finest level above `level` whose outline holds the point. */
static uint32_t parent_at(const struct atlas *a, int country, int level, struct point p) {
    uint32_t best = a->country_place[country];
    for (uint32_t i = 0; i < a->outline_count; i++) {
        uint32_t place = a->outlines[i].place;
        if (place == ATLAS_NONE || a->places[place].country != country ||
            a->places[place].level >= level ||
            (best != ATLAS_NONE && a->places[place].level <= a->places[best].level))
            continue;
        if (shape_holds(a->outlines[i].shape, p))
            best = place;
    }
    return best;
}

/* A place that its outline tells of, unless one of that name is known where it lies. */
static uint32_t make_place(struct atlas_builder *b, const struct late_area *late) {
    struct atlas *a = b->atlas;
    const struct atlas_outline *o = &a->outlines[late->outline];
    struct atlas_place place = {.point = shape_inside(o->shape),
                                .pointed = a->place_count,
                                .population = -1,
                                .country = late->country,
                                .kind = (uint8_t)late->level,
                                .level = (uint8_t)late->level};
    place.parent = parent_at(a, late->country, late->level, place.point);
    memcpy(place.id, late->id, ID_BYTES);
    uint32_t same = builder_same_place(b, &place, late->name, a->place_count);
    if (same != ATLAS_NONE)
        return same;
    uint32_t n = builder_add_place(b, &place, o->source_key);
    builder_add_name(b, n, NAME_NATIONAL, "", late->name);
    builder_add_name(b, n, NAME_OTHER, "", late->name_local);
    builder_add_name(b, n, NAME_CODE, "", late->code);
    return n;
}

static int compare_outlines(const void *x, const void *y) {
    const struct atlas_outline *a = x, *b = y;
    if (a->place != b->place)
        return a->place < b->place ? -1 : 1;
    return a->corners.first < b->corners.first ? -1 : 1;
}

/* The square degrees that a box touches: first and last row and column. */
static void cells_of(struct box box, int rows[2], int cols[2]) {
    const int last_row = 179, last_column = ATLAS_COLUMNS - 1;
    rows[0] = (int)fmin(floor(box.south + 90), last_row);
    rows[1] = (int)fmin(floor(box.north + 90), last_row);
    cols[0] = (int)fmin(floor(box.west + 180), last_column);
    cols[1] = (int)fmin(floor(box.east + 180), last_column);
}

/* Counts the outlines of every cell into `count`, or enters them where `cell` is given. */
static void each_cell(struct atlas *a, uint32_t *count, uint32_t *cell) {
    for (uint32_t i = 0; i < a->outline_count; i++) {
        int rows[2], cols[2];
        cells_of(shape_box(a->outlines[i].shape), rows, cols);
        for (int row = rows[0]; row <= rows[1]; row++)
            for (int column = cols[0]; column <= cols[1]; column++) {
                uint32_t *n = &count[row * ATLAS_COLUMNS + column];
                if (cell != NULL)
                    cell[*n] = i;
                ++*n;
            }
    }
}

static void fill_cells(struct atlas *a) {
    uint32_t *next = xcalloc(ATLAS_CELLS + 1, sizeof *next);
    each_cell(a, next, NULL);
    for (uint32_t i = 0; i < ATLAS_CELLS; i++) {
        a->cell_first[i + 1] = a->cell_first[i] + next[i];
        next[i] = a->cell_first[i];
    }
    a->cell = xcalloc((size_t)a->cell_first[ATLAS_CELLS] + 1, sizeof *a->cell);
    each_cell(a, next, a->cell);
    free(next);
}

void builder_finish_areas(struct atlas_builder *b) {
    struct atlas *a = b->atlas;
    for (size_t i = 0; i < b->late_count; i++)
        a->outlines[b->late[i].outline].place = by_point(a, &b->late[i]);
    for (size_t i = 0; i < b->late_count; i++) {
        struct atlas_outline *o = &a->outlines[b->late[i].outline];
        if (o->place == ATLAS_NONE)
            o->place = make_place(b, &b->late[i]);
    }
    if (a->outline_count > 0)
        qsort(a->outlines, a->outline_count, sizeof *a->outlines, compare_outlines);
    for (uint32_t i = 0; i < a->outline_count; i++) {
        struct atlas_run *run = &a->places[a->outlines[i].place].outlines;
        run->first = run->count == 0 ? i : run->first;
        run->count++;
    }
    fill_cells(a);
}
