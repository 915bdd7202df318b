/* SPDX-License-Identifier: Apache-2.0
 *
 * The connections that are open, and who of them has had time enough: a client that is
 * slow, silent or greedy must not keep a place for ever, and when places run out, not for
 * long.
 */
#ifndef SERVER_HTTP_CONNECTIONS_H
#define SERVER_HTTP_CONNECTIONS_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct connection {
    struct connection *next, *previous;
    int fd; /* borrowed */
    _Atomic int64_t
        since; /* seconds: when it was accepted, or completed its last request */
    _Atomic bool waiting; /* for our own work: its time does not run */
};

struct connections {
    pthread_mutex_t lock; /* of the list and its count */
    struct connection *first;
    int count;
    int most;      /* that there may be */
    int request_s; /* for a request, while there are places */
};

void connections_init(struct connections *all, int most, int request_s);
void connections_clear(struct connections *all);

/* Adds one that was just accepted. Freed by connection_close(). From any thread. */
struct connection *connection_open(struct connections *all, int fd);
void connection_close(struct connections *all, struct connection *c);

/* Starts its time anew, with `extra_s` seconds on top. */
void connection_restart(struct connection *c, int64_t extra_s);

/* Shuts down those whose time is over: `request_s` seconds since their last request was
 * complete, a tenth of it (but a second) when nine tenths of the places are taken. Gives how
 * many. Call it every second. */
int connections_reap(struct connections *all);

#endif
