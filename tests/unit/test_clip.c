/* SPDX-License-Identifier: Apache-2.0
 *
 * Cutting: random outlines against a dumb test of random points, and what must not pass.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>

#include <cmocka.h>

#include "data/mem.h"
#include "tests/unit/tile_by_hand.h"
#include "tiles/clip.h"

#define BUFFER 64

static struct drawn drawn;

/* Draws into a tile of one feature; `drawn` has no parts when there is none. */
static void draw(struct clip *c, const struct outline *o, struct tile t) {
    struct mvt *m = mvt_new();
    struct buf out = {0};
    struct error e = {0};
    mvt_layer(m, "a");
    mvt_feature(m, outline_type(o));
    if (!clip_draw(c, o, t, BUFFER, m, &e))
        fail_msg("%s", e.message);
    drawn.count = drawn.parts = 0;
    if (mvt_end(m)) {
        assert_true(mvt_write(m, &out, &e));
        VectorTile__Tile *tile = tile_read(&out);
        feature_read(tile->layers[0]->features[0], &drawn);
        vector_tile__tile__free_unpacked(tile, NULL);
    }
    mvt_free(m);
    buf_free(&out);
}

/* ---- a dumb evaluator: even and odd --------------------------------------------------------- */

struct flat {
    double x, y;
};

static bool crosses(struct flat a, struct flat b, struct flat p) {
    return (a.y > p.y) != (b.y > p.y) &&
           p.x < (b.x - a.x) * (p.y - a.y) / (b.y - a.y) + a.x;
}

static double from_segment(struct flat a, struct flat b, struct flat p) {
    double dx = b.x - a.x, dy = b.y - a.y, length = dx * dx + dy * dy;
    double t = length > 0 ? ((p.x - a.x) * dx + (p.y - a.y) * dy) / length : 0;
    t = t < 0 ? 0 : t > 1 ? 1 : t;
    return hypot(a.x + t * dx - p.x, a.y + t * dy - p.y);
}

struct ring {
    size_t count;
    struct point degrees[200];
    struct flat at[200]; /* units of the tile */
};

static void to_tile(struct ring *r, struct tile t) {
    for (size_t i = 0; i < r->count; i++) {
        struct mercator m = mercator_of(r->degrees[i]);
        r->at[i] = (struct flat){(ldexp(m.x, (int)t.z) - t.x) * TILE_EXTENT,
                                 (ldexp(m.y, (int)t.z) - t.y) * TILE_EXTENT};
    }
}

static bool in_ring(const struct ring *r, struct flat p, double *near) {
    bool in = false;
    for (size_t i = 0; i < r->count; i++) {
        struct flat a = r->at[i], b = r->at[(i + 1) % r->count];
        in ^= crosses(a, b, p);
        *near = fmin(*near, from_segment(a, b, p));
    }
    return in;
}

static bool in_drawn(struct flat p) {
    bool in = false;
    for (size_t k = 0; k < drawn.parts; k++)
        for (size_t i = drawn.start[k]; i < drawn.start[k + 1]; i++) {
            size_t next = i + 1 < drawn.start[k + 1] ? i + 1 : drawn.start[k];
            in ^= crosses((struct flat){drawn.at[i].x, drawn.at[i].y},
                          (struct flat){drawn.at[next].x, drawn.at[next].y}, p);
        }
    return in;
}

/* A star around `middle`, which does not cross itself. With ten corners or more, all of it
 * reaches at least 0.95 of `low` far. */
static void star(struct ring *r, struct point middle, double low, double high,
                 size_t least) {
    r->count = least + (size_t)rand() % 150;
    for (size_t i = 0; i < r->count; i++) {
        double angle = 2 * M_PI * (double)i / (double)r->count;
        double reach = random_between(low, high);
        r->degrees[i] = (struct point){middle.lon + reach * cos(angle),
                                       middle.lat + reach * sin(angle)};
    }
}

static void check_rings(void) {
    for (size_t i = 0; i < drawn.parts; i++) {
        assert_true(drawn.closed[i]);
        assert_true(drawn.start[i + 1] - drawn.start[i] >= 3);
        assert_true(ring_area(&drawn, i) != 0);
        if (i == 0)
            assert_true(ring_area(&drawn, i) > 0);
    }
    for (size_t i = 0; i < drawn.count; i++) {
        assert_in_range(drawn.at[i].x + BUFFER, 0, TILE_EXTENT + 2 * BUFFER);
        assert_in_range(drawn.at[i].y + BUFFER, 0, TILE_EXTENT + 2 * BUFFER);
    }
}

/* Points farther than two units from each edge are in it exactly when they were before. */
static int check_points(const struct ring *outer, const struct ring *hole, double far) {
    int checked = 0;
    for (int i = 0; i < 200; i++) {
        struct flat p = {random_between(-BUFFER + 1, TILE_EXTENT + BUFFER - 1),
                         random_between(-BUFFER + 1, TILE_EXTENT + BUFFER - 1)};
        double near = INFINITY;
        bool in = in_ring(outer, p, &near) && !in_ring(hole, p, &near);
        if (near <= far)
            continue;
        checked++;
        if (in != in_drawn(p))
            fail_msg("%.1f, %.1f is %s", p.x, p.y, in ? "left out" : "drawn");
    }
    return checked;
}

/* Draws it in a random tile: whole, and by way of a piece of it. */
static int check_tile(struct clip *c, const struct outline *o, struct ring *outer,
                      struct ring *hole, struct point middle, double far) {
    struct error e = {0};
    uint32_t z = (uint32_t)rand() % 14;
    struct tile t = tile_at((struct point){middle.lon + random_between(-2, 2),
                                           middle.lat + random_between(-2, 2)},
                            z);
    to_tile(outer, t);
    to_tile(hole, t);
    draw(c, o, t);
    check_rings();
    int checked = check_points(outer, hole, far);
    struct tile above = {z / 2, t.x >> (z - z / 2), t.y >> (z - z / 2)};
    struct outline *piece = clip_cut(c, o, tile_square(above, BUFFER), &e);
    if (piece == NULL) {
        assert_int_equal(e.code, ERR_NONE);
        assert_int_equal(drawn.parts, 0);
        return checked;
    }
    draw(c, piece, t);
    check_rings();
    check_points(outer, hole, far);
    outline_free(c, piece);
    return checked;
}

static void test_random(void **state) {
    (void)state;
    static struct ring outer, hole;
    random_seed();
    struct clip *c = clip_new();
    int checked = 0;
    for (int i = 0; i < 2000; i++) {
        struct point middle = {random_between(-170, 170), random_between(-70, 70)};
        star(&outer, middle, 1, 3, 10); /* no hole reaches out of it */
        star(&hole, middle, 0.2, 0.9, 3);
        struct clip_part part[] = {{outer.degrees, outer.count, false},
                                   {hole.degrees, hole.count, true}};
        struct error e = {0};
        struct outline *o = clip_parts(c, MVT_POLYGON, part, 2, &e);
        if (o == NULL)
            fail_msg("%s", e.message);
        checked += check_tile(c, o, &outer, &hole, middle, 2);
        outline_free(c, o);
    }
    printf("%d points agree\n", checked);
    assert_true(checked > 100000);
    clip_free(c);
}

/* Simplified by five units, points farther away than that agree at the zoom it was for. */
static void test_simplified(void **state) {
    (void)state;
    static struct ring outer, hole;
    random_seed();
    struct clip *c = clip_new();
    for (int i = 0; i < 500; i++) {
        struct point middle = {random_between(-170, 170), random_between(-70, 70)};
        uint32_t z = 4 + (uint32_t)rand() % 6;
        star(&outer, middle, 1, 3, 3);
        hole.count = 0;
        struct clip_part part = {outer.degrees, outer.count, false};
        struct error e = {0};
        struct outline *o = clip_parts(c, MVT_POLYGON, &part, 1, &e);
        struct outline *less = clip_simplify(c, o, z, 5, 20, &e);
        assert_non_null(less);
        assert_true(outline_corners(less) <= outline_corners(o));
        struct tile t = tile_at(middle, z);
        to_tile(&outer, t);
        draw(c, less, t);
        check_rings();
        check_points(&outer, &hole, 7.5);
        outline_free(c, less);
        outline_free(c, o);
    }
    clip_free(c);
}

/* Each corner of a random line that lies in the tile is drawn where it belongs, and nothing
 * is drawn that is far from the line. */
static void test_lines(void **state) {
    (void)state;
    static struct ring line;
    random_seed();
    struct clip *c = clip_new();
    for (int i = 0; i < 1000; i++) {
        struct point at = {random_between(-170, 170), random_between(-70, 70)};
        line.count = 2 + (size_t)rand() % 100;
        for (size_t k = 0; k < line.count; k++) {
            line.degrees[k] = at;
            at.lon += random_between(-0.3, 0.3);
            at.lat += random_between(-0.3, 0.3);
        }
        struct clip_part part = {line.degrees, line.count, false};
        struct error e = {0};
        struct outline *o = clip_parts(c, MVT_LINE, &part, 1, &e);
        assert_non_null(o);
        struct tile t = tile_at(line.degrees[line.count / 2], 3 + (uint32_t)rand() % 8);
        to_tile(&line, t);
        draw(c, o, t);
        assert_true(drawn.parts > 0);
        for (size_t k = 0; k < drawn.count; k++) {
            double near = INFINITY;
            struct flat p = {drawn.at[k].x, drawn.at[k].y};
            for (size_t n = 0; n + 1 < line.count; n++)
                near = fmin(near, from_segment(line.at[n], line.at[n + 1], p));
            assert_true(near <= 0.75);
        }
        outline_free(c, o);
    }
    clip_free(c);
}

/* The whole world, with both poles, at every tile of its edges. */
static void test_world(void **state) {
    (void)state;
    static const struct point world[] = {{-180, -90}, {180, -90}, {180, 90}, {-180, 90}};
    struct clip_part part = {world, 4, false};
    struct error e = {0};
    struct clip *c = clip_new();
    struct outline *o = clip_parts(c, MVT_POLYGON, &part, 1, &e);
    assert_non_null(o);
    for (uint32_t z = 0; z <= TILE_ZOOM_MAX; z++) {
        uint32_t last = (UINT32_C(1) << z) - 1;
        uint32_t at[] = {0, last / 2, last};
        for (int i = 0; i < 9; i++) {
            draw(c, o, (struct tile){z, at[i % 3], at[i / 3]});
            check_rings();
            assert_int_equal(drawn.parts, 1);
            assert_true(ring_area(&drawn, 0) >= 2.0 * TILE_EXTENT * TILE_EXTENT);
        }
    }
    outline_free(c, o);
    clip_free(c);
}

/* A bow tie is mended: its two halves are drawn, and neither is inside out. */
static void test_mended(void **state) {
    (void)state;
    static const struct point tie[] = {{0, 0}, {10, 10}, {10, 0}, {0, 10}};
    struct clip_part part = {tie, 4, false};
    struct error e = {0};
    struct clip *c = clip_new();
    struct outline *o = clip_parts(c, MVT_POLYGON, &part, 1, &e);
    assert_non_null(o);
    draw(c, o, (struct tile){2, 2, 1});
    assert_int_equal(drawn.parts, 2);
    assert_true(ring_area(&drawn, 0) > 0 && ring_area(&drawn, 1) > 0);
    outline_free(c, o);
    clip_free(c);
}

static void test_refused(void **state) {
    (void)state;
    static const struct point far[] = {{0, 0}, {181, 0}, {0, 10}};
    static const struct point none[] = {{0, 0}, {NAN, 0}, {0, 10}};
    static const struct point flat[] = {{0, 0}, {5, 5}, {0, 0}};
    static const struct point *const bad[] = {far, none, flat};
    struct clip *c = clip_new();
    for (int i = 0; i < 3; i++) {
        struct clip_part part = {bad[i], 3, false};
        struct error e = {0};
        assert_null(clip_parts(c, MVT_POLYGON, &part, 1, &e));
        assert_true(e.code == ERR_DATA && e.message[0] != '\0');
    }
    clip_free(c);
}

/* WKB cut short, or with any one byte changed, is read or refused, never worse. */
static void test_hostile_wkb(void **state) {
    (void)state;
    uint8_t wkb[9 + 4 + 5 * 16] = {1, 3, 0, 0, 0, 1, 0, 0, 0, 5};
    static const double corner[] = {0, 0, 4, 0, 4, 4, 0, 4, 0, 0};
    memcpy(wkb + 13, corner, sizeof corner);
    struct clip *c = clip_new();
    struct error e = {0};
    struct outline *o = clip_read(c, wkb, sizeof wkb, &e);
    assert_non_null(o);
    assert_int_equal(outline_corners(o), 5);
    outline_free(c, o);
    for (size_t len = 0; len < sizeof wkb; len++)
        assert_null(clip_read(c, wkb, len, &e));
    for (size_t i = 0; i < sizeof wkb; i++)
        for (int bit = 0; bit < 8; bit++) {
            wkb[i] ^= (uint8_t)(1 << bit);
            o = clip_read(c, wkb, sizeof wkb, &e);
            if (o != NULL)
                draw(c, o, (struct tile){3, 4, 3});
            outline_free(c, o);
            wkb[i] ^= (uint8_t)(1 << bit);
        }
    clip_free(c);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random),      cmocka_unit_test(test_simplified),
        cmocka_unit_test(test_lines),       cmocka_unit_test(test_world),
        cmocka_unit_test(test_mended),      cmocka_unit_test(test_refused),
        cmocka_unit_test(test_hostile_wkb),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
