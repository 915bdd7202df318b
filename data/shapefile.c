/* SPDX-License-Identifier: Apache-2.0 */
#include "data/shapefile.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "data/buf.h"
#include "data/db.h"
#include "data/mem.h"

#define PRJ_MAX 8192

/* Appends PATH with its ending replaced. */
static void beside(struct buf *out, const char *path, const char *ending) {
    buf_add(out, path, strlen(path) - strlen(".shp"));
    buf_str(out, ending);
}

static bool files_stand(const char *path, struct error *e) {
    static const char *const endings[] = {".shp", ".shx", ".dbf"};
    struct buf name = {0};
    bool found = true;
    for (size_t i = 0; i < 3 && found; i++) {
        name.len = 0;
        beside(&name, path, endings[i]);
        found = access(buf_text(&name), R_OK) == 0 ||
                error_set(e, ERR_ENVIRONMENT, "%s: %s", buf_text(&name), strerror(errno));
    }
    buf_free(&name);
    return found;
}

/* WKT of the projection: geographic, and WGS 84 by one of its names. */
static bool is_wgs84(const char *wkt) {
    return strcasestr(wkt, "PROJCS") == NULL &&
           (strcasestr(wkt, "WGS_1984") != NULL || strcasestr(wkt, "WGS 84") != NULL ||
            strcasestr(wkt, "WGS84") != NULL);
}

/* A file without a .prj is taken at its word. */
static bool projection_fine(const char *path, struct error *e) {
    struct buf name = {0};
    char wkt[PRJ_MAX + 1];
    beside(&name, path, ".prj");
    FILE *f = fopen(buf_text(&name), "re");
    buf_free(&name);
    if (f == NULL)
        return true;
    wkt[fread(wkt, 1, PRJ_MAX, f)] = '\0';
    fclose(f);
    return is_wgs84(wkt) || error_set(e, ERR_DATA,
                                      "%s: its .prj names another projection (%.60s...); "
                                      "allowed: degrees, WGS 84 (EPSG:4326)",
                                      path, wkt);
}

/* Module arguments cannot be bound, and VirtualShape takes the quotes away without looking
 * for doubled ones: a text is put between the quotes that it does not hold. */
static bool quote(struct buf *sql, const char *text, size_t len, struct error *e) {
    char mark = memchr(text, '\'', len) == NULL ? '\'' : '"';
    if (memchr(text, mark, len) != NULL)
        return error_set(e, ERR_USAGE, "%s: its name holds both kinds of quotes", text);
    buf_char(sql, mark);
    buf_add(sql, text, len);
    buf_char(sql, mark);
    return true;
}

static bool attach(struct db *db, const char *path, const char *encoding,
                   struct error *e) {
    struct buf sql = {0};
    buf_str(&sql, "CREATE VIRTUAL TABLE temp.shape USING VirtualShape(");
    bool done = quote(&sql, path, strlen(path) - strlen(".shp"), e);
    buf_str(&sql, ", ");
    done = done && quote(&sql, encoding, strlen(encoding), e);
    buf_str(&sql, ", 4326)");
    done = done && db_exec(db, buf_text(&sql), e);
    buf_free(&sql);
    return done;
}

/* The first column is the WKB, then VirtualShape's: a number, the geometry, attributes. */
#define LEAD 3
static const char sql_rows[] = "SELECT AsBinary(Geometry), * FROM temp.shape /*scan*/";

struct attributes {
    const char **name, **value;
    size_t count;
};

static void attributes_fill(struct attributes *a, struct statement *s) {
    for (size_t i = 0; i < a->count; i++) {
        a->name[i] = db_column_name(s, (int)i + LEAD);
        a->value[i] = db_text(s, (int)i + LEAD);
    }
}

static bool rows_each(struct statement *s, struct attributes *a, int64_t *count,
                      bool (*each)(const struct shapefile_row *row, void *ctx,
                                   struct error *e),
                      void *ctx, struct error *e) {
    struct shapefile_row row = {.name = a->name, .value = a->value, .count = a->count};
    int got;
    while ((got = db_step(s, e)) == 1) {
        row.number = ++*count;
        attributes_fill(a, s);
        row.wkb_len = db_bytes(s, 0);
        row.wkb = db_is_null(s, 0) ? NULL : db_blob(s, 0);
        if (!each(&row, ctx, e))
            return false;
    }
    return got == 0;
}

/* Rows that the index promises: VirtualShape shows an empty table for what it cannot read. */
static int64_t rows_promised(const char *path) {
    struct buf name = {0};
    struct stat st;
    beside(&name, path, ".shx");
    bool found = stat(buf_text(&name), &st) == 0 && st.st_size > 100;
    buf_free(&name);
    return found ? (st.st_size - 100) / 8 : 0;
}

bool shapefile_read(const char *path, const char *encoding,
                    bool (*each)(const struct shapefile_row *row, void *ctx,
                                 struct error *e),
                    void *ctx, struct error *e) {
    struct statement *s = NULL;
    if (!files_stand(path, e) || !projection_fine(path, e))
        return false;
    struct db *db = db_open(":memory:", DB_READ_WRITE, true, e);
    bool done = db != NULL && attach(db, path, encoding, e) &&
                (s = db_prepare(db, sql_rows, e)) != NULL;
    if (done) {
        struct attributes a = {.count = (size_t)db_columns(s) - LEAD};
        a.name = xcalloc(a.count + 1, sizeof *a.name);
        a.value = xcalloc(a.count + 1, sizeof *a.value);
        int64_t got = 0, wanted = rows_promised(path);
        done = rows_each(s, &a, &got, each, ctx, e) &&
               (got == wanted ||
                error_set(e, ERR_DATA,
                          "%s: %lld of %lld rows could be read: not a sound "
                          "shapefile",
                          path, (long long)got, (long long)wanted));
        free(a.name);
        free(a.value);
    }
    if (s != NULL)
        db_reset(s);
    db_close(db);
    return done;
}
