/* SPDX-License-Identifier: Apache-2.0
 *
 * One service in. What its source sends is laid under what a steward edited, and only if
 * the digest of that differs from what stands are its tables written anew.
 */
#include <string.h>

#include "data/crypto.h"
#include "data/mem.h"
#include "data/record_private.h"

/* ---- what stands ----------------------------------------------------------------- */

#define STANDING                                                                         \
    "SELECT key, source_key, retired_run, digest, visibility.own, visibility.own_kept,"  \
    " visibility.effective, visibility.decided_by, visibility.bound_by,"                 \
    " EXISTS (SELECT 1 FROM edit WHERE edit.service_key = key)"                          \
    " FROM service_at_location JOIN visibility ON visibility.service_key = key"

static const char sql_by_id[] =
    STANDING " WHERE source_key = :source_key AND source_id = :id";
static const char sql_by_key[] = STANDING " WHERE key = :key";

static bool standing_step(struct statement *s, struct standing *out, struct error *e) {
    *out = (struct standing){0};
    int got = db_step(s, e);
    if (got != 1)
        return got == 0;
    out->key = db_integer(s, 0);
    out->source_key = db_integer(s, 1);
    out->retired = !db_is_null(s, 2);
    if (db_bytes(s, 3) == DIGEST_BYTES)
        memcpy(out->digest, db_blob(s, 3), DIGEST_BYTES);
    out->visibility = (struct visibility_row){
        .own = visibility_static(db_text(s, 4)),
        .own_kept = db_is_null(s, 5) ? NULL : visibility_static(db_text(s, 5)),
        .effective = visibility_static(db_text(s, 6)),
        .decided_by = visibility_decided(db_text(s, 7)),
        .bound_by = db_integer(s, 8),
    };
    out->edited = db_integer(s, 9) != 0;
    db_reset(s);
    return true;
}

bool standing_read(struct db *db, int64_t key, struct standing *out, struct error *e) {
    struct statement *s = db_prepare(db, sql_by_key, e);
    if (s == NULL)
        return false;
    db_bind_integer(s, ":key", key);
    return standing_step(s, out, e);
}

static bool standing_find(struct import_run *run, const char *id, struct standing *out,
                          struct error *e) {
    *out = (struct standing){0};
    if (run->source_key == 0)
        return true;
    struct statement *s = db_prepare(run->db, sql_by_id, e);
    if (s == NULL)
        return false;
    db_bind_integer(s, ":source_key", run->source_key);
    db_bind_text(s, ":id", id);
    return standing_step(s, out, e);
}

/* ---- writing --------------------------------------------------------------------- */

/* What an update writes anew. */
static const char *const sql_delete[] = {
    "DELETE FROM address WHERE service_key = :key",
    "DELETE FROM schedule WHERE service_key = :key",
    "DELETE FROM cost_option WHERE service_key = :key",
    "DELETE FROM stay WHERE service_key = :key",
    "DELETE FROM eligibility WHERE service_key = :key",
    "DELETE FROM attribute WHERE service_key = :key",
    "DELETE FROM language WHERE service_key = :key",
    "DELETE FROM service_area WHERE service_key = :key",
    "DELETE FROM required_document WHERE service_key = :key",
    "DELETE FROM phone WHERE service_key = :key",
    "DELETE FROM referral WHERE service_key = :key",
    "DELETE FROM claim WHERE service_key = :key",
    "DELETE FROM text WHERE service_key = :key",
};

static bool details_delete(struct import_run *run, int64_t key, struct error *e) {
    for (size_t i = 0; i < sizeof sql_delete / sizeof *sql_delete; i++) {
        struct statement *s = db_prepare(run->db, sql_delete[i], e);
        if (s == NULL)
            return false;
        db_bind_integer_at(s, 1, key);
        if (!db_run(s, e))
            return false;
    }
    return true;
}

static bool visibility_changed(struct import_run *run, const struct row *row,
                               const struct standing *standing, struct error *e) {
    const char *before = standing->visibility.effective, *now = row->visibility.effective;
    bool by_edit = strcmp(row->visibility.decided_by, "steward") == 0; /* has its row */
    return row->is_new || by_edit || strcmp(before, now) == 0 ||
           change_write(run, row->key, LAYER_EVENT, "visibility", before, now,
                        row->visibility.decided_by, e);
}

bool put_store(struct import_run *run, const struct flat *flat,
               const struct standing *standing, const struct steward_decision *steward,
               int64_t *key, struct error *e) {
    struct row row = {.flat = flat, .is_new = standing->key == 0};
    if (!run_changes(run, e))
        return false;
    row.source_key = run->source_key;
    row.run_key = run->key;
    row.key = row.is_new ? run->next_key++ : standing->key;
    *key = row.key;
    flat_digest(flat, &run->scratch, row.digest);
    crypto_random(row.ids, sizeof row.ids);
    visibility_decide(flat, row.is_new ? NULL : &standing->visibility, &row.visibility);
    if (steward != NULL)
        visibility_steward(&row.visibility, steward->visibility);
    return (row.is_new || details_delete(run, row.key, e)) &&
           index_write(&run->index, run->db, e) && organization_put(run, &row, e) &&
           sections_put(run, &row, e) && lists_put(run, &row, e) &&
           aliases_put(run, &row, e) && visibility_changed(run, &row, standing, e);
}

/* ---- what the source says --------------------------------------------------------- */

/* What the tables could not hold. Importers refuse it before, with the line. */
static bool acceptable(const struct flat *flat, struct error *e) {
    if (flat->cell[COL_ID][0] == '\0')
        return error_set(e, ERR_DATA, "id: missing");
    if (strlen(flat->cell[COL_COUNTRY]) != 2)
        return error_set(e, ERR_DATA, "country: two letters wanted");
    if ((flat->cell[COL_LAT][0] == '\0') != (flat->cell[COL_LON][0] == '\0'))
        return error_set(e, ERR_DATA, "lat, lon: one of them is missing");
    for (int i = 0; i < COL_COUNT; i++) {
        size_t len = strlen(flat->cell[i]);
        if (list_is_json((enum column)i) && len > 0 &&
            (len < 2 || flat->cell[i][0] != '[' || flat->cell[i][len - 1] != ']'))
            return error_set(e, ERR_DATA, "%s: a JSON list is wanted", columns[i].name);
    }
    return true;
}

/* The source moves on below an edit: keeps what it says now, and tells. */
static bool below_edit(struct import_run *run, int64_t key, const struct edit *edit,
                       const char *said, struct error *e) {
    char name[FIELD_NAME_BYTES];
    struct run_note note = {.kind = NOTE_KEPT,
                            .field = field_name(edit->field, name),
                            .value = edit->value,
                            .said = said};
    if (strcmp(edit->source_value, said) == 0)
        return true;
    return run_changes(run, e) &&
           change_write(run, key, LAYER_SOURCE, name, edit->source_value, said,
                        edit->value, e) &&
           edit_write(run, key, edit->field, edit->value, said, e) &&
           (strcmp(edit->value, said) == 0 || run_note(run, note, key, 0, e));
}

static bool below_edits(struct import_run *run, int64_t key, const struct edits *edits,
                        const struct flat *said, struct error *e) {
    for (size_t i = 0; i < edits->count; i++)
        if (!below_edit(run, key, &edits->at[i], field_value(said, edits->at[i].field),
                        e))
            return false;
    return true;
}

/* Writes what changed in the source's layer; below an edit it is written already. */
static bool log_update(struct import_run *run, const struct standing *standing,
                       const struct flat *now, struct error *e) {
    struct flat *before;
    if (!run_changes(run, e) || !run_read(run, standing->key, &before, e))
        return false;
    return (!standing->retired || change_write(run, standing->key, LAYER_EVENT, "retired",
                                               "yes", "no", NULL, e)) &&
           changes_write(run, standing->key, before, now, e);
}

/* `flat` is what shall be shown. */
static bool store_changed(struct import_run *run, const struct flat *flat,
                          const struct standing *standing, struct error *e) {
    int64_t key;
    bool is_new = standing->key == 0, is_added = is_new || standing->retired;
    if ((!is_new && !log_update(run, standing, flat, e)) ||
        !put_store(run, flat, standing, NULL, &key, e) ||
        (is_new && !change_write(run, key, LAYER_EVENT, "added", NULL, NULL, NULL, e)))
        return false;
    run_mark_seen(run, key);
    *(is_added ? &run->added : &run->updated) += 1;
    return true;
}

/* Compares with what stands. */
static enum put_result put_over(struct import_run *run, const struct flat *flat,
                                const struct standing *standing, struct error *e) {
    uint8_t digest[DIGEST_BYTES];
    flat_digest(flat, &run->scratch, digest);
    if (standing->key != 0 && !standing->retired &&
        memcmp(standing->digest, digest, DIGEST_BYTES) == 0) {
        run_mark_seen(run, standing->key);
        run->unchanged++;
        return PUT_UNCHANGED;
    }
    if (!store_changed(run, flat, standing, e))
        return PUT_FAILED;
    return standing->key == 0 || standing->retired ? PUT_ADDED : PUT_UPDATED;
}

static enum put_result put_below_edits(struct import_run *run, const struct flat *said,
                                       const struct standing *standing, struct error *e) {
    struct edits edits = {0};
    struct flat_copy shown = {0};
    enum put_result result = PUT_FAILED;
    if (edits_read(run->db, standing->key, &edits, e) &&
        below_edits(run, standing->key, &edits, said, e)) {
        flat_copy_init(&shown, said);
        edits_lay(&edits, EDIT_STEWARD, &shown);
        result = put_over(run, &shown.flat, standing, e);
    }
    flat_copy_free(&shown);
    edits_free(&edits);
    return result;
}

enum put_result import_put(struct import_run *run, const struct flat *flat,
                           struct error *e) {
    struct flat given = *flat;
    struct standing standing;
    for (int i = 0; i < COL_COUNT; i++)
        if (list_is_json((enum column)i) && strcmp(given.cell[i], "[]") == 0)
            given.cell[i] = ""; /* a list of nothing states nothing */
    if (!acceptable(&given, e) || !standing_find(run, given.cell[COL_ID], &standing, e))
        return PUT_FAILED;
    if (standing.key != 0 && run_seen(run, standing.key)) {
        error_set(e, ERR_DATA, "id: \"%.100s\" stands twice", given.cell[COL_ID]);
        return PUT_FAILED;
    }
    enum put_result result = standing.edited ? put_below_edits(run, &given, &standing, e)
                                             : put_over(run, &given, &standing, e);
    run->broken |= result == PUT_FAILED;
    return result;
}
