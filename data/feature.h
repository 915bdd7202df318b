/* SPDX-License-Identifier: Apache-2.0
 *
 * What the map is drawn from beside places and areas, on its way into the record and out of
 * it: land, waters, rivers, boundaries, roads. Kept over re-imports by (source, layer, id of
 * the source), as places are (data/place.h), and part of the same runs. No search looks at
 * them: they move a revision of their own.
 */
#ifndef DATA_FEATURE_H
#define DATA_FEATURE_H

#include "data/record.h"

/* Land and waters are polygons, the others lines. */
enum map_layer {
    LAYER_LAND,
    LAYER_WATER,
    LAYER_RIVER,
    LAYER_BOUNDARY,
    LAYER_ROAD,
    LAYER_COUNT
};

#define FEATURE_ZOOM_MAX 20
#define FEATURE_LEVEL_MAX 2 /* of boundaries: country, province, district */

/* "land", static; and the other way round: false when there is none called so. */
const char *map_layer_name(enum map_layer layer);
bool map_layer_find(const char *name, enum map_layer *out);

/* Borrowed from whoever fills it. "" is "not stated"; what is stated has been checked. */
struct feature_row {
    const char *id; /* of the source, in this layer */
    enum map_layer layer;
    int zoom;          /* from which it is drawn, at most FEATURE_ZOOM_MAX */
    const char *class; /* of a road or river */
    const char *name;
    int level; /* of a boundary, 0 to FEATURE_LEVEL_MAX */
    bool disputed;
    const void *wkb; /* degrees: a sound multipolygon (data/shape.h), or lines */
    size_t wkb_len;
};

/* Adds or updates one, as import_put() does. */
enum put_result feature_put(struct import_run *run, const struct feature_row *row,
                            struct error *e);

/* The id of a feature whose source gives it none: made of all that it says, so that the same
 * feature has the same one. */
#define FEATURE_ID_BYTES 33
void feature_id(const struct feature_row *row, char out[FEATURE_ID_BYTES]);

/* Retires what stands of the source in a layer of which something was put, and was not put in
 * this run; see place_retire_missing(). */
bool feature_retire_missing(struct import_run *run, bool only_count, int64_t *present,
                            int64_t *missing, struct error *e);

/* Calls `each` with every feature that stands, by layer, then as they came; `id` is empty, and
 * all is borrowed for the call. False stops with failure, `e` set by it. */
bool record_each_feature(struct record *r,
                         bool (*each)(const struct feature_row *feature, void *ctx,
                                      struct error *e),
                         void *ctx, struct error *e);

/* Moves whenever a feature is added, updated or retired; 0: never. */
bool record_basemap_revision(struct record *r, int64_t *out, struct error *e);

#endif
