/* SPDX-License-Identifier: Apache-2.0
 *
 * The request log: one line a request on standard error, with nothing of the request in it
 * but the name of its route:
 *
 *   2026-11-22T11:50Z nearest 200 1
 *   minute            route   status milliseconds
 *
 * Threads that answer only gather lines; log_flush() writes them. Nobody ever waits for
 * whoever reads the log: what does not fit is lost, and how much is said.
 */
#ifndef SERVER_HTTP_LOG_H
#define SERVER_HTTP_LOG_H

#include <stdint.h>

/* A request has ended: gathers its line, and counts it (server/http/metrics.h). `route` is
 * a constant, at most 60 bytes. */
void log_request(const char *route, int status, int64_t ms);

/* Writes what all threads have gathered; call it a few times a second, from one thread. */
void log_flush(void);

#endif
