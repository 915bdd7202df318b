/* SPDX-License-Identifier: Apache-2.0
 *
 * One service as a steward edits it: each cell with its two layers, and a tag of the whole,
 * so that nobody writes over what they have not seen.
 */
#include <stdlib.h>
#include <string.h>

#include "data/crypto.h"
#include "data/record_private.h"

static const char sql_key[] = "SELECT key FROM service_at_location WHERE id = :id";

bool service_key(struct db *db, const uint8_t id[ID_BYTES], int64_t *out,
                 struct error *e) {
    struct statement *s = db_prepare(db, sql_key, e);
    if (s == NULL)
        return false;
    db_bind_blob(s, ":id", id, ID_BYTES);
    int got = db_step(s, e);
    if (got == 1)
        *out = db_integer(s, 0);
    db_reset(s);
    return got == 1 ||
           (got == 0 && error_set(e, ERR_DATA, "there is no service of this id"));
}

/* ---- tag ------------------------------------------------------------------------- */

/* With its NUL, so that no two lists of texts are the same bytes. */
static void add(struct buf *b, const char *text) {
    buf_add(b, text, strlen(text) + 1);
}

void service_tag(const struct standing *standing, const struct edits *edits,
                 char out[SERVICE_TAG_BYTES]) {
    uint8_t digest[(SERVICE_TAG_BYTES - 1) / 2];
    char name[FIELD_NAME_BYTES];
    const struct visibility_row *v = &standing->visibility;
    struct buf b = {0};
    buf_add(&b, standing->digest, sizeof standing->digest);
    buf_char(&b, standing->retired ? 'r' : 's');
    add(&b, v->own);
    add(&b, v->effective);
    add(&b, v->decided_by);
    for (const struct edit *edit = edits->at; edit < edits->at + edits->count; edit++) {
        add(&b, field_name(edit->field, name));
        add(&b, edit->value);
        add(&b, edit->source_value);
    }
    crypto_digest(b.data, b.len, digest, sizeof digest);
    hex_encode(digest, sizeof digest, out);
    buf_free(&b);
}

/* What service_tag() needs; `edits` is the caller's to free. */
static bool layers_read(struct db *db, const uint8_t id[ID_BYTES],
                        struct standing *standing, struct edits *edits, struct error *e) {
    int64_t key;
    return service_key(db, id, &key, e) && standing_read(db, key, standing, e) &&
           edits_read(db, key, edits, e);
}

bool record_service_tag(struct record *r, const uint8_t id[ID_BYTES],
                        char out[SERVICE_TAG_BYTES], struct error *e) {
    struct standing standing;
    struct edits edits = {0};
    if (!db_exec(r->db, "BEGIN", e))
        return false;
    bool ok = layers_read(r->db, id, &standing, &edits, e);
    if (ok)
        service_tag(&standing, &edits, out);
    db_rollback(r->db);
    edits_free(&edits);
    return ok;
}

/* ---- both layers ------------------------------------------------------------------- */

struct showing {
    struct service_state state;
    struct standing standing;
    struct edits edits;
    struct cell_state *cell;
    size_t capacity;
    bool (*each)(const struct service_state *state, void *ctx, struct error *e);
    void *ctx;
};

static void visibility_layers(const struct showing *sh, struct cell_state *c) {
    const struct visibility_row *v = &sh->standing.visibility;
    bool decided = strcmp(v->decided_by, "steward") == 0;
    c->shown = v->effective;
    c->steward = decided ? v->own : NULL;
}

static void cell_add(struct showing *sh, struct field f, const char *shown) {
    const struct edit *edit = edits_find(&sh->edits, f);
    struct cell_state c = {.column = f.column,
                           .shown = shown,
                           .source = edit != NULL ? edit->source_value : shown,
                           .steward = edit != NULL ? edit->value : NULL};
    memcpy(c.language, f.language, sizeof c.language);
    if (f.column == COL_VISIBILITY && f.language[0] == '\0')
        visibility_layers(sh, &c);
    if (c.shown[0] == '\0' && c.source[0] == '\0' && c.steward == NULL)
        return;
    sh->cell = xgrow(sh->cell, &sh->capacity, sh->state.count, sizeof *sh->cell);
    sh->cell[sh->state.count++] = c;
}

/* The texts of a column in further languages: those that are shown, and those that a steward
 * emptied. */
static void translations_add(struct showing *sh, const struct flat *flat,
                             enum column column) {
    for (size_t i = 0; i < flat->translation_count; i++) {
        const struct translation *t = &flat->translations[i];
        struct field f = {.column = t->column};
        memcpy(f.language, t->language, sizeof f.language);
        if (t->column == column)
            cell_add(sh, f, t->value);
    }
    for (size_t i = 0; i < sh->edits.count; i++) {
        struct field f = sh->edits.at[i].field;
        if (f.column == column && f.language[0] != '\0' &&
            field_value(flat, f)[0] == '\0')
            cell_add(sh, f, "");
    }
}

static bool show(const struct stored_service *service, void *ctx, struct error *e) {
    struct showing *sh = ctx;
    for (int i = 0; i < COL_COUNT; i++) {
        cell_add(sh, (struct field){.column = (enum column)i}, service->flat.cell[i]);
        translations_add(sh, &service->flat, (enum column)i);
    }
    sh->state.service = service;
    sh->state.retired = sh->standing.retired;
    sh->state.decided_by = sh->standing.visibility.decided_by;
    sh->state.cells = sh->cell;
    service_tag(&sh->standing, &sh->edits, sh->state.tag);
    return sh->each(&sh->state, sh->ctx, e);
}

bool record_service(struct record *r, const uint8_t id[ID_BYTES],
                    bool (*each)(const struct service_state *state, void *ctx,
                                 struct error *e),
                    void *ctx, struct error *e) {
    struct showing sh = {.each = each, .ctx = ctx};
    if (!db_exec(r->db, "BEGIN", e))
        return false;
    bool ok = layers_read(r->db, id, &sh.standing, &sh.edits, e) &&
              service_by_key(r->db, sh.standing.key, show, &sh, e);
    db_rollback(r->db);
    edits_free(&sh.edits);
    free(sh.cell);
    return ok;
}
