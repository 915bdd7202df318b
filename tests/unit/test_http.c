/* SPDX-License-Identifier: Apache-2.0
 *
 * The small parts between the wire and the handlers: matching of routes and validators,
 * faults and problems.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "data/json_read.h"
#include "server/http/coding.h"
#include "server/http/route.h"

/* ---- If-None-Match ----------------------------------------------------------------- */

static void test_etag(void **state) {
    (void)state;
    static const struct {
        const char *header, *etag;
        bool matches;
    } cases[] = {
        {"", "\"a\"", false},
        {"\"a\"", "", false},
        {"", "", false},
        {"*", "", false},
        {"*", "\"a\"", true},
        {" * ", "\"a\"", true},
        {"\"a\"", "\"a\"", true},
        {"\"a\"", "\"b\"", false},
        {"\"a\"", "\"A\"", false},
        {"a", "\"a\"", false},
        {"\"a", "\"a\"", false},
        {"\"ab\"", "\"a\"", false},
        {"\"a\"", "\"ab\"", false},
        {"W/\"a\"", "\"a\"", true},
        {"w/\"a\"", "\"a\"", false},
        {"\"x\", W/\"a\"", "\"a\"", true},
        {"\"x\",\"y\",\"a\"", "\"a\"", true},
        {"\"x\" , \t\"a\" ", "\"a\"", true},
        {",,\"a\",,", "\"a\"", true},
        {"\"x\",\"y\"", "\"a\"", false},
        {"\"x\" \"a\"", "\"a\"", false},
        {"W/", "\"a\"", false},
        {",", "\"a\"", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (etag_matches(cases[i].header, cases[i].etag) != cases[i].matches)
            fail_msg("[%s] [%s]", cases[i].header, cases[i].etag);
}

/* ---- routes ------------------------------------------------------------------------ */

static const struct route table[] = {
    {.methods = METHOD_GET, .path = "/", .name = "root"},
    {.methods = METHOD_GET | METHOD_POST, .path = "/api/v1/nearest", .name = "nearest"},
    {.methods = METHOD_GET, .path = "/api/v1/things", .name = "things"},
    {.methods = METHOD_POST, .path = "/api/v1/things", .name = "things_add"},
    {.methods = METHOD_GET, .path = "/api/v1/things/{id}", .name = "thing"},
    {.methods = METHOD_POST, .path = "/api/v1/things/{id}/parts/{part}", .name = "part"},
    {.methods = METHOD_POST, .path = "/api/{version}/things/{id}", .name = "any"},
    {.methods = METHOD_GET, .path = "/tiles/{z}/{x}/{y}.mvt", .name = "tile"},
    {0},
};

static void match(const char *path, enum method method, const char *name,
                  const char *allow, const char *first, const char *second) {
    struct slice value[PATH_VALUES] = {{0}};
    unsigned allowed = 99;
    char text[64];
    const struct route *r = route_match(table, path, method, value, &allowed);
    route_allow(allowed, text, sizeof text);
    if (strcmp(r ? r->name : "", name) != 0 || strcmp(text, allow) != 0)
        fail_msg("%s: %s, Allow: %s", path, r ? r->name : "none", text);
    if (first != NULL && !slice_is(value[0], first))
        fail_msg("%s: %.*s", path, (int)value[0].len, value[0].at);
    if (second != NULL && !slice_is(value[1], second))
        fail_msg("%s: %.*s", path, (int)value[1].len, value[1].at);
}

static void test_routes(void **state) {
    (void)state;
    static const char read[] = "GET, HEAD, OPTIONS", both[] = "GET, HEAD, POST, OPTIONS";
    match("/", METHOD_GET, "root", read, NULL, NULL);
    match("/api/v1/nearest", METHOD_GET, "nearest", both, NULL, NULL);
    match("/api/v1/nearest", METHOD_HEAD, "nearest", both, NULL, NULL);
    match("/api/v1/nearest", METHOD_POST, "nearest", both, NULL, NULL);
    match("/api/v1/things", METHOD_POST, "things_add", both, NULL, NULL);
    match("/api/v1/things/7", METHOD_HEAD, "thing", both, "7", NULL);
    match("/api/v1/things/{id}", METHOD_GET, "thing", both, "{id}", NULL);
    match("/api/v1/things/7/parts/9", METHOD_POST, "part", "POST, OPTIONS", "7", "9");
    match("/api/v2/things/7", METHOD_POST, "any", "POST, OPTIONS", "v2", "7");
}

/* The end of a segment after its value. */
static void test_ending(void **state) {
    (void)state;
    struct slice value[PATH_VALUES];
    unsigned allowed;
    assert_non_null(route_match(table, "/tiles/6/50/28.mvt", METHOD_GET, value, &allowed));
    assert_true(slice_is(value[0], "6") && slice_is(value[1], "50") && slice_is(value[2], "28"));
    assert_non_null(route_match(table, "/tiles/6/50/.mvt.mvt", METHOD_GET, value, &allowed));
    assert_true(slice_is(value[2], ".mvt"));
    static const char *const none[] = {"/tiles/6/50/.mvt", "/tiles/6/50/28", "/tiles/6/50/28.mv",
                                       "/tiles/6/50/28.mvtx", "/tiles/6/50/28.MVT",
                                       "/tiles/6/50/mvt", "/tiles/6/50/28.mvt/"};
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        assert_null(route_match(table, none[i], METHOD_GET, value, &allowed));
}

static void test_coding(void **state) {
    (void)state;
    static const char *const yes[] = {"gzip", "GZIP", "br, gzip", "gzip;q=1", "gzip ; q=0.1",
                                      "*", "*;q=0.5", "gzip;Q=1.000", "deflate,,gzip"};
    static const char *const no[] = {"", "br", "gzip;q=0", "gzip;q=0.000", "*;q=0", "gzip;q=",
                                     "*, gzip;q=0", "gzip;q=1.0000", "gzip;q=-1", "x-gzip",
                                     "gzip;q=.5", ",", ";", "gzi", "gzip;q=0x1"};
    for (size_t i = 0; i < sizeof yes / sizeof *yes; i++)
        if (!coding_accepted(yes[i], "gzip"))
            fail_msg("%s is not taken", yes[i]);
    for (size_t i = 0; i < sizeof no / sizeof *no; i++)
        if (coding_accepted(no[i], "gzip"))
            fail_msg("%s is taken", no[i]);
}

/* A route further down that also fits the path leaves the values of the first alone. */
static void test_first_route_keeps_its_values(void **state) {
    (void)state;
    match("/api/v1/things/7", METHOD_GET, "thing", "GET, HEAD, POST, OPTIONS", "7", NULL);
}

static void test_wrong_method(void **state) {
    (void)state;
    match("/", METHOD_POST, "", "GET, HEAD, OPTIONS", NULL, NULL);
    match("/", METHOD_OPTIONS, "", "GET, HEAD, OPTIONS", NULL, NULL);
    match("/", 0, "", "GET, HEAD, OPTIONS", NULL, NULL);
    match("/api/v1/nearest", 0, "", "GET, HEAD, POST, OPTIONS", NULL, NULL);
    match("/api/v1/things/7/parts/9", METHOD_GET, "", "POST, OPTIONS", NULL, NULL);
    match("/api/v1/things/7/parts/9", METHOD_HEAD, "", "POST, OPTIONS", NULL, NULL);
}

static void test_no_route(void **state) {
    (void)state;
    static const char *const paths[] = {
        "",
        "//",
        "/x",
        "/api",
        "/api/",
        "/api/v1",
        "/api/v1/",
        "api/v1/nearest",
        "/api/v1/nearest/",
        "/api/v1/nearest//",
        "//api/v1/nearest",
        "/api//v1/nearest",
        "/api/v1/neares",
        "/api/v1/nearestx",
        "/API/v1/nearest",
        "/api/v1/things/",
        "/api/v1/things//",
        "/api/v1/things/7/",
        "/api/v1/things/7/parts",
        "/api/v1/things/7/parts/",
        "/api/v1/things//parts/9",
        "/api/v1/things/7/parts/9/",
        "/api/v1/things/7/8",
        "/api//things/7",
        "*",
    };
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
        match(paths[i], METHOD_GET, "", "", NULL, NULL);
}

static void test_allow_is_cut(void **state) {
    (void)state;
    const unsigned all = METHOD_GET | METHOD_HEAD | METHOD_POST | METHOD_OPTIONS;
    char text[40];
    for (size_t size = 1; size <= sizeof text; size++) {
        memset(text, 'x', sizeof text);
        route_allow(all, text, size);
        assert_true(memchr(text, '\0', size) != NULL);
        assert_int_equal(strncmp(text, "GET, HEAD, POST, OPTIONS", strlen(text)), 0);
    }
    assert_string_equal(text, "GET, HEAD, POST, OPTIONS");
}

/* ---- faults and problems ----------------------------------------------------------- */

/* `count` times the Khmer letter ka, three bytes each, after `before` times 'x'. */
static const char *khmer(size_t before, size_t count, char *out) {
    memset(out, 'x', before);
    for (size_t i = 0; i < count; i++)
        memcpy(out + before + 3 * i, "\xe1\x9e\x80", 3);
    out[before + 3 * count] = '\0';
    return out;
}

static void test_fault_cuts_characters(void **state) {
    (void)state;
    char text[1000];
    for (size_t before = 0; before < 4; before++) {
        for (size_t count = 0; count < 300; count += count < 80 ? 1 : 40) {
            struct faults f = {0};
            khmer(before, count, text);
            assert_false(fault_add(&f, slice_of(text), "%s", text));
            assert_int_equal(f.count, 1);
            const char *parts[] = {f.at[0].parameter, f.at[0].detail};
            const size_t sizes[] = {sizeof f.at[0].parameter, sizeof f.at[0].detail};
            for (int i = 0; i < 2; i++) {
                size_t len = strlen(parts[i]);
                assert_memory_equal(parts[i], text, len);
                if (!text_utf8(parts[i], len, NULL))
                    fail_msg("%zu+%zu: %s is cut inside a character", before, count,
                             i ? "detail" : "parameter");
                assert_true(len == strlen(text) || len + 3 >= sizes[i] - 1);
            }
        }
    }
}

static void test_faults_are_bounded(void **state) {
    (void)state;
    struct faults f = {0};
    for (int i = 0; i < 3 * FAULTS_MAX; i++)
        assert_false(fault_add(&f, slice_of("p"), "number %d", i));
    assert_int_equal(f.count, FAULTS_MAX);
    assert_string_equal(f.at[FAULTS_MAX - 1].detail, "number 15");
}

static const char *member(const struct json *object, const char *name) {
    const struct json *v = json_get(object, name);
    assert_non_null(v);
    return json_text(v, NULL);
}

static struct json *body_of(const struct response *r) {
    struct error e = {0};
    struct json *root = json_parse(r->body.data, r->body.len, &e);
    if (root == NULL)
        fail_msg("%s: %.*s", e.message, (int)r->body.len, r->body.data);
    return root;
}

static void test_problem(void **state) {
    (void)state;
    struct response r = {.status = 200,
                         .etag = "\"old\"",
                         .link = "<x>; rel=\"next\"",
                         .caching = CACHE_PUBLIC};
    struct faults f = {0};
    fault_add(&f, slice_of("a\"b\n"), "must not hold \"quotes\" or \\");
    fault_add(&f, slice_of("lat"), "is missing");
    buf_str(&r.body, "half an answer");
    problem(&r, 400, "some \"detail\"", &f);
    assert_int_equal(r.status, 400);
    assert_string_equal(r.content_type, "application/problem+json");
    assert_int_equal(r.caching, CACHE_NEVER);
    assert_string_equal(r.etag, "");
    assert_string_equal(r.link, "");
    struct json *root = body_of(&r);
    assert_string_equal(member(root, "type"), "about:blank");
    assert_string_equal(member(root, "title"), "Bad Request");
    assert_string_equal(member(root, "detail"), "some \"detail\"");
    assert_int_equal(json_whole(json_get(root, "status")), 400);
    const struct json *errors = json_get(root, "errors");
    assert_int_equal(json_count(errors), 2);
    assert_string_equal(member(json_at(errors, 0), "parameter"), "a\"b\n");
    assert_string_equal(member(json_at(errors, 0), "detail"),
                        "must not hold \"quotes\" or \\");
    assert_string_equal(member(json_at(errors, 1), "parameter"), "lat");
    json_free(root);
    buf_free(&r.body);
}

static void test_plain_problem(void **state) {
    (void)state;
    static const int statuses[] = {400, 401, 403, 404, 405, 406, 413,
                                   414, 415, 429, 500, 503, 418};
    const struct faults none = {0};
    struct response r = {0};
    for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++) {
        problem(&r, statuses[i], NULL, i % 2 ? &none : NULL);
        struct json *root = body_of(&r);
        assert_int_equal(json_whole(json_get(root, "status")), statuses[i]);
        assert_true(member(root, "title")[0] != '\0');
        assert_null(json_get(root, "detail"));
        assert_null(json_get(root, "errors"));
        json_free(root);
    }
    buf_free(&r.body);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_etag),
        cmocka_unit_test(test_routes),
        cmocka_unit_test(test_ending),
        cmocka_unit_test(test_coding),
        cmocka_unit_test(test_first_route_keeps_its_values),
        cmocka_unit_test(test_wrong_method),
        cmocka_unit_test(test_no_route),
        cmocka_unit_test(test_allow_is_cut),
        cmocka_unit_test(test_fault_cuts_characters),
        cmocka_unit_test(test_faults_are_bounded),
        cmocka_unit_test(test_problem),
        cmocka_unit_test(test_plain_problem),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
