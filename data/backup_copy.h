/* SPDX-License-Identifier: Apache-2.0
 *
 * What backup and restore have in common: one database copied and verified.
 */
#ifndef DATA_BACKUP_COPY_H
#define DATA_BACKUP_COPY_H

#include "data/backup.h"

enum copy_kind { COPY_RECORD, COPY_ACCESS };

/* Is anything at `path`? */
bool copy_there(const char *path);

/* Copies the database at `from`, which has to be of that kind, into the part of `path`
 * (data/folder.h), and verifies the copy: SQLite's integrity, foreign keys. CHECK
 * constraints are for a restore: SQLite forgets them in a database opened for reading.
 * False leaves no part. */
bool copy_part(enum copy_kind kind, const char *from, const char *path,
               const struct backup_options *o, struct error *e);

/* Removes the part of `path`, if there is one. */
void copy_drop(const char *path);

#endif
