/* SPDX-License-Identifier: Apache-2.0 */
#include "data/record.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "data/crypto.h"
#include "data/mem.h"
#include "data/record_private.h"
#include "data/schema.h"
#include "data/vocabulary.h"

#define APPLICATION_ID 1751217778 /* as in data/schema/0001_record.sql */
#define STEP_HISTORY 2            /* data/schema/0002_history.sql */

/* ---- shared ---------------------------------------------------------------------- */

bool query_integer(struct db *db, const char *sql, int64_t *out, struct error *e) {
    struct statement *s = db_prepare(db, sql, e);
    int got = s != NULL ? db_step(s, e) : -1;
    if (got == 0)
        return error_set(e, ERR_DATA, "the record is damaged: no row for %s", sql);
    if (got < 0)
        return false;
    *out = db_integer(s, 0);
    db_reset(s);
    return true;
}

bool run_sql(struct db *db, const char *sql, struct error *e) {
    struct statement *s = db_prepare(db, sql, e);
    return s != NULL && db_run(s, e);
}

/* The order is that of column.def, so columns are only ever added at its end of a group
 * at the price of one update of every row that states them. */
void flat_digest(const struct flat *flat, struct buf *scratch,
                 uint8_t out[DIGEST_BYTES]) {
    scratch->len = 0;
    for (int i = 0; i < COL_COUNT; i++) {
        if (flat->cell[i][0] == '\0')
            continue;
        buf_add(scratch, columns[i].name, strlen(columns[i].name) + 1);
        buf_add(scratch, flat->cell[i], strlen(flat->cell[i]) + 1);
    }
    for (size_t i = 0; i < flat->translation_count; i++) {
        const struct translation *t = &flat->translations[i];
        buf_printf(scratch, "%s@%s", columns[t->column].name, t->language);
        buf_char(scratch, '\0');
        buf_add(scratch, t->value, strlen(t->value) + 1);
    }
    crypto_digest(scratch->data, scratch->len, out, DIGEST_BYTES);
}

/* ---- vocabularies ---------------------------------------------------------------- */

static const char *code_of(const struct vocabulary *v, int term) {
    return term >= 0 ? v->terms[term].code : NULL;
}

/* NULL for "", so that what is not stated is NULL. */
static const char *stated(const char *text) {
    return text[0] != '\0' ? text : NULL;
}

static void vocabularies_digest(uint8_t out[DIGEST_BYTES]) {
    struct buf all = {0};
    for (int i = 0; i < VOC_COUNT; i++) {
        const struct vocabulary *v = vocabulary((enum vocabulary_id)i);
        buf_printf(&all, "%s\n", v->name);
        for (const struct term *t = v->terms; t < v->terms + v->count; t++)
            buf_printf(&all, "%s,%d,%d,%s,%s,%d,%d,%s\n", t->code, t->parent, t->parent2,
                       t->match, t->fallback, t->sensitive, t->hidden, t->label[0]);
    }
    crypto_digest(all.data, all.len, out, DIGEST_BYTES);
    buf_free(&all);
}

static const char sql_taxonomy[] =
    "INSERT INTO taxonomy (key, name) VALUES (:key, :name)";
static const char sql_term[] =
    "INSERT INTO taxonomy_term (taxonomy_key, position, code, name, parent, parent2,"
    " term_uri, fallback, sensitive, hidden) VALUES (:taxonomy_key, :position, :code,"
    " :name, :parent, :parent2, :term_uri, :fallback, :sensitive, :hidden)";

static bool term_write(struct db *db, const struct vocabulary *v, int64_t taxonomy_key,
                       int position, struct error *e) {
    const struct term *t = &v->terms[position];
    struct statement *s = db_prepare(db, sql_term, e);
    if (s == NULL)
        return false;
    db_bind_integer(s, ":taxonomy_key", taxonomy_key);
    db_bind_integer(s, ":position", position);
    db_bind_text(s, ":code", t->code);
    db_bind_text(s, ":name", t->label[0]);
    db_bind_text(s, ":parent", code_of(v, t->parent));
    db_bind_text(s, ":parent2", code_of(v, t->parent2));
    db_bind_text(s, ":term_uri", stated(t->match));
    db_bind_text(s, ":fallback", stated(t->fallback));
    db_bind_integer(s, ":sensitive", t->sensitive);
    db_bind_integer(s, ":hidden", t->hidden);
    return db_run(s, e);
}

static bool taxonomy_write(struct db *db, enum vocabulary_id id, struct error *e) {
    const struct vocabulary *v = vocabulary(id);
    struct statement *s = db_prepare(db, sql_taxonomy, e);
    if (s == NULL)
        return false;
    db_bind_integer(s, ":key", id + 1);
    db_bind_text(s, ":name", v->name);
    bool ok = db_run(s, e);
    for (int i = 0; ok && i < v->count; i++)
        ok = term_write(db, v, id + 1, i, e);
    return ok;
}

static const char sql_vocabulary[] = "SELECT vocabulary FROM directory";
static const char sql_vocabulary_set[] = "UPDATE directory SET vocabulary = :digest";

static bool vocabularies_same(struct db *db, const uint8_t digest[DIGEST_BYTES],
                              bool *same, struct error *e) {
    struct statement *s = db_prepare(db, sql_vocabulary, e);
    if (s == NULL || db_step(s, e) < 0)
        return false;
    *same = db_bytes(s, 0) == DIGEST_BYTES &&
            memcmp(db_blob(s, 0), digest, DIGEST_BYTES) == 0;
    db_reset(s);
    return true;
}

static bool vocabularies_replace(struct db *db, const uint8_t digest[DIGEST_BYTES],
                                 struct error *e) {
    if (!db_exec(db, "DELETE FROM taxonomy_term; DELETE FROM taxonomy", e))
        return false;
    for (int i = 0; i < VOC_COUNT; i++)
        if (!taxonomy_write(db, (enum vocabulary_id)i, e))
            return false;
    struct statement *s = db_prepare(db, sql_vocabulary_set, e);
    if (s == NULL)
        return false;
    db_bind_blob(s, ":digest", digest, DIGEST_BYTES);
    return db_run(s, e);
}

/* Makes taxonomy_term what the loaded vocabularies are; writes nothing when it is. */
static bool vocabularies_write(struct db *db, struct error *e) {
    uint8_t digest[DIGEST_BYTES];
    bool same;
    vocabularies_digest(digest);
    if (!vocabularies_same(db, digest, &same, e))
        return false;
    if (same)
        return true;
    if (!db_begin(db, e))
        return false;
    if (vocabularies_replace(db, digest, e))
        return db_commit(db, e);
    db_rollback(db);
    return false;
}

/* ---- create and open ------------------------------------------------------------- */

/* What the steps of the schema leave to C. */
static bool step_after(struct db *db, int step, struct error *e) {
    return step != STEP_HISTORY || organizations_refold(db, e);
}

static bool schema_bring(struct db *db, const char *share, enum schema_mode mode,
                         struct error *e) {
    struct buf dir = {0};
    buf_printf(&dir, "%s/schema", share);
    bool ok = schema_apply(db, buf_text(&dir), APPLICATION_ID, mode, step_after, e);
    buf_free(&dir);
    return ok;
}

static const char sql_spatial[] = "SELECT CheckSpatialIndex('location', 'point')";

static bool fill_new(struct db *db, const char *share, struct error *e) {
    int64_t indexed;
    if (!db_exec(db, "SELECT InitSpatialMetaData(1, 'WGS84')", e) ||
        !schema_bring(db, share, SCHEMA_CREATE, e) || !vocabularies_write(db, e) ||
        !query_integer(db, sql_spatial, &indexed, e))
        return false;
    return indexed == 1 ||
           error_set(e, ERR_ENVIRONMENT, "SpatiaLite made no spatial index");
}

static void remove_all(const char *path) {
    static const char *const endings[] = {"", "-wal", "-shm", "-journal"};
    struct buf name = {0};
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        name.len = 0;
        buf_printf(&name, "%s%s", path, endings[i]);
        unlink(buf_text(&name));
    }
    buf_free(&name);
}

/* Made whole under another name, so that nobody ever meets half a record. */
static bool create_as(const char *temporary, const char *path, const char *share,
                      struct error *e) {
    remove_all(temporary);
    struct db *db = db_open(temporary, DB_CREATE, true, e);
    bool ok = db != NULL && fill_new(db, share, e);
    db_close(db);
    if (ok && rename(temporary, path) != 0)
        ok = error_set(e, ERR_ENVIRONMENT, "%s: %s", path, strerror(errno));
    if (!ok)
        remove_all(temporary);
    return ok;
}

bool record_create(const char *path, const char *share, struct error *e) {
    if (access(path, F_OK) == 0)
        return error_set(e, ERR_USAGE, "%s: exists already", path);
    struct buf temporary = {0};
    buf_printf(&temporary, "%s.new", path);
    bool ok = create_as(buf_text(&temporary), path, share, e);
    buf_free(&temporary);
    return ok;
}

struct record *record_open(const char *path, const char *share, enum db_mode mode,
                           struct error *e) {
    struct db *db = db_open(path, mode, true, e);
    if (db == NULL)
        return NULL;
    bool ok = mode == DB_READ ? schema_bring(db, share, SCHEMA_EXPECT, e)
                              : schema_bring(db, share, SCHEMA_MIGRATE, e) &&
                                    vocabularies_write(db, e);
    if (!ok) {
        error_prefix(e, "%s: ", path);
        db_close(db);
        return NULL;
    }
    struct record *r = xmalloc(sizeof *r);
    r->db = db;
    return r;
}

void record_close(struct record *r) {
    if (r == NULL)
        return;
    db_close(r->db);
    free(r);
}

static const char sql_revision[] = "SELECT revision FROM directory";

bool record_revision(struct record *r, int64_t *out, struct error *e) {
    return query_integer(r->db, sql_revision, out, e);
}

bool record_data_version(struct record *r, int64_t *out, struct error *e) {
    return db_data_version(r->db, out, e);
}
