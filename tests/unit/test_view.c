/* SPDX-License-Identifier: Apache-2.0
 *
 * Views: which roles share one, and what a form becomes from afar and close by.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "data/geo.h"
#include "data/view.h"

static void test_table_is_whole(void **state) {
    (void)state;
    int rows[COL_COUNT + 1] = {0};
    for (int f = 0; f < FIELD_COUNT; f++) {
        const struct field_spec *spec = &field_specs[f];
        assert_int_equal(strlen(spec->forms), 2 * ROLE_COUNT - 1);
        for (int role = 0; role < ROLE_COUNT; role++)
            assert_non_null(strchr("-pk1os", spec->forms[2 * role]));
        rows[spec->column]++;
        for (int g = 0; g < f; g++)
            assert_false(!strcmp(field_specs[g].answer, spec->answer) &&
                         !strcmp(field_specs[g].name, spec->name));
    }
    for (int c = 0; c < COL_COUNT; c++)
        assert_int_equal(rows[c], c != COL_LON && c != COL_PRECISION);
}

static void test_three_views(void **state) {
    (void)state;
    struct views v;
    views_list(&v);
    assert_int_equal(v.count, 3);
    int public = v.of[ROLE_PUBLIC][VIEW_FAR], staff = v.of[ROLE_OPERATOR][VIEW_FAR],
        whole = v.of[ROLE_ADMIN][VIEW_FAR];
    assert_true(public != staff && staff != whole && public != whole);
    assert_int_equal(v.of[ROLE_PUBLIC][VIEW_CLOSE], public);
    assert_int_equal(v.of[ROLE_PARTNER][VIEW_FAR], public);
    assert_int_equal(v.of[ROLE_PARTNER][VIEW_CLOSE], whole);
    assert_int_equal(v.of[ROLE_CASEWORKER][VIEW_FAR], staff);
    assert_int_equal(v.of[ROLE_CASEWORKER][VIEW_CLOSE], whole);
    assert_int_equal(v.of[ROLE_STEWARD][VIEW_FAR], whole);
    assert_true(view_public(&v.view[public]));
    assert_false(view_public(&v.view[staff]));
    assert_true(view_exact(&v.view[whole]));
    assert_false(view_exact(&v.view[staff]));
    assert_false(view_exact(&v.view[public]));
}

/* What is told of a place to a kilometre: the same for all points of a cell, within 0.75
 * kilometres of it, anywhere on earth. */
static void test_kilometre(void **state) {
    (void)state;
    for (double lat = -90; lat <= 90; lat += 0.731)
        for (double lon = -180; lon <= 180; lon += 7.37) {
            struct point p = {lon, lat}, cell = geo_to_a_kilometre(p);
            struct point again = geo_to_a_kilometre(cell);
            assert_true(again.lat == cell.lat && again.lon == cell.lon);
            assert_true(geo_distance(p, cell) < 750);
        }
    struct point a = geo_to_a_kilometre((struct point){105.4321, 13.7654});
    struct point b = geo_to_a_kilometre((struct point){105.4321 + 0.0187, 13.7654});
    assert_true(a.lat == b.lat && a.lon != b.lon);
    assert_true(geo_distance(a, b) >= 1000);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table_is_whole),
        cmocka_unit_test(test_three_views),
        cmocka_unit_test(test_kilometre),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
