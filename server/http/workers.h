/* SPDX-License-Identifier: Apache-2.0
 *
 * A few threads for work that takes time or waits for the database, and a short queue
 * before them. What does not fit is refused at once: a queue that grows only makes all
 * wait longer.
 */
#ifndef SERVER_HTTP_WORKERS_H
#define SERVER_HTTP_WORKERS_H

#include <stdbool.h>

#include "data/error.h"

#define WORKERS_QUEUE 64 /* jobs that wait at most */

struct workers;

struct workers_options {
    int threads;                        /* 0: one a core, from 4 to 8 */
    void (*run)(void *ctx, void *job);  /* called by a worker */
    void (*drop)(void *ctx, void *job); /* called instead when the pool stops first */
    void *ctx;
};

/* Starts the threads. NULL: `e` says why. */
struct workers *workers_start(const struct workers_options *options, struct error *e);

/* Hands a job over; run() or drop() gets it, once. False: the queue is full or the pool
 * stops, and the job stays the caller's. From any thread; never waits for a worker. */
bool workers_add(struct workers *w, void *job);

/* Jobs under way are finished, those that wait are dropped, later ones refused; returns
 * when all threads have ended. May be called once. */
void workers_stop(struct workers *w);

/* Frees a pool that was stopped. */
void workers_free(struct workers *w);

#endif
