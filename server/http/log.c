/* SPDX-License-Identifier: Apache-2.0 */
#include "server/http/log.h"

#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "data/mem.h"
#include "server/http/metrics.h"

#define LINES (256 * 1024) /* bytes gathered by one thread at most */
#define LINE_MAX_BYTES 128

struct lines {
    pthread_mutex_t lock; /* taken by its thread, and briefly by log_flush() */
    struct lines *next;
    size_t len;
    uint64_t lost;
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

/* Writes without waiting: poll() promises room for PIPE_BUF bytes. False: nobody reads. */
static bool write_out(const char *text, size_t len) {
    for (size_t at = 0; at < len;) {
        struct pollfd out = {.fd = STDERR_FILENO, .events = POLLOUT};
        size_t most = len - at < PIPE_BUF ? len - at : PIPE_BUF;
        if (poll(&out, 1, 0) != 1 || !(out.revents & POLLOUT))
            return false;
        ssize_t n = write(STDERR_FILENO, text + at, most);
        if (n <= 0)
            return false;
        at += (size_t)n;
    }
    return true;
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
    metrics_request(route, status, ms);
    struct lines *l = lines_of_thread();
    pthread_mutex_lock(&l->lock);
    if (sizeof l->text - l->len < LINE_MAX_BYTES) {
        l->lost++;
    } else {
        append(l, stamp);
        append(l, " ");
        append(l, route);
        append_number(l, status);
        append_number(l, ms);
        append(l, "\n");
    }
    pthread_mutex_unlock(&l->lock);
}

/* Takes the lines of one thread over; returns their length. */
static size_t take_over(struct lines *l, char *into, uint64_t *lost) {
    pthread_mutex_lock(&l->lock);
    size_t len = l->len;
    memcpy(into, l->text, len);
    *lost += l->lost;
    l->len = 0;
    l->lost = 0;
    pthread_mutex_unlock(&l->lock);
    return len;
}

void log_flush(void) {
    static char text[LINES];
    static uint64_t lost;
    pthread_mutex_lock(&all_lock);
    struct lines *first = all;
    pthread_mutex_unlock(&all_lock);
    for (struct lines *l = first; l != NULL; l = l->next) {
        size_t len = take_over(l, text, &lost);
        if (!write_out(text, len))
            lost++;
    }
    if (lost == 0)
        return;
    int n = snprintf(text, sizeof text, "haven: log lines were lost\n");
    if (write_out(text, (size_t)n))
        lost = 0;
}
