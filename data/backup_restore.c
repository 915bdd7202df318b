/* SPDX-License-Identifier: Apache-2.0
 *
 * A database that is renamed while a program has it open goes on being read and written
 * by that program, under its new name, and the log of the one and the other get mixed up.
 * So SQLite's own lock is taken first: in WAL mode every connection holds a shared one
 * for as long as it is open. It is asked for without SQLite, since the record to be
 * replaced may be too damaged to be opened.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "data/access/access_db.h"
#include "data/backup_copy.h"
#include "data/folder.h"
#include "data/record.h"

/* The lock bytes of every SQLite database: "The Lock-Byte Page" of its file format. */
#define LOCK_AT 0x40000000
#define LOCK_LEN 512
#define BEFORE ".before-restore"

/* A database that is to stand at `path`. */
struct target {
    enum copy_kind kind;
    struct buf path;
    int lock; /* the file that stood there, locked; -1: none did */
};

/* What a database may consist of, and what is never kept: SQLite makes it again. */
static const char *const endings[] = {"", "-wal", "-journal"};
static const char no_ending[] = "-shm";
#define ENDINGS (sizeof endings / sizeof *endings)

/* ---- what stands there ----------------------------------------------------------- */

static bool ending_there(const struct target *t, const char *middle, size_t ending) {
    struct buf path = {0};
    buf_printf(&path, "%s%s%s", t->path.data, middle, endings[ending]);
    bool there = copy_there(buf_text(&path));
    buf_free(&path);
    return there;
}

static bool may_replace(const struct target *t, bool force, struct error *e) {
    struct stat s;
    for (size_t i = 0; i < ENDINGS; i++) {
        if (!force && ending_there(t, "", i))
            return error_set(e, ERR_USAGE, "%s%s: exists already; --force replaces it",
                             t->path.data, endings[i]);
        if (ending_there(t, BEFORE, i))
            return error_set(e, ERR_USAGE,
                             "%s" BEFORE
                             "%s: is kept from an earlier restore; move it away",
                             t->path.data, endings[i]);
    }
    if (lstat(t->path.data, &s) == 0 && !S_ISREG(s.st_mode))
        return error_set(e, ERR_USAGE, "%s: is not a file; name the file itself",
                         t->path.data);
    return true;
}

static bool say_who(const struct target *t, struct flock lock, struct error *e) {
    if (fcntl(t->lock, F_GETLK, &lock) == 0 && lock.l_type != F_UNLCK && lock.l_pid > 0)
        return error_set(e, ERR_ENVIRONMENT,
                         "%s: process %lld has it open; stop it, then restore",
                         t->path.data, (long long)lock.l_pid);
    return error_set(e, ERR_ENVIRONMENT,
                     "%s: another program has it open; stop it, then restore",
                     t->path.data);
}

/* Held until the target is closed, so that nobody opens it meanwhile. */
static bool target_lock(struct target *t, struct error *e) {
    struct flock lock = {
        .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = LOCK_AT, .l_len = LOCK_LEN};
    t->lock = open(t->path.data, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
    if (t->lock < 0)
        return errno == ENOENT ||
               error_set(e, ERR_ENVIRONMENT, "%s: %s", t->path.data, strerror(errno));
    if (fcntl(t->lock, F_SETLK, &lock) == 0)
        return true;
    if (errno == EAGAIN || errno == EACCES)
        return say_who(t, lock, e);
    return error_set(e, ERR_ENVIRONMENT, "%s: %s", t->path.data, strerror(errno));
}

static void target_close(struct target *t) {
    if (t->lock >= 0)
        close(t->lock);
    buf_free(&t->path);
}

/* ---- the new one takes its place ------------------------------------------------- */

static bool keep(const struct target *t, size_t ending, struct error *e) {
    struct buf from = {0}, to = {0};
    buf_printf(&from, "%s%s", t->path.data, endings[ending]);
    buf_printf(&to, "%s" BEFORE "%s", t->path.data, endings[ending]);
    bool ok = link(buf_text(&from), buf_text(&to)) == 0 || errno == ENOENT ||
              error_set(e, ERR_ENVIRONMENT, "%s: %s", to.data, strerror(errno));
    buf_free(&from);
    buf_free(&to);
    return ok;
}

static bool remove_ending(const struct target *t, const char *ending, struct error *e) {
    struct buf path = {0};
    buf_printf(&path, "%s%s", t->path.data, ending);
    bool ok = unlink(buf_text(&path)) == 0 || errno == ENOENT ||
              error_set(e, ERR_ENVIRONMENT, "%s: %s", path.data, strerror(errno));
    buf_free(&path);
    return ok;
}

/* The old one with its log is whole under its new name before its log goes under the old
 * one; a log must not meet a database that it is not of. */
static bool target_swap(struct target *t, struct folder *f, struct error *e) {
    for (size_t i = 0; i < ENDINGS; i++)
        if (!keep(t, i, e))
            return false;
    if (!folder_sync(f, e))
        return false;
    for (size_t i = 1; i < ENDINGS; i++)
        if (!remove_ending(t, endings[i], e))
            return false;
    if (!remove_ending(t, no_ending, e))
        return false;
    return (t->lock >= 0 ? folder_replace(t->path.data, e)
                         : folder_publish(t->path.data, e)) &&
           folder_sync(f, e);
}

/* ---- the new one is made --------------------------------------------------------- */

/* Brings a record forward and checks all of it. */
static bool record_sound(const char *part, const char *share,
                         void (*say)(const char *fault, void *ctx), void *ctx,
                         struct error *e) {
    int64_t faults = 0;
    struct record *record = record_open(part, share, DB_READ_WRITE, e);
    bool ok = record != NULL && record_check(record, say, ctx, &faults, e);
    record_close(record);
    return ok &&
           (faults == 0 ||
            error_set(e, ERR_DATA, "the backup has %lld faults; nothing was changed",
                      (long long)faults));
}

static const char sql_has_sessions[] =
    "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'session'";
static const char sql_no_sessions[] = "DELETE FROM session /*scan*/";

/* Nobody is signed in to what was restored: a session that was ended since, perhaps because its cookie
 * was stolen, must not be open again. */
static bool end_sessions(const char *path, struct error *e) {
    struct db *db = db_open(path, DB_READ_WRITE, false, e);
    struct statement *s = db != NULL ? db_prepare(db, sql_has_sessions, e) : NULL;
    bool ok = s != NULL && db_step(s, e) == 1;
    bool has = ok && db_integer(s, 0) > 0;
    if (ok)
        db_reset(s);
    ok = ok && (!has || db_exec(db, sql_no_sessions, e));
    db_close(db);
    return ok;
}

static bool target_make(struct target *t, struct folder *f, const char *from,
                        const char *share, const struct backup_options *o,
                        void (*say)(const char *fault, void *ctx), struct error *e) {
    struct buf part = {0};
    folder_part(t->path.data, &part);
    bool ok = copy_part(t->kind, from, t->path.data, o, e) &&
              (t->kind == COPY_RECORD
                   ? record_sound(buf_text(&part), share, say, o->ctx, e)
                   : end_sessions(buf_text(&part), e)) &&
              folder_own(f, buf_text(&part), e);
    buf_free(&part);
    return ok;
}

static bool same_file(const char *a, const char *b) {
    struct stat s, t;
    return stat(a, &s) == 0 && stat(b, &t) == 0 && s.st_dev == t.st_dev &&
           s.st_ino == t.st_ino;
}

static bool restore(struct target *targets, int count, struct folder *f,
                    const char **from, const char *share, const struct backup_options *o,
                    void (*say)(const char *fault, void *ctx), struct error *e) {
    for (int i = 0; i < count; i++)
        if (!may_replace(&targets[i], o->force, e) || !target_lock(&targets[i], e))
            return false;
    for (int i = 0; i < count; i++)
        if (!target_make(&targets[i], f, from[i], share, o, say, e))
            return false;
    for (int i = 0; i < count; i++)
        if (!target_swap(&targets[i], f, e))
            return false;
    return true;
}

bool backup_restore(const char *backup, const char *path, const char *share,
                    const struct backup_options *o,
                    void (*say)(const char *fault, void *ctx), struct backup_files *made,
                    struct error *e) {
    struct buf access = {0};
    struct target targets[] = {{COPY_RECORD, {0}, -1}, {COPY_ACCESS, {0}, -1}};
    access_db_path(backup, &access);
    const char *from[] = {backup, buf_text(&access)};
    buf_str(&targets[0].path, path);
    access_db_path(buf_text(&targets[0].path), &targets[1].path);
    buf_text(&targets[1].path);
    int count = !o->without_access && copy_there(from[1]) ? 2 : 1;
    struct folder *f = NULL;
    bool ok = (!same_file(backup, path) ||
               error_set(e, ERR_USAGE, "%s: is the backup itself", path)) &&
              (f = folder_of(path, e)) != NULL &&
              restore(targets, count, f, from, share, o, say, e);
    if (f != NULL && !ok)
        for (int i = 0; i < count; i++)
            copy_drop(targets[i].path.data);
    if (ok) {
        buf_str(&made->record, targets[0].path.data);
        buf_str(&made->access, count > 1 ? targets[1].path.data : "");
    }
    for (int i = 0; i < 2; i++)
        target_close(&targets[i]);
    folder_close(f);
    buf_free(&access);
    return ok;
}
