/* SPDX-License-Identifier: Apache-2.0 */
#include "server/http/mhd.h"

#include <arpa/inet.h>
#include <microhttpd.h>
#include <netdb.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "data/mem.h"

#define MEMORY_PER_CONNECTION 32768 /* bounds URL and headers: libmicrohttpd says 414, 431 */

struct http_server {
    struct MHD_Daemon *daemon;
    void (*answer)(void *ctx, struct request *q, struct response *r);
    void *ctx;
    struct http_options options;
    pthread_mutex_t lock; /* of `connections` */
    struct connection *connections;
};

/* A connection, from accept to close. */
struct connection {
    struct connection *next, *previous;
    int fd;
    _Atomic int64_t since; /* seconds: when it was accepted, or completed its last request */
};

/* A request under way; reused by its thread for the next one. */
struct exchange {
    struct exchange *next_free;
    struct request request;
    struct response response;
    struct buf body;
    struct error error; /* what was wrong before it was complete */
    int early_status;   /* or 0: answer this instead of asking the handler */
    bool begun;         /* the header was read */
};

/* Each thread keeps its exchanges for the next requests, and frees them when it ends. */
static pthread_key_t free_exchanges;
static pthread_once_t free_exchanges_once = PTHREAD_ONCE_INIT;

static int64_t now_s(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC_COARSE, &t);
    return t.tv_sec;
}

static void free_list(void *first) {
    for (struct exchange *x = first, *next; x != NULL; x = next) {
        next = x->next_free;
        buf_free(&x->body);
        buf_free(&x->response.body);
        free(x);
    }
}

static void make_key(void) {
    pthread_key_create(&free_exchanges, free_list);
}

static struct exchange *exchange_new(void) {
    struct exchange *x = pthread_getspecific(free_exchanges);
    if (x == NULL)
        return xcalloc(1, sizeof *x);
    pthread_setspecific(free_exchanges, x->next_free);
    return x;
}

/* Forgets everything of the request: it may have been about a person. */
static void exchange_release(struct exchange *x) {
    struct buf body = x->body, answer = x->response.body;
    if (body.len > 0)
        explicit_bzero(body.data, body.len);
    args_clear(&x->request.args);
    body.len = answer.len = 0;
    memset(&x->response, 0, sizeof x->response);
    x->body = body;
    x->response.body = answer;
    x->early_status = 0;
    x->begun = false;
    x->next_free = pthread_getspecific(free_exchanges);
    pthread_setspecific(free_exchanges, x);
}

/* ---- taking a request in ------------------------------------------------------------ */

static enum method method_of(const char *name) {
    return strcmp(name, "GET") == 0       ? METHOD_GET
           : strcmp(name, "POST") == 0    ? METHOD_POST
           : strcmp(name, "HEAD") == 0    ? METHOD_HEAD
           : strcmp(name, "OPTIONS") == 0 ? METHOD_OPTIONS
                                          : 0;
}

static const char *header(struct MHD_Connection *c, const char *name) {
    const char *value = MHD_lookup_connection_value(c, MHD_HEADER_KIND, name);
    return value ? value : "";
}

static enum MHD_Result add_argument(void *ctx, enum MHD_ValueKind kind, const char *key,
                                    size_t key_size, const char *value, size_t value_size) {
    struct exchange *x = ctx;
    (void)kind;
    struct slice name = {key, key_size}, text = {value ? value : "", value_size};
    if (!text_utf8(name.at, name.len, NULL) || !text_utf8(text.at, text.len, NULL)) {
        error_set(&x->error, ERR_USAGE, "the URL holds text that is not UTF-8");
        x->early_status = 400;
    } else if (!args_add(&x->request.args, name, text, &x->error)) {
        x->early_status = 400;
    }
    return x->early_status ? MHD_NO : MHD_YES;
}

/* The first that is known of a request: its whole address, before it is taken apart. */
static void *on_address(void *ctx, const char *address, struct MHD_Connection *c) {
    struct exchange *x = exchange_new();
    (void)ctx;
    (void)c;
    if (strlen(address) > URL_MAX)
        x->early_status = 414;
    return x;
}

static void begin(struct exchange *x, struct MHD_Connection *c, const char *url,
                  const char *method) {
    struct request *q = &x->request;
    x->begun = true;
    q->method = method_of(method);
    q->path = url;
    q->content_type = header(c, "Content-Type");
    q->accept = header(c, "Accept");
    q->if_none_match = header(c, "If-None-Match");
    q->authorization = header(c, "Authorization");
    q->role = ROLE_PUBLIC;
    q->args.count = 0;
    q->args.root = NULL;
    q->args.from_url = false;
    const char *length = header(c, "Content-Length");
    if (length[0] && strtoull(length, NULL, 10) > BODY_MAX)
        x->early_status = 413;
    if (!text_utf8(url, strlen(url), NULL))
        x->early_status = 404;
}

static void take_body(struct exchange *x, const char *data, size_t len) {
    if (x->body.len + len > BODY_MAX)
        x->early_status = 413;
    else
        buf_add(&x->body, data, len);
}

/* ---- sending the response ----------------------------------------------------------- */

static void add_header(struct MHD_Response *m, const char *name, const char *value) {
    if (value != NULL && value[0] != '\0')
        MHD_add_response_header(m, name, value);
}

/* What depends on who asks must never be handed to somebody else by a cache. */
static void add_caching(struct MHD_Response *m, enum caching caching) {
    static const char *const control[] = {
        [CACHE_NEVER] = "no-store",
        [CACHE_PUBLIC] = "public, no-cache",
        [CACHE_PRIVATE] = "private, no-cache",
    };
    add_header(m, "Cache-Control", control[caching]);
    add_header(m, "Vary", "Authorization");
}

static enum MHD_Result send_response(struct MHD_Connection *c, struct exchange *x) {
    struct response *r = &x->response;
    struct MHD_Response *m = MHD_create_response_from_buffer(r->body.len, r->body.data,
                                                             MHD_RESPMEM_PERSISTENT);
    if (m == NULL)
        return MHD_NO;
    add_header(m, "Content-Type", r->content_type);
    add_caching(m, r->caching);
    add_header(m, "ETag", r->etag);
    add_header(m, "Allow", r->allow);
    add_header(m, "Link", r->link);
    add_header(m, "WWW-Authenticate", r->challenge);
    add_header(m, "X-Content-Type-Options", "nosniff");
    add_header(m, "Access-Control-Allow-Origin", "*");
    if (x->request.method == METHOD_OPTIONS) {
        add_header(m, "Access-Control-Allow-Methods", r->allow);
        add_header(m, "Access-Control-Allow-Headers", "Content-Type, If-None-Match");
        add_header(m, "Access-Control-Max-Age", "86400");
    } else if (r->etag[0] != '\0') {
        add_header(m, "Access-Control-Expose-Headers", "ETag, Link");
    }
    enum MHD_Result queued = MHD_queue_response(c, (unsigned)r->status, m);
    MHD_destroy_response(m);
    return queued;
}

static void answer(struct http_server *server, struct MHD_Connection *c, struct exchange *x) {
    struct request *q = &x->request;
    if (!x->early_status)
        MHD_get_connection_values_n(c, MHD_GET_ARGUMENT_KIND, add_argument, x);
    if (x->early_status) {
        problem(&x->response, x->early_status,
                x->early_status == 400 ? x->error.message : NULL, NULL);
        return;
    }
    q->body = x->body.len ? x->body.data : "";
    q->body_len = x->body.len;
    server->answer(server->ctx, q, &x->response);
}

static enum MHD_Result on_request(void *ctx, struct MHD_Connection *c, const char *url,
                                  const char *method, const char *version,
                                  const char *upload_data, size_t *upload_size, void **state) {
    struct http_server *server = ctx;
    (void)version;
    struct exchange *x = *state;
    if (!x->begun) {
        begin(x, c, url, method);
        /* A body that is too large by its own account is refused before it is sent. */
        if (x->early_status == 413) {
            answer(server, c, x);
            return send_response(c, x);
        }
        return MHD_YES;
    }
    if (*upload_size > 0) {
        take_body(x, upload_data, *upload_size);
        *upload_size = 0;
        return MHD_YES;
    }
    answer(server, c, x);
    return send_response(c, x);
}

static void on_completed(void *ctx, struct MHD_Connection *c, void **state,
                         enum MHD_RequestTerminationCode how) {
    (void)ctx;
    (void)how;
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(c, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    struct connection *connection = info ? info->socket_context : NULL;
    if (connection != NULL)
        atomic_store_explicit(&connection->since, now_s(), memory_order_relaxed);
    if (*state != NULL)
        exchange_release(*state);
    *state = NULL;
}

/* ---- connections -------------------------------------------------------------------- */

static void connection_open(struct http_server *server, struct MHD_Connection *c,
                            void **socket_context) {
    struct connection *connection = xcalloc(1, sizeof *connection);
    connection->fd = MHD_get_connection_info(c, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
    atomic_init(&connection->since, now_s());
    pthread_mutex_lock(&server->lock);
    connection->next = server->connections;
    if (connection->next != NULL)
        connection->next->previous = connection;
    server->connections = connection;
    pthread_mutex_unlock(&server->lock);
    *socket_context = connection;
}

static void connection_close(struct http_server *server, struct connection *connection) {
    pthread_mutex_lock(&server->lock);
    if (connection->previous != NULL)
        connection->previous->next = connection->next;
    else
        server->connections = connection->next;
    if (connection->next != NULL)
        connection->next->previous = connection->previous;
    pthread_mutex_unlock(&server->lock);
    free(connection);
}

static void on_connection(void *ctx, struct MHD_Connection *c, void **socket_context,
                          enum MHD_ConnectionNotificationCode what) {
    if (what == MHD_CONNECTION_NOTIFY_STARTED)
        connection_open(ctx, c, socket_context);
    else if (*socket_context != NULL)
        connection_close(ctx, *socket_context);
}

void http_reap(struct http_server *server) {
    int64_t oldest = now_s() - server->options.request_s;
    pthread_mutex_lock(&server->lock);
    for (struct connection *c = server->connections; c != NULL; c = c->next)
        if (atomic_load_explicit(&c->since, memory_order_relaxed) < oldest)
            shutdown(c->fd, SHUT_RDWR);
    pthread_mutex_unlock(&server->lock);
}

/* ---- starting and stopping ---------------------------------------------------------- */

static int listen_on(const struct http_options *o, struct error *e) {
    char port[8];
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE}, *found;
    snprintf(port, sizeof port, "%d", o->port);
    int wrong = getaddrinfo(o->host, port, &hints, &found);
    if (wrong != 0) {
        error_set(e, ERR_USAGE, "%s: %s", o->host, gai_strerror(wrong));
        return -1;
    }
    int fd = socket(found->ai_family, found->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    int yes = 1;
    bool done = fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) == 0 &&
                bind(fd, found->ai_addr, found->ai_addrlen) == 0 && listen(fd, 1024) == 0;
    freeaddrinfo(found);
    if (done)
        return fd;
    error_set(e, ERR_ENVIRONMENT, "%s:%d: %m", o->host, o->port);
    if (fd >= 0)
        close(fd);
    return -1;
}

struct http_server *http_start(const struct http_options *options,
                               void (*handler)(void *, struct request *, struct response *),
                               void *ctx, struct error *e) {
    int fd = listen_on(options, e);
    if (fd < 0)
        return NULL;
    pthread_once(&free_exchanges_once, make_key);
    struct http_server *server = xcalloc(1, sizeof *server);
    server->answer = handler;
    server->ctx = ctx;
    server->options = *options;
    pthread_mutex_init(&server->lock, NULL);
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    unsigned threads = (unsigned)(options->threads ? options->threads : cores > 1 ? cores : 1);
    server->daemon = MHD_start_daemon(
        MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_TURBO, 0, NULL, NULL, on_request, server,
        MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_THREAD_POOL_SIZE, threads,
        MHD_OPTION_CONNECTION_LIMIT, (unsigned)options->connections,
        MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)options->timeout_s,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)MEMORY_PER_CONNECTION,
        MHD_OPTION_URI_LOG_CALLBACK, on_address, server, MHD_OPTION_NOTIFY_COMPLETED,
        on_completed, server, MHD_OPTION_NOTIFY_CONNECTION, on_connection, server,
        MHD_OPTION_END);
    if (server->daemon != NULL)
        return server;
    error_set(e, ERR_ENVIRONMENT, "the HTTP server does not start on %s:%d", options->host,
              options->port);
    close(fd);
    pthread_mutex_destroy(&server->lock);
    free(server);
    return NULL;
}

int http_port(const struct http_server *server) {
    const union MHD_DaemonInfo *info =
        MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_BIND_PORT);
    struct sockaddr_storage address;
    socklen_t len = sizeof address;
    if (info != NULL && info->port != 0)
        return info->port;
    int fd = MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_LISTEN_FD)->listen_fd;
    if (getsockname(fd, (struct sockaddr *)&address, &len) != 0)
        return 0;
    return address.ss_family == AF_INET6
               ? ntohs(((struct sockaddr_in6 *)&address)->sin6_port)
               : ntohs(((struct sockaddr_in *)&address)->sin_port);
}

void http_stop(struct http_server *server) {
    MHD_stop_daemon(server->daemon);
    pthread_mutex_destroy(&server->lock);
    free(server);
}
