/* SPDX-License-Identifier: Apache-2.0
 *
 * What the files record*.c share, and nobody else includes.
 *
 *   record.c              create, open, revision, vocabularies
 *   record_run.c          one run: begin, missing, retire, settle, commit
 *   record_put.c          one service in: what stands, is it new, has it changed
 *   record_section.c      its single cells
 *   record_list.c         its lists and texts
 *   record_organization.c whose it is: folded names and aliases
 *   record_field.c        a column, or a column in one more language
 *   record_edit.c         what a steward put over the cells of a source
 *   record_change.c       what a run changed, written
 *   record_undo.c         a run taken back
 *   record_history.c      what runs changed, read
 *   record_difference.c   what an open import changes, read
 *   record_visibility.c   the default, never looser, shared sites
 *   record_duplicates.c   the same service twice, perhaps
 *   record_index.c        indexes, during and after many rows
 *   record_tree.c         the spatial index, filled at once
 *   record_read.c         services out: cursors side by side
 *   record_service.c      one service, as a steward edits it
 *   record_count.c        what there is, in numbers
 *   record_check.c        is it whole
 *   record_place.c        places in and out
 *   record_parent.c       what a place lies in
 *   record_area.c         areas in and out
 *   record_feature.c      what only the map shows, in and out
 *   record_gazetteer.c    what putting these three has in common
 */
#ifndef DATA_RECORD_PRIVATE_H
#define DATA_RECORD_PRIVATE_H

#include "data/buf.h"
#include "data/history.h"
#include "data/mem.h"
#include "data/record.h"
#include "data/text.h"

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
    const char *own_kept; /* `own` without the steward who decided, or NULL */
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

/* What a steward decides: `code`, or NULL to leave to the source again what a steward had
 * decided. `row` is what visibility_decide() made of it. */
void visibility_steward(struct visibility_row *row, const char *code);

/* The static name of a code, or of what decided, that stands in the record. */
const char *visibility_static(const char *code);
const char *visibility_decided(const char *decided_by);

/* Binds the services of every shared site to the strictest among them. */
bool visibility_settle(struct import_run *run, struct error *e);

/* Makes `effective` of the service stricter, by what is called `decided_by`. */
bool visibility_tighten(struct import_run *run, int64_t key, enum visibility before,
                        enum visibility now, const char *decided_by, int64_t bound_by,
                        struct error *e);

/* Finds what may be the same service as one that the run added or updated, holds what
 * stands beside a hidden one, and notes each pair. */
bool duplicates_settle(struct import_run *run, struct error *e);

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

enum run_kind { RUN_IMPORT, RUN_EDIT, RUN_UNDO };

struct alias_clash;
struct reading;
struct parents;
struct place_row;

struct import_run {
    struct db *db;
    enum run_kind kind;
    char *source;        /* whose services it changes; NULL until that is known */
    int64_t source_key;  /* 0 until the source has a row */
    const char *made_by; /* borrowed; NULL: an import that names nobody */
    int64_t undoes;      /* key of a run, or 0 */
    int64_t key;         /* of import_run; 0 until something changes */
    int64_t next_key;    /* of a new service; set with `key` */
    int64_t added, updated, unchanged, retired;
    uint64_t *seen; /* bit set of keys put in this run */
    size_t seen_words;
    bool broken;  /* a write failed: the run can only be aborted */
    bool settled; /* run_settle() is done */
    const char *things; /* places, areas, basemap: what changed; NULL: services */
    uint32_t *scope; /* of places, areas, features put: scope_of(), each once */
    size_t scope_count, scope_capacity;
    struct parents *parents; /* of places put; NULL before the first */
    bool parents_settled;
    struct section_map map[SECTION_COUNT];
    struct index_state index;
    struct buf scratch;
    struct reading *reading; /* of single services; NULL until one is read */
    void (*listen)(const struct run_note *note, void *ctx); /* or NULL */
    void *listen_ctx;
    int64_t organizations_before; /* the greatest key before the run; set with `key` */
    struct alias_clash *clash;
    size_t clash_count, clash_capacity;
};

bool run_seen(const struct import_run *run, int64_t key);
void run_mark_seen(struct import_run *run, int64_t key);

/* Begins a run as a writer; `source` NULL: run_of_source() comes before the first change.
 * NULL: `e` says why. */
struct import_run *run_begin(struct db *db, enum run_kind kind, const char *source,
                             const char *made_by, struct error *e);
void run_of_source(struct import_run *run, int64_t source_key);

/* Makes the rows of the source and of the run, before the first change. */
bool run_changes(struct import_run *run, struct error *e);

/* Marks a service retired, or standing again. */
bool run_retire(struct import_run *run, int64_t key, struct error *e);
bool run_restore(struct import_run *run, int64_t key, struct error *e);

/* Resolves the parameters of every section; false when the SQL does not compile. */
bool put_prepare(struct import_run *run, struct error *e);

/* ---- what a run has to say ------------------------------------------------------- */

/* A service by its source and its id there; owned, service_name_free(). */
struct service_name {
    char *source, *id;
};

bool service_name_read(struct db *db, int64_t key, struct service_name *out,
                       struct error *e);
void service_name_free(struct service_name *n);

/* Tells whoever listens; `note` lacks the names of the services `key` and `other` (0:
 * none). */
bool run_note(struct import_run *run, struct run_note note, int64_t key, int64_t other,
              struct error *e);

/* ---- one service ----------------------------------------------------------------- */

/* On its way in: the columns, and what the program adds to them. */
struct row {
    const struct flat *flat;
    bool is_new;
    int64_t key;
    int64_t organization_key;
    const char *organization_name;    /* NULL: as in organization */
    const char *organization_acronym; /* likewise */
    int64_t source_key;
    int64_t run_key;
    uint8_t ids[3][ID_BYTES]; /* of a new service_at_location, service, location */
    uint8_t digest[DIGEST_BYTES];
    struct visibility_row visibility;
};

/* What stands under a key. */
struct standing {
    int64_t key; /* 0: nothing */
    int64_t source_key;
    bool retired;
    bool edited; /* a steward put something over its cells */
    uint8_t digest[DIGEST_BYTES];
    struct visibility_row visibility;
};

bool standing_read(struct db *db, int64_t key, struct standing *out, struct error *e);

/* Writes `flat`, with the edits laid over, as the service that stands (key 0: a new one);
 * the key goes to `*key`. `steward`: NULL, or what a steward decides of its visibility. */
struct steward_decision {
    const char *visibility; /* NULL: leave it to the source again */
};
bool put_store(struct import_run *run, const struct flat *flat,
               const struct standing *standing, const struct steward_decision *steward,
               int64_t *key, struct error *e);

/* Writes the row of each table that single cells, or items, go to. */
bool sections_put(struct import_run *run, const struct row *row, struct error *e);
bool lists_put(struct import_run *run, const struct row *row, struct error *e);

/* Is the cell a JSON list? */
bool list_is_json(enum column column);

/* ---- organizations --------------------------------------------------------------- */

/* What makes two names one: folded, and never empty for a name. `out` is overwritten. */
void organization_fold(struct slice name, struct buf *out);

/* Finds or makes the organization; keeps the row's own spelling where it differs. */
bool organization_put(struct import_run *run, struct row *row, struct error *e);

/* Writes the aliases that the row gives; organization_put() came before. */
bool aliases_put(struct import_run *run, const struct row *row, struct error *e);

/* Merges what aliases of the run made one, and notes what they may not. */
bool organizations_settle(struct import_run *run, struct error *e);
void organizations_free(struct import_run *run);

/* Folds every name anew and merges what has become one. */
bool organizations_refold(struct db *db, struct error *e);

/* ---- fields: a column, or a column in one more language ---------------------------- */

struct field {
    enum column column;
    char language[16]; /* "" the column itself */
};

#define FIELD_NAME_BYTES 64

/* "status", "public_name@km". */
const char *field_name(struct field f, char out[FIELD_NAME_BYTES]);
bool field_find(const char *name, struct field *out);
const char *field_value(const struct flat *flat, struct field f);

/* A flat form of its own, whose cells may be set. */
struct flat_copy {
    struct flat flat; /* its translations are `translations` */
    struct translation *translations;
    size_t translation_capacity;
    struct arena arena;
};

/* Zero-initialise. Copies the cells; field_set() copies the value too, "" takes it away. */
void flat_copy_init(struct flat_copy *c, const struct flat *flat);
void field_set(struct flat_copy *c, struct field f, const char *value);
void flat_copy_free(struct flat_copy *c);

/* ---- edits ----------------------------------------------------------------------- */

struct edit {
    struct field field;
    char *value;        /* the steward's */
    char *source_value; /* what the source says below it */
};

struct edits {
    struct edit *at;
    size_t count, capacity;
    struct arena arena;
};

/* Zero-initialise. What a steward put over the cells of service `key`. */
bool edits_read(struct db *db, int64_t key, struct edits *out, struct error *e);
void edits_free(struct edits *all);
struct edit *edits_find(const struct edits *all, struct field f);

/* Sets each edited field of `c` to the steward's value, or to the source's. */
enum edit_side { EDIT_STEWARD, EDIT_SOURCE };
void edits_lay(const struct edits *all, enum edit_side side, struct flat_copy *c);

/* Writes an edit, or takes it away (value NULL). */
bool edit_write(struct import_run *run, int64_t key, struct field f, const char *value,
                const char *source_value, struct error *e);

/* ---- changes --------------------------------------------------------------------- */

enum change_layer { LAYER_SOURCE, LAYER_EDIT, LAYER_EVENT };

/* Writes one row; `field` is a name, `old`, `new` and `beside` may be NULL. An event that
 * the run has written for the service before keeps its `old`. */
bool change_write(struct import_run *run, int64_t key, enum change_layer layer,
                  const char *field, const char *old, const char *new, const char *beside,
                  struct error *e);

/* Writes a row of the source's layer for each field in which `before` and `now`, as shown,
 * differ. */
bool changes_write(struct import_run *run, int64_t key, const struct flat *before,
                   const struct flat *now, struct error *e);

/* ---- reading --------------------------------------------------------------------- */

/* Reads service `key`, retired or not: a copy, borrowed from the run until the next. */
bool run_read(struct import_run *run, int64_t key, struct flat **out, struct error *e);
void reading_free(struct reading *r);

/* Calls `each` with service `key`, retired or not, which is borrowed for the call. */
bool service_by_key(struct db *db, int64_t key,
                    bool (*each)(const struct stored_service *service, void *ctx,
                                 struct error *e),
                    void *ctx, struct error *e);

/* The key of a public id; false, `e` set, when there is no such service. */
bool service_key(struct db *db, const uint8_t id[ID_BYTES], int64_t *out,
                 struct error *e);

/* What tells one state of a service from another: cells, both their layers, visibility. */
void service_tag(const struct standing *standing, const struct edits *edits,
                 char out[SERVICE_TAG_BYTES]);

/* ---- places and areas ------------------------------------------------------------- */

/* What stands under the same source and id. */
struct gazetteer_row {
    int64_t key; /* 0: nothing */
    int64_t parent_key;
    bool retired, same;
};

/* Finds it by `sql` (key, retired_run, digest, parent_key by :source_key and :id); false with `e` set
 * when it was put before in this run. */
bool gazetteer_find(struct import_run *run, const char *sql, const char *id,
                    const uint8_t digest[DIGEST_BYTES], struct gazetteer_row *out,
                    struct error *e);

/* What a place that is about to be put lies in: `*out`, 0 nothing but its country;
 * `*pending` when that can only be told once all rows are in. */
bool parent_find(struct import_run *run, const struct place_row *row, int64_t *out,
                 bool *pending, struct error *e);

/* Remembers a place that was put, for places_settle(). */
void parents_note(struct import_run *run, const struct place_row *row, int64_t key,
                  bool pending, bool unchanged);
void parents_free(struct import_run *run);

/* False, `e` set: a place of the source that stands lies in one that is retired. */
bool parents_stand(struct import_run *run, struct error *e);

/* Counts what was put and notes its country and level, or kind. */
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
