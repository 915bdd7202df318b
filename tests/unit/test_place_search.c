/* SPDX-License-Identifier: Apache-2.0
 *
 * Places by their names: what binds, what comes first, what it may cost. The country is drawn
 * in atlas_by_hand.h; villages of one name are added. How often names are found that nobody
 * has written before, tests/bench/places.mjs measures.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "data/place_search.h"
#include "tests/unit/by_hand.h"
#include "tests/unit/atlas_by_hand.h"

static void fill(struct record *r) {
    fill_country(r);
    struct import_run *run = begin_by_hand(r, "villages");
    put_place_by_hand(run, "kh", "country", "", "Cambodia", "", "");
    put_place_by_hand(run, "w", "province", "kh", "West", "", "");
    put_place_by_hand(run, "e", "province", "kh", "East", "", "");
    put_place_by_hand(run, "v1", "village", "w", "Phum Kandal", "0.1", "0.1");
    put_place_by_hand(run, "v2", "village", "e", "Kandal", "0.1", "3.9");
    put_place_by_hand(run, "v3", "commune", "e", "Kandal", "0.2", "3.8");
    put_place_by_hand(run, "v4", "village", "e", "Kampong Chhnang", "0.3", "3.7");
    put_place_by_hand(run, "v5", "village", "w", "Kampong Cham", "0.3", "0.3");
    char id[16], at[16];
    for (int i = 0; i < 9; i++) {
        snprintf(id, sizeof id, "t%d", i);
        snprintf(at, sizeof at, "0.%d", i + 1);
        put_place_by_hand(run, id, "village", "w", "Trapeang Veng", at, at);
    }
    put_place_by_hand(run, "tv", "village", "e", "Trapeang Vaeng", "1.1", "3.1");
    commit_by_hand(run);
}

static struct atlas *atlas;

static int set_up(void **state) {
    if (load_vocabularies(state) != 0)
        return -1;
    atlas = atlas_by_hand(fill);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    atlas_free(atlas);
    return 0;
}

static struct place_query asking(const char *text) {
    return (struct place_query){
        .text = slice_of(text), .country = -1, .level = -1, .limit = 10};
}

/* "Name, Parent kind" of each found, parted by " | ". */
static const char *found(struct place_query q) {
    static char out[2000];
    struct place_found f[PLACE_SEARCH_MAX];
    size_t count = place_search(atlas, &q, f);
    out[0] = '\0';
    for (size_t i = 0; i < count; i++) {
        const struct atlas_place *p = &atlas->places[f[i].place];
        snprintf(out + strlen(out), sizeof out - strlen(out), "%s%s, %s %s",
                 i > 0 ? " | " : "", atlas_name(atlas, f[i].place),
                 p->parent == ATLAS_NONE ? "-" : atlas_name(atlas, p->parent),
                 vocabulary(VOC_PLACE_KIND)->terms[p->kind].code);
        assert_true(f[i].score >= 0 && f[i].score <= 1);
    }
    return out;
}

static struct place_query first_of(const char *text) {
    struct place_query q = asking(text);
    q.limit = 1;
    return q;
}

static void test_spellings(void **state) {
    static const char *const spellings[] = {
        "Kampong Chhnang", "kampongchhnang", "KOMPONG CHNANG", "kampon chhnang",
        "kampong chnhang", "Kampông-Chhnăng", "kampong chhnangg", "កំពង់ឆ្នាំង"};
    (void)state;
    for (size_t i = 0; i < sizeof spellings / sizeof *spellings; i++)
        assert_string_equal(found(first_of(spellings[i])), "Kampong Chhnang, East village");
    assert_string_equal(found(first_of("kampong chh")), "Kampong Chhnang, East village");
    assert_string_equal(found(first_of("zzzzqqq")), "");
}

static void test_what_it_lies_in_binds(void **state) {
    (void)state;
    static const char *const west[] = {"kandal, west", "west, kandal", "kandal west",
                                       "west kandal", "phum kandal, West", "kandal, west, cambodia"};
    for (size_t i = 0; i < sizeof west / sizeof *west; i++)
        assert_string_equal(found(first_of(west[i])), "Phum Kandal, West village");
    assert_string_equal(found(first_of("ford east")), "Ford, East district");
    assert_string_equal(found(first_of("kandel, eest")), "Kandal, East commune");
    /* Nothing lies there: the name alone is better than no answer. */
    assert_string_equal(found(first_of("mill, east")), "Mill, West district");
}

static void test_order(void **state) {
    (void)state;
    struct place_query q = asking("kandal");
    q.limit = 3;
    assert_string_equal(found(q), "Kandal, East commune | Kandal, East village | "
                                  "Phum Kandal, West village");
    q = asking("trapeang veng");
    q.limit = 1;
    q.has_near = true;
    q.near = (struct point){.lon = 0.9, .lat = 0.9};
    struct place_found f[PLACE_SEARCH_MAX];
    assert_int_equal(place_search(atlas, &q, f), 1);
    assert_float_equal(atlas->places[f[0].place].point.lat, 0.9, 1e-9);
}

/* Of a name that is not quite what was asked two are shown before other names come. */
static void test_namesakes_leave_room(void **state) {
    struct place_query q = asking("trapeong vengk");
    (void)state;
    q.limit = 3;
    assert_non_null(strstr(found(q), "Trapeang Vaeng, East village"));
    q = asking("trapeang veng");
    q.limit = 9;
    assert_null(strstr(found(q), "Vaeng"));
}

static void test_filters(void **state) {
    struct place_query q = asking("kandal");
    (void)state;
    q.level = LEVEL_VILLAGE;
    q.limit = 1;
    assert_string_equal(found(q), "Kandal, East village");
    q.level = LEVEL_PROVINCE;
    assert_string_equal(found(q), "");
    q = asking("kandal");
    q.country = vocabulary_find(VOC_COUNTRY, "LA", 2);
    assert_string_equal(found(q), "");
    q = first_of("kampong ch");
    q.whole = true;
    assert_string_equal(found(q), "Kampong Cham, West village");
}

static void test_text_that_is_no_name(void **state) {
    static const char *const texts[] = {"", " ", ",", ",,, ,", "...", "\xcc\x81\xcc\x81"};
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        assert_string_equal(found(asking(texts[i])), "");
        assert_false(place_search_readable(slice_of(texts[i])));
    }
    assert_true(place_search_readable(slice_of("ក")));
    assert_true(place_search_readable(slice_of("7")));
}

static void test_long_questions(void **state) {
    char text[PLACE_SEARCH_BYTES + 1];
    (void)state;
    for (size_t i = 0; i < PLACE_SEARCH_BYTES; i++)
        text[i] = "kandal west, "[i % 13];
    text[PLACE_SEARCH_BYTES] = '\0';
    found(asking(text));
    memset(text, 'k', PLACE_SEARCH_BYTES);
    found(asking(text));
}

static void test_no_gazetteer(void **state) {
    struct atlas *none = atlas_empty();
    struct place_query q = asking("kandal");
    struct place_found f[PLACE_SEARCH_MAX];
    (void)state;
    assert_int_equal(place_search(none, &q, f), 0);
    atlas_free(none);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_spellings),
        cmocka_unit_test(test_what_it_lies_in_binds),
        cmocka_unit_test(test_order),
        cmocka_unit_test(test_namesakes_leave_room),
        cmocka_unit_test(test_filters),
        cmocka_unit_test(test_text_that_is_no_name),
        cmocka_unit_test(test_long_questions),
        cmocka_unit_test(test_no_gazetteer),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
