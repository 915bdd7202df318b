/* SPDX-License-Identifier: Apache-2.0
 *
 * Access databases for tests: each in a folder of its own, which goes at the end.
 */
#ifndef TESTS_UNIT_ACCESS_BY_HAND_H
#define TESTS_UNIT_ACCESS_BY_HAND_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "data/access/access_db.h"
#include "data/access/user.h"
#include "data/crypto.h"
#include "data/db.h"

#define SHARE "data"
#define PASSWORD "four plain words here"

static char dir[] = "/tmp/haven-test-access-XXXXXX";
static char
    path[200]; /* of the newest record; there is none, only what stands beside it */
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

/* A new place for an access database. */
static inline const char *fresh_path(void) {
    static int number;
    snprintf(path, sizeof path, "%s/%d.db", dir, ++number);
    return path;
}

/* Another handle on the newest one, as the command line has. */
static inline struct access_db *open_db(void) {
    struct access_db *a = access_db_open(path, SHARE, &err);
    if (a == NULL)
        fail_msg("%s", err.message);
    return a;
}

/* Adds an account with PASSWORD. */
static inline struct user add_user(struct access_db *a, const char *name,
                                   enum role role) {
    static char hash[CRYPTO_PASSWORD_SIZE]; /* made once: it takes time */
    struct user user = {.holder.role = role}, found;
    if (hash[0] == '\0')
        assert_true(crypto_password_hash(PASSWORD, strlen(PASSWORD), hash, &err));
    snprintf(user.holder.name, sizeof user.holder.name, "%s", name);
    memcpy(user.password, hash, sizeof hash);
    if (!user_add(a, &user, &err))
        fail_msg("%s", err.message);
    assert_int_equal(user_find(a, name, &found, &err), 1);
    return found;
}

#endif
