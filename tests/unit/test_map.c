/* SPDX-License-Identifier: Apache-2.0
 *
 * The map of somebody else's sheet: what it turns cells into, and every fault by its key.
 * To be run from the root of the checkout.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "importers/map.h"

static struct map *parse(const char *text, struct error *e) {
    return map_parse("m.json", &services_table, text, strlen(text), e);
}

static void refuse(const char *text, const char *wanted) {
    struct error e = {0};
    assert_null(parse(text, &e));
    if (strstr(e.message, wanted) == NULL)
        fail_msg("%s: %s", text, e.message);
    assert_int_equal(e.code, ERR_DATA);
}

static void test_refused(void **state) {
    (void)state;
    refuse("", "m.json: ");
    refuse("[]", "m.json: not a JSON object");
    refuse("{\"column\":{}}",
           "m.json: column: not known; allowed: columns constants ignore about");
    refuse("{\"columns\":[]}", "columns: allowed: an object");
    refuse("{\"columns\":{\"A\":1}}",
           "columns.A: allowed: the name of one of our columns");
    refuse("{\"columns\":{\"A\":\"servce\"}}",
           "columns.A: not a column (\"servce\"); did you "
           "mean service?");
    refuse("{\"columns\":{\"A\":\"kind@km\"}}",
           "columns.A: this column has no languages");
    refuse("{\"columns\":{\"A\":\"id\",\"B\":\"id\"}}",
           "columns.B: another header becomes");
    refuse("{\"columns\":{\"A\":{}}}", "columns.A.column: is missing");
    refuse("{\"columns\":{\"A\":{\"column\":\"id\",\"value\":{}}}}",
           "columns.A.value: not known; allowed: column pattern values split other also");
    refuse("{\"columns\":{\"A\":{\"column\":\"id\",\"values\":{\"x\":1}}}}",
           "columns.A.x: allowed: a string");
    refuse("{\"columns\":{\"A\":{\"column\":\"id\",\"split\":\", \"}}}",
           "columns.A.split: allowed: one ASCII character");
    refuse("{\"columns\":{\"A\":{\"column\":\"id\",\"other\":\"drop\"}}}",
           "columns.A.other: ");
    refuse("{\"columns\":{\"A\":{\"values\":{}}}}",
           "columns.A.column: is missing (or pattern)");
    refuse("{\"about\":{}}", "about: allowed: a string, or a list of strings");
    refuse("{\"about\":[\"a\",1]}", "about: allowed: a string, or a list of strings");
    refuse("{\"constants\":{\"x\":\"y\"}}", "constants.x: not a column");
    refuse("{\"constants\":{\"id\":1}}", "constants.id: allowed: a string");
    refuse("{\"constants\":{\"id\":\"1\"},\"columns\":{\"A\":\"id\"}}",
           "constants.id: a header becomes the same column");
    refuse("{\"ignore\":\"all\"}", "ignore: allowed: \"unknown\"");
    refuse("{\"columns\":{\"A\":{\"column\":\"id\",\"also\":false}}}",
           "columns.A.also: allowed: true");
    refuse("{\"columns\":{\"A\":{\"column\":\"id\",\"also\":true}}}",
           "columns.A: also: no header before it becomes the same column");
    refuse("{\"columns\":{\"A\":\"service@km\",\"B\":{\"column\":\"service@km\","
           "\"also\":true}}}",
           "columns.B: also: allowed for a column without a language");
    refuse("{\"columns\":{\"A\":[\"id\",\"id\"]}}",
           "columns.A: another header becomes the same column");
    refuse("{\"constants\":{\"id\":{\"value\":\"1\",\"also\":true}}}",
           "constants.id: also: no header becomes the same column");
    refuse("{\"constants\":{\"id\":{\"value\":\"1\"}}}", "constants.id: allowed: a string, or");
}

static void cell(const struct map *m, const char *header, const char *given,
                 const char *wanted) {
    struct arena arena = {0};
    struct slice out;
    struct error e = {0};
    const struct map_column *c = map_find(m, slice_of(header), NULL);
    assert_non_null(c);
    if (map_cell(c, 0, slice_of(given), &arena, &out, &e)) {
        assert_int_equal(out.len, strlen(wanted));
        assert_memory_equal(out.at, wanted, out.len);
    } else if (strstr(e.message, wanted) == NULL) {
        fail_msg("%s", e.message);
    }
    arena_free(&arena);
}

static void test_cells(void **state) {
    (void)state;
    struct error e = {0};
    struct map *m = parse(
        "{\"columns\":{\"Name\":\"service\",\"Name (km)\":\"service@km\","
        "\"Type\":{\"column\":\"kind\",\"values\":{\"Refuge\":\"shelter\",\"Dr\":"
        "\"clinic\"}},"
        "\"Does\":{\"column\":\"needs\",\"split\":\",\",\"other\":\"skip\",\"values\":"
        "{\"beds\":\"housing.shelter\",\"care\":\"health;psychosocial\",\"misc\":\"\"}},"
        "\"Who\":{\"column\":\"genders\",\"split\":\"/\"}},"
        "\"constants\":{\"country\":\"KH\"},\"ignore\":\"unknown\","
        "\"about\":[\"synthetic\",\"sheet\"]}",
        &e);
    if (m == NULL)
        fail_msg("%s", e.message);
    assert_true(m->ignore_unknown);
    assert_int_equal(m->constant_count, 1);
    assert_null(map_find(m, slice_of("name"), NULL));
    assert_string_equal(map_find(m, slice_of("Name (km)"), NULL)->part[0].language, "km");
    cell(m, "Name", " a,b ", "a,b");
    cell(m, "Type", " Refuge ", "shelter");
    cell(m, "Type", "", "");
    cell(m, "Type", "refuge",
         "the map does not name this value (\"refuge\"); add it to "
         "columns.Type.values");
    cell(m, "Does", "beds, misc,care,,other", "housing.shelter;health;psychosocial");
    cell(m, "Who", "female / male", "female;male");
    map_free(m);
}

/* null leaves the row out, "" is the empty cell, one header may be several columns. */
static void test_rows_left_out(void **state) {
    (void)state;
    struct error e = {0};
    struct map *m = parse("{\"columns\":{\"T\":{\"column\":\"kind\",\"split\":\"/\","
                          "\"values\":{\"x\":null,\"y\":\"clinic\",\"\":\"hotline\"}},"
                          "\"N\":[\"id\",\"service\",{\"column\":\"kind\",\"also\":true}]}}",
                          &e);
    if (m == NULL)
        fail_msg("%s", e.message);
    struct arena arena = {0};
    struct slice out;
    const struct map_column *t = map_find(m, slice_of("T"), NULL);
    const struct map_column *n = map_find(m, slice_of("N"), NULL);
    assert_true(t->leaves_out);
    assert_null(map_find(m, slice_of("T"), t));
    assert_true(map_cell(t, 0, slice_of(" x "), &arena, &out, &e) && out.at == NULL);
    assert_true(map_cell(t, 0, slice_of("y/x"), &arena, &out, &e) && out.at == NULL);
    assert_true(map_cell(t, 0, slice_of("y/y"), &arena, &out, &e));
    assert_true(slice_is(out, "clinic;clinic"));
    cell(m, "T", " ", "hotline");
    assert_false(n->leaves_out);
    n = map_find(m, slice_of("N"), n);
    assert_int_equal(n->part[0].column, COL_SERVICE);
    n = map_find(m, slice_of("N"), n);
    assert_true(n->also);
    assert_null(map_find(m, slice_of("N"), n));
    arena_free(&arena);
    map_free(m);
}

/* ---- patterns -------------------------------------------------------------------- */

static void refuse_pattern(const char *pattern, const char *wanted) {
    char text[600];
    snprintf(text, sizeof text, "{\"columns\":{\"A\":{\"pattern\":\"%s\"}}}", pattern);
    refuse(text, wanted);
}

static void test_patterns_refused(void **state) {
    (void)state;
    char long_one[220] = "{lat}";
    refuse_pattern("", "columns.A.pattern: names no column");
    refuse_pattern("POINT", "columns.A.pattern: names no column");
    refuse_pattern("{} {}", "columns.A.pattern: names no column");
    refuse_pattern("POINT ({lon} {lat)", "pattern: a { or } without the other");
    refuse_pattern("POINT (lon} {lat})", "pattern: a { or } without the other");
    refuse_pattern("{{lon} {lat}", "pattern: a { or } without the other");
    refuse_pattern("{lon} {lat}}", "pattern: a { or } without the other");
    refuse_pattern("{", "pattern: a { or } without the other");
    refuse_pattern("{lon}{lat}", "pattern: two names touch");
    refuse_pattern("{lon} {} {} {} {} {} {} {} {}", "pattern: more than 8 names");
    refuse_pattern("{lon} {lon}", "pattern: names one column twice");
    refuse_pattern("{lon} {lng}", "pattern: not a column (\"lng\")");
    refuse_pattern("{kind@my}", "pattern: this column has no languages");
    memset(long_one + 5, '-', sizeof long_one - 6);
    refuse_pattern(long_one, "pattern: too long");
    refuse("{\"columns\":{\"A\":{\"pattern\":1}}}",
           "columns.A.pattern: allowed: a string");
    refuse("{\"columns\":{\"A\":{\"pattern\":\"{lat}\",\"column\":\"lon\"}}}",
           "columns.A.pattern: allowed: alone");
    refuse("{\"columns\":{\"A\":{\"pattern\":\"{lat}\",\"split\":\",\"}}}",
           "columns.A.pattern: allowed: alone");
    refuse("{\"columns\":{\"A\":{\"pattern\":\"{lat} {lon}\"},\"B\":\"lon\"}}",
           "columns.B: another header becomes the same column");
    refuse("{\"columns\":{\"B\":\"lon\",\"A\":{\"pattern\":\"{lat} {lon}\"}}}",
           "columns.A: another header becomes the same column");
    refuse(
        "{\"columns\":{\"A\":{\"pattern\":\"{lat} {lon}\"}},\"constants\":{\"lon\":\"1\"}}",
        "constants.lon: a header becomes the same column");
}

/* What the named gaps of `pattern` hold in `cell`, joined by '|'; NULL: it must not fit. */
static void fits(const char *pattern, struct slice cell, const char *wanted) {
    struct arena arena = {0};
    struct pattern p;
    struct slice out[PATTERN_GAPS_MAX];
    struct error e = {0};
    char got[200] = "";
    assert_true(pattern_parse(slice_of(pattern), &arena, &p, &e));
    bool fit = pattern_match(&p, cell, out);
    for (size_t i = 0; fit && i < p.named; i++)
        snprintf(got + strlen(got), sizeof got - strlen(got), "%s%.*s", i ? "|" : "",
                 (int)out[i].len, out[i].at);
    if (fit != (wanted != NULL) || (fit && strcmp(got, wanted) != 0))
        fail_msg("%s in %.*s: %s", pattern, (int)cell.len, cell.at, fit ? got : "no");
    arena_free(&arena);
}

static const struct {
    const char *pattern, *cell, *wanted;
} fitting[] = {
    {"POINT ({lon} {lat})", "POINT (97.39555800000005 25.394893)",
     "97.39555800000005|25.394893"},
    {"POINT ({lon} {lat})", "POINT(97 25)", "97|25"},
    {"POINT ({lon} {lat})", " point  ( -97.5\t 25. ) ", "-97.5|25."},
    {"POINT ({lon} {lat})", "POINT (97 25 12)", "97|25 12"}, /* and that is no decimal */
    {"POINT ({lon} {lat})", "POINT Z (97 25 12)", NULL},
    {"POINT ({lon} {lat})", "SRID=4326;POINT (97 25)", NULL},
    {"POINT ({lon} {lat})", "POINT EMPTY", NULL},
    {"POINT ({lon} {lat})", "POINT (97 25", NULL},
    {"POINT ({lon} {lat})", "POINT (97 25) x", NULL},
    {"POINT ({lon} {lat})", "POINT (97 25))", NULL},
    {"POINT ({lon} {lat})", "POINT (97,25)", NULL},
    {"POINT ({lon} {lat})", "POINT ()", NULL},
    {"POINT ({lon} {lat})", "POINT ( )", NULL},
    {"POINT ({lon} {lat})", "POIN", NULL},
    {"POINT ({lon} {lat})", "", NULL},
    {"POINT ({lon} {lat})", "LINESTRING (97 25, 98 26)", NULL},
    {"POINT ({lon} {lat})", "((((((((((((", NULL},
    {"{lat}, {lon}", "13.09,103.2", "13.09|103.2"},
    {"{lat}, {lon}",
     " 13.09 ,\xc2\xa0"
     "103.2\xc2\xa0",
     "13.09|103.2"},
    {"{lat}, {lon}", "13,09, 103,2", "13|09, 103,2"}, /* and that is no decimal */
    {"{lat}, {lon}", ",103.2", "|103.2"},
    {"{lat}, {lon}", "13.09 103.2", NULL},
    {"{lat} {lon} {} {}", "13.09 103.2 0 4.5", "13.09|103.2"},
    {"{lat} {lon} {} {}", "13.09 103.2", NULL},
    {"{lat} {lon}", "13.09", NULL},
    {"{service} ({service@my})", "Hospital (\xe1\x80\x86)", "Hospital|\xe1\x80\x86"},
    {"{village}", "  any thing ", "any thing"},
};

static void test_patterns(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof fitting / sizeof *fitting; i++)
        fits(fitting[i].pattern, slice_of(fitting[i].cell), fitting[i].wanted);
    fits("POINT ({lon} {lat})", (struct slice){"POINT (97 25)", 12}, NULL);
    fits("{lat}", slice_of(""), "");
}

/* A cell as long as a row may be, of what a match could stumble over again and again,
 * costs its length, not the square of it: milliseconds, not minutes. */
static void test_hostile_cells(void **state) {
    (void)state;
    enum { LONG = 1 << 20 };
    static const char *const fill[] = {" ", "(", "( ", "POINT (", "9 "};
    char *cell = xmalloc(LONG);
    for (size_t i = 0; i < sizeof fill / sizeof *fill; i++) {
        size_t n = strlen(fill[i]);
        for (size_t k = 0; k < LONG; k++)
            cell[k] = fill[i][k % n];
        memcpy(cell, "POINT (", 7);
        clock_t start = clock();
        fits("POINT ({lon} {lat}))", (struct slice){cell, LONG}, NULL);
        fits("{lon} (((((((((x {lat}", (struct slice){cell, LONG}, NULL);
        assert_true(clock() - start < 5 * CLOCKS_PER_SEC);
    }
    free(cell);
}

static void test_parts(void **state) {
    (void)state;
    struct error e = {0};
    struct map *m = parse("{\"columns\":{\"geom\":{\"pattern\":\"POINT ({lon} {lat})\","
                          "\"values\":{\"POINT EMPTY\":\"\"},\"other\":\"keep\"}}}",
                          &e);
    if (m == NULL)
        fail_msg("%s", e.message);
    const struct map_column *c = map_find(m, slice_of("geom"), NULL);
    struct arena arena = {0};
    struct slice out;
    assert_int_equal(c->part_count, 2);
    assert_int_equal(c->part[0].column, COL_LON);
    assert_int_equal(c->part[1].column, COL_LAT);
    assert_true(map_cell(c, 1, slice_of("POINT (97 25)"), &arena, &out, &e));
    assert_true(slice_is(out, "25"));
    cell(m, "geom", "POINT (97 25)", "97");
    cell(m, "geom", "POINT EMPTY", "");
    cell(m, "geom", "", "");
    cell(m, "geom", "97 25",
         "does not fit the pattern of the map (\"97 25\"); allowed: POINT ({lon} {lat})");
    arena_free(&arena);
    map_free(m);
}

static void test_file(void **state) {
    (void)state;
    struct error e = {0};
    assert_null(map_read("/nowhere/map.json", &services_table, &e));
    assert_int_equal(e.code, ERR_ENVIRONMENT);
    assert_null(map_read("/", &services_table, &e));
    assert_int_equal(e.code, ERR_ENVIRONMENT);
}

static int load(void **state) {
    struct error e = {0};
    (void)state;
    return vocabularies_load("data/vocabulary", &e) ? 0 : -1;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_cells),
        cmocka_unit_test(test_rows_left_out),
        cmocka_unit_test(test_patterns_refused),
        cmocka_unit_test(test_patterns),
        cmocka_unit_test(test_hostile_cells),
        cmocka_unit_test(test_parts),
        cmocka_unit_test(test_file),
    };
    return cmocka_run_group_tests(tests, load, NULL);
}
