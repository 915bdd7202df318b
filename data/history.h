/* SPDX-License-Identifier: Apache-2.0
 *
 * What runs changed, what a steward edits, and runs taken back.
 *
 * A run is one transaction that changed the directory: an import, an edit, an undo. It has
 * a number, and for each service one row a field (an added service: one row in all). A
 * cell has two layers, that of the source and over it the steward's, if there is one; both
 * are kept (data/schema/0002_history.sql).
 *
 * Runs of places, areas and the basemap are listed with their counts; they are not taken back, since
 * the earlier file, imported again, does that.
 *
 * Undo, and who may see a place. A run is taken back by a new one, all of it or nothing:
 * what it added is retired, what it retired stands again, each layer of each cell gets its
 * old value. Visibility goes its own way:
 *
 *   an import is undone   visibility stays, or becomes stricter by the cells that come
 *                         back: imports never loosen one, so an undo of an import has
 *                         nothing to give back, and what is hidden may be hidden for a
 *                         reason that was learnt since
 *   an edit is undone     the steward's decision is taken back as any other edit, looser
 *                         or stricter: to the decision before it, or to what sources and
 *                         shared sites make of it, which meanwhile may be stricter
 */
#ifndef DATA_HISTORY_H
#define DATA_HISTORY_H

#include "data/geo.h"
#include "data/record.h"

/* ---- reading --------------------------------------------------------------------- */

struct run_info {
    int64_t number;
    const char *kind;    /* import, edit, undo */
    const char *things;  /* services, places, areas, basemap: what it changed */
    const char *source;  /* whose */
    const char *made_by; /* the person; "" an import that names none */
    int64_t undoes;      /* number of a run, or 0 */
    const char *at;      /* RFC 3339 */
    int64_t added, updated, unchanged, retired;
};

struct change_info {
    struct run_info run;
    const char *layer; /* source, edit, event */
    const char *field; /* a column, `column@language`; event: added retired visibility */
    const char *old, *new; /* "" not stated; NULL: none (edit: as the source says) */
    const char *beside; /* the other layer's value; visibility: what decided; or NULL */
};

/* Calls `each` for the last `limit` runs, newest first. */
bool history_runs(struct record *r, int64_t limit,
                  void (*each)(const struct run_info *run, void *ctx), void *ctx,
                  struct error *e);

/* Calls `each` for the last `limit` changes of the service, oldest first. */
bool history_service(struct record *r, const uint8_t id[ID_BYTES], int64_t limit,
                     void (*each)(const struct change_info *change, void *ctx), void *ctx,
                     struct error *e);

enum run_change_kind { CHANGE_ADDED, CHANGE_UPDATED, CHANGE_RETIRED };

struct run_field {
    const char *name; /* a column, `column@language`; visibility: the effective one;
                         visibility_stated: that of its source; retired: it stands again */
    const char *old, *new; /* "" not stated; NULL: there was none */
};

/* What a run makes of one service, as it is shown. */
struct run_change {
    enum run_change_kind kind; /* a service that stands again counts as added */
    bool is_new;               /* it never stood before: its id is as new */
    uint8_t id[ID_BYTES];
    const char *source, *source_id, *organization, *service;
    bool had_point, has_point; /* of a retired one: it has none any more */
    struct point before, after;
    const struct run_field *fields; /* a new service has its visibility here, no more */
    size_t field_count;
};

/* Everything is borrowed for the call; false, `e` set: to stop. */
typedef bool import_change_each(const struct run_change *change, void *ctx,
                                struct error *e);

/* Calls `each` for every service that the open run adds, updates or retires, those of other
 * sources that it binds too, ordered as they came into the record; after import_settle(),
 * before the run ends. At most `limit` are told, `*left_out` counts the rest. What a source
 * says anew below a steward's cell changes nothing that is shown and is not among them: the
 * run notes it. */
bool import_changes(struct import_run *run, int64_t limit, import_change_each *each,
                    void *ctx, int64_t *left_out, struct error *e);

/* Finds a service, retired ones too, by its public id as a UUID, or as `SOURCE:ID` of its
 * source. False: `e` says that there is none. */
bool record_find(struct record *r, const char *name, uint8_t out[ID_BYTES],
                 struct error *e);

/* A state of a service: 32 hexadecimal digits and a NUL. Another one whenever a cell, what
 * its source or a steward says of it, the visibility, or being retired is another. */
#define SERVICE_TAG_BYTES 33
bool record_service_tag(struct record *r, const uint8_t id[ID_BYTES],
                        char out[SERVICE_TAG_BYTES], struct error *e);

/* One cell and its two layers. Visibility shows the effective one, of which the shared site
 * may have decided; its layers are what was stated and what a steward decided. */
struct cell_state {
    enum column column;
    char language[16];   /* "" the column itself */
    const char *shown;   /* "" nothing */
    const char *source;  /* what its source says; "" nothing */
    const char *steward; /* what a steward put over it; "" emptied; NULL: nothing put */
};

struct service_state {
    const struct stored_service *service; /* as it is shown */
    bool retired;
    const char *decided_by; /* the visibility: default stated kept site duplicate steward */
    char tag[SERVICE_TAG_BYTES];
    const struct cell_state *cells; /* of which a layer says something, by column */
    size_t count;
};

/* Calls `each` once with the service of this public id, retired or not, all of one moment.
 * Everything is borrowed for the call; `each` returns false, `e` set, to fail. False, too,
 * when there is no such service. */
bool record_service(struct record *r, const uint8_t id[ID_BYTES],
                    bool (*each)(const struct service_state *state, void *ctx,
                                 struct error *e),
                    void *ctx, struct error *e);

/* ---- writing --------------------------------------------------------------------- */

struct run_result {
    int64_t number; /* of the new run; 0: nothing changed */
    int64_t added, updated, retired;
    bool conflict; /* refused, since the service is not as it was expected */
    bool missing;  /* refused, since there is none of this id */
};

/* One cell of an edit. */
struct edit_cell {
    enum column column;
    char language[16]; /* "" the column itself */
    const char *value; /* canonical (importers/cell.h); "" empties; NULL: as the source */
};

struct edit_request {
    const char *by; /* the steward's name */
    const struct edit_cell *cells;
    size_t count;
    const char *expect; /* a tag of record_service_tag(): refused in another state; or NULL */
    /* Judges the whole service as it would be; may be NULL. */
    bool (*judge)(const struct flat *flat, void *ctx, struct error *e);
    run_listener *listen; /* or NULL */
    void *ctx;            /* of both */
};

/* Puts cells over those of the source, or gives them back to it, as one run. Later imports
 * keep what is put. A `visibility` is decided on its own account, looser or stricter, and
 * binds as any other; empty is refused. The id cannot be edited. False: nothing changed;
 * with `out->conflict` somebody else was faster than who looked at the tag. */
bool record_edit(struct record *r, const uint8_t id[ID_BYTES],
                 const struct edit_request *request, struct run_result *out,
                 struct error *e);

/* Takes run `number` back, as one run. Refused when a later run, not taken back itself,
 * changed one of the same fields or services: each is noted, `e` says how many. */
bool record_undo(struct record *r, int64_t number, const char *by, run_listener *listen,
                 void *ctx, struct run_result *out, struct error *e);

/* False unless `by` is 1 to 200 bytes of one line of UTF-8. */
bool history_person(const char *by, struct error *e);

#endif
