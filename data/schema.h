/* SPDX-License-Identifier: Apache-2.0
 *
 * Schema steps: files NNNN_name.sql in one directory, numbered from 1 without a gap.
 * `PRAGMA user_version` of a database is the number of its last step.
 */
#ifndef DATA_SCHEMA_H
#define DATA_SCHEMA_H

#include <stdbool.h>
#include <stdint.h>

#include "data/db.h"
#include "data/error.h"

enum schema_mode {
    SCHEMA_CREATE,  /* a new database, version 0 */
    SCHEMA_MIGRATE, /* an older database is brought forward */
    SCHEMA_EXPECT,  /* an older database is refused */
};

/* What step `step` cannot say in SQL; called after it, in the same transaction. */
typedef bool schema_after(struct db *db, int step, struct error *e);

/* Brings `db`, a database of kind `application_id`, to the last step of `dir`, all steps
 * in one transaction. `after` may be NULL. False for another kind of file, a newer
 * database, or a missing or wrong step. */
bool schema_apply(struct db *db, const char *dir, int64_t application_id,
                  enum schema_mode mode, schema_after *after, struct error *e);

#endif
