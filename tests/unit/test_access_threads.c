/* SPDX-License-Identifier: Apache-2.0
 *
 * Requests are matched while people sign in and out, keys come and go, and one thread
 * watches. Run under the thread sanitizer too: make tsan.
 */
#include "tests/unit/access_by_hand.h"

#include <pthread.h>
#include <stdatomic.h>

#include "data/access/audit.h"
#include "data/access/key.h"
#include "server/access/sign_in.h"

#define NOW INT64_C(1800000000)
#define ASKERS 3
#define ROUNDS 12

static struct access_control *a;
static char token[KEY_TOKEN_SIZE], kept[SESSION_TOKEN_SIZE];
static atomic_bool done;
static atomic_int asked;

static void *ask(void *ctx) {
    const struct caller *who = ctx;
    struct caller caller;
    char cookie[100];
    int retry_s;
    snprintf(cookie, sizeof cookie, "%s=%s", ACCESS_COOKIE, kept);
    while (!atomic_load(&done)) {
        assert_true(access_identify(a, token, strlen(token), "", NOW, &caller));
        assert_int_equal(caller.role, ROLE_STEWARD);
        access_used(a, &caller, "nearest", NOW);
        assert_true(access_identify(a, NULL, 0, cookie, NOW, &caller));
        assert_int_equal(caller.role, ROLE_OPERATOR);
        access_take_place(a, who, caller.session, NOW, &retry_s);
        atomic_fetch_add(&asked, 1);
    }
    return NULL;
}

static void *watch(void *ctx) {
    struct error e = {0};
    (void)ctx;
    for (int64_t now = NOW; !atomic_load(&done);
         now += 61) /* everything is due each time */
        if (!access_refresh(a, now % 1000 + NOW, &e))
            fail_msg("%s", e.message);
    return NULL;
}

/* The command line: one more key and one less, which has the server load all again. */
static void *change(void *ctx) {
    struct access_db *db = ctx;
    struct error e = {0};
    char other[KEY_TOKEN_SIZE];
    const struct timespec pause = {0, 5000000};
    const struct key_terms terms = {.name = "other", .role = ROLE_PARTNER};
    while (!atomic_load(&done)) {
        assert_true(key_add(db, &terms, other, &e));
        assert_true(key_revoke(db, "other", &e));
        nanosleep(&pause, NULL);
    }
    return NULL;
}

static void all_at_once(void **state) {
    (void)state;
    const struct access_options options = {0};
    const struct key_terms terms = {.name = "system", .role = ROLE_STEWARD};
    const uint8_t here[16] = {[10] = 0xff, [11] = 0xff, 192, 0, 2, 1};
    const struct credentials c = {"anna", PASSWORD, "", here};
    struct caller who = {.kind = CALLER_KEY, .name = "system"}, caller;
    struct signed_in in;
    pthread_t thread[ASKERS + 2];
    char cookie[100];
    fresh_path();
    struct access_db *db = open_db();
    add_user(db, "anna", ROLE_OPERATOR);
    assert_true(key_add(db, &terms, token, &err));
    a = access_open(path, SHARE, &options, &err);
    assert_non_null(a);
    assert_int_equal(sign_in(a, &c, NOW, &in, &err), SIGN_IN_DONE);
    memcpy(kept, in.token, sizeof kept);

    for (int i = 0; i < ASKERS; i++)
        pthread_create(&thread[i], NULL, ask, &who);
    pthread_create(&thread[ASKERS], NULL, watch, NULL);
    pthread_create(&thread[ASKERS + 1], NULL, change, db);
    for (int i = 0; i < ROUNDS; i++) {
        assert_int_equal(sign_in(a, &c, NOW, &in, &err), SIGN_IN_DONE);
        snprintf(cookie, sizeof cookie, "%s=%s", ACCESS_COOKIE, in.token);
        assert_true(access_identify(a, NULL, 0, cookie, NOW, &caller));
        assert_true(access_sign_out(a, &caller, false, &err));
        assert_false(access_identify(a, NULL, 0, cookie, NOW, &caller));
    }
    atomic_store(&done, true);
    for (int i = 0; i < ASKERS + 2; i++)
        pthread_join(thread[i], NULL);
    access_close(a);
    access_db_close(db);
}

static void count(const struct audit_entry *entry, void *ctx) {
    if (strcmp(entry->action, "nearest") == 0)
        *(int64_t *)ctx += entry->count;
}

/* And none is counted twice. */
static void no_use_is_lost(void **state) {
    (void)state;
    int64_t counted = 0;
    struct access_db *db = open_db();
    assert_true(audit_each(db, "2027-01-01", 1000, count, &counted, &err));
    assert_true(counted > 0);
    assert_int_equal(counted, atomic_load(&asked));
    access_db_close(db);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_at_once),
        cmocka_unit_test(no_use_is_lost),
    };
    return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
