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
#include <string.h>

#include <cmocka.h>

#include "importers/map.h"

static struct map *parse(const char *text, struct error *e) {
    return map_parse("m.json", text, strlen(text), e);
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
           "m.json: column: not known; allowed: columns constants ignore");
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
           "columns.A.value: not known; allowed: column values split other");
    refuse("{\"columns\":{\"A\":{\"column\":\"id\",\"values\":{\"x\":1}}}}",
           "columns.A.x: allowed: a string");
    refuse("{\"columns\":{\"A\":{\"column\":\"id\",\"split\":\", \"}}}",
           "columns.A.split: allowed: one ASCII character");
    refuse("{\"columns\":{\"A\":{\"column\":\"id\",\"other\":\"drop\"}}}",
           "columns.A.other: ");
    refuse("{\"constants\":{\"x\":\"y\"}}", "constants.x: not a column");
    refuse("{\"constants\":{\"id\":1}}", "constants.id: allowed: a string");
    refuse("{\"constants\":{\"id\":\"1\"},\"columns\":{\"A\":\"id\"}}",
           "constants.id: a header becomes the same column");
    refuse("{\"ignore\":\"all\"}", "ignore: allowed: \"unknown\"");
}

static void cell(const struct map *m, const char *header, const char *given,
                 const char *wanted) {
    struct arena arena = {0};
    struct slice out;
    struct error e = {0};
    const struct map_column *c = map_find(m, slice_of(header));
    assert_non_null(c);
    if (map_cell(c, slice_of(given), &arena, &out, &e)) {
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
        "\"constants\":{\"country\":\"KH\"},\"ignore\":\"unknown\"}",
        &e);
    if (m == NULL)
        fail_msg("%s", e.message);
    assert_true(m->ignore_unknown);
    assert_int_equal(m->constant_count, 1);
    assert_null(map_find(m, slice_of("name")));
    assert_string_equal(map_find(m, slice_of("Name (km)"))->target.language, "km");
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

static void test_file(void **state) {
    (void)state;
    struct error e = {0};
    assert_null(map_read("/nowhere/map.json", &e));
    assert_int_equal(e.code, ERR_ENVIRONMENT);
    assert_null(map_read("/", &e));
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
        cmocka_unit_test(test_file),
    };
    return cmocka_run_group_tests(tests, load, NULL);
}
