/* SPDX-License-Identifier: Apache-2.0
 *
 * Arguments of a body: the pull reader against jansson, on a table and on random flat
 * bodies (the seed is printed; SEED sets it); limits, duplicates, wrong JSON.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#include "data/buf.h"
#include "tests/fuzz/args_same.h"

#define BODIES 60000

/* A body in memory of its exact size, so that a sanitizer sees a read beyond its end. */
struct reading {
    char *body;
    enum pull_result pull;
    bool taken;
    struct args pulled, parsed, both;
    struct error e;
};

static void read_bytes(struct reading *r, const char *body, size_t len) {
    *r = (struct reading){.body = malloc(len ? len : 1)};
    assert_non_null(r->body);
    memcpy(r->body, body, len);
    struct error e = {0};
    r->pull = args_pull(&r->pulled, r->body, len);
    r->taken = args_parse(&r->parsed, r->body, len, &r->e);
    if (r->pull == PULL_DONE && !r->taken)
        fail_msg("pulled, but jansson says %s: %.*s", r->e.message, (int)len, body);
    if (r->pull == PULL_DONE && !same_args(&r->pulled, &r->parsed))
        fail_msg("the two readings differ: %.*s", (int)len, body);
    assert_int_equal(args_read_json(&r->both, r->body, len, &e), r->taken);
    if (r->taken && !same_args(&r->both, r->pull == PULL_DONE ? &r->pulled : &r->parsed))
        for (int i = 0; i < r->both.count; i++)
            assert_true(same_arg(&r->both.arg[i], &r->parsed.arg[i]) ||
                        r->both.arg[i].nested != NULL);
    assert_true(r->taken || e.message[0] != '\0');
}

static void forget(struct reading *r) {
    args_clear(&r->pulled);
    args_clear(&r->parsed);
    args_clear(&r->both);
    free(r->body);
}

/* Reads the text; both readers were compared already. */
static void expect(const char *body, bool pulled, bool taken) {
    struct reading r;
    read_bytes(&r, body, strlen(body));
    if ((r.pull == PULL_DONE) != pulled || r.taken != taken)
        fail_msg("%s: pulled %d, taken %d (%s)", body, r.pull == PULL_DONE, r.taken,
                 r.e.message);
    forget(&r);
}

static void test_table(void **state) {
    (void)state;
    static const char *const flat[] = {
        "{}",
        " { } ",
        "{\"\":1}",
        "{\"a\":\"\"}",
        "{\"a\":[]}",
        "{\"a\":[ ]}",
        "\t\r\n{\"a\" : [ 1 , \"x\" , true , null ] , \"b\":false}\n",
        "{\"a\":[\"one\",2,3.5]}",
        "{\"a\":\"/'~!{}[]:,\"}",
    };
    for (size_t i = 0; i < sizeof flat / sizeof *flat; i++)
        expect(flat[i], true, true);
    static const char *const other[] = {
        "{\"a\":\"\\u0041\"}",
        "{\"a\":\"\\n\\\"\\\\\\/\"}",
        "{\"\\u0061\":1}",
        "{\"a\":\"\xe1\x9e\x81\"}",
        "{\"\xc3\xa9\":1}",
        "{\"a\":{}}",
        "{\"a\":{\"b\":1}}",
        "{\"a\":[[1]]}",
        "{\"a\":[{\"b\":1},2]}",
        "{\"a\":1e5}",
        "{\"a\":1E-2}",
        "{\"a\":1234567890123456}",
        "{\"a\":0.1234567890123456}",
        "{\"a\":\"\x7f\"}",
    };
    for (size_t i = 0; i < sizeof other / sizeof *other; i++)
        expect(other[i], false, true);
}

static void test_wrong(void **state) {
    (void)state;
    static const char *const wrong[] = {
        "",
        " ",
        "{",
        "}",
        "[",
        "[]",
        "[1]",
        "1",
        "\"a\"",
        "null",
        "true",
        "{a:1}",
        "{'a':1}",
        "{\"a\"}",
        "{\"a\":}",
        "{\"a\":1,}",
        "{,}",
        "{\"a\":1 \"b\":2}",
        "{\"a\":1}}",
        "{\"a\":1}{}",
        "{\"a\":1} x",
        "{\"a\":[1,]}",
        "{\"a\":[,1]}",
        "{\"a\":[1 2]}",
        "{\"a\":[1}",
        "{\"a\":[",
        "{\"a\":01}",
        "{\"a\":-01}",
        "{\"a\":00}",
        "{\"a\":+1}",
        "{\"a\":.5}",
        "{\"a\":1.}",
        "{\"a\":-}",
        "{\"a\":-.5}",
        "{\"a\":1.e5}",
        "{\"a\":1e}",
        "{\"a\":0x10}",
        "{\"a\":1_000}",
        "{\"a\":NaN}",
        "{\"a\":Infinity}",
        "{\"a\":-Infinity}",
        "{\"a\":1e999}",
        "{\"a\":True}",
        "{\"a\":tru}",
        "{\"a\":truex}",
        "{\"a\":nul",
        "{\"a\":\"",
        "{\"a\":\"\\",
        "{\"a\":\"\\x\"}",
        "{\"a\":\"\\u00\"}",
        "{\"a\":\"\\ud800\"}",
        "{\"a\":\"\\u0000\"}",
        "{\"a\":\"\n\"}",
        "{\"a\":\"\t\"}",
        "{\"a\":\"\xff\"}",
        "{\"a\":\"\xc0\x80\"}",
        "{\"a\":\"\xed\xa0\x80\"}",
        "\xef\xbb\xbf{}",
        "{}//",
        "/**/{}",
        "{\"a\":1;}",
        "{\"a\"=1}",
        "{\"a\":99999999999999999999}",
        "{\"a\":1,\"a\":1}",
        "{\"a\":1,\"b\":2,\"\\u0061\":3}",
        "{\"\":1,\"\":2}",
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        expect(wrong[i], false, false);
    static const char nul[] = "{\"a\":\"x\0y\"}", after[] = "{}\0",
                      name[] = "{\"a\0b\":1}";
    static const struct slice bodies[] = {
        {nul, sizeof nul - 1}, {after, sizeof after - 1}, {name, sizeof name - 1}};
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
        struct reading r;
        read_bytes(&r, bodies[i].at, bodies[i].len);
        assert_false(r.taken);
        forget(&r);
    }
}

static void test_deep(void **state) {
    (void)state;
    struct buf b = {0};
    for (int depth = 1; depth <= 30000; depth *= 30) {
        b.len = 0;
        buf_str(&b, "{\"a\":");
        for (int i = 0; i < depth; i++)
            buf_char(&b, '[');
        for (int i = 0; i < depth; i++)
            buf_char(&b, ']');
        buf_char(&b, '}');
        expect(buf_text(&b), depth == 1, depth <= 60);
    }
    buf_free(&b);
}

/* ---- numbers ----------------------------------------------------------------------- */

static void number(const char *text, bool pulled, double value, bool whole) {
    struct buf b = {0};
    struct reading r;
    buf_printf(&b, "{\"a\":%s}", text);
    read_bytes(&r, b.data, b.len);
    const struct scalar *s = &r.both.arg[0].item[0];
    if ((r.pull == PULL_DONE) != pulled || !r.taken || s->kind != SCALAR_NUMBER ||
        s->number != value || s->whole != whole)
        fail_msg("%s: pulled %d, %.17g, whole %d", text, r.pull == PULL_DONE, s->number,
                 s->whole);
    forget(&r);
    buf_free(&b);
}

static void test_numbers(void **state) {
    (void)state;
    number("0", true, 0, true);
    number("-0", true, 0, true);
    number("-0.0", true, 0, false);
    number("1", true, 1, true);
    number("1.0", true, 1, false);
    number("-17", true, -17, true);
    number("0.1", true, 0.1, false);
    number("103.2345678", true, 103.2345678, false);
    number("-179.9999999", true, -179.9999999, false);
    number("999999999999999", true, 999999999999999, true);
    number("0.00000000000001", true, 1e-14, false);
    number("0.99999999999999", true, 0.99999999999999, false);
    number("9.99999999999999", true, 9.99999999999999, false);
    number("0.999999999999999", false, 0.999999999999999, false);
    number("1000000000000000", false, 1e15, true);
    number("9007199254740991", false, 9007199254740991.0, true);
    number("9007199254740993", false, 9007199254740992.0, false);
    number("1e2", false, 100, false);
    number("1E+2", false, 100, false);
    number("15e-1", false, 1.5, false);
    number("1e-400", false, 0, false);
    number("9223372036854775807", false, 9223372036854775807.0, false);
}

static void test_number_text(void **state) {
    (void)state;
    static const char body[] = "{\"a\":-12.50,\"b\":[7]}";
    struct args a = {0};
    assert_int_equal(args_pull(&a, body, sizeof body - 1), PULL_DONE);
    assert_true(slice_is(a.arg[0].item[0].text, "-12.50"));
    assert_true(slice_is(a.arg[1].item[0].text, "7"));
    args_clear(&a);
}

/* ---- limits ------------------------------------------------------------------------ */

static void members(struct buf *b, int count) {
    b->len = 0;
    buf_char(b, '{');
    for (int i = 0; i < count; i++)
        buf_printf(b, "%s\"m%d\":%d", i ? "," : "", i, i);
    buf_char(b, '}');
}

static void items(struct buf *b, int count, const char *item) {
    b->len = 0;
    buf_str(b, "{\"a\":[");
    for (int i = 0; i < count; i++)
        buf_printf(b, "%s%s", i ? "," : "", item);
    buf_str(b, "]}");
}

static void test_limits(void **state) {
    (void)state;
    struct buf b = {0};
    members(&b, ARGS_MAX);
    expect(buf_text(&b), true, true);
    members(&b, ARGS_MAX + 1);
    expect(buf_text(&b), false, false);
    members(&b, 5000);
    expect(buf_text(&b), false, false);
    items(&b, ARG_ITEMS, "1");
    expect(buf_text(&b), true, true);
    items(&b, ARG_ITEMS + 1, "1");
    expect(buf_text(&b), false, false);
    items(&b, 5000, "\"x\"");
    expect(buf_text(&b), false, false);
    items(&b, ARG_ITEMS, "{\"age\":3}");
    expect(buf_text(&b), false, true);
    buf_free(&b);
}

static void test_nested(void **state) {
    (void)state;
    static const char body[] = "{\"a\":[{\"age\":3}],\"b\":{\"c\":1},\"d\":2}";
    struct args a = {0};
    struct error e = {0};
    assert_true(args_read_json(&a, body, sizeof body - 1, &e));
    assert_int_equal(a.count, 3);
    assert_true(a.arg[0].list);
    assert_int_equal(json_count(a.arg[0].nested), 1);
    assert_int_equal(json_whole(json_get(a.arg[1].nested, "c")), 1);
    assert_null(a.arg[2].nested);
    args_clear(&a);
    assert_null(a.root);
    assert_int_equal(a.count, 0);
}

static void test_url(void **state) {
    (void)state;
    struct args a = {0};
    struct error e = {0};
    char name[ARGS_MAX + 1][16];
    for (int i = 0; i < ARG_ITEMS; i++)
        assert_true(args_add(&a, slice_of("n"), slice_of("v"), &e));
    assert_true(a.from_url && a.arg[0].list && a.arg[0].count == ARG_ITEMS);
    assert_false(args_add(&a, slice_of("n"), slice_of("v"), &e));
    for (int i = 1; i <= ARGS_MAX; i++) {
        snprintf(name[i], sizeof name[i], "m%d", i);
        assert_int_equal(args_add(&a, slice_of(name[i]), slice_of(""), &e), i < ARGS_MAX);
    }
    assert_int_equal(a.count, ARGS_MAX);
    assert_false(a.arg[1].list);
    args_clear(&a);
    assert_false(a.from_url);
}

/* Nothing about a person stays behind, whichever reader it was. */
static void test_wiped(void **state) {
    (void)state;
    static const char *const bodies[] = {
        "{\"a\":77.125}",
        "{\"a\":77.125,\"a\":1}",
        "{\"a\":1,\"b\":[77.125,77.125],\"c\":{}}",
        "{\"a\":1,\"b\":77.125,\"c\":77.125,",
    };
    const double secret = 77.125;
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
        struct args a = {0};
        struct error e = {0};
        args_read_json(&a, bodies[i], strlen(bodies[i]), &e);
        args_clear(&a);
        if (memmem(&a, sizeof a, &secret, sizeof secret) != NULL)
            fail_msg("not wiped: %s", bodies[i]);
    }
}

/* ---- random flat bodies ------------------------------------------------------------ */

static uint64_t seed;

static uint32_t below(uint32_t n) {
    seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(seed >> 33) % n;
}

static void space(struct buf *b) {
    static const char spaces[] = " \t\r\n";
    while (below(6) == 0)
        buf_char(b, spaces[below(4)]);
}

static void random_number(struct buf *b) {
    if (below(3) == 0)
        buf_char(b, '-');
    uint32_t digits = 1 + below(15), point = below(2) ? below(digits) : 0;
    for (uint32_t i = 0; i < digits; i++) {
        bool leads = i == 0 && point != 1 && digits > 1;
        if (i == point && i > 0)
            buf_char(b, '.');
        buf_char(b, (char)('0' + (leads ? 1 + below(9) : below(10))));
    }
}

static void random_scalar(struct buf *b) {
    static const char *const words[] = {"true", "false", "null"};
    uint32_t what = below(8);
    space(b);
    if (what < 3) {
        random_number(b);
    } else if (what < 5) {
        buf_str(b, words[below(3)]);
    } else {
        buf_char(b, '"');
        for (uint32_t n = below(12); n > 0; n--) {
            char c = (char)(' ' + below(0x7f - ' '));
            buf_char(b, c == '"' || c == '\\' ? '_' : c);
        }
        buf_char(b, '"');
    }
    space(b);
}

static void random_body(struct buf *b) {
    b->len = 0;
    space(b);
    buf_char(b, '{');
    for (uint32_t i = 0, n = below(9); i < n; i++) {
        if (i > 0)
            buf_char(b, ',');
        space(b);
        buf_printf(b, "\"m%u\"", i);
        space(b);
        buf_char(b, ':');
        bool list = below(3) == 0;
        uint32_t count = list ? below(ARG_ITEMS + 1) : 1;
        space(b);
        buf_str(b, list ? "[" : "");
        for (uint32_t k = 0; k < count; k++) {
            buf_str(b, k ? "," : "");
            random_scalar(b);
        }
        buf_str(b, list ? "]" : "");
        space(b);
    }
    buf_char(b, '}');
    space(b);
}

/* Changes, drops or doubles a few bytes, mostly by ones that mean something. */
static void damage(struct buf *b) {
    static const char bytes[] = "{}[]:,\"\\+-.0123456789eEtfn \n\0\xc3\xa9u";
    for (uint32_t n = 1 + below(3); n > 0 && b->len > 0; n--) {
        uint32_t at = below((uint32_t)b->len);
        if (below(3) == 0)
            b->len = at;
        else
            b->data[at] =
                below(4) ? bytes[below(sizeof bytes - 1)] : b->data[below(at + 1)];
    }
}

static void test_random(void **state) {
    (void)state;
    const char *given = getenv("SEED");
    seed = given ? strtoull(given, NULL, 10) : (uint64_t)time(NULL);
    print_message("seed %llu\n", (unsigned long long)seed);
    struct buf b = {0};
    struct reading r;
    for (int i = 0; i < BODIES; i++) {
        random_body(&b);
        read_bytes(&r, b.data, b.len);
        if (r.pull != PULL_DONE)
            fail_msg("a flat body was not pulled: %s", buf_text(&b));
        forget(&r);
        damage(&b);
        read_bytes(&r, b.data ? b.data : "", b.len);
        forget(&r);
    }
    buf_free(&b);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table),       cmocka_unit_test(test_wrong),
        cmocka_unit_test(test_deep),        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_number_text), cmocka_unit_test(test_limits),
        cmocka_unit_test(test_nested),      cmocka_unit_test(test_url),
        cmocka_unit_test(test_wiped),       cmocka_unit_test(test_random),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
