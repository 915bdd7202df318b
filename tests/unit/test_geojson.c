/* SPDX-License-Identifier: Apache-2.0
 *
 * GeoJSON: which files are taken, with how many features, on which lines they start; which
 * are refused, and how; geometries that are no polygons. Outlines themselves are those of
 * test_shape.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "importers/geojson.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))

struct seen {
    int64_t count, last_line;
};

static bool on_feature(const struct geojson_feature *f, void *ctx, struct error *e) {
    struct seen *seen = ctx;
    (void)e;
    assert_int_equal(f->number, ++seen->count);
    seen->last_line = f->line;
    return true;
}

static bool read_text(const char *text, struct seen *seen, struct error *e) {
    char copy[400];
    snprintf(copy, sizeof copy, "%s", text);
    FILE *in = fmemopen(copy, strlen(copy), "rb");
    assert_non_null(in);
    *seen = (struct seen){0, 0};
    *e = (struct error){0};
    bool done = geojson_read(in, "x", on_feature, seen, NULL, e);
    fclose(in);
    return done;
}

static void test_taken(void **state) {
    static const struct {
        const char *text;
        int64_t count, last_line;
    } cases[] = {
        {"{\"features\":[]}", 0, 0},
        {"{\"features\":[ ] }\n", 0, 0},
        {"{\"features\":[{},\n{}]}", 2, 2},
        {"\xef\xbb\xbf{\"features\":[{}]}", 1, 1},
        {"{\"a\":[1,\"]}\\\\\\\"\"],\"n\":-1.5e3,\n\"features\":\n[\n{}]\n,\"b\":true}", 1, 4},
        {"{\"feature\\u0073\":[{}]}", 1, 1}, /* the same name, escaped */
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct seen seen;
        struct error e;
        if (!read_text(cases[i].text, &seen, &e))
            fail_msg("%s: %s", cases[i].text, e.message);
        assert_int_equal(seen.count, cases[i].count);
        assert_int_equal(seen.last_line, cases[i].last_line);
    }
}

static void test_refused(void **state) {
    static const struct {
        const char *text, *message;
    } cases[] = {
        {" ", "x:1: not GeoJSON; allowed: a FeatureCollection"},
        {"[]", "x:1: not GeoJSON; allowed: a FeatureCollection"},
        {"{}", "x:1: there are no \"features\"; allowed: a FeatureCollection"},
        {"{\"features\":3}", "x:1: \"features\" is not a list"},
        {"{\"features\":[],\n\"features\":[]}", "x:2: \"features\" stands twice"},
        {"{\"features\":[{}\n{}]}", "x:2: between two features there must be a comma"},
        {"{\"features\":[{},]}", "x:1: a value is missing"},
        {"{\"features\":[,{}]}", "x:1: a value is missing"},
        {"{\"features\":[],}", "x:1: a name in quotes is missing"},
        {"{\"a\":1 \"features\":[]}", "x:1: between two members there must be a comma"},
        {"{\"features\":[1]}", "x:1: a feature that is no object"},
        {"{\"features\":[{\"a\":\"b", "x:1: the file ends inside a string"},
        {"{\"features\":[{\"a\":", "x:1: the file ends too early: a bracket is not closed"},
        {"{\"features\":[]}\n\n[]", "x:3: something stands after the end"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct seen seen;
        struct error e;
        if (read_text(cases[i].text, &seen, &e))
            fail_msg("%s is taken", cases[i].text);
        assert_string_equal(e.message, cases[i].message);
    }
}

/* What a file calls a geometry is shown without what a terminal would obey, and whole. */
static void test_other_types(void **state) {
    static const struct {
        const char *geometry, *message;
    } cases[] = {
        {"{\"type\":\"Point\",\"coordinates\":[0,0]}",
         "a geometry of the type Point; allowed: Polygon, MultiPolygon"},
        {"{\"coordinates\":[0,0]}",
         "a geometry of the type nothing; allowed: Polygon, MultiPolygon"},
        {"{\"type\":\"\\u001b[2J\\nកកកកកកកកកក\"}",
         "a geometry of the type  [2J កកកកកកកកកក; allowed: Polygon, MultiPolygon"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct error e = {0};
        struct buf wkb = {0};
        struct json *geometry = json_parse(cases[i].geometry, strlen(cases[i].geometry), &e);
        assert_non_null(geometry);
        assert_false(geojson_wkb(geometry, &wkb, &e));
        assert_string_equal(e.message, cases[i].message);
        json_free(geometry);
        buf_free(&wkb);
    }
}

/* A precision or the end of the message cuts bytes; what is left of a character is '?'. */
static void test_cut_messages(void **state) {
    struct error e = {0};
    (void)state;
    error_set(&e, ERR_DATA, "\"%.5s\" is none", "កក");
    assert_string_equal(e.message, "\"ក??\" is none");
    error_set(&e, ERR_DATA, "%498s%s", "", "ក");
    assert_int_equal(strlen(e.message), sizeof e.message - 1);
    assert_int_equal(e.message[498], '?');
    error_set(&e, ERR_DATA, "ក");
    error_prefix(&e, "%497s", "");
    assert_string_equal(e.message + 497, "??");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_taken),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_other_types),
        cmocka_unit_test(test_cut_messages),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
