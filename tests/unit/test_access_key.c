/* SPDX-License-Identifier: Apache-2.0
 *
 * API keys: shown once, matched by hash, revoked at once, in a file of their own.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "data/access/key.h"
#include "data/crypto.h"
#include "data/db.h"

#define SHARE "data"

static char dir[] = "/tmp/haven-test-keys-XXXXXX";
static char path[200];
static struct error err;

static int group_setup(void **state) {
    (void)state;
    return mkdtemp(dir) != NULL ? 0 : -1;
}

static int group_teardown(void **state) {
    (void)state;
    char command[300];
    snprintf(command, sizeof command, "rm -r %s", dir);
    return system(command);
}

static struct access_db *fresh(void) {
    static int number;
    snprintf(path, sizeof path, "%s/%d.db", dir, ++number);
    struct access_db *k = access_db_open(path, SHARE, &err);
    if (k == NULL)
        fail_msg("%s", err.message);
    return k;
}

static bool add(struct access_db *k, const char *name, enum role role,
                char token[KEY_TOKEN_SIZE]) {
    const struct key_terms terms = {.name = name, .role = role};
    return key_add(k, &terms, token, &err);
}

static bool matches(struct access_db *k, const char *token, enum role *role) {
    struct key_set *set = key_set_load(k, &err);
    assert_non_null(set);
    struct holder holder;
    bool found = key_set_match(set, token, strlen(token), time(NULL), &holder);
    *role = holder.role;
    key_set_free(set);
    return found;
}

static void a_key_opens_its_role(void **state) {
    (void)state;
    struct access_db *k = fresh();
    char desk[KEY_TOKEN_SIZE], steward[KEY_TOKEN_SIZE];
    enum role role;
    assert_true(add(k, "desk-1", ROLE_OPERATOR, desk));
    assert_true(add(k, "steward", ROLE_STEWARD, steward));
    assert_int_equal(strlen(desk), KEY_TOKEN_SIZE - 1);
    assert_memory_equal(desk, "haven_", 6);
    assert_string_not_equal(desk, steward);
    assert_true(matches(k, desk, &role));
    assert_int_equal(role, ROLE_OPERATOR);
    assert_true(matches(k, steward, &role));
    assert_int_equal(role, ROLE_STEWARD);
    access_db_close(k);
    k = access_db_open(path, SHARE, &err);
    assert_non_null(k);
    assert_true(matches(k, desk, &role));
    access_db_close(k);
}

static void other_tokens_open_nothing(void **state) {
    (void)state;
    struct access_db *k = fresh();
    char token[KEY_TOKEN_SIZE], wrong[KEY_TOKEN_SIZE];
    enum role role = ROLE_ADMIN;
    assert_false(matches(k, "", &role)); /* no keys at all */
    assert_true(add(k, "a", ROLE_ADMIN, token));
    for (size_t i = 0; i < sizeof wrong - 1; i++) {
        memcpy(wrong, token, sizeof wrong);
        wrong[i] ^= 1;
        assert_false(matches(k, wrong, &role));
        assert_int_equal(role, ROLE_PUBLIC);
    }
    struct key_set *set = key_set_load(k, &err);
    struct holder holder;
    assert_false(key_set_match(set, token, sizeof token, time(NULL), &holder));
    assert_false(key_set_match(set, token, sizeof token - 2, time(NULL), &holder));
    key_set_free(set);
    access_db_close(k);
}

static void a_revoked_key_opens_nothing(void **state) {
    (void)state;
    struct access_db *k = fresh(), *server = access_db_open(path, SHARE, &err);
    char token[KEY_TOKEN_SIZE], next[KEY_TOKEN_SIZE];
    enum role role;
    int64_t before, after;
    assert_true(access_db_data_version(server, &before, &err));
    assert_true(add(k, "a", ROLE_PARTNER, token));
    assert_true(access_db_data_version(server, &after, &err));
    assert_int_not_equal(before, after);
    assert_false(add(k, "a", ROLE_PARTNER, next));
    assert_non_null(strstr(err.message, "\"a\""));
    assert_true(key_revoke(k, "a", &err));
    assert_false(matches(server, token, &role));
    assert_false(key_revoke(k, "a", &err));
    assert_int_equal(err.code, ERR_DATA);
    assert_true(add(k, "a", ROLE_PARTNER, next));
    assert_true(matches(server, next, &role));
    assert_false(matches(server, token, &role));
    access_db_close(server);
    access_db_close(k);
}

static void list(const struct key_info *key, void *ctx) {
    char *said = ctx;
    assert_int_equal(strlen(key->created), 10);
    sprintf(said + strlen(said), "%s %s%s\n", key->name, role_name(key->role),
            key->revoked ? " revoked" : "");
}

static void keys_are_listed_without_secrets(void **state) {
    (void)state;
    struct access_db *k = fresh();
    char token[KEY_TOKEN_SIZE], said[500] = "";
    assert_true(add(k, "b", ROLE_CASEWORKER, token));
    assert_true(add(k, "a", ROLE_ADMIN, token));
    assert_true(key_revoke(k, "b", &err));
    assert_true(key_each(k, list, said, &err));
    assert_string_equal(said, "a admin\nb caseworker revoked\n");
    assert_false(add(k, "", ROLE_ADMIN, token));
    assert_false(add(k, "c", ROLE_PUBLIC, token));
    assert_int_equal(err.code, ERR_USAGE);
    access_db_close(k);
}

/* The token stands in no byte of the file, and only its owner may read that. */
static void the_file_holds_no_token(void **state) {
    (void)state;
    struct access_db *k = fresh();
    char token[KEY_TOKEN_SIZE], file[250], *bytes = calloc(1, 1 << 20);
    assert_true(add(k, "a", ROLE_ADMIN, token));
    access_db_close(k);
    snprintf(file, sizeof file, "%.*s-access.db", (int)strlen(path) - 3, path);
    struct stat st;
    assert_int_equal(stat(file, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    FILE *f = fopen(file, "rb");
    size_t len = fread(bytes, 1, 1 << 20, f);
    fclose(f);
    assert_true(len > 4096);
    assert_null(memmem(bytes, len, token + 6, strlen(token) - 6));
    free(bytes);
}

static void roles_have_names(void **state) {
    (void)state;
    enum role role;
    for (int i = 0; i < ROLE_COUNT; i++) {
        const char *name = role_name((enum role)i);
        assert_true(role_find(name, strlen(name), &role));
        assert_int_equal(role, i);
    }
    assert_false(role_find("Admin", 5, &role));
    assert_false(role_find("admi", 4, &role));
}

#define DAY 86400

static bool matches_at(const struct key_set *set, const char *token, int64_t now,
                       struct holder *out) {
    return key_set_match(set, token, strlen(token), now, out);
}

static void a_key_ends_after_its_last_day(void **state) {
    (void)state;
    struct access_db *k = fresh();
    char token[KEY_TOKEN_SIZE], day[11];
    struct holder holder;
    time_t last = (time(NULL) / DAY + 40) * DAY;
    strftime(day, sizeof day, "%Y-%m-%d", gmtime(&last));
    struct key_terms terms = {.name = "a", .role = ROLE_STEWARD, .expires = day};
    assert_true(key_add(k, &terms, token, &err));
    struct key_set *set = key_set_load(k, &err);
    assert_non_null(set);
    assert_true(matches_at(set, token, time(NULL), &holder));
    assert_true(matches_at(set, token, last + DAY - 1, &holder));
    assert_int_equal(holder.role, ROLE_STEWARD);
    assert_false(matches_at(set, token, last + DAY, &holder));
    assert_int_equal(holder.role, ROLE_PUBLIC);
    assert_string_equal(holder.name, "");
    key_set_free(set);
    access_db_close(k);
}

static void a_day_that_is_none_is_refused(void **state) {
    (void)state;
    static const char *const days[] = {"2020-01-01", "2099-02-29",  "2099-13-01",
                                       "2099-1-1",   "2099-01-011", "tomorrow",
                                       "",           "2099/01/01"};
    struct access_db *k = fresh();
    char token[KEY_TOKEN_SIZE];
    for (size_t i = 0; i < sizeof days / sizeof *days; i++) {
        struct key_terms terms = {.name = "a", .role = ROLE_ADMIN, .expires = days[i]};
        assert_false(key_add(k, &terms, token, &err));
        assert_int_equal(err.code, ERR_USAGE);
        assert_non_null(strstr(err.message, days[i]));
    }
    access_db_close(k);
}

static void only_a_partner_has_an_organization(void **state) {
    (void)state;
    struct access_db *k = fresh();
    char token[KEY_TOKEN_SIZE];
    const uint8_t organization[16] = "organization-one";
    struct holder holder;
    struct key_terms terms = {
        .name = "p", .role = ROLE_PARTNER, .organization = organization};
    assert_true(key_add(k, &terms, token, &err));
    struct key_set *set = key_set_load(k, &err);
    assert_non_null(set);
    assert_true(matches_at(set, token, time(NULL), &holder));
    assert_string_equal(holder.name, "p");
    assert_true(holder.has_organization);
    assert_memory_equal(holder.organization, organization, 16);
    key_set_free(set);
    terms.name = "o";
    terms.role = ROLE_OPERATOR;
    assert_false(key_add(k, &terms, token, &err));
    assert_int_equal(err.code, ERR_USAGE);
    access_db_close(k);
}

/* A database of the first step, with a key in it, is brought forward and keeps the key. */
static void an_old_database_keeps_its_keys(void **state) {
    (void)state;
    char steps[300], command[1000], token[KEY_TOKEN_SIZE];
    enum role role;
    snprintf(steps, sizeof steps, "%s/old", dir);
    snprintf(
        command, sizeof command,
        "mkdir -p %s/schema_access && cp data/schema_access/0001_access.sql %s/schema_access",
        steps, steps);
    assert_int_equal(system(command), 0);
    snprintf(path, sizeof path, "%s/old.db", dir);
    struct access_db *k = access_db_open(path, steps, &err);
    assert_non_null(k);
    access_db_close(k);

    /* The old program wrote no column that came later. */
    snprintf(command, sizeof command, "%s/old-access.db", dir);
    struct db *db = db_open(command, DB_READ_WRITE, false, &err);
    assert_non_null(db);
    static const char old_token[] = "haven_0123456789012345678901234567890123456789012";
    static const char sql[] = "INSERT INTO key (name, role, hash, created) "
                              "VALUES ('desk', 'operator', :hash, '2025-01-01')";
    uint8_t hash[32];
    crypto_digest(old_token, strlen(old_token), hash, sizeof hash);
    struct statement *s = db_prepare(db, sql, &err);
    assert_non_null(s);
    db_bind_blob(s, ":hash", hash, sizeof hash);
    assert_true(db_run(s, &err));
    db_close(db);

    k = access_db_open(path, SHARE, &err);
    assert_non_null(k);
    assert_true(matches(k, old_token, &role));
    assert_int_equal(role, ROLE_OPERATOR);
    assert_true(add(k, "new", ROLE_ADMIN, token));
    assert_false(add(k, "desk", ROLE_ADMIN, token));
    access_db_close(k);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_key_opens_its_role),
        cmocka_unit_test(other_tokens_open_nothing),
        cmocka_unit_test(a_revoked_key_opens_nothing),
        cmocka_unit_test(keys_are_listed_without_secrets),
        cmocka_unit_test(the_file_holds_no_token),
        cmocka_unit_test(roles_have_names),
        cmocka_unit_test(a_key_ends_after_its_last_day),
        cmocka_unit_test(a_day_that_is_none_is_refused),
        cmocka_unit_test(only_a_partner_has_an_organization),
        cmocka_unit_test(an_old_database_keeps_its_keys),
    };
    return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
