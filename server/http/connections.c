/* SPDX-License-Identifier: Apache-2.0 */
#include "server/http/connections.h"

#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>

#include "data/mem.h"
#include "server/http/metrics.h"

static int64_t now_s(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC_COARSE, &t);
    return t.tv_sec;
}

void connections_init(struct connections *all, int most, int request_s) {
    *all = (struct connections){.most = most, .request_s = request_s};
    pthread_mutex_init(&all->lock, NULL);
}

void connections_clear(struct connections *all) {
    pthread_mutex_destroy(&all->lock);
}

struct connection *connection_open(struct connections *all, int fd) {
    struct connection *c = xcalloc(1, sizeof *c);
    c->fd = fd;
    connection_restart(c, 0);
    pthread_mutex_lock(&all->lock);
    c->next = all->first;
    if (c->next != NULL)
        c->next->previous = c;
    all->first = c;
    all->count++;
    pthread_mutex_unlock(&all->lock);
    metrics_gauge(GAUGE_CONNECTIONS, 1);
    metrics_tally(TALLY_CONNECTIONS);
    return c;
}

void connection_close(struct connections *all, struct connection *c) {
    pthread_mutex_lock(&all->lock);
    if (c->previous != NULL)
        c->previous->next = c->next;
    else
        all->first = c->next;
    if (c->next != NULL)
        c->next->previous = c->previous;
    all->count--;
    pthread_mutex_unlock(&all->lock);
    metrics_gauge(GAUGE_CONNECTIONS, -1);
    free(c);
}

void connection_restart(struct connection *c, int64_t extra_s) {
    atomic_store_explicit(&c->since, now_s() + extra_s, memory_order_relaxed);
}

static int patience_s(const struct connections *all) {
    bool scarce = (int64_t)all->count * 10 >= (int64_t)all->most * 9;
    return !scarce ? all->request_s : all->request_s > 20 ? all->request_s / 10 : 1;
}

int connections_reap(struct connections *all) {
    int closed = 0;
    pthread_mutex_lock(&all->lock);
    int64_t oldest = now_s() - patience_s(all);
    for (struct connection *c = all->first; c != NULL; c = c->next) {
        bool over = atomic_load_explicit(&c->since, memory_order_relaxed) < oldest;
        if (over && !atomic_load(&c->waiting))
            closed += shutdown(c->fd, SHUT_RDWR) == 0;
    }
    pthread_mutex_unlock(&all->lock);
    return closed;
}
