/* SPDX-License-Identifier: Apache-2.0
 *
 * A name and a password, and a code where the account has a second factor, become a
 * session; and what a person who is signed in may change about that. All of it takes time
 * (a password is hashed, the database written): for workers.
 *
 * Nothing here tells whether an account exists: who has none is answered the same, after
 * the same work and the same waits. The code is asked for only after the right password.
 */
#ifndef SERVER_ACCESS_SIGN_IN_H
#define SERVER_ACCESS_SIGN_IN_H

#include "server/access/access.h"
#include "server/access/sessions.h"
#include "server/access/totp.h"

enum sign_in_result {
    SIGN_IN_DONE,
    SIGN_IN_WRONG,       /* the name, the password or the code */
    SIGN_IN_WAIT,        /* not looked at: try again in `wait_s` */
    SIGN_IN_CODE_NEEDED, /* the password is right, a code has to come with it */
    SIGN_IN_FAILED, /* `e` says why: ERR_USAGE a new password or a request is refused,
                            else the server's fault */
};

/* Who tries. All is borrowed; wiping the password is its owner's. */
struct credentials {
    const char *name;
    const char *password;
    const char *code;      /* or "" */
    const uint8_t *client; /* IPv6 address, 16 bytes */
};

struct signed_in {
    char token[SESSION_TOKEN_SIZE]; /* for the cookie */
    struct holder holder;
    bool must_change; /* the password, before anything else */
    int wait_s;       /* with SIGN_IN_WAIT */
};

/* Signs in at `now`, seconds since 1970. `*out` is filled on SIGN_IN_DONE, and its `wait_s`
 * on SIGN_IN_WAIT. */
enum sign_in_result sign_in(struct access_control *a, const struct credentials *c,
                            int64_t now, struct signed_in *out, struct error *e);

/* The rest is for a caller with a session. `c` holds the password as it is now and the
 * client; name and code are not looked at. */

/* Sets a new password; all other sessions of the account end. */
enum sign_in_result change_password(struct access_control *a, const struct caller *caller,
                                    const struct credentials *c, const char *new_password,
                                    int64_t now, int *wait_s, struct error *e);

/* A new second factor, to be shown once. It counts from totp_confirm() on. */
struct totp_offer {
    char text[TOTP_TEXT_SIZE];
    char uri[TOTP_URI_SIZE];
};
enum sign_in_result totp_begin(struct access_control *a, const struct caller *caller,
                               const struct credentials *c, int64_t now,
                               struct totp_offer *out, int *wait_s, struct error *e);

/* Sets the second factor that totp_begin() offered, when `code` is its; else SIGN_IN_WRONG. */
enum sign_in_result totp_confirm(struct access_control *a, const struct caller *caller,
                                 const char *code, int64_t now, struct error *e);

/* Takes the second factor away. */
enum sign_in_result totp_remove(struct access_control *a, const struct caller *caller,
                                const struct credentials *c, int64_t now, int *wait_s,
                                struct error *e);

#endif
