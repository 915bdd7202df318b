/* SPDX-License-Identifier: Apache-2.0 */
#include "data/backup_copy.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "data/folder.h"

static const struct {
    int64_t application_id; /* as in step 1 of its schema */
    const char *name;
    bool spatial; /* SQLite calls SpatiaLite's functions when it checks constraints */
} kinds[] = {
    [COPY_RECORD] = {1751217778, "record", true},
    [COPY_ACCESS] = {1751217771, "access database", false},
};

bool copy_there(const char *path) {
    struct stat s;
    return lstat(path, &s) == 0;
}

static const char sql_application[] = "PRAGMA application_id";
static const char sql_integrity[] = "PRAGMA integrity_check(1)";
static const char sql_keys[] =
    "SELECT \"table\" || ' refers to a row of ' || parent || ' that is not there'"
    " FROM pragma_foreign_key_check LIMIT 1";

static bool of_kind(struct db *db, enum copy_kind kind, struct error *e) {
    struct statement *s = db_prepare(db, sql_application, e);
    if (s == NULL || db_step(s, e) != 1)
        return false;
    bool ok = db_integer(s, 0) == kinds[kind].application_id;
    db_reset(s);
    return ok || error_set(e, ERR_DATA, "this is no %s of haven", kinds[kind].name);
}

/* False with the first row of `sql`, unless there is none or it says "ok". */
static bool no_fault(struct db *db, const char *sql, struct error *e) {
    struct statement *s = db_prepare(db, sql, e);
    int got = s != NULL ? db_step(s, e) : -1;
    bool fault = got == 1 && strcmp(db_text(s, 0), "ok") != 0;
    if (fault)
        error_set(e, ERR_DATA, "it is not sound: %s", db_text(s, 0));
    if (got == 1)
        db_reset(s);
    return got >= 0 && !fault;
}

static bool verify(enum copy_kind kind, const char *path, struct error *e) {
    struct db *db = db_open(path, DB_READ, kinds[kind].spatial, e);
    bool ok = db != NULL && of_kind(db, kind, e) && no_fault(db, sql_integrity, e) &&
              no_fault(db, sql_keys, e);
    db_close(db);
    return ok;
}

static bool copy(enum copy_kind kind, const char *from, const char *path,
                 const struct backup_options *o, struct error *e) {
    struct db *db = db_open(from, DB_READ, false, e);
    if (db == NULL)
        return false;
    bool ok = (of_kind(db, kind, e) || error_prefix(e, "%s: ", from)) &&
              db_copy(db, path, o->progress, o->ctx, e);
    db_close(db);
    return ok;
}

bool copy_part(enum copy_kind kind, const char *from, const char *path,
               const struct backup_options *o, struct error *e) {
    struct buf part = {0};
    folder_part(path, &part);
    bool ok = copy(kind, from, buf_text(&part), o, e);
    if (ok && !verify(kind, buf_text(&part), e)) {
        ok = error_prefix(e, "%s: ", from);
        unlink(buf_text(&part));
    }
    buf_free(&part);
    return ok;
}

void copy_drop(const char *path) {
    static const char *const endings[] = {"", "-wal", "-shm"};
    struct buf part = {0};
    folder_part(path, &part);
    size_t len = part.len;
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        part.len = len;
        buf_str(&part, endings[i]);
        unlink(buf_text(&part));
    }
    buf_free(&part);
}
