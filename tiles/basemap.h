/* SPDX-License-Identifier: Apache-2.0
 *
 * Cuts the basemap of a record into an MBTiles file. Layers, in this order:
 *
 *   land      polygons
 *   water     polygons     name
 *   river     lines        class, name
 *   boundary  lines        level (0 country, 1 province, 2 district), disputed
 *   road      lines        class
 *   place     points       name (romanised), name:en ... name:id where known, kind, country, rank (0
 *                          first), population
 *
 * Everything is drawn anew for each zoom, simplified whole before it is cut, so that tiles
 * meet. The world is cut up to BASEMAP_WORLD_ZOOM, the box of the options beyond. A tile
 * without anything is left out.
 *
 *   basemap_source.c  what there is to draw, from the record and the built-in map
 *   basemap_border.c  the lines where areas meet
 *   basemap_place.c   names: which, from which zoom, and how many
 *   basemap_block.c   one block of tiles, cut
 *   basemap.c         all blocks, by threads, into the file
 */
#ifndef TILES_BASEMAP_H
#define TILES_BASEMAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "data/error.h"
#include "data/shape.h"

#define BASEMAP_WORLD_ZOOM 5
#define BASEMAP_ZOOM_MAX 14

struct basemap_options {
    const char *db, *share, *out;
    const char *builtin;     /* the file of data/basemap.h */
    const char *attribution; /* whose the data of the record are, or NULL */
    int max_zoom;            /* at most BASEMAP_ZOOM_MAX */
    bool has_box;
    struct box box; /* without it: what the record covers, and a margin */
    int threads;    /* 1 or more */
    bool resume;    /* go on, or leave as it is what is made of the same */
    /* Told how far it is, from one thread at a time; may be NULL. */
    void (*say)(int64_t done, int64_t total, int zoom, void *ctx);
    /* Told once what the box is, and how many blocks of an earlier run stay; may be NULL. */
    void (*begin)(struct box box, int64_t kept, void *ctx);
    void *ctx;
};

/* Writes the name of the basemap beside a record: "region.db" has "region.mbtiles". False: it
 * does not fit. */
bool basemap_beside(const char *db, char *out, size_t size);

struct basemap_result {
    bool same;     /* the file was there, made of the same: it stays */
    int64_t tiles; /* that hold something, and were cut now */
};

/* Builds `out`, which appears complete or not at all. */
bool basemap_build(const struct basemap_options *o, struct basemap_result *result,
                   struct error *e);

#endif
