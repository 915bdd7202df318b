/* SPDX-License-Identifier: Apache-2.0
 *
 * `haven import services`: a file of the flat form into the record, as one transaction.
 *
 *   read ─ check ─ put ─┐                       refused: roll back, exit 1
 *     (every row)       ├─ judge references ─┬─ not --partial, and a row is bad
 *   errors are listed ──┘                    ├─ --partial: read again without them, if
 *                                            │  one was put and is bad after all
 *                                            └─ retire, commit (--dry-run: roll back)
 */
#ifndef IMPORTERS_SERVICES_H
#define IMPORTERS_SERVICES_H

#include <stdbool.h>

#include "data/error.h"

struct services_options {
    const char *path; /* of the CSV, "-" for standard input */
    const char *db;
    const char *share; /* the program's own data */
    const char *source;
    const char *map;    /* or NULL */
    const char *report; /* or NULL */
    bool dry_run, partial, retire_missing, force;
};

/* Runs the import: errors and notes on standard error, one summary line on standard
 * output. Returns the exit code. The vocabularies have been loaded. */
enum err services_import(const struct services_options *options);

#endif
