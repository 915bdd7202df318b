/* SPDX-License-Identifier: Apache-2.0
 *
 * GeoJSON (RFC 7946), one feature of a FeatureCollection at a time: the file may be larger
 * than memory, a feature may not be larger than JSON_ELEMENT_MAX (importers/json_scan.h).
 */
#ifndef IMPORTERS_GEOJSON_H
#define IMPORTERS_GEOJSON_H

#include <stdio.h>

#include "data/buf.h"
#include "data/json_read.h"

struct geojson_feature {
    int64_t number;                /* from 1 */
    int64_t line;                  /* of the file, on which it starts, from 1 */
    const struct json *properties; /* an object, or NULL */
    const struct json *geometry;   /* an object, or NULL */
};

/* Calls `each` with every feature, borrowed for the call; false stops with failure. A file
 * that is no FeatureCollection is an error whose message starts with "NAME:LINE: ".
 * `*progress` (may be NULL) is the number of bytes read so far. */
bool geojson_read(FILE *in, const char *name,
                  bool (*each)(const struct geojson_feature *feature, void *ctx,
                               struct error *e),
                  void *ctx, int64_t *progress, struct error *e);

/* Appends the WKB (OGC 06-103r4) of a Polygon or MultiPolygon; heights are dropped. False:
 * `e` says what it is instead. Whether the rings are sound, data/shape.h tells. */
bool geojson_wkb(const struct json *geometry, struct buf *out, struct error *e);

/* The same of a LineString or MultiLineString. A line has two positions or more, in degrees:
 * at most 180 of longitude and 90 of latitude. */
bool geojson_wkb_lines(const struct json *geometry, struct buf *out, struct error *e);

#endif
