/* SPDX-License-Identifier: Apache-2.0
 *
 * Addresses of tiles and web mercator.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>

#include <cmocka.h>

#include "tiles/tile.h"
#include "tests/unit/tile_by_hand.h"

/* Numbers that OpenStreetMap's wiki gives for its "slippy map" formula. */
static void test_known(void **state) {
    (void)state;
    struct tile t = tile_at((struct point){102.61, 17.97}, 6); /* Vientiane */
    assert_int_equal(t.x, 50);
    assert_int_equal(t.y, 28);
    struct box world = tile_box((struct tile){0, 0, 0});
    assert_true(fabs(world.west + 180) < 1e-9 && fabs(world.east - 180) < 1e-9);
    assert_true(fabs(world.north - TILE_LAT_MAX) < 1e-9);
    assert_true(fabs(world.south + TILE_LAT_MAX) < 1e-9);
    struct mercator m = mercator_of((struct point){0, 0});
    assert_true(fabs(m.x - 0.5) < 1e-15 && fabs(m.y - 0.5) < 1e-15);
}

static void test_edges(void **state) {
    (void)state;
    static const struct point corner[] = {{-180, 90}, {180, 90},  {-180, -90},
                                          {180, -90}, {NAN, NAN}, {1e300, -1e300}};
    for (size_t i = 0; i < sizeof corner / sizeof *corner; i++)
        for (uint32_t z = 0; z <= TILE_ZOOM_MAX; z++) {
            struct error e = {0};
            assert_true(tile_check(tile_at(corner[i], z), &e));
        }
    struct tile last = tile_at((struct point){180, -90}, 3);
    assert_int_equal(last.x, 7);
    assert_int_equal(last.y, 7);
}

/* Each random point lies in the box of its tile, and comes back from mercator. */
static void test_there_and_back(void **state) {
    (void)state;
    random_seed();
    for (int i = 0; i < 100000; i++) {
        struct point p = {random_between(-180, 180), random_between(-85, 85)};
        uint32_t z = (uint32_t)rand() % (TILE_ZOOM_MAX + 1);
        struct box b = tile_box(tile_at(p, z));
        assert_true(p.lon >= b.west - 1e-9 && p.lon <= b.east + 1e-9);
        assert_true(p.lat >= b.south - 1e-9 && p.lat <= b.north + 1e-9);
        struct point back = mercator_point(mercator_of(p));
        assert_true(fabs(back.lon - p.lon) < 1e-10 && fabs(back.lat - p.lat) < 1e-10);
    }
}

static void test_parse(void **state) {
    (void)state;
    struct tile t;
    struct error e = {0};
    assert_true(tile_parse("6/50/28", &t, &e));
    assert_true(t.z == 6 && t.x == 50 && t.y == 28);
    assert_true(tile_parse("0/0/0", &t, &e));
    static const char *const bad[] = {
        "",
        "6",
        "6/50",
        "6/50/",
        "6/50/28/",
        "6/50/28.mvt",
        "/6/50/28",
        "06/50/28",
        "6/ 50/28",
        "6/-1/28",
        "6/+1/28",
        "6/0x1/2",
        "6/64/28",
        "6/50/64",
        "21/0/0",
        "6/4294967346/28",
        "6/18446744073709551666/28",
        "99999999999999999999/0/0",
        "1/00/0",
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        e.message[0] = '\0';
        if (tile_parse(bad[i], &t, &e))
            fail_msg("%s was read", bad[i]);
        assert_non_null(strstr(e.message, "allowed"));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known),
        cmocka_unit_test(test_edges),
        cmocka_unit_test(test_there_and_back),
        cmocka_unit_test(test_parse),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
