/* SPDX-License-Identifier: Apache-2.0
 *
 * CSV: rows and lines as RFC 4180 has them, and every refusal with its line.
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
#include "data/csv.h"

/* A file in memory, with a path. */
struct file {
    int fd;
    char path[40];
};

static struct file file_of(const char *bytes, size_t len) {
    struct file f = {.fd = memfd_create("test", 0)};
    assert_int_equal(write(f.fd, bytes, len), (int)len);
    snprintf(f.path, sizeof f.path, "/proc/self/fd/%d", f.fd);
    return f;
}

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

static void check_bytes(const char *bytes, size_t len, const char *wanted) {
    struct file f = file_of(bytes, len);
    struct buf rows = {0};
    struct error e = {0};
    int64_t progress = -1;
    if (csv_read(f.path, write_row, &rows, &progress, &e)) {
        assert_string_equal(buf_text(&rows), wanted);
        assert_int_equal(progress, len);
    } else {
        assert_int_equal(e.code, ERR_DATA);
        assert_memory_equal(e.message, f.path, strlen(f.path));
        assert_string_equal(e.message + strlen(f.path), wanted);
    }
    buf_free(&rows);
    close(f.fd);
}

static void check(const char *text, const char *wanted) {
    check_bytes(text, strlen(text), wanted);
}

static void test_rows(void **state) {
    (void)state;
    check("", "");
    check("a,b\nc,d\n", "1:a|b 2:c|d");
    check("a,b\r\nc,d", "1:a|b 2:c|d");
    check("a,b\rc,d\r", "1:a|b 2:c|d");
    check("\xef\xbb\xbf"
          "a\nb\n",
          "1:a 2:b");
    check("a,,\n,b,\n", "1:a|| 2:|b|");
    check(" a , b \n", "1:a|b");
    check("\"a,b\",\"c\"\"d\"\n", "1:a,b|c\"d");
    check("\xe1\x9e\x80,\xf0\x9f\x98\x80\n", "1:\xe1\x9e\x80|\xf0\x9f\x98\x80");
}

static void test_lines_are_those_of_the_file(void **state) {
    (void)state;
    check("a\n\n\nb\n", "1:a 4:b");
    check("a\r\n\r\n\r\nb\r\n", "1:a 4:b");
    check("\"x\ny\"\nb\n", "1:x\ny 3:b");
    check("\"x\r\ny\"\r\nb\r\n", "1:x\r\ny 3:b");
    check("  \nb\n\"1\n\n2\",c\nd\n", "2:b 3:1\n\n2|c 6:d");
}

static void test_refused(void **state) {
    (void)state;
    check("a\n\"b\nc\n", ":2: a quote (\") in the row that starts here is never closed");
    check("a\nb\"c\n",
          ":2: a quote (\") where none may stand: a field with quotes is quoted "
          "whole and doubles them");
    check("a\n\"b\"c\n", ":2: a quote (\") where none may stand: a field with quotes is "
                         "quoted whole and doubles them");
    check("a\n\xff\n", ":2: bytes that are not UTF-8: save the file as UTF-8");
    check("a\n\xc0\xaf\n", ":2: bytes that are not UTF-8: save the file as UTF-8");
    check("a\n\xed\xa0\x80\n", ":2: bytes that are not UTF-8: save the file as UTF-8");
    check_bytes("a\nb\0c\n", 6,
                ":2: a NUL byte: this is not a text file (UTF-16 must be "
                "saved as UTF-8)");
}

static void test_limits(void **state) {
    (void)state;
    size_t len = CSV_ROW_MAX + 100;
    char *big = malloc(len);
    memset(big, 'x', len);
    big[0] = '\n';
    check_bytes(big, len,
                ":2: a row of more than 1 MiB starts here (a quote that is never "
                "closed?)");
    memset(big, ',', len);
    check_bytes(big, 100000, ":1: more than 1000 columns in a row");
    free(big);
}

/* A chunk of the reader may end anywhere: in a CRLF, a character, a quoted field. */
static void test_chunks(void **state) {
    (void)state;
    const char tail[] = "\xe1\x9e\x80,\"a\r\nb\"\"\"\r\nlast\r\n";
    for (size_t before = 65536 - sizeof tail; before <= 65537; before++) {
        struct buf text = {0};
        for (size_t i = 0; i < before; i++)
            buf_char(&text, '\n');
        buf_str(&text, tail);
        char wanted[80];
        snprintf(wanted, sizeof wanted, "%zu:\xe1\x9e\x80|a\r\nb\" %zu:last", before + 1,
                 before + 3);
        check_bytes(text.data, text.len, wanted);
        buf_free(&text);
    }
}

static bool stop(const struct csv_row *row, void *ctx, struct error *e) {
    (void)row;
    ++*(int *)ctx;
    return error_set(e, ERR_USAGE, "enough");
}

static void test_the_caller_stops(void **state) {
    (void)state;
    struct file f = file_of("a\nb\nc\n", 6);
    struct error e = {0};
    int calls = 0;
    assert_false(csv_read(f.path, stop, &calls, NULL, &e));
    assert_int_equal(calls, 1);
    assert_string_equal(e.message, "enough");
    close(f.fd);
}

static void test_environment(void **state) {
    (void)state;
    struct error e = {0};
    struct buf rows = {0};
    assert_false(csv_read("/nowhere/x.csv", write_row, &rows, NULL, &e));
    assert_int_equal(e.code, ERR_ENVIRONMENT);
    assert_false(csv_read("/", write_row, &rows, NULL, &e));
    assert_int_equal(e.code, ERR_ENVIRONMENT);
    assert_non_null(strstr(e.message, "/: cannot read"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_lines_are_those_of_the_file),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_chunks),
        cmocka_unit_test(test_the_caller_stops),
        cmocka_unit_test(test_environment),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
