/* SPDX-License-Identifier: Apache-2.0 */
#include "server/http/metrics.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "data/mem.h"

#define CLASSES 6 /* 1xx to 5xx, and 0 for what is none */

static const int limits_ms[] = {1, 2, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 10000};
#define BUCKETS (sizeof limits_ms / sizeof *limits_ms + 1) /* the last without a limit */

/* Written by one thread and read by those that add up: no addition need be atomic. */
struct route_counts {
    const char *_Atomic route;
    _Atomic uint64_t by_class[CLASSES];
    _Atomic uint64_t bucket[BUCKETS];
    _Atomic uint64_t sum_ms;
};

struct counts {
    struct counts *next;
    struct route_counts route[METRICS_ROUTES + 1]; /* the last is "other" */
};

static pthread_mutex_t all_lock = PTHREAD_MUTEX_INITIALIZER;
static struct counts *all; /* one a thread, for the life of the program */
static _Thread_local struct counts *mine;

static _Atomic int gauges[GAUGE_COUNT];
static _Atomic uint64_t tallies[TALLY_COUNT];

static void grow(_Atomic uint64_t *c, uint64_t by) {
    uint64_t now = atomic_load_explicit(c, memory_order_relaxed);
    atomic_store_explicit(c, now + by, memory_order_relaxed);
}

static uint64_t value_of(_Atomic uint64_t *c) {
    return atomic_load_explicit(c, memory_order_relaxed);
}

static struct counts *counts_of_thread(void) {
    if (mine != NULL)
        return mine;
    mine = xcalloc(1, sizeof *mine);
    atomic_init(&mine->route[METRICS_ROUTES].route, "other");
    pthread_mutex_lock(&all_lock);
    mine->next = all;
    all = mine;
    pthread_mutex_unlock(&all_lock);
    return mine;
}

/* The counts of a route, found by the address of its name. */
static struct route_counts *find(struct counts *c, const char *route) {
    size_t start = ((uintptr_t)route >> 3) % METRICS_ROUTES;
    for (size_t i = 0; i < METRICS_ROUTES; i++) {
        struct route_counts *r = &c->route[(start + i) % METRICS_ROUTES];
        const char *name = atomic_load_explicit(&r->route, memory_order_relaxed);
        if (name == route)
            return r;
        if (name == NULL) {
            atomic_store_explicit(&r->route, route, memory_order_release);
            return r;
        }
    }
    return &c->route[METRICS_ROUTES];
}

void metrics_request(const char *route, int status, int64_t ms) {
    struct route_counts *r = find(counts_of_thread(), route);
    size_t bucket = 0;
    while (bucket < BUCKETS - 1 && ms > limits_ms[bucket])
        bucket++;
    grow(&r->by_class[status >= 100 && status < 600 ? status / 100 : 0], 1);
    grow(&r->bucket[bucket], 1);
    grow(&r->sum_ms, ms > 0 ? (uint64_t)ms : 0);
}

void metrics_gauge(enum gauge gauge, int change) {
    atomic_fetch_add_explicit(&gauges[gauge], change, memory_order_relaxed);
}

void metrics_tally(enum tally tally) {
    atomic_fetch_add_explicit(&tallies[tally], 1, memory_order_relaxed);
}

/* ---- adding up ---------------------------------------------------------------------- */

struct sum {
    const char *route;
    uint64_t by_class[CLASSES], bucket[BUCKETS], sum_ms;
};

struct sums {
    int count;
    struct sum sum[METRICS_ROUTES + 1];
};

/* The same name may stand at several addresses. */
static struct sum *sum_of(struct sums *s, const char *route) {
    for (int i = 0; i < s->count; i++)
        if (strcmp(s->sum[i].route, route) == 0)
            return &s->sum[i];
    bool full = s->count >= METRICS_ROUTES && strcmp(route, "other") != 0;
    if (full)
        return sum_of(s, "other");
    s->sum[s->count] = (struct sum){.route = route};
    return &s->sum[s->count++];
}

static void add_thread(struct sums *s, struct counts *c) {
    for (size_t i = 0; i <= METRICS_ROUTES; i++) {
        struct route_counts *r = &c->route[i];
        const char *route = atomic_load_explicit(&r->route, memory_order_acquire);
        uint64_t ended = 0;
        for (size_t k = 0; k < BUCKETS; k++)
            ended += value_of(&r->bucket[k]);
        if (route == NULL || ended == 0)
            continue;
        struct sum *sum = sum_of(s, route);
        for (size_t k = 0; k < CLASSES; k++)
            sum->by_class[k] += value_of(&r->by_class[k]);
        for (size_t k = 0; k < BUCKETS; k++)
            sum->bucket[k] += value_of(&r->bucket[k]);
        sum->sum_ms += value_of(&r->sum_ms);
    }
}

static void head(struct buf *b, const char *name, const char *type, const char *help) {
    buf_printf(b, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void write_requests(struct buf *b, const struct sums *s) {
    head(b, "haven_requests_total", "counter", "Requests that have ended.");
    for (int i = 0; i < s->count; i++)
        for (int k = 0; k < CLASSES; k++)
            if (s->sum[i].by_class[k] > 0)
                buf_printf(b, "haven_requests_total{route=\"%s\",status=\"%dxx\"} %llu\n",
                           s->sum[i].route, k, (unsigned long long)s->sum[i].by_class[k]);
}

static void write_times_of(struct buf *b, const struct sum *s) {
    static const char name[] = "haven_request_milliseconds";
    uint64_t below = 0;
    for (size_t k = 0; k < BUCKETS; k++) {
        below += s->bucket[k];
        buf_printf(b, "%s_bucket{route=\"%s\",le=\"", name, s->route);
        if (k < BUCKETS - 1)
            buf_integer(b, limits_ms[k]);
        else
            buf_str(b, "+Inf");
        buf_printf(b, "\"} %llu\n", (unsigned long long)below);
    }
    buf_printf(b, "%s_sum{route=\"%s\"} %llu\n", name, s->route,
               (unsigned long long)s->sum_ms);
    buf_printf(b, "%s_count{route=\"%s\"} %llu\n", name, s->route,
               (unsigned long long)below);
}

static void write_plain(struct buf *b) {
    static const struct {
        enum gauge gauge;
        const char *name, *help;
    } gauge[] = {
        {GAUGE_CONNECTIONS, "haven_connections", "Connections that are open."},
        {GAUGE_WAITING, "haven_work_waiting", "Requests that wait for a worker."},
        {GAUGE_WORKING, "haven_work_running", "Requests that a worker is at."},
    };
    static const struct {
        enum tally tally;
        const char *name, *help;
    } tally[] = {
        {TALLY_CONNECTIONS, "haven_connections_total", "Connections that were accepted."},
        {TALLY_WORK_REFUSED, "haven_work_refused_total",
         "Requests told 503 because too many waited."},
        {TALLY_BODIES_REFUSED, "haven_bodies_refused_total",
         "Requests told 413 or 503 because of their body."},
    };
    for (size_t i = 0; i < sizeof gauge / sizeof *gauge; i++) {
        head(b, gauge[i].name, "gauge", gauge[i].help);
        buf_printf(b, "%s %d\n", gauge[i].name, atomic_load(&gauges[gauge[i].gauge]));
    }
    for (size_t i = 0; i < sizeof tally / sizeof *tally; i++) {
        head(b, tally[i].name, "counter", tally[i].help);
        buf_printf(b, "%s %llu\n", tally[i].name,
                   (unsigned long long)value_of(&tallies[tally[i].tally]));
    }
}

void metrics_write(struct buf *b) {
    struct sums *s = xcalloc(1, sizeof *s);
    pthread_mutex_lock(&all_lock);
    struct counts *first = all;
    pthread_mutex_unlock(&all_lock);
    for (struct counts *c = first; c != NULL; c = c->next)
        add_thread(s, c);
    write_requests(b, s);
    head(b, "haven_request_milliseconds", "histogram", "How long answers took.");
    for (int i = 0; i < s->count; i++)
        write_times_of(b, &s->sum[i]);
    write_plain(b);
    free(s);
}
