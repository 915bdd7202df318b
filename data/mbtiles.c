/* SPDX-License-Identifier: Apache-2.0
 *
 * A file that others may have made is believed in nothing: what it says is checked when it is
 * opened, and what a tile costs to read is bounded. Each reader has a connection of its own
 * for the time of a read; connections are kept.
 */
#include "data/mbtiles.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "data/db.h"
#include "data/json_read.h"
#include "data/mem.h"
#include "data/text.h"

#define TEXT_MAX (1 << 20) /* bytes of a value of the metadata */
#define ROWS_MAX 1000      /* of the metadata */
#define IDLE_MAX 32        /* connections that are kept */

struct mbtiles {
    char *path;
    struct mbtiles_info info;
    pthread_mutex_t lock; /* of the following */
    struct db *idle[IDLE_MAX];
    int idle_count;
};

/* ---- connections ------------------------------------------------------------------------- */

static struct db *connect_new(const struct mbtiles *m, struct error *e) {
    struct db *db = db_open(m->path, DB_READ, false, e);
    if (db == NULL || db_distrust(db, MBTILES_TILE_MAX, e))
        return db;
    db_close(db);
    return NULL;
}

static struct db *take(struct mbtiles *m, struct error *e) {
    pthread_mutex_lock(&m->lock);
    struct db *db = m->idle_count > 0 ? m->idle[--m->idle_count] : NULL;
    pthread_mutex_unlock(&m->lock);
    return db != NULL ? db : connect_new(m, e);
}

static void give_back(struct mbtiles *m, struct db *db) {
    pthread_mutex_lock(&m->lock);
    bool kept = m->idle_count < IDLE_MAX;
    if (kept)
        m->idle[m->idle_count++] = db;
    pthread_mutex_unlock(&m->lock);
    if (!kept)
        db_close(db);
}

/* ---- metadata ------------------------------------------------------------------------------ */

/* "1,-2.5,3": exactly `count` numbers. */
static bool numbers(const char *text, double *out, size_t count) {
    char *end = NULL;
    for (size_t i = 0; i < count; i++) {
        out[i] = strtod(text, &end);
        if (end == text || !isfinite(out[i]) || *end != (i + 1 < count ? ',' : '\0'))
            return false;
        text = end + 1;
    }
    return true;
}

#define ZOOMS "0 to 22"
_Static_assert(MBTILES_ZOOM_MAX == 22, "what is said to be allowed");

/* A foreign file may hold anything, also what a terminal obeys. */
static bool refuse(struct error *e, const char *name, const char *value,
                   const char *allowed) {
    char shown[TEXT_SHOWN_BYTES];
    return error_set(e, ERR_DATA, "%s is \"%s\"; allowed: %s", name,
                     text_shown(slice_of(value), shown), allowed);
}

static bool take_zoom(const char *name, const char *value, int *out, struct error *e) {
    int64_t zoom;
    if (!slice_integer(slice_of(value), &zoom) || zoom < 0 || zoom > MBTILES_ZOOM_MAX)
        return refuse(e, name, value, ZOOMS);
    *out = (int)zoom;
    return true;
}

static bool take_bounds(const char *value, struct box *out, struct error *e) {
    double n[4];
    if (!numbers(value, n, 4) || n[0] < -180 || n[2] > 180 || n[0] > n[2] || n[1] < -90 ||
        n[3] > 90 || n[1] > n[3])
        return refuse(e, "bounds", value, "west,south,east,north in degrees");
    *out = (struct box){n[0], n[1], n[2], n[3]};
    return true;
}

static bool take_center(const char *value, double out[3], struct error *e) {
    return (numbers(value, out, 3) && fabs(out[0]) <= 180 && fabs(out[1]) <= 90 &&
            out[2] >= 0 && out[2] <= MBTILES_ZOOM_MAX) ||
           refuse(e, "center", value, "longitude,latitude,zoom");
}

static bool on_field(const char *name, const struct json *value, void *ctx) {
    struct buf *out = ctx;
    buf_json_key(out, name);
    buf_json(out, json_kind(value) == KIND_STRING ? json_text(value, NULL) : "");
    return true;
}

static void add_text(struct buf *out, const struct json *layer, const char *name) {
    const struct json *value = json_get(layer, name);
    if (value == NULL || json_kind(value) != KIND_STRING)
        return;
    buf_json_key(out, name);
    buf_json(out, json_text(value, NULL));
}

static void add_whole(struct buf *out, const struct json *layer, const char *name) {
    const struct json *value = json_get(layer, name);
    if (value == NULL || json_kind(value) != KIND_INTEGER)
        return;
    buf_json_key(out, name);
    buf_integer(out, json_whole(value));
}

/* Appends one of `vector_layers`. False: it has no id. */
static bool add_layer(struct buf *out, const struct json *layer) {
    const struct json *id =
        json_kind(layer) == KIND_OBJECT ? json_get(layer, "id") : NULL;
    const struct json *fields = id != NULL ? json_get(layer, "fields") : NULL;
    if (id == NULL || json_kind(id) != KIND_STRING)
        return false;
    buf_json_comma(out);
    buf_char(out, '{');
    add_text(out, layer, "id");
    add_text(out, layer, "description");
    add_whole(out, layer, "minzoom");
    add_whole(out, layer, "maxzoom");
    buf_json_key(out, "fields");
    buf_char(out, '{');
    if (fields != NULL && json_kind(fields) == KIND_OBJECT)
        json_each(fields, on_field, out);
    buf_str(out, "}}");
    return true;
}

/* Reads `vector_layers` of `i->json` into `i->layers`. */
static bool layers_read(struct mbtiles_info *i, struct error *e) {
    struct json *root = json_parse(i->json, strlen(i->json), e);
    if (root == NULL)
        return error_prefix(e, "json: ");
    const struct json *layers =
        json_kind(root) == KIND_OBJECT ? json_get(root, "vector_layers") : NULL;
    struct buf out = {0};
    buf_char(&out, '[');
    bool fine = layers != NULL && json_kind(layers) == KIND_ARRAY;
    for (size_t n = 0; fine && n < json_count(layers); n++)
        fine = add_layer(&out, json_at(layers, n));
    buf_char(&out, ']');
    i->layers = buf_text(&out);
    json_free(root);
    return fine || error_set(e, ERR_DATA, "json has no vector_layers with ids");
}

static bool is(const char *name, const char *wanted) {
    return strcmp(name, wanted) == 0;
}

static void take_text(char **out, const char *value) {
    free(*out);
    *out = xstrndup(value, strlen(value));
}

struct seen {
    bool format, min, max, bounds, center;
};

static bool take_row(struct mbtiles_info *i, const char *name, const char *value,
                     struct seen *seen, struct error *e) {
    if (is(name, "format")) {
        seen->format = true;
        return is(value, "pbf") ||
               refuse(e, "format", value, "pbf");
    }
    if (is(name, "minzoom"))
        return seen->min = true, take_zoom(name, value, &i->min_zoom, e);
    if (is(name, "maxzoom"))
        return seen->max = true, take_zoom(name, value, &i->max_zoom, e);
    if (is(name, "bounds"))
        return seen->bounds = true, take_bounds(value, &i->bounds, e);
    if (is(name, "center"))
        return seen->center = true, take_center(value, i->center, e);
    if (is(name, "name"))
        take_text(&i->name, value);
    else if (is(name, "attribution"))
        take_text(&i->attribution, value);
    else if (is(name, "description"))
        take_text(&i->description, value);
    else if (is(name, "haven_key"))
        take_text(&i->key, value);
    else if (is(name, "json"))
        take_text(&i->json, value);
    return true;
}

static const char sql_metadata[] =
    "SELECT name, value FROM metadata /*scan*/ WHERE name IS NOT NULL";

static bool rows_read(struct mbtiles_info *i, struct db *db, struct seen *seen,
                      struct error *e) {
    int got, rows = 0;
    struct statement *s = db_prepare(db, sql_metadata, e);
    if (s == NULL)
        return error_set(e, ERR_DATA, "no MBTiles file: it has no table metadata");
    while ((got = db_step(s, e)) == 1) {
        const char *value = db_text(s, 1);
        bool fine = ++rows <= ROWS_MAX && db_bytes(s, 1) <= TEXT_MAX &&
                    text_utf8(value, db_bytes(s, 1), NULL);
        if (!fine)
            error_set(e, ERR_DATA, "its metadata is too much, or no UTF-8");
        if (!fine || !take_row(i, db_text(s, 0), value, seen, e)) {
            db_reset(s);
            return false;
        }
    }
    return got == 0;
}

static const char sql_zooms[] =
    "SELECT coalesce((SELECT zoom_level FROM tiles ORDER BY zoom_level LIMIT 1), 0)," /*scan*/
    " coalesce((SELECT zoom_level FROM tiles ORDER BY zoom_level DESC LIMIT 1), 0)";

/* A file need not say its zooms: then the tiles do. It must have them, in any case. */
static bool zooms_read(struct mbtiles_info *i, struct db *db, const struct seen *seen,
                       struct error *e) {
    struct statement *s = db_prepare(db, sql_zooms, e);
    if (s == NULL)
        return error_set(e, ERR_DATA, "no MBTiles file: it has no tiles");
    if (db_step(s, e) != 1)
        return false;
    int64_t low = db_integer(s, 0), high = db_integer(s, 1);
    db_reset(s);
    if (low < 0 || high > MBTILES_ZOOM_MAX || low > high)
        return error_set(e, ERR_DATA, "its tiles are of zooms beyond 0 to %d",
                         MBTILES_ZOOM_MAX);
    i->min_zoom = seen->min ? i->min_zoom : (int)low;
    i->max_zoom = seen->max ? i->max_zoom : (int)high;
    return i->min_zoom <= i->max_zoom ||
           error_set(e, ERR_DATA, "minzoom is more than maxzoom");
}

static bool info_read(struct mbtiles_info *i, struct db *db, struct error *e) {
    struct seen seen = {0};
    i->bounds = (struct box){-180, -85.05113, 180, 85.05113};
    take_text(&i->name, "");
    take_text(&i->attribution, "");
    take_text(&i->description, "");
    take_text(&i->json, "");
    take_text(&i->key, "");
    if (!rows_read(i, db, &seen, e) || !zooms_read(i, db, &seen, e))
        return false;
    if (!seen.format)
        return error_set(e, ERR_DATA, "its metadata has no format; allowed: pbf");
    if (!seen.center) {
        i->center[0] = (i->bounds.west + i->bounds.east) / 2;
        i->center[1] = (i->bounds.south + i->bounds.north) / 2;
        i->center[2] = i->min_zoom;
    }
    return layers_read(i, e);
}

/* ---- files --------------------------------------------------------------------------------- */

struct mbtiles *mbtiles_open(const char *path, struct error *e) {
    struct mbtiles *m = xcalloc(1, sizeof *m);
    m->path = xstrndup(path, strlen(path));
    pthread_mutex_init(&m->lock, NULL);
    struct db *db = take(m, e);
    bool ok = db != NULL && (info_read(&m->info, db, e) || error_prefix(e, "%s: ", path));
    if (db != NULL)
        give_back(m, db);
    if (ok)
        return m;
    mbtiles_close(m);
    return NULL;
}

void mbtiles_close(struct mbtiles *m) {
    if (m == NULL)
        return;
    while (m->idle_count > 0)
        db_close(m->idle[--m->idle_count]);
    pthread_mutex_destroy(&m->lock);
    free(m->info.name);
    free(m->info.attribution);
    free(m->info.description);
    free(m->info.json);
    free(m->info.key);
    free(m->info.layers);
    free(m->path);
    free(m);
}

const struct mbtiles_info *mbtiles_info(const struct mbtiles *m) {
    return &m->info;
}

static const char sql_tile[] = "SELECT tile_data FROM tiles WHERE zoom_level = :z"
                               " AND tile_column = :x AND tile_row = :y";

static bool tile_read(struct db *db, struct mbtiles_at at, struct buf *out,
                      struct error *e) {
    struct statement *s = db_prepare(db, sql_tile, e);
    if (s == NULL)
        return false;
    db_bind_integer(s, ":z", at.z);
    db_bind_integer(s, ":x", at.x);
    db_bind_integer(s, ":y", ((int64_t)1 << at.z) - 1 - at.y);
    int got = db_step(s, e);
    if (got == 1) {
        size_t len = db_bytes(s, 0); /* first: it may move the bytes, of text in UTF-16 */
        buf_add(out, db_blob(s, 0), len);
    }
    db_reset(s);
    return got >= 0;
}

bool mbtiles_read(struct mbtiles *m, struct mbtiles_at at, struct buf *out,
                  struct error *e) {
    if (at.z > MBTILES_ZOOM_MAX)
        return true;
    struct db *db = take(m, e);
    if (db == NULL)
        return false;
    bool ok = tile_read(db, at, out, e);
    if (!ok)
        error_prefix(e, "%s: tile %u/%u/%u: ", m->path, at.z, at.x, at.y);
    give_back(m, db);
    return ok;
}
