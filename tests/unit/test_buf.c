/* SPDX-License-Identifier: Apache-2.0
 *
 * The byte buffer: numbers, decimals against printf, JSON strings read back by the JSON
 * reader, commas, growth. The seed is printed; SEED sets it.
 */
#include <inttypes.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "data/buf.h"
#include "data/json_read.h"

static uint64_t seed;

static uint64_t any_bits(void) {
    seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return seed ^ seed >> 29;
}

static int set_seed(void **state) {
    (void)state;
    const char *given = getenv("SEED");
    seed = given ? strtoull(given, NULL, 10) : (uint64_t)time(NULL);
    print_message("seed %llu\n", (unsigned long long)seed);
    return 0;
}

/* ---- numbers ----------------------------------------------------------------------- */

static void integer_is(int64_t value) {
    struct buf b = {0};
    char wanted[32];
    snprintf(wanted, sizeof wanted, "%" PRId64, value);
    buf_integer(&b, value);
    assert_string_equal(buf_text(&b), wanted);
    buf_free(&b);
}

static void test_integer(void **state) {
    static const int64_t edges[] = {0,  1,   -1,        9,         10,        -10,
                                    99, 100, INT32_MIN, INT32_MAX, INT64_MIN, INT64_MAX};
    (void)state;
    for (size_t i = 0; i < sizeof edges / sizeof *edges; i++)
        integer_is(edges[i]);
    for (int i = 0; i < 20000; i++)
        integer_is((int64_t)any_bits() >> any_bits() % 64);
}

static void decimal_is(double value, int decimals, const char *wanted) {
    struct buf b = {0};
    buf_decimal(&b, value, decimals);
    assert_string_equal(buf_text(&b), wanted);
    buf_free(&b);
}

static void test_decimal(void **state) {
    (void)state;
    decimal_is(0, 7, "0");
    decimal_is(-0.0, 7, "0");
    decimal_is(17, 2, "17");
    decimal_is(102.6, 7, "102.6");
    decimal_is(-102.6, 7, "-102.6");
    decimal_is(-0.5, 1, "-0.5");
    decimal_is(0.0000001, 7, "0.0000001");
    decimal_is(-0.0000001, 7, "-0.0000001");
    decimal_is(1.0000001, 7, "1.0000001");
    decimal_is(100.10, 2, "100.1");
    decimal_is(899999999999.5, 1, "899999999999.5");
    decimal_is(-899999999999.25, 2, "-899999999999.25");
}

static void test_decimal_rounds(void **state) {
    (void)state;
    decimal_is(0.25, 1, "0.3"); /* half away from zero, on either side */
    decimal_is(-0.25, 1, "-0.3");
    decimal_is(0.5, 0, "1");
    decimal_is(-0.5, 0, "-1");
    decimal_is(0.49, 0, "0");
    decimal_is(-0.49, 0, "0");
    decimal_is(-0.00000004, 7, "0");
    decimal_is(0.00000006, 7, "0.0000001");
    decimal_is(9.999, 2, "10");
    decimal_is(-9.999, 2, "-10");
    decimal_is(1059.2349, 2, "1059.23");
    decimal_is(1.999999949, 7, "1.9999999");
}

/* What printf writes, without the zeros at its end and the sign of nothing. */
static void plain(char *out, size_t size, double value, int decimals) {
    snprintf(out, size, "%.*f", decimals, value);
    size_t len = strlen(out);
    while (decimals > 0 && out[len - 1] == '0')
        out[--len] = '\0';
    if (out[len - 1] == '.')
        out[--len] = '\0';
    if (strcmp(out, "-0") == 0)
        strcpy(out, "0");
}

static void test_decimal_random(void **state) {
    static const double power[] = {1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7};
    char wanted[64];
    (void)state;
    for (int i = 0; i < 100000; i++) {
        int decimals = (int)(any_bits() % 8);
        double value = (double)((int64_t)any_bits() % 9000000000) / 1e7;
        double scaled = fabs(value) * power[decimals];
        if (fabs(scaled - floor(scaled) - 0.5) < 1e-6)
            continue; /* a tie: printf may take the other side */
        plain(wanted, sizeof wanted, value, decimals);
        decimal_is(value, decimals, wanted);
    }
}

/* ---- JSON -------------------------------------------------------------------------- */

static void test_json_escapes(void **state) {
    static const struct {
        const char *text, *wanted;
    } cases[] = {
        {"", "\"\""},
        {"plain", "\"plain\""},
        {"\"", "\"\\\"\""},
        {"a\\b", "\"a\\\\b\""},
        {"\b\f\n\r\t", "\"\\b\\f\\n\\r\\t\""},
        {"\x01\x1f", "\"\\u0001\\u001f\""},
        {"a\x7f", "\"a\\u007f\""},
        {"</script>", "\"</script>\""},
        {"\xe0\xba\xa5\xe0\xba\xb2\xe0\xba\xa7",
         "\"\xe0\xba\xa5\xe0\xba\xb2\xe0\xba\xa7\""},
        {"\xf0\x9f\x8f\xa0", "\"\xf0\x9f\x8f\xa0\""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buf b = {0};
        buf_json(&b, cases[i].text);
        assert_string_equal(buf_text(&b), cases[i].wanted);
        buf_free(&b);
    }
    struct buf b = {0};
    buf_json_bytes(&b, "a\0b", 3);
    assert_string_equal(buf_text(&b), "\"a\\u0000b\"");
    buf_free(&b);
}

static void test_json_read_back(void **state) {
    (void)state;
    for (int i = 0; i < 2000; i++) {
        char text[300];
        size_t len = any_bits() % sizeof text;
        for (size_t k = 0; k < len; k++)
            text[k] = (char)(1 + any_bits() % 127);
        struct buf b = {0};
        struct error e;
        size_t got;
        buf_json_bytes(&b, text, len);
        struct json *read = json_parse(b.data, b.len, &e);
        if (read == NULL)
            fail_msg("%s: %s", e.message, buf_text(&b));
        const char *back = json_text(read, &got);
        assert_int_equal(got, len);
        assert_memory_equal(back, text, len);
        json_free(read);
        buf_free(&b);
    }
}

static void test_json_commas(void **state) {
    (void)state;
    struct buf b = {0};
    buf_char(&b, '{');
    buf_json_key(&b, "a");
    buf_char(&b, '[');
    for (int i = 0; i < 3; i++) {
        buf_json_comma(&b);
        buf_integer(&b, i);
    }
    buf_char(&b, ']');
    buf_json_key(&b, "b\"");
    buf_str(&b, "{}");
    buf_char(&b, '}');
    assert_string_equal(buf_text(&b), "{\"a\":[0,1,2],\"b\\\"\":{}}");
    buf_free(&b);
    buf_json_comma(&b);
    assert_int_equal(b.len, 0);
    buf_free(&b);
}

/* ---- growth ------------------------------------------------------------------------ */

static void test_grows(void **state) {
    (void)state;
    struct buf b = {0};
    int moved = 0;
    for (int i = 0; i < 100000; i++) {
        size_t before = b.capacity;
        buf_char(&b, (char)('a' + i % 26));
        moved += b.capacity != before;
        assert_true(b.len <= b.capacity);
    }
    assert_true(moved <= 10); /* doubling from 256 */
    for (int i = 0; i < 100000; i++)
        assert_int_equal(b.data[i], 'a' + i % 26);
    size_t capacity = b.capacity;
    buf_reserve(&b, capacity - b.len);
    assert_int_equal(b.capacity, capacity);
    buf_reserve(&b, capacity - b.len + 1);
    assert_int_equal(b.capacity, 2 * capacity);
    buf_reserve(&b, 5 * capacity);
    assert_true(b.capacity - b.len >= 5 * capacity);
    assert_int_equal(b.len, 100000);
    buf_free(&b);
    assert_null(b.data);
    assert_int_equal(b.len + b.capacity, 0);
}

/* Text that ends where the room ends: the NUL needs one byte more. */
/* A secret one holds the same. That nothing is left of it: test_traces.c. */
static void test_secret_grows(void **state) {
    (void)state;
    struct buf plain = {0}, secret = {.secret = true};
    for (int i = 0; i < 100000; i++) {
        buf_printf(&plain, "%d,", i);
        buf_printf(&secret, "%d,", i);
    }
    assert_int_equal(secret.len, plain.len);
    assert_memory_equal(secret.data, plain.data, plain.len);
    assert_true(secret.capacity < 4 * secret.len);
    buf_free(&plain);
    buf_wipe(&secret);
    assert_null(secret.data);
}

static void test_text_at_the_edge(void **state) {
    (void)state;
    for (size_t len = 0; len < 1100; len++) {
        struct buf b = {0};
        while (b.len < len)
            buf_char(&b, 'x');
        size_t before = b.len;
        assert_int_equal(strlen(buf_text(&b)), len);
        assert_int_equal(b.len, before);
        buf_printf(&b, "%s-%d", "yz", 7);
        assert_string_equal(buf_text(&b) + len, "yz-7");
        buf_free(&b);
    }
    struct buf b = {0};
    buf_add(&b, NULL, 0);
    assert_null(b.data);
    buf_printf(&b, "%0*d", 5000, 1);
    assert_int_equal(b.len, 5000);
    buf_free(&b);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_integer),          cmocka_unit_test(test_decimal),
        cmocka_unit_test(test_decimal_rounds),   cmocka_unit_test(test_decimal_random),
        cmocka_unit_test(test_json_escapes),     cmocka_unit_test(test_json_read_back),
        cmocka_unit_test(test_json_commas),      cmocka_unit_test(test_grows),
        cmocka_unit_test(test_secret_grows),
        cmocka_unit_test(test_text_at_the_edge),
    };
    return cmocka_run_group_tests(tests, set_seed, NULL);
}
