/* SPDX-License-Identifier: Apache-2.0
 *
 * A run taken back (data/history.h says what becomes of visibility). Its changes are read,
 * later runs looked at, and each service written once, as a new run.
 *
 *   run 4  import   status: open -> closed
 *   run 5  undo 4   status: closed -> open     4 and 5 count no more: together they did
 *   run 6  undo 5   status: open -> closed     nothing. 5 and 6 do not: 4 counts again
 */
#include <stdlib.h>
#include <string.h>

#include "data/record_private.h"

struct past_run {
    int64_t key, undoes, source_key;
    int64_t undone_by; /* a run that counts, or 0 */
    bool of_services;
};

/* A row of `change`, owned by the arena. */
struct past_change {
    int64_t service_key;
    enum change_layer layer;
    const char *field;
    const char *old; /* or NULL */
};

struct undoing {
    struct import_run *run;
    int64_t number;
    struct past_run *past; /* ordered by key */
    size_t past_count, past_capacity;
    struct past_change *change; /* by service */
    size_t change_count, change_capacity;
    struct arena arena;
};

/* ---- runs ------------------------------------------------------------------------ */

static const char sql_runs[] =
    "SELECT key, coalesce(undoes, 0), source_key, things = 'services'"
    " FROM import_run /*scan*/ ORDER BY key";

static struct past_run *past_find(const struct undoing *u, int64_t key) {
    size_t low = 0, high = u->past_count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (u->past[middle].key < key)
            low = middle + 1;
        else
            high = middle;
    }
    return low < u->past_count && u->past[low].key == key ? &u->past[low] : NULL;
}

static bool past_read(struct undoing *u, struct error *e) {
    struct statement *s = db_prepare(u->run->db, sql_runs, e);
    int got;
    if (s == NULL)
        return false;
    while ((got = db_step(s, e)) == 1) {
        u->past = xgrow(u->past, &u->past_capacity, u->past_count, sizeof *u->past);
        u->past[u->past_count++] = (struct past_run){
            .key = db_integer(s, 0), .undoes = db_integer(s, 1),
            .source_key = db_integer(s, 2), .of_services = db_integer(s, 3) != 0};
    }
    for (size_t i = u->past_count; i-- > 0;) {
        struct past_run *undone = past_find(u, u->past[i].undoes);
        if (undone != NULL && u->past[i].undone_by == 0)
            undone->undone_by = u->past[i].key;
    }
    return got == 0;
}

/* Does `run`, later than the one to be undone, still do something? */
static bool counts(const struct undoing *u, const struct past_run *run) {
    return run->undone_by == 0 && run->undoes <= u->number;
}

static bool may_undo(const struct undoing *u, struct error *e) {
    const struct past_run *run = past_find(u, u->number);
    if (run == NULL)
        return error_set(e, ERR_DATA, "there is no run %lld", (long long)u->number);
    if (run->undone_by != 0)
        return error_set(e, ERR_DATA, "run %lld was taken back already, by run %lld",
                         (long long)u->number, (long long)run->undone_by);
    if (!run->of_services)
        return error_set(e, ERR_DATA, "run %lld changed places or areas, and is not taken "
                         "back: import the earlier file again", (long long)u->number);
    return true;
}

/* ---- later runs ------------------------------------------------------------------ */

/* What sites and duplicates made of a visibility is nobody's change, and a source that
 * moved on below an edit does not stand in the way of taking the edit back. */
static const char sql_later[] =
    "SELECT DISTINCT c.service_key, later.run_key FROM change AS c"
    " JOIN change AS later ON later.service_key = c.service_key"
    " AND later.run_key > c.run_key WHERE c.run_key = :run"
    " AND NOT (c.layer = 'event' AND c.field = 'visibility')"
    " AND NOT (later.layer = 'event' AND later.field = 'visibility')"
    " AND (c.layer = 'event' OR later.layer = 'event' OR (c.field = later.field"
    " AND NOT (c.layer = 'edit' AND later.layer = 'source')))"
    " ORDER BY c.service_key, later.run_key /*sort*/";

struct later {
    int64_t service_key, run_key;
};

static bool later_read(struct undoing *u, struct later **out, size_t *count,
                       struct error *e) {
    struct statement *s = db_prepare(u->run->db, sql_later, e);
    size_t capacity = 0;
    int got;
    if (s == NULL)
        return false;
    db_bind_integer(s, ":run", u->number);
    while ((got = db_step(s, e)) == 1) {
        const struct past_run *run = past_find(u, db_integer(s, 1));
        if (run == NULL || !counts(u, run))
            continue;
        *out = xgrow(*out, &capacity, *count, sizeof **out);
        (*out)[(*count)++] = (struct later){db_integer(s, 0), db_integer(s, 1)};
    }
    return got == 0;
}

static bool refuse(struct undoing *u, const struct later *later, size_t count,
                   struct error *e) {
    struct service_name name = {0};
    int64_t services = 0;
    for (size_t i = 0; i < count; i++) {
        struct run_note note = {.kind = NOTE_LATER, .run = later[i].run_key};
        services += i == 0 || later[i].service_key != later[i - 1].service_key;
        if (!run_note(u->run, note, later[i].service_key, 0, e))
            return false;
    }
    if (!service_name_read(u->run->db, later[0].service_key, &name, e))
        return false;
    error_set(
        e, ERR_DATA,
        "run %lld cannot be taken back: later runs changed %lld of its services (run "
        "%lld changed %.100s of source %.100s); take those back first",
        (long long)u->number, (long long)services, (long long)later[0].run_key, name.id,
        name.source);
    service_name_free(&name);
    return false;
}

static bool nothing_later(struct undoing *u, struct error *e) {
    struct later *later = NULL;
    size_t count = 0;
    bool ok =
        later_read(u, &later, &count, e) && (count == 0 || refuse(u, later, count, e));
    free(later);
    return ok;
}

/* ---- its changes ------------------------------------------------------------------- */

static const char sql_changes[] =
    "SELECT service_key, layer, field, old FROM change WHERE run_key = :run"
    " AND NOT (layer = 'event' AND field = 'visibility') ORDER BY service_key, layer";

static enum change_layer layer_of(const char *name) {
    return strcmp(name, "source") == 0 ? LAYER_SOURCE
           : strcmp(name, "edit") == 0 ? LAYER_EDIT
                                       : LAYER_EVENT;
}

static bool changes_read(struct undoing *u, struct error *e) {
    struct statement *s = db_prepare(u->run->db, sql_changes, e);
    int got;
    if (s == NULL)
        return false;
    db_bind_integer(s, ":run", u->number);
    while ((got = db_step(s, e)) == 1) {
        u->change =
            xgrow(u->change, &u->change_capacity, u->change_count, sizeof *u->change);
        bool has_old = !db_is_null(s, 3);
        u->change[u->change_count++] = (struct past_change){
            .service_key = db_integer(s, 0),
            .layer = layer_of(db_text(s, 1)),
            .field = arena_strndup(&u->arena, db_text(s, 2), db_bytes(s, 2)),
            .old =
                has_old ? arena_strndup(&u->arena, db_text(s, 3), db_bytes(s, 3)) : NULL,
        };
    }
    return got == 0;
}

/* ---- one service ------------------------------------------------------------------- */

/* A service on its way back. */
struct returning {
    struct import_run *run;
    struct standing standing;
    struct edits edits;
    struct flat_copy shown;
    bool cells; /* some are other than before */
    enum { STAYS, RETIRES, STANDS_AGAIN } what;
    struct steward_decision decision;
    bool decides;
};

/* The source's layer gets `value`. */
static bool source_back(struct returning *b, struct field f, const char *name,
                        const char *value, struct error *e) {
    const struct edit *edit = edits_find(&b->edits, f);
    const char *now = edit != NULL ? edit->source_value : field_value(&b->shown.flat, f);
    if (!change_write(b->run, b->standing.key, LAYER_SOURCE, name, now, value,
                      edit != NULL ? edit->value : NULL, e))
        return false;
    if (edit != NULL)
        return edit_write(b->run, b->standing.key, f, edit->value, value, e);
    field_set(&b->shown, f, value);
    b->cells = true;
    return true;
}

/* The steward's layer gets `value`, or none (NULL). */
static bool edit_back(struct returning *b, struct field f, const char *name,
                      const char *value, struct error *e) {
    const struct edit *edit = edits_find(&b->edits, f);
    const char *now = edit != NULL ? edit->value : NULL;
    const char *said = edit != NULL ? edit->source_value : field_value(&b->shown.flat, f);
    if (!change_write(b->run, b->standing.key, LAYER_EDIT, name, now, value, said, e) ||
        !edit_write(b->run, b->standing.key, f, value, said, e))
        return false;
    field_set(&b->shown, f, value != NULL ? value : said);
    b->cells = true;
    return true;
}

static bool decision_back(struct returning *b, const char *code, struct error *e) {
    const struct visibility_row *v = &b->standing.visibility;
    bool decided = strcmp(v->decided_by, "steward") == 0;
    if (!decided && code == NULL)
        return true;
    b->decision.visibility = code;
    b->decides = b->cells = true;
    return change_write(b->run, b->standing.key, LAYER_EDIT, "visibility",
                        decided ? v->own : NULL, code,
                        decided ? v->own_kept : v->effective, e);
}

static bool change_back(struct returning *b, const struct past_change *c,
                        struct error *e) {
    struct field f;
    if (c->layer == LAYER_EVENT) { /* added, or retired: no, yes */
        bool was_retired = c->old != NULL && strcmp(c->old, "no") == 0;
        b->what = was_retired ? STANDS_AGAIN : RETIRES;
        return true;
    }
    if (!field_find(c->field, &f))
        return error_set(e, ERR_DATA, "the record is damaged: a change of %.100s",
                         c->field);
    if (c->layer == LAYER_SOURCE)
        return source_back(b, f, c->field, c->old != NULL ? c->old : "", e);
    return f.column == COL_VISIBILITY ? decision_back(b, c->old, e)
                                      : edit_back(b, f, c->field, c->old, e);
}

static void count(struct returning *b) {
    *(b->what == RETIRES        ? &b->run->retired
      : b->what == STANDS_AGAIN ? &b->run->added
                                : &b->run->updated) += 1;
}

static bool returning_store(struct returning *b, struct error *e) {
    int64_t key;
    count(b);
    if (b->what == STANDS_AGAIN && !run_restore(b->run, b->standing.key, e))
        return false;
    if (b->cells && !put_store(b->run, &b->shown.flat, &b->standing,
                               b->decides ? &b->decision : NULL, &key, e))
        return false;
    return b->what != RETIRES || run_retire(b->run, b->standing.key, e);
}

/* Takes back the changes of one service. */
static bool service_back(struct undoing *u, const struct past_change *c, size_t changes,
                         struct error *e) {
    struct returning b = {.run = u->run};
    struct flat *flat;
    bool ok = standing_read(u->run->db, c->service_key, &b.standing, e) &&
              edits_read(u->run->db, c->service_key, &b.edits, e) &&
              run_read(u->run, c->service_key, &flat, e);
    if (ok)
        flat_copy_init(&b.shown, flat);
    for (size_t i = 0; ok && i < changes; i++)
        ok = change_back(&b, &c[i], e);
    ok = ok && returning_store(&b, e);
    flat_copy_free(&b.shown);
    edits_free(&b.edits);
    return ok;
}

static bool changes_back(struct undoing *u, struct error *e) {
    for (size_t i = 0, next; i < u->change_count; i = next) {
        for (next = i + 1; next < u->change_count &&
                           u->change[next].service_key == u->change[i].service_key;)
            next++;
        if (!service_back(u, &u->change[i], next - i, e))
            return false;
    }
    return true;
}

/* ---- the whole --------------------------------------------------------------------- */

static bool undo(struct undoing *u, struct error *e) {
    if (!past_read(u, e) || !may_undo(u, e) || !nothing_later(u, e) ||
        !changes_read(u, e))
        return false;
    run_of_source(u->run, past_find(u, u->number)->source_key);
    u->run->undoes = u->number;
    return run_changes(u->run, e) && changes_back(u, e);
}

bool record_undo(struct record *r, int64_t number, const char *by, run_listener *listen,
                 void *ctx, struct run_result *out, struct error *e) {
    struct undoing u = {.number = number};
    *out = (struct run_result){0};
    if (!history_person(by, e) ||
        (u.run = run_begin(r->db, RUN_UNDO, NULL, by, e)) == NULL)
        return false;
    import_listen(u.run, listen, ctx);
    bool ok = undo(&u, e);
    struct run_result result = {.number = u.run->key,
                                .added = u.run->added,
                                .updated = u.run->updated,
                                .retired = u.run->retired};
    if (ok)
        ok = import_commit(u.run, e);
    else
        import_abort(u.run);
    if (ok)
        *out = result;
    free(u.past);
    free(u.change);
    arena_free(&u.arena);
    return ok;
}
