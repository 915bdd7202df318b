/* SPDX-License-Identifier: Apache-2.0
 *
 * Addresses of tiles, and web mercator.
 *
 *      x ->            at zoom z the world is 2^z by 2^z tiles; 0/0/0 is all of it
 *    y  0/0  1/0       y goes south
 *    |  0/1  1/1       each tile is TILE_EXTENT by TILE_EXTENT units
 *    v
 *
 * The world of web mercator is a square: it ends at 180 degrees east and west and at
 * TILE_LAT_MAX north and south. What lies nearer to a pole is drawn at its edge.
 */
#ifndef TILES_TILE_H
#define TILES_TILE_H

#include <stdbool.h>
#include <stdint.h>

#include "data/error.h"
#include "data/geo.h"
#include "data/shape.h"

#define TILE_ZOOM_MAX 20
#define TILE_EXTENT 4096
#define TILE_LAT_MAX 85.0511287798066

struct tile {
    uint32_t z, x, y;
};

/* A position in the square of the world: 0..1 from west to east and from north to south. */
struct mercator {
    double x, y;
};

struct mercator mercator_of(struct point p);
struct point mercator_point(struct mercator m);

/* The same in whole numbers of 2^-32 of the world, so that the tile of a position at any
 * zoom is its upper bits. The east and south edges belong to the last tiles. */
struct tile_fixed {
    uint32_t x, y;
};
struct tile_fixed tile_fixed_of(struct point p);

/* The tile of zoom `z` (at most TILE_ZOOM_MAX) that holds the point. */
struct tile tile_at(struct point p, uint32_t z);

/* True when there is such a tile; false: `e` names the number and what is allowed. */
bool tile_check(struct tile t, struct error *e);

/* Reads `z/x/y` in decimal digits, and checks it. */
bool tile_parse(const char *text, struct tile *out, struct error *e);

/* Its edges in degrees. */
struct box tile_box(struct tile t);

/* Its edges in mercator, widened on each side by `buffer` units. */
struct tile_square {
    struct mercator low, high;
};
struct tile_square tile_square(struct tile t, uint32_t buffer);

#endif
