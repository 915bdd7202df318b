/* SPDX-License-Identifier: Apache-2.0
 *
 * The copies are made and verified under the names of their parts. The record gets its
 * own name last: where a record's backup stands, that of its access database stands too.
 */
#include "data/backup.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "data/access/access_db.h"
#include "data/backup_copy.h"
#include "data/folder.h"
#include "data/mem.h"
#include "data/text.h"

#define TIME_LEN 16 /* 20261124T120000Z */

void backup_files_free(struct backup_files *files) {
    buf_free(&files->record);
    buf_free(&files->access);
}

/* ---- names ----------------------------------------------------------------------- */

/* The last part of a path without ".db": "/var/lib/haven/region.db" gives "region". */
static struct slice stem(const char *path) {
    const char *slash = strrchr(path, '/');
    struct slice s = slice_of(slash != NULL ? slash + 1 : path);
    if (s.len > 3 && memcmp(s.at + s.len - 3, ".db", 3) == 0)
        s.len -= 3;
    return s;
}

static bool is_folder(const char *path) {
    struct stat s;
    return stat(path, &s) == 0 && S_ISDIR(s.st_mode);
}

static void name_copy(const char *path, const char *to, struct buf *out) {
    char when[TIME_LEN + 1];
    time_t now = time(NULL);
    struct tm utc;
    buf_str(out, to);
    if (!is_folder(to))
        return;
    struct slice name = stem(path);
    strftime(when, sizeof when, "%Y%m%dT%H%M%SZ", gmtime_r(&now, &utc));
    buf_printf(out, "/%.*s-%s.db", (int)name.len, name.at, when);
}

/* ---- making one ------------------------------------------------------------------ */

static bool is_free(const char *path, struct error *e) {
    return !copy_there(path) || error_set(e, ERR_USAGE, "%s: exists already", path);
}

/* `from_access` is NULL when there is none to copy. */
static bool make_both(const char *from, const char *from_access,
                      const struct backup_options *o, struct backup_files *made,
                      struct error *e) {
    const char *record = buf_text(&made->record), *access = buf_text(&made->access);
    return is_free(record, e) && is_free(access, e) &&
           copy_part(COPY_RECORD, from, record, o, e) &&
           (from_access == NULL || copy_part(COPY_ACCESS, from_access, access, o, e));
}

static bool name_both(struct folder *f, const struct backup_files *made, bool with_access,
                      struct error *e) {
    const char *record = made->record.data, *access = made->access.data;
    bool access_named = with_access && folder_publish(access, e);
    bool record_named = access_named == with_access && folder_publish(record, e);
    if (record_named && folder_sync(f, e))
        return true;
    if (record_named)
        unlink(record);
    if (access_named)
        unlink(access);
    return false;
}

bool backup_make(const char *path, const char *to, const struct backup_options *o,
                 struct backup_files *made, struct error *e) {
    struct buf access = {0};
    access_db_path(path, &access);
    name_copy(path, to, &made->record);
    access_db_path(buf_text(&made->record), &made->access);
    bool both = !o->without_access && copy_there(buf_text(&access));
    struct folder *f = folder_of(buf_text(&made->record), e);
    bool ok = f != NULL && make_both(path, both ? buf_text(&access) : NULL, o, made, e) &&
              name_both(f, made, both, e);
    if (f != NULL && !ok) {
        copy_drop(buf_text(&made->record));
        copy_drop(buf_text(&made->access));
    }
    if (!both)
        made->access.len = 0;
    folder_close(f);
    buf_free(&access);
    return ok;
}

/* ---- the oldest go --------------------------------------------------------------- */

struct old {
    struct slice stem;
    char **names; /* of records' backups, owned */
    size_t count, capacity;
};

/* "region-20261124T120000Z.db", where the stem is "region". */
static bool is_backup(const char *name, struct slice stem) {
    static const char shape[] = "-00000000T000000Z.db";
    size_t len = strlen(name);
    if (len != stem.len + sizeof shape - 1 || memcmp(name, stem.at, stem.len) != 0)
        return false;
    for (size_t i = 0; i < sizeof shape - 1; i++) {
        char c = name[stem.len + i];
        if (shape[i] == '0' ? c < '0' || c > '9' : c != shape[i])
            return false;
    }
    return true;
}

static bool collect(const char *name, void *ctx) {
    struct old *old = ctx;
    if (!is_backup(name, old->stem))
        return true;
    old->names = xgrow(old->names, &old->capacity, old->count, sizeof *old->names);
    old->names[old->count++] = xstrndup(name, strlen(name));
    return true;
}

static int by_name(const void *a, const void *b) {
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The access database first: a record without one is a backup that was made so. */
static bool remove_backup(const char *folder, const char *name, struct error *e) {
    struct buf record = {0}, access = {0};
    buf_printf(&record, "%s/%s", folder, name);
    access_db_path(buf_text(&record), &access);
    bool ok = (unlink(buf_text(&access)) == 0 || errno == ENOENT) &&
              unlink(buf_text(&record)) == 0;
    if (!ok)
        error_set(e, ERR_ENVIRONMENT, "%s: cannot be removed: %s", buf_text(&record),
                  strerror(errno));
    buf_free(&access);
    buf_free(&record);
    return ok;
}

bool backup_prune(const char *path, const char *folder, int keep, struct error *e) {
    struct old old = {.stem = stem(path)};
    struct buf inside = {0};
    buf_printf(&inside, "%s/", folder);
    struct folder *f = folder_of(buf_text(&inside), e);
    bool ok = f != NULL && folder_each(f, collect, &old, e);
    if (ok && old.count > 0)
        qsort(old.names, old.count, sizeof *old.names, by_name);
    for (size_t i = 0; ok && i + (size_t)keep < old.count; i++)
        ok = remove_backup(folder, old.names[i], e);
    for (size_t i = 0; i < old.count; i++)
        free(old.names[i]);
    free(old.names);
    ok = ok && folder_sync(f, e);
    folder_close(f);
    buf_free(&inside);
    return ok;
}
