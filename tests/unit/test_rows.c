/* SPDX-License-Identifier: Apache-2.0
 *
 * Two formats that become rows like those of CSV: fields parted by tabs, and JSON lists.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "data/buf.h"
#include "data/tsv.h"
#include "importers/json_rows.h"

typedef bool rows_read(const char *path,
                       bool (*each)(const struct csv_row *row, void *ctx,
                                    struct error *e),
                       void *ctx, int64_t *progress, struct error *e);

/* Writes "LINE:a|b" for each row, one after another, separated by spaces. */
static bool write_row(const struct csv_row *row, void *ctx, struct error *e) {
    struct buf *b = ctx;
    (void)e;
    if (b->len > 0)
        buf_char(b, ' ');
    buf_printf(b, "%d:", (int)row->line);
    for (size_t i = 0; i < row->count; i++) {
        if (i > 0)
            buf_char(b, '|');
        buf_add(b, row->field[i].at, row->field[i].len);
    }
    return true;
}

/* What `read` makes of the bytes: rows, or what stands behind the path in its message. */
static void check_bytes(rows_read *read, const char *bytes, size_t len,
                        const char *wanted) {
    char path[40];
    struct buf rows = {0};
    struct error e = {0};
    int64_t progress = -1;
    int fd = memfd_create("test", 0);
    assert_int_equal(write(fd, bytes, len), (ssize_t)len);
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    if (read(path, write_row, &rows, &progress, &e)) {
        assert_string_equal(buf_text(&rows), wanted);
        assert_int_equal(progress, len);
    } else {
        assert_int_equal(e.code, ERR_DATA);
        assert_memory_equal(e.message, path, strlen(path));
        if (strncmp(e.message + strlen(path), wanted, strlen(wanted)) != 0)
            fail_msg("%s, and not %s", e.message, wanted);
    }
    buf_free(&rows);
    close(fd);
}

static void tsv(const char *text, const char *wanted) {
    check_bytes(tsv_read, text, strlen(text), wanted);
}

static void json(const char *text, const char *wanted) {
    check_bytes(json_rows_read, text, strlen(text), wanted);
}

/* ---- tabs ----------------------------------------------------------------------------- */

static void test_fields(void **state) {
    (void)state;
    tsv("", "");
    tsv("\n\r\n\n", "");
    tsv("a\tb\nc\td", "1:a|b 2:c|d");
    tsv("a\t\t\r\n\n\"x\ty\"\n", "1:a|| 3:\"x|y\"");
    tsv("\xef\xbb\xbfkm\tប\n", "1:km|ប");
    tsv("\t\n", "1:|");
    tsv("a\rb\n", "1:a\rb");
}

static void test_bad_lines(void **state) {
    (void)state;
    size_t len = CSV_ROW_MAX + 10;
    char *big = malloc(len);
    tsv("a\n\xff\tb\n", ":2: bytes that are not UTF-8");
    tsv("a\n\xed\xa0\x80\n", ":2: bytes that are not UTF-8");
    check_bytes(tsv_read, "a\n\nb\0c\n", 7, ":3: a NUL byte");
    memset(big, 'x', len);
    check_bytes(tsv_read, big, len, ":1: a row of more than 1 MiB");
    memset(big, '\t', len);
    check_bytes(tsv_read, big, 5000, ":1: more than 1000 columns");
    struct error e = {0};
    assert_false(tsv_read("/nowhere/x.txt", write_row, NULL, NULL, &e));
    assert_int_equal(e.code, ERR_ENVIRONMENT);
    free(big);
}

/* ---- JSON ------------------------------------------------------------------------------ */

static void test_objects(void **state) {
    (void)state;
    json("[]", "1:@path");
    json("\xef\xbb\xbf [ ] \n", "1:@path");
    json("[{}]", "1:@path 1:");
    json("[{\"a\":1,\"b\":\"x\"},\n{\"c\":true,\"a\":-2.5}]",
         "1:@path|a|b|c 1:|1|x| 2:|-2.5||true");
    json("[{\"a\":null,\"b\":{\"c\":1},\"d\":[1,2],\"e\":[]}]", "1:@path 1:");
    json("[{\"lat\":4.36855,\"lon\":103.1234567,\"big\":9007199254740993}]",
         "1:@path|lat|lon|big 1:|4.36855|103.1234567|9007199254740993");
    json("[{\"a\":1,\"In\":[{\"a\":2,\"In\":[{\"z\":3}]},{\"a\":4}]},{\"a\":5}]",
         "1:@path|a|z 1:|1| 1:In|2| 1:In.In||3 1:In|4| 1:|5|");
}

static void test_bad_json(void **state) {
    (void)state;
    char deep[600] = "[";
    json("", ":1: not a list; allowed: a list of objects");
    json("{\"a\":1}", ":1: not a list");
    json("[1]", ":1: not an object");
    json("[\n{\"a\":1},\n2]", ":3: not an object");
    json("[{\"a\":1}", ":1: between two list elements there must be a comma");
    json("[{\"a\":1},", ":1: the file ends too early");
    json("[{\"a\":\"x", ":1: the file ends inside a string");
    json("[{\"a\":1},]", ":1: a value is missing");
    json("[{\"a\":1} {\"a\":2}]", ":1: between two list elements there must be a comma");
    json("[{\"a\":1}] x", ":1: something stands after the end");
    json("[\n{\"a\":1,}]", ":2: not JSON");
    json("[\n{\"a\":1,\"a\":2}]", ":2: not JSON");
    json("[{\"a\":\"\xff\"}]", ":1: not JSON");
    json("[{\"a\":\"\\u0000\"}]", ":1: not JSON");
    json("[{\"a\":1,\"In\":[{\"b\":1},\n2]}]", ":1: a list of objects holds something else");
    for (int i = 0; i < 70; i++)
        strcat(deep, "{\"a\":");
    strcat(deep, "1");
    for (int i = 0; i < 70; i++)
        strcat(deep, "}");
    strcat(deep, "]");
    json(deep, ":1: JSON nested deeper than 64 levels");
    struct error e = {0};
    assert_false(json_rows_read("-", write_row, NULL, NULL, &e));
    assert_int_equal(e.code, ERR_USAGE);
}

static void test_many_members(void **state) {
    (void)state;
    struct buf text = {0};
    buf_str(&text, "[{");
    for (int i = 0; i < CSV_COLUMNS_MAX; i++)
        buf_printf(&text, "%s\"m%d\":1", i > 0 ? "," : "", i);
    buf_str(&text, "}]");
    check_bytes(json_rows_read, text.data, text.len, ":1: more than 1000 names of members");
    text.len = 0;
    buf_printf(&text, "[{\"%0300d\":1}]", 0);
    check_bytes(json_rows_read, text.data, text.len, ":1: a name of a member is longer");
    buf_free(&text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fields),    cmocka_unit_test(test_bad_lines),
        cmocka_unit_test(test_objects),   cmocka_unit_test(test_bad_json),
        cmocka_unit_test(test_many_members),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
