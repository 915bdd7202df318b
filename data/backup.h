/* SPDX-License-Identifier: Apache-2.0
 *
 * A backup is a copy of a record, and one of the access database beside it
 * (FILE-access.db), each of one moment, verified, in one file without a log, mode 0600.
 * It is made while servers answer and imports run.
 */
#ifndef DATA_BACKUP_H
#define DATA_BACKUP_H

#include <stdbool.h>

#include "data/buf.h"
#include "data/db.h"
#include "data/error.h"

struct backup_options {
    bool without_access;
    bool force;            /* backup_restore(): in the place of a record that stands */
    db_progress *progress; /* may be NULL */
    void *ctx;             /* of `progress`, and of `say` */
};

/* What came of it. `access` stays empty when there was none to copy. */
struct backup_files {
    struct buf record, access; /* paths */
};
void backup_files_free(struct backup_files *files);

/* Copies the record at `path` to `to`: a folder, in which the copy gets the record's name
 * and the time (region-20261124T120000Z.db), or a file that does not exist. Nothing is
 * replaced; a failure leaves nothing. A record that is damaged is ERR_DATA. */
bool backup_make(const char *path, const char *to, const struct backup_options *o,
                 struct backup_files *made, struct error *e);

/* Removes the oldest backups of the record at `path` in `folder`, known by their names,
 * so that `keep` are left. */
bool backup_prune(const char *path, const char *folder, int keep, struct error *e);

/* Makes the record at `path` (and its access database) what the backup at `backup` is,
 * brought forward to this program's schema and checked as by record_check(), whose faults
 * go to `say`. With `force` a record that stands is kept as FILE.before-restore, unless a
 * program has it open: ERR_ENVIRONMENT. Until the check is done nothing is touched. */
bool backup_restore(const char *backup, const char *path, const char *share,
                    const struct backup_options *o,
                    void (*say)(const char *fault, void *ctx), struct backup_files *made,
                    struct error *e);

#endif
