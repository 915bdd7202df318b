/* SPDX-License-Identifier: Apache-2.0 */
#include "data/access/access_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "data/buf.h"
#include "data/mem.h"
#include "data/schema.h"

#define APPLICATION_ID 1751217771 /* as in data/schema_access/0001_access.sql */

void access_db_path(const char *record_path, struct buf *out) {
    size_t len = strlen(record_path);
    bool db = len > 3 && strcmp(record_path + len - 3, ".db") == 0;
    buf_add(out, record_path, db ? len - 3 : len);
    buf_str(out, db ? "-access.db" : "-access");
}

/* An empty file is one that a killed program made and did not fill. */
static bool is_empty(struct db *db, bool *out, struct error *e) {
    static const char sql[] = "SELECT count(*) FROM sqlite_schema";
    struct statement *s = db_prepare(db, sql, e);
    if (s == NULL || db_step(s, e) != 1)
        return false;
    *out = db_integer(s, 0) == 0;
    db_reset(s);
    return true;
}

static struct db *open_file(const char *path, const char *steps, struct error *e) {
    bool exists = access(path, F_OK) == 0, empty;
    struct db *db = db_open(path, exists ? DB_READ_WRITE : DB_CREATE, false, e);
    if (db == NULL)
        return NULL;
    if (is_empty(db, &empty, e) &&
        schema_apply(db, steps, APPLICATION_ID, empty ? SCHEMA_CREATE : SCHEMA_MIGRATE,
                     NULL, e))
        return db;
    error_prefix(e, "%s: ", path);
    db_close(db);
    return NULL;
}

struct access_db *access_db_open(const char *record_path, const char *share,
                                 struct error *e) {
    struct buf path = {0}, steps = {0};
    struct access_db *a = NULL;
    access_db_path(record_path, &path);
    buf_printf(&steps, "%s/schema_access", share);
    struct db *db = open_file(buf_text(&path), buf_text(&steps), e);
    if (db != NULL) {
        a = xmalloc(sizeof *a);
        a->db = db;
    }
    buf_free(&steps);
    buf_free(&path);
    return a;
}

void access_db_close(struct access_db *a) {
    if (a == NULL)
        return;
    db_close(a->db);
    free(a);
}

bool access_db_data_version(struct access_db *a, int64_t *out, struct error *e) {
    return db_data_version(a->db, out, e);
}

bool access_db_begin(struct access_db *a, struct error *e) {
    return db_begin(a->db, e);
}

bool access_db_commit(struct access_db *a, struct error *e) {
    return db_commit(a->db, e);
}

void access_db_rollback(struct access_db *a) {
    db_rollback(a->db);
}

/* ---- what the other files share -------------------------------------------------- */

void column_text(struct statement *s, int column, char *out, size_t size) {
    snprintf(out, size, "%s", db_text(s, column));
}

bool column_blob(struct statement *s, int column, uint8_t *out, size_t size) {
    if (db_is_null(s, column) || db_bytes(s, column) != size)
        return false;
    memcpy(out, db_blob(s, column), size);
    return true;
}

void bind_organization(struct statement *s, const uint8_t *organization) {
    if (organization != NULL)
        db_bind_blob(s, ":organization", organization, 16);
}

int run_returning(struct statement *s, struct error *e) {
    int got = db_step(s, e);
    if (got != 1)
        return got;
    return db_step(s, e) == 0 ? 1 : -1;
}
