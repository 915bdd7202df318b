/* SPDX-License-Identifier: Apache-2.0 */
#include "data/schema.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "data/buf.h"
#include "data/text.h"

#define STEP_MAX (1 << 20) /* bytes of one step file */

/* The number of the step file `name`, or 0 when it is none: "0001_record.sql". */
static int step_number(const char *name) {
    size_t len = strlen(name);
    int64_t number;
    if (len < 9 || name[4] != '_' || strcmp(name + len - 4, ".sql") != 0 ||
        !slice_integer((struct slice){name, 4}, &number) || number < 0)
        return 0;
    return (int)number;
}

/* Is `entry` a step file? For scandir(). */
static int is_step(const struct dirent *entry) {
    return step_number(entry->d_name) > 0;
}

static bool steps_read(const char *dir, struct dirent ***steps, int *count,
                       struct error *e) {
    *count = scandir(dir, steps, is_step, alphasort);
    if (*count < 0) {
        *count = 0;
        return error_set(e, ERR_ENVIRONMENT, "%s: %s", dir, strerror(errno));
    }
    for (int i = 0; i < *count; i++)
        if (step_number((*steps)[i]->d_name) != i + 1)
            return error_set(e, ERR_ENVIRONMENT, "%s: schema step %d is %s", dir, i + 1,
                             "missing or stands twice");
    return *count > 0 ||
           error_set(e, ERR_ENVIRONMENT, "%s: no schema steps (NNNN_*.sql)", dir);
}

static bool file_read(const char *path, struct buf *out, struct error *e) {
    FILE *f = fopen(path, "re");
    if (f == NULL)
        return error_set(e, ERR_ENVIRONMENT, "%s: %s", path, strerror(errno));
    buf_reserve(out, STEP_MAX);
    out->len = fread(out->data, 1, STEP_MAX, f);
    bool ok = !ferror(f) && out->len < STEP_MAX;
    fclose(f);
    return ok || error_set(e, ERR_ENVIRONMENT, "%s: cannot be read whole", path);
}

static bool step_apply(struct db *db, const char *dir, const char *name,
                       struct error *e) {
    struct buf path = {0}, sql = {0};
    buf_printf(&path, "%s/%s", dir, name);
    bool ok = file_read(buf_text(&path), &sql, e);
    if (ok) {
        buf_printf(&sql, "\n;PRAGMA user_version = %d;", step_number(name));
        ok = db_exec(db, buf_text(&sql), e) || error_prefix(e, "schema step %s: ", name);
    }
    buf_free(&sql);
    buf_free(&path);
    return ok;
}

static bool pragma(struct db *db, const char *sql, int64_t *out, struct error *e) {
    struct statement *s = db_prepare(db, sql, e);
    if (s == NULL || db_step(s, e) != 1)
        return false;
    *out = db_integer(s, 0);
    db_reset(s);
    return true;
}

static const char sql_version[] = "PRAGMA user_version";
static const char sql_application[] = "PRAGMA application_id";

/* Is the database of the right kind and not newer than step `last`? */
static bool version_check(struct db *db, int64_t application_id, int last,
                          enum schema_mode mode, int64_t *version, struct error *e) {
    int64_t application;
    if (!pragma(db, sql_version, version, e) ||
        !pragma(db, sql_application, &application, e))
        return false;
    if (mode == SCHEMA_CREATE ? *version != 0 : application != application_id)
        return error_set(e, ERR_DATA, "this database was not made by haven");
    if (*version > last)
        return error_set(
            e, ERR_DATA,
            "the database has schema version %lld and this program knows %d: "
            "use the newer program",
            (long long)*version, last);
    return true;
}

/* Applies the steps after `version`, in one transaction. */
static bool forward(struct db *db, const char *dir, struct dirent **steps, int count,
                    int64_t application_id, enum schema_mode mode, schema_after *after,
                    struct error *e) {
    int64_t version;
    if (!db_begin(db, e))
        return false;
    bool ok = version_check(db, application_id, count, mode, &version, e);
    for (int i = (int)version; ok && i < count; i++)
        ok = step_apply(db, dir, steps[i]->d_name, e) &&
             (after == NULL || after(db, i + 1, e));
    if (ok)
        return db_commit(db, e);
    db_rollback(db);
    return false;
}

bool schema_apply(struct db *db, const char *dir, int64_t application_id,
                  enum schema_mode mode, schema_after *after, struct error *e) {
    struct dirent **steps = NULL;
    int count = 0;
    int64_t version;
    bool ok = steps_read(dir, &steps, &count, e) &&
              version_check(db, application_id, count, mode, &version, e);
    if (ok && version < count)
        ok = mode != SCHEMA_EXPECT
                 ? forward(db, dir, steps, count, application_id, mode, after, e)
                 : error_set(e, ERR_DATA,
                             "the database has schema version %lld, this program needs "
                             "%d: open it once for writing to bring it forward",
                             (long long)version, count);
    for (int i = 0; i < count; i++)
        free(steps[i]);
    free(steps);
    return ok;
}
