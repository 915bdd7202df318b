/* SPDX-License-Identifier: Apache-2.0
 *
 * ESRI shapefiles, read through SpatiaLite's VirtualShape.
 */
#ifndef DATA_SHAPEFILE_H
#define DATA_SHAPEFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "data/error.h"

struct shapefile_row {
    int64_t number; /* from 1 */
    const char *const *name, *const
                                 *value; /* of its attributes; a value is "" for none */
    size_t count;
    const void *wkb; /* NULL where it has no geometry */
    size_t wkb_len;
};

/* Calls `each` with every row of PATH ("x.shp", beside x.shx and x.dbf), borrowed for the
 * call; false stops with failure. `encoding` is that of the .dbf ("UTF-8", "CP874").
 * Another projection than degrees on WGS 84, as its .prj tells, is refused. */
bool shapefile_read(const char *path, const char *encoding,
                    bool (*each)(const struct shapefile_row *row, void *ctx,
                                 struct error *e),
                    void *ctx, struct error *e);

#endif
