/* SPDX-License-Identifier: Apache-2.0 */
#include "importers/progress.h"

#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define SHOW_EVERY_MS 200

void progress_init(struct progress *p, const char *path) {
    struct stat st;
    *p = (struct progress){.what = path, .terminal = isatty(STDERR_FILENO) == 1};
    if (stat(path, &st) == 0 && S_ISREG(st.st_mode))
        p->total = st.st_size;
}

static int64_t milliseconds(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

void progress_tick(struct progress *p, int64_t rows) {
    if (!p->terminal)
        return;
    int64_t now = milliseconds();
    if (now - p->shown < SHOW_EVERY_MS)
        return;
    p->shown = now;
    p->on_screen = true;
    if (p->total > 0)
        fprintf(stderr, "\r\033[K%s: %lld rows, %lld %%", p->what, (long long)rows,
                (long long)(100 * p->bytes / p->total));
    else
        fprintf(stderr, "\r\033[K%s: %lld rows", p->what, (long long)rows);
    fflush(stderr);
}

void progress_clear(struct progress *p) {
    if (p->on_screen)
        fputs("\r\033[K", stderr);
    p->on_screen = false;
}
