/* SPDX-License-Identifier: Apache-2.0
 *
 * Names by their sounds: against the whole table of the edit distance, which knows no tree,
 * no bound and no margins.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>
#include "data/names/sound.h"
#include "data/names/tree.h"

#define KEYS 3000
#define LETTERS "aeiouhkgntdpbmrlsyvc "

static unsigned seed;

static unsigned pick(unsigned below) {
    return (unsigned)rand_r(&seed) % below;
}

static unsigned min(unsigned a, unsigned b) {
    return a < b ? a : b;
}

/* The cost of `a` against the first n of `b`, for each n. */
static void table(const uint8_t *a, size_t a_len, const uint8_t *b, size_t b_len,
                  unsigned out[SOUNDS_MAX + 1]) {
    static unsigned t[SOUNDS_MAX + 1][SOUNDS_MAX + 1];
    for (size_t i = 0; i <= b_len; i++)
        for (size_t k = 0; k <= a_len; k++) {
            unsigned best = i + k == 0 ? 0 : 10000;
            if (i > 0)
                best = min(best, t[i - 1][k] + sound_drop_cost(b[i - 1]));
            if (k > 0)
                best = min(best, t[i][k - 1] + sound_drop_cost(a[k - 1]));
            if (i > 0 && k > 0)
                best = min(best, t[i - 1][k - 1] + sound_swap_cost(a[k - 1], b[i - 1]));
            if (i > 1 && k > 1 && a[k - 1] == b[i - 2] && a[k - 2] == b[i - 1])
                best = min(best, t[i - 2][k - 2] + SOUND_EDIT);
            t[i][k] = best;
        }
    for (size_t i = 0; i <= b_len; i++)
        out[i] = t[i][a_len];
}

struct names {
    struct tree_key key[KEYS];
    uint8_t sounds[KEYS][SOUNDS_MAX];
    uint32_t count;
};

static int compare(const void *x, const void *y) {
    const struct tree_key *a = x, *b = y;
    int order = memcmp(a->sounds, b->sounds, a->len < b->len ? a->len : b->len);
    return order != 0 ? order : a->len - b->len;
}

static size_t random_name(uint8_t out[SOUNDS_MAX]) {
    char letters[12];
    size_t len = 1 + pick(sizeof letters - 1);
    for (size_t i = 0; i < len; i++)
        letters[i] = LETTERS[pick(sizeof LETTERS - 1)];
    return sound_read(letters, len, out);
}

static void make_names(struct names *n) {
    n->count = 0;
    for (int i = 0; i < KEYS; i++) {
        size_t len = random_name(n->sounds[i]);
        if (len > 0)
            n->key[n->count++] = (struct tree_key){n->sounds[i], (uint8_t)len};
    }
    qsort(n->key, n->count, sizeof *n->key, compare);
    uint32_t kept = 0;
    for (uint32_t i = 0; i < n->count; i++)
        if (i == 0 || compare(&n->key[i], &n->key[kept - 1]) != 0)
            n->key[kept++] = n->key[i];
    n->count = kept;
}

struct found {
    uint8_t whole[KEYS], beginning[KEYS];
};

static void on_whole(uint32_t key, unsigned cost, void *ctx) {
    struct found *f = ctx;
    assert_int_equal(f->whole[key], 255);
    f->whole[key] = (uint8_t)cost;
}

static void on_beginning(uint32_t first, uint32_t end, unsigned cost, void *ctx) {
    struct found *f = ctx;
    assert_true(first < end);
    for (uint32_t i = first; i < end; i++)
        if (cost < f->beginning[i])
            f->beginning[i] = (uint8_t)cost;
}

static void check_walk(const struct tree *t, const uint8_t *asked, size_t len,
                       unsigned bound, unsigned prefix_bound) {
    static struct found f;
    memset(&f, 255, sizeof f);
    struct tree_walk w = {.asked = asked, .len = len, .bound = bound,
                          .prefix_bound = prefix_bound, .steps = 1u << 30,
                          .whole = on_whole, .beginning = on_beginning, .ctx = &f};
    tree_search(t, &w);
    for (uint32_t i = 0; i < t->key_count; i++) {
        unsigned cost[SOUNDS_MAX + 1], begin = 10000;
        table(asked, len, t->keys[i].sounds, t->keys[i].len, cost);
        unsigned whole = cost[t->keys[i].len];
        for (size_t n = 1; n <= t->keys[i].len; n++)
            begin = min(begin, cost[n]);
        assert_int_equal(f.whole[i], whole <= bound ? whole : 255);
        assert_int_equal(f.beginning[i], begin <= prefix_bound ? begin : 255);
        assert_int_equal(tree_cost(asked, len, t->keys[i].sounds, t->keys[i].len), whole);
    }
}

static void test_walk_is_the_table(void **state) {
    struct names *n = malloc(sizeof *n);
    struct tree t;
    (void)state;
    make_names(n);
    tree_build(&t, n->key, n->count);
    for (int i = 0; i < 150; i++) {
        uint8_t asked[SOUNDS_MAX];
        size_t len = random_name(asked);
        unsigned bound = pick(12);
        if (len > 0)
            check_walk(&t, asked, len, bound, pick(bound + 1));
    }
    tree_free(&t);
    free(n);
}

static void on_whole_again(uint32_t key, unsigned cost, void *ctx) {
    struct found *f = ctx;
    f->whole[key] = (uint8_t)min(f->whole[key], cost);
}

/* By halves the same is found. */
static void check_pair(const struct tree_pair *p, const uint8_t *asked, size_t len,
                       unsigned bound) {
    static struct found f;
    memset(&f, 255, sizeof f);
    struct tree_walk w = {.asked = asked, .len = len, .bound = bound, .steps = 1u << 30,
                          .whole = on_whole_again, .ctx = &f};
    tree_pair_search(p, &w);
    for (uint32_t i = 0; i < p->ahead.key_count; i++) {
        const struct tree_key *key = &p->ahead.keys[i];
        unsigned whole = tree_cost(asked, len, key->sounds, key->len);
        assert_int_equal(f.whole[i], whole <= bound ? whole : 255);
    }
}

static void test_halves_are_the_whole(void **state) {
    struct names *n = malloc(sizeof *n);
    struct tree_pair p;
    (void)state;
    make_names(n);
    tree_pair_build(&p, n->key, n->count);
    for (int i = 0; i < 300; i++) {
        uint8_t asked[SOUNDS_MAX];
        size_t len = random_name(asked);
        if (len > 0)
            check_pair(&p, asked, len, pick(12));
    }
    tree_pair_free(&p);
    free(n);
}

static void test_small_trees(void **state) {
    uint8_t sounds[SOUNDS_MAX];
    size_t len = sound_read("nan", 3, sounds);
    struct tree_key key = {sounds, (uint8_t)len};
    struct tree t;
    (void)state;
    tree_build(&t, NULL, 0);
    struct tree_walk w = {.asked = sounds, .len = len, .bound = 4, .steps = 1000};
    tree_search(&t, &w); /* tells of nothing */
    tree_free(&t);
    tree_build(&t, &key, 1);
    check_walk(&t, sounds, len, 0, 0);
    tree_free(&t);
}

static void test_steps_end_a_walk(void **state) {
    struct names *n = malloc(sizeof *n);
    struct found *f = malloc(sizeof *f);
    struct tree t;
    (void)state;
    make_names(n);
    memset(f, 255, sizeof *f);
    tree_build(&t, n->key, n->count);
    struct tree_walk w = {.asked = n->key[9].sounds, .len = n->key[9].len, .bound = 12,
                          .prefix_bound = 4, .steps = 100,
                          .whole = on_whole, .beginning = on_beginning, .ctx = f};
    tree_search(&t, &w);
    assert_int_equal(w.steps, 0);
    tree_free(&t);
    free(n);
    free(f);
}

static unsigned apart(const char *a, const char *b) {
    uint8_t x[SOUNDS_MAX], y[SOUNDS_MAX];
    size_t x_len = sound_read(a, strlen(a), x), y_len = sound_read(b, strlen(b), y);
    return tree_cost(x, x_len, y, y_len);
}

static void test_spellings_are_near(void **state) {
    static const struct {
        const char *a, *b;
        unsigned most;
    } pairs[] = {
        {"poi pet", "poipet", 0},         {"paoy paet", "poipet", 3},
        {"savannakhet", "savanakhet", 0}, {"kampong thum", "kampong thom", 1},
        {"phongsali", "fongsaly", 0},     {"luang prabang", "louangphrabang", 3},
        {"xieng khouang", "xiangkhoang", 3}, {"viangchan", "wiangchan", 0},
        {"siem reap", "siemreab", 1},     {"chhnang", "chnang", 0},
        {"muang", "mueang", 1},           {"sisaket", "si sa ket", 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        unsigned cost = apart(pairs[i].a, pairs[i].b);
        if (cost > pairs[i].most)
            fail_msg("%s and %s are %u apart", pairs[i].a, pairs[i].b, cost);
    }
    assert_true(apart("battambang", "kratie") > 12);
    assert_true(apart("nan", "tak") >= 2 * SOUND_EDIT);
}

static void test_sounds_are_bounded(void **state) {
    uint8_t out[SOUNDS_MAX];
    char letters[4000];
    (void)state;
    for (size_t i = 0; i < sizeof letters; i++)
        letters[i] = "kamnes"[i % 6];
    assert_int_equal(sound_read(letters, sizeof letters, out), SOUNDS_MAX);
    assert_int_equal(sound_read("", 0, out), 0);
    assert_int_equal(sound_read("  ", 2, out), 0);
}

int main(void) {
    const char *given = getenv("SEED");
    seed = given != NULL ? (unsigned)strtoul(given, NULL, 10) : (unsigned)time(NULL);
    printf("SEED=%u\n", seed);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_walk_is_the_table),
        cmocka_unit_test(test_halves_are_the_whole), cmocka_unit_test(test_small_trees),
        cmocka_unit_test(test_steps_end_a_walk),   cmocka_unit_test(test_spellings_are_near),
        cmocka_unit_test(test_sounds_are_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
