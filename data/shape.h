/* SPDX-License-Identifier: Apache-2.0
 *
 * Areas as polygons, by GEOS: is an outline sound, does it hold a point, what are its
 * corners. Coordinates are degrees, WGS 84; WKB is that of OGC 06-103r4, without an SRID.
 * Every function may be called from any thread.
 */
#ifndef DATA_SHAPE_H
#define DATA_SHAPE_H

#include <stdbool.h>
#include <stddef.h>

#include "data/buf.h"
#include "data/error.h"
#include "data/geo.h"

struct shape; /* a multipolygon, prepared for many points */

/* Reads a polygon or multipolygon and appends it to `out` as a sound multipolygon. One
 * that crosses itself is repaired where that keeps its area within a hundredth; what was
 * wrong then stands in `repaired` (at most `size` bytes, "" where nothing was). False: `e`
 * says what is wrong: no polygon, nothing in it, beyond the repair. */
bool shape_clean(const void *wkb, size_t len, struct buf *out, char *repaired,
                 size_t size, struct error *e);

/* Prepares a multipolygon. NULL: `e` says what is wrong. Free with shape_free(). */
struct shape *shape_new(const void *wkb, size_t len, struct error *e);
void shape_free(struct shape *s);

/* True when the point lies in it or on its edge. */
bool shape_holds(const struct shape *s, struct point p);

struct box {
    double west, south, east, north; /* degrees */
};
struct box shape_box(const struct shape *s);

/* A point that lies inside, as far from the edge as is easily found. */
struct point shape_inside(const struct shape *s);

/* Appends, as WKB, the lines where the outline of `s` runs along those of its neighbours:
 * within `tolerance` degrees of one of them, so that outlines that do not quite meet do; they
 * are moved by less than a tenth of that. Nothing is appended where it meets none. False: GEOS
 * failed, and `e` says how. */
bool shape_shared(const struct shape *s, const struct shape *const *neighbour, size_t count,
                  double tolerance, struct buf *out, struct error *e);

/* All that lies within `tolerance` degrees of lines, each as WKB (one of no bytes counts for
 * nothing). NULL where there is none, and where GEOS failed: then `e->code` is set. */
struct shape *shape_corridor(const struct buf *lines, size_t count, double tolerance,
                             struct error *e);

/* Appends, as WKB, those lines of `wkb` (one or several) of which less than two thirds lie in
 * the corridor. Nothing is appended where all do. */
bool shape_lines_apart(const struct shape *corridor, const void *wkb, size_t len,
                       struct buf *out, struct error *e);

/* Calls `each` with the corners of every ring, the last the same as the first, after
 * dropping those that change the outline by less than `tolerance` degrees. */
void shape_rings(const struct shape *s, double tolerance,
                 void (*each)(const struct point *corner, size_t count, void *ctx),
                 void *ctx);

#endif
