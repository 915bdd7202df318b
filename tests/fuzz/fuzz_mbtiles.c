/* SPDX-License-Identifier: Apache-2.0
 *
 * A basemap that somebody else made. Bytes that begin as an SQLite file does are one; of any
 * others one is made: lines `name=value` are its metadata up to an empty line, what follows is
 * every tile. Promised:
 *   - a refusal says why, and names the file;
 *   - what a file says of itself is in its bounds, UTF-8, and its layers are JSON;
 *   - a tile is at most MBTILES_TILE_MAX bytes, the same when read twice, and unpacked at
 *     most TILE_BYTES_MAX;
 *   - reading writes nothing.
 */
#include <fcntl.h>
#include <math.h>
#include <sys/stat.h>
#include <unistd.h>

#include "data/db.h"
#include "data/json_read.h"
#include "data/mbtiles.h"
#include "tests/fuzz/require.h"
#include "tiles/cache.h"
#include "tiles/gzip.h"

#define UNPACKED_MAX (1 << 20) /* here, so that it stays quick */

static const char magic[] = "SQLite format 3";
static char folder[] = "/tmp/haven-fuzz-XXXXXX";
static char raw_path[64], made_path[64];
static struct db *made;

static void clean_up(void) {
    char path[80];
    db_close(made);
    const char *const names[] = {raw_path, made_path};
    const char *const endings[] = {"", "-wal", "-shm"};
    for (size_t i = 0; i < 6; i++) {
        snprintf(path, sizeof path, "%s%s", names[i / 3], endings[i % 3]);
        unlink(path);
    }
    rmdir(folder);
}

int LLVMFuzzerInitialize(int *argc, char ***argv) {
    static const char schema[] =
        "PRAGMA synchronous = OFF;"
        "CREATE TABLE metadata (name, value);"
        "CREATE TABLE tiles (zoom_level, tile_column, tile_row, tile_data)";
    struct error e = {0};
    (void)argc, (void)argv;
    require(mkdtemp(folder) != NULL, "a folder", folder);
    snprintf(raw_path, sizeof raw_path, "%s/raw.mbtiles", folder);
    snprintf(made_path, sizeof made_path, "%s/made.mbtiles", folder);
    made = db_open(made_path, DB_CREATE, false, &e);
    set_up(made != NULL && db_exec(made, schema, &e), &e);
    atexit(clean_up);
    return 0;
}

/* ---- files ------------------------------------------------------------------------------- */

static void write_raw(const uint8_t *bytes, size_t len) {
    int fd = open(raw_path, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600);
    require(fd >= 0 && write(fd, bytes, len) == (ssize_t)len, "a file", raw_path);
    close(fd);
}

static void insert(const char *sql, struct slice a, struct slice b) {
    struct error e = {0};
    struct statement *s = db_prepare(made, sql, &e);
    require(s != NULL, "a statement", e.message);
    db_bind_blob(s, ":a", a.at, a.len);
    db_bind_blob(s, ":b", b.at, b.len);
    require(db_run(s, &e), "a row", e.message);
}

static const char sql_meta[] =
    "INSERT INTO metadata VALUES (CAST(:a AS TEXT), CAST(:b AS TEXT))";
static const char sql_tiles[] =
    "INSERT INTO tiles SELECT z, 0, 0, CASE z WHEN 0 THEN :a ELSE CAST(:b AS TEXT) END"
    " FROM (SELECT 0 AS z UNION ALL SELECT 1)";

static void make(const uint8_t *bytes, size_t len) {
    struct slice rest = {(const char *)bytes, len}, line, name;
    struct error e = {0};
    require(db_begin(made, &e) &&
                db_exec(made, "DELETE FROM metadata; DELETE FROM tiles", &e),
            "an empty file", e.message);
    while (rest.at != NULL && slice_next(&rest, '\n', &line) && line.len > 0) {
        slice_next(&line, '=', &name);
        insert(sql_meta, name, line);
    }
    if (rest.at != NULL)
        insert(sql_tiles, rest, rest);
    require(db_commit(made, &e), "a file", e.message);
}

/* ---- promises ---------------------------------------------------------------------------- */

static void require_refusal(const struct error *e) {
    require(e->code == ERR_DATA || e->code == ERR_ENVIRONMENT, "the code of the refusal",
            e->message);
    require_reason(e, e->code);
    require(strstr(e->message, folder) != NULL, "the file is named", e->message);
}

static void check_json(const char *text, enum json_kind kind) {
    struct error e = {0};
    struct json *root = json_parse(text, strlen(text), &e);
    require(root != NULL && json_kind(root) == kind, "JSON", e.message);
    json_free(root);
}

static void check_info(const struct mbtiles_info *i) {
    const char *const texts[] = {i->name, i->attribution, i->description, i->json};
    for (size_t n = 0; n < sizeof texts / sizeof *texts; n++)
        require(text_utf8(texts[n], strlen(texts[n]), NULL), "a text is UTF-8", "");
    require(i->min_zoom >= 0 && i->min_zoom <= i->max_zoom &&
                i->max_zoom <= MBTILES_ZOOM_MAX,
            "zooms", "");
    require(i->bounds.west >= -180 && i->bounds.west <= i->bounds.east &&
                i->bounds.east <= 180 && i->bounds.south >= -90 &&
                i->bounds.south <= i->bounds.north && i->bounds.north <= 90,
            "bounds", "");
    require(fabs(i->center[0]) <= 180 && fabs(i->center[1]) <= 90, "a center", "");
    check_json(i->json, KIND_OBJECT);
    check_json(i->layers, KIND_ARRAY);
}

static void check_gzip(const struct buf *packed) {
    static struct buf plain;
    struct error e = {0};
    plain.len = 0;
    if (!gzip_unpack(packed->data, packed->len, UNPACKED_MAX, &plain, &e)) {
        require_reason(&e, ERR_DATA);
        require(plain.len == 0, "a refusal leaves nothing", "");
        return;
    }
    require(plain.len <= UNPACKED_MAX, "unpacked, there is an end", "");
}

static void check_tile(struct mbtiles *m, struct mbtiles_at at) {
    static struct buf once, twice;
    struct error e = {0};
    once.len = twice.len = 0;
    if (!mbtiles_read(m, at, &once, &e)) {
        require_refusal(&e);
        require(once.len == 0, "a refusal leaves nothing", "");
        return;
    }
    require(once.len <= MBTILES_TILE_MAX, "a tile has an end", "");
    require(mbtiles_read(m, at, &twice, &e), "read twice", e.message);
    require(once.len == twice.len &&
                (once.len == 0 || memcmp(once.data, twice.data, once.len) == 0),
            "read twice, it is the same", "");
    check_gzip(&once);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len) {
    static const struct mbtiles_at places[] = {{0, 0, 0},
                                               {1, 0, 1},
                                               {1, 0, 0},
                                               {MBTILES_ZOOM_MAX, 1, 1},
                                               {MBTILES_ZOOM_MAX + 1, 0, 0}};
    struct error e = {0};
    struct stat s;
    bool raw = len >= sizeof magic && memcmp(bytes, magic, sizeof magic) == 0;
    if (raw)
        write_raw(bytes, len);
    else
        make(bytes, len);
    struct mbtiles *m = mbtiles_open(raw ? raw_path : made_path, &e);
    if (m == NULL)
        require_refusal(&e);
    else
        check_info(mbtiles_info(m));
    for (size_t i = 0; m != NULL && i < sizeof places / sizeof *places; i++)
        check_tile(m, places[i]);
    mbtiles_close(m);
    require(!raw || (stat(raw_path, &s) == 0 && (size_t)s.st_size == len),
            "reading writes nothing", "");
    return 0;
}
