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

#include "data/keys.h"

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

static struct keys *fresh(void) {
    static int number;
    snprintf(path, sizeof path, "%s/%d.db", dir, ++number);
    struct keys *k = keys_open(path, SHARE, &err);
    if (k == NULL)
        fail_msg("%s", err.message);
    return k;
}

static bool matches(struct keys *k, const char *token, enum role *role) {
    struct key_set *set = key_set_load(k, &err);
    assert_non_null(set);
    bool found = key_set_match(set, token, strlen(token), role);
    key_set_free(set);
    return found;
}

static void a_key_opens_its_role(void **state) {
    (void)state;
    struct keys *k = fresh();
    char desk[KEY_TOKEN_SIZE], steward[KEY_TOKEN_SIZE];
    enum role role;
    assert_true(keys_add(k, "desk-1", ROLE_OPERATOR, desk, &err));
    assert_true(keys_add(k, "steward", ROLE_STEWARD, steward, &err));
    assert_int_equal(strlen(desk), KEY_TOKEN_SIZE - 1);
    assert_memory_equal(desk, "haven_", 6);
    assert_string_not_equal(desk, steward);
    assert_true(matches(k, desk, &role));
    assert_int_equal(role, ROLE_OPERATOR);
    assert_true(matches(k, steward, &role));
    assert_int_equal(role, ROLE_STEWARD);
    keys_close(k);
    k = keys_open(path, SHARE, &err);
    assert_non_null(k);
    assert_true(matches(k, desk, &role));
    keys_close(k);
}

static void other_tokens_open_nothing(void **state) {
    (void)state;
    struct keys *k = fresh();
    char token[KEY_TOKEN_SIZE], wrong[KEY_TOKEN_SIZE];
    enum role role = ROLE_ADMIN;
    assert_false(matches(k, "", &role)); /* no keys at all */
    assert_true(keys_add(k, "a", ROLE_ADMIN, token, &err));
    for (size_t i = 0; i < sizeof wrong - 1; i++) {
        memcpy(wrong, token, sizeof wrong);
        wrong[i] ^= 1;
        assert_false(matches(k, wrong, &role));
        assert_int_equal(role, ROLE_PUBLIC);
    }
    struct key_set *set = key_set_load(k, &err);
    assert_false(key_set_match(set, token, sizeof token, &role));
    assert_false(key_set_match(set, token, sizeof token - 2, &role));
    key_set_free(set);
    keys_close(k);
}

static void a_revoked_key_opens_nothing(void **state) {
    (void)state;
    struct keys *k = fresh(), *server = keys_open(path, SHARE, &err);
    char token[KEY_TOKEN_SIZE], next[KEY_TOKEN_SIZE];
    enum role role;
    int64_t before, after;
    assert_true(keys_data_version(server, &before, &err));
    assert_true(keys_add(k, "a", ROLE_PARTNER, token, &err));
    assert_true(keys_data_version(server, &after, &err));
    assert_int_not_equal(before, after);
    assert_false(keys_add(k, "a", ROLE_PARTNER, next, &err));
    assert_non_null(strstr(err.message, "\"a\""));
    assert_true(keys_revoke(k, "a", &err));
    assert_false(matches(server, token, &role));
    assert_false(keys_revoke(k, "a", &err));
    assert_int_equal(err.code, ERR_DATA);
    assert_true(keys_add(k, "a", ROLE_PARTNER, next, &err));
    assert_true(matches(server, next, &role));
    assert_false(matches(server, token, &role));
    keys_close(server);
    keys_close(k);
}

static void list(const struct key_info *key, void *ctx) {
    char *said = ctx;
    assert_int_equal(strlen(key->created), 10);
    sprintf(said + strlen(said), "%s %s%s\n", key->name, role_name(key->role),
            key->revoked ? " revoked" : "");
}

static void keys_are_listed_without_secrets(void **state) {
    (void)state;
    struct keys *k = fresh();
    char token[KEY_TOKEN_SIZE], said[500] = "";
    assert_true(keys_add(k, "b", ROLE_CASEWORKER, token, &err));
    assert_true(keys_add(k, "a", ROLE_ADMIN, token, &err));
    assert_true(keys_revoke(k, "b", &err));
    assert_true(keys_each(k, list, said, &err));
    assert_string_equal(said, "a admin\nb caseworker revoked\n");
    assert_false(keys_add(k, "", ROLE_ADMIN, token, &err));
    assert_false(keys_add(k, "c", ROLE_PUBLIC, token, &err));
    assert_int_equal(err.code, ERR_USAGE);
    keys_close(k);
}

/* The token stands in no byte of the file, and only its owner may read that. */
static void the_file_holds_no_token(void **state) {
    (void)state;
    struct keys *k = fresh();
    char token[KEY_TOKEN_SIZE], file[250], *bytes = calloc(1, 1 << 20);
    assert_true(keys_add(k, "a", ROLE_ADMIN, token, &err));
    keys_close(k);
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

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_key_opens_its_role),
        cmocka_unit_test(other_tokens_open_nothing),
        cmocka_unit_test(a_revoked_key_opens_nothing),
        cmocka_unit_test(keys_are_listed_without_secrets),
        cmocka_unit_test(the_file_holds_no_token),
        cmocka_unit_test(roles_have_names),
    };
    return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
