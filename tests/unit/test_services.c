/* SPDX-License-Identifier: Apache-2.0
 *
 * Tiles of services from snapshots made by hand, against counting one by one; and reading
 * what a snapshot rendered.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "tests/unit/by_hand.h"
#include "tests/unit/tile_by_hand.h"
#include "tiles/rendered.h"
#include "tiles/services.h"

#define MANY 3000

static struct drawn drawn;
static char latitude[MANY][24], longitude[MANY][24];
static struct stored_service service[MANY];
static struct point place[MANY];

static void put(uint32_t i, double lat, double lon) {
    service[i] = service_by_hand(i);
    snprintf(latitude[i], sizeof latitude[i], "%.7f", lat);
    snprintf(longitude[i], sizeof longitude[i], "%.7f", lon);
    service[i].flat.cell[COL_LAT] = latitude[i];
    service[i].flat.cell[COL_LON] = longitude[i];
    place[i] = (struct point){strtod(longitude[i], NULL), strtod(latitude[i], NULL)};
}

/* Services in the tile, counted one by one. */
static uint32_t in_tile(uint32_t count, struct tile t) {
    uint32_t n = 0;
    for (uint32_t i = 0; i < count; i++) {
        struct tile of = tile_at(place[i], t.z);
        n += of.x == t.x && of.y == t.y;
    }
    return n;
}

/* The sum of `count` over the features, and how many of these there are. */
static uint32_t counted(const struct service_index *x, struct tile t,
                        uint32_t *features) {
    struct buf out = {0};
    struct error e = {0};
    uint32_t sum = 0;
    assert_true(service_tile(x, t, &out, &e));
    *features = 0;
    if (out.len > 0) {
        VectorTile__Tile *tile = tile_read(&out);
        VectorTile__Tile__Layer *l = tile->layers[0];
        assert_string_equal(l->name, "services");
        *features = (uint32_t)l->n_features;
        for (size_t i = 0; i < l->n_features; i++) {
            feature_read(l->features[i], &drawn);
            assert_int_equal(drawn.count, 1);
            assert_in_range(drawn.at[0].x, 0, TILE_EXTENT - 1);
            assert_in_range(drawn.at[0].y, 0, TILE_EXTENT - 1);
            sum += (uint32_t)feature_value(l, l->features[i], "count")->uint_value;
        }
        vector_tile__tile__free_unpacked(tile, NULL);
    }
    buf_free(&out);
    return sum;
}

/* Random places, many of them the same, and tiles about them at every zoom. */
static void test_random(void **state) {
    (void)state;
    random_seed();
    struct snapshot s;
    for (uint32_t i = 0; i < MANY; i++)
        if (i > 0 && rand() % 4 == 0)
            put(i, place[i - 1].lat, place[i - 1].lon);
        else if (rand() % 2)
            put(i, random_between(11.5, 11.7), random_between(104.8, 105));
        else
            put(i, random_between(-90, 90), random_between(-180, 180));
    struct block b = block_by_hand(ROLE_PUBLIC, service, MANY, 1);
    attach(&s, &b);
    struct service_index *x = service_index_new(&s);
    assert_int_equal(service_index_count(x), MANY);
    for (int i = 0; i < 3000; i++) {
        uint32_t z = (uint32_t)rand() % (SERVICES_ZOOM_MAX + 1), features;
        struct tile t = tile_at(place[rand() % MANY], z);
        t.x = (t.x + (uint32_t)rand() % 2) & ((1u << z) - 1);
        assert_int_equal(counted(x, t, &features), in_tile(MANY, t));
        assert_true(features <= (z < SERVICES_EXACT_ZOOM ? 256 : SERVICES_TILE_MAX));
    }
    service_index_free(x);
    free(b.bytes);
}

/* All tiles of a zoom, with what lies on edges and corners of the world and of tiles. */
static void test_sums(void **state) {
    (void)state;
    static const double at[][2] = {
        {90, 180},         {-90, -180},        {0, 0},           {0, 90},
        {-66.51326044, 0}, {85.0511288, -180}, {66.5132604, -90}};
    struct snapshot s;
    uint32_t count = 0;
    for (size_t i = 0; i < sizeof at / sizeof *at; i++)
        put(count++, at[i][0], at[i][1]);
    struct block b = block_by_hand(ROLE_PUBLIC, service, count, 1);
    attach(&s, &b);
    struct service_index *x = service_index_new(&s);
    for (uint32_t z = 0; z <= 5; z++) {
        uint32_t sum = 0, features, side = 1u << z;
        for (uint32_t i = 0; i < side * side; i++)
            sum += counted(x, (struct tile){z, i % side, i / side}, &features);
        assert_int_equal(sum, count);
    }
    struct box box = service_index_box(x);
    assert_true(box.west == -180 && box.east == 180 && box.south == -90 &&
                box.north == 90);
    service_index_free(x);
    free(b.bytes);
}

static const char *text_of(const VectorTile__Tile__Layer *l, size_t feature,
                           const char *key) {
    const VectorTile__Tile__Value *v = feature_value(l, l->features[feature], key);
    return v != NULL ? v->string_value : NULL;
}

/* One service tells what the view rendered; several at its place only what they offer. */
static void test_properties(void **state) {
    (void)state;
    struct snapshot s;
    struct buf out = {0};
    struct error e = {0};
    put(0, 11.5, 104.9);
    put(1, 12.5, 104.9);
    put(2, 12.5, 104.9);
    service[0].flat.cell[COL_SERVICE] = "The \"Blue\" \\ \xe1\x9e\x80 clinic\n2";
    service[0].flat.cell[COL_NEEDS] = "health.clinic;legal.information";
    service[0].flat.cell[COL_KIND] = "clinic";
    service[0].flat.cell[COL_PRECISION] = "village";
    service[2].flat.cell[COL_NEEDS] = "psychosocial.psychiatric";
    struct block b = block_by_hand(ROLE_PUBLIC, service, 3, 1);
    attach(&s, &b);
    struct service_index *x = service_index_new(&s);
    assert_true(service_tile(x, tile_at(place[0], 12), &out, &e));
    VectorTile__Tile *t = tile_read(&out);
    VectorTile__Tile__Layer *l = t->layers[0];
    assert_int_equal(l->n_features, 1);
    assert_string_equal(text_of(l, 0, "name"), service[0].flat.cell[COL_SERVICE]);
    assert_string_equal(text_of(l, 0, "needs"), "health.clinic;legal.information");
    assert_string_equal(text_of(l, 0, "kind"), "clinic");
    assert_string_equal(text_of(l, 0, "precision"), "village");
    assert_int_equal(strlen(text_of(l, 0, "id")), 36);
    vector_tile__tile__free_unpacked(t, NULL);
    out.len = 0;
    assert_true(service_tile(x, tile_at(place[1], 14), &out, &e));
    t = tile_read(&out);
    l = t->layers[0];
    assert_int_equal(l->n_features, 1);
    assert_null(text_of(l, 0, "name"));
    assert_null(text_of(l, 0, "id"));
    assert_string_equal(text_of(l, 0, "needs"), "health;psychosocial");
    vector_tile__tile__free_unpacked(t, NULL);
    buf_free(&out);
    service_index_free(x);
    free(b.bytes);
}

/* What lists show no point of, or one that stands for a country; and what is over. */
static void test_not_drawn(void **state) {
    (void)state;
    struct snapshot s;
    for (uint32_t i = 0; i < 6; i++)
        put(i, 11 + i, 104.9);
    service[0].flat.cell[COL_LAT] = service[0].flat.cell[COL_LON] = "";
    service[1].flat.cell[COL_PRECISION] = "country";
    service[2].flat.cell[COL_STATUS] = "closed";
    service[3].flat.cell[COL_STATUS] = "planned";
    service[4].visibility = "contact";
    static const struct {
        enum role role;
        uint32_t drawn;
    } of[] = {{ROLE_PUBLIC, 1}, {ROLE_OPERATOR, 3}, {ROLE_STEWARD, 4}};
    for (size_t i = 0; i < sizeof of / sizeof *of; i++) {
        uint32_t features;
        struct block b = block_by_hand(of[i].role, service, 6, 1);
        attach(&s, &b);
        struct service_index *x = service_index_new(&s);
        assert_int_equal(service_index_count(x), of[i].drawn);
        assert_int_equal(counted(x, (struct tile){0, 0, 0}, &features), of[i].drawn);
        service_index_free(x);
        free(b.bytes);
    }
}

static void test_nothing(void **state) {
    (void)state;
    struct snapshot s;
    uint32_t features;
    struct block b = block_by_hand(ROLE_PUBLIC, service, 0, 1);
    attach(&s, &b);
    struct service_index *x = service_index_new(&s);
    assert_int_equal(counted(x, (struct tile){0, 0, 0}, &features), 0);
    struct box box = service_index_box(x);
    assert_true(box.west == 0 && box.east == 0 && box.south == 0 && box.north == 0);
    service_index_free(x);
    free(b.bytes);
}

/* ---- rendered ------------------------------------------------------------------------------- */

static void test_rendered(void **state) {
    (void)state;
    struct slice object =
        slice_of("{\"a\":\"x,\\\"}y\",\"b\":[\"1\",\"2]\"],\"c\":{\"d\":\"no\"},"
                 "\"e\":null,\"f\":-1.5,\"g\":\"\\u001f\\\\\\n\",\"h\":[]");
    static const struct {
        const char *name, *text;
    } want[] = {{"a", "x,\"}y"}, {"b", "1;2]"}, {"e", ""}, {"g", "\x1f\\\n"}, {"h", ""}};
    struct slice value;
    struct buf out = {0};
    for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
        assert_true(rendered_member(object, want[i].name, &value));
        out.len = 0;
        rendered_text(value, ';', &out);
        assert_int_equal(out.len, strlen(want[i].text));
        assert_memory_equal(out.data, want[i].text, out.len);
    }
    assert_true(rendered_member(object, "f", &value));
    assert_true(rendered_number(value) == -1.5);
    assert_false(rendered_member(object, "d", &value));
    assert_false(rendered_member(object, "x", &value));
    assert_false(rendered_member(slice_of("null"), "a", &value));
    assert_false(rendered_member(slice_of(""), "a", &value));
    assert_false(rendered_member(slice_of("{}"), "a", &value));
    buf_free(&out);
}

/* Cut anywhere, nothing beyond the end is read. */
static void test_rendered_cut(void **state) {
    (void)state;
    static const char whole[] =
        "{\"id\":\"x\",\"name\":\"a\\\"b\\u0001\",\"needs\":[\"c\",\"d\"]";
    struct buf out = {0};
    for (size_t len = 0; len < sizeof whole; len++) {
        char *copy = malloc(len + 1);
        memcpy(copy, whole, len);
        struct slice value;
        if (rendered_member((struct slice){copy, len}, "needs", &value) ||
            rendered_member((struct slice){copy, len}, "name", &value))
            rendered_text(value, ';', &out);
        free(copy);
    }
    buf_free(&out);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random),       cmocka_unit_test(test_sums),
        cmocka_unit_test(test_properties),   cmocka_unit_test(test_not_drawn),
        cmocka_unit_test(test_nothing),      cmocka_unit_test(test_rendered),
        cmocka_unit_test(test_rendered_cut),
    };
    return cmocka_run_group_tests(tests, load_vocabularies, NULL);
}
