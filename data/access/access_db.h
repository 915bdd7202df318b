/* SPDX-License-Identifier: Apache-2.0
 *
 * The access database: who may ask for more than the public, and what they did. It stands
 * beside the record (FILE-access.db for FILE.db, mode 0600), never in it, so that a copy
 * of the directory holds no way in.
 *
 *   key.h         keys of systems         session.h     browsers that are signed in
 *   user.h        accounts of people      audit.h       who did what, by day
 *   suggestion.h  what partners think a record should say
 *
 * A handle is for one thread at a time.
 */
#ifndef DATA_ACCESS_ACCESS_DB_H
#define DATA_ACCESS_ACCESS_DB_H

#include <stdint.h>

#include "data/buf.h"
#include "data/error.h"

struct access_db;

/* Appends the path of the access database of the record at `record_path`: that of "dir/full.db"
 * is "dir/full-access.db"; another ending stays: "full", "full-access". */
void access_db_path(const char *record_path, struct buf *out);

/* Opens the access database of the record at `record_path`, made when there is none and
 * brought forward when it is older, with the schema steps of `share`/schema_access. NULL:
 * `e` says why. */
struct access_db *access_db_open(const char *record_path, const char *share,
                                 struct error *e);
void access_db_close(struct access_db *a);

/* Changes whenever another handle wrote: time to load again what is kept in memory. */
bool access_db_data_version(struct access_db *a, int64_t *out, struct error *e);

/* Several calls in one transaction: they take effect with access_db_commit(), all or none.
 * None of those that say so in their header opens one of its own. */
bool access_db_begin(struct access_db *a, struct error *e);
bool access_db_commit(struct access_db *a, struct error *e);
void access_db_rollback(struct access_db *a);

#endif
