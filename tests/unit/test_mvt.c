/* SPDX-License-Identifier: Apache-2.0
 *
 * The vector tile writer, read back.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/tile_by_hand.h"

static struct drawn drawn;

static VectorTile__Tile *written(struct mvt *m, struct buf *out) {
    struct error e = {0};
    out->len = 0;
    if (!mvt_write(m, out, &e))
        fail_msg("%s", e.message);
    return tile_read(out);
}

static void done(VectorTile__Tile *t) {
    vector_tile__tile__free_unpacked(t, NULL);
}

static void point(struct mvt *m, int32_t x, int32_t y) {
    struct mvt_point at = {x, y};
    mvt_feature(m, MVT_POINT);
    mvt_points(m, &at, 1);
}

/* The examples of the specification, section 4.3.5. */
static void test_examples(void **state) {
    (void)state;
    static const uint32_t line[] = {9, 4, 4, 18, 0, 16, 16, 0};
    static const uint32_t polygon[] = {9, 6, 12, 18, 10, 12, 24, 44, 15};
    static const struct mvt_point corner[] = {{2, 2}, {2, 10}, {10, 10}};
    static const struct mvt_point ring[] = {{3, 6}, {8, 12}, {20, 34}, {3, 6}};
    struct mvt *m = mvt_new();
    struct buf out = {0};
    mvt_layer(m, "a");
    mvt_feature(m, MVT_LINE);
    mvt_line(m, corner, 3);
    assert_true(mvt_end(m));
    mvt_feature(m, MVT_POLYGON);
    assert_true(mvt_ring(m, ring, 4, false));
    assert_true(mvt_end(m));
    VectorTile__Tile *t = written(m, &out);
    VectorTile__Tile__Feature **f = t->layers[0]->features;
    assert_int_equal(t->layers[0]->version, 2);
    assert_int_equal(t->layers[0]->extent, 4096);
    assert_int_equal(f[0]->n_geometry, sizeof line / sizeof *line);
    assert_memory_equal(f[0]->geometry, line, sizeof line);
    assert_int_equal(f[1]->n_geometry, sizeof polygon / sizeof *polygon);
    assert_memory_equal(f[1]->geometry, polygon, sizeof polygon);
    done(t);
    mvt_free(m);
    buf_free(&out);
}

static void test_values(void **state) {
    (void)state;
    struct mvt *m = mvt_new();
    struct buf out = {0};
    mvt_layer(m, "a");
    for (int i = 0; i < 1000; i++) {
        char text[20];
        snprintf(text, sizeof text, "name %d", i % 300);
        point(m, i, i);
        mvt_id(m, (uint64_t)i + 7);
        mvt_text(m, "name", text, strlen(text));
        mvt_integer(m, "less", -(i % 3) - 1);
        mvt_integer(m, "more", i % 5);
        mvt_number(m, "half", (i % 2) / 2.0);
        mvt_bool(m, "odd", i % 2 == 1);
        assert_true(mvt_end(m));
    }
    VectorTile__Tile *t = written(m, &out);
    VectorTile__Tile__Layer *l = t->layers[0];
    assert_int_equal(l->n_keys, 5);
    assert_int_equal(l->n_values, 300 + 3 + 5 + 2 + 2);
    for (size_t i = 0; i < 1000; i++) {
        char text[20];
        snprintf(text, sizeof text, "name %d", (int)i % 300);
        VectorTile__Tile__Feature *f = l->features[i];
        assert_int_equal(f->id, i + 7);
        assert_string_equal(feature_value(l, f, "name")->string_value, text);
        assert_int_equal(feature_value(l, f, "less")->sint_value, -(int)(i % 3) - 1);
        assert_int_equal(feature_value(l, f, "more")->uint_value, i % 5);
        assert_true(feature_value(l, f, "half")->double_value == (double)(i % 2) / 2);
        assert_int_equal(feature_value(l, f, "odd")->bool_value, i % 2);
    }
    done(t);
    mvt_free(m);
    buf_free(&out);
}

/* What has no geometry is not there, and a layer of nothing neither. */
static void test_empty(void **state) {
    (void)state;
    static const struct mvt_point same[] = {{5, 5}, {5, 5}, {5, 5}, {5, 5}};
    static const struct mvt_point flat[] = {{0, 0}, {5, 5}, {9, 9}, {0, 0}};
    struct mvt *m = mvt_new();
    struct buf out = {0};
    mvt_layer(m, "nothing");
    mvt_feature(m, MVT_LINE);
    mvt_line(m, same, 4);
    assert_false(mvt_end(m));
    mvt_feature(m, MVT_POLYGON);
    assert_false(mvt_ring(m, same, 4, false));
    assert_false(mvt_ring(m, flat, 4, false));
    assert_false(mvt_end(m));
    mvt_feature(m, MVT_POINT);
    assert_false(mvt_end(m));
    VectorTile__Tile *t = written(m, &out);
    assert_int_equal(out.len, 0);
    done(t);
    mvt_layer(m, "something");
    point(m, 1, 2);
    assert_true(mvt_end(m));
    t = written(m, &out);
    assert_int_equal(t->n_layers, 1);
    assert_string_equal(t->layers[0]->name, "something");
    done(t);
    mvt_free(m);
    buf_free(&out);
}

/* Rings in either direction; the hole of a ring that is left out goes with it. */
static void test_winding(void **state) {
    (void)state;
    static const struct mvt_point one[] = {{0, 0}, {9, 0}, {9, 9}, {0, 9}};
    static const struct mvt_point other[] = {{0, 0}, {0, 9}, {9, 9}, {9, 0}};
    static const struct mvt_point flat[] = {{0, 0}, {9, 0}, {0, 0}};
    struct mvt *m = mvt_new();
    struct buf out = {0};
    mvt_layer(m, "a");
    mvt_feature(m, MVT_POLYGON);
    assert_false(mvt_ring(m, one, 4, true)); /* a hole of nothing */
    assert_true(mvt_ring(m, one, 4, false));
    assert_true(mvt_ring(m, one, 4, true));
    assert_false(mvt_ring(m, flat, 3, true));
    assert_true(mvt_ring(m, other, 4, true));
    assert_false(mvt_ring(m, flat, 3, false));
    assert_false(mvt_ring(m, other, 4, true));
    assert_true(mvt_ring(m, other, 4, false));
    assert_true(mvt_end(m));
    VectorTile__Tile *t = written(m, &out);
    feature_read(t->layers[0]->features[0], &drawn);
    assert_int_equal(drawn.parts, 4);
    for (size_t i = 0; i < 4; i++)
        assert_true(ring_area(&drawn, i) == (i == 0 || i == 3 ? 162 : -162));
    done(t);
    mvt_free(m);
    buf_free(&out);
}

/* The largest steps there are. */
static void test_reach(void **state) {
    (void)state;
    static const struct mvt_point far[] = {
        {INT32_MIN, INT32_MIN}, {INT32_MAX, INT32_MAX}, {INT32_MIN, 0}};
    struct mvt *m = mvt_new();
    struct buf out = {0};
    mvt_layer(m, "a");
    mvt_feature(m, MVT_POLYGON);
    assert_true(mvt_ring(m, far, 3, false));
    assert_true(mvt_end(m));
    VectorTile__Tile *t = written(m, &out);
    feature_read(t->layers[0]->features[0], &drawn);
    assert_int_equal(drawn.at[0].x, -MVT_REACH);
    assert_true(ring_area(&drawn, 0) > 0);
    done(t);
    mvt_free(m);
    buf_free(&out);
}

/* Too much of anything is an error that says of what; a reset makes it good again. */
static void test_full(void **state) {
    (void)state;
    static struct mvt_point many[1 << 20];
    for (int i = 0; i < 1 << 20; i++)
        many[i] = (struct mvt_point){i & 1, 0};
    struct mvt *m = mvt_new();
    struct buf out = {0};
    struct error e = {0};
    mvt_layer(m, "a");
    for (int i = 0; i < 20; i++) {
        mvt_feature(m, MVT_LINE);
        mvt_line(m, many, 1 << 20);
        mvt_text(m, "name", "x", 1);
        mvt_end(m);
    }
    assert_false(mvt_write(m, &out, &e));
    assert_non_null(strstr(e.message, "geometry"));
    mvt_reset(m);
    mvt_layer(m, "b");
    point(m, 3, 4);
    assert_true(mvt_end(m));
    VectorTile__Tile *t = written(m, &out);
    assert_string_equal(t->layers[0]->name, "b");
    done(t);
    mvt_free(m);
    buf_free(&out);
}

/* A tile after a reset is the same, byte for byte, as one from a new builder. */
static void test_reset(void **state) {
    (void)state;
    struct mvt *used = mvt_new(), *fresh = mvt_new();
    struct buf a = {0}, b = {0};
    for (int round = 0; round < 2; round++) {
        mvt_reset(used);
        struct mvt *both[] = {used, fresh};
        for (int k = 0; k <= round; k++)
            for (int layer = 0; layer < 2; layer++) {
                mvt_layer(both[k], layer == 0 ? "x" : "y");
                for (int i = 0; i < 100; i++) {
                    point(both[k], i, round);
                    mvt_text(both[k], i % 2 ? "p" : "q", "value", (size_t)(i % 5));
                    mvt_end(both[k]);
                }
            }
    }
    done(written(used, &a));
    done(written(fresh, &b));
    assert_int_equal(a.len, b.len);
    assert_memory_equal(a.data, b.data, a.len);
    mvt_free(used);
    mvt_free(fresh);
    buf_free(&a);
    buf_free(&b);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_examples), cmocka_unit_test(test_values),
        cmocka_unit_test(test_empty),    cmocka_unit_test(test_winding),
        cmocka_unit_test(test_reach),    cmocka_unit_test(test_full),
        cmocka_unit_test(test_reset),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
