/* SPDX-License-Identifier: Apache-2.0
 *
 * Accounts, and passwords: which are good enough, and how they are kept.
 */
#include "tests/unit/access_by_hand.h"

#include "data/access/session.h"
#include "server/access/password.h"

/* ---- accounts ---------------------------------------------------------------------- */

static void an_account_is_found_by_its_name(void **state) {
    (void)state;
    fresh_path();
    struct access_db *a = open_db();
    struct user user = add_user(a, "Anna", ROLE_OPERATOR), found;
    assert_string_equal(user.holder.name, "Anna");
    assert_int_equal(user.holder.role, ROLE_OPERATOR);
    assert_false(user.disabled || user.must_change || user.has_totp);
    assert_false(user.holder.has_organization);
    assert_int_equal(strlen(user.created), 10);
    assert_int_equal(user_find(a, "ANNA", &found, &err), 1);
    assert_int_equal(found.id, user.id);
    assert_int_equal(user_find(a, "ann", &found, &err), 0);
    assert_int_equal(user_find(a, "", &found, &err), 0);
    access_db_close(a);
}

static bool refused(struct access_db *a, struct user user, const char *name) {
    snprintf(user.holder.name, sizeof user.holder.name, "%s", name);
    err = (struct error){0};
    return !user_add(a, &user, &err) && err.code != ERR_NONE;
}

static void names_and_roles_that_cannot_be_had(void **state) {
    (void)state;
    fresh_path();
    struct access_db *a = open_db();
    struct user user = add_user(a, "Anna", ROLE_OPERATOR);
    assert_true(refused(a, user, "anna")); /* the same, but for case */
    assert_non_null(strstr(err.message, "\"anna\""));
    assert_true(refused(a, user, ""));
    assert_true(refused(a, user, " ben"));
    assert_true(refused(a, user, "ben\n"));
    assert_true(refused(a, user, "be\tn"));
    assert_true(refused(a, user, "\xff"));
    user.holder.has_organization = true;
    assert_true(refused(a, user, "ben")); /* an operator of one organization */
    user.holder.has_organization = false;
    user.holder.role = ROLE_PUBLIC;
    assert_true(refused(a, user, "ben"));
    user.holder.role = ROLE_ADMIN;
    assert_false(refused(a, user, "ben"));
    access_db_close(a);
}

static void collect(const struct user *user, void *ctx) {
    strcat(ctx, user->holder.name);
    strcat(ctx, user->disabled ? "- " : " ");
}

static void accounts_are_changed_and_listed(void **state) {
    (void)state;
    fresh_path();
    struct access_db *a = open_db();
    struct user user = add_user(a, "b", ROLE_STEWARD), found;
    const uint8_t secret[USER_TOTP_BYTES] = "12345678901234567890";
    char said[100] = "";
    add_user(a, "a", ROLE_ADMIN);
    assert_true(user_set_disabled(a, user.id, true, &err));
    assert_true(user_set_password(a, user.id, "other", true, &err));
    assert_true(user_set_totp(a, user.id, secret, 7, &err));
    assert_int_equal(user_find(a, "b", &found, &err), 1);
    assert_true(found.disabled && found.must_change && found.has_totp);
    assert_string_equal(found.password, "other");
    assert_memory_equal(found.totp_secret, secret, sizeof secret);
    assert_int_equal(found.totp_step, 7);
    assert_true(user_each(a, collect, said, &err));
    assert_string_equal(said, "a b- ");
    assert_int_equal(user_use_totp(a, user.id, 7, &err), 0);
    assert_int_equal(user_use_totp(a, user.id, 6, &err), 0);
    assert_int_equal(user_use_totp(a, user.id, 8, &err), 1);
    assert_int_equal(user_use_totp(a, user.id, 8, &err), 0);
    assert_true(user_set_totp(a, user.id, NULL, 0, &err));
    assert_int_equal(user_find(a, "b", &found, &err), 1);
    assert_false(found.has_totp);
    access_db_close(a);
}

static void a_role_of_a_later_program_opens_nothing(void **state) {
    (void)state;
    fresh_path();
    struct access_db *a = open_db();
    struct user found;
    add_user(a, "a", ROLE_ADMIN);
    access_db_close(a);
    char file[300];
    snprintf(file, sizeof file, "%.*s-access.db", (int)strlen(path) - 3, path);
    struct db *db = db_open(file, DB_READ_WRITE, false, &err);
    assert_non_null(db);
    assert_true(db_exec(db, "UPDATE user SET role = 'emperor'", &err));
    db_close(db);
    a = open_db();
    assert_int_equal(user_find(a, "a", &found, &err), 0);
    access_db_close(a);
}

/* What a transaction did not commit is not there. */
static void a_transaction_is_all_or_nothing(void **state) {
    (void)state;
    fresh_path();
    struct access_db *a = open_db();
    struct user user = add_user(a, "a", ROLE_ADMIN), found;
    assert_true(access_db_begin(a, &err));
    assert_true(user_set_disabled(a, user.id, true, &err));
    access_db_rollback(a);
    assert_int_equal(user_find(a, "a", &found, &err), 1);
    assert_false(found.disabled);
    access_db_close(a);
}

/* ---- passwords --------------------------------------------------------------------- */

static void a_hash_opens_to_its_password_only(void **state) {
    (void)state;
    char hash[CRYPTO_PASSWORD_SIZE], other[CRYPTO_PASSWORD_SIZE];
    assert_true(crypto_password_hash(PASSWORD, strlen(PASSWORD), hash, &err));
    assert_true(crypto_password_hash(PASSWORD, strlen(PASSWORD), other, &err));
    assert_string_not_equal(hash, other); /* salted */
    assert_memory_equal(hash, "$argon2id$v=19$m=65536,t=3,p=1$", 31);
    assert_null(strstr(hash, PASSWORD));
    assert_true(crypto_password_verify(hash, PASSWORD, strlen(PASSWORD)));
    assert_true(crypto_password_verify(other, PASSWORD, strlen(PASSWORD)));
    assert_false(crypto_password_verify(hash, PASSWORD, strlen(PASSWORD) - 1));
    assert_false(crypto_password_verify(hash, "", 0));
    assert_false(crypto_password_verify(NULL, PASSWORD, strlen(PASSWORD)));
    assert_false(crypto_password_verify("", "", 0));
    assert_false(crypto_password_verify("$argon2id$", "", 0));
    assert_false(crypto_password_outdated(hash));
    assert_true(
        crypto_password_outdated("$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$"
                                 "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"));
}

static double seconds_of(const char *hash) {
    struct timespec from, to;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &from);
    crypto_password_verify(hash, PASSWORD, strlen(PASSWORD));
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &to);
    return (double)(to.tv_sec - from.tv_sec) + (double)(to.tv_nsec - from.tv_nsec) / 1e9;
}

/* An account that does not exist takes as long as one that does. */
static void nobodys_password_takes_as_long(void **state) {
    (void)state;
    char hash[CRYPTO_PASSWORD_SIZE];
    assert_true(crypto_password_hash("something else", 14, hash, &err));
    double nobody = 9, somebody = 9;
    seconds_of(NULL);
    for (int i = 0; i < 3; i++) {
        double n = seconds_of(NULL), s = seconds_of(hash);
        nobody = n < nobody ? n : nobody;
        somebody = s < somebody ? s : somebody;
    }
    assert_true(nobody > somebody / 1.5 && nobody < somebody * 1.5);
}

static bool good(const char *password, const char *name) {
    err = (struct error){0};
    bool is = password_check(password, strlen(password), name, &err);
    assert_true(is || err.code == ERR_USAGE);
    assert_true(password[0] == '\0' || strstr(err.message, password) == NULL);
    return is;
}

static void passwords_that_are_too_weak(void **state) {
    (void)state;
    char longest[PASSWORD_MAX + 2];
    for (int i = 0; i <= PASSWORD_MAX; i++)
        longest[i] = (char)('a' + i % 26);
    longest[PASSWORD_MAX + 1] = '\0';
    assert_false(good("", "anna"));
    assert_false(good("elevenbytes", "anna"));
    assert_true(good("twelve bytes", "anna"));
    assert_false(good(longest, "xyzxyz"));
    longest[PASSWORD_MAX] = '\0';
    assert_true(good(longest, "xyzxyz"));
    assert_false(good("I am ANNA and I forget", "anna"));
    assert_true(good("a short name is a letter", "a"));
    assert_false(good("aaaaabbbbbcccccddddd", "anna"));
    assert_false(good("PasswordPassword", "anna"));
    assert_false(good("123456789012", "anna"));
    assert_false(good("twelve bytes\xff", "anna"));
    assert_true(good("សូមស្វាគមន៍", "anna"));
}

static void passwords_by_chance_differ_and_are_good(void **state) {
    (void)state;
    char a[PASSWORD_MADE_SIZE], b[PASSWORD_MADE_SIZE];
    password_make(a);
    password_make(b);
    assert_string_not_equal(a, b);
    assert_int_equal(strlen(a), PASSWORD_MADE_SIZE - 1);
    assert_int_equal(strspn(a, "abcdefghijkmnpqrstuvwxyz23456789-"), strlen(a));
    assert_true(good(a, "anna"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_account_is_found_by_its_name),
        cmocka_unit_test(names_and_roles_that_cannot_be_had),
        cmocka_unit_test(accounts_are_changed_and_listed),
        cmocka_unit_test(a_role_of_a_later_program_opens_nothing),
        cmocka_unit_test(a_transaction_is_all_or_nothing),
        cmocka_unit_test(a_hash_opens_to_its_password_only),
        cmocka_unit_test(nobodys_password_takes_as_long),
        cmocka_unit_test(passwords_that_are_too_weak),
        cmocka_unit_test(passwords_by_chance_differ_and_are_good),
    };
    return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
