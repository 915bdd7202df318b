/* SPDX-License-Identifier: Apache-2.0 */
#include "server/api/uploads.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "data/buf.h"
#include "data/crypto.h"
#include "data/mem.h"

#define SUFFIX ".upload-"

struct uploads {
    const char *db; /* path of the record; borrowed */
    pthread_mutex_t lock;
    int count;
    struct upload kept[UPLOADS_MAX]; /* the oldest first */
};

/* A path may hold what glob() takes for a pattern. */
static void add_escaped(struct buf *b, const char *path) {
    for (; *path != '\0'; path++) {
        if (strchr("*?[\\", *path) != NULL)
            buf_char(b, '\\');
        buf_char(b, *path);
    }
}

static void remove_left(const char *db) {
    struct buf pattern = {0};
    glob_t found;
    add_escaped(&pattern, db);
    buf_str(&pattern, SUFFIX "*");
    if (glob(buf_text(&pattern), 0, NULL, &found) == 0) {
        for (size_t i = 0; i < found.gl_pathc; i++)
            unlink(found.gl_pathv[i]);
        globfree(&found);
    }
    buf_free(&pattern);
}

struct uploads *uploads_new(const char *db) {
    struct uploads *u = xcalloc(1, sizeof *u);
    u->db = db;
    pthread_mutex_init(&u->lock, NULL);
    remove_left(db);
    return u;
}

void upload_remove(const struct upload *upload) {
    unlink(upload->path);
}

void uploads_free(struct uploads *u) {
    if (u == NULL)
        return;
    for (int i = 0; i < u->count; i++)
        upload_remove(&u->kept[i]);
    pthread_mutex_destroy(&u->lock);
    free(u);
}

static bool write_all(int fd, const char *bytes, size_t len) {
    while (len > 0) {
        ssize_t n = write(fd, bytes, len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        bytes += n;
        len -= (size_t)n;
    }
    return true;
}

bool upload_write(struct uploads *u, const char *bytes, size_t len, int64_t now,
                  struct upload *out, struct error *e) {
    *out = (struct upload){.ends = now + UPLOAD_SECONDS};
    crypto_random(out->id, sizeof out->id);
    if (snprintf(out->path, sizeof out->path, "%s" SUFFIX "XXXXXX", u->db) >=
        (int)sizeof out->path)
        return error_set(e, ERR_ENVIRONMENT, "the path of the record is too long");
    int fd = mkostemp(out->path, O_CLOEXEC);
    bool written = fd >= 0 && write_all(fd, bytes, len);
    if (fd >= 0)
        written = close(fd) == 0 && written;
    if (written)
        return true;
    error_set(e, ERR_ENVIRONMENT, "an upload cannot be written: %m");
    if (fd >= 0)
        unlink(out->path);
    return false;
}

static struct upload take_at(struct uploads *u, int i) {
    struct upload upload = u->kept[i];
    memmove(&u->kept[i], &u->kept[i + 1], (size_t)(u->count - i - 1) * sizeof *u->kept);
    u->count--;
    return upload;
}

static void remove_at(struct uploads *u, int i) {
    struct upload upload = take_at(u, i);
    upload_remove(&upload);
}

/* They are kept in the order in which they end. */
static void remove_ended(struct uploads *u, int64_t now) {
    while (u->count > 0 && u->kept[0].ends <= now)
        remove_at(u, 0);
}

void uploads_keep(struct uploads *u, const struct upload *upload) {
    pthread_mutex_lock(&u->lock);
    remove_ended(u, upload->ends - UPLOAD_SECONDS);
    if (u->count == UPLOADS_MAX)
        remove_at(u, 0);
    u->kept[u->count++] = *upload;
    pthread_mutex_unlock(&u->lock);
}

bool uploads_take(struct uploads *u, const uint8_t id[UPLOAD_ID_BYTES], int64_t now,
                  struct upload *out) {
    bool found = false;
    pthread_mutex_lock(&u->lock);
    remove_ended(u, now);
    for (int i = 0; i < u->count && !found; i++)
        if ((found = memcmp(u->kept[i].id, id, UPLOAD_ID_BYTES) == 0))
            *out = take_at(u, i);
    pthread_mutex_unlock(&u->lock);
    return found;
}
