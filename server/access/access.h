/* SPDX-License-Identifier: Apache-2.0
 *
 * Who may ask for more than the public: the whole of it, for the server.
 *
 *   Authorization ──> keys, swapped in whole ──┐
 *                                              ├──> struct caller
 *   Cookie ──> sessions, a table in memory ────┘
 *
 * (`struct access` would be taken: of a route, server/http/route.h says who may ask.)
 *
 *   sign_in.h   a name and a password become a session
 *   store.h     the access database, for handlers that read or write it (audit,
 *               suggestions): struct access_db *db = store_take(access_store(a)); ...
 */
#ifndef SERVER_ACCESS_ACCESS_H
#define SERVER_ACCESS_ACCESS_H

#include "server/access/caller.h"
#include "server/access/store.h"

/* The cookie of a session. The prefix makes browsers refuse one that was set for the whole
 * domain, for a part of the site, or over an open line. */
#define ACCESS_COOKIE "__Host-haven"

/* What the audit calls it when somebody reads where a hidden place is. */
#define ACCESS_EXACT_PLACE "exact_place"

/* 0 stands for the default. */
struct access_options {
    int idle_s;         /* a session ends after so long without a request: 30 minutes */
    int absolute_s;     /* and so long after the sign-in: 12 hours */
    int places_an_hour; /* exact places that one caller may read: 20, and 80 a day */
};

struct access_control;

/* Opens the access database of the record at `record_path` and loads keys and sessions.
 * NULL: `e` says why. */
struct access_control *access_open(const char *record_path, const char *share,
                                   const struct access_options *options, struct error *e);

/* Writes the uses that were counted, and frees everything. A failure to write is said on
 * standard error. */
void access_close(struct access_control *a);

/* Looks whether the access database changed; writes uses every few seconds and sessions
 * every minute; deletes what is past its time. From one thread, a few times a second; `now`
 * is in seconds since 1970. False: what is known stays; `e` says what went wrong. */
bool access_refresh(struct access_control *a, int64_t now, struct error *e);

/* Who sent a request: `bearer` of `len` bytes is what followed "Bearer " in Authorization
 * (NULL: no such header), `cookie` the Cookie header (or ""). A key goes before a cookie.
 * True and `*out` set; with neither a key nor our cookie, `*out` is nobody. False, and
 * `*out` nobody, when what was sent opens nothing: unknown, expired, revoked, disabled.
 * Never waits. */
bool access_identify(struct access_control *a, const char *bearer, size_t len,
                     const char *cookie, int64_t now, struct caller *out);

/* Counts one use of the caller's key or account for `action` (static) by day. Nobody is not
 * counted. Never waits for the disk. */
void access_used(struct access_control *a, const struct caller *caller,
                 const char *action, int64_t now);

/* Writes that the caller did `action` to `object` ("" none), before it is answered. */
bool access_audit(struct access_control *a, const struct caller *caller,
                  const char *action, const char *object, int64_t now, struct error *e);

/* Whether the caller may read one more exact place, that of `id`; false: `*retry_s` says
 * when. One that it read in the last day it may read again. */
bool access_take_place(struct access_control *a, const struct caller *caller,
                       const uint8_t id[16], int64_t now, int *retry_s);

/* Ends the caller's session, or all of its account. */
bool access_sign_out(struct access_control *a, const struct caller *caller,
                     bool everywhere, struct error *e);

/* Calls `each` for the open sessions of the account whose session the caller has. No call
 * back from within. */
void access_each_session(struct access_control *a, const struct caller *caller,
                         void (*each)(const struct session *session, void *ctx), void *ctx);

struct store *access_store(struct access_control *a);

#endif
