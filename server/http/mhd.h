/* SPDX-License-Identifier: Apache-2.0
 *
 * The bridge to libmicrohttpd, the only file that includes it: an epoll pool with one
 * thread a core, limits, and a callback that answers a request without blocking.
 */
#ifndef SERVER_HTTP_MHD_H
#define SERVER_HTTP_MHD_H

#include "data/error.h"
#include "server/http/http.h"

struct http_server;

struct http_options {
    const char *host; /* address to listen on */
    int port;         /* 0: any free one */
    int threads;      /* 0: one a core */
    int connections;  /* most at once */
    int timeout_s;    /* of a connection without any progress */
    int request_s;    /* of a connection that completes no request, however busy */
    const char *proxy; /* address whose X-Forwarded-For and -Proto are believed, or NULL */
};

/* Starts to listen; `answer` is called from the pool's threads with every complete
 * request. NULL: `e` says why. */
struct http_server *http_start(const struct http_options *options,
                               void (*answer)(void *ctx, struct request *q, struct response *r),
                               void *ctx, struct error *e);

/* The port that it listens on. */
int http_port(const struct http_server *server);

/* Closes connections that have been at one request for too long; call it every second. */
void http_reap(struct http_server *server);

/* Stops: no new connections, running answers are finished. */
void http_stop(struct http_server *server);

#endif
