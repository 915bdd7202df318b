/* SPDX-License-Identifier: Apache-2.0
 *
 * What staff did: one row a day for each (who, action, object), with how often. It says
 * nothing of what was searched for, and nothing of where from. Kept for 400 days.
 */
#ifndef DATA_ACCESS_AUDIT_H
#define DATA_ACCESS_AUDIT_H

#include "data/access/access_db.h"

#define AUDIT_DAYS 400

enum actor_kind { ACTOR_KEY, ACTOR_USER, ACTOR_COMMAND };

/* "key", "user", "command". */
const char *actor_kind_name(enum actor_kind kind);

struct audit_entry {
    const char *day; /* YYYY-MM-DD; of audit_each() only */
    enum actor_kind kind;
    const char *actor;  /* name of the key or account, or of who ran the command */
    const char *action; /* a word of the program: "exact_place" */
    const char *object; /* id of a record, name of an account or key; "" none */
    int64_t count;
};

/* Counts `entry->count` times onto the row of the day of `now` (seconds since 1970). May
 * stand in a transaction of access_db_begin(). */
bool audit_add(struct access_db *a, const struct audit_entry *entry, int64_t now,
               struct error *e);

/* Calls `each` for the rows from `from_day` (YYYY-MM-DD) on, newest day first, at most
 * `limit`. Borrowed for the call. */
bool audit_each(struct access_db *a, const char *from_day, int limit,
                void (*each)(const struct audit_entry *entry, void *ctx), void *ctx,
                struct error *e);

/* To how many objects the actor did `action` on the day of `now`. */
bool audit_distinct_today(struct access_db *a, enum actor_kind kind, const char *actor,
                          const char *action, int64_t now, int64_t *out, struct error *e);

/* Deletes what is more than AUDIT_DAYS older than `now`. */
bool audit_expire(struct access_db *a, int64_t now, struct error *e);

#endif
