/* SPDX-License-Identifier: Apache-2.0
 *
 * The built-in basemap: land and borders of the world, made at build time by
 * data/basemap.mjs, for what the record has no land or boundaries for.
 */
#ifndef DATA_BASEMAP_H
#define DATA_BASEMAP_H

#include "data/feature.h"

struct basemap_feature {
    struct feature_row row; /* LAYER_LAND or LAYER_BOUNDARY (level 0); no id, no name */
    char side[2][3];        /* of a boundary: ISO 3166-1 alpha-2, or "" nobody's code */
};

/* Calls `each` with every feature of the file, borrowed for the call; false stops with
 * failure, `e` set by it. False, too, for a file that is not one of ours. */
bool basemap_each(const char *path,
                  bool (*each)(const struct basemap_feature *feature, void *ctx,
                               struct error *e),
                  void *ctx, struct error *e);

#endif
