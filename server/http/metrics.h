/* SPDX-License-Identifier: Apache-2.0
 *
 * Numbers about the server, for Prometheus: how many requests of which route ended how and
 * how fast, connections, and work that waits. Nothing of any request is in them: a route
 * is named by the route table, everything else is counted.
 *
 * Each thread counts for itself, without a lock; metrics_write() adds up.
 */
#ifndef SERVER_HTTP_METRICS_H
#define SERVER_HTTP_METRICS_H

#include <stdint.h>

#include "data/buf.h"

#define METRICS_ROUTES 128 /* names at most; what is beyond is counted as "other" */

/* Counts a request that has ended. `route` lives as long as the program: it is kept. */
void metrics_request(const char *route, int status, int64_t ms);

/* What is counted up and down over all threads. */
enum gauge { GAUGE_CONNECTIONS, GAUGE_WAITING, GAUGE_WORKING, GAUGE_COUNT };
void metrics_gauge(enum gauge gauge, int change);

/* What only grows. */
enum tally { TALLY_CONNECTIONS, TALLY_WORK_REFUSED, TALLY_BODIES_REFUSED, TALLY_COUNT };
void metrics_tally(enum tally tally);

/* Adds everything as Prometheus text exposition 0.0.4 (text/plain; version=0.0.4). */
void metrics_write(struct buf *b);

#endif
