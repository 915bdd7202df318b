/* SPDX-License-Identifier: Apache-2.0
 *
 * What the files record*.c share, and nobody else includes.
 *
 *   record.c            create, open, revision, vocabularies
 *   record_put.c        one service in: sections of columns and lists of items
 *   record_run.c        one import run: begin, missing, retire, commit
 *   record_index.c      indexes, during and after many rows
 *   record_tree.c       the spatial index, filled at once
 *   record_visibility.c the default, never looser, shared sites
 *   record_read.c       every service out: cursors side by side
 *   record_check.c      is it whole
 *   record_place.c      places in and out
 *   record_area.c       areas in and out
 *   record_gazetteer.c  what putting either has in common
 */
#ifndef DATA_RECORD_PRIVATE_H
#define DATA_RECORD_PRIVATE_H

#include "data/buf.h"
#include "data/record.h"

#define DIGEST_BYTES 16

struct record {
    struct db *db;
};

/* ---- visibility ------------------------------------------------------------------ */

enum visibility { VISIBLE_EXACT, VISIBLE_AREA, VISIBLE_CONTACT, VISIBLE_STAFF };

/* What the record holds of one service's visibility; names of codes, static strings. */
struct visibility_row {
    const char *stated; /* "" not stated */
    const char *default_code;
    const char *own;
    const char *effective;
    const char *decided_by;
    int64_t bound_by; /* key of a service, or 0 */
};

const char *visibility_name(enum visibility v);

/* False when `name` is no code. */
bool visibility_find(const char *name, enum visibility *out);

/* The visibility of a service whose source states none. */
enum visibility visibility_default(const struct flat *flat);

/* Fills `out` for `flat`; `before` is the row that stands, or NULL. */
void visibility_decide(const struct flat *flat, const struct visibility_row *before,
                       struct visibility_row *out);

/* Binds the services of every shared site to the strictest among them. */
bool visibility_settle(struct db *db, struct error *e);

/* ---- indexes --------------------------------------------------------------------- */

struct index_state {
    int64_t before;  /* locations when the run began */
    int64_t written; /* in this run */
    char **later;    /* SQL of what was dropped, to be made again by index_finish() */
    size_t later_count;
};

/* To be called before each write of a service: from some number on, the spatial index and
 * those of the ids are put off to index_finish(), which makes them whole. */
bool index_write(struct index_state *x, struct db *db, struct error *e);
bool index_finish(struct index_state *x, struct db *db, struct error *e);
void index_free(struct index_state *x);

/* Fills the empty R*Tree of location at once. */
bool tree_fill(struct db *db, struct error *e);

/* ---- one import run -------------------------------------------------------------- */

#define SECTION_COUNT 9
#define SECTION_PARAMETERS 32

/* A statement whose parameters are resolved: columns, or special ones. */
struct section_map {
    int count;
    short parameter[SECTION_PARAMETERS]; /* a column, or COL_COUNT + a special one */
};

struct import_run {
    struct db *db;
    char *source;
    int64_t source_key; /* 0 until the source has a row */
    int64_t key;        /* of import_run; 0 until something changes */
    int64_t next_key;   /* of a new service; set with `key` */
    int64_t added, updated, unchanged, retired;
    uint64_t *seen; /* bit set of keys put in this run */
    size_t seen_words;
    bool broken; /* a write failed: the run can only be aborted */
    bool places; /* a place or an area changed */
    uint32_t *scope; /* of places and areas put: scope_of(), each once */
    size_t scope_count, scope_capacity;
    struct section_map map[SECTION_COUNT];
    struct index_state index;
    struct buf scratch;
};

bool run_seen(const struct import_run *run, int64_t key);
void run_mark_seen(struct import_run *run, int64_t key);

/* Makes the rows of the source and of the run, before the first change. */
bool run_changes(struct import_run *run, struct error *e);

/* Resolves the parameters of every section; false when the SQL does not compile. */
bool put_prepare(struct import_run *run, struct error *e);

/* ---- places and areas ------------------------------------------------------------- */

/* What stands under the same source and id. */
struct gazetteer_row {
    int64_t key; /* 0: nothing */
    bool retired, same;
};

/* Finds it by `sql` (key, retired_run, digest by :source_key and :id); false with `e` set
 * when it was put before in this run. */
bool gazetteer_find(struct import_run *run, const char *sql, const char *id,
                    const uint8_t digest[DIGEST_BYTES], struct gazetteer_row *out,
                    struct error *e);

/* Counts what was put and notes its country and level. */
enum put_result gazetteer_done(struct import_run *run, const struct gazetteer_row *before,
                               int64_t key, const char *country, int level);

/* Retires by `sql_retire` (:run_key, :key) what `sql_standing` (key, country, level by
 * :source_key) has in the countries and levels of this run, and was not put. */
bool gazetteer_retire(struct import_run *run, const char *sql_standing,
                      const char *sql_retire, int64_t *present, int64_t *missing,
                      struct error *e);

/* ---- shared ---------------------------------------------------------------------- */

/* BLAKE2b of the stated cells and translations; `scratch` is overwritten. */
void flat_digest(const struct flat *flat, struct buf *scratch, uint8_t out[DIGEST_BYTES]);

/* Steps `sql`, which takes no parameters, to its first row and gives its first column. */
bool query_integer(struct db *db, const char *sql, int64_t *out, struct error *e);

/* Runs `sql`, which takes no parameters and returns no row. */
bool run_sql(struct db *db, const char *sql, struct error *e);

#endif
