/* SPDX-License-Identifier: Apache-2.0
 *
 * Outlines: what is refused and why, what is repaired, and points from many threads.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <pthread.h>

#include <cmocka.h>

#include "importers/geojson.h"
#include "data/shape.h"

/* The WKB of GeoJSON coordinates. */
static void outline(struct buf *out, const char *type, const char *coordinates) {
    struct buf text = {0};
    struct error e = {0};
    buf_printf(&text, "{\"type\":\"%s\",\"coordinates\":%s}", type, coordinates);
    struct json *geometry = json_parse(text.data, text.len, &e);
    assert_non_null(geometry);
    out->len = 0;
    if (!geojson_wkb(geometry, out, &e))
        fail_msg("%s", e.message);
    json_free(geometry);
    buf_free(&text);
}

static bool clean(const char *type, const char *coordinates, struct buf *out,
                  char repaired[200], struct error *e) {
    struct buf wkb = {0};
    outline(&wkb, type, coordinates);
    out->len = 0;
    bool fine = shape_clean(wkb.data, wkb.len, out, repaired, 200, e);
    buf_free(&wkb);
    return fine;
}

#define SQUARE "[[[0,0],[4,0],[4,4],[0,4],[0,0]]]"

static void test_sound(void **state) {
    (void)state;
    struct buf out = {0}, again = {0};
    char repaired[200];
    struct error e = {0};
    assert_true(clean("Polygon", SQUARE, &out, repaired, &e));
    assert_string_equal(repaired, "");
    assert_true(shape_clean(out.data, out.len, &again, repaired, sizeof repaired, &e));
    assert_int_equal(out.len, again.len);
    assert_memory_equal(out.data, again.data, out.len); /* clean is clean */
    buf_free(&out);
    buf_free(&again);
}

static void test_repaired(void **state) {
    (void)state;
    struct buf out = {0};
    char repaired[200];
    struct error e = {0};
    /* A spike that crosses itself far out, with hardly any area. */
    assert_true(
        clean("Polygon",
              "[[[0,0],[4,0],[4,2],[4.1,2.001],[4.1,2],[4,2.001],[4,4],[0,4],[0,0]]]",
              &out, repaired, &e));
    assert_non_null(strstr(repaired, "Self-intersection"));
    struct shape *s = shape_new(out.data, out.len, &e);
    assert_non_null(s);
    assert_true(shape_holds(s, (struct point){2, 2}));
    shape_free(s);
    buf_free(&out);
}

static void test_refused(void **state) {
    static const struct {
        const char *type, *coordinates, *wanted;
    } cases[] = {
        {"Polygon", "[[[0,0],[4,4],[4,0],[0,4],[0,0]]]",
         "would change its area"},                              /* a bow tie */
        {"Polygon", "[[[0,0],[4,0],[4,4]]]", "not a geometry"}, /* not closed */
        {"Polygon", "[[[0,0],[1,1],[0,0]]]", ""},               /* no area */
        {"MultiPolygon", "[[[[0,0]]]]", "must contain"},      /* a ring of one corner */
        {"Polygon", "[]", "empty"},
        {"MultiPolygon", "[]", "empty"},
        {"Polygon",
         "[[[500000,1400000],[500100,1400000],[500000,1400100],[500000,1400000]]]",
         "beyond 180 and 90 degrees"},
        /* a hole far out, which a repair would make the polygon */
        {"Polygon", "[[[4,0],[5,1],[4,0]],[[4,0],[837,7],[2,7],[4,0]]]",
         "beyond 180 and 90 degrees"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buf out = {0};
        char repaired[200];
        struct error e = {0};
        if (clean(cases[i].type, cases[i].coordinates, &out, repaired, &e))
            fail_msg("taken: %s", cases[i].coordinates);
        if (strstr(e.message, cases[i].wanted) == NULL)
            fail_msg("%s: %s", cases[i].coordinates, e.message);
        assert_int_equal(e.code, ERR_DATA);
        assert_null(strpbrk(e.message, "\r\n")); /* GEOS ends lines of its own */
        buf_free(&out);
    }
}

static void test_no_geometry(void **state) {
    (void)state;
    struct buf out = {0};
    char repaired[200];
    struct error e = {0};
    static const unsigned char point[] = {1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0,
                                          0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
    assert_false(shape_clean("", 0, &out, repaired, sizeof repaired, &e));
    assert_false(shape_clean("rubbish", 7, &out, repaired, sizeof repaired, &e));
    assert_false(shape_clean(point, sizeof point, &out, repaired, sizeof repaired, &e));
    assert_non_null(strstr(e.message, "not a polygon"));
    assert_null(shape_new(point, sizeof point, &e));
    assert_null(shape_new("rubbish", 7, &e));
    buf_free(&out);
}

#define HOLE "[[[0,0],[4,0],[4,4],[0,4],[0,0]],[[1,1],[3,1],[3,3],[1,3],[1,1]]]"

struct asking {
    const struct shape *shape;
    int wrong;
};

/* Every point of a grid, in and out of the square and its hole. */
static void *ask(void *ctx) {
    struct asking *a = ctx;
    for (int x = -4; x <= 20; x++)
        for (int y = -4; y <= 20; y++) {
            struct point p = {x / 4.0, y / 4.0};
            bool square = p.lon >= 0 && p.lon <= 4 && p.lat >= 0 && p.lat <= 4;
            bool hole = p.lon > 1 && p.lon < 3 && p.lat > 1 && p.lat < 3;
            a->wrong += shape_holds(a->shape, p) != (square && !hole);
        }
    return NULL;
}

static void test_threads(void **state) {
    (void)state;
    struct buf out = {0};
    char repaired[200];
    struct error e = {0};
    pthread_t thread[8];
    assert_true(clean("Polygon", HOLE, &out, repaired, &e));
    struct shape *s = shape_new(out.data, out.len, &e);
    struct asking asking[8];
    for (int i = 0; i < 8; i++) {
        asking[i] = (struct asking){s, 0};
        assert_int_equal(pthread_create(&thread[i], NULL, ask, &asking[i]), 0);
    }
    for (int i = 0; i < 8; i++) {
        pthread_join(thread[i], NULL);
        assert_int_equal(asking[i].wrong, 0);
    }
    assert_true(shape_holds(s, shape_inside(s)));
    shape_free(s);
    buf_free(&out);
}

static void count_corners(const struct point *corner, size_t count, void *ctx) {
    assert_true(corner[0].lon == corner[count - 1].lon &&
                corner[0].lat == corner[count - 1].lat);
    *(size_t *)ctx += count;
}

static void test_rings(void **state) {
    (void)state;
    struct buf wkb = {0};
    struct error e = {0};
    size_t corners = 0;
    outline(
        &wkb, "Polygon",
        "[[[0,0],[2,0.0001],[4,0],[4,4],[0,4],[0,0]],[[1,1],[1,3],[3,3],[3,1],[1,1]]]");
    struct shape *s = shape_new(wkb.data, wkb.len, &e);
    shape_rings(s, 0.001, count_corners, &corners);
    assert_int_equal(corners, 10); /* the one that hardly bends is dropped */
    struct box box = shape_box(s);
    assert_true(box.west == 0 && box.east == 4 && box.south == 0 && box.north == 4);
    shape_free(s);
    buf_free(&wkb);
}

/* ---- where outlines meet -------------------------------------------------------------- */

static struct shape *shape_from(const char *type, const char *coordinates) {
    struct buf wkb = {0};
    struct error e = {0};
    outline(&wkb, type, coordinates);
    struct shape *s = shape_new(wkb.data, wkb.len, &e);
    assert_non_null(s);
    buf_free(&wkb);
    return s;
}

/* The box of one LineString of WKB, made ours. */
static struct box line_box(const struct buf *wkb, uint32_t *count) {
    struct box box = {1e9, 1e9, -1e9, -1e9};
    uint32_t type;
    double xy[2];
    memcpy(&type, wkb->data + 1, sizeof type);
    memcpy(count, wkb->data + 5, sizeof *count);
    assert_int_equal(type, 2);
    assert_int_equal(wkb->len, 9 + *count * sizeof xy);
    for (uint32_t i = 0; i < *count; i++) {
        memcpy(xy, wkb->data + 9 + i * sizeof xy, sizeof xy);
        box.west = xy[0] < box.west ? xy[0] : box.west;
        box.east = xy[0] > box.east ? xy[0] : box.east;
        box.south = xy[1] < box.south ? xy[1] : box.south;
        box.north = xy[1] > box.north ? xy[1] : box.north;
    }
    return box;
}

static void test_shared(void **state) {
    struct shape *a = shape_from("Polygon", "[[[0,0],[1,0],[1,1],[0,1],[0,0]]]");
    struct shape *b = shape_from("Polygon", "[[[1.001,0],[2,0],[2,1],[1.001,1],[1.001,0]]]");
    struct shape *far = shape_from("Polygon", "[[[3,0],[4,0],[4,1],[3,1],[3,0]]]");
    const struct shape *both[] = {b, far};
    struct buf line = {0}, apart = {0};
    struct error e = {0};
    uint32_t count;
    (void)state;
    assert_true(shape_shared(a, both, 2, 0.01, &line, &e));
    struct box box = line_box(&line, &count);
    assert_true(box.west > 0.985 && box.east == 1 && box.south == 0 && box.north == 1);
    line.len = 0;
    assert_true(shape_shared(a, both + 1, 1, 0.01, &line, &e)); /* they do not meet */
    assert_int_equal(line.len, 0);
    assert_true(shape_shared(a, both, 1, 0.0001, &line, &e)); /* nor do these, so narrowly */
    assert_int_equal(line.len, 0);
    assert_true(shape_shared(a, both, 1, 0.01, &line, &e));
    struct shape *corridor = shape_corridor(&line, 1, 0.1, &e);
    assert_non_null(corridor);
    assert_true(shape_lines_apart(corridor, line.data, line.len, &apart, &e));
    assert_int_equal(apart.len, 0); /* it lies in its own corridor */
    assert_null(shape_corridor(&apart, 1, 0.1, &e));
    assert_int_equal(e.code, ERR_NONE);
    assert_false(shape_lines_apart(corridor, "x", 1, &apart, &e));
    shape_free(corridor);
    buf_free(&line);
    shape_free(a);
    shape_free(b);
    shape_free(far);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shared), cmocka_unit_test(test_sound),   cmocka_unit_test(test_repaired),
        cmocka_unit_test(test_refused), cmocka_unit_test(test_no_geometry),
        cmocka_unit_test(test_threads), cmocka_unit_test(test_rings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
