/* SPDX-License-Identifier: Apache-2.0
 *
 * What partners and staff think a record should say. It is held until a steward decides;
 * accepted, it is an edit by that steward.
 */
#include <pthread.h>
#include <string.h>

#include "data/access/suggestion.h"
#include "server/access/access.h"
#include "server/api/failure.h"
#include "server/api/fields.h"
#include "server/api/handlers.h"
#include "server/api/params.h"
#include "server/api/record.h"

#define LIST_LIMIT 200

const struct param suggest_params[] = {
    {"service", PARAM_STRING, -1, 36, 36, NULL, "id of the service", .in_url = false},
    {"note", PARAM_STRING, -1, 0, SUGGESTION_NOTE_MAX, NULL,
     "for the steward; nothing about a person who needs help", .in_url = false},
    {"cells", PARAM_OBJECT, -1, 0, 0, NULL,
     "columns of services.csv and what they should say", .in_url = false},
    {0},
};

const struct param suggestions_params[] = {
    {"state", PARAM_ENUM, -1, 0, 0, "open accepted rejected", "default open",
     .in_url = true},
    {"cursor", PARAM_STRING, -1, 36, 36, NULL, "`next` of the page before",
     .in_url = true},
    {0},
};

const struct param decide_params[] = {
    {"id", PARAM_STRING, -1, 36, 36, NULL, "id of the suggestion", .in_url = true,
     .in_path = true},
    {"decision", PARAM_ENUM, -1, 0, 0, "accept reject", "whether the record is to say so",
     .in_url = false},
    {0},
};

/* ---- making one ------------------------------------------------------------------------- */

/* True when the caller may know of the service: for a partner, what is published or its
 * own. Hidden and absent ones are told apart by nothing. */
static bool is_known(const struct context *c, const uint8_t id[ID_BYTES]) {
    if (snapshot_find(c->snapshot, id) != SNAP_NONE)
        return true;
    uint32_t at = snapshot_find(c->close, id);
    return at != SNAP_NONE && c->caller->has_organization &&
           memcmp(c->close->organizations[c->close->services[at].organization].id,
                  c->caller->organization, 16) == 0;
}

struct suggesting {
    struct suggestion suggestion;
    struct record_cells cells;
    struct buf note, cells_text;
};

static void suggesting_free(struct suggesting *s) {
    record_cells_free(&s->cells);
    buf_free(&s->note);
    buf_free(&s->cells_text);
}

static bool read_suggestion(const struct args *args, struct suggesting *out,
                            struct faults *f) {
    const struct arg *service = param_get(args, "service"),
                     *note = param_get(args, "note"), *cells = param_get(args, "cells");
    struct slice text;
    if (!params_known(args, suggest_params, f))
        return false;
    if (service == NULL)
        fault_add(f, slice_of("service"), "is missing: the id of a service");
    else
        param_id(service, out->suggestion.service, f);
    if (note != NULL && param_string(note, &text, f))
        buf_add(&out->note, text.at, text.len);
    if (cells != NULL && cells->nested == NULL)
        fault_add(f, cells->name, "must be an object of columns");
    else if (cells != NULL)
        record_cells_read(&out->cells, cells->nested, f);
    if (note == NULL && cells == NULL)
        fault_add(f, slice_of("note"), "is missing: a note, or cells, or both");
    return f->count == 0;
}

static bool keep_suggestion(struct context *c, struct suggesting *s, struct error *e) {
    record_cells_write(&s->cells, &s->cells_text);
    s->suggestion.by = c->caller->name;
    s->suggestion.made_at = c->now;
    s->suggestion.note = buf_text(&s->note);
    s->suggestion.cells = buf_text(&s->cells_text);
    struct access_db *db = store_take(access_store(c->access));
    bool done = suggestion_add(db, &s->suggestion, e);
    store_give(access_store(c->access));
    return done;
}

void handle_suggest(struct context *c, struct request *q, struct response *r) {
    struct suggesting s = {0};
    struct faults faults = {0};
    struct error e = {0};
    char id[37];
    if (!read_suggestion(&q->args, &s, &faults)) {
        problem(r, 400, NULL, &faults);
    } else if (!is_known(c, s.suggestion.service)) {
        problem(r, 404, "There is no service with this id.", NULL);
    } else if (!keep_suggestion(c, &s, &e)) {
        respond_failure(r, &e);
    } else {
        respond_json(r);
        uuid_encode(s.suggestion.id, id);
        buf_char(&r->body, '{');
        add_text_field(&r->body, c, FIELD_SUGGESTED_ID, id);
        buf_char(&r->body, '}');
    }
    suggesting_free(&s);
}

/* ---- looking through them --------------------------------------------------------------- */

struct listing {
    const struct context *c;
    struct buf *b;
    int count;
    uint8_t last[16];
};

static void add_suggestion(const struct suggestion *s, void *ctx) {
    struct listing *l = ctx;
    const struct context *c = l->c;
    char id[37];
    memcpy(l->last, s->id, sizeof l->last);
    l->count++;
    buf_json_comma(l->b);
    buf_char(l->b, '{');
    uuid_encode(s->id, id);
    add_text_field(l->b, c, FIELD_SUGGESTION_ID, id);
    uuid_encode(s->service, id);
    add_text_field(l->b, c, FIELD_SUGGESTION_SERVICE, id);
    add_text_field(l->b, c, FIELD_SUGGESTION_BY, s->by);
    add_time_field(l->b, c, FIELD_SUGGESTION_MADE_AT, s->made_at);
    add_text_field(l->b, c, FIELD_SUGGESTION_NOTE, s->note);
    if (add_field(l->b, c, FIELD_SUGGESTION_CELLS))
        buf_str(l->b, s->cells);
    add_text_field(l->b, c, FIELD_SUGGESTION_STATE, suggestion_state_name(s->state));
    add_text_field(l->b, c, FIELD_SUGGESTION_DECIDED_BY,
                   s->decided_by[0] ? s->decided_by : NULL);
    add_time_field(l->b, c, FIELD_SUGGESTION_DECIDED_AT, s->decided_at);
    buf_char(l->b, '}');
}

static bool read_state(const struct args *args, enum suggestion_state *out,
                       struct faults *f) {
    const struct arg *a = param_get(args, "state");
    struct slice text;
    *out = SUGGESTION_OPEN;
    if (a == NULL)
        return true;
    if (!param_string(a, &text, f))
        return false;
    for (int s = SUGGESTION_OPEN; s <= SUGGESTION_REJECTED; s++)
        if (slice_is(text, suggestion_state_name((enum suggestion_state)s))) {
            *out = (enum suggestion_state)s;
            return true;
        }
    return fault_add(f, a->name, "must be one of: open accepted rejected");
}

static void add_next(struct listing *l) {
    char id[37];
    uuid_encode(l->last, id);
    add_text_field(l->b, l->c, FIELD_SUGGESTIONS_NEXT,
                   l->count == LIST_LIMIT ? id : NULL);
}

void handle_suggestions(struct context *c, struct request *q, struct response *r) {
    struct listing l = {.c = c, .b = &r->body};
    struct faults faults = {0};
    struct error e = {0};
    enum suggestion_state state;
    const struct arg *cursor = param_get(&q->args, "cursor");
    uint8_t after[16];
    if (!params_known(&q->args, suggestions_params, &faults) ||
        !read_state(&q->args, &state, &faults) ||
        (cursor != NULL && !param_id(cursor, after, &faults))) {
        problem(r, 400, NULL, &faults);
        return;
    }
    respond_json(r);
    buf_char(&r->body, '{');
    bool listed = add_field(&r->body, c, FIELD_SUGGESTIONS_SUGGESTIONS);
    size_t from = r->body.len;
    buf_char(&r->body, '[');
    bool done = suggestion_each(store_take(access_store(c->access)), state,
                                cursor != NULL ? after : NULL, LIST_LIMIT, add_suggestion,
                                &l, &e);
    store_give(access_store(c->access));
    buf_char(&r->body, ']');
    if (!listed)
        r->body.len = from;
    add_next(&l);
    buf_char(&r->body, '}');
    if (!done)
        respond_failure(r, &e);
}

/* ---- deciding --------------------------------------------------------------------------- */

/* What is needed of a suggestion to accept it. */
struct deciding {
    uint8_t service[ID_BYTES];
    struct buf cells;
    bool open;
};

static void take_suggestion(const struct suggestion *s, void *ctx) {
    struct deciding *d = ctx;
    memcpy(d->service, s->service, sizeof d->service);
    buf_str(&d->cells, s->cells);
    d->open = s->state == SUGGESTION_OPEN;
}

static bool read_decision(const struct args *args, bool *accept, struct faults *f) {
    const struct arg *a = param_get(args, "decision");
    struct slice text;
    if (!params_known(args, decide_params, f))
        return false;
    if (a == NULL)
        return fault_add(f, slice_of("decision"), "is missing: accept or reject");
    if (!param_string(a, &text, f))
        return false;
    *accept = slice_is(text, "accept");
    return *accept || slice_is(text, "reject") ||
           fault_add(f, a->name, "must be one of: accept reject");
}

/* The edit that an accepted suggestion is; one that is a note only changes nothing. */
static bool accept_cells(struct context *c, struct deciding *d, struct response *r) {
    struct record_cells cells = {0};
    struct faults faults = {0};
    struct error e = {0};
    if (strcmp(buf_text(&d->cells), "{}") == 0)
        return true;
    struct json *object = json_parse(d->cells.data, d->cells.len, &e);
    bool done = object != NULL && record_cells_read(&cells, object, &faults);
    if (!done)
        problem(r, 409, "What is suggested is no longer allowed.", &faults);
    done = done && record_change(c, d->service, &cells, NULL, r);
    record_cells_free(&cells);
    json_free(object);
    return done;
}

static int find_suggestion(struct context *c, const uint8_t id[16], struct deciding *d,
                           struct error *e) {
    struct access_db *db = store_take(access_store(c->access));
    int got = suggestion_get(db, id, take_suggestion, d, e);
    store_give(access_store(c->access));
    return got;
}

static void decide(struct context *c, const uint8_t id[16], bool accept,
                   struct response *r) {
    struct error e = {0};
    char name[37];
    enum suggestion_state state = accept ? SUGGESTION_ACCEPTED : SUGGESTION_REJECTED;
    struct access_db *db = store_take(access_store(c->access));
    int got = suggestion_decide(db, id, state, c->caller->name, c->now, &e);
    store_give(access_store(c->access));
    uuid_encode(id, name);
    if (got < 0) {
        respond_failure(r, &e);
    } else if (got == 0) {
        problem(r, 409, "Somebody else has decided it.", NULL);
    } else {
        note_done(c, accept ? "accept" : "reject", name);
        respond_json(r);
        buf_char(&r->body, '{');
        add_text_field(&r->body, c, FIELD_DECIDED_STATE, suggestion_state_name(state));
        buf_char(&r->body, '}');
    }
}

static void decide_open(struct context *c, const uint8_t id[16], bool accept,
                        struct response *r) {
    struct deciding d = {0};
    struct error e = {0};
    int got = find_suggestion(c, id, &d, &e);
    if (got == 0)
        problem(r, 404, "There is no suggestion with this id.", NULL);
    else if (got < 0)
        respond_failure(r, &e);
    else if (!d.open)
        problem(r, 409, "It is decided already.", NULL);
    else if (!accept || accept_cells(c, &d, r))
        decide(c, id, accept, r);
    buf_free(&d.cells);
}

/* One decision at a time: the record must not say what one steward accepted while another,
 * a moment earlier, rejected it. */
static pthread_mutex_t deciding = PTHREAD_MUTEX_INITIALIZER;

void handle_decide(struct context *c, struct request *q, struct response *r) {
    struct faults faults = {0};
    bool accept = false;
    uint8_t id[16];
    if (!read_decision(&q->args, &accept, &faults)) {
        problem(r, 400, NULL, &faults);
    } else if (!uuid_decode(q->value[0], id)) {
        problem(r, 404, "There is no suggestion with this id.", NULL);
    } else {
        pthread_mutex_lock(&deciding);
        decide_open(c, id, accept, r);
        pthread_mutex_unlock(&deciding);
    }
}
