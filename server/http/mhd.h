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
    int workers;      /* threads for requests that wait; 0: one a core, from 4 to 8 */
    int connections;  /* most at once */
    int timeout_s;    /* of a connection without any progress */
    int request_s;    /* of a connection that completes no request, however busy */
    const char *proxy; /* address whose X-Forwarded-For and -Proto are believed, or NULL */
    const char *tls_cert, *tls_key; /* PEM files; both NULL: no TLS */
};

/* What answers; all of it is called from several threads at once. */
struct http_handler {
    /* Answers at once (true), or says that the request has to wait (false): then `work`
     * is called by a worker. */
    bool (*answer)(void *ctx, struct request *q, struct response *r);
    void (*work)(void *ctx, struct request *q, struct response *r);
    /* Most bytes of the body of this request; asked when its header is read (path, method,
     * authorization, cookie, client are set). NULL: BODY_MAX. */
    size_t (*body_max)(void *ctx, const struct request *q);
    void *ctx;
};

/* Starts to listen. When too many requests wait, the next that has to is told 503 at
 * once; those that need not wait are answered as ever. NULL: `e` says why not. */
struct http_server *http_start(const struct http_options *options,
                               const struct http_handler *handler, struct error *e);

/* The port that it listens on. */
int http_port(const struct http_server *server);

/* Closes connections that have been at one request for too long, sooner when places run
 * out; call it every second. */
void http_reap(struct http_server *server);

/* Looks whether the files of the certificate have changed; call it every second. As
 * tls_look() in server/http/tls.h. */
bool http_look(struct http_server *server, bool *renewed, struct error *e);

/* Stops: running answers are finished, those that wait for a worker are told 503. */
void http_stop(struct http_server *server);

#endif
