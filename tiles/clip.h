/* SPDX-License-Identifier: Apache-2.0
 *
 * From lines and polygons in degrees to parts of a feature of a tile, by GEOS.
 *
 *      degrees --clip_read--> mercator, sound --clip_simplify(zoom)--> fewer corners
 *              --clip_cut(square)--> a piece of it --clip_draw(tile)--> parts in `struct mvt`
 *
 * clip_draw alone gives the same tile, but looks at all of the outline each time: whoever
 * cuts many tiles of a large one cuts it to a square that holds them first, going down
 * from tile to tile:
 *
 *      whole -> cut to 3/6/3 and buffer -> cut to 4/12/7 and buffer -> ... -> draw 8/201/115
 *
 * The square of web mercator bounds everything: latitudes beyond TILE_LAT_MAX lie on its
 * edge, and nothing goes around 180 degrees east; an outline that crosses it comes in two
 * pieces. Coordinates that are no numbers, or beyond 180 and 90 degrees, are refused.
 *
 * A `struct clip` belongs to one thread at a time. An outline is immutable: several threads
 * may read it, each with a clip of its own.
 */
#ifndef TILES_CLIP_H
#define TILES_CLIP_H

#include <stdbool.h>
#include <stddef.h>

#include "data/error.h"
#include "data/geo.h"
#include "tiles/mvt.h"
#include "tiles/tile.h"

struct clip;    /* what one thread works with */
struct outline; /* lines or polygons in mercator */

struct clip *clip_new(void);
void clip_free(struct clip *c);

/* Reads WKB in degrees: a line or polygon, one or several. A polygon that crosses itself is
 * mended. NULL: `e` says what is wrong. Free with outline_free(). */
struct outline *clip_read(struct clip *c, const void *wkb, size_t len, struct error *e);

/* A line, or a ring of a polygon, closed or not. */
struct clip_part {
    const struct point *at; /* degrees */
    size_t count;
    bool hole; /* of the ring before it */
};

/* The same from parts; `type` is MVT_LINE or MVT_POLYGON. */
struct outline *clip_parts(struct clip *c, enum mvt_type type,
                           const struct clip_part *part, size_t count, struct error *e);

/* Fit to be drawn at zoom `z`: without corners that change it by less than `tolerance`
 * units of such a tile, and without rings whose area is below `least` square units. NULL:
 * nothing is left of it, or GEOS failed (`e->code` is not ERR_NONE, and `e` says how). */
struct outline *clip_simplify(struct clip *c, const struct outline *o, uint32_t z,
                              double tolerance, double least, struct error *e);

/* The piece of it in the square. NULL as in clip_simplify(). */
struct outline *clip_cut(struct clip *c, const struct outline *o,
                         struct tile_square square, struct error *e);

/* Adds what lies in the tile, and `buffer` units around it, to the feature begun last of `m`,
 * whose type is that of the outline, in whole units and still sound. Nothing in it is no
 * error. False: GEOS failed, and `e` says how. */
bool clip_draw(struct clip *c, const struct outline *o, struct tile t, uint32_t buffer,
               struct mvt *m, struct error *e);

enum mvt_type outline_type(const struct outline *o);        /* MVT_LINE or MVT_POLYGON */
struct tile_square outline_square(const struct outline *o); /* what holds it */
size_t outline_corners(const struct outline *o);
void outline_free(struct clip *c, struct outline *o); /* any clip will do */

#endif
