/* SPDX-License-Identifier: Apache-2.0
 *
 * A steward's work on one record: both layers of its cells, changing it, its history; the
 * last runs, and taking one back.
 *
 * A change is a merge patch of columns (record_cells.h). Pausing is `status: paused`, retiring is
 * `status: closed`, verifying is `verified_on`; all stand against later imports.
 */
#include <stdio.h>
#include <string.h>

#include "data/history.h"
#include "importers/row.h"
#include "server/api/failure.h"
#include "server/api/fields.h"
#include "server/api/handlers.h"
#include "server/api/params.h"
#include "server/api/record.h"

#define HISTORY_LIMIT 500
#define HISTORY_LIMIT_MAX 5000

const struct param record_params[] = {
    {"id", PARAM_STRING, -1, 36, 36, NULL, "id of the service", .in_url = true,
     .in_path = true},
    {0},
};

const struct param history_params[] = {
    {"id", PARAM_STRING, -1, 36, 36, NULL, "id of the service", .in_url = true,
     .in_path = true},
    {"limit", PARAM_INTEGER, -1, 1, HISTORY_LIMIT_MAX, NULL, "most changes, default 500",
     .in_url = true},
    {0},
};

const struct param runs_params[] = {
    {"limit", PARAM_INTEGER, -1, 1, HISTORY_LIMIT_MAX, NULL, "most runs, default 500",
     .in_url = true},
    {0},
};

const struct param undo_params[] = {
    {"number", PARAM_INTEGER, -1, 1, 1e15, NULL, "number of the run", .in_url = true,
     .in_path = true},
    {0},
};

/* The id in the path; false: answered with 404. */
static bool path_id(const struct request *q, struct response *r, uint8_t id[ID_BYTES]) {
    if (uuid_decode(q->value[0], id))
        return true;
    problem(r, 404, "There is no service with this id.", NULL);
    return false;
}

/* True when the limit is good, or not given; false: answered with 400. */
static bool read_limit(const struct args *args, const struct param *params, int *limit,
                       struct response *r) {
    struct faults faults = {0};
    const struct arg *a = param_get(args, "limit");
    *limit = HISTORY_LIMIT;
    if (params_known(args, params, &faults) &&
        (a == NULL || param_integer(a, 1, HISTORY_LIMIT_MAX, limit, &faults)))
        return true;
    problem(r, 400, NULL, &faults);
    return false;
}

/* ---- one record ------------------------------------------------------------------------- */

struct rendering {
    struct context *c;
    struct response *r;
};

static void add_cell(struct buf *b, const struct context *c,
                     const struct cell_state *cell) {
    buf_json_comma(b);
    buf_char(b, '{');
    add_text_field(b, c, FIELD_CELL_COLUMN, columns[cell->column].name);
    add_text_field(b, c, FIELD_CELL_LANGUAGE, cell->language[0] ? cell->language : NULL);
    add_text_field(b, c, FIELD_CELL_SHOWN, cell->shown);
    add_text_field(b, c, FIELD_CELL_SOURCE, cell->source);
    add_text_field(b, c, FIELD_CELL_STEWARD, cell->steward);
    buf_char(b, '}');
}

static bool render_record(const struct service_state *state, void *ctx, struct error *e) {
    struct rendering *to = ctx;
    struct buf *b = &to->r->body;
    const struct context *c = to->c;
    char id[37];
    (void)e;
    uuid_encode(state->service->id, id);
    respond_json(to->r);
    snprintf(to->r->etag, sizeof to->r->etag, "\"%s\"", state->tag);
    buf_char(b, '{');
    add_text_field(b, c, FIELD_RECORD_ID, id);
    add_bool_field(b, c, FIELD_RECORD_RETIRED, state->retired);
    add_text_field(b, c, FIELD_RECORD_IMPORTED_FROM, state->service->source);
    add_text_field(b, c, FIELD_RECORD_DECIDED_BY, state->decided_by);
    if (add_field(b, c, FIELD_RECORD_CELLS)) {
        buf_char(b, '[');
        for (size_t i = 0; i < state->count; i++)
            add_cell(b, c, &state->cells[i]);
        buf_char(b, ']');
    }
    buf_char(b, '}');
    return true;
}

static void show_record(struct context *c, const uint8_t id[ID_BYTES],
                        struct response *r) {
    struct error e = {0};
    struct rendering to = {c, r};
    struct record *record = record_home_read(c->home, &e);
    bool done = record != NULL && record_service(record, id, render_record, &to, &e);
    record_close(record);
    if (done)
        r->caching = CACHE_PRIVATE;
    else if (e.code == ERR_ENVIRONMENT)
        respond_failure(r, &e);
    else
        problem(r, 404, "There is no service with this id.", NULL);
}

void handle_record(struct context *c, struct request *q, struct response *r) {
    struct faults faults = {0};
    uint8_t id[ID_BYTES];
    if (!params_known(&q->args, record_params, &faults))
        problem(r, 400, NULL, &faults);
    else if (path_id(q, r, id))
        show_record(c, id, r);
}

/* ---- changing it ------------------------------------------------------------------------ */

/* The tag of If-Match without its quotes; false: none is named. */
static bool expected_tag(const char *if_match, char tag[SERVICE_TAG_BYTES]) {
    struct slice text = slice_trim(slice_of(if_match));
    if (text.len != SERVICE_TAG_BYTES + 1 || text.at[0] != '"')
        return false;
    memcpy(tag, text.at + 1, SERVICE_TAG_BYTES - 1);
    tag[SERVICE_TAG_BYTES - 1] = '\0';
    return true;
}

bool record_change(struct context *c, const uint8_t id[ID_BYTES],
                   const struct record_cells *cells, const char *expect,
                   struct response *r) {
    struct error e = {0};
    struct run_result result = {0};
    struct edit_request edit = {.by = c->caller->name,
                                .cells = cells->cell,
                                .count = cells->count,
                                .expect = expect,
                                .judge = row_judge};
    char name[37];
    uuid_encode(id, name);
    struct record *record = record_home_write(c->home, &e);
    bool done = record != NULL && record_edit(record, id, &edit, &result, &e);
    if (record != NULL)
        record_home_written(c->home, record);
    if (result.conflict)
        problem(r, 412, "The record has changed since it was read. Read it again.", NULL);
    else if (result.missing)
        problem(r, 404, "There is no service with this id.", NULL);
    else if (!done)
        respond_failure(r, &e);
    if (result.number != 0)
        note_done(c, "change", name);
    return done;
}

void handle_change(struct context *c, struct request *q, struct response *r) {
    struct record_cells cells = {0};
    struct faults faults = {0};
    struct error e = {0};
    uint8_t id[ID_BYTES];
    char tag[SERVICE_TAG_BYTES];
    if (!params_known(&q->args, record_params, &faults)) {
        problem(r, 400, NULL, &faults);
        return;
    }
    if (!path_id(q, r, id))
        return;
    struct json *body = json_parse(q->body, q->body_len, &e);
    if (body == NULL)
        problem(r, 400, e.message, NULL);
    else if (!record_cells_read(&cells, body, &faults))
        problem(r, 400, NULL, &faults);
    else if (q->if_match[0] == '\0')
        problem(r, 428, "If-Match must hold the ETag of the record as it was read.",
                NULL);
    else if (!expected_tag(q->if_match, tag))
        problem(r, 412, "The record has changed since it was read. Read it again.", NULL);
    else if (record_change(c, id, &cells, tag, r))
        show_record(c, id, r);
    record_cells_free(&cells);
    json_free(body);
}

/* ---- what changed ----------------------------------------------------------------------- */

static void add_run(struct buf *b, const struct context *c, const struct run_info *run) {
    const struct {
        enum field_id field;
        int64_t number;
    } counts[] = {{FIELD_RUN_ADDED, run->added},
                  {FIELD_RUN_UPDATED, run->updated},
                  {FIELD_RUN_UNCHANGED, run->unchanged},
                  {FIELD_RUN_RETIRED, run->retired}};
    add_integer_field(b, c, FIELD_RUN_NUMBER, run->number);
    add_text_field(b, c, FIELD_RUN_KIND, run->kind);
    add_text_field(b, c, FIELD_RUN_THINGS, run->things);
    add_text_field(b, c, FIELD_RUN_SOURCE, run->source);
    add_text_field(b, c, FIELD_RUN_BY, run->made_by[0] ? run->made_by : NULL);
    if (run->undoes != 0)
        add_integer_field(b, c, FIELD_RUN_UNDOES, run->undoes);
    add_text_field(b, c, FIELD_RUN_AT, run->at);
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        add_integer_field(b, c, counts[i].field, counts[i].number);
}

static void on_run(const struct run_info *run, void *ctx) {
    struct rendering *to = ctx;
    buf_json_comma(&to->r->body);
    buf_char(&to->r->body, '{');
    add_run(&to->r->body, to->c, run);
    buf_char(&to->r->body, '}');
}

static void on_change(const struct change_info *change, void *ctx) {
    struct rendering *to = ctx;
    struct buf *b = &to->r->body;
    buf_json_comma(b);
    buf_char(b, '{');
    add_text_field(b, to->c, FIELD_CHANGE_LAYER, change->layer);
    add_text_field(b, to->c, FIELD_CHANGE_FIELD, change->field);
    add_text_field(b, to->c, FIELD_CHANGE_OLD, change->old);
    add_text_field(b, to->c, FIELD_CHANGE_NEW, change->new);
    add_text_field(b, to->c, FIELD_CHANGE_BESIDE, change->beside);
    if (add_field(b, to->c, FIELD_CHANGE_RUN)) {
        buf_char(b, '{');
        add_run(b, to->c, &change->run);
        buf_char(b, '}');
    }
    buf_char(b, '}');
}

/* `id` NULL: the last runs; else the changes of one service. */
static void list_changes(struct context *c, const uint8_t *id, int limit,
                         struct response *r) {
    struct error e = {0};
    struct rendering to = {c, r};
    enum field_id list = id != NULL ? FIELD_HISTORY_CHANGES : FIELD_RUNS_RUNS;
    struct record *record = record_home_read(c->home, &e);
    bool done = record != NULL;
    respond_json(r);
    buf_char(&r->body, '{');
    if (done && add_field(&r->body, c, list)) {
        buf_char(&r->body, '[');
        done = id != NULL ? history_service(record, id, limit, on_change, &to, &e)
                          : history_runs(record, limit, on_run, &to, &e);
        buf_char(&r->body, ']');
    }
    buf_char(&r->body, '}');
    record_close(record);
    if (!done)
        respond_failure(r, &e);
}

void handle_history(struct context *c, struct request *q, struct response *r) {
    uint8_t id[ID_BYTES];
    int limit;
    if (read_limit(&q->args, history_params, &limit, r) && path_id(q, r, id))
        list_changes(c, id, limit, r);
}

void handle_runs(struct context *c, struct request *q, struct response *r) {
    int limit;
    if (read_limit(&q->args, runs_params, &limit, r))
        list_changes(c, NULL, limit, r);
}

/* ---- taking a run back ------------------------------------------------------------------ */

/* What stands in the way of an undo. */
static void on_later(const struct run_note *note, void *ctx) {
    struct faults *later = ctx;
    if (note->kind == NOTE_LATER)
        fault_add(later, slice_of("number"), "run %lld changed %s of %s later",
                  (long long)note->run, note->id, note->source);
}

static bool undo(struct context *c, int64_t number, struct faults *later,
                 struct run_result *result, struct error *e) {
    char name[24];
    snprintf(name, sizeof name, "%lld", (long long)number);
    struct record *record = record_home_write(c->home, e);
    bool done = record != NULL &&
                record_undo(record, number, c->caller->name, on_later, later, result, e);
    if (record != NULL)
        record_home_written(c->home, record);
    if (done)
        note_done(c, "undo", name);
    return done;
}

void handle_undo(struct context *c, struct request *q, struct response *r) {
    struct error e = {0};
    struct faults later = {0};
    struct run_result result = {0};
    int64_t number;
    if (!slice_integer(q->value[0], &number) || number <= 0) {
        problem(r, 404, "There is no run with this number.", NULL);
    } else if (q->args.count > 0) {
        problem(r, 400, "Undoing takes no parameters: the body is {}.", NULL);
    } else if (!undo(c, number, &later, &result, &e)) {
        if (e.code == ERR_DATA)
            problem(r, 409, e.message, &later);
        else
            respond_failure(r, &e);
    } else {
        respond_json(r);
        buf_char(&r->body, '{');
        add_integer_field(&r->body, c, FIELD_UNDONE_RUN, result.number);
        add_integer_field(&r->body, c, FIELD_UNDONE_ADDED, result.added);
        add_integer_field(&r->body, c, FIELD_UNDONE_UPDATED, result.updated);
        add_integer_field(&r->body, c, FIELD_UNDONE_RETIRED, result.retired);
        buf_char(&r->body, '}');
    }
}
