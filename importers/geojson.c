/* SPDX-License-Identifier: Apache-2.0
 *
 * The scanner finds where each feature begins and ends, by brackets and quotes alone; what
 * stands between is read by the JSON reader.
 *
 *   { "type": "FeatureCollection", "crs": {...}, "features": [ {...}, {...} ] }
 *     key      value                 skipped        key         one at a time
 */
#include "importers/geojson.h"

#include <string.h>

#include "importers/cell.h"

struct scanner {
    FILE *in;
    const char *name;
    char block[1 << 16];
    size_t at, len;
    int64_t line;
    int64_t *progress;
    struct buf text; /* of the value or key being read */
};

static bool fail(const struct scanner *s, int64_t line, const char *what,
                 struct error *e) {
    return error_set(e, ERR_DATA, "%s:%lld: %s", s->name, (long long)line, what);
}

/* ---- bytes ------------------------------------------------------------------------------- */

/* The next byte, or EOF. */
static int next(struct scanner *s) {
    if (s->at == s->len) {
        s->len = fread(s->block, 1, sizeof s->block, s->in);
        s->at = 0;
        if (s->progress != NULL)
            *s->progress += (int64_t)s->len;
        if (s->len == 0)
            return EOF;
    }
    unsigned char c = (unsigned char)s->block[s->at++];
    s->line += c == '\n';
    return c;
}

static void back(struct scanner *s, int c) {
    if (c == EOF)
        return;
    s->at--;
    s->line -= c == '\n';
}

static bool is_space(int c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static int next_token(struct scanner *s) {
    int c = next(s);
    while (is_space(c))
        c = next(s);
    return c;
}

/* ---- values ------------------------------------------------------------------------------ */

static bool keep(struct scanner *s, int c, struct error *e) {
    if (s->text.len == GEOJSON_FEATURE_MAX)
        return fail(s, s->line, "a feature is too large; allowed: 32 MiB of text", e);
    buf_char(&s->text, (char)c);
    return true;
}

static bool read_string(struct scanner *s, struct error *e) {
    for (bool escaped = false;;) {
        int c = next(s);
        if (c == EOF)
            return fail(s, s->line, "the file ends inside a string", e);
        if (!keep(s, c, e))
            return false;
        if (c == '"' && !escaped)
            return true;
        escaped = c == '\\' && !escaped;
    }
}

/* The rest of an object or array, whose first bracket is read already. */
static bool read_nested(struct scanner *s, struct error *e) {
    for (int depth = 1; depth > 0;) {
        int c = next(s);
        if (c == EOF)
            return fail(s, s->line, "the file ends too early: a bracket is not closed",
                        e);
        if (!keep(s, c, e) || (c == '"' && !read_string(s, e)))
            return false;
        depth += c == '{' || c == '[';
        depth -= c == '}' || c == ']';
    }
    return true;
}

/* A number, true, false or null; whether it is one, nobody needs to know. */
static bool skip_word(struct scanner *s) {
    int c = next(s);
    while (c != EOF && !is_space(c) && strchr(",]}", c) == NULL)
        c = next(s);
    back(s, c);
    return true;
}

/* Reads the value that begins with `c` into `text`. */
static bool read_value(struct scanner *s, int c, struct error *e) {
    s->text.len = 0;
    if (c == EOF)
        return fail(s, s->line, "the file ends too early", e);
    if (strchr(",:]}", c) != NULL)
        return fail(s, s->line, "a value is missing", e);
    if (!keep(s, c, e))
        return false;
    if (c == '"')
        return read_string(s, e);
    return c == '{' || c == '[' ? read_nested(s, e) : skip_word(s);
}

/* ---- features ----------------------------------------------------------------------------- */

struct reading {
    struct scanner *s;
    bool (*each)(const struct geojson_feature *feature, void *ctx, struct error *e);
    void *ctx;
    int64_t number;
};

static const struct json *object_of(const struct json *feature, const char *key) {
    const struct json *v = json_get(feature, key);
    return v != NULL && json_kind(v) == KIND_OBJECT ? v : NULL;
}

static bool give_feature(struct reading *r, int64_t line, struct error *e) {
    struct json *root = json_parse(r->s->text.data, r->s->text.len, e);
    if (root == NULL)
        return error_prefix(e, "%s:%lld: feature %lld: ", r->s->name, (long long)line,
                            (long long)r->number);
    struct geojson_feature feature = {.number = r->number, .line = line};
    bool is_object = json_kind(root) == KIND_OBJECT;
    if (is_object) {
        feature.properties = object_of(root, "properties");
        feature.geometry = object_of(root, "geometry");
    }
    bool done = is_object ? r->each(&feature, r->ctx, e)
                          : fail(r->s, line, "a feature that is no object", e);
    json_free(root);
    return done;
}

static bool read_features(struct reading *r, struct error *e) {
    struct scanner *s = r->s;
    int c = next_token(s);
    if (c != '[')
        return fail(s, s->line, "\"features\" is not a list", e);
    if ((c = next_token(s)) == ']')
        return true;
    for (;; c = next_token(s)) { /* at a value, so that no comma stands before the end */
        int64_t line = s->line;
        r->number++;
        if (!read_value(s, c, e) || !give_feature(r, line, e))
            return false;
        c = next_token(s);
        if (c == ']')
            return true;
        if (c != ',')
            return fail(s, s->line, "between two features there must be a comma", e);
    }
}

/* Whether the name that was read is `key`, however it is escaped. */
static bool key_is(const struct scanner *s, const char *key) {
    struct error ignored = {0};
    struct json *name = json_parse(s->text.data, s->text.len, &ignored);
    bool is = name != NULL && strcmp(json_text(name, NULL), key) == 0;
    json_free(name);
    return is;
}

/* One member; `*found` when it was the features. */
static bool read_member(struct reading *r, int c, bool *found, struct error *e) {
    struct scanner *s = r->s;
    if (c != '"')
        return fail(s, s->line, "a name in quotes is missing", e);
    if (!read_value(s, c, e))
        return false;
    bool features = key_is(s, "features");
    if (next_token(s) != ':')
        return fail(s, s->line, "after a name there must be a colon", e);
    if (features && *found)
        return fail(s, s->line, "\"features\" stands twice", e);
    *found = *found || features;
    return features ? read_features(r, e) : read_value(s, next_token(s), e);
}

static bool read_collection(struct reading *r, struct error *e) {
    struct scanner *s = r->s;
    bool found = false;
    int c = next_token(s);
    if (c == 0xef && next(s) == 0xbb && next(s) == 0xbf) /* a BOM */
        c = next_token(s);
    if (c != '{')
        return fail(s, s->line, "not GeoJSON; allowed: a FeatureCollection", e);
    c = next_token(s);
    for (bool more = c != '}'; more;) {
        if (!read_member(r, c, &found, e))
            return false;
        c = next_token(s);
        more = c == ',';
        if (!more && c != '}')
            return fail(s, s->line, "between two members there must be a comma", e);
        if (more)
            c = next_token(s);
    }
    if (!found)
        return fail(s, s->line, "there are no \"features\"; allowed: a FeatureCollection",
                    e);
    return next_token(s) == EOF || fail(s, s->line, "something stands after the end", e);
}

bool geojson_read(FILE *in, const char *name,
                  bool (*each)(const struct geojson_feature *feature, void *ctx,
                               struct error *e),
                  void *ctx, int64_t *progress, struct error *e) {
    struct scanner s = {.in = in, .name = name, .line = 1, .progress = progress};
    struct reading r = {&s, each, ctx, 0};
    bool done = read_collection(&r, e);
    if (done && ferror(in))
        done = error_set(e, ERR_ENVIRONMENT, "%s: cannot be read", name);
    buf_free(&s.text);
    return done;
}

/* ---- geometry ------------------------------------------------------------------------------ */

enum { WKB_POLYGON = 3, WKB_MULTIPOLYGON = 6 };

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

static bool wrong_type(const char *name, struct error *e) {
    char shown[CELL_SHOWN_BYTES];
    return error_set(e, ERR_DATA, "a geometry of the type %s; allowed: Polygon, MultiPolygon",
                     cell_shown(slice_of(name), shown));
}

bool geojson_wkb(const struct json *geometry, struct buf *out, struct error *e) {
    const struct json *type = json_get(geometry, "type");
    const struct json *coordinates = json_get(geometry, "coordinates");
    const char *name = type != NULL && json_kind(type) == KIND_STRING
                           ? json_text(type, NULL)
                           : "nothing";
    if (strcmp(name, "Polygon") == 0)
        return add_polygon(coordinates, out, e);
    if (strcmp(name, "MultiPolygon") != 0)
        return wrong_type(name, e);
    if (!is_array(coordinates))
        return error_set(e, ERR_DATA, "a multipolygon that is no list of polygons");
    add_head(out, WKB_MULTIPOLYGON, json_count(coordinates));
    for (size_t i = 0; i < json_count(coordinates); i++)
        if (!add_polygon(json_at(coordinates, i), out, e))
            return false;
    return true;
}
