/* SPDX-License-Identifier: Apache-2.0
 *
 * The atlas: names, what holds a point, distances to areas, and how outlines of several
 * sources find their places. The country is drawn in atlas_by_hand.h.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <math.h>
#include <time.h>

#include <cmocka.h>

#include "data/record_private.h"
#include "tests/unit/by_hand.h"
#include "tests/unit/atlas_by_hand.h"

static void is_named(const struct atlas *a, uint32_t place, const char *name,
                     const char *parent) {
    assert_true(place < a->place_count);
    assert_string_equal(atlas_name(a, place), name);
    assert_string_equal(atlas_name(a, a->places[place].parent), parent);
}

static void test_names(void **state) {
    (void)state;
    struct atlas *a = atlas_by_hand(fill_country);
    is_named(a, named(a, "mill"), "Mill", "West");
    is_named(a, named(a, "ANOTHER-name"), "Mill", "West");
    is_named(a, named(a, "ឈ្មោះ"), "Mill", "West");
    is_named(a, named(a, "Ford, East"), "Ford", "East");
    is_named(a, named(a, "Ford, west, Cambodia"), "Ford", "West");
    is_named(a, named(a, "market, west"), "Market", "Mill"); /* Mill is passed over */
    assert_int_equal(named(a, "Ford"), ATLAS_AMBIGUOUS);
    assert_int_equal(named(a, "Mill, East"), ATLAS_NONE);
    assert_int_equal(named(a, "Nowhere"), ATLAS_NONE);
    assert_int_equal(named(a, ""), ATLAS_NONE);
    assert_int_equal(named(a, ","), ATLAS_NONE);
    assert_int_equal(named(a, "a,b,c,d,e,f,g,h"), ATLAS_NONE);
    assert_int_equal(atlas_find_level(a, cambodia(), LEVEL_PROVINCE, "mill", 4),
                     ATLAS_NONE);
    int laos = vocabulary_find(VOC_COUNTRY, "LA", 2);
    assert_int_equal(atlas_find(a, laos, "mill", 4), ATLAS_NONE);
    assert_int_equal(atlas_find(a, laos, "mill, KH", 8), named(a, "mill"));
    assert_string_equal(atlas_label(a, named(a, "mill"), "km", NULL), "ឈ្មោះ");
    assert_string_equal(atlas_label(a, named(a, "mill"), "th", NULL), "Mill");
    atlas_free(a);
}

static void fill_spellings(struct record *r) {
    fill_country(r);
    struct import_run *run = begin_by_hand(r, "spellings");
    struct error e = {0};
    const struct place_name neighbour = {"", "Another Name"};
    const struct place_row row = {.id = "x", .kind = "district", .parent = "", .country = "KH",
                                  .code = "", .name = "Dale", .lat = "0.2", .lon = "3.2",
                                  .population = "", .evidence = "", .names = &neighbour,
                                  .name_count = 1},
                           own = {.id = "y", .kind = "district", .parent = "", .country = "KH",
                                  .code = "", .name = "Another-Name", .lat = "0.1", .lon = "3.1",
                                  .population = "", .evidence = "", .names = NULL};
    if (place_put(run, &row, &e) == PUT_FAILED || place_put(run, &own, &e) == PUT_FAILED)
        fail_msg("%s", e.message);
    commit_by_hand(run);
}

/* Mill and Dale list it beside their names; one place is called so. */
static void test_names_come_before_other_spellings(void **state) {
    (void)state;
    struct atlas *a = atlas_by_hand(fill_spellings);
    is_named(a, named(a, "another name"), "Another-Name", "Cambodia");
    atlas_free(a);
}

static void test_by_id(void **state) {
    (void)state;
    struct atlas *a = atlas_by_hand(fill_country);
    for (uint32_t i = 0; i < a->place_count; i++)
        assert_int_equal(atlas_find_id(a, a->places[i].id), i);
    uint8_t none[ID_BYTES] = {0};
    assert_int_equal(atlas_find_id(a, none), ATLAS_NONE);
    atlas_free(a);
}

static void is_in(const struct atlas *a, struct point p, const char *place,
                  enum atlas_answer wanted) {
    struct atlas_holds holds;
    atlas_holds(a, p, &holds);
    if (atlas_is_in(a, &holds, named(a, place)) != wanted)
        fail_msg("(%g, %g) in %s: %d", p.lon, p.lat, place,
                 atlas_is_in(a, &holds, named(a, place)));
}

/* Where there are outlines they tell; a district without one may hold what its province
 * holds, and nothing that is elsewhere. */
static void test_points(void **state) {
    (void)state;
    struct atlas *a = atlas_by_hand(fill_country);
    const struct point ford = {0.3, 0.5}, hill = {3.5, 0.5}, sea = {10, 10};
    is_in(a, ford, "Ford, West", ATLAS_YES);
    is_in(a, ford, "West", ATLAS_YES);
    is_in(a, ford, "Mill", ATLAS_NO);
    is_in(a, ford, "Ford, East", ATLAS_NO);
    is_in(a, ford, "Hill", ATLAS_NO);
    is_in(a, ford, "Market", ATLAS_NO);
    is_in(a, hill, "Hill", ATLAS_UNKNOWN);
    is_in(a, hill, "East", ATLAS_YES);
    is_in(a, hill, "Ford, East", ATLAS_NO);
    is_in(a, sea, "Hill", ATLAS_NO);
    is_in(a, (struct point){0.5, 0.5}, "Ford, West", ATLAS_YES); /* a common edge */
    is_in(a, (struct point){0.5, 0.5}, "Mill", ATLAS_YES);
    is_in(a, (struct point){0.75, 0.5}, "Market", ATLAS_UNKNOWN); /* somewhere in Mill */
    atlas_free(a);
}

static void chosen_in(const struct atlas *a, const char *chosen, const char *place,
                      enum atlas_answer wanted) {
    struct atlas_holds holds;
    atlas_holds_place(a, named(a, chosen), &holds);
    if (atlas_is_in(a, &holds, named(a, place)) != wanted)
        fail_msg("%s in %s: %d", chosen, place, atlas_is_in(a, &holds, named(a, place)));
}

/* Somebody in Hill may be anywhere in it, and is in no other district. */
static void test_chosen_places(void **state) {
    (void)state;
    struct atlas *a = atlas_by_hand(fill_country);
    chosen_in(a, "Hill", "Hill", ATLAS_YES);
    chosen_in(a, "Hill", "East", ATLAS_YES);
    chosen_in(a, "Hill", "Ford, East", ATLAS_NO);
    chosen_in(a, "Hill", "West", ATLAS_NO);
    chosen_in(a, "East", "Hill", ATLAS_UNKNOWN);
    chosen_in(a, "East", "Ford, East", ATLAS_UNKNOWN);
    chosen_in(a, "East", "Mill", ATLAS_NO);
    chosen_in(a, "Market", "Mill", ATLAS_YES);
    chosen_in(a, "Market", "Hill", ATLAS_NO);
    chosen_in(a, "Cambodia", "Hill", ATLAS_UNKNOWN);
    atlas_free(a);
}

static void test_points_of_parents(void **state) {
    (void)state;
    struct atlas *a = atlas_by_hand(fill_country);
    const struct atlas_place *market = &a->places[named(a, "Market")];
    assert_int_equal(market->pointed, named(a, "Mill"));
    assert_true(market->point.lon == 0.75);
    int countries[] = {cambodia()};
    assert_int_equal(atlas_nearest(a, (struct point){3.49, 0.51}, 50000, countries, 1),
                     named(a, "Hill"));
    assert_int_equal(atlas_nearest(a, (struct point){30, 30}, 50000, countries, 1),
                     ATLAS_NONE);
    atlas_free(a);
}

/* ---- the nearest place, against all of them ---------------------------------------------- */

static uint64_t seed;

static double any(double low, double high) {
    seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return low + (high - low) * (double)(seed >> 11) / 9007199254740992.0;
}

/* Dense in one corner, sparse elsewhere, and on both sides of 180 degrees. */
static void fill_random(struct record *r) {
    struct import_run *run = begin_by_hand(r, "random");
    put_place_by_hand(run, "kh", "country", "", "Cambodia", "", "");
    for (int i = 0; i < 600; i++) {
        char id[20], lat[20], lon[20];
        bool dense = i % 2;
        double east = any(dense ? 104 : 100, dense ? 104.2 : 110);
        snprintf(id, sizeof id, "%d", i);
        snprintf(lat, sizeof lat, "%.5f", any(dense ? 12 : 8, dense ? 12.2 : 16));
        snprintf(lon, sizeof lon, "%.5f",
                 i % 10 == 0   ? any(179.8, 180)
                 : i % 10 == 2 ? any(-180, -179.8)
                               : east);
        put_place_by_hand(run, id, "town", "kh", id, lat, lon);
    }
    commit_by_hand(run);
}

static void test_nearest(void **state) {
    const char *given = getenv("SEED");
    seed = given ? strtoull(given, NULL, 10) : (uint64_t)time(NULL);
    print_message("seed %llu\n", (unsigned long long)seed);
    (void)state;
    struct atlas *a = atlas_by_hand(fill_random);
    int countries[] = {cambodia()}, found = 0;
    for (int i = 0; i < 2000; i++) {
        struct point p = {i % 3 == 0 ? any(179.5, 180) : any(100, 110), any(8, 16)};
        double most = any(1000, 60000), best = most;
        uint32_t wanted = ATLAS_NONE;
        for (uint32_t k = 0; k < a->place_count; k++) {
            double m = geo_chord(geo_ecef(p), geo_ecef(a->places[k].point));
            if (a->places[k].level == LEVEL_POINT && m < best) {
                best = m;
                wanted = k;
            }
        }
        assert_int_equal(atlas_nearest(a, p, most, countries, 1), wanted);
        found += wanted != ATLAS_NONE;
    }
    assert_true(found > 100);
    assert_int_equal(atlas_nearest(a, (struct point){104.1, 12.1}, 50000, countries, 0),
                     ATLAS_NONE);
    atlas_free(a);
}

/* Least and most against the geodesic to every corner and along every edge of a rectangle. */
static void check_range(const struct atlas *a, uint32_t place, struct box box,
                        struct point p) {
    double least = INFINITY, most = 0;
    bool inside = p.lon >= box.west && p.lon <= box.east && p.lat >= box.south &&
                  p.lat <= box.north;
    for (int i = 0; i <= 4000; i++) {
        double t = i / 4000.0;
        const struct point on[] = {{box.west + t * (box.east - box.west), box.south},
                                   {box.west + t * (box.east - box.west), box.north},
                                   {box.west, box.south + t * (box.north - box.south)},
                                   {box.east, box.south + t * (box.north - box.south)}};
        for (int k = 0; k < 4; k++) {
            double m = geo_distance(p, on[k]);
            least = fmin(least, m);
            most = fmax(most, m);
        }
    }
    struct atlas_range range = atlas_range(a, place, p);
    assert_true(fabs(range.least - (inside ? 0 : least)) < 30);
    assert_true(fabs(range.most - most) < 30);
    assert_true(range.least == atlas_least(a, place, p));
    double reach = atlas_reach(a, place, geo_ecef(a->places[place].point));
    double chord = geo_chord(geo_ecef(p), geo_ecef(a->places[place].point));
    assert_true(range.least >= chord - reach - 1e-3);
}

static void test_ranges(void **state) {
    (void)state;
    struct atlas *a = atlas_by_hand(fill_country);
    uint32_t ford = named(a, "Ford, East");
    const struct point from[] = {{2.7, 0.5}, {2.4, 0.5}, {3.2, 1.3},
                                 {0, 0},     {2.75, -2}, {5, 5}};
    for (size_t i = 0; i < sizeof from / sizeof *from; i++)
        check_range(a, ford, (struct box){2.5, 0, 3, 1}, from[i]);
    atlas_free(a);
}

/* ---- several sources ------------------------------------------------------------------- */

static void fill_two_sources(struct record *r) {
    fill_country(r);
    struct import_run *run = begin_by_hand(r, "second");
    put_place_by_hand(run, "1", "country", "", "Kingdom of Cambodia", "", "");
    put_place_by_hand(run, "2", "province", "1", "EAST", "1", "3.9");
    put_place_by_hand(run, "3", "district", "2", "Hill", "0.4", "3.4");
    put_place_by_hand(run, "4", "district", "2", "Lake", "1.8", "3.8");
    put_area_by_hand(run, "h", 2, "Hyll", (struct box){3, 0, 4, 1});  /* by its point */
    put_area_by_hand(run, "x", 2, "Ferry", (struct box){1, 0, 2, 1}); /* nobody's */
    put_area_by_hand(run, "ford2", 2, "Ford", (struct box){0, 0, 0.52, 1});
    commit_by_hand(run);
}

static void test_sources_side_by_side(void **state) {
    (void)state;
    struct atlas *a = atlas_by_hand(fill_two_sources);
    uint32_t hill = named(a, "Hill");
    is_named(a, hill, "Hill", "East");
    assert_true(a->places[hill].point.lat == 0.5); /* what was told first stays */
    assert_int_equal(a->places[hill].outlines.count, 1);
    is_named(a, named(a, "Lake"), "Lake", "East");
    is_named(a, named(a, "Ferry"), "Ferry", "West");
    assert_int_equal(named(a, "Hyll"), ATLAS_NONE);
    assert_int_equal(a->places[named(a, "Ford, West")].outlines.count, 2);
    assert_int_equal(a->places[named(a, "Ford, East")].outlines.count, 1);
    assert_int_equal(a->place_count, 10); /* 8, Lake and Ferry */
    is_in(a, (struct point){3.5, 0.5}, "Hill", ATLAS_YES);
    is_in(a, (struct point){0.51, 0.5}, "Ford, West", ATLAS_YES); /* by the second */
    atlas_free(a);
}

static void fill_nothing(struct record *r) {
    (void)r;
}

static void test_empty(void **state) {
    (void)state;
    struct atlas *a = atlas_by_hand(fill_nothing), *empty = atlas_empty();
    struct atlas_holds holds;
    for (int i = 0; i < 2; i++) {
        const struct atlas *one = i ? empty : a;
        atlas_holds(one, (struct point){180, 90}, &holds);
        assert_int_equal(holds.count, 0);
        assert_int_equal(named(one, "Mill"), ATLAS_NONE);
    }
    atlas_free(a);
    atlas_free(empty);
}

/* A place or an area that changes gives the atlas another digest, and nothing else does. */
static void fill_moved(struct record *r) {
    fill_country(r);
    struct import_run *run = begin_by_hand(r, "outlines");
    put_area_by_hand(run, "m", 2, "Mill", (struct box){0.5, 0, 1.01, 1});
    commit_by_hand(run);
}

static void test_revision(void **state) {
    (void)state;
    struct atlas *moved = atlas_by_hand(fill_moved);
    struct record *r = record_by_hand(fill_country);
    struct error e = {0};
    struct atlas *first = atlas_build(r, &e), *again = atlas_build(r, &e);
    assert_memory_equal(first->digest, again->digest, sizeof first->digest);
    assert_int_equal(first->revision, 2);
    struct import_run *run = begin_by_hand(r, "gazetteer");
    put_place_by_hand(run, "mill", "district", "west", "Mill", "0.5", "0.75");
    commit_by_hand(run); /* the same: no new revision */
    int64_t revision = 0;
    assert_true(record_place_revision(r, &revision, &e));
    assert_int_equal(revision, 2);
    assert_memory_not_equal(moved->digest, first->digest, sizeof first->digest);
    record_close(r);
    atlas_free(first);
    atlas_free(again);
    atlas_free(moved);
}

static void test_refused(void **state) {
    static const struct {
        const char *kind, *parent, *country, *wanted;
    } cases[] = {
        {"district", "nowhere", "KH", "no place has the id"},
        {"province", "ford", "KH", "cannot hold a province"},
        {"town", "market", "KH", "cannot hold a town"},
        {"district", "west", "LA", "is of the country KH, not LA"},
    };
    (void)state;
    struct record *r = record_by_hand(fill_country);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct error e = {0};
        struct import_run *run = begin_by_hand(r, "gazetteer");
        const struct place_row row = {.id = "new",
                                      .kind = cases[i].kind,
                                      .parent = cases[i].parent,
                                      .country = cases[i].country,
                                      .code = "",
                                      .name = "New",
                                      .lat = "",
                                      .lon = "",
                                      .population = "",
                                      .evidence = ""};
        assert_int_equal(place_put(run, &row, &e), PUT_ADDED);
        assert_false(import_commit(run, &e));
        if (strstr(e.message, cases[i].wanted) == NULL)
            fail_msg("%s: %s", cases[i].wanted, e.message);
    }
    record_close(r);
}

/* ---- haven check ------------------------------------------------------------------------ */

static void note_fault(const char *fault, void *ctx) {
    snprintf(ctx, 200, "%s", fault);
}

/* One SQL statement that breaks the gazetteer, and what is said of it. */
static void test_check(void **state) {
    static const struct {
        const char *sql, *wanted;
    } cases[] = {
        {"UPDATE place SET kind = 'shire' WHERE source_id = 'market'",
         "unknown kind shire"},
        {"UPDATE place SET retired_run = 1 WHERE source_id = 'mill'",
         "place market: its parent"},
        {"UPDATE place SET kind = 'country' WHERE source_id = 'hill'",
         "no level above it"},
        {"UPDATE area SET outline = NULL WHERE source_id = 'w'", "NOT NULL"},
        {"UPDATE area SET outline = GeomFromText('MULTIPOLYGON(((0 0,4 4,4 0,0 4,0 0)))', 4326)"
         " WHERE source_id = 'w'",
         "its outline is not sound"},
        {"DELETE FROM idx_area_outline", "entries and areas differ"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct record *r = record_by_hand(fill_country);
        struct error e = {0};
        char said[200] = "";
        int64_t faults = -1;
        assert_true(record_check(r, note_fault, said, &faults, &e));
        assert_int_equal(faults, 0);
        if (!db_exec(r->db, cases[i].sql, &e))
            snprintf(said, sizeof said, "%.199s",
                     e.message); /* the table itself refuses */
        else
            assert_true(record_check(r, note_fault, said, &faults, &e) && faults > 0);
        if (strstr(said, cases[i].wanted) == NULL)
            fail_msg("%s: %s", cases[i].sql, said);
        record_close(r);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_names_come_before_other_spellings),
        cmocka_unit_test(test_by_id),
        cmocka_unit_test(test_points),
        cmocka_unit_test(test_chosen_places),
        cmocka_unit_test(test_points_of_parents),
        cmocka_unit_test(test_nearest),
        cmocka_unit_test(test_ranges),
        cmocka_unit_test(test_sources_side_by_side),
        cmocka_unit_test(test_empty),
        cmocka_unit_test(test_revision),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_check),
    };
    return cmocka_run_group_tests(tests, load_vocabularies, NULL);
}
