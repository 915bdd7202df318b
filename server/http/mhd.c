/* SPDX-License-Identifier: Apache-2.0 */
#include "server/http/mhd.h"

#include <arpa/inet.h>
#include <microhttpd.h>
#include <netdb.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "data/mem.h"
#include "server/http/client.h"
#include "server/http/exchange.h"
#include "server/http/headers.h"
#include "server/http/log.h"
#include "server/http/metrics.h"
#include "server/http/tls.h"
#include "server/http/workers.h"

/* Bounds URL and headers: libmicrohttpd says 414, 431. It clears this memory between the
 * requests of a connection, and above 32 KiB gives it back to the system when the
 * connection ends, so that no key or cookie stays behind. */
#define MEMORY_PER_CONNECTION (36 * 1024)

#define LARGE_BODY_TIMES 9 /* --request-time more for a body above BODY_MAX */
#define STOP_S 2           /* for answers that are ready when the server stops */

struct http_server {
    struct MHD_Daemon *daemon;
    struct http_handler handler;
    struct http_options options;
    struct workers *workers;
    struct tls *tls; /* or NULL */
    _Atomic int handed_over; /* requests that a worker got and that are not completed */
    bool has_proxy;
    uint8_t proxy[16];
    pthread_mutex_t lock; /* of `connections` */
    struct connection *connections;
};

/* A connection, from accept to close. */
struct connection {
    struct connection *next, *previous;
    int fd;
    _Atomic int64_t since; /* seconds: when it was accepted, or completed its last request */
    _Atomic bool waiting;  /* for a worker; libmicrohttpd has it suspended */
};

static int64_t now_s(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC_COARSE, &t);
    return t.tv_sec;
}

/* ---- taking a request in ------------------------------------------------------------ */

static enum method method_of(const char *name) {
    static const struct {
        const char *name;
        enum method method;
    } methods[] = {{"GET", METHOD_GET},         {"POST", METHOD_POST},
                   {"HEAD", METHOD_HEAD},       {"PATCH", METHOD_PATCH},
                   {"DELETE", METHOD_DELETE},   {"OPTIONS", METHOD_OPTIONS}};
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++)
        if (strcmp(methods[i].name, name) == 0)
            return methods[i].method;
    return 0;
}

static const struct {
    const char *name;
    size_t at;  /* of its string in struct exchange */
    bool last;  /* what the nearest proxy said stands last; of others the first counts */
} headers[] = {
    {"Content-Type", offsetof(struct exchange, request.content_type), false},
    {"Accept", offsetof(struct exchange, request.accept), false},
    {"If-None-Match", offsetof(struct exchange, request.if_none_match), false},
    {"If-Match", offsetof(struct exchange, request.if_match), false},
    {"Authorization", offsetof(struct exchange, request.authorization), false},
    {"Cookie", offsetof(struct exchange, request.cookie), false},
    {"Origin", offsetof(struct exchange, request.origin), false},
    {"Sec-Fetch-Site", offsetof(struct exchange, request.fetch_site), false},
    {"Host", offsetof(struct exchange, request.host), false},
    {"Content-Length", offsetof(struct exchange, content_length), false},
    {"Transfer-Encoding", offsetof(struct exchange, coding), false},
    {"X-Forwarded-For", offsetof(struct exchange, forwarded_for), true},
    {"X-Forwarded-Proto", offsetof(struct exchange, forwarded_proto), true},
};

static enum MHD_Result take_header(void *ctx, enum MHD_ValueKind kind, const char *name,
                                   const char *value) {
    (void)kind;
    for (size_t i = 0; i < sizeof headers / sizeof *headers; i++) {
        const char **at = (const char **)(void *)((char *)ctx + headers[i].at);
        if (strcasecmp(headers[i].name, name) != 0)
            continue;
        if (value != NULL && (headers[i].last || (*at)[0] == '\0'))
            *at = value;
        break;
    }
    return MHD_YES;
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

/* Where the request comes from, and whether over TLS. Only a proxy that is known is
 * believed about others; when what it says is no address, it stands for them itself. */
static void find_client(const struct http_server *server, struct MHD_Connection *c,
                        struct exchange *x) {
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(c, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    struct request *q = &x->request;
    client_of_socket(info ? info->client_addr : NULL, q->client);
    q->secure = server->tls != NULL;
    if (!server->has_proxy || memcmp(q->client, server->proxy, sizeof q->client) != 0)
        return;
    struct slice proto = client_last_of(x->forwarded_proto);
    q->secure = proto.len == 5 && strncasecmp(proto.at, "https", 5) == 0;
    client_parse(client_last_of(x->forwarded_for), q->client);
}

/* What we keep of a connection; NULL before it is known. */
static struct connection *connection_of(struct MHD_Connection *c) {
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(c, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return info ? info->socket_context : NULL;
}

static void restart_clock(struct connection *connection, int64_t extra_s) {
    if (connection != NULL)
        atomic_store_explicit(&connection->since, now_s() + extra_s, memory_order_relaxed);
}

/* A large body takes its time on a thin line; there are few of them. */
static void allow_for_body(const struct http_server *server, struct MHD_Connection *c,
                           const struct exchange *x) {
    if (x->large)
        restart_clock(connection_of(c), LARGE_BODY_TIMES * server->options.request_s);
}

static void begin(const struct http_server *server, struct exchange *x,
                  struct MHD_Connection *c, const char *url, const char *method) {
    struct request *q = &x->request;
    x->stage = STAGE_BEGUN;
    q->method = method_of(method);
    q->path = url;
    q->role = ROLE_PUBLIC;
    MHD_get_connection_values(c, MHD_HEADER_KIND, take_header, x);
    find_client(server, c, x);
    if (x->early_status == 0 && !text_utf8(url, strlen(url), NULL))
        x->early_status = 404;
    if (x->early_status == 0 && exchange_has_body(x)) {
        if (server->handler.body_max != NULL)
            x->body_max = server->handler.body_max(server->handler.ctx, q);
        exchange_expect_body(x);
        allow_for_body(server, c, x);
    }
}

/* ---- sending the response ----------------------------------------------------------- */

static void add_header(void *response, const char *name, const char *value) {
    MHD_add_response_header(response, name, value);
}

static enum MHD_Result send_response(struct MHD_Connection *c, struct exchange *x) {
    struct response *r = &x->response;
    struct MHD_Response *m = MHD_create_response_from_buffer(r->body.len, r->body.data,
                                                             MHD_RESPMEM_PERSISTENT);
    if (m == NULL)
        return MHD_NO;
    headers_each(&x->request, r, add_header, m);
    enum MHD_Result queued = MHD_queue_response(c, (unsigned)r->status, m);
    MHD_destroy_response(m);
    return queued;
}

/* Answers without the handler, and without anything of the request. */
static enum MHD_Result refuse(struct MHD_Connection *c, struct exchange *x) {
    exchange_refuse(x);
    if (x->stage != STAGE_ANSWERED && (x->early_status == 413 || x->early_status == 503))
        metrics_tally(TALLY_BODIES_REFUSED);
    log_request("refused", x->early_status, 0);
    return send_response(c, x);
}

/* Lets libmicrohttpd go on with a request; from then on it is not this thread's. */
static void hand_back(struct exchange *x) {
    struct connection *connection = connection_of(x->wire);
    x->stage = STAGE_ANSWERED;
    restart_clock(connection, 0);
    if (connection != NULL)
        atomic_store(&connection->waiting, false);
    MHD_resume_connection(x->wire);
}

static void work(void *ctx, void *job) {
    struct http_server *server = ctx;
    struct exchange *x = job;
    metrics_gauge(GAUGE_WAITING, -1);
    metrics_gauge(GAUGE_WORKING, 1);
    server->handler.work(server->handler.ctx, &x->request, &x->response);
    metrics_gauge(GAUGE_WORKING, -1);
    hand_back(x);
}

static void turn_away(void *ctx, void *job) {
    struct exchange *x = job;
    (void)ctx;
    metrics_gauge(GAUGE_WAITING, -1);
    metrics_tally(TALLY_WORK_REFUSED);
    x->early_status = 503;
    hand_back(x);
}

/* Suspended before the worker can know of it: it may be done before this returns. */
static void hand_over(struct http_server *server, struct MHD_Connection *c,
                      struct exchange *x) {
    struct connection *connection = connection_of(c);
    x->wire = c;
    atomic_fetch_add(&server->handed_over, 1);
    if (connection != NULL)
        atomic_store(&connection->waiting, true);
    metrics_gauge(GAUGE_WAITING, 1);
    MHD_suspend_connection(c);
    if (!workers_add(server->workers, x))
        turn_away(server, x);
}

static enum MHD_Result answer(struct http_server *server, struct MHD_Connection *c,
                              struct exchange *x) {
    struct request *q = &x->request;
    MHD_get_connection_values_n(c, MHD_GET_ARGUMENT_KIND, add_argument, x);
    if (x->early_status != 0)
        return refuse(c, x);
    q->body = x->body.len ? x->body.data : "";
    q->body_len = x->body.len;
    if (server->handler.answer(server->handler.ctx, q, &x->response))
        return send_response(c, x);
    hand_over(server, c, x);
    return MHD_YES;
}

static enum MHD_Result take_body(const struct http_server *server, struct MHD_Connection *c,
                                 struct exchange *x, const char *data, size_t *len) {
    bool was_large = x->large, go_on = exchange_take_body(x, data, *len);
    *len = 0;
    if (!was_large)
        allow_for_body(server, c, x);
    return go_on ? MHD_YES : MHD_NO;
}

static enum MHD_Result on_request(void *ctx, struct MHD_Connection *c, const char *url,
                                  const char *method, const char *version,
                                  const char *upload_data, size_t *upload_size, void **state) {
    struct http_server *server = ctx;
    struct exchange *x = *state;
    (void)version;
    if (x->stage == STAGE_NEW) {
        begin(server, x, c, url, method);
        return x->early_status == 0 ? MHD_YES : refuse(c, x);
    }
    if (x->stage == STAGE_ANSWERED)
        return x->early_status == 0 ? send_response(c, x) : refuse(c, x);
    if (*upload_size > 0)
        return take_body(server, c, x, upload_data, upload_size);
    return x->early_status == 0 ? answer(server, c, x) : refuse(c, x);
}

static void on_completed(void *ctx, struct MHD_Connection *c, void **state,
                         enum MHD_RequestTerminationCode how) {
    struct http_server *server = ctx;
    (void)how;
    struct exchange *x = *state;
    restart_clock(connection_of(c), 0);
    *state = NULL;
    if (x == NULL)
        return;
    if (x->stage == STAGE_ANSWERED)
        atomic_fetch_sub(&server->handed_over, 1);
    exchange_release(x);
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
    metrics_gauge(GAUGE_CONNECTIONS, 1);
    metrics_tally(TALLY_CONNECTIONS);
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
    metrics_gauge(GAUGE_CONNECTIONS, -1);
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
        if (atomic_load_explicit(&c->since, memory_order_relaxed) < oldest &&
            !atomic_load(&c->waiting))
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

bool http_look(struct http_server *server, bool *renewed, struct error *e) {
    *renewed = false;
    return server->tls == NULL || tls_look(server->tls, renewed, e);
}

static void http_free(struct http_server *server) {
    if (server->workers != NULL)
        workers_free(server->workers);
    tls_close(server->tls);
    pthread_mutex_destroy(&server->lock);
    free(server);
}

static struct MHD_Daemon *start_daemon(struct http_server *server, int fd) {
    const struct http_options *o = &server->options;
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    unsigned threads = (unsigned)(o->threads ? o->threads : cores > 1 ? cores : 1);
    /* Without MHD_USE_ERROR_LOG: it would print parts of requests. */
    unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_TURBO | MHD_ALLOW_SUSPEND_RESUME;
    const struct MHD_OptionItem tls[] = {
        {MHD_OPTION_HTTPS_CERT_CALLBACK, 0, tls_retrieve_function()},
        {MHD_OPTION_HTTPS_PRIORITIES, 0, (void *)(uintptr_t)tls_priorities},
        {MHD_OPTION_END, 0, NULL},
    };
    const struct MHD_OptionItem none = {MHD_OPTION_END, 0, NULL};
    return MHD_start_daemon(
        flags | (server->tls ? MHD_USE_TLS : 0), 0, NULL, NULL, on_request, server,
        MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_THREAD_POOL_SIZE, threads,
        MHD_OPTION_CONNECTION_LIMIT, (unsigned)o->connections,
        MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)o->timeout_s,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)MEMORY_PER_CONNECTION,
        MHD_OPTION_URI_LOG_CALLBACK, on_address, server, MHD_OPTION_NOTIFY_COMPLETED,
        on_completed, server, MHD_OPTION_NOTIFY_CONNECTION, on_connection, server,
        MHD_OPTION_ARRAY, server->tls ? tls : &none, MHD_OPTION_END);
}

/* What is needed before requests can come. */
static bool prepare(struct http_server *server, struct error *e) {
    const struct http_options *o = &server->options;
    const struct workers_options workers = {o->workers, work, turn_away, server};
    server->has_proxy = o->proxy != NULL;
    if (server->has_proxy && !client_parse(slice_of(o->proxy), server->proxy))
        return error_set(e, ERR_USAGE, "the proxy %s is no IP address", o->proxy);
    if (o->tls_cert != NULL && (server->tls = tls_open(o->tls_cert, o->tls_key, e)) == NULL)
        return false;
    return (server->workers = workers_start(&workers, e)) != NULL;
}

struct http_server *http_start(const struct http_options *options,
                               const struct http_handler *handler, struct error *e) {
    struct http_server *server = xcalloc(1, sizeof *server);
    server->handler = *handler;
    server->options = *options;
    pthread_mutex_init(&server->lock, NULL);
    int fd = prepare(server, e) ? listen_on(options, e) : -1;
    if (fd >= 0 && (server->daemon = start_daemon(server, fd)) != NULL)
        return server;
    if (fd >= 0) {
        error_set(e, ERR_ENVIRONMENT, "the HTTP server does not start on %s:%d", options->host,
                  options->port);
        close(fd);
    }
    if (server->workers != NULL)
        workers_stop(server->workers);
    http_free(server);
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

/* Lets answers of workers go out before all connections are closed. */
static void wait_for_answers(struct http_server *server) {
    const struct timespec pause = {0, 10 * 1000000L};
    int64_t end = now_s() + STOP_S;
    while (atomic_load(&server->handed_over) > 0 && now_s() < end)
        nanosleep(&pause, NULL);
}

void http_stop(struct http_server *server) {
    workers_stop(server->workers); /* libmicrohttpd must not stop with a request suspended */
    wait_for_answers(server);
    MHD_stop_daemon(server->daemon);
    http_free(server);
}
