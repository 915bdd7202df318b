/* SPDX-License-Identifier: Apache-2.0
 *
 * Signing in, and what who is signed in may change; keys and cookies as requests send them.
 */
#include "tests/unit/access_by_hand.h"

#include "data/access/audit.h"
#include "data/access/key.h"
#include "server/access/access_private.h"
#include "server/access/sign_in.h"

#include <liboath/oath.h>

#define NEW_PASSWORD "quite another sentence"

static const uint8_t here[16] = {[10] = 0xff, [11] = 0xff, 192, 0, 2, 1};

/* A server, and another handle as the command line has. */
static struct access_control *a;
static struct access_db *db;
static struct user anna;
static int64_t now; /* moves: the guard remembers */

static int set_up(void **state) {
    (void)state;
    const struct access_options options = {.places_an_hour = 3};
    now = 1800000000;
    fresh_path();
    db = open_db();
    anna = add_user(db, "anna", ROLE_OPERATOR);
    a = access_open(path, SHARE, &options, &err);
    if (a == NULL)
        fail_msg("%s", err.message);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    access_close(a);
    access_db_close(db);
    return 0;
}

/* A moment later, as the thread that watches sees it. */
static void pass(int64_t seconds) {
    now += seconds;
    if (!access_refresh(a, now, &err))
        fail_msg("%s", err.message);
}

static enum sign_in_result try(const char *name, const char *password, const char *code,
                               struct signed_in *out) {
    const struct credentials c = {name, password, code, here};
    return sign_in(a, &c, now, out, &err);
}

static bool identify(const char *token, struct caller *out) {
    char cookie[200];
    snprintf(cookie, sizeof cookie, "theme=dark; %s=%s; x=y", ACCESS_COOKIE, token);
    return access_identify(a, NULL, 0, cookie, now, out);
}

static struct caller signed_in_as(const char *name, const char *password) {
    struct signed_in in;
    struct caller caller;
    assert_int_equal(try(name, password, "", &in), SIGN_IN_DONE);
    assert_true(identify(in.token, &caller));
    return caller;
}

static const char *code_at(const uint8_t *secret, int64_t at) {
    static char code[7];
    assert_int_equal(
        oath_totp_generate((const char *)secret, 20, (time_t)at, 30, 0, 6, code),
        OATH_OK);
    return code;
}

/* ---- sign in ------------------------------------------------------------------------- */

static void a_name_and_a_password_open_a_session(void **state) {
    (void)state;
    struct signed_in in, again;
    struct caller caller;
    assert_int_equal(try("Anna", PASSWORD, "", &in), SIGN_IN_DONE);
    assert_string_equal(in.holder.name, "anna");
    assert_false(in.must_change);
    assert_true(identify(in.token, &caller));
    assert_int_equal(caller.role, ROLE_OPERATOR);
    assert_string_equal(caller.name, "anna");
    assert_int_equal(try("anna", PASSWORD, "", &again), SIGN_IN_DONE);
    assert_string_not_equal(in.token, again.token);
}

static void wrong_ones_are_told_alike_and_have_to_wait(void **state) {
    (void)state;
    static const char *const names[] = {"anna", "nobody", "off"};
    struct signed_in in;
    struct user off = add_user(db, "off", ROLE_ADMIN);
    assert_true(user_set_disabled(db, off.id, true, &err));
    for (int n = 0; n < 3; n++) {
        uint8_t client[16] = {[10] = 0xff, [11] = 0xff, 192, 0, 2, (uint8_t)(100 + n)};
        const struct credentials c = {names[n], "a wrong password", "", client};
        for (int i = 0; i < 3; i++)
            assert_int_equal(sign_in(a, &c, now, &in, &err), SIGN_IN_WRONG);
        assert_int_equal(sign_in(a, &c, now, &in, &err), SIGN_IN_WAIT);
        assert_int_equal(in.wait_s, 1);
        assert_string_equal(in.token, "");
    }
    assert_int_equal(try("anna", PASSWORD, "", &in),
                     SIGN_IN_WAIT); /* the right one, too */
    now += 1;
    assert_int_equal(try("anna", PASSWORD, "", &in), SIGN_IN_DONE);
    now += 1;
    assert_int_equal(try("off", PASSWORD, "", &in), SIGN_IN_WRONG);
}

/* Each takes 64 MiB: of many at once the rest have to come again, and are not counted. */
static void few_passwords_are_hashed_at_once(void **state) {
    (void)state;
    struct signed_in in;
    atomic_store(&a->hashing, 2); /* as many as may be */
    for (int i = 0; i < 20; i++)
        assert_int_equal(try("anna", PASSWORD, "", &in), SIGN_IN_WAIT);
    assert_int_equal(in.wait_s, 1);
    atomic_store(&a->hashing, 1);
    assert_int_equal(try("anna", PASSWORD, "", &in), SIGN_IN_DONE);
    assert_int_equal(atomic_load(&a->hashing), 1);
}

static void odd_input_is_only_wrong(void **state) {
    (void)state;
    struct signed_in in;
    static char huge[60000];
    memset(huge, 'x', sizeof huge - 1);
    assert_int_equal(try("", "", "", &in), SIGN_IN_WRONG);
    assert_int_equal(try(huge, huge, huge, &in), SIGN_IN_WRONG);
    assert_int_equal(try("\xff\xfe", "\xff", "\xff", &in), SIGN_IN_WRONG);
    assert_int_equal(try("anna' OR '1'='1", PASSWORD, "", &in), SIGN_IN_WRONG);
}

static void who_is_disabled_or_reset_is_out(void **state) {
    (void)state;
    struct signed_in in;
    struct caller caller;
    assert_int_equal(try("anna", PASSWORD, "", &in), SIGN_IN_DONE);
    assert_true(user_set_disabled(db, anna.id, true, &err));
    pass(0);
    assert_false(identify(in.token, &caller));
    assert_int_equal(caller.role, ROLE_PUBLIC);
    assert_int_equal(try("anna", PASSWORD, "", &in), SIGN_IN_WRONG);
    assert_true(user_set_disabled(db, anna.id, false, &err));
    assert_int_equal(try("anna", PASSWORD, "", &in), SIGN_IN_DONE);
    assert_true(session_delete_user(db, anna.id, NULL, &err));
    pass(0);
    assert_false(identify(in.token, &caller));
}

static void old_costs_are_brought_up(void **state) {
    (void)state;
    struct user found;
    struct signed_in in;
    /* "four plain words here" with two passes over 8 MiB, by libsodium */
    static const char old[] = "$argon2id$v=19$m=8192,t=2,p=1$dvPbwTTtqvWJ0s/oWUDdjw$"
                              "bLb4asb1KpDizWft+o8wPOZc2twX0xQ/i4pweG0B45Y";
    assert_true(user_set_password(db, anna.id, old, false, &err));
    assert_int_equal(try("anna", PASSWORD, "", &in), SIGN_IN_DONE);
    assert_int_equal(user_find(db, "anna", &found, &err), 1);
    assert_string_not_equal(found.password, old);
    assert_false(crypto_password_outdated(found.password));
    assert_int_equal(try("anna", PASSWORD, "", &in), SIGN_IN_DONE);
}

/* ---- the password -------------------------------------------------------------------- */

static void a_new_password_ends_the_other_sessions(void **state) {
    (void)state;
    struct signed_in in, other;
    struct caller caller;
    struct user found;
    int wait_s;
    assert_true(user_set_password(db, anna.id, anna.password, true, &err));
    assert_int_equal(try("anna", PASSWORD, "", &other), SIGN_IN_DONE);
    assert_int_equal(try("anna", PASSWORD, "", &in), SIGN_IN_DONE);
    assert_true(in.must_change);
    assert_true(identify(in.token, &caller));
    assert_true(caller.must_change);
    struct credentials c = {.password = "not this one", .client = here};
    assert_int_equal(change_password(a, &caller, &c, NEW_PASSWORD, now, &wait_s, &err),
                     SIGN_IN_WRONG);
    c.password = PASSWORD;
    assert_int_equal(change_password(a, &caller, &c, "short", now, &wait_s, &err),
                     SIGN_IN_FAILED);
    assert_int_equal(err.code, ERR_USAGE);
    assert_int_equal(change_password(a, &caller, &c, PASSWORD, now, &wait_s, &err),
                     SIGN_IN_FAILED);
    assert_int_equal(change_password(a, &caller, &c, NEW_PASSWORD, now, &wait_s, &err),
                     SIGN_IN_DONE);
    assert_true(identify(in.token, &caller));
    assert_false(caller.must_change);
    assert_false(identify(other.token, &caller));
    assert_int_equal(try("anna", PASSWORD, "", &in), SIGN_IN_WRONG);
    assert_int_equal(try("anna", NEW_PASSWORD, "", &in), SIGN_IN_DONE);
    assert_int_equal(user_find(db, "anna", &found, &err), 1);
    assert_false(found.must_change);
}

static void the_old_password_is_guessed_no_faster(void **state) {
    (void)state;
    struct caller caller = signed_in_as("anna", PASSWORD);
    const uint8_t there[16] = {[10] = 0xff, [11] = 0xff, 192, 0, 2, 9};
    struct credentials c = {.password = "guess", .client = there};
    int wait_s;
    for (int i = 0; i < 3; i++)
        assert_int_equal(
            change_password(a, &caller, &c, NEW_PASSWORD, now, &wait_s, &err),
            SIGN_IN_WRONG);
    assert_int_equal(change_password(a, &caller, &c, NEW_PASSWORD, now, &wait_s, &err),
                     SIGN_IN_WAIT);
    assert_int_equal(wait_s, 1);
}

static void a_key_has_no_password(void **state) {
    (void)state;
    struct caller key = {.kind = CALLER_KEY, .name = "anna"};
    struct credentials c = {.password = PASSWORD, .client = here};
    int wait_s;
    assert_int_equal(change_password(a, &key, &c, NEW_PASSWORD, now, &wait_s, &err),
                     SIGN_IN_FAILED);
    assert_int_equal(err.code, ERR_USAGE);
}

/* ---- the second factor ---------------------------------------------------------------- */

/* Sets one up for anna; returns its secret. */
static const uint8_t *second_factor(struct caller *caller) {
    static uint8_t secret[20];
    struct credentials c = {.password = PASSWORD, .client = here};
    struct totp_offer offer;
    char *bytes;
    size_t len;
    int wait_s;
    assert_int_equal(totp_begin(a, caller, &c, now, &offer, &wait_s, &err), SIGN_IN_DONE);
    assert_int_equal(oath_base32_decode(offer.text, strlen(offer.text), &bytes, &len),
                     OATH_OK);
    assert_int_equal(len, 20);
    memcpy(secret, bytes, 20);
    free(bytes);
    assert_non_null(strstr(offer.uri, offer.text));
    return secret;
}

static void the_code_is_asked_after_the_right_password_only(void **state) {
    (void)state;
    struct signed_in in;
    struct caller caller = signed_in_as("anna", PASSWORD);
    assert_int_equal(totp_confirm(a, &caller, "123456", now, &err), SIGN_IN_FAILED);
    assert_int_equal(err.code, ERR_USAGE); /* nothing was begun */
    const uint8_t *secret = second_factor(&caller);
    assert_int_equal(try("anna", PASSWORD, "", &in),
                     SIGN_IN_DONE); /* not confirmed yet */
    assert_int_equal(totp_confirm(a, &caller, "12345", now, &err), SIGN_IN_WRONG);
    assert_int_equal(totp_confirm(a, &caller, code_at(secret, now), now, &err),
                     SIGN_IN_DONE);
    assert_int_equal(totp_confirm(a, &caller, code_at(secret, now), now, &err),
                     SIGN_IN_FAILED);

    assert_int_equal(try("anna", "a wrong password", "", &in), SIGN_IN_WRONG);
    assert_int_equal(try("anna", PASSWORD, "", &in), SIGN_IN_CODE_NEEDED);
    assert_string_equal(in.token, "");
    assert_int_equal(try("anna", PASSWORD, code_at(secret, now), &in),
                     SIGN_IN_WRONG); /* used */
    now += 30;
    assert_int_equal(try("anna", "a wrong password", code_at(secret, now), &in),
                     SIGN_IN_WRONG);
    now += 30;
    assert_int_equal(try("anna", PASSWORD, code_at(secret, now), &in), SIGN_IN_DONE);
    assert_int_equal(try("anna", PASSWORD, code_at(secret, now), &in), SIGN_IN_WRONG);
}

static void codes_are_guessed_no_faster(void **state) {
    (void)state;
    struct signed_in in;
    struct caller caller = signed_in_as("anna", PASSWORD);
    const uint8_t *secret = second_factor(&caller);
    assert_int_equal(totp_confirm(a, &caller, code_at(secret, now), now, &err),
                     SIGN_IN_DONE);
    const uint8_t there[16] = {[10] = 0xff, [11] = 0xff, 192, 0, 2, 9};
    struct credentials c = {"anna", PASSWORD, "12345", there};
    for (int i = 0; i < 3; i++) {
        assert_int_equal(sign_in(a, &c, now, &in, &err), SIGN_IN_WRONG);
        if (i == 1) { /* asking for the code in between clears nothing */
            c.code = "";
            assert_int_equal(sign_in(a, &c, now, &in, &err), SIGN_IN_CODE_NEEDED);
            c.code = "12345";
        }
    }
    assert_int_equal(sign_in(a, &c, now, &in, &err), SIGN_IN_WAIT);
}

static void the_second_factor_goes_with_the_password(void **state) {
    (void)state;
    struct signed_in in;
    struct caller caller = signed_in_as("anna", PASSWORD);
    const uint8_t *secret = second_factor(&caller);
    struct credentials c = {.password = "no", .client = here};
    int wait_s;
    assert_int_equal(totp_confirm(a, &caller, code_at(secret, now), now, &err),
                     SIGN_IN_DONE);
    assert_int_equal(totp_remove(a, &caller, &c, now, &wait_s, &err), SIGN_IN_WRONG);
    assert_int_equal(try("anna", PASSWORD, "", &in), SIGN_IN_CODE_NEEDED);
    c.password = PASSWORD;
    assert_int_equal(totp_remove(a, &caller, &c, now, &wait_s, &err), SIGN_IN_DONE);
    assert_int_equal(try("anna", PASSWORD, "", &in), SIGN_IN_DONE);
}

/* Whose account is disabled does not learn that the password was right. */
static void who_is_disabled_is_asked_for_no_code(void **state) {
    (void)state;
    struct signed_in in;
    struct caller caller = signed_in_as("anna", PASSWORD);
    const uint8_t *secret = second_factor(&caller);
    assert_int_equal(totp_confirm(a, &caller, code_at(secret, now), now, &err),
                     SIGN_IN_DONE);
    assert_int_equal(try("anna", PASSWORD, "", &in), SIGN_IN_CODE_NEEDED);
    assert_true(user_set_disabled(db, anna.id, true, &err));
    assert_int_equal(try("anna", PASSWORD, "", &in), SIGN_IN_WRONG);
}

/* ---- requests ------------------------------------------------------------------------- */

static void a_request_without_credentials_is_nobodys(void **state) {
    (void)state;
    static const char *const cookies[] = {"",
                                          ";",
                                          "a=b",
                                          "haven=x",
                                          "__Host-haven",
                                          "x__Host-haven=y",
                                          "__Secure-haven=y; __host-haven=z"};
    struct caller caller;
    for (size_t i = 0; i < sizeof cookies / sizeof *cookies; i++) {
        memset(&caller, 1, sizeof caller);
        assert_true(access_identify(a, NULL, 0, cookies[i], now, &caller));
        assert_int_equal(caller.kind, CALLER_NOBODY);
        assert_int_equal(caller.role, ROLE_PUBLIC);
        assert_string_equal(caller.name, "");
    }
    assert_false(access_identify(a, NULL, 0, "__Host-haven=", now, &caller));
    assert_false(access_identify(a, NULL, 0, "a=b; __Host-haven=0123", now, &caller));
    assert_false(access_identify(a, "", 0, "", now, &caller));
    assert_false(access_identify(a, "haven_x", 7, "", now, &caller));
    assert_int_equal(caller.role, ROLE_PUBLIC);
}

static void a_key_goes_before_a_cookie(void **state) {
    (void)state;
    const struct key_terms terms = {.name = "system", .role = ROLE_STEWARD};
    char token[KEY_TOKEN_SIZE], cookie[100];
    struct signed_in in;
    struct caller caller;
    assert_int_equal(try("anna", PASSWORD, "", &in), SIGN_IN_DONE);
    snprintf(cookie, sizeof cookie, "%s=%s", ACCESS_COOKIE, in.token);
    assert_true(key_add(db, &terms, token, &err));
    assert_false(access_identify(a, token, strlen(token), cookie, now, &caller));
    pass(0);
    assert_true(access_identify(a, token, strlen(token), cookie, now, &caller));
    assert_int_equal(caller.kind, CALLER_KEY);
    assert_int_equal(caller.role, ROLE_STEWARD);
    assert_string_equal(caller.name, "system");
    assert_true(key_revoke(db, "system", &err));
    pass(0);
    assert_false(access_identify(a, token, strlen(token), cookie, now, &caller));
    assert_int_equal(caller.kind, CALLER_NOBODY);
    assert_int_equal(caller.role, ROLE_PUBLIC);
}

static void a_key_that_expired_opens_nothing(void **state) {
    (void)state;
    const struct key_terms terms = {
        .name = "system", .role = ROLE_STEWARD, .expires = "2090-02-28"};
    const int64_t ends = 3792009600; /* 2090-03-01T00:00:00Z */
    char token[KEY_TOKEN_SIZE];
    struct caller caller;
    assert_true(key_add(db, &terms, token, &err));
    pass(0);
    assert_true(access_identify(a, token, strlen(token), "", ends - 1, &caller));
    assert_false(access_identify(a, token, strlen(token), "", ends, &caller));
    assert_int_equal(caller.role, ROLE_PUBLIC);
}

static void signing_out_ends_one_or_all(void **state) {
    (void)state;
    struct signed_in in[3];
    struct caller caller, gone;
    for (int i = 0; i < 3; i++)
        assert_int_equal(try("anna", PASSWORD, "", &in[i]), SIGN_IN_DONE);
    assert_true(identify(in[0].token, &caller));
    assert_true(access_sign_out(a, &caller, false, &err));
    assert_false(identify(in[0].token, &gone));
    assert_true(identify(in[1].token, &caller));
    assert_true(access_sign_out(a, &caller, true, &err));
    assert_false(identify(in[1].token, &gone));
    assert_false(identify(in[2].token, &gone));
}

/* ---- the trail ------------------------------------------------------------------------- */

static void collect(const struct audit_entry *e, void *ctx) {
    char *said = ctx;
    sprintf(said + strlen(said), "%s %s %s %s %d\n", actor_kind_name(e->kind), e->actor,
            e->action, e->object, (int)e->count);
}

static void uses_are_counted_and_written(void **state) {
    (void)state;
    char said[1000] = "";
    const struct caller key = {.kind = CALLER_KEY, .name = "desk"}, nobody = {0};
    struct signed_in in;
    pass(0);
    for (int i = 0; i < 1000; i++)
        access_used(a, &key, "nearest", now);
    access_used(a, &nobody, "nearest", now);
    assert_int_equal(try("anna", "a wrong password", "", &in), SIGN_IN_WRONG);
    assert_int_equal(try("my password typed as a name", "x", "", &in), SIGN_IN_WRONG);
    assert_int_equal(try("anna", PASSWORD, "", &in), SIGN_IN_DONE);
    assert_true(access_audit(a, &key, "exact_place", "some id", now, &err));
    assert_true(audit_each(db, "2027-01-01", 100, collect, said, &err));
    assert_string_equal(said, "key desk exact_place some id 1\n"); /* at once */
    pass(5);
    access_used(a, &key, "nearest", now);
    said[0] = '\0';
    assert_true(audit_each(db, "2027-01-01", 100, collect, said, &err));
    assert_string_equal(said, "user anna sign_in_refused  1\n"
                              "user anna sign_in  1\n"
                              "key desk nearest  1000\n"
                              "key desk exact_place some id 1\n");
    access_close(a); /* the last ones too */
    a = NULL;
    said[0] = '\0';
    assert_true(audit_each(db, "2027-01-01", 100, collect, said, &err));
    assert_non_null(strstr(said, "key desk nearest  1001\n"));
}

static void exact_places_are_few(void **state) {
    (void)state;
    const struct caller key = {.kind = CALLER_KEY, .name = "desk"},
                        user = {.kind = CALLER_SESSION, .name = "desk"};
    uint8_t id[16] = {0};
    int retry_s;
    for (id[0] = 0; id[0] < 3; id[0]++)
        assert_true(access_take_place(a, &key, id, now, &retry_s));
    assert_false(access_take_place(a, &key, id, now, &retry_s));
    assert_int_equal(retry_s, 3600);
    assert_true(access_take_place(a, &user, id, now, &retry_s));
}

/* What others wrote wrongly is told, and what was known stays. */
static void a_failing_database_changes_nothing(void **state) {
    (void)state;
    const struct key_terms terms = {.name = "system", .role = ROLE_STEWARD};
    char token[KEY_TOKEN_SIZE], file[300];
    struct caller caller;
    assert_true(key_add(db, &terms, token, &err));
    pass(0);
    snprintf(file, sizeof file, "%.*s-access.db", (int)strlen(path) - 3, path);
    struct db *raw = db_open(file, DB_READ_WRITE, false, &err);
    assert_non_null(raw);
    assert_true(db_exec(raw, "ALTER TABLE key RENAME TO lost", &err));
    db_close(raw);
    err = (struct error){0};
    assert_false(access_refresh(a, now, &err));
    assert_string_not_equal(err.message, "");
    assert_true(access_identify(a, token, strlen(token), "", now, &caller));
    assert_int_equal(caller.role, ROLE_STEWARD);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(a_name_and_a_password_open_a_session),
        TEST(wrong_ones_are_told_alike_and_have_to_wait),
        TEST(odd_input_is_only_wrong),
        TEST(few_passwords_are_hashed_at_once),
        TEST(who_is_disabled_or_reset_is_out),
        TEST(old_costs_are_brought_up),
        TEST(a_new_password_ends_the_other_sessions),
        TEST(the_old_password_is_guessed_no_faster),
        TEST(a_key_has_no_password),
        TEST(the_code_is_asked_after_the_right_password_only),
        TEST(codes_are_guessed_no_faster),
        TEST(the_second_factor_goes_with_the_password),
        TEST(who_is_disabled_is_asked_for_no_code),
        TEST(a_request_without_credentials_is_nobodys),
        TEST(a_key_goes_before_a_cookie),
        TEST(a_key_that_expired_opens_nothing),
        TEST(signing_out_ends_one_or_all),
        TEST(uses_are_counted_and_written),
        TEST(exact_places_are_few),
        TEST(a_failing_database_changes_nothing),
    };
    return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
