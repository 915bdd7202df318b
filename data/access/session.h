/* SPDX-License-Identifier: Apache-2.0
 *
 * Browsers that are signed in, as they are kept over a restart of the server, which
 * itself answers from memory (server/access/sessions.h). The token is kept nowhere.
 */
#ifndef DATA_ACCESS_SESSION_H
#define DATA_ACCESS_SESSION_H

#include "data/access/access_db.h"
#include "data/access/holder.h"

#define SESSION_HASH_BYTES 32

struct session {
    uint8_t hash[SESSION_HASH_BYTES]; /* BLAKE2b-256 of the token's text */
    int64_t user;                     /* id of the account */
    int64_t created, last_seen, ends; /* seconds since 1970 */
    struct holder holder;             /* read only: of the account, as it is now */
    bool must_change;                 /* read only: likewise */
};

/* All of these may stand in a transaction of access_db_begin(). */

/* Adds a session of an account whose password is still the one of `password` (its hash)
 * and that is not disabled: 1; 0 when that is no longer so, -1 error. */
int session_add(struct access_db *a, const struct session *session, const char *password,
                struct error *e);

bool session_seen(struct access_db *a, const uint8_t hash[SESSION_HASH_BYTES],
                  int64_t last_seen, struct error *e);

bool session_delete(struct access_db *a, const uint8_t hash[SESSION_HASH_BYTES],
                    struct error *e);

/* All sessions of an account, but the one of hash `but` (may be NULL). */
bool session_delete_user(struct access_db *a, int64_t user, const uint8_t *but,
                         struct error *e);

/* What ended by `now`, or was last seen before `idle_since`. */
bool session_delete_expired(struct access_db *a, int64_t now, int64_t idle_since,
                            struct error *e);

/* Calls `each` for every session of an account that is not disabled. Borrowed. */
bool session_each(struct access_db *a,
                  void (*each)(const struct session *session, void *ctx), void *ctx,
                  struct error *e);

#endif
