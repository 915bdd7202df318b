/* SPDX-License-Identifier: Apache-2.0
 *
 *   { "type": "FeatureCollection", "crs": {...}, "features": [ {...}, {...} ] }
 *     key      value                 skipped        key         one at a time
 */
#include "importers/geojson.h"

#include <math.h>
#include <string.h>

#include "importers/cell.h"
#include "importers/json_scan.h"

/* ---- features ----------------------------------------------------------------------------- */

struct reading {
    struct json_scan *s;
    bool (*each)(const struct geojson_feature *feature, void *ctx, struct error *e);
    void *ctx;
    int64_t number;
};

static const struct json *object_of(const struct json *feature, const char *key) {
    const struct json *v = json_get(feature, key);
    return v != NULL && json_kind(v) == KIND_OBJECT ? v : NULL;
}

static bool give_feature(struct json_scan *s, int64_t line, void *ctx, struct error *e) {
    struct reading *r = ctx;
    r->number++;
    struct json *root = json_parse(s->text.data, s->text.len, e);
    if (root == NULL)
        return error_prefix(e, "%s:%lld: feature %lld: ", s->name, (long long)line,
                            (long long)r->number);
    struct geojson_feature feature = {.number = r->number, .line = line};
    bool is_object = json_kind(root) == KIND_OBJECT;
    if (is_object) {
        feature.properties = object_of(root, "properties");
        feature.geometry = object_of(root, "geometry");
    }
    bool done = is_object ? r->each(&feature, r->ctx, e)
                          : scan_fail(s, line, "a feature that is no object", e);
    json_free(root);
    return done;
}

static bool read_features(struct reading *r, struct error *e) {
    struct json_scan *s = r->s;
    if (scan_token(s) != '[')
        return scan_fail(s, scan_line(s), "\"features\" is not a list", e);
    return scan_list(s, give_feature, r, e);
}

/* Whether the name that was read is `key`, however it is escaped. */
static bool key_is(const struct json_scan *s, const char *key) {
    struct error ignored = {0};
    struct json *name = json_parse(s->text.data, s->text.len, &ignored);
    bool is = name != NULL && strcmp(json_text(name, NULL), key) == 0;
    json_free(name);
    return is;
}

/* One member; `*found` when it was the features. */
static bool read_member(struct reading *r, int c, bool *found, struct error *e) {
    struct json_scan *s = r->s;
    if (c != '"')
        return scan_fail(s, scan_line(s), "a name in quotes is missing", e);
    if (!scan_value(s, c, e))
        return false;
    bool features = key_is(s, "features");
    if (scan_token(s) != ':')
        return scan_fail(s, scan_line(s), "after a name there must be a colon", e);
    if (features && *found)
        return scan_fail(s, scan_line(s), "\"features\" stands twice", e);
    *found = *found || features;
    return features ? read_features(r, e) : scan_value(s, scan_token(s), e);
}

static bool read_collection(struct reading *r, struct error *e) {
    struct json_scan *s = r->s;
    bool found = false;
    int c = scan_first_token(s);
    if (c != '{')
        return scan_fail(s, scan_line(s), "not GeoJSON; allowed: a FeatureCollection", e);
    c = scan_token(s);
    for (bool more = c != '}'; more;) {
        if (!read_member(r, c, &found, e))
            return false;
        c = scan_token(s);
        more = c == ',';
        if (!more && c != '}')
            return scan_fail(s, scan_line(s), "between two members there must be a comma", e);
        if (more)
            c = scan_token(s);
    }
    if (!found)
        return scan_fail(s, scan_line(s), "there are no \"features\"; allowed: a FeatureCollection",
                    e);
    return scan_token(s) == EOF || scan_fail(s, scan_line(s), "something stands after the end", e);
}

bool geojson_read(FILE *in, const char *name,
                  bool (*each)(const struct geojson_feature *feature, void *ctx,
                               struct error *e),
                  void *ctx, int64_t *progress, struct error *e) {
    struct json_scan s = {
        .in = in, .name = name, .thing = "feature", .progress = progress};
    struct reading r = {&s, each, ctx, 0};
    bool done = read_collection(&r, e);
    if (done && ferror(in))
        done = error_set(e, ERR_ENVIRONMENT, "%s: cannot be read", name);
    buf_free(&s.text);
    return done;
}

/* ---- geometry ------------------------------------------------------------------------------ */

enum { WKB_LINE = 2, WKB_POLYGON = 3, WKB_MULTILINE = 5, WKB_MULTIPOLYGON = 6 };

static void add_u32(struct buf *b, uint32_t value) {
    for (int i = 0; i < 4; i++)
        buf_char(b, (char)(value >> 8 * i));
}

static void add_double(struct buf *b, double value) {
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    for (int i = 0; i < 8; i++)
        buf_char(b, (char)(bits >> 8 * i));
}

static void add_head(struct buf *b, uint32_t type, size_t count) {
    buf_char(b, 1); /* little-endian */
    add_u32(b, type);
    add_u32(b, (uint32_t)count);
}

static bool is_number(const struct json *v) {
    return json_kind(v) == KIND_INTEGER || json_kind(v) == KIND_REAL;
}

static bool is_array(const struct json *v) {
    return v != NULL && json_kind(v) == KIND_ARRAY;
}

static bool add_position(const struct json *position, struct buf *out, struct error *e) {
    if (!is_array(position) || json_count(position) < 2 ||
        !is_number(json_at(position, 0)) || !is_number(json_at(position, 1)))
        return error_set(e, ERR_DATA, "a position that is no list of two numbers");
    add_double(out, json_number(json_at(position, 0)));
    add_double(out, json_number(json_at(position, 1)));
    return true;
}

static bool add_polygon(const struct json *rings, struct buf *out, struct error *e) {
    if (!is_array(rings))
        return error_set(e, ERR_DATA, "a polygon that is no list of rings");
    add_head(out, WKB_POLYGON, json_count(rings));
    for (size_t i = 0; i < json_count(rings); i++) {
        const struct json *ring = json_at(rings, i);
        if (!is_array(ring))
            return error_set(e, ERR_DATA, "a ring that is no list of positions");
        add_u32(out, (uint32_t)json_count(ring));
        for (size_t k = 0; k < json_count(ring); k++)
            if (!add_position(json_at(ring, k), out, e))
                return false;
    }
    return true;
}

static bool wrong_type(const char *name, const char *allowed, struct error *e) {
    char shown[TEXT_SHOWN_BYTES];
    return error_set(e, ERR_DATA, "a geometry of the type %s; allowed: %s",
                     text_shown(slice_of(name), shown), allowed);
}

static const char *type_of(const struct json *geometry) {
    const struct json *type = json_get(geometry, "type");
    return type != NULL && json_kind(type) == KIND_STRING ? json_text(type, NULL)
                                                          : "nothing";
}

bool geojson_wkb(const struct json *geometry, struct buf *out, struct error *e) {
    const struct json *coordinates = json_get(geometry, "coordinates");
    const char *name = type_of(geometry);
    if (strcmp(name, "Polygon") == 0)
        return add_polygon(coordinates, out, e);
    if (strcmp(name, "MultiPolygon") != 0)
        return wrong_type(name, "Polygon, MultiPolygon", e);
    if (!is_array(coordinates))
        return error_set(e, ERR_DATA, "a multipolygon that is no list of polygons");
    add_head(out, WKB_MULTIPOLYGON, json_count(coordinates));
    for (size_t i = 0; i < json_count(coordinates); i++)
        if (!add_polygon(json_at(coordinates, i), out, e))
            return false;
    return true;
}

static bool in_degrees(const struct json *position, struct error *e) {
    if (fabs(json_number(json_at(position, 0))) <= 180 &&
        fabs(json_number(json_at(position, 1))) <= 90)
        return true;
    return error_set(e, ERR_DATA,
                     "coordinates beyond 180 and 90 degrees; allowed: longitude and "
                     "latitude, WGS 84");
}

static bool add_line(const struct json *line, struct buf *out, struct error *e) {
    if (!is_array(line) || json_count(line) < 2)
        return error_set(e, ERR_DATA, "a line that is no list of two positions or more");
    add_head(out, WKB_LINE, json_count(line));
    for (size_t i = 0; i < json_count(line); i++)
        if (!add_position(json_at(line, i), out, e) || !in_degrees(json_at(line, i), e))
            return false;
    return true;
}

bool geojson_wkb_lines(const struct json *geometry, struct buf *out, struct error *e) {
    const struct json *coordinates = json_get(geometry, "coordinates");
    const char *name = type_of(geometry);
    if (strcmp(name, "LineString") == 0)
        return add_line(coordinates, out, e);
    if (strcmp(name, "MultiLineString") != 0)
        return wrong_type(name, "LineString, MultiLineString", e);
    if (!is_array(coordinates) || json_count(coordinates) == 0)
        return error_set(e, ERR_DATA, "a multiline that is no list of lines");
    add_head(out, WKB_MULTILINE, json_count(coordinates));
    for (size_t i = 0; i < json_count(coordinates); i++)
        if (!add_line(json_at(coordinates, i), out, e))
            return false;
    return true;
}
