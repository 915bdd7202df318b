/* SPDX-License-Identifier: Apache-2.0
 *
 * Walking from near to far against brute force: every service once, in the order of
 * (geodesic distance, id). Points are random, on few places, at the poles, across the
 * antimeridian, and very near to the one who asks. The seed is printed; SEED sets it.
 *
 *        90 N  . . . p . . .        p  the pole: every longitude is the same place
 *             a|           |a       a  two sides of the antimeridian, metres apart
 *        90 S  . . . . . . .
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include <cmocka.h>

#include "data/mem.h"
#include "server/search/walk.h"
#include "tests/unit/by_hand.h"

#define MANY 10000

static uint64_t seed;

static double uniform(void) {
    seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (double)(seed >> 11) / 9007199254740992.0;
}

static uint32_t below(uint32_t n) {
    return (uint32_t)(uniform() * n);
}

static int set_seed(void **state) {
    const char *given = getenv("SEED");
    seed = given ? strtoull(given, NULL, 10) : (uint64_t)time(NULL);
    print_message("seed %llu\n", (unsigned long long)seed);
    return load_vocabularies(state);
}

/* ---- a world ----------------------------------------------------------------------- */

struct world {
    struct stored_service *service;
    char (*text)[2][24];
    uint32_t count;
    struct block block;
    struct snapshot s;
};

static void world_init(struct world *w, uint32_t count) {
    *w = (struct world){.count = count};
    w->service = xcalloc(count, sizeof *w->service);
    w->text = xcalloc(count, sizeof *w->text);
}

static void place(struct world *w, uint32_t i, struct point p, const char *needs) {
    w->service[i] = service_by_hand((i * 7919 + 13) % 1000003);
    snprintf(w->text[i][0], sizeof w->text[i][0], "%.7f", p.lat);
    snprintf(w->text[i][1], sizeof w->text[i][1], "%.7f", p.lon);
    w->service[i].flat.cell[COL_LAT] = w->text[i][0];
    w->service[i].flat.cell[COL_LON] = w->text[i][1];
    w->service[i].flat.cell[COL_NEEDS] = needs;
}

static void world_build(struct world *w) {
    w->block = block_by_hand(ROLE_STEWARD, w->service, w->count, 1);
    attach(&w->s, &w->block);
}

static void world_clear(struct world *w) {
    free(w->block.bytes);
    free(w->service);
    free(w->text);
}

/* ---- brute force ------------------------------------------------------------------- */

struct hit {
    double distance;
    uint32_t service, id_rank;
};

static int compare(const void *a, const void *b) {
    const struct hit *x = a, *y = b;
    if (x->distance != y->distance)
        return x->distance < y->distance ? -1 : 1;
    return x->id_rank < y->id_rank ? -1 : x->id_rank > y->id_rank;
}

static bool asked(const struct snap_service *s, const struct query_list *need) {
    for (int i = 0; i < need->count; i++)
        for (int n = 0; n < vocabulary(VOC_NEED)->count; n++)
            if ((s->needs[n / 64] >> n % 64 & 1) &&
                (vocabulary_within(VOC_NEED, n, need->term[i]) ||
                 vocabulary_within(VOC_NEED, need->term[i], n)))
                return true;
    return false;
}

static uint32_t brute(const struct snapshot *s, struct point from,
                      const struct query_list *need, struct hit *out) {
    uint32_t n = 0;
    for (uint32_t i = 0; i < s->services_count; i++)
        if (s->services[i].site != SNAP_NONE && asked(&s->services[i], need))
            out[n++] =
                (struct hit){geo_distance(from, s->sites[s->services[i].site].point), i,
                             s->services[i].id_rank};
    qsort(out, n, sizeof *out, compare);
    return n;
}

static bool every_node(const struct snap_signature *all,
                       const struct snap_signature *silent, void *ctx) {
    (void)all;
    (void)silent;
    (void)ctx;
    return true;
}

static bool every_entry(const uint32_t *services, uint32_t count, void *ctx) {
    (void)services;
    (void)ctx;
    return count > 0;
}

static const struct walk_filter everything = {every_node, every_entry, NULL};

/* Walks to the end; `hits` is the expected order. */
static void follow(const struct world *w, struct walk *walk, struct point from,
                   const struct query_list *need, struct hit *hits) {
    uint32_t wanted = brute(&w->s, from, need, hits), service, n = 0;
    double distance;
    walk_start(walk, &w->s, from, need);
    for (; walk_next(walk, &everything, &service, &distance); n++) {
        if (n == wanted)
            fail_msg("from %.9f,%.9f: more than %u services", from.lon, from.lat, wanted);
        if (service != hits[n].service ||
            fabs(distance - hits[n].distance) > GEO_NEAR_ERROR)
            fail_msg("from %.12f,%.12f: number %u is %u at %.9f, not %u at %.9f",
                     from.lon, from.lat, n, service, distance, hits[n].service,
                     hits[n].distance);
    }
    assert_int_equal(n, wanted);
}

static struct query_list needs_of(const char *a, const char *b) {
    struct query_list list = {0};
    const char *codes[] = {a, b};
    for (int i = 0; i < 2; i++)
        if (codes[i] != NULL)
            list.term[list.count++] =
                vocabulary_find(VOC_NEED, codes[i], strlen(codes[i]));
    for (int i = 0; i < list.count; i++)
        assert_true(list.term[i] >= 0);
    return list;
}

/* From random points and from near the services themselves, for one need and for two. */
static void compare_all(struct world *w, int rounds, double spread, struct point around) {
    const struct query_list lists[] = {needs_of("health.clinic", NULL),
                                       needs_of("health.clinic", "health"),
                                       needs_of("legal", "health.clinic")};
    struct hit *hits = xcalloc(w->count, sizeof *hits);
    struct walk walk = {0};
    world_build(w);
    for (int i = 0; i < rounds; i++) {
        struct point from = {around.lon + spread * (uniform() - 0.5),
                             around.lat + spread * (uniform() - 0.5)};
        if (i % 3 == 0 && w->s.sites_count > 0) {
            from = w->s.sites[below(w->s.sites_count)].point;
            from.lat += i % 2 ? 1e-6 * uniform() : 0;
        }
        from.lat = fmax(-90, fmin(90, from.lat));
        from.lon = remainder(from.lon, 360);
        follow(w, &walk, from, &lists[i % 3], hits);
    }
    walk_free(&walk);
    free(hits);
    world_clear(w);
}

/* ---- tests ------------------------------------------------------------------------- */

static const char *random_needs(void) {
    static const char *const needs[] = {"health.clinic", "health", "legal;health.clinic",
                                        "legal", "material.food"};
    return needs[below(5)];
}

static void test_the_world(void **state) {
    (void)state;
    struct world w;
    world_init(&w, 1200);
    for (uint32_t i = 0; i < w.count; i++)
        place(&w, i, (struct point){360 * uniform() - 180, 180 * uniform() - 90},
              random_needs());
    compare_all(&w, 90, 170, (struct point){0, 0});
}

static void test_a_region(void **state) {
    (void)state;
    struct world w;
    world_init(&w, 1200);
    for (uint32_t i = 0; i < w.count; i++)
        place(&w, i, (struct point){102 + 3 * uniform(), 11 + 3 * uniform()},
              random_needs());
    compare_all(&w, 90, 4, (struct point){103.5, 12.5});
}

/* 200 services on 9 places: ties everywhere. */
static void test_few_places(void **state) {
    (void)state;
    struct world w;
    world_init(&w, 200);
    for (uint32_t i = 0; i < w.count; i++)
        place(&w, i, (struct point){104 + 0.01 * below(3), 12 + 0.01 * below(3)},
              random_needs());
    compare_all(&w, 300, 0.05, (struct point){104.01, 12.01});
}

/* Within metres of the one who asks, where chord and geodesic are the same but for the
 * rounding of either. */
static void test_within_metres(void **state) {
    (void)state;
    struct world w;
    world_init(&w, 300);
    for (uint32_t i = 0; i < w.count; i++)
        place(&w, i, (struct point){104 + 1e-6 * below(40), 12 + 1e-6 * below(40)},
              random_needs());
    compare_all(&w, 300, 1e-4, (struct point){104.00002, 12.00002});
}

static void test_poles(void **state) {
    (void)state;
    for (int side = -1; side <= 1; side += 2) {
        struct world w;
        world_init(&w, 400);
        for (uint32_t i = 0; i < w.count; i++) {
            double lat = i % 4 ? 90 - 0.3 * uniform() : 90;
            place(&w, i, (struct point){360 * uniform() - 180, side * lat},
                  random_needs());
        }
        compare_all(&w, 60, 0.5, (struct point){0, side * 90.0});
    }
}

static void test_antimeridian(void **state) {
    (void)state;
    struct world w;
    world_init(&w, 600);
    for (uint32_t i = 0; i < w.count; i++) {
        double lon = 180 - 2 * uniform();
        place(&w, i, (struct point){i % 2 ? lon : -lon, -17 + 2 * uniform()},
              random_needs());
    }
    place(&w, 0, (struct point){180, -16}, "health.clinic");
    place(&w, 1, (struct point){-180, -16}, "health.clinic");
    compare_all(&w, 90, 3, (struct point){180, -16});
}

/* Pairs that mirror each other: the same distance from the line between them. */
static void test_mirrored(void **state) {
    (void)state;
    struct world w;
    struct walk walk = {0};
    struct hit hits[100];
    const struct query_list need = needs_of("health.clinic", NULL);
    world_init(&w, 100);
    for (uint32_t i = 0; i < w.count; i++) {
        double off = 0.001 * (i / 4 + 1);
        place(&w, i, (struct point){i % 2 ? off : -off, 0}, "health.clinic");
    }
    world_build(&w);
    follow(&w, &walk, (struct point){0, 0}, &need, hits);
    follow(&w, &walk, (struct point){0, 10}, &need, hits);
    walk_free(&walk);
    world_clear(&w);
}

static void test_many_on_one_point(void **state) {
    (void)state;
    const struct point there = {104.9, 11.55};
    const struct query_list list[] = {needs_of("health.clinic", NULL),
                                      needs_of("health", "legal")};
    struct world w;
    struct walk walk = {0};
    struct hit *hits = xcalloc(MANY, sizeof *hits);
    world_init(&w, MANY);
    for (uint32_t i = 0; i < MANY; i++)
        place(&w, i, there, i % 2 ? "health.clinic" : "legal;health.clinic");
    world_build(&w);
    assert_int_equal(w.s.sites_count, 1);
    for (int i = 0; i < 2; i++) {
        follow(&w, &walk, there, &list[i], hits);
        follow(&w, &walk, (struct point){104.9, 11.56}, &list[i], hits);
        follow(&w, &walk, (struct point){-75.1, -11.55}, &list[i], hits);
    }
    walk_free(&walk);
    free(hits);
    world_clear(&w);
}

static bool no_node(const struct snap_signature *all, const struct snap_signature *silent,
                      void *ctx) {
    (void)silent;
    (void)all;
    ++*(int *)ctx;
    return false;
}

/* Only entries with services of an odd number. */
static bool odd_entry(const uint32_t *services, uint32_t count, void *ctx) {
    (void)ctx;
    return count > 0 && services[0] % 2 == 1;
}

static void test_skips(void **state) {
    (void)state;
    struct world w;
    struct walk walk = {0};
    const struct query_list need = needs_of("health.clinic", NULL), none = {0};
    uint32_t service;
    double distance;
    int times = 0;
    const struct walk_filter nothing = {no_node, every_entry, &times};
    const struct walk_filter odd = {every_node, odd_entry, NULL};
    world_init(&w, 500);
    for (uint32_t i = 0; i < w.count; i++)
        place(&w, i, (struct point){uniform(), uniform()}, "health.clinic");
    world_build(&w);
    walk_start(&walk, &w.s, (struct point){0, 0}, &need);
    assert_false(walk_next(&walk, &nothing, &service, &distance));
    assert_int_equal(times, 1);
    walk_start(&walk, &w.s, (struct point){0, 0}, &none);
    for (times = 0; walk_next(&walk, &everything, &service, &distance); times++)
        continue;
    assert_int_equal(times, 500);
    walk_start(&walk, &w.s, (struct point){0, 0}, &need);
    for (times = 0; walk_next(&walk, &odd, &service, &distance); times++)
        assert_int_equal(service % 2, 1);
    assert_int_equal(times, 250);
    assert_false(walk_next(&walk, &everything, &service, &distance));
    walk_free(&walk);
    world_clear(&w);
}

/* Taken a few at a time and started anew, a walk remembers nothing. */
static void test_reused(void **state) {
    (void)state;
    struct world w;
    struct walk walk = {0};
    struct hit hits[300];
    const struct query_list two = needs_of("health.clinic", "legal");
    uint32_t service;
    double distance;
    world_init(&w, 300);
    for (uint32_t i = 0; i < w.count; i++)
        place(&w, i, (struct point){104 + 0.1 * below(4), 12}, random_needs());
    world_build(&w);
    for (int i = 0; i < 40; i++) {
        walk_start(&walk, &w.s, (struct point){104 + 0.05 * i, 12}, &two);
        for (uint32_t k = below(60); k > 0; k--)
            walk_next(&walk, &everything, &service, &distance);
        follow(&w, &walk, (struct point){104.1, 12}, &two, hits);
    }
    walk_free(&walk);
    world_clear(&w);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_world),  cmocka_unit_test(test_a_region),
        cmocka_unit_test(test_few_places), cmocka_unit_test(test_within_metres),
        cmocka_unit_test(test_poles),      cmocka_unit_test(test_antimeridian),
        cmocka_unit_test(test_mirrored),   cmocka_unit_test(test_many_on_one_point),
        cmocka_unit_test(test_skips),      cmocka_unit_test(test_reused),
    };
    return cmocka_run_group_tests(tests, set_seed, NULL);
}
