/* SPDX-License-Identifier: Apache-2.0
 *
 * What a steward puts over the cells of a source. Visibility stands apart: what a steward
 * decides of it is kept in `visibility`, since it is more than a cell.
 */
#include <stdlib.h>
#include <string.h>

#include "data/record_private.h"

/* ---- the steward's layer ----------------------------------------------------------- */

static const char sql_edits[] =
    "SELECT field, value, source_value FROM edit WHERE service_key = :key ORDER BY field";

bool edits_read(struct db *db, int64_t key, struct edits *out, struct error *e) {
    struct statement *s = db_prepare(db, sql_edits, e);
    int got;
    if (s == NULL)
        return false;
    db_bind_integer(s, ":key", key);
    while ((got = db_step(s, e)) == 1) {
        out->at = xgrow(out->at, &out->capacity, out->count, sizeof *out->at);
        struct edit *edit = &out->at[out->count++];
        if (!field_find(db_text(s, 0), &edit->field)) {
            error_set(e, ERR_DATA, "the record is damaged: an edit of %.100s",
                      db_text(s, 0));
            db_reset(s);
            return false;
        }
        edit->value = arena_strndup(&out->arena, db_text(s, 1), db_bytes(s, 1));
        edit->source_value = arena_strndup(&out->arena, db_text(s, 2), db_bytes(s, 2));
    }
    return got == 0;
}

void edits_free(struct edits *all) {
    free(all->at);
    arena_free(&all->arena);
}

struct edit *edits_find(const struct edits *all, struct field f) {
    for (size_t i = 0; i < all->count; i++)
        if (all->at[i].field.column == f.column &&
            strcmp(all->at[i].field.language, f.language) == 0)
            return &all->at[i];
    return NULL;
}

void edits_lay(const struct edits *all, enum edit_side side, struct flat_copy *c) {
    for (size_t i = 0; i < all->count; i++)
        field_set(c, all->at[i].field,
                  side == EDIT_STEWARD ? all->at[i].value : all->at[i].source_value);
}

static const char sql_edit[] =
    "INSERT INTO edit (service_key, field, value, source_value, run_key)"
    " VALUES (:key, :field, :value, :source_value, :run_key)"
    " ON CONFLICT (service_key, field) DO UPDATE SET"
    " run_key = iif(value = excluded.value, run_key, excluded.run_key),"
    " value = excluded.value, source_value = excluded.source_value";
static const char sql_unedit[] =
    "DELETE FROM edit WHERE service_key = :key AND field = :field";

bool edit_write(struct import_run *run, int64_t key, struct field f, const char *value,
                const char *source_value, struct error *e) {
    char name[FIELD_NAME_BYTES];
    struct statement *s = db_prepare(run->db, value != NULL ? sql_edit : sql_unedit, e);
    if (s == NULL)
        return false;
    db_bind_integer(s, ":key", key);
    db_bind_text(s, ":field", field_name(f, name));
    if (value != NULL) {
        db_bind_text(s, ":value", value);
        db_bind_text(s, ":source_value", source_value);
        db_bind_integer(s, ":run_key", run->key);
    }
    return db_run(s, e);
}

/* ---- one edit -------------------------------------------------------------------- */

/* A service under the hands of a steward. */
struct editing {
    struct import_run *run;
    struct standing standing;
    struct edits edits;     /* before */
    struct flat_copy shown; /* as it will be */
    bool changed, conflict, missing;
    const struct steward_decision *decision; /* of its visibility, or NULL */
};

/* Puts `value` over the cell, or gives it back (NULL). */
static bool edit_field(struct editing *ed, struct field f, const char *value,
                       struct error *e) {
    char name[FIELD_NAME_BYTES];
    const struct edit *edit = edits_find(&ed->edits, f);
    const char *before = edit != NULL ? edit->value : NULL;
    const char *said =
        edit != NULL ? edit->source_value : field_value(&ed->shown.flat, f);
    if (value == NULL ? before == NULL : before != NULL && strcmp(before, value) == 0)
        return true; /* as it is already */
    ed->changed = true;
    if (!run_changes(ed->run, e) ||
        !change_write(ed->run, ed->standing.key, LAYER_EDIT, field_name(f, name), before,
                      value, said, e) ||
        !edit_write(ed->run, ed->standing.key, f, value, said, e))
        return false;
    field_set(&ed->shown, f, value != NULL ? value : said);
    return true;
}

/* Coordinates are edited together, so that a source never moves one of them alone. */
static bool pin_other(struct editing *ed, const struct edit_request *q,
                      enum column column, const char *value, struct error *e) {
    enum column other = column == COL_LAT ? COL_LON : COL_LAT;
    struct field f = {.column = other};
    if (column != COL_LAT && column != COL_LON)
        return true;
    for (size_t i = 0; i < q->count; i++)
        if (q->cells[i].column == other)
            return true;
    if (value == NULL)
        return edit_field(ed, f, NULL, e);
    const struct edit *edit = edits_find(&ed->edits, f);
    return edit != NULL || edit_field(ed, f, field_value(&ed->shown.flat, f), e);
}

static bool edit_cell(struct editing *ed, const struct edit_request *q,
                      const struct edit_cell *cell, struct error *e) {
    struct field f = {.column = cell->column};
    memcpy(f.language, cell->language, sizeof f.language);
    return edit_field(ed, f, cell->value, e) &&
           pin_other(ed, q, cell->column, cell->value, e);
}

static bool edit_visibility(struct editing *ed, const char *code,
                            struct steward_decision *decision, struct error *e) {
    const struct visibility_row *v = &ed->standing.visibility;
    bool decided = strcmp(v->decided_by, "steward") == 0;
    const char *before = decided ? v->own : NULL;
    if (code == NULL ? !decided : decided && strcmp(before, code) == 0)
        return true;
    ed->changed = true;
    decision->visibility = code;
    ed->decision = decision;
    return run_changes(ed->run, e) &&
           change_write(ed->run, ed->standing.key, LAYER_EDIT, "visibility", before, code,
                        decided ? v->own_kept : v->effective, e);
}

static bool cells_fine(const struct edit_request *q, struct error *e) {
    for (size_t i = 0; i < q->count; i++) {
        const struct edit_cell *cell = &q->cells[i];
        const struct column_spec *spec = &columns[cell->column];
        bool empty = cell->value != NULL && cell->value[0] == '\0';
        bool plain = cell->language[0] == '\0';
        if (cell->column == COL_ID)
            return error_set(e, ERR_DATA,
                             "id: is what the source calls the service; "
                             "allowed: any other column");
        if (empty && plain && spec->flags & REQUIRED)
            return error_set(e, ERR_DATA, "%s: is empty; allowed: a value", spec->name);
        if (empty && plain && cell->column == COL_VISIBILITY)
            return error_set(e, ERR_DATA,
                             "visibility: is empty; allowed: exact area "
                             "contact staff, or to give it back");
        for (size_t k = 0; k < i; k++)
            if (q->cells[k].column == cell->column &&
                strcmp(q->cells[k].language, cell->language) == 0)
                return error_set(e, ERR_DATA, "%s: stands twice", spec->name);
    }
    return true;
}

static bool cells_apply(struct editing *ed, const struct edit_request *q,
                        struct steward_decision *decision, struct error *e) {
    for (size_t i = 0; i < q->count; i++) {
        bool ok = q->cells[i].column == COL_VISIBILITY
                      ? edit_visibility(ed, q->cells[i].value, decision, e)
                      : edit_cell(ed, q, &q->cells[i], e);
        if (!ok)
            return false;
    }
    const struct flat *flat = &ed->shown.flat;
    if ((flat->cell[COL_LAT][0] == '\0') != (flat->cell[COL_LON][0] == '\0'))
        return error_set(e, ERR_DATA,
                         "lat, lon: one of them is missing; allowed: both, "
                         "or neither");
    return q->judge == NULL || q->judge(flat, q->ctx, e);
}

/* Is the service as whoever edits it saw it? Inside the transaction that writes. */
static bool as_expected(struct editing *ed, const char *expect, struct error *e) {
    char tag[SERVICE_TAG_BYTES];
    if (expect == NULL)
        return true;
    service_tag(&ed->standing, &ed->edits, tag);
    ed->conflict = strcmp(tag, expect) != 0;
    return !ed->conflict ||
           error_set(e, ERR_DATA, "somebody else changed the service since it was read; "
                                  "nothing is changed: read it again");
}

/* What stands under the public id. */
static bool editing_open(struct editing *ed, const uint8_t id[ID_BYTES],
                         const char *expect, struct error *e) {
    struct flat *flat;
    int64_t key = 0;
    if (!service_key(ed->run->db, id, &key, e)) {
        ed->missing = e->code == ERR_DATA;
        return false;
    }
    if (!standing_read(ed->run->db, key, &ed->standing, e) ||
        !edits_read(ed->run->db, key, &ed->edits, e) || !as_expected(ed, expect, e))
        return false;
    run_of_source(ed->run, ed->standing.source_key);
    if (ed->standing.retired)
        return error_set(e, ERR_DATA,
                         "the service is retired: only its source, or an undo, "
                         "brings it back");
    if (!run_read(ed->run, key, &flat, e))
        return false;
    flat_copy_init(&ed->shown, flat);
    return true;
}

static const char sql_unresolved[] =
    "SELECT kind, value FROM referral WHERE service_key = :key AND target_key IS NULL"
    " AND value <> 'none'";

/* Ids of other services that an edit names must stand. */
static bool references_fine(struct editing *ed, const struct edit_request *q,
                            struct error *e) {
    struct statement *s = db_prepare(ed->run->db, sql_unresolved, e);
    int got;
    if (s == NULL)
        return false;
    db_bind_integer(s, ":key", ed->standing.key);
    while ((got = db_step(s, e)) == 1)
        for (size_t i = 0; i < q->count; i++)
            if (strcmp(columns[q->cells[i].column].name, db_text(s, 0)) == 0) {
                error_set(e, ERR_DATA,
                          "%s: an id that is nowhere (\"%.100s\"); allowed: ids "
                          "of this source in the record",
                          db_text(s, 0), db_text(s, 1));
                db_reset(s);
                return false;
            }
    return got == 0;
}

static bool editing_store(struct editing *ed, const struct edit_request *q,
                          struct error *e) {
    int64_t key;
    if (!ed->changed)
        return true;
    ed->run->updated++;
    return put_store(ed->run, &ed->shown.flat, &ed->standing, ed->decision, &key, e) &&
           import_settle(ed->run, e) && references_fine(ed, q, e);
}

bool record_edit(struct record *r, const uint8_t id[ID_BYTES],
                 const struct edit_request *q, struct run_result *out, struct error *e) {
    struct editing ed = {0};
    struct steward_decision decision;
    *out = (struct run_result){0};
    if (!history_person(q->by, e) || !cells_fine(q, e) ||
        (ed.run = run_begin(r->db, RUN_EDIT, NULL, q->by, e)) == NULL)
        return false;
    import_listen(ed.run, q->listen, q->ctx);
    bool ok = editing_open(&ed, id, q->expect, e) && cells_apply(&ed, q, &decision, e) &&
              editing_store(&ed, q, e);
    int64_t number = ed.run->key, updated = ed.run->updated;
    if (ok)
        ok = import_commit(ed.run, e);
    else
        import_abort(ed.run);
    if (ok)
        *out = (struct run_result){.number = number, .updated = updated};
    out->conflict = ed.conflict;
    out->missing = ed.missing;
    flat_copy_free(&ed.shown);
    edits_free(&ed.edits);
    return ok;
}
