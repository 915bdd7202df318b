/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "data/crypto.h"
#include "data/place.h"
#include "data/record_private.h"
#include "data/vocabulary.h"

enum place_level place_level(int kind) {
    return kind >= 0 && kind < LEVEL_POINT ? (enum place_level)kind : LEVEL_POINT;
}

static int kind_of(const char *code) {
    return vocabulary_find(VOC_PLACE_KIND, code, strlen(code));
}

/* ---- in -------------------------------------------------------------------------------- */

static void row_digest(const struct place_row *row, struct buf *scratch,
                       uint8_t out[DIGEST_BYTES]) {
    const char *cells[] = {row->kind, row->parent,     row->country,
                           row->code, row->name,       row->lat,
                           row->lon,  row->population, row->evidence};
    scratch->len = 0;
    for (size_t i = 0; i < sizeof cells / sizeof *cells; i++)
        buf_add(scratch, cells[i], strlen(cells[i]) + 1);
    for (size_t i = 0; i < row->name_count; i++) {
        buf_add(scratch, row->names[i].language, strlen(row->names[i].language) + 1);
        buf_add(scratch, row->names[i].value, strlen(row->names[i].value) + 1);
    }
    crypto_digest(scratch->data, scratch->len, out, DIGEST_BYTES);
}

static const char sql_standing[] =
    "SELECT key, retired_run, digest, parent_key FROM place"
    " WHERE source_key = :source_key AND source_id = :id";

static const char sql_put[] =
    "INSERT INTO place (key, id, source_key, source_id, kind, parent_key, country, code,"
    " name, latitude, longitude, population, evidence, digest, changed_run)"
    " VALUES (nullif(:key, 0), :random, :source_key, :id, :kind, nullif(:parent_key, 0),"
    " :country, nullif(:code, ''), :name, :lat, :lon, :population, nullif(:evidence, ''),"
    " :digest, :run_key)"
    " ON CONFLICT (key) DO UPDATE SET kind = excluded.kind,"
    " parent_key = excluded.parent_key, country = excluded.country, code = excluded.code,"
    " name = excluded.name, latitude = excluded.latitude, longitude = excluded.longitude,"
    " population = excluded.population, evidence = excluded.evidence,"
    " digest = excluded.digest, changed_run = excluded.changed_run, retired_run = NULL";

static bool row_write(struct import_run *run, const struct place_row *row, int64_t parent,
                      const uint8_t digest[DIGEST_BYTES], int64_t *key, struct error *e) {
    uint8_t id[ID_BYTES];
    struct statement *s = db_prepare(run->db, sql_put, e);
    if (s == NULL)
        return false;
    crypto_random(id, sizeof id);
    db_bind_integer(s, ":key", *key);
    db_bind_blob(s, ":random", id, sizeof id);
    db_bind_integer(s, ":source_key", run->source_key);
    db_bind_text(s, ":id", row->id);
    db_bind_text(s, ":kind", row->kind);
    db_bind_integer(s, ":parent_key", parent);
    db_bind_text(s, ":country", row->country);
    db_bind_text(s, ":code", row->code);
    db_bind_text(s, ":name", row->name);
    if (row->lat[0] != '\0') {
        db_bind_real(s, ":lat", strtod(row->lat, NULL));
        db_bind_real(s, ":lon", strtod(row->lon, NULL));
    }
    if (row->population[0] != '\0')
        db_bind_integer(s, ":population", strtoll(row->population, NULL, 10));
    db_bind_text(s, ":evidence", row->evidence);
    db_bind_blob(s, ":digest", digest, DIGEST_BYTES);
    db_bind_integer(s, ":run_key", run->key);
    if (!db_run(s, e))
        return false;
    *key = *key != 0 ? *key : db_last_key(run->db);
    return true;
}

static const char sql_names_delete[] = "DELETE FROM place_name WHERE place_key = :key";
static const char sql_name_put[] =
    "INSERT INTO place_name (place_key, language, position, value)"
    " VALUES (:key, :language, :position, :value)";

static bool names_delete(struct import_run *run, int64_t key, struct error *e) {
    struct statement *s = db_prepare(run->db, sql_names_delete, e);
    if (s == NULL)
        return false;
    db_bind_integer(s, ":key", key);
    return db_run(s, e);
}

static bool names_write(struct import_run *run, const struct place_row *row, int64_t key,
                        bool is_new, struct error *e) {
    if (!is_new && !names_delete(run, key, e))
        return false;
    for (size_t i = 0; i < row->name_count; i++) {
        struct statement *s = db_prepare(run->db, sql_name_put, e);
        if (s == NULL)
            return false;
        db_bind_integer_at(s, 1, key);
        db_bind_text_at(s, 2, row->names[i].language);
        db_bind_integer_at(s, 3, (int64_t)i);
        db_bind_text_at(s, 4, row->names[i].value);
        if (!db_run(s, e))
            return false;
    }
    return true;
}

enum put_result place_put(struct import_run *run, const struct place_row *row,
                          struct error *e) {
    uint8_t digest[DIGEST_BYTES];
    struct gazetteer_row before;
    int64_t parent;
    bool pending;
    run->things = "places";
    row_digest(row, &run->scratch, digest);
    if (!gazetteer_find(run, sql_standing, row->id, digest, &before, e) ||
        !parent_find(run, row, &parent, &pending, e))
        return PUT_FAILED;
    int64_t key = before.key;
    parent = pending ? before.parent_key : parent;
    before.same = before.same && !before.retired && parent == before.parent_key;
    if (!before.same) {
        if (!run_changes(run, e) || !row_write(run, row, parent, digest, &key, e) ||
            !names_write(run, row, key, before.key == 0, e)) {
            run->broken = true;
            return PUT_FAILED;
        }
    }
    parents_note(run, row, key, pending, before.same);
    return gazetteer_done(run, &before, key, row->country, kind_of(row->kind));
}

static const char sql_keep[] = "SELECT key FROM place WHERE source_key = :source_key"
                               " AND source_id = :id AND retired_run IS NULL";

bool place_keep(struct import_run *run, const char *id, struct error *e) {
    struct statement *s = db_prepare(run->db, sql_keep, e);
    if (s == NULL)
        return false;
    db_bind_integer(s, ":source_key", run->source_key);
    db_bind_text(s, ":id", id);
    int got = db_step(s, e);
    if (got == 1)
        run_mark_seen(run, db_integer(s, 0));
    db_reset(s);
    return got >= 0;
}

static const char sql_scope[] =
    "SELECT place.key, country, term.position FROM place"
    " CROSS JOIN taxonomy ON taxonomy.name = 'place_kind'"
    " CROSS JOIN taxonomy_term AS term ON term.taxonomy_key = taxonomy.key"
    " AND term.code = place.kind"
    " WHERE source_key = :source_key AND retired_run IS NULL";
static const char sql_retire[] =
    "UPDATE place SET retired_run = :run_key WHERE key = :key";

bool place_retire_missing(struct import_run *run, bool only_count, int64_t *present,
                          int64_t *missing, struct error *e) {
    run->things = "places";
    return gazetteer_retire(run, sql_scope, only_count ? NULL : sql_retire, present,
                            missing, e) &&
           (only_count || parents_stand(run, e));
}

/* ---- out ------------------------------------------------------------------------------- */

/* Parents come before what lies in them when levels are in their order. */
static const char sql_places[] =
    "SELECT place.key, place.id, source_key, kind, parent_key, country, place.code, place.name,"
    " latitude, longitude, population, term.position FROM place /*scan*/"
    " CROSS JOIN taxonomy ON taxonomy.name = 'place_kind'"
    " CROSS JOIN taxonomy_term AS term ON term.taxonomy_key = taxonomy.key"
    " AND term.code = place.kind"
    " WHERE retired_run IS NULL ORDER BY min(term.position, 5), place.key /*sort*/";

static bool places_each(struct db *db, const struct place_reader *reader,
                        struct error *e) {
    struct statement *s = db_prepare(db, sql_places, e);
    struct stored_place p;
    int got;
    if (s == NULL)
        return false;
    while ((got = db_step(s, e)) == 1) {
        p = (struct stored_place){.key = db_integer(s, 0),
                                  .source_key = db_integer(s, 2),
                                  .kind = db_text(s, 3),
                                  .parent_key = db_integer(s, 4),
                                  .country = db_text(s, 5),
                                  .code = db_text(s, 6),
                                  .name = db_text(s, 7),
                                  .has_point = !db_is_null(s, 8),
                                  .point = {db_real(s, 9), db_real(s, 8)},
                                  .population =
                                      db_is_null(s, 10) ? -1 : db_integer(s, 10)};
        if (db_bytes(s, 1) != ID_BYTES)
            return error_set(e, ERR_DATA, "the record is damaged: an id of a place");
        memcpy(p.id, db_blob(s, 1), ID_BYTES);
        if (!reader->place(&p, reader->ctx, e))
            return false;
    }
    return got == 0;
}

static const char sql_names[] =
    "SELECT place_key, language, value FROM place_name /*scan*/"
    " ORDER BY place_key, language, position";

static bool names_each(struct db *db, const struct place_reader *reader,
                       struct error *e) {
    struct statement *s = db_prepare(db, sql_names, e);
    int got;
    if (s == NULL)
        return false;
    while ((got = db_step(s, e)) == 1)
        if (!reader->name(db_integer(s, 0), db_text(s, 1), db_text(s, 2), reader->ctx, e))
            return false;
    return got == 0;
}

static const char sql_areas[] =
    "SELECT id, source_key, level, country, code, name, name_local, AsBinary(outline)"
    " FROM area /*scan*/ WHERE retired_run IS NULL ORDER BY level, key /*sort*/";

static bool areas_each(struct db *db, const struct place_reader *reader,
                       struct error *e) {
    struct statement *s = db_prepare(db, sql_areas, e);
    struct stored_area a;
    int got;
    if (s == NULL)
        return false;
    while ((got = db_step(s, e)) == 1) {
        a = (struct stored_area){.source_key = db_integer(s, 1),
                                 .level = (int)db_integer(s, 2),
                                 .country = db_text(s, 3),
                                 .code = db_text(s, 4),
                                 .name = db_text(s, 5),
                                 .name_local = db_text(s, 6),
                                 .wkb = db_blob(s, 7),
                                 .wkb_len = db_bytes(s, 7)};
        if (db_bytes(s, 0) != ID_BYTES)
            return error_set(e, ERR_DATA, "the record is damaged: an id of an area");
        memcpy(a.id, db_blob(s, 0), ID_BYTES);
        if (!reader->area(&a, reader->ctx, e))
            return false;
    }
    return got == 0;
}

bool record_each_place(struct record *r, const struct place_reader *reader,
                       struct error *e) {
    if (!db_exec(r->db, "BEGIN", e))
        return false;
    bool ok = places_each(r->db, reader, e) && names_each(r->db, reader, e) &&
              areas_each(r->db, reader, e);
    db_rollback(r->db);
    return ok;
}

static const char sql_revision[] = "SELECT place_revision FROM directory";

bool record_place_revision(struct record *r, int64_t *out, struct error *e) {
    return query_integer(r->db, sql_revision, out, e);
}
