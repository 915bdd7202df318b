/* SPDX-License-Identifier: Apache-2.0
 *
 * The services of a snapshot as tiles. One layer, `services`, of points:
 *
 *   one service       count 1, id, name, kind, needs (codes joined by ;), precision
 *   several as one    count, needs (what any of them offers, by top-level code)
 *
 * Several at one point are always one feature. Below zoom SERVICES_EXACT_ZOOM, and in any
 * tile with more than SERVICES_TILE_MAX different points, those in one cell of a grid over the
 * tile are one feature too, at the middle of them. A cell never reaches into the next tile,
 * and there is no buffer: each service stands in exactly one tile of each zoom, and the
 * counts of all tiles of a zoom add up to all that are drawn.
 *
 * A service is drawn at the point that lists of this view show (the published one of a
 * hidden place); one without such a point, or whose point stands for a country, is not
 * drawn, and to the public neither is one that is closed or planned. Names, kinds and
 * needs are those rendered for the view. So a tile tells nothing that a list would not.
 *
 * Positions are sorted along a curve (Morton) on which each tile, and each cell, is one
 * stretch: a tile is found by two binary searches.
 */
#ifndef TILES_SERVICES_H
#define TILES_SERVICES_H

#include <stdbool.h>
#include <stdint.h>

#include "data/buf.h"
#include "data/error.h"
#include "data/shape.h"
#include "data/snapshot.h"
#include "tiles/tile.h"

#define SERVICES_ZOOM_MAX 14   /* finer ones are drawn from it by clients */
#define SERVICES_EXACT_ZOOM 12 /* from here on points are not put together by nearness */
#define SERVICES_TILE_MAX 1024 /* different points in a tile */

struct service_index;

/* Sorts the drawn services of the snapshot, which must outlive the index. Immutable, for any
 * number of threads. Free with service_index_free(). */
struct service_index *service_index_new(const struct snapshot *s);
void service_index_free(struct service_index *x);

/* How many services are drawn. */
uint32_t service_index_count(const struct service_index *x);

/* What holds them all, in degrees; all zeros when there is none. */
struct box service_index_box(const struct service_index *x);

/* Appends the tile, uncompressed; nothing when there is no service in it. `t` is a tile
 * (tile_check()) of zoom SERVICES_ZOOM_MAX at most. False: `e` says why. */
bool service_tile(const struct service_index *x, struct tile t, struct buf *out,
                  struct error *e);

#endif
