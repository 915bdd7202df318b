/* SPDX-License-Identifier: Apache-2.0
 *
 * Browsers that are signed in. A token of 256 random bits stands in the browser's cookie;
 * here and in the access database stands its BLAKE2b-256 hash. Requests are matched in
 * memory and never wait for the disk; a restart of the server signs nobody out.
 *
 *   opens             sign_in()              every sign-in makes a new token
 *   ends by itself    idle_s without a request, or absolute_s after it was opened
 *   ends otherwise    sign-out, a new password, an account that is disabled or reset
 */
#ifndef SERVER_ACCESS_SESSIONS_H
#define SERVER_ACCESS_SESSIONS_H

#include <stddef.h>

#include "data/access/user.h"
#include "server/access/caller.h"
#include "server/access/store.h"

#define SESSION_TOKEN_SIZE 44   /* 43 characters of base64url, and NUL */
#define SESSIONS_OF_ONE 20      /* of one account: the oldest ends when one more opens */
#define SESSION_SEEN_EVERY_S 60 /* how often last_seen is written, at most */

struct sessions;

/* Loads what was open from the store, which has to stay. NULL: `e` says why. */
struct sessions *sessions_new(struct store *store, int idle_s, int absolute_s,
                              struct error *e);
void sessions_free(struct sessions *s);

/* ---- for threads that may wait for the disk ----------------------------------------- */

/* Opens a session of `user`, as user_find() told, and writes its token: 1; 0 when the
 * account has been disabled or its password changed since then, -1 error. */
int sessions_open(struct sessions *s, const struct user *user, int64_t now,
                  char token[SESSION_TOKEN_SIZE], struct error *e);

/* Ends one session, known by its hash (struct caller). In memory it ends in any case. */
bool sessions_close(struct sessions *s, const uint8_t hash[SESSION_HASH_BYTES],
                    struct error *e);

/* Ends all sessions of the account, but that of hash `but` (may be NULL). */
bool sessions_close_all(struct sessions *s, int64_t user, const uint8_t *but,
                        struct error *e);

/* After a change to the access database: what is no longer open there ends, and roles are
 * as they are there. */
bool sessions_reload(struct sessions *s, struct error *e);

/* Writes when each was last seen, and deletes what ended by `now`. */
bool sessions_flush(struct sessions *s, int64_t now, struct error *e);

/* ---- for any thread ----------------------------------------------------------------- */

/* True and `*out` set when `token` of `len` bytes is that of an open session; it has then
 * been seen at `now`. Else false, and `*out` is nobody. */
bool sessions_find(struct sessions *s, const char *token, size_t len, int64_t now,
                   struct caller *out);

/* The account of an open session; 0 when it is not open. */
int64_t sessions_user(struct sessions *s, const uint8_t hash[SESSION_HASH_BYTES]);

/* Calls `each` for the open sessions of the account. The table is locked: no call back. */
void sessions_each(struct sessions *s, int64_t user,
                   void (*each)(const struct session *session, void *ctx), void *ctx);

/* A second factor's secret between its making and the code that confirms it: kept with
 * the session, in memory only. NULL forgets it; get is false when there is none. */
void sessions_set_pending(struct sessions *s, const uint8_t hash[SESSION_HASH_BYTES],
                          const uint8_t secret[USER_TOTP_BYTES]);
bool sessions_get_pending(struct sessions *s, const uint8_t hash[SESSION_HASH_BYTES],
                          uint8_t secret[USER_TOTP_BYTES]);

#endif
