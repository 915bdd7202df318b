/* SPDX-License-Identifier: Apache-2.0 */
#include "server/http/log.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "data/mem.h"

#define LINES 8192 /* bytes gathered by one thread at most */

struct lines {
    pthread_mutex_t lock; /* taken by its thread and, once a second, by log_flush() */
    struct lines *next;
    size_t len;
    char text[LINES];
};

static pthread_mutex_t all_lock = PTHREAD_MUTEX_INITIALIZER;
static struct lines *all; /* one a thread, for the life of the program */
static _Thread_local struct lines *mine;

static struct lines *lines_of_thread(void) {
    if (mine != NULL)
        return mine;
    mine = xcalloc(1, sizeof *mine);
    pthread_mutex_init(&mine->lock, NULL);
    pthread_mutex_lock(&all_lock);
    mine->next = all;
    all = mine;
    pthread_mutex_unlock(&all_lock);
    return mine;
}

/* A log that cannot be written has nowhere to say so. */
static void write_out(struct lines *l) {
    for (size_t at = 0; at < l->len;) {
        ssize_t n = write(STDERR_FILENO, l->text + at, l->len - at);
        if (n <= 0)
            break;
        at += (size_t)n;
    }
    l->len = 0;
}

/* Text that fits: a line is below 128 bytes (a route's name below 60). */
static void append(struct lines *l, const char *text) {
    size_t len = strlen(text);
    memcpy(l->text + l->len, text, len);
    l->len += len;
}

static void append_number(struct lines *l, int64_t number) {
    char digits[24], *at = digits + sizeof digits;
    *--at = '\0';
    do
        *--at = (char)('0' + number % 10);
    while ((number /= 10) > 0);
    append(l, " ");
    append(l, at);
}

void log_request(const char *route, int status, int64_t ms) {
    static _Thread_local time_t minute;
    static _Thread_local char stamp[32];
    struct timespec now;
    clock_gettime(CLOCK_REALTIME_COARSE, &now);
    if (now.tv_sec / 60 != minute) {
        struct tm tm;
        minute = now.tv_sec / 60;
        time_t start = minute * 60;
        gmtime_r(&start, &tm);
        strftime(stamp, sizeof stamp, "%Y-%m-%dT%H:%MZ", &tm);
    }
    struct lines *l = lines_of_thread();
    pthread_mutex_lock(&l->lock);
    if (sizeof l->text - l->len < 128)
        write_out(l);
    append(l, stamp);
    append(l, " ");
    append(l, route);
    append_number(l, status);
    append_number(l, ms);
    append(l, "\n");
    pthread_mutex_unlock(&l->lock);
}

void log_flush(void) {
    pthread_mutex_lock(&all_lock);
    for (struct lines *l = all; l != NULL; l = l->next) {
        pthread_mutex_lock(&l->lock);
        write_out(l);
        pthread_mutex_unlock(&l->lock);
    }
    pthread_mutex_unlock(&all_lock);
}
