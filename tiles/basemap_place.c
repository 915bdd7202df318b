/* SPDX-License-Identifier: Apache-2.0
 *
 * Names on the map: how important each is, by kind and population, and how many of them a
 * zoom shows: the most important of each cell of a grid, and every country. Which those are does not depend on
 * the tile, so that a name does not come and go at its edge.
 */
#include <stdlib.h>
#include <string.h>

#include "tiles/basemap_private.h"

/* By kind (place_kind.csv), and by population where it is more: the rank, and the zoom from
 * which it may be shown. */
static const struct {
    const char *kind;
    int rank, zoom;
} kinds[] = {
    {"country", 0, 2},  {"province", 3, 5}, {"district", 5, 8}, {"commune", 7, 10},
    {"village", 8, 11}, {"town", 4, 6},     {"crossing", 6, 8},
};

static const struct {
    int64_t population;
    int rank, zoom;
} sizes[] = {
    {1000000, 1, 3}, {300000, 2, 4}, {100000, 3, 5}, {30000, 4, 7}, {5000, 6, 9},
};

#define CELLS 4       /* a side of a tile: each has one name */
#define CELLS_LAST 32 /* at the last zoom, which clients draw larger */

static int kind_index(const char *code) {
    return vocabulary_find(VOC_PLACE_KIND, code, strlen(code));
}

/* People live in towns and villages; of the others the area's number is no city's. */
static bool is_settlement(const struct atlas_place *p) {
    return p->kind == kind_index("town") || p->kind == kind_index("village");
}

static void weigh(const struct atlas_place *p, struct base_place *out) {
    out->rank = 9;
    out->zoom = 11;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (p->kind == kind_index(kinds[i].kind)) {
            out->rank = kinds[i].rank;
            out->zoom = kinds[i].zoom;
        }
    for (size_t i = 0; is_settlement(p) && i < sizeof sizes / sizeof *sizes; i++)
        if (p->population >= sizes[i].population && sizes[i].rank < out->rank) {
            out->rank = sizes[i].rank;
            out->zoom = sizes[i].zoom;
            return;
        }
}

struct order {
    const struct atlas *atlas;
};

static int compare_places(const void *x, const void *y, void *ctx) {
    const struct base_place *a = x, *b = y;
    const struct atlas *atlas = ((const struct order *)ctx)->atlas;
    const struct atlas_place *p = &atlas->places[a->place], *q = &atlas->places[b->place];
    if (a->rank != b->rank)
        return a->rank - b->rank;
    if (p->population != q->population)
        return p->population > q->population ? -1 : 1;
    if (p->names.count != q->names.count) /* known in more languages */
        return p->names.count > q->names.count ? -1 : 1;
    return memcmp(p->id, q->id, ID_BYTES);
}

void base_places_read(struct base_source *s) {
    const struct atlas *a = s->atlas;
    s->places = xcalloc((size_t)a->place_count + 1, sizeof *s->places);
    for (uint32_t i = 0; i < a->place_count; i++) {
        const struct atlas_place *p = &a->places[i];
        if (p->pointed != i)
            continue;
        struct base_place place = {.place = i, .at = p->point};
        weigh(p, &place);
        s->places[s->place_count++] = place;
    }
    struct order order = {a};
    if (s->place_count > 0)
        qsort_r(s->places, s->place_count, sizeof *s->places, compare_places, &order);
}

/* ---- the names of a zoom ------------------------------------------------------------------ */

static int compare_labels(const void *x, const void *y) {
    const struct base_label *a = x, *b = y;
    if (a->x != b->x)
        return a->x < b->x ? -1 : 1;
    if (a->y != b->y)
        return a->y < b->y ? -1 : 1;
    return a->place < b->place ? -1 : a->place > b->place;
}

/* A set of cells, by open addressing. */
struct cells {
    uint64_t *slot; /* the cell and 1; 0 is free */
    size_t mask;
};

/* False: the cell is taken. */
static bool take_cell(struct cells *c, uint64_t cell) {
    size_t i = (size_t)(cell * UINT64_C(0x9e3779b97f4a7c15) >> 20) & c->mask;
    for (; c->slot[i] != 0; i = (i + 1) & c->mask)
        if (c->slot[i] == cell + 1)
            return false;
    c->slot[i] = cell + 1;
    return true;
}

static struct cells cells_new(size_t count) {
    size_t size = 16;
    while (size < 2 * count)
        size *= 2;
    return (struct cells){xcalloc(size, sizeof(uint64_t)), size - 1};
}

struct base_label *base_labels(const struct base_source *s, uint32_t z, uint32_t max_zoom,
                               size_t *count) {
    struct base_label *labels = xcalloc(s->place_count + 1, sizeof *labels);
    struct cells cells = cells_new(s->place_count);
    double side = z == max_zoom ? CELLS_LAST : CELLS;
    *count = 0;
    for (size_t i = 0; i < s->place_count; i++) {
        /* The last zoom is drawn for all that follow. */
        if (s->places[i].zoom > (int)z && z != max_zoom)
            continue;
        struct tile_fixed at = tile_fixed_of(s->places[i].at);
        double world = (double)(UINT64_C(1) << z) * side / 4294967296.0;
        uint64_t cell =
            (uint64_t)((double)at.x * world) << 32 | (uint64_t)((double)at.y * world);
        /* A country leaves room: its point is often that of its capital. */
        if (s->places[i].rank > 0 && !take_cell(&cells, cell))
            continue;
        struct tile t = tile_at(s->places[i].at, z);
        labels[(*count)++] = (struct base_label){at, t.x, t.y, (uint32_t)i};
    }
    free(cells.slot);
    if (*count > 0)
        qsort(labels, *count, sizeof *labels, compare_labels);
    return labels;
}
