/* SPDX-License-Identifier: Apache-2.0
 *
 * The record: the directory as it is kept, in a SpatiaLite file with HSDS-shaped tables
 * (data/schema/). This header is its whole outside for services.
 *
 * Ids are 128 random bits made here, kept over re-imports by (source, id of the source).
 * The revision moves only when a service is added, updated or retired.
 */
#ifndef DATA_RECORD_H
#define DATA_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "data/db.h"
#include "data/error.h"
#include "data/flat.h"

struct record;

/* Of these two, vocabularies_load() came before. */

/* Makes a new record at `path` with every schema step of `share`/schema applied and the
 * vocabularies written into taxonomy_term. An existing file is an error. */
bool record_create(const char *path, const char *share, struct error *e);

/* Opens a record. DB_READ_WRITE migrates an older schema forward in one transaction; a
 * newer one than `share` has, or a file that is no record, is refused. */
struct record *record_open(const char *path, const char *share, enum db_mode mode,
                           struct error *e);
void record_close(struct record *r);

/* The revision of the directory, and `PRAGMA data_version`. */
bool record_revision(struct record *r, int64_t *out, struct error *e);
bool record_data_version(struct record *r, int64_t *out, struct error *e);

/* ---- what a run has to say of single services ------------------------------------ */

enum run_note_kind {
    NOTE_KEPT,      /* the source says something else than before, below an edit */
    NOTE_RETIRED,   /* a service that a steward edited was retired by its source */
    NOTE_DUPLICATE, /* `id` may be the same service as `other_id` */
    NOTE_ALIAS,     /* the alias `value` is the name of another organization */
    NOTE_LATER,     /* a later run changed the service: no undo */
};

struct run_note {
    enum run_note_kind kind;
    const char *source, *id; /* of the service, as its source names it */
    const char *field;       /* KEPT: a column, or column@language */
    const char *value;       /* KEPT: the steward's; ALIAS */
    const char *said;        /* KEPT: what the source says now; "" nothing */
    const char *other_source, *other_id; /* DUPLICATE */
    const char *reason;                  /* DUPLICATE: which names are the same */
    double distance_m;                   /* DUPLICATE */
    bool held;       /* DUPLICATE: `id` is held as `staff`, since the other is hidden */
    bool other_held; /* DUPLICATE: the other way round */
    int64_t run;     /* LATER: its number */
};

/* Everything is borrowed for the call. */
typedef void run_listener(const struct run_note *note, void *ctx);

/* ---- one import run: one transaction ------------------------------------------- */

struct import_run; /* seen ids, counts, prepared state */

enum put_result { PUT_FAILED = -1, PUT_UNCHANGED, PUT_ADDED, PUT_UPDATED };

/* Begins a run of `source`: BEGIN IMMEDIATE. NULL: `e` says why (for example locked). */
struct import_run *import_begin(struct record *r, const char *source, struct error *e);

/* Whom the run tells; before the first import_put(). */
void import_listen(struct import_run *run, run_listener *listen, void *ctx);

/* Who makes the run, for its history: as history_person() wants it, borrowed until the run
 * ends; before the first import_put(). */
void import_made_by(struct import_run *run, const char *by);

/* The number of the run, by which history and undo know it; 0: it has changed nothing. */
int64_t import_number(const struct import_run *run);

/* Adds or updates one service, known by the source's COL_ID. Lays what a steward edited
 * over the cells, then compares a BLAKE2b digest of them, so that an unchanged row writes
 * nothing. Never loosens a visibility that was set tighter.
 * PUT_FAILED with an id put before in this run, or cells that no table can hold, leaves
 * the run as it was; after a write that failed, import_commit() refuses. */
enum put_result import_put(struct import_run *run, const struct flat *flat,
                           struct error *e);

/* How many services of the source stand in the record now, and how many of those were
 * not put in this run (they would be retired). */
bool import_missing(struct import_run *run, int64_t *present, int64_t *missing,
                    struct error *e);

/* Retires (marks retired, with the run; kept for history, never served) what was not put.
 * A retired service that comes back with the same id keeps its 128-bit id. */
bool import_retire_missing(struct import_run *run, int64_t *retired, struct error *e);

/* Brings the spatial index up to date, resolves ids of other services and aliases of
 * organizations, settles visibility of shared sites, and looks for near-duplicates. Part of
 * import_commit(); to be called before import_abort() by who only wants to know. */
bool import_settle(struct import_run *run, struct error *e);

/* Settles, moves the revision and writes the run's row when anything changed; writes
 * nothing at all when nothing did. Frees `run` in any case. */
bool import_commit(struct import_run *run, struct error *e);
void import_abort(struct import_run *run);

/* ---- reading ------------------------------------------------------------------- */

/* Calls `each` for every service that is not retired, ordered by key (that of
 * first import), inside one read transaction whose revision is stored in `*revision`.
 * `service` and its cells are borrowed for the call. `each` returns false to stop with
 * failure, `e` set by it. */
bool record_each(struct record *r, int64_t *revision,
                 bool (*each)(const struct stored_service *service, void *ctx,
                              struct error *e),
                 void *ctx, struct error *e);

/* Calls `each` for every service that the public learns of with some place, with the cells
 * that tell where it is and no others. Ids but that of the organization are 0. */
bool record_each_facility(struct record *r,
                          void (*each)(const struct stored_service *service, void *ctx),
                          void *ctx, struct error *e);

/* Calls `each` for every public holiday (ISO 3166-1 alpha-2, ISO 8601 date). */
bool record_each_holiday(struct record *r,
                         void (*each)(const char *country, const char *date, void *ctx),
                         void *ctx, struct error *e);

/* Whether an organization of the record has the public id. "unnamed" is none: what nobody is
 * named for belongs to nobody. */
bool record_has_organization(struct record *r, const uint8_t id[16], bool *out,
                             struct error *e);

/* Verifies the whole record: SQLite's integrity and foreign keys, constraints, the spatial
 * index, canonical cells. Calls `say` with each fault found. False: could not check. */
bool record_check(struct record *r, void (*say)(const char *fault, void *ctx), void *ctx,
                  int64_t *faults, struct error *e);

/* Calls `say` with each number that the record has for whoever looks after it: services by
 * country, need, kind, visibility, evidence and age. A title comes with all its labels. */
bool record_counts(struct record *r,
                   void (*say)(const char *title, const char *label, int64_t count,
                               void *ctx),
                   void *ctx, struct error *e);

#endif
