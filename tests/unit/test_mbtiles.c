/* SPDX-License-Identifier: Apache-2.0
 *
 * MBTiles: what was put is read again, by many threads; the same tiles are the same bytes in
 * whatever order they came; a part is gone on with only where it is of the same key; files of
 * others are read, and those that are broken, wrong or hostile are refused by name and soon.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <pthread.h>
#include <unistd.h>

#include <cmocka.h>

#include "data/db.h"
#include "data/mbtiles.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))

static char folder[] = "/tmp/haven-mbtiles-XXXXXX";

static const char *path_of(const char *name) {
    static char path[4][200];
    static int n;
    n = (n + 1) % 4;
    snprintf(path[n], sizeof path[n], "%s/%s", folder, name);
    return path[n];
}

static int make_folder(void **state) {
    (void)state;
    return mkdtemp(folder) == NULL;
}

static int remove_folder(void **state) {
    char command[250];
    (void)state;
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    return system(command);
}

static struct mbtiles_info info(void) {
    static char name[] = "n", none[] = "", key[] = "k",
                json[] =
                    "{\"vector_layers\":[{\"id\":\"land\",\"fields\":{\"a\":\"String\"},"
                    "\"minzoom\":0,\"more\":[1]}]}";
    return (struct mbtiles_info){.name = name,
                                 .attribution = none,
                                 .description = none,
                                 .key = key,
                                 .json = json,
                                 .max_zoom = 3,
                                 .bounds = {-10, -5, 10, 5},
                                 .center = {1, 2, 3}};
}

static void ok(bool done, const struct error *e) {
    if (!done)
        fail_msg("%s", e->message);
}

/* Tile number `n` of zoom 3: every third has the same content. */
static size_t content(int n, char out[40]) {
    return (size_t)snprintf(out, 40, "tile %d", n % 3 == 0 ? 0 : n);
}

static struct mbtiles_at at(int n) {
    return (struct mbtiles_at){3, (uint32_t)n % 8, (uint32_t)n / 8};
}

static void put(struct mbtiles_writer *w, int n) {
    struct error e = {0};
    char bytes[40];
    ok(mbtiles_put(w, at(n), bytes, content(n, bytes), &e), &e);
}

static struct mbtiles_writer *create(const char *path, const char *key, bool resume,
                                     int64_t *kept) {
    struct error e = {0};
    struct mbtiles_writer *w = mbtiles_create(path, key, resume, kept, &e);
    ok(w != NULL, &e);
    return w;
}

/* A file of 64 tiles, put from the first to the last or the other way round. */
static void make(const char *path, bool backwards) {
    struct error e = {0};
    int64_t kept;
    struct mbtiles_writer *w = create(path, "k", false, &kept);
    const struct mbtiles_info i = info();
    for (int n = 0; n < 64; n++)
        put(w, backwards ? 63 - n : n);
    ok(mbtiles_finish(w, &i, &e), &e);
}

static void read_tile(struct mbtiles *m, int n) {
    struct buf got = {0};
    struct error e = {0};
    char wanted[40];
    size_t len = content(n, wanted);
    ok(mbtiles_read(m, at(n), &got, &e), &e);
    assert_int_equal(got.len, len);
    assert_memory_equal(got.data, wanted, len);
    buf_free(&got);
}

static void *read_all(void *m) {
    for (int round = 0; round < 20; round++)
        for (int n = 0; n < 64; n++)
            read_tile(m, n);
    return NULL;
}

static void test_read(void **state) {
    struct error e = {0};
    struct buf none = {0};
    pthread_t thread[8];
    (void)state;
    make(path_of("read.mbtiles"), false);
    struct mbtiles *m = mbtiles_open(path_of("read.mbtiles"), &e);
    ok(m != NULL, &e);
    const struct mbtiles_info *i = mbtiles_info(m);
    assert_string_equal(i->key, "k");
    assert_string_equal(
        i->layers, "[{\"id\":\"land\",\"minzoom\":0,\"fields\":{\"a\":\"String\"}}]");
    assert_true(i->bounds.west == -10 && i->bounds.north == 5 && i->center[2] == 3);
    assert_int_equal(i->max_zoom, 3);
    for (size_t t = 0; t < COUNT(thread); t++)
        assert_int_equal(pthread_create(&thread[t], NULL, read_all, m), 0);
    for (size_t t = 0; t < COUNT(thread); t++)
        pthread_join(thread[t], NULL);
    static const struct mbtiles_at nowhere[] = {
        {2, 0, 0}, {3, 8, 0}, {22, 0, 0}, {99, 0, 0}};
    for (size_t n = 0; n < COUNT(nowhere); n++) {
        ok(mbtiles_read(m, nowhere[n], &none, &e), &e);
        assert_int_equal(none.len, 0);
    }
    mbtiles_close(m);
}

static void load(const char *path, struct buf *out) {
    FILE *f = fopen(path, "re");
    assert_non_null(f);
    buf_reserve(out, 1 << 22);
    out->len = fread(out->data, 1, 1 << 22, f);
    fclose(f);
}

static void test_order(void **state) {
    struct buf a = {0}, b = {0};
    (void)state;
    make(path_of("forth.mbtiles"), false);
    make(path_of("back.mbtiles"), true);
    load(path_of("forth.mbtiles"), &a);
    load(path_of("back.mbtiles"), &b);
    assert_true(a.len > 4096 && a.len == b.len);
    assert_memory_equal(a.data, b.data, a.len);
    buf_free(&a);
    buf_free(&b);
}

static void test_resume(void **state) {
    static const struct mbtiles_at first = {3, 0, 0}, second = {3, 1, 0};
    const char *path = path_of("resume.mbtiles");
    struct error e = {0};
    int64_t kept;
    (void)state;
    struct mbtiles_writer *w = create(path, "k", true, &kept);
    assert_int_equal(kept, 0);
    put(w, 1);
    ok(mbtiles_end_block(w, first, &e), &e);
    ok(mbtiles_flush(w, &e), &e);
    put(w, 2);
    ok(mbtiles_end_block(w, second, &e), &e);
    mbtiles_abandon(w); /* what was not flushed goes */
    assert_int_equal(access(path, F_OK), -1);
    w = create(path, "k", true, &kept);
    assert_int_equal(kept, 1);
    assert_true(mbtiles_has(w, first) && !mbtiles_has(w, second));
    mbtiles_abandon(w);
    w = create(path, "another", true, &kept);
    assert_int_equal(kept, 0);
    assert_false(mbtiles_has(w, first));
    mbtiles_abandon(w);
    w = create(path, "another", false, &kept);
    assert_int_equal(kept, 0);
    mbtiles_abandon(w);
}

static void test_two_at_once(void **state) {
    const char *path = path_of("two.mbtiles");
    struct error e = {0};
    int64_t kept;
    (void)state;
    struct mbtiles_writer *w = create(path, "k", true, &kept);
    assert_null(mbtiles_create(path, "k", true, &kept, &e));
    assert_int_equal(e.code, ERR_ENVIRONMENT);
    assert_non_null(strstr(e.message, "two.mbtiles"));
    put(w, 1);
    const struct mbtiles_info i = info();
    ok(mbtiles_finish(w, &i, &e), &e);
}

/* ---- files of others ----------------------------------------------------------------------- */

#define META "CREATE TABLE metadata (name, value);"
#define PBF "INSERT INTO metadata VALUES ('format', 'pbf');"
#define JSON                                                                             \
    "INSERT INTO metadata VALUES ('json', '{\"vector_layers\":[{\"id\":\"a\"}]}');"
#define TILES                                                                            \
    "CREATE TABLE tiles (zoom_level, tile_column, tile_row, tile_data);"                 \
    "INSERT INTO tiles VALUES (2, 1, 0, x'1a00');"

static void foreign(const char *path, const char *sql) {
    struct error e = {0};
    unlink(path);
    struct db *db = db_open(path, DB_CREATE, false, &e);
    ok(db != NULL && db_exec(db, sql, &e) &&
           db_exec(db, "PRAGMA wal_checkpoint(TRUNCATE)", &e),
       &e);
    db_close(db);
}

static void test_foreign(void **state) {
    struct error e = {0};
    struct buf got = {0};
    (void)state;
    const char *path = path_of("foreign.mbtiles");
    foreign(path, META PBF JSON TILES);
    struct mbtiles *m = mbtiles_open(path, &e);
    ok(m != NULL, &e);
    assert_int_equal(mbtiles_info(m)->min_zoom, 2);
    assert_int_equal(mbtiles_info(m)->max_zoom, 2);
    assert_string_equal(mbtiles_info(m)->key, "");
    ok(mbtiles_read(m, (struct mbtiles_at){2, 1, 3}, &got, &e),
       &e); /* row 0: the south */
    assert_memory_equal(got.data, "\x1a\0", 2);
    buf_free(&got);
    mbtiles_close(m);
}

static void test_refused(void **state) {
    static const struct {
        const char *sql, *message;
    } cases[] = {
        {"SELECT 1", "no table metadata"},
        {META PBF JSON, "no tiles"},
        {META JSON TILES, "no format"},
        {META TILES JSON "INSERT INTO metadata VALUES ('format', 'png');",
         "\"png\"; allowed: pbf"},
        {META PBF TILES, "json: "},
        {META PBF TILES "INSERT INTO metadata VALUES ('json', '{}');",
         "no vector_layers"},
        {META PBF TILES
         "INSERT INTO metadata VALUES ('json', '{\"vector_layers\":[{}]}');",
         "no vector_layers with ids"},
        {META PBF JSON TILES "INSERT INTO metadata VALUES ('maxzoom', '30');",
         "maxzoom is \"30\"; allowed: 0 to 22"},
        {META PBF JSON TILES
         "INSERT INTO metadata VALUES ('minzoom', '9'), ('maxzoom', '3');",
         "minzoom is more than maxzoom"},
        {META PBF JSON TILES "INSERT INTO metadata VALUES ('bounds', '1,2,3');",
         "bounds is"},
        {META PBF JSON TILES "INSERT INTO metadata VALUES ('bounds', 'nan,0,1,1');",
         "bounds is"},
        {META PBF JSON TILES "INSERT INTO metadata VALUES ('center', '1,2,inf');",
         "center is"},
        {META PBF JSON TILES "INSERT INTO tiles VALUES (70, 0, 0, x'1a00');",
         "beyond 0 to 22"},
        {META PBF JSON TILES "INSERT INTO metadata VALUES ('name', CAST(x'ff' AS TEXT));",
         "no UTF-8"},
        {META PBF JSON TILES
         "INSERT INTO metadata VALUES ('name', hex(zeroblob(2000000)));",
         "too much"},
        {META PBF JSON TILES
         "INSERT INTO metadata SELECT value, value FROM"
         " (WITH RECURSIVE n (value) AS (SELECT 1 UNION ALL SELECT value + 1"
         " FROM n LIMIT 2000) SELECT value FROM n);",
         "too much"},
        /* a view that never ends */
        {"CREATE VIEW metadata AS WITH RECURSIVE n (value) AS (SELECT 1 UNION ALL SELECT 1"
         " FROM n) SELECT 'a' AS name, value FROM n WHERE value = 2;" TILES,
         "interrupted"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct error e = {0};
        const char *path = path_of("refused.mbtiles");
        foreign(path, cases[i].sql);
        struct mbtiles *m = mbtiles_open(path, &e);
        if (m != NULL || strstr(e.message, cases[i].message) == NULL ||
            strstr(e.message, "refused.mbtiles") == NULL)
            fail_msg("%s: \"%s\", not \"%s\"", cases[i].sql, e.message, cases[i].message);
    }
}

static void test_hostile_tile(void **state) {
    struct error e = {0};
    struct buf got = {0};
    (void)state;
    const char *path = path_of("hostile.mbtiles");
    foreign(path, META PBF JSON TILES
            "INSERT INTO tiles VALUES (2, 0, 0, zeroblob(20000000));");
    struct mbtiles *m = mbtiles_open(path, &e);
    ok(m != NULL, &e);
    assert_false(mbtiles_read(m, (struct mbtiles_at){2, 0, 3}, &got, &e));
    assert_non_null(strstr(e.message, "hostile.mbtiles: tile 2/0/3: "));
    assert_int_equal(got.len, 0);
    ok(mbtiles_read(m, (struct mbtiles_at){2, 1, 3}, &got, &e),
       &e); /* others are read on */
    assert_int_equal(got.len, 2);
    buf_free(&got);
    mbtiles_close(m);
}

/* Cut off at any page, and with any page overwritten: an error or an answer, never worse. */
static void test_damaged(void **state) {
    struct buf whole = {0};
    (void)state;
    make(path_of("whole.mbtiles"), false);
    load(path_of("whole.mbtiles"), &whole);
    const char *path = path_of("damaged.mbtiles");
    for (size_t page = 0; page < 2 * (whole.len / 4096); page++) {
        struct error e = {0};
        FILE *f = fopen(path, "we");
        size_t from = page / 2 * 4096;
        fwrite(whole.data, 1, page % 2 ? whole.len : from, f);
        if (page % 2) {
            fseek(f, (long)from, SEEK_SET);
            for (int i = 0; i < 4096; i++)
                fputc((int)(page * 31 + (size_t)i * 7) & 255, f);
        }
        fclose(f);
        struct mbtiles *m = mbtiles_open(path, &e);
        assert_true(m != NULL || e.message[0] != '\0');
        struct buf got = {0};
        for (int n = 0; m != NULL && n < 64; n++)
            mbtiles_read(m, at(n), &got, &e);
        buf_free(&got);
        mbtiles_close(m);
    }
    buf_free(&whole);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_read),         cmocka_unit_test(test_order),
        cmocka_unit_test(test_resume),       cmocka_unit_test(test_two_at_once),
        cmocka_unit_test(test_foreign),      cmocka_unit_test(test_refused),
        cmocka_unit_test(test_hostile_tile), cmocka_unit_test(test_damaged),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
