/* SPDX-License-Identifier: Apache-2.0
 *
 * Waits between wrong passwords, and how many exact places one may read.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "server/access/allowance.h"
#include "server/access/guard.h"

#define NOW INT64_C(1800000000)
#define DAY 86400

/* An IPv4 address, mapped: 10.x.y.z. */
static const uint8_t *client(unsigned number) {
    static uint8_t at[16];
    memset(at, 0, sizeof at);
    at[10] = at[11] = 0xff;
    at[12] = 10;
    at[13] = (uint8_t)(number >> 16);
    at[14] = (uint8_t)(number >> 8);
    at[15] = (uint8_t)number;
    return at;
}

/* Tries at the first moment from `*now` on when it may, and says how long that was. */
static int wait_for(struct guard *g, const char *name, unsigned from, int64_t *now) {
    struct guard_ticket t;
    int64_t began = *now;
    for (int wait; (wait = guard_try(g, name, client(from), *now, &t)) > 0;)
        *now += wait;
    return (int)(*now - began);
}

static void waits_of_an_account_grow(void **state) {
    (void)state;
    static const int waits[] = {0,  0,  0,   1,   2,   4,   8,   16,
                                32, 64, 128, 256, 512, 900, 900, 900};
    struct guard *g = guard_new();
    int64_t now = NOW;
    for (unsigned i = 0; i < sizeof waits / sizeof *waits; i++)
        assert_int_equal(wait_for(g, "anna", i, &now),
                         waits[i]); /* each from elsewhere */
    assert_int_equal(wait_for(g, "ben", 1000, &now), 0);
    guard_free(g);
}

static void waits_of_a_client_grow_later(void **state) {
    (void)state;
    struct guard *g = guard_new();
    int64_t now = NOW;
    char name[20];
    for (int i = 0; i < 20; i++) {
        snprintf(name, sizeof name, "name-%d", i); /* each a new one: most do not exist */
        int wait = wait_for(g, name, 7, &now);
        assert_int_equal(wait, i < 10 ? 0 : 1 << (i - 10));
    }
    assert_int_equal(wait_for(g, "anna", 8, &now), 0);
    guard_free(g);
}

/* 10,000 wrong passwords for one account, from as many clients: some hundred a day. */
static void ten_thousand_tries_take_months(void **state) {
    (void)state;
    struct guard *g = guard_new();
    int64_t now = NOW / DAY * DAY;
    int tries = 0;
    for (; now < NOW / DAY * DAY + 10 * DAY; tries++)
        wait_for(g, "anna", (unsigned)tries, &now);
    assert_true(tries > 10 * 90 && tries < 10 * 120);

    int refused = 0;
    struct guard_ticket t;
    for (unsigned i = 0; i < 10000; i++) /* and all at once */
        refused += guard_try(g, "carla", client(i), now, &t) > 0;
    assert_int_equal(refused, 9997);
    guard_free(g);
}

static void the_right_password_clears_the_account(void **state) {
    (void)state;
    struct guard *g = guard_new();
    struct guard_ticket t;
    int64_t now = NOW;
    for (int i = 0; i < 6; i++)
        wait_for(g, "anna", 1, &now);
    now += guard_try(g, "anna", client(1), now, &t);
    assert_int_equal(guard_try(g, "anna", client(1), now, &t), 0);
    guard_passed(g, &t, now);
    for (int i = 0; i < 3; i++)
        assert_int_equal(guard_try(g, "ANNA", client(1), now, &t), 0);
    guard_free(g);
}

/* Who has an account cannot use it to try others more often. */
static void an_own_account_washes_nothing_away(void **state) {
    (void)state;
    struct guard *g = guard_new();
    struct guard_ticket own, other;
    int tried = 0;
    char name[20];
    int64_t now = NOW;
    for (int i = 0; i < 10000; i++, now++) { /* nearly three hours, a try each second */
        bool may = guard_try(g, "mallory", client(1), now, &own) == 0;
        snprintf(name, sizeof name, "name-%d", i);
        tried += guard_try(g, name, client(1), now, &other) == 0;
        if (may)
            guard_passed(g, &own, now);
    }
    assert_true(tried < 40);
    guard_free(g);
}

/* A slow right try takes back its own wait, not that of a wrong one made meanwhile. */
static void a_late_pass_clears_no_later_wait(void **state) {
    (void)state;
    struct guard *g = guard_new();
    struct guard_ticket own, other;
    int64_t now = NOW;
    for (unsigned i = 0; i < 12; i++) {
        char name[20];
        snprintf(name, sizeof name, "name-%u", i);
        wait_for(g, name, 1, &now);
    }
    now += guard_try(g, "mallory", client(1), now, &own);
    assert_int_equal(guard_try(g, "mallory", client(1), now, &own), 0);
    int wait = guard_try(g, "anna", client(1), now, &other);
    assert_true(wait > 0);
    now += wait;
    assert_int_equal(guard_try(g, "anna", client(1), now, &other), 0);
    guard_passed(g, &own, now);
    assert_true(guard_try(g, "ben", client(1), now, &other) > 0);
    guard_free(g);
}

static void a_try_without_code_costs_nothing(void **state) {
    (void)state;
    struct guard *g = guard_new();
    struct guard_ticket t;
    for (int i = 0; i < 50; i++) {
        assert_int_equal(guard_try(g, "anna", client(1), NOW, &t), 0);
        guard_withdraw(g, &t, NOW);
    }
    guard_free(g);
}

/* Strangers who fail an account do not keep its owner out of where she signs in. */
static void strangers_do_not_lock_the_owner_out(void **state) {
    (void)state;
    struct guard *g = guard_new();
    struct guard_ticket t;
    int64_t now = NOW;
    assert_int_equal(guard_try(g, "anna", client(1), now, &t), 0);
    guard_passed(g, &t, now);
    for (unsigned i = 0; i < 12; i++)
        wait_for(g, "anna", 100 + i, &now);
    assert_true(guard_try(g, "anna", client(2), now, &t) > 0);
    assert_int_equal(guard_try(g, "anna", client(1), now, &t), 0);
    guard_free(g);
}

/* A flood of made-up names and clients pushes out neither a long wait nor an honest try. */
static void a_full_table_forgets_the_lightest(void **state) {
    (void)state;
    struct guard *g = guard_new();
    struct guard_ticket t;
    int64_t now = NOW;
    char name[30];
    for (unsigned i = 0; i < 12; i++)
        wait_for(g, "anna", 100 + i, &now);
    for (unsigned i = 0; i < 20 * GUARD_SLOTS; i++) {
        snprintf(name, sizeof name, "made-up-%u", i);
        assert_int_equal(guard_try(g, name, client(1000 + i), now, &t), 0);
    }
    assert_true(guard_try(g, "anna", client(1), now, &t) > 0);
    assert_int_equal(guard_try(g, "ben", client(2), now, &t), 0);
    guard_free(g);
}

static void failures_are_forgotten_in_time(void **state) {
    (void)state;
    struct guard *g = guard_new();
    struct guard_ticket t;
    int64_t now = NOW;
    for (unsigned i = 0; i < 5; i++)
        wait_for(g, "anna", i, &now);
    now += 5 * GUARD_WAIT_MAX;
    for (unsigned i = 0; i < 3; i++)
        assert_int_equal(guard_try(g, "anna", client(i), now, &t), 0);
    guard_free(g);
}

/* Of IPv6 the network counts: its owner has more addresses than the table slots. */
static void an_ipv6_network_is_one_client(void **state) {
    (void)state;
    struct guard *g = guard_new();
    struct guard_ticket t;
    uint8_t at[16] = {0x20, 0x01, 0x0d, 0xb8};
    char name[20];
    int free_tries = 0;
    for (unsigned i = 0; i < 100; i++) {
        at[15] = (uint8_t)i;
        snprintf(name, sizeof name, "name-%u", i);
        free_tries += guard_try(g, name, at, NOW, &t) == 0;
    }
    assert_int_equal(free_tries, GUARD_FREE_CLIENT);
    at[7] = 1;
    assert_int_equal(guard_try(g, "name", at, NOW, &t), 0);
    guard_free(g);
}

/* ---- exact places ------------------------------------------------------------------- */

static bool take(struct allowance *a, const char *actor, unsigned object, int64_t now,
                 int *retry_s) {
    uint8_t id[16] = {(uint8_t)object, (uint8_t)(object >> 8)};
    return allowance_take(a, actor, id, now, retry_s);
}

static void so_many_an_hour_and_the_same_again(void **state) {
    (void)state;
    struct allowance *a = allowance_new(20);
    int retry_s;
    for (unsigned i = 0; i < 20; i++)
        assert_true(take(a, "key desk", i, NOW + i, &retry_s));
    assert_false(take(a, "key desk", 20, NOW + 30, &retry_s));
    assert_int_equal(retry_s, 3570);
    assert_true(take(a, "key desk", 7, NOW + 30, &retry_s));
    assert_true(take(a, "user desk", 20, NOW + 30, &retry_s));
    assert_false(take(a, "key desk", 20, NOW + 3599, &retry_s));
    assert_int_equal(retry_s, 1);
    assert_true(take(a, "key desk", 20, NOW + 3600, &retry_s));
    assert_false(take(a, "key desk", 21, NOW + 3600, &retry_s));
    assert_true(take(a, "key desk", 1, NOW + 3600, &retry_s)); /* within the day */
    allowance_free(a);
}

static void a_day_of_asking_stays_bounded(void **state) {
    (void)state;
    struct allowance *a = allowance_new(5);
    int taken = 0, retry_s;
    for (unsigned i = 0; i < 3 * 1440; i++)
        taken += take(a, "key desk", i, NOW + (int64_t)i * 60, &retry_s);
    assert_int_equal(taken, 3 * ALLOWANCE_DAY * 5);
    assert_false(take(a, "key desk", 0, NOW + 3 * DAY - 1, &retry_s)); /* after the day */
    allowance_free(a);
}

static void what_was_taken_before_counts_for_the_day(void **state) {
    (void)state;
    struct allowance *a = allowance_new(5);
    int retry_s;
    for (unsigned i = 0; i < 5 * ALLOWANCE_DAY - 1; i++) {
        uint8_t id[16] = {(uint8_t)i};
        allowance_put(a, "key desk", id, NOW - 3600);
    }
    assert_true(take(a, "key desk", 3, NOW, &retry_s)); /* the same again */
    assert_true(take(a, "key desk", 100, NOW, &retry_s));
    assert_false(take(a, "key desk", 101, NOW, &retry_s));
    assert_int_equal(retry_s, DAY - 3600);
    assert_true(take(a, "key other", 101, NOW, &retry_s));
    allowance_free(a);
}

static void many_actors_are_bounded(void **state) {
    (void)state;
    struct allowance *a = allowance_new(1);
    char actor[20];
    int retry_s;
    for (unsigned i = 0; i < 3 * ALLOWANCE_ACTORS; i++) {
        snprintf(actor, sizeof actor, "key %u", i);
        assert_true(take(a, actor, 1, NOW + i / 1000, &retry_s));
    }
    assert_false(take(a, actor, 2, NOW + 7, &retry_s));
    allowance_free(a);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(waits_of_an_account_grow),
        cmocka_unit_test(waits_of_a_client_grow_later),
        cmocka_unit_test(ten_thousand_tries_take_months),
        cmocka_unit_test(the_right_password_clears_the_account),
        cmocka_unit_test(an_own_account_washes_nothing_away),
        cmocka_unit_test(a_late_pass_clears_no_later_wait),
        cmocka_unit_test(a_try_without_code_costs_nothing),
        cmocka_unit_test(strangers_do_not_lock_the_owner_out),
        cmocka_unit_test(a_full_table_forgets_the_lightest),
        cmocka_unit_test(failures_are_forgotten_in_time),
        cmocka_unit_test(an_ipv6_network_is_one_client),
        cmocka_unit_test(so_many_an_hour_and_the_same_again),
        cmocka_unit_test(a_day_of_asking_stays_bounded),
        cmocka_unit_test(what_was_taken_before_counts_for_the_day),
        cmocka_unit_test(many_actors_are_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
