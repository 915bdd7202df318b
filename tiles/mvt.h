/* SPDX-License-Identifier: Apache-2.0
 *
 * Writes Mapbox Vector Tiles 2.1. A builder is fed layer by layer and feature by feature,
 * then written, then reset for the next tile; what it allocated stays for that one.
 *
 *      struct mvt *m = mvt_new();
 *      mvt_layer(m, "place");
 *      mvt_feature(m, MVT_POINT);
 *      mvt_points(m, &at, 1);
 *      mvt_text(m, "name", "Vientiane", 9);
 *      mvt_end(m);
 *      mvt_write(m, &out, &e);
 *
 * Coordinates are whole units of a tile of TILE_EXTENT, x to the east and y to the south,
 * and may lie beyond its edge (buffer). Those beyond MVT_REACH are brought to it, so that
 * nothing computed from them overflows.
 *
 * Keys and values of a layer are written once each. A feature without geometry, a layer
 * without features and what degenerates (a line of one point, a ring without area) are
 * left out. Give a feature its geometry before its properties, and these only if it has one.
 * A builder belongs to one thread at a time.
 */
#ifndef TILES_MVT_H
#define TILES_MVT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "data/buf.h"
#include "data/error.h"

#define MVT_REACH (1 << 18)
#define MVT_MAX                                                                          \
    (1 << 24) /* numbers of geometry, bytes of text, features, tags of a tile */

struct mvt;

enum mvt_type { MVT_POINT = 1, MVT_LINE = 2, MVT_POLYGON = 3 };

struct mvt_point {
    int32_t x, y;
};

struct mvt *mvt_new(void);
void mvt_free(struct mvt *m);

/* Forgets all that it holds, and keeps the memory. */
void mvt_reset(struct mvt *m);

/* Begins a layer; `name` is copied and must differ from those before it. */
void mvt_layer(struct mvt *m, const char *name);

/* Begins a feature of the layer begun last. */
void mvt_feature(struct mvt *m, enum mvt_type type);

/* The number of the feature begun last, unique in its layer; without it, none. */
void mvt_id(struct mvt *m, uint64_t id);

/* Adds a property to the feature begun last; each key at most once. `value` is UTF-8 of
 * `len` bytes; a NUL in it ends it. Both are copied. */
void mvt_text(struct mvt *m, const char *key, const char *value, size_t len);
void mvt_integer(struct mvt *m, const char *key, int64_t value);
void mvt_number(struct mvt *m, const char *key, double value);
void mvt_bool(struct mvt *m, const char *key, bool value);

/* Adds a part to the feature begun last, of its type. Points: all of them are one command,
 * so call it once a feature. */
void mvt_points(struct mvt *m, const struct mvt_point *at, size_t count);

/* Equal neighbours are one; with less than two left there is no line. */
void mvt_line(struct mvt *m, const struct mvt_point *at, size_t count);

/* A ring of a polygon, its last corner the same as the first or not, in either direction:
 * an exterior one (hole false) is turned to positive area, a hole to negative area, as 4.3.4.4
 * wants. Holes follow the ring that they lie in; those of a ring that was left out are
 * left out too. True when it was drawn. */
bool mvt_ring(struct mvt *m, const struct mvt_point *at, size_t count, bool hole);

/* Ends the feature begun last. False: it had no geometry and is dropped. */
bool mvt_end(struct mvt *m);

/* Number of features since the last reset. */
size_t mvt_count(const struct mvt *m);

/* Appends the tile; no bytes for one without features. False: it holds more than MVT_MAX,
 * and `e` says of what. */
bool mvt_write(struct mvt *m, struct buf *out, struct error *e);

#endif
