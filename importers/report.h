/* SPDX-License-Identifier: Apache-2.0
 *
 * What an import found: counts, errors, likely duplicates and notes; on standard error as
 * they come, and as JSON at the end. Values of the file stand nowhere but in these.
 */
#ifndef IMPORTERS_REPORT_H
#define IMPORTERS_REPORT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "data/buf.h"
#include "data/error.h"
#include "importers/progress.h"

#define REPORT_PRINTED_MAX 1000   /* lines of errors on standard error */
#define REPORT_WRITTEN_MAX 100000 /* objects of a list in the JSON */

struct report {
    const char *file; /* of the import, for messages */
    struct progress *progress;
    int64_t read, added, updated, unchanged, retired, rejected;
    int64_t left_out; /* rows that the map, or the format, leaves out */
    int64_t placed; /* rows that the gazetteer gave a point */
    int64_t error_count, duplicate_count, note_count, place_count;
    int64_t revision;      /* of the record, on which the import stands; -1 not known */
    bool lists_changes;    /* the JSON has the difference (importers/report_changes.h) */
    bool begun;            /* the JSON stands up to its end */
    bool muted;            /* a second reading: errors are known already */
    struct buf errors;     /* JSON objects after one another */
    struct buf duplicates; /* the same */
    struct buf notes;      /* the same */
    struct buf places;     /* the same */
    FILE *out;             /* of --report, or NULL */
    const char *out_path;
};

/* False when the report would overwrite one of the files that are read (NULLs do not
 * count). */
bool report_apart(const char *out_path, const char *const *read, size_t count,
                  struct error *e);

/* Opens `out_path` (may be NULL) at once, so that a wrong path fails before any work. */
bool report_open(struct report *r, const char *file, const char *out_path,
                 struct progress *progress, struct error *e);

/* Adds `file:line: column: message`; `column` may be NULL. */
void report_error(struct report *r, int64_t line, const char *column,
                  const char *message);

/* A row, and what it may be the same as: an earlier row, or a service of the record. */
struct report_pair {
    int64_t line;
    int64_t of_line; /* 0: not in the file */
    const char *of_source, *of_id;
    const char *reason; /* which names are the same */
    double distance_m;
    bool held, of_held; /* until a steward decides, since the other one is hidden */
};

void report_duplicate(struct report *r, const struct report_pair *pair);

/* Adds what a person should know of a row that was taken; `line` 0: of no row, `column` may
 * be NULL. */
void report_note(struct report *r, int64_t line, const char *column, const char *message);

/* Adds where the names of a row without coordinates were found; `found` NULL: nowhere. */
void report_placed(struct report *r, int64_t line, const char *asked, const char *found,
                   double score);

/* Says how many errors were not printed. */
void report_errors_end(struct report *r);

/* Writes the JSON up to the changes of run `number` (0: null), and what follows them. False:
 * the file is full, say. */
void report_changes_begin(struct report *r, int64_t number);
bool report_changes_end(struct report *r, int64_t left_out, struct error *e);

/* Writes the JSON, or the rest of it, and closes its file; unless `changed`, counts of
 * changes are 0 and none is listed. */
bool report_close(struct report *r, bool changed, struct error *e);

/* The line on standard output at the end of an import, or why there is none, on standard
 * error; an empty message of `e` means that the errors are listed already. */
void report_summary(const struct report *r, bool dry_run);
void report_refusal(const struct report *r, const struct error *e);

#endif
