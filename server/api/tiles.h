/* SPDX-License-Identifier: Apache-2.0
 *
 * What the sets of tiles have in common: addresses, codings, validators, TileJSON. A handler
 * of a set makes its struct tile_source and calls these.
 */
#ifndef SERVER_API_TILES_H
#define SERVER_API_TILES_H

#include "server/api/context.h"
#include "tiles/cache.h"

#define TILE_MEDIA "application/vnd.mapbox-vector-tile"

/* clang-format off */
/* The path parameters z, x, y of a set whose finest zoom is `zoom_max`. */
#define TILE_AXIS(axis, most, text)                                                      \
    {axis, PARAM_INTEGER, -1, 0, most, NULL, text, .in_url = true, .in_path = true}
#define TILE_PARAMS(zoom_max)                                                            \
    TILE_AXIS("z", zoom_max, "zoom"),                                                    \
    TILE_AXIS("x", (1 << (zoom_max)) - 1, "column from the west, below 2^z"),            \
    TILE_AXIS("y", (1 << (zoom_max)) - 1, "row from the north, below 2^z")
/* clang-format on */

/* Answers with the tile of the path: 404 where there is none of this address or above
 * `zoom_max`; an empty body where nothing lies in it. */
void respond_tile(struct context *c, struct request *q, struct response *r,
                  const struct tile_source *source, uint32_t zoom_max);

/* The tile of the path. False: there is none of this address, or above `zoom_max`. */
bool tile_of_path(const struct request *q, uint32_t zoom_max, struct tile *out);

/* A layer of a set, for its TileJSON. */
struct tile_layer {
    const char *id, *description;
    const char *fields; /* members of a JSON object: name to description */
};

struct tile_set_info {
    const char *name;        /* of the set in addresses: "services" */
    const char *description; /* for people */
    const char *attribution; /* or NULL */
    uint32_t zoom_min, zoom_max;
    struct box box;                 /* what holds all; all zeros: not said */
    const struct tile_layer *layer; /* ends with a NULL id */
    const char *layers;             /* instead of it: a JSON list; or NULL */
};

/* Answers with the TileJSON 3.0 of a set. */
void respond_tilejson(struct context *c, struct request *q, struct response *r,
                      const struct tile_set_info *info);

#endif
