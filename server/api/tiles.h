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

/* The path parameters z, x, y of a set whose finest zoom is `zoom_max`. */
#define TILE_PARAMS(zoom_max)                                                            \
    {"z", PARAM_INTEGER, -1, 0, zoom_max, NULL, "zoom", .in_url = true, .in_path = true},    \
        {"x", PARAM_INTEGER, -1, 0, (1 << (zoom_max)) - 1, NULL,                             \
         "column from the west, below 2^z", .in_url = true, .in_path = true},                \
        {"y", PARAM_INTEGER, -1, 0, (1 << (zoom_max)) - 1, NULL,                             \
         "row from the north, below 2^z", .in_url = true, .in_path = true}

/* Answers with the tile of the path: 404 where there is none of this address or above
 * `zoom_max`; an empty body where nothing lies in it. */
void respond_tile(struct context *c, struct request *q, struct response *r,
                  const struct tile_source *source, uint32_t zoom_max);

/* A layer of a set, for its TileJSON. */
struct tile_layer {
    const char *id, *description;
    const char *fields; /* members of a JSON object: name to description */
};

struct tile_set_info {
    const char *name;        /* of the set in addresses: "services" */
    const char *description; /* for people */
    const char *attribution; /* or NULL */
    uint32_t zoom_max;
    struct box box; /* what holds all; all zeros: not said */
    const struct tile_layer *layer; /* ends with a NULL id */
};

/* Answers with the TileJSON 3.0 of a set. */
void respond_tilejson(struct context *c, struct request *q, struct response *r,
                      const struct tile_set_info *info);

#endif
