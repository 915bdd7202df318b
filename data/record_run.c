/* SPDX-License-Identifier: Apache-2.0
 *
 * One run is one transaction, begun as a writer. It makes rows of its own only
 * when something changes, so that importing the same file twice leaves the same bytes.
 */
#include <stdlib.h>
#include <string.h>

#include "data/mem.h"
#include "data/place.h"
#include "data/record_private.h"

static const char sql_source_find[] = "SELECT key FROM source WHERE name = :name";
static const char sql_locations[] = "SELECT count(*) FROM location";

static bool source_find(struct import_run *run, struct error *e) {
    struct statement *s = db_prepare(run->db, sql_source_find, e);
    if (s == NULL)
        return false;
    db_bind_text(s, ":name", run->source);
    int got = db_step(s, e);
    if (got == 1) {
        run->source_key = db_integer(s, 0);
        db_reset(s);
    }
    return got >= 0;
}

/* A run writes what each row refers to just before it, and deletes nothing that is
 * referred to, so that looking every reference up again (a sixth of the time) can find
 * nothing. `haven check` does look. */
static const char sql_unguarded[] = "PRAGMA foreign_keys = OFF";
static const char sql_guarded[] = "PRAGMA foreign_keys = ON";

struct import_run *run_begin(struct db *db, enum run_kind kind, const char *source,
                             const char *made_by, struct error *e) {
    struct import_run *run = xcalloc(1, sizeof *run);
    run->db = db;
    run->kind = kind;
    run->made_by = made_by;
    run->source = source != NULL ? xstrndup(source, strlen(source)) : NULL;
    /* Another run may have changed the schema (record_index.c) while this one waited: it is
     * read anew by the first statements that run, before those that write are prepared. */
    if (db_exec(db, sql_unguarded, e) && db_begin(db, e) &&
        (source == NULL || source_find(run, e)) &&
        query_integer(run->db, sql_locations, &run->index.before, e) &&
        put_prepare(run, e))
        return run;
    import_abort(run);
    return NULL;
}

void run_of_source(struct import_run *run, int64_t source_key) {
    run->source_key = source_key;
}

struct import_run *import_begin(struct record *r, const char *source, struct error *e) {
    if (source[0] != '\0')
        return run_begin(r->db, RUN_IMPORT, source, NULL, e);
    error_set(e, ERR_USAGE, "the source needs a name");
    return NULL;
}

void import_listen(struct import_run *run, run_listener *listen, void *ctx) {
    run->listen = listen;
    run->listen_ctx = ctx;
}

void import_made_by(struct import_run *run, const char *by) {
    run->made_by = by;
}

int64_t import_number(const struct import_run *run) {
    return run->key;
}

static const char sql_source_add[] = "INSERT INTO source (name) VALUES (:name)";
static const char sql_run_add[] =
    "INSERT INTO import_run (source_key, kind, made_by, undoes, started_at)"
    " VALUES (:source_key, :kind, :made_by, nullif(:undoes, 0),"
    " strftime('%Y-%m-%dT%H:%M:%SZ', 'now'))";
static const char *const kinds[] = {"import", "edit", "undo"};

static const char sql_next_key[] =
    "SELECT coalesce(max(key), 0) + 1 FROM service_at_location";
static const char sql_organizations[] = "SELECT coalesce(max(key), 0) FROM organization";

static bool source_add(struct import_run *run, struct error *e) {
    struct statement *s = db_prepare(run->db, sql_source_add, e);
    if (s == NULL)
        return false;
    db_bind_text(s, ":name", run->source);
    if (!db_run(s, e))
        return false;
    run->source_key = db_last_key(run->db);
    return true;
}

bool run_changes(struct import_run *run, struct error *e) {
    if (run->key != 0)
        return true;
    if (run->source_key == 0 && !source_add(run, e))
        return false;
    struct statement *s = db_prepare(run->db, sql_run_add, e);
    if (s == NULL)
        return false;
    db_bind_integer(s, ":source_key", run->source_key);
    db_bind_text(s, ":kind", kinds[run->kind]);
    if (run->made_by != NULL)
        db_bind_text(s, ":made_by", run->made_by);
    db_bind_integer(s, ":undoes", run->undoes);
    if (!db_run(s, e))
        return false;
    run->key = db_last_key(run->db);
    return query_integer(run->db, sql_next_key, &run->next_key, e) &&
           query_integer(run->db, sql_organizations, &run->organizations_before, e);
}

/* ---- missing --------------------------------------------------------------------- */

bool run_seen(const struct import_run *run, int64_t key) {
    size_t word = (size_t)key / 64;
    return word < run->seen_words && (run->seen[word] >> (key % 64) & 1) != 0;
}

void run_mark_seen(struct import_run *run, int64_t key) {
    size_t word = (size_t)key / 64;
    if (word >= run->seen_words) {
        size_t words = word * 2 + 64;
        run->seen = xrealloc(run->seen, words, sizeof *run->seen);
        memset(run->seen + run->seen_words, 0,
               (words - run->seen_words) * sizeof *run->seen);
        run->seen_words = words;
    }
    run->seen[word] |= UINT64_C(1) << (key % 64);
}

static const char sql_standing[] =
    "SELECT key FROM service_at_location"
    " WHERE source_key = :source_key AND retired_run IS NULL";

/* Gives the keys of the source's services that were not put in this run. */
static bool missing_keys(struct import_run *run, int64_t *present, int64_t **keys,
                         size_t *count, struct error *e) {
    size_t capacity = 0;
    int got;
    *present = 0;
    *keys = NULL;
    *count = 0;
    struct statement *s = db_prepare(run->db, sql_standing, e);
    if (s == NULL)
        return false;
    db_bind_integer(s, ":source_key", run->source_key);
    while ((got = db_step(s, e)) == 1) {
        ++*present;
        if (run_seen(run, db_integer(s, 0)))
            continue;
        *keys = xgrow(*keys, &capacity, *count, sizeof **keys);
        (*keys)[(*count)++] = db_integer(s, 0);
    }
    return got == 0;
}

bool import_missing(struct import_run *run, int64_t *present, int64_t *missing,
                    struct error *e) {
    int64_t *keys;
    size_t count;
    bool ok = missing_keys(run, present, &keys, &count, e);
    free(keys);
    *missing = (int64_t)count;
    return ok;
}

static const char sql_retire[] =
    "UPDATE service_at_location SET retired_run = :run_key WHERE key = :key";
static const char sql_restore[] =
    "UPDATE service_at_location SET retired_run = NULL, changed_run = :run_key"
    " WHERE key = :key";

static bool mark(struct import_run *run, const char *sql, int64_t key, struct error *e) {
    struct statement *s = db_prepare(run->db, sql, e);
    if (s == NULL)
        return false;
    db_bind_integer(s, ":run_key", run->key);
    db_bind_integer(s, ":key", key);
    return db_run(s, e);
}

bool run_retire(struct import_run *run, int64_t key, struct error *e) {
    return mark(run, sql_retire, key, e) &&
           change_write(run, key, LAYER_EVENT, "retired", "no", "yes", NULL, e);
}

bool run_restore(struct import_run *run, int64_t key, struct error *e) {
    return mark(run, sql_restore, key, e) &&
           change_write(run, key, LAYER_EVENT, "retired", "yes", "no", NULL, e);
}

static bool note_edited(struct import_run *run, int64_t key, struct error *e) {
    struct standing standing;
    if (!standing_read(run->db, key, &standing, e))
        return false;
    bool decided = strcmp(standing.visibility.decided_by, "steward") == 0;
    return (!standing.edited && !decided) ||
           run_note(run, (struct run_note){.kind = NOTE_RETIRED}, key, 0, e);
}

bool import_retire_missing(struct import_run *run, int64_t *retired, struct error *e) {
    int64_t present, *keys;
    size_t count;
    bool ok = missing_keys(run, &present, &keys, &count, e) &&
              (count == 0 || run_changes(run, e));
    for (size_t i = 0; ok && i < count; i++)
        ok = run_retire(run, keys[i], e) && note_edited(run, keys[i], e);
    free(keys);
    run->broken |= !ok;
    run->retired += ok ? (int64_t)count : 0;
    *retired = ok ? (int64_t)count : 0;
    return ok;
}

/* ---- notes ----------------------------------------------------------------------- */

static const char sql_name[] =
    "SELECT source.name, s.source_id FROM service_at_location AS s"
    " JOIN source ON source.key = s.source_key WHERE s.key = :key";

bool service_name_read(struct db *db, int64_t key, struct service_name *out,
                       struct error *e) {
    struct statement *s = db_prepare(db, sql_name, e);
    if (s == NULL)
        return false;
    db_bind_integer(s, ":key", key);
    int got = db_step(s, e);
    if (got == 1)
        *out = (struct service_name){xstrndup(db_text(s, 0), db_bytes(s, 0)),
                                     xstrndup(db_text(s, 1), db_bytes(s, 1))};
    db_reset(s);
    return got == 1 || (got == 0 && error_set(e, ERR_DATA, "there is no service %lld",
                                              (long long)key));
}

void service_name_free(struct service_name *n) {
    free(n->source);
    free(n->id);
}

bool run_note(struct import_run *run, struct run_note note, int64_t key, int64_t other,
              struct error *e) {
    struct service_name a = {0}, b = {0};
    if (run->listen == NULL)
        return true;
    bool ok = service_name_read(run->db, key, &a, e) &&
              (other == 0 || service_name_read(run->db, other, &b, e));
    note.source = a.source;
    note.id = a.id;
    note.other_source = b.source;
    note.other_id = b.id;
    if (ok)
        run->listen(&note, run->listen_ctx);
    service_name_free(&a);
    service_name_free(&b);
    return ok;
}

/* ---- end ------------------------------------------------------------------------- */

/* An id of another service of the same source becomes its key, where it stands. */
static const char sql_resolve[] =
    "UPDATE referral SET target_key = (SELECT other.key FROM service_at_location AS mine"
    " CROSS JOIN service_at_location AS other ON other.source_key = mine.source_key"
    " AND other.source_id = referral.value WHERE mine.key = referral.service_key)"
    " WHERE target_key IS NULL";

static const char sql_revision[] = "UPDATE directory SET revision = revision + 1,"
                                   " changed_at = strftime('%Y-%m-%dT%H:%M:%SZ', 'now')";
static const char sql_place_revision[] = "UPDATE directory SET place_revision = revision";
static const char sql_basemap_revision[] =
    "UPDATE directory SET basemap_revision = basemap_revision + 1";

/* What is only drawn moves nothing that is asked. */
static bool move_revision(struct import_run *run, struct error *e) {
    if (run->things != NULL && strcmp(run->things, "basemap") == 0)
        return run_sql(run->db, sql_basemap_revision, e);
    return run_sql(run->db, sql_revision, e) &&
           (run->things == NULL || run_sql(run->db, sql_place_revision, e));
}

static const char sql_finish[] =
    "UPDATE import_run SET finished_at = strftime('%Y-%m-%dT%H:%M:%SZ', 'now'),"
    " revision = (SELECT revision FROM directory), added = :added, updated = :updated,"
    " unchanged = :unchanged, retired = :retired, things = :things WHERE key = :key";

static bool run_finish(struct import_run *run, struct error *e) {
    struct statement *s = db_prepare(run->db, sql_finish, e);
    if (s == NULL)
        return false;
    db_bind_integer(s, ":added", run->added);
    db_bind_integer(s, ":updated", run->updated);
    db_bind_integer(s, ":unchanged", run->unchanged);
    db_bind_integer(s, ":retired", run->retired);
    db_bind_text(s, ":things", run->things != NULL ? run->things : "services");
    db_bind_integer(s, ":key", run->key);
    return db_run(s, e);
}

bool import_settle(struct import_run *run, struct error *e) {
    if (run->broken)
        return error_set(e, ERR_DATA, "the import failed before: nothing is changed");
    if (run->settled || run->key == 0)
        return true;
    run->settled = true;
    run->broken = !(index_finish(&run->index, run->db, e) &&
                    run_sql(run->db, sql_resolve, e) && organizations_settle(run, e) &&
                    visibility_settle(run, e) && duplicates_settle(run, e));
    return !run->broken;
}

static bool run_complete(struct import_run *run, struct error *e) {
    return import_settle(run, e) && move_revision(run, e) && run_finish(run, e);
}

static void run_free(struct import_run *run) {
    struct error ignored;
    db_exec(run->db, sql_guarded, &ignored);
    index_free(&run->index);
    organizations_free(run);
    parents_free(run);
    reading_free(run->reading);
    buf_free(&run->scratch);
    free(run->seen);
    free(run->scope);
    free(run->source);
    free(run);
}

bool import_commit(struct import_run *run, struct error *e) {
    bool ok = run->broken || places_settle(run, NULL, NULL, NULL, e);
    bool changed = run->key != 0 || run->broken;
    ok = ok && (!changed || (run_complete(run, e) && db_commit(run->db, e)));
    if (!changed || !ok)
        db_rollback(run->db);
    run_free(run);
    return ok;
}

void import_abort(struct import_run *run) {
    db_rollback(run->db);
    run_free(run);
}
