/* SPDX-License-Identifier: Apache-2.0
 *
 * One pointer, several readers, one who replaces: every value is freed as soon as
 * swap_replace() gives it back, so a reader that still held it is a fault for the address
 * and the thread sanitizer. Values are numbered, and no reader ever sees an older one.
 */
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "server/http/swap.h"

#define READERS 4
#define REPLACES 400
#define WORDS 32

struct value {
    uint64_t word[WORDS]; /* all the same */
};

struct shared {
    struct swap swap;
    atomic_bool stop;
    atomic_int faults;
    atomic_ulong reads;
};

static struct value *value_new(uint64_t number) {
    struct value *v = malloc(sizeof *v);
    for (int i = 0; i < WORDS; i++)
        v->word[i] = number;
    return v;
}

static void value_destroy(struct value *v) {
    memset(v, 0xa5, sizeof *v);
    free(v);
}

static bool whole(const struct value *v) {
    for (int i = 1; i < WORDS; i++)
        if (v->word[i] != v->word[0])
            return false;
    return true;
}

static void *read_on(void *ctx) {
    struct shared *s = ctx;
    uint64_t last = 0;
    while (!atomic_load(&s->stop)) {
        unsigned slot;
        const struct value *v = swap_take(&s->swap, &slot);
        bool wrong = slot > 1 || !whole(v) || v->word[0] < last;
        last = v->word[0];
        wrong |= !whole(v);
        swap_return(&s->swap, slot);
        atomic_fetch_add(&s->faults, wrong);
        atomic_fetch_add(&s->reads, 1);
    }
    return NULL;
}

static void test_threads(void **state) {
    (void)state;
    static struct shared s;
    pthread_t reader[READERS];
    swap_init(&s.swap, value_new(1));
    for (int i = 0; i < READERS; i++)
        assert_int_equal(pthread_create(&reader[i], NULL, read_on, &s), 0);
    for (uint64_t n = 2; n <= REPLACES; n++) {
        struct value *old = swap_replace(&s.swap, value_new(n));
        assert_int_equal(old->word[0], n - 1);
        value_destroy(old);
        if (n % 8 == 0)
            sched_yield();
    }
    atomic_store(&s.stop, true);
    for (int i = 0; i < READERS; i++)
        pthread_join(reader[i], NULL);
    value_destroy(swap_replace(&s.swap, NULL));
    assert_int_equal(atomic_load(&s.faults), 0);
    assert_true(atomic_load(&s.reads) > REPLACES);
}

/* ---- one held value ---------------------------------------------------------------- */

struct held {
    struct swap swap;
    atomic_bool returned, replaced;
};

static void *replace_once(void *ctx) {
    struct held *h = ctx;
    struct value *old = swap_replace(&h->swap, value_new(2));
    bool too_early = !atomic_load(&h->returned);
    atomic_store(&h->replaced, true);
    value_destroy(old);
    return too_early ? h : NULL;
}

static void test_waits_for_reader(void **state) {
    (void)state;
    static struct held h;
    const struct timespec moment = {0, 50000000};
    unsigned old_slot, new_slot = 0;
    pthread_t replacer;
    void *too_early;
    swap_init(&h.swap, value_new(1));
    const struct value *old = swap_take(&h.swap, &old_slot);
    assert_int_equal(pthread_create(&replacer, NULL, replace_once, &h), 0);
    /* New readers get the new value at once, though the old one is still held. */
    for (uint64_t seen = 1; seen == 1;) {
        const struct value *v = swap_take(&h.swap, &new_slot);
        seen = v->word[0];
        swap_return(&h.swap, new_slot);
    }
    assert_int_not_equal(old_slot, new_slot);
    nanosleep(&moment, NULL);
    assert_false(atomic_load(&h.replaced));
    assert_int_equal(old->word[0], 1);
    atomic_store(&h.returned, true);
    swap_return(&h.swap, old_slot);
    pthread_join(replacer, &too_early);
    assert_null(too_early);
    value_destroy(swap_replace(&h.swap, NULL));
}

static void test_alone(void **state) {
    (void)state;
    struct swap s;
    int value[3];
    unsigned slot;
    swap_init(&s, &value[0]);
    for (int round = 0; round < 1000; round++) {
        int next = (round + 1) % 3;
        for (int i = 0; i < round % 5; i++) {
            assert_ptr_equal(swap_take(&s, &slot), &value[round % 3]);
            swap_return(&s, slot);
        }
        assert_ptr_equal(swap_replace(&s, &value[next]), &value[round % 3]);
    }
    assert_non_null(swap_replace(&s, NULL));
    assert_null(swap_take(&s, &slot));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_alone),
        cmocka_unit_test(test_waits_for_reader),
        cmocka_unit_test(test_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
