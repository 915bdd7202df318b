/* SPDX-License-Identifier: Apache-2.0
 *
 * How often each key and account was used for which kind of action: counted in memory by
 * the threads that answer, written into the audit every few seconds.
 */
#ifndef SERVER_ACCESS_USES_H
#define SERVER_ACCESS_USES_H

#include "data/access/audit.h"
#include "server/access/store.h"

struct uses;

struct uses *uses_new(void);
void uses_free(struct uses *u);

/* Counts one use on the day of `now` (seconds since 1970). `action` is static. */
void uses_count(struct uses *u, enum actor_kind kind, const char *actor,
                const char *action, int64_t now);

/* Writes what was counted; on failure it is kept for the next time. */
bool uses_flush(struct uses *u, struct store *store, struct error *e);

#endif
