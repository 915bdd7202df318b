/* SPDX-License-Identifier: Apache-2.0
 *
 * The part is a database with a log of its own; the file is a fresh copy of it (VACUUM INTO),
 * so that the same tiles are the same bytes in whatever order they came.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "data/crypto.h"
#include "data/db.h"
#include "data/mbtiles.h"
#include "data/mem.h"

struct mbtiles_writer {
    struct db *db;
    int lock; /* the part, held (flock) as long as we are at it; or -1 */
    struct buf path, part, fresh; /* names of files, NUL-terminated */
    uint64_t *done;               /* blocks, sorted: block_number() */
    size_t done_count;
};

/* 1297105496: "MPBX", as the format has it. */
static const char sql_schema[] =
    "PRAGMA locking_mode = EXCLUSIVE; PRAGMA synchronous = NORMAL;"
    "PRAGMA application_id = 1297105496; BEGIN IMMEDIATE;"
    "CREATE TABLE metadata (name TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;"
    "CREATE TABLE images (tile_id INTEGER PRIMARY KEY, tile_data BLOB NOT NULL);"
    "CREATE TABLE map (zoom_level INTEGER, tile_column INTEGER, tile_row INTEGER,"
    " tile_id INTEGER NOT NULL REFERENCES images (tile_id),"
    " PRIMARY KEY (zoom_level, tile_column, tile_row)) WITHOUT ROWID;"
    "CREATE VIEW tiles AS SELECT map.zoom_level, map.tile_column, map.tile_row,"
    " images.tile_data FROM map JOIN images ON images.tile_id = map.tile_id;"
    "CREATE TABLE part (key TEXT NOT NULL);"
    "CREATE TABLE block (number INTEGER PRIMARY KEY);"
    "COMMIT";

/* ---- begin ------------------------------------------------------------------------------- */

static uint64_t block_number(struct mbtiles_at b) {
    return (uint64_t)b.z << 56 | (uint64_t)b.x << 28 | b.y;
}

static int compare_numbers(const void *x, const void *y) {
    const uint64_t *a = x, *b = y;
    return *a < *b ? -1 : *a > *b;
}

static const char sql_key_put[] = "INSERT INTO part (key) VALUES (:key)";

/* Nobody else may be at the part. */
static bool part_lock(struct mbtiles_writer *w, struct error *e) {
    w->lock = open(w->part.data, O_CREAT | O_RDWR | O_CLOEXEC, 0600);
    if (w->lock >= 0 && flock(w->lock, LOCK_EX | LOCK_NB) == 0)
        return true;
    return error_set(e, ERR_ENVIRONMENT, "%s: %s", w->part.data,
                     w->lock >= 0 ? "another build is at it" : strerror(errno));
}

static bool part_new(struct mbtiles_writer *w, const char *key, struct error *e) {
    struct buf beside = {0};
    const char *const rest[] = {"-wal", "-shm", "-journal"};
    for (size_t i = 0; i < sizeof rest / sizeof *rest; i++) {
        beside.len = 0;
        buf_printf(&beside, "%s%s", w->part.data, rest[i]);
        unlink(buf_text(&beside));
    }
    buf_free(&beside);
    if (ftruncate(w->lock, 0) != 0)
        return error_set(e, ERR_ENVIRONMENT, "%s: %s", w->part.data, strerror(errno));
    w->db = db_open(w->part.data, DB_READ_WRITE, false, e);
    if (w->db == NULL || !db_exec(w->db, sql_schema, e))
        return false;
    struct statement *s = db_prepare(w->db, sql_key_put, e);
    if (s == NULL)
        return false;
    db_bind_text(s, ":key", key);
    return db_run(s, e);
}

static const char sql_key[] = "SELECT key FROM part";
static const char sql_blocks[] = "SELECT number FROM block ORDER BY number";
static const char sql_alone[] = "PRAGMA locking_mode = EXCLUSIVE;"
                                "PRAGMA synchronous = NORMAL; BEGIN IMMEDIATE; COMMIT";

static bool blocks_read(struct mbtiles_writer *w, struct error *e) {
    size_t capacity = 0;
    int got;
    struct statement *s = db_prepare(w->db, sql_blocks, e);
    if (s == NULL)
        return false;
    while ((got = db_step(s, e)) == 1) {
        w->done = xgrow(w->done, &capacity, w->done_count, sizeof *w->done);
        w->done[w->done_count++] = (uint64_t)db_integer(s, 0);
    }
    return got == 0;
}

/* True when the part that is there is one of this key, and can go on. */
static bool part_same(struct mbtiles_writer *w, const char *key) {
    struct error e = {0};
    struct statement *s = NULL;
    bool same = (w->db = db_open(w->part.data, DB_READ_WRITE, false, &e)) != NULL &&
                db_exec(w->db, sql_alone, &e) && (s = db_prepare(w->db, sql_key, &e)) &&
                db_step(s, &e) == 1 && strcmp(db_text(s, 0), key) == 0;
    if (s != NULL)
        db_reset(s);
    if (same && blocks_read(w, &e))
        return true;
    db_close(w->db);
    w->db = NULL;
    return false;
}

struct mbtiles_writer *mbtiles_create(const char *path, const char *key, bool resume,
                                      int64_t *kept, struct error *e) {
    struct mbtiles_writer *w = xcalloc(1, sizeof *w);
    buf_printf(&w->path, "%s", path);
    buf_printf(&w->part, "%s.part", path);
    buf_printf(&w->fresh, "%s.fresh", path);
    buf_text(&w->path);
    buf_text(&w->part);
    buf_text(&w->fresh);
    bool ok = part_lock(w, e) && ((resume && part_same(w, key)) || part_new(w, key, e));
    *kept = (int64_t)w->done_count;
    if (ok && db_begin(w->db, e))
        return w;
    mbtiles_abandon(w);
    return NULL;
}

bool mbtiles_has(struct mbtiles_writer *w, struct mbtiles_at block) {
    uint64_t number = block_number(block);
    return w->done_count > 0 && bsearch(&number, w->done, w->done_count, sizeof *w->done,
                                        compare_numbers) != NULL;
}

/* ---- tiles ------------------------------------------------------------------------------- */

static const char sql_image[] = "SELECT tile_data FROM images WHERE tile_id = :id";
static const char sql_image_put[] =
    "INSERT INTO images (tile_id, tile_data) VALUES (:id, :data)";
static const char sql_map_put[] =
    "INSERT OR REPLACE INTO map (zoom_level, tile_column, tile_row, tile_id)"
    " VALUES (:z, :x, :y, :id)";

/* Finds the number of a content, or a free one: 62 bits of its digest, or the next. */
static bool image_find(struct mbtiles_writer *w, const void *bytes, size_t len,
                       int64_t *id, bool *there, struct error *e) {
    uint8_t digest[16];
    uint64_t number;
    crypto_digest(bytes, len, digest, sizeof digest);
    memcpy(&number, digest, sizeof number);
    for (*id = (int64_t)(number >> 2);; ++*id) {
        struct statement *s = db_prepare(w->db, sql_image, e);
        if (s == NULL)
            return false;
        db_bind_integer(s, ":id", *id);
        int got = db_step(s, e);
        *there =
            got == 1 && db_bytes(s, 0) == len && memcmp(db_blob(s, 0), bytes, len) == 0;
        db_reset(s);
        if (got != 1 || *there)
            return got >= 0;
    }
}

static bool image_put(struct mbtiles_writer *w, int64_t id, const void *bytes, size_t len,
                      struct error *e) {
    struct statement *s = db_prepare(w->db, sql_image_put, e);
    if (s == NULL)
        return false;
    db_bind_integer(s, ":id", id);
    db_bind_blob(s, ":data", bytes, len);
    return db_run(s, e);
}

bool mbtiles_put(struct mbtiles_writer *w, struct mbtiles_at at, const void *bytes,
                 size_t len, struct error *e) {
    int64_t id;
    bool there;
    if (!image_find(w, bytes, len, &id, &there, e) ||
        (!there && !image_put(w, id, bytes, len, e)))
        return false;
    struct statement *s = db_prepare(w->db, sql_map_put, e);
    if (s == NULL)
        return false;
    db_bind_integer(s, ":z", at.z);
    db_bind_integer(s, ":x", at.x);
    db_bind_integer(s, ":y", ((int64_t)1 << at.z) - 1 - at.y);
    db_bind_integer(s, ":id", id);
    return db_run(s, e);
}

static const char sql_block_put[] = "INSERT INTO block (number) VALUES (:number)";

bool mbtiles_end_block(struct mbtiles_writer *w, struct mbtiles_at block,
                       struct error *e) {
    struct statement *s = db_prepare(w->db, sql_block_put, e);
    if (s == NULL)
        return false;
    db_bind_integer(s, ":number", (int64_t)block_number(block));
    return db_run(s, e);
}

bool mbtiles_flush(struct mbtiles_writer *w, struct error *e) {
    return db_commit(w->db, e) && db_begin(w->db, e);
}

/* ---- end --------------------------------------------------------------------------------- */

static const char sql_meta_put[] =
    "INSERT OR REPLACE INTO metadata (name, value) VALUES (:name, :value)";

static bool meta_put(struct mbtiles_writer *w, const char *name, const char *value,
                     struct error *e) {
    struct statement *s = db_prepare(w->db, sql_meta_put, e);
    if (s == NULL)
        return false;
    db_bind_text(s, ":name", name);
    db_bind_text(s, ":value", value);
    return value[0] == '\0' || db_run(s, e);
}

static bool meta_write(struct mbtiles_writer *w, const struct mbtiles_info *i,
                       struct error *e) {
    char bounds[128], center[128], low[12], high[12];
    snprintf(bounds, sizeof bounds, "%.5f,%.5f,%.5f,%.5f", i->bounds.west,
             i->bounds.south, i->bounds.east, i->bounds.north);
    snprintf(center, sizeof center, "%.5f,%.5f,%d", i->center[0], i->center[1],
             (int)i->center[2]);
    snprintf(low, sizeof low, "%d", i->min_zoom);
    snprintf(high, sizeof high, "%d", i->max_zoom);
    const char *const rows[][2] = {{"name", i->name},
                                   {"format", "pbf"},
                                   {"type", "baselayer"},
                                   {"version", "1"},
                                   {"description", i->description},
                                   {"attribution", i->attribution},
                                   {"bounds", bounds},
                                   {"center", center},
                                   {"minzoom", low},
                                   {"maxzoom", high},
                                   {"haven_key", i->key},
                                   {"json", i->json}};
    for (size_t n = 0; n < sizeof rows / sizeof *rows; n++)
        if (!meta_put(w, rows[n][0], rows[n][1], e))
            return false;
    return true;
}

static bool file_sync(const char *path, struct error *e) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    bool ok = fd >= 0 && fsync(fd) == 0;
    if (!ok)
        error_set(e, ERR_ENVIRONMENT, "%s: %s", path, strerror(errno));
    if (fd >= 0)
        close(fd);
    return ok;
}

static const char sql_vacuum[] = "VACUUM INTO :path";

/* The copy has neither the log nor what tells how far the part is. */
static bool copy(struct mbtiles_writer *w, struct error *e) {
    unlink(w->fresh.data);
    struct statement *s = db_prepare(w->db, sql_vacuum, e);
    if (s == NULL)
        return false;
    db_bind_text(s, ":path", w->fresh.data);
    return db_run(s, e) && file_sync(w->fresh.data, e) &&
           (rename(w->fresh.data, w->path.data) == 0 ||
            error_set(e, ERR_ENVIRONMENT, "%s: %s", w->path.data, strerror(errno)));
}

bool mbtiles_finish(struct mbtiles_writer *w, const struct mbtiles_info *info,
                    struct error *e) {
    bool ok = meta_write(w, info, e) &&
              db_exec(w->db, "DROP TABLE part; DROP TABLE block", e) &&
              db_commit(w->db, e) && copy(w, e);
    if (ok) {
        db_close(w->db);
        w->db = NULL;
        unlink(w->part.data);
    }
    mbtiles_abandon(w);
    return ok;
}

void mbtiles_abandon(struct mbtiles_writer *w) {
    if (w == NULL)
        return;
    db_close(w->db);
    if (w->lock >= 0)
        close(w->lock);
    buf_free(&w->path);
    buf_free(&w->part);
    buf_free(&w->fresh);
    free(w->done);
    free(w);
}
