/* SPDX-License-Identifier: Apache-2.0
 *
 * data/json_read: what it reads, in which order, and everything that it refuses.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "data/buf.h"
#include "data/json_read.h"

/* A string literal with any NULs inside it. */
#define BYTES(literal) (literal), sizeof(literal) - 1

static struct json *parsed(const char *text) {
    struct error e;
    struct json *root = json_parse(text, strlen(text), &e);
    if (root == NULL)
        fail_msg("%s: %s", text, e.message);
    return root;
}

static void test_kinds(void **state) {
    (void)state;
    struct json *root = parsed("[{}, [], \"\", -7, 0.5, true, false, null, 1e3]");
    const enum json_kind kinds[] = {KIND_OBJECT,  KIND_ARRAY, KIND_STRING,
                                    KIND_INTEGER, KIND_REAL,  KIND_BOOL,
                                    KIND_BOOL,    KIND_NULL,  KIND_REAL};
    assert_int_equal(json_count(root), sizeof kinds / sizeof *kinds);
    for (size_t i = 0; i < json_count(root); i++)
        assert_int_equal(json_kind(json_at(root, i)), kinds[i]);
    assert_int_equal(json_whole(json_at(root, 3)), -7);
    assert_true(json_number(json_at(root, 3)) == -7);
    assert_true(json_number(json_at(root, 4)) == 0.5);
    assert_true(json_bool(json_at(root, 5)));
    assert_false(json_bool(json_at(root, 6)));
    json_free(root);
}

static void test_any_value_may_stand_alone(void **state) {
    (void)state;
    struct json *root = parsed(" \"\\u1780\" ");
    size_t len;
    assert_string_equal(json_text(root, &len), "ក");
    assert_int_equal(len, 3);
    json_free(root);
    root = parsed("null");
    assert_int_equal(json_kind(root), KIND_NULL);
    json_free(root);
}

static void test_greatest_numbers(void **state) {
    (void)state;
    struct json *root = parsed("[9223372036854775807, -9223372036854775808, 1.7e308]");
    assert_true(json_whole(json_at(root, 0)) == INT64_MAX);
    assert_true(json_whole(json_at(root, 1)) == INT64_MIN);
    assert_true(json_number(json_at(root, 2)) == 1.7e308);
    json_free(root);
}

static bool join_keys(const char *key, const struct json *value, void *ctx) {
    strcat(ctx, key);
    return json_kind(value) != KIND_NULL;
}

static void test_members(void **state) {
    (void)state;
    char keys[8] = "";
    struct json *root = parsed("{\"z\": 1, \"a\": 2, \"m\": null, \"b\": 3}");
    assert_int_equal(json_whole(json_get(root, "a")), 2);
    assert_int_equal(json_kind(json_get(root, "m")), KIND_NULL);
    assert_null(json_get(root, "absent"));
    assert_false(json_each(root, join_keys, keys));
    assert_string_equal(keys, "zam");
    json_free(root);
    root = parsed("{}");
    assert_true(json_each(root, join_keys, keys));
    json_free(root);
}

static void test_refusals(void **state) {
    (void)state;
    static const struct {
        const char *text;
        size_t len;
        const char *message; /* stands in the error */
    } cases[] = {
        {BYTES(""), "line 1 column 0"},
        {BYTES("  \n "), "line 2"},
        {BYTES("[1, 2"), "line 1 column 5"},
        {BYTES("[1,]"), "line 1 column 4"},
        {BYTES("[1] x"), "end of file expected"},
        {BYTES("[01]"), "line 1 column 2: invalid token"},
        {BYTES("[+1]"), "invalid token"},
        {BYTES("[.5]"), "invalid token"},
        {BYTES("[NaN]"), "invalid token"},
        {BYTES("['a']"), "invalid token"},
        {BYTES("{a: 1}"), "line 1 column 2"},
        {BYTES("[1] // no"), "end of file expected"},
        {BYTES("{\n\"a\": 1,\n\"a\": 2}"), "line 3 column 3: duplicate object key"},
        {BYTES("{\"a\": {\"b\": 1, \"b\": 1}}"), "duplicate object key"},
        {BYTES("[\"\\u0000\"]"), "\\u0000 is not allowed"},
        {BYTES("{\"a\\u0000\": 1}"), "NUL byte in object key"},
        {BYTES("[\"a\0b\"]"), "control character 0x0"},
        {BYTES("[1]\0"), "end of file expected"},
        {BYTES("[\"a\tb\"]"), "control character 0x9"},
        {BYTES("[\"\xff\"]"), "unable to decode byte 0xff"},
        {BYTES("[\"\xc0\xaf\"]"), "unable to decode byte 0xc0"},
        {BYTES("[\"\xed\xa0\x80\"]"), "unable to decode byte 0xed"},
        {BYTES("[\"\xe1\x9e\"]"), "unable to decode byte 0xe1"},
        {BYTES("[\"\\ud800\"]"), "invalid Unicode"},
        {BYTES("\xef\xbb\xbf[]"), "line 1 column 1"},
        {BYTES("[9223372036854775808]"), "too big integer"},
        {BYTES("[-9223372036854775809]"), "too big negative integer"},
        {BYTES("[1e309]"), "real number overflow"},
        {BYTES("[-1e309]"), "real number overflow"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct error e = {.code = ERR_NONE};
        struct json *root = json_parse(cases[i].text, cases[i].len, &e);
        if (root != NULL || e.code != ERR_DATA)
            fail_msg("accepted: %s", cases[i].text);
        if (strstr(e.message, cases[i].message) == NULL)
            fail_msg("%s: %s", cases[i].text, e.message);
    }
}

static void test_message_holds_nothing_of_the_text(void **state) {
    (void)state;
    struct error e;
    assert_null(json_parse(BYTES("{\"name\": \"Sokha\" \"Sokha\"}"), &e));
    assert_null(strstr(e.message, "Sokha"));
    assert_null(json_parse(BYTES("{\"Sokha\": 1, \"Sokha\": 2}"), &e));
    assert_null(strstr(e.message, "Sokha"));
}

/* True when 1 inside `levels` of `open` and `close` is read. */
static bool accepts_depth(size_t levels, const char *open, const char *close,
                          struct error *e) {
    struct buf text = {0};
    for (size_t i = 0; i < levels; i++)
        buf_str(&text, open);
    buf_char(&text, '1');
    for (size_t i = 0; i < levels; i++)
        buf_str(&text, close);
    struct json *root = json_parse(text.data, text.len, e);
    bool read = root != NULL;
    buf_free(&text);
    json_free(root);
    return read;
}

static void test_depth(void **state) {
    (void)state;
    struct error e;
    assert_true(accepts_depth(64, "[", "]", &e));
    assert_true(accepts_depth(64, "{\"a\":", "}", &e));
    assert_false(accepts_depth(65, "[", "]", &e));
    assert_string_equal(e.message, "JSON nested deeper than 64 levels");
    assert_false(accepts_depth(65, "{\"a\":", "}", &e));
    assert_false(accepts_depth(2048, "[", "]", &e));
    assert_false(accepts_depth(10 * 1000 * 1000, "[", "]", &e));
    assert_false(accepts_depth(10 * 1000 * 1000, "[", "", &e));
    assert_false(accepts_depth(1000 * 1000, "{\"a\":", "}", &e));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kinds),
        cmocka_unit_test(test_any_value_may_stand_alone),
        cmocka_unit_test(test_greatest_numbers),
        cmocka_unit_test(test_members),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_message_holds_nothing_of_the_text),
        cmocka_unit_test(test_depth),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
