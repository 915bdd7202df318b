/* SPDX-License-Identifier: Apache-2.0
 *
 * Distances: the near formula against the geodesic on 240,000 random pairs, the chord as
 * the bound below the geodesic, one place as one set of numbers, distances known from
 * elsewhere. The seed is printed; SEED sets it.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#include "data/geo.h"

#define DEGREE 111195.0 /* metres, of a sphere: near enough to make pairs */
#define ROUNDING 1e-7   /* metres: what ECEF numbers of millions leave over */

static uint64_t seed;

static double uniform(void) {
    seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (double)(seed >> 11) / 9007199254740992.0;
}

static int set_seed(void **state) {
    (void)state;
    const char *given = getenv("SEED");
    seed = given ? strtoull(given, NULL, 10) : (uint64_t)time(NULL);
    print_message("seed %llu\n", (unsigned long long)seed);
    return 0;
}

static double between(double low, double high) {
    return low + (high - low) * uniform();
}

/* ---- pairs ------------------------------------------------------------------------- */

static struct point anywhere(void) {
    return (struct point){between(-180, 180), asin(between(-1, 1)) * 180 / M_PI};
}

static struct point near_pole(void) {
    double lat = 90 - pow(10, between(-9, 0.6));
    return (struct point){between(-180, 180), uniform() < 0.5 ? lat : -lat};
}

static struct point near_antimeridian(void) {
    double lon = 180 - pow(10, between(-9, 0.5));
    return (struct point){uniform() < 0.5 ? lon : -lon, between(-89, 89)};
}

static struct point near_equator(void) {
    return (struct point){between(-180, 180), between(-0.5, 0.5)};
}

/* The point at `m` metres of `from` on a sphere, in any direction: over a pole and over
 * the antimeridian as well. */
static struct point moved(struct point from, double m) {
    double lat = from.lat * M_PI / 180, away = m / DEGREE * M_PI / 180;
    double course = between(0, 2 * M_PI);
    double north = sin(lat) * cos(away) + cos(lat) * sin(away) * cos(course);
    double to = asin(fmax(-1, fmin(1, north)));
    double turn = atan2(sin(course) * sin(away) * cos(lat), cos(away) - sin(lat) * north);
    return (struct point){remainder(from.lon + turn * 180 / M_PI, 360), to * 180 / M_PI};
}

static double any_length(void) {
    return between(0, 1.01 * GEO_NEAR_CHORD);
}

static double short_length(void) {
    return pow(10, between(-6, 5));
}

static double microns(void) {
    return between(0, 1e-4);
}

/* True when the pair is near enough to be compared, and then it was. */
static bool compared(struct point a, struct point b, double *worst) {
    struct ecef from = geo_ecef(a), to = geo_ecef(b);
    double chord = geo_chord(from, to), geodesic = geo_distance(a, b);
    if (chord > geodesic + ROUNDING)
        fail_msg("%.12f,%.12f to %.12f,%.12f: chord %.9f, geodesic %.9f", a.lon, a.lat,
                 b.lon, b.lat, chord, geodesic);
    if (chord >= GEO_NEAR_CHORD)
        return false;
    double error = fabs(geo_distance_near(from, to) - geodesic);
    if (!(error <= GEO_NEAR_ERROR) || !(error <= ROUNDING + geodesic * 1e-9))
        fail_msg("%.12f,%.12f to %.12f,%.12f: %.9f m, off by %g m", a.lon, a.lat, b.lon,
                 b.lat, geodesic, error);
    assert_true(geo_distance_near(to, from) == geo_distance_near(from, to));
    *worst = fmax(*worst, error);
    return true;
}

static void test_near(void **state) {
    static const struct {
        const char *where;
        struct point (*from)(void);
    } places[] = {{"anywhere", anywhere},
                  {"poles", near_pole},
                  {"antimeridian", near_antimeridian},
                  {"equator", near_equator}};
    static double (*const lengths[])(void) = {any_length, short_length, microns};
    static const int pairs[] = {40000, 15000, 5000};
    (void)state;
    for (size_t p = 0; p < sizeof places / sizeof *places; p++) {
        double worst = 0;
        for (size_t l = 0; l < sizeof lengths / sizeof *lengths; l++)
            for (int i = 0; i < pairs[l];) {
                struct point a = places[p].from();
                i += compared(a, moved(a, lengths[l]()), &worst);
            }
        print_message("%s: off by at most %.3g mm\n", places[p].where, worst * 1000);
    }
}

/* Straight along meridians and parallels, where sin2 and cos2 vanish. */
static void test_near_along_axes(void **state) {
    (void)state;
    double worst = 0;
    for (double lat = -90; lat <= 90; lat += 0.5)
        for (double lon = -180; lon <= 180; lon += 7.5) {
            compared((struct point){lon, lat}, (struct point){lon, lat * 0.99}, &worst);
            compared((struct point){lon, lat}, (struct point){lon - lon / 180, lat},
                     &worst);
            compared((struct point){lon, lat}, (struct point){-lon, lat}, &worst);
        }
}

/* ---- one place --------------------------------------------------------------------- */

static void same_place(struct point a, struct point b) {
    struct ecef x = geo_ecef(a), y = geo_ecef(b);
    assert_true(x.x == y.x && x.y == y.y && x.z == y.z);
    assert_true(geo_chord(x, y) == 0);
    assert_true(geo_distance_near(x, y) == 0);
    assert_true(geo_distance(a, b) == 0);
}

static void test_same_place(void **state) {
    (void)state;
    for (int i = 0; i < 1000; i++) {
        double lat = between(-90, 90), lon = between(-180, 180),
               other = between(-180, 180);
        same_place((struct point){lon, lat}, (struct point){lon, lat});
        same_place((struct point){180, lat}, (struct point){-180, lat});
        same_place((struct point){lon, 90}, (struct point){other, 90});
        same_place((struct point){lon, -90}, (struct point){other, -90});
    }
    same_place((struct point){0, 0}, (struct point){-0.0, -0.0});
    same_place((struct point){180, 90}, (struct point){-180, 90});
}

static void test_ecef(void **state) {
    (void)state;
    const double a = 6378137, b = 6356752.314245;
    static const struct point axis[] = {{0, 0},   {90, 0}, {180, 0},
                                        {-90, 0}, {0, 90}, {0, -90}};
    const struct ecef on[] = {{a, 0, 0},  {0, a, 0}, {-a, 0, 0},
                              {0, -a, 0}, {0, 0, b}, {0, 0, -b}};
    for (size_t i = 0; i < sizeof axis / sizeof *axis; i++)
        assert_true(geo_chord(geo_ecef(axis[i]), on[i]) < 1e-6);
}

/* ---- distances --------------------------------------------------------------------- */

/* The way round never is shorter than the way through, however far. */
static void test_chord(void **state) {
    (void)state;
    for (int i = 0; i < 100000; i++) {
        struct point a = anywhere(), b = anywhere();
        assert_true(geo_chord(geo_ecef(a), geo_ecef(b)) <= geo_distance(a, b) + ROUNDING);
    }
}

static void test_known(void **state) {
    static const struct {
        struct point from, to;
        double metres, within;
    } known[] = {
        /* WGS 84: a quarter of a meridian, a degree of the equator, half a meridian */
        {{0, 0}, {0, 90}, 10001965.729, 0.001},
        {{0, 0}, {1, 0}, 111319.491, 0.001},
        {{0, 0}, {180, 0}, 20003931.459, 0.001},
        /* a degree of latitude at the equator and at the pole, as tables have them */
        {{0, -0.5}, {0, 0.5}, 110574.3, 0.1},
        {{0, 89}, {0, 90}, 111693.9, 0.1},
        /* Vincenty's test line: Flinders Peak to Buninyong (there on GRS 80) */
        {{144.42486788888889, -37.95103341666667},
         {143.92649552777778, -37.65282113888889},
         54972.271,
         0.002},
    };
    (void)state;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        double metres = geo_distance(known[i].from, known[i].to);
        if (fabs(metres - known[i].metres) > known[i].within)
            fail_msg("known distance %zu: %.6f", i, metres);
        assert_true(fabs(metres - geo_distance(known[i].to, known[i].from)) < ROUNDING);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_near),       cmocka_unit_test(test_near_along_axes),
        cmocka_unit_test(test_same_place), cmocka_unit_test(test_ecef),
        cmocka_unit_test(test_chord),      cmocka_unit_test(test_known),
    };
    return cmocka_run_group_tests(tests, set_seed, NULL);
}
