/* SPDX-License-Identifier: Apache-2.0
 *
 * What the files basemap*.c share, and nobody else includes.
 */
#ifndef TILES_BASEMAP_PRIVATE_H
#define TILES_BASEMAP_PRIVATE_H

#include "data/atlas.h"
#include "data/feature.h"
#include "tiles/basemap.h"
#include "tiles/clip.h"

#define BASEMAP_BUFFER 64 /* units around a tile */

/* Something to draw, with what a tile says of it. */
struct base_shape {
    struct outline *outline;
    enum map_layer layer;
    int zoom;                 /* from which it is drawn */
    int level;                /* of a boundary */
    bool disputed;            /* a boundary */
    const char *class, *name; /* "" none */
};

/* A name. */
struct base_place {
    uint32_t place; /* of the atlas */
    int zoom;       /* from which it may be drawn */
    int rank;
    struct point at;
};

struct base_source {
    struct atlas *atlas;
    struct base_shape *shapes; /* by base_shape_compare() */
    size_t shape_count, shape_capacity;
    struct base_place *places; /* the most important first */
    size_t place_count;
    struct arena texts;
    struct shape
        *corridor;      /* along the lines where countries of the atlas meet, or NULL */
    struct box covered; /* by places and outlines of the record; west > east: nothing */
    char digest[65];    /* of all of it, in hexadecimal */
};

/* ---- basemap_source.c ------------------------------------------------------------------ */

bool base_source_read(struct base_source *s, const struct basemap_options *o,
                      struct error *e);
void base_source_free(struct base_source *s);

/* Adds a shape; texts are copied, the outline is taken. */
void base_source_add(struct base_source *s, const struct base_shape *shape);

/* Whether one comes before the other in a tile; 0 when both are one feature there. */
int base_shape_compare(const struct base_shape *a, const struct base_shape *b);

/* ---- basemap_border.c ------------------------------------------------------------------ */

/* Adds the lines where areas of the atlas meet, made by `threads` threads, and their bytes to
 * `all`, which becomes part of the digest. */
bool base_borders_add(struct base_source *s, int threads, struct buf *all,
                      struct error *e);

/* Whether the atlas has an outline of that country (index in country.csv). */
bool base_has_country(const struct base_source *s, int country);

/* ---- basemap_place.c ------------------------------------------------------------------- */

void base_places_read(struct base_source *s);

/* A name that a zoom shows. */
struct base_label {
    struct tile_fixed at;
    uint32_t x, y;  /* of its tile */
    uint32_t place; /* index in `places` */
};

/* The names of a zoom, by column, row, then importance; to be freed by the caller. */
struct base_label *base_labels(const struct base_source *s, uint32_t z, uint32_t max_zoom,
                               size_t *count);

/* ---- basemap_block.c ------------------------------------------------------------------- */

/* What a zoom draws: simplified, and for the higher zooms only what lies in the box. */
struct base_zoom {
    const struct base_source *source;
    uint32_t z;
    struct outline **outline; /* by shape of the source; NULL: nothing is left of it */
    struct base_label *labels;
    size_t label_count;
};

struct base_cutter; /* what one thread works with */

struct base_cutter *base_cutter_new(void);
void base_cutter_free(struct base_cutter *c);

/* Simplifies shape number `n` for the zoom, so far as it lies in the square. */
bool base_zoom_shape(struct base_cutter *c, struct base_zoom *zoom, size_t n,
                     struct tile_square square, uint32_t max_zoom, struct error *e);

/* The tiles of a zoom that are cut: columns and rows, both ends included. */
struct base_range {
    uint32_t west, north, east, south;
};

/* Cuts the tiles of the range that lie in `block`, a tile of the zoom or one above it, and
 * gives each that holds something, compressed. */
bool base_block(struct base_cutter *c, const struct base_zoom *zoom, struct tile block,
                struct base_range range,
                bool (*each)(struct tile t, const struct buf *packed, void *ctx,
                             struct error *e),
                void *ctx, struct error *e);

#endif
