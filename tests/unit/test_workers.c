/* SPDX-License-Identifier: Apache-2.0
 *
 * The pool of workers: every job is run, dropped or refused, once; a full queue refuses
 * at once; stopping finishes what runs. Also run under the thread sanitizer.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

#include <cmocka.h>

#include "server/http/workers.h"

struct job {
    _Atomic int run, dropped;
    int refused;
};

struct pool {
    _Atomic int running, most, done;
    _Atomic bool held; /* running jobs wait until it is false */
};

static void pause_ms(long ms) {
    const struct timespec t = {ms / 1000, ms % 1000 * 1000000};
    nanosleep(&t, NULL);
}

static void run(void *ctx, void *job) {
    struct pool *pool = ctx;
    int now = atomic_fetch_add(&pool->running, 1) + 1;
    if (now > atomic_load(&pool->most))
        atomic_store(&pool->most, now);
    while (atomic_load(&pool->held))
        pause_ms(1);
    atomic_fetch_add(&((struct job *)job)->run, 1);
    atomic_fetch_sub(&pool->running, 1);
    atomic_fetch_add(&pool->done, 1);
}

static void drop(void *ctx, void *job) {
    (void)ctx;
    atomic_fetch_add(&((struct job *)job)->dropped, 1);
}

static struct workers *start(struct pool *pool, int threads) {
    struct error e = {0};
    struct workers *w =
        workers_start(&(struct workers_options){threads, run, drop, pool}, &e);
    if (w == NULL)
        fail_msg("%s", e.message);
    return w;
}

static void until(_Atomic int *value, int wanted) {
    for (int i = 0; i < 10000 && atomic_load(value) != wanted; i++)
        pause_ms(1);
    assert_int_equal(atomic_load(value), wanted);
}

static void test_full(void **state) {
    (void)state;
    static struct job jobs[3 + WORKERS_QUEUE + 1];
    struct pool pool = {.held = true};
    struct workers *w = start(&pool, 3);
    for (int i = 0; i < 3; i++)
        assert_true(workers_add(w, &jobs[i]));
    until(&pool.running, 3);
    for (int i = 0; i < WORKERS_QUEUE; i++)
        assert_true(workers_add(w, &jobs[3 + i]));
    assert_false(workers_add(w, &jobs[3 + WORKERS_QUEUE]));
    atomic_store(&pool.held, false);
    until(&pool.done, 3 + WORKERS_QUEUE);
    assert_int_equal(atomic_load(&pool.most), 3);
    assert_true(workers_add(w, &jobs[3 + WORKERS_QUEUE]));
    until(&pool.done, 4 + WORKERS_QUEUE);
    workers_stop(w);
    workers_free(w);
    for (int i = 0; i < 4 + WORKERS_QUEUE; i++)
        assert_int_equal(jobs[i].run, 1);
}

static void *release_soon(void *pool) {
    pause_ms(50);
    atomic_store(&((struct pool *)pool)->held, false);
    return NULL;
}

static void test_stop(void **state) {
    (void)state;
    static struct job jobs[12];
    struct pool pool = {.held = true};
    struct workers *w = start(&pool, 2);
    pthread_t thread;
    assert_true(workers_add(w, &jobs[0]) && workers_add(w, &jobs[1]));
    until(&pool.running, 2);
    for (int i = 2; i < 12; i++)
        assert_true(workers_add(w, &jobs[i]));
    assert_int_equal(pthread_create(&thread, NULL, release_soon, &pool), 0);
    workers_stop(w);
    for (int i = 0; i < 12; i++) {
        assert_int_equal(jobs[i].run, i < 2);
        assert_int_equal(jobs[i].dropped, i >= 2);
    }
    assert_false(workers_add(w, &jobs[0]));
    pthread_join(thread, NULL);
    workers_free(w);
}

static void test_default_threads(void **state) {
    (void)state;
    static struct job jobs[8];
    struct pool pool = {.held = true};
    struct workers *w = start(&pool, 0);
    for (int i = 0; i < 8; i++)
        assert_true(workers_add(w, &jobs[i]));
    pause_ms(100);
    int running = atomic_load(&pool.running);
    assert_true(running >= 2 && running <= 4);
    atomic_store(&pool.held, false);
    until(&pool.done, 8);
    workers_stop(w);
    workers_free(w);
}

/* ---- many at once ------------------------------------------------------------------ */

#define ADDERS 4
#define JOBS 5000

struct adder {
    struct workers *w;
    struct job jobs[JOBS];
};

static void *add_all(void *ctx) {
    struct adder *a = ctx;
    for (int i = 0; i < JOBS; i++)
        a->jobs[i].refused = !workers_add(a->w, &a->jobs[i]);
    return NULL;
}

static void test_every_job_once(void **state) {
    (void)state;
    static struct adder adders[ADDERS];
    struct pool pool = {0};
    struct workers *w = start(&pool, 4);
    pthread_t threads[ADDERS];
    int run_count = 0;
    for (int i = 0; i < ADDERS; i++) {
        adders[i].w = w;
        assert_int_equal(pthread_create(&threads[i], NULL, add_all, &adders[i]), 0);
    }
    pause_ms(2);
    workers_stop(w);
    for (int i = 0; i < ADDERS; i++)
        pthread_join(threads[i], NULL);
    for (int i = 0; i < ADDERS; i++) {
        for (int k = 0; k < JOBS; k++) {
            const struct job *j = &adders[i].jobs[k];
            assert_int_equal(j->run + j->dropped + j->refused, 1);
            run_count += j->run;
        }
    }
    assert_int_equal(run_count, atomic_load(&pool.done));
    workers_free(w);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_full),
        cmocka_unit_test(test_stop),
        cmocka_unit_test(test_default_threads),
        cmocka_unit_test(test_every_job_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
