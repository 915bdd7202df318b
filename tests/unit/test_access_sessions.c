/* SPDX-License-Identifier: Apache-2.0
 *
 * Browsers that are signed in: how sessions open and in how many ways they end.
 */
#include "tests/unit/access_by_hand.h"

#include "server/access/sessions.h"

#define NOW INT64_C(1800000000)
#define IDLE 1800
#define ABSOLUTE 43200

/* A server's sessions, and another handle as the command line has. */
static struct desk {
    struct store *store;
    struct sessions *sessions;
    struct access_db *db;
    struct user anna, ben;
} d;

static int set_up(void **state) {
    (void)state;
    fresh_path();
    d.db = open_db();
    d.anna = add_user(d.db, "anna", ROLE_OPERATOR);
    d.ben = add_user(d.db, "ben", ROLE_STEWARD);
    d.store = store_open(path, SHARE, &err);
    assert_non_null(d.store);
    d.sessions = sessions_new(d.store, IDLE, ABSOLUTE, &err);
    assert_non_null(d.sessions);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    sessions_free(d.sessions);
    store_close(d.store);
    access_db_close(d.db);
    return 0;
}

static void restart(void) {
    sessions_free(d.sessions);
    d.sessions = sessions_new(d.store, IDLE, ABSOLUTE, &err);
    assert_non_null(d.sessions);
}

static void open_at(const struct user *user, int64_t now,
                    char token[SESSION_TOKEN_SIZE]) {
    assert_int_equal(sessions_open(d.sessions, user, now, token, &err), 1);
}

static bool is_open(const char *token, int64_t now) {
    struct caller caller;
    bool open = sessions_find(d.sessions, token, strlen(token), now, &caller);
    assert_int_equal(caller.kind, open ? CALLER_SESSION : CALLER_NOBODY);
    assert_true(open || (caller.role == ROLE_PUBLIC && caller.name[0] == '\0'));
    return open;
}

static struct caller caller_of(const char *token) {
    struct caller caller;
    assert_true(sessions_find(d.sessions, token, strlen(token), NOW, &caller));
    return caller;
}

/* ---- opening ------------------------------------------------------------------------ */

static void a_token_opens_its_session(void **state) {
    (void)state;
    char token[SESSION_TOKEN_SIZE], other[SESSION_TOKEN_SIZE];
    open_at(&d.anna, NOW, token);
    open_at(&d.anna, NOW, other);
    assert_int_equal(strlen(token), SESSION_TOKEN_SIZE - 1);
    assert_string_not_equal(token, other); /* a new one for each sign-in */
    struct caller caller = caller_of(token);
    assert_int_equal(caller.role, ROLE_OPERATOR);
    assert_string_equal(caller.name, "anna");
    assert_false(caller.must_change || caller.has_organization);
    assert_true(is_open(other, NOW));
}

static void other_tokens_open_nothing(void **state) {
    (void)state;
    char token[SESSION_TOKEN_SIZE];
    struct caller caller;
    open_at(&d.anna, NOW, token);
    assert_false(sessions_find(d.sessions, token, 42, NOW, &caller));
    assert_false(sessions_find(d.sessions, token, 44, NOW, &caller));
    assert_false(sessions_find(d.sessions, "", 0, NOW, &caller));
    token[42] = token[42] == 'A' ? 'B' : 'A';
    assert_false(is_open(token, NOW));
}

/* The token stands in no byte of the files. */
static void the_token_is_kept_nowhere(void **state) {
    (void)state;
    char token[SESSION_TOKEN_SIZE], command[500];
    open_at(&d.anna, NOW, token);
    snprintf(command, sizeof command, "! grep -qF -e '%s' %s/*", token, dir);
    assert_int_equal(system(command), 0);
    snprintf(command, sizeof command, "grep -qF -e 'argon2id' %s/*",
             dir); /* it does look */
    assert_int_equal(system(command), 0);
}

static void of_twenty_one_the_oldest_ends(void **state) {
    (void)state;
    char token[SESSIONS_OF_ONE + 1][SESSION_TOKEN_SIZE], bens[SESSION_TOKEN_SIZE];
    open_at(&d.ben, NOW - 100, bens);
    for (int i = 0; i <= SESSIONS_OF_ONE; i++)
        open_at(&d.anna, NOW + i, token[i]);
    assert_false(is_open(token[0], NOW + 30));
    for (int i = 1; i <= SESSIONS_OF_ONE; i++)
        assert_true(is_open(token[i], NOW + 30));
    restart();
    assert_false(is_open(token[0], NOW + 30));
    assert_true(is_open(token[1], NOW + 30));
    assert_true(is_open(bens, NOW + 30));
}

/* A hash takes a while: who is disabled or reset meanwhile is not let in after it. */
static void a_late_sign_in_opens_nothing(void **state) {
    (void)state;
    char token[SESSION_TOKEN_SIZE];
    assert_true(user_set_password(d.db, d.anna.id, "another hash", false, &err));
    assert_int_equal(sessions_open(d.sessions, &d.anna, NOW, token, &err), 0);
    assert_true(user_set_disabled(d.db, d.ben.id, true, &err));
    assert_int_equal(sessions_open(d.sessions, &d.ben, NOW, token, &err), 0);
    assert_string_equal(token, "");
    struct user nobody = {.id = 77};
    assert_int_equal(sessions_open(d.sessions, &nobody, NOW, token, &err), 0);
}

/* ---- ending ------------------------------------------------------------------------- */

static void a_session_ends_when_idle(void **state) {
    (void)state;
    char used[SESSION_TOKEN_SIZE], idle[SESSION_TOKEN_SIZE];
    open_at(&d.anna, NOW, used);
    open_at(&d.anna, NOW, idle);
    for (int64_t at = NOW; at < NOW + 3 * IDLE; at += IDLE - 1)
        assert_true(is_open(used, at));
    assert_false(is_open(idle, NOW + IDLE));
    assert_false(is_open(idle, NOW + IDLE)); /* and asking does not wake it */
    assert_true(is_open(used, NOW + 3 * IDLE));
}

static void a_session_ends_however_used(void **state) {
    (void)state;
    char token[SESSION_TOKEN_SIZE];
    open_at(&d.anna, NOW, token);
    for (int64_t at = NOW; at < NOW + ABSOLUTE; at += 60)
        assert_true(is_open(token, at));
    assert_false(is_open(token, NOW + ABSOLUTE));
    assert_true(sessions_flush(d.sessions, NOW + ABSOLUTE, &err));
    restart();
    assert_false(is_open(token, NOW + ABSOLUTE - 1));
}

static void a_token_is_not_good_after_sign_out(void **state) {
    (void)state;
    char token[SESSION_TOKEN_SIZE], other[SESSION_TOKEN_SIZE];
    open_at(&d.anna, NOW, token);
    open_at(&d.anna, NOW, other);
    struct caller caller = caller_of(token);
    assert_true(sessions_close(d.sessions, caller.session, &err));
    assert_false(is_open(token, NOW));
    assert_int_equal(sessions_user(d.sessions, caller.session), 0);
    assert_true(is_open(other, NOW));
    assert_true(sessions_close(d.sessions, caller.session, &err)); /* twice is no fault */
    restart();
    assert_false(is_open(token, NOW));
    assert_true(is_open(other, NOW));
}

static void count_one(const struct session *session, void *ctx) {
    assert_true(session->ends > NOW);
    ++*(int *)ctx;
}

static void all_sessions_of_one_end(void **state) {
    (void)state;
    char a[SESSION_TOKEN_SIZE], b[SESSION_TOKEN_SIZE], bens[SESSION_TOKEN_SIZE];
    int count = 0;
    open_at(&d.anna, NOW, a);
    open_at(&d.anna, NOW, b);
    open_at(&d.ben, NOW, bens);
    sessions_each(d.sessions, d.anna.id, count_one, &count);
    assert_int_equal(count, 2);
    struct caller caller = caller_of(a);
    assert_true(sessions_close_all(d.sessions, d.anna.id, caller.session, &err));
    assert_true(is_open(a, NOW) && !is_open(b, NOW) && is_open(bens, NOW));
    assert_true(sessions_close_all(d.sessions, d.anna.id, NULL, &err));
    assert_true(!is_open(a, NOW) && !is_open(b, NOW) && is_open(bens, NOW));
    restart();
    assert_true(!is_open(a, NOW) && !is_open(b, NOW) && is_open(bens, NOW));
}

static void who_is_disabled_is_out_at_once(void **state) {
    (void)state;
    char annas[SESSION_TOKEN_SIZE], bens[SESSION_TOKEN_SIZE];
    open_at(&d.anna, NOW, annas);
    open_at(&d.ben, NOW, bens);
    assert_true(user_set_disabled(d.db, d.anna.id, true, &err)); /* by the command line */
    assert_true(sessions_reload(d.sessions, &err));
    assert_false(is_open(annas, NOW));
    assert_true(is_open(bens, NOW));
}

/* ---- over a restart ------------------------------------------------------------------ */

static void a_restart_signs_nobody_out(void **state) {
    (void)state;
    char token[SESSION_TOKEN_SIZE];
    open_at(&d.anna, NOW, token);
    assert_true(is_open(token, NOW + 1000));
    assert_true(sessions_flush(d.sessions, NOW + 1000, &err));
    restart();
    assert_true(is_open(token, NOW + 1000 + IDLE - 1));
    assert_int_equal(caller_of(token).role, ROLE_OPERATOR);
}

static void last_seen_is_written_once_a_minute(void **state) {
    (void)state;
    char token[SESSION_TOKEN_SIZE];
    int64_t before, after;
    open_at(&d.anna, NOW, token);
    assert_true(access_db_data_version(d.db, &before, &err));
    for (int i = 1; i < 60; i++) {
        assert_true(is_open(token, NOW + i));
        assert_true(sessions_flush(d.sessions, NOW + i, &err));
    }
    assert_true(access_db_data_version(d.db, &after, &err));
    assert_int_equal(before, after);
    assert_true(sessions_flush(d.sessions, NOW + 60, &err));
    assert_true(access_db_data_version(d.db, &after, &err));
    assert_int_not_equal(before, after);
}

/* A reload comes from what is written, and that lags behind what was seen. */
static void a_reload_forgets_nothing(void **state) {
    (void)state;
    char token[SESSION_TOKEN_SIZE];
    uint8_t secret[USER_TOTP_BYTES] = "12345678901234567890", got[USER_TOTP_BYTES];
    open_at(&d.anna, NOW, token);
    struct caller caller = caller_of(token);
    assert_false(sessions_get_pending(d.sessions, caller.session, got));
    sessions_set_pending(d.sessions, caller.session, secret);
    assert_true(is_open(token, NOW + IDLE - 1));
    assert_true(sessions_reload(d.sessions, &err));
    assert_true(is_open(token, NOW + 2 * IDLE - 2));
    assert_true(sessions_get_pending(d.sessions, caller.session, got));
    assert_memory_equal(got, secret, sizeof got);
    sessions_set_pending(d.sessions, caller.session, NULL);
    assert_false(sessions_get_pending(d.sessions, caller.session, got));
}

/* Shorter limits count for sessions that are open already. */
static void new_limits_count_at_once(void **state) {
    (void)state;
    char token[SESSION_TOKEN_SIZE];
    open_at(&d.anna, NOW, token);
    sessions_free(d.sessions);
    d.sessions = sessions_new(d.store, 100, 200, &err);
    assert_true(is_open(token, NOW + 99));
    assert_true(is_open(token, NOW + 198));
    assert_false(is_open(token, NOW + 200));
}

/* Longer ones only for those that open from now on. */
static void no_session_outlives_what_it_was_opened_for(void **state) {
    (void)state;
    char token[SESSION_TOKEN_SIZE];
    open_at(&d.anna, NOW, token);
    sessions_free(d.sessions);
    d.sessions = sessions_new(d.store, 10 * ABSOLUTE, 10 * ABSOLUTE, &err);
    assert_true(is_open(token, NOW + ABSOLUTE - 1));
    assert_false(is_open(token, NOW + ABSOLUTE));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(a_token_opens_its_session),    TEST(other_tokens_open_nothing),
        TEST(the_token_is_kept_nowhere),    TEST(of_twenty_one_the_oldest_ends),
        TEST(a_late_sign_in_opens_nothing), TEST(a_session_ends_when_idle),
        TEST(a_session_ends_however_used),  TEST(a_token_is_not_good_after_sign_out),
        TEST(all_sessions_of_one_end),      TEST(who_is_disabled_is_out_at_once),
        TEST(a_restart_signs_nobody_out),   TEST(last_seen_is_written_once_a_minute),
        TEST(a_reload_forgets_nothing),     TEST(new_limits_count_at_once),
        TEST(no_session_outlives_what_it_was_opened_for),
    };
    return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
