/* SPDX-License-Identifier: Apache-2.0 */
#include "data/folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "data/mem.h"

#define PART ".haven-part"

struct folder {
    struct buf path;
    int fd; /* locked with flock() as long as it is open */
};

static bool fail(const char *path, struct error *e) {
    return error_set(e, ERR_ENVIRONMENT, "%s: %s", path, strerror(errno));
}

/* ---- open and close -------------------------------------------------------------- */

static bool folder_lock(struct folder *f, struct error *e) {
    const char *path = buf_text(&f->path);
    f->fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (f->fd < 0)
        return fail(path, e);
    if (flock(f->fd, LOCK_EX | LOCK_NB) == 0)
        return true;
    return errno != EWOULDBLOCK
               ? fail(path, e)
               : error_set(e, ERR_ENVIRONMENT,
                           "%s: another backup or restore is at work in this folder",
                           path);
}

/* Also the log of a part that was being brought forward: NAME.haven-part-wal. */
static bool remove_leftover(const char *name, void *ctx) {
    const struct folder *f = ctx;
    return strstr(name, PART) == NULL || unlinkat(f->fd, name, 0) == 0 || errno == ENOENT;
}

struct folder *folder_of(const char *path, struct error *e) {
    struct folder *f = xcalloc(1, sizeof *f);
    const char *slash = strrchr(path, '/');
    f->fd = -1;
    if (slash == NULL)
        buf_str(&f->path, ".");
    else
        buf_add(&f->path, path, slash == path ? 1 : (size_t)(slash - path));
    if (folder_lock(f, e) && folder_each(f, remove_leftover, f, e))
        return f;
    folder_close(f);
    return NULL;
}

void folder_close(struct folder *f) {
    if (f == NULL)
        return;
    if (f->fd >= 0)
        close(f->fd);
    buf_free(&f->path);
    free(f);
}

bool folder_each(struct folder *f, bool (*each)(const char *name, void *ctx), void *ctx,
                 struct error *e) {
    const char *path = buf_text(&f->path);
    DIR *dir = opendir(path);
    struct dirent *d;
    bool ok = dir != NULL;
    while (ok && (errno = 0, d = readdir(dir)) != NULL)
        ok = each(d->d_name, ctx);
    if (errno != 0)
        ok = fail(path, e);
    if (dir != NULL)
        closedir(dir);
    return ok;
}

/* ---- names ----------------------------------------------------------------------- */

void folder_part(const char *path, struct buf *out) {
    buf_printf(out, "%s" PART, path);
}

static bool give_name(const char *path, unsigned flags, struct error *e) {
    struct buf part = {0};
    folder_part(path, &part);
    bool ok = renameat2(AT_FDCWD, buf_text(&part), AT_FDCWD, path, flags) == 0;
    if (!ok && errno == EEXIST)
        error_set(e, ERR_USAGE, "%s: exists already", path);
    else if (!ok)
        fail(path, e);
    buf_free(&part);
    return ok;
}

bool folder_publish(const char *path, struct error *e) {
    return give_name(path, RENAME_NOREPLACE, e);
}

bool folder_replace(const char *path, struct error *e) {
    return give_name(path, 0, e);
}

bool folder_sync(struct folder *f, struct error *e) {
    return fsync(f->fd) == 0 || fail(buf_text(&f->path), e);
}

bool folder_own(struct folder *f, const char *path, struct error *e) {
    struct stat s;
    if (geteuid() != 0)
        return true;
    return (fstat(f->fd, &s) == 0 && chown(path, s.st_uid, s.st_gid) == 0) ||
           fail(path, e);
}
