/* SPDX-License-Identifier: Apache-2.0
 *
 * Accounts of people. A password is kept as its argon2id hash only; the secret of a second
 * factor has to be kept as it is, which is one more reason for mode 0600. Names are told
 * apart without regard to the case of ASCII letters.
 */
#ifndef DATA_ACCESS_USER_H
#define DATA_ACCESS_USER_H

#include "data/access/access_db.h"
#include "data/access/holder.h"
#include "data/crypto.h"

#define USER_TOTP_BYTES 20

struct user {
    int64_t id;
    struct holder holder;
    char password[CRYPTO_PASSWORD_SIZE];
    bool must_change; /* the password, before anything else */
    bool disabled;
    bool has_totp; /* a second factor */
    uint8_t totp_secret[USER_TOTP_BYTES];
    int64_t totp_step; /* of the last code that was used */
    char created[11];  /* YYYY-MM-DD */
};

/* Adds an account from `holder`, `password` and `must_change`. False also when one has the
 * name, or the name or role is none that can be had (holder_check()). */
bool user_add(struct access_db *a, const struct user *user, struct error *e);

/* 1 and `*out` set, 0 nobody has the name, -1 error. An account whose role this program
 * does not know counts as nobody's. */
int user_find(struct access_db *a, const char *name, struct user *out, struct error *e);

/* Calls `each` for every account, by name. Borrowed for the call. */
bool user_each(struct access_db *a, void (*each)(const struct user *user, void *ctx),
               void *ctx, struct error *e);

/* The next change one account each; all may stand in a transaction of access_db_begin(). */

bool user_set_password(struct access_db *a, int64_t id, const char *hash,
                       bool must_change, struct error *e);
bool user_set_disabled(struct access_db *a, int64_t id, bool disabled, struct error *e);

/* Sets the second factor, and the step of the code that confirmed it; NULL: none any more. */
bool user_set_totp(struct access_db *a, int64_t id, const uint8_t *secret, int64_t step,
                   struct error *e);

/* Uses up the code of `step`: 1; 0 when it or a later one was used before, -1 error. */
int user_use_totp(struct access_db *a, int64_t id, int64_t step, struct error *e);

#endif
