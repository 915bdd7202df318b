/* SPDX-License-Identifier: Apache-2.0 */
#include "server/http/mhd.h"

#include <microhttpd.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

#include "data/mem.h"
#include "server/http/client.h"
#include "server/http/connections.h"
#include "server/http/exchange.h"
#include "server/http/headers.h"
#include "server/http/listen.h"
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
    struct connections connections;
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
    enum {
        FIRST, /* the first counts */
        LAST,  /* what the nearest proxy said stands last */
        ONCE,  /* two are refused: a proxy may have taken the other one */
    } which;
} headers[] = {
    {"Content-Type", offsetof(struct exchange, request.content_type), FIRST},
    {"Accept", offsetof(struct exchange, request.accept), FIRST},
    {"Accept-Encoding", offsetof(struct exchange, request.accept_encoding), FIRST},
    {"Accept-Language", offsetof(struct exchange, request.accept_language), FIRST},
    {"If-None-Match", offsetof(struct exchange, request.if_none_match), FIRST},
    {"If-Match", offsetof(struct exchange, request.if_match), FIRST},
    {"Authorization", offsetof(struct exchange, request.authorization), ONCE},
    {"Cookie", offsetof(struct exchange, request.cookie), ONCE},
    {"Origin", offsetof(struct exchange, request.origin), ONCE},
    {"Sec-Fetch-Site", offsetof(struct exchange, request.fetch_site), ONCE},
    {"Host", offsetof(struct exchange, request.host), ONCE},
    {"Content-Length", offsetof(struct exchange, content_length), ONCE},
    {"Transfer-Encoding", offsetof(struct exchange, coding), ONCE},
    {"X-Forwarded-For", offsetof(struct exchange, forwarded_for), LAST},
    {"X-Forwarded-Proto", offsetof(struct exchange, forwarded_proto), LAST},
};

/* Letters, digits and a few signs (RFC 9110 section 5.6.2). With a space before its colon
 * one program takes "Content-Length" for a length, and another does not. */
static bool is_token(const char *name) {
    size_t len = strspn(name, "!#$%&'*+-.^_`|~0123456789"
                              "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");
    return len > 0 && name[len] == '\0';
}

static void refuse_header(struct exchange *x, const char *why) {
    error_set(&x->error, ERR_USAGE, "%s", why);
    x->early_status = 400;
}

static enum MHD_Result take_header(void *ctx, enum MHD_ValueKind kind, const char *name,
                                   const char *value) {
    struct exchange *x = ctx;
    (void)kind;
    if (!is_token(name))
        refuse_header(x, "A header has a name that is none.");
    for (size_t i = 0; i < sizeof headers / sizeof *headers; i++) {
        const char **at = (const char **)(void *)((char *)ctx + headers[i].at);
        if (strcasecmp(headers[i].name, name) != 0)
            continue;
        if (headers[i].which == ONCE && x->seen >> i & 1)
            refuse_header(x, "A header that may stand once stands twice.");
        else if (headers[i].which == ONCE && (value == NULL || value[0] == '\0'))
            refuse_header(x, "A header that has to say something says nothing.");
        else if (value != NULL && (headers[i].which == LAST || (*at)[0] == '\0'))
            *at = value;
        x->seen |= 1u << i;
        break;
    }
    return MHD_YES;
}

/* How long a body is must be said in one way only, or a proxy may find the end of it at
 * another place, and take what follows for a request of somebody else. */
static void check_length(struct exchange *x) {
    if (x->coding[0] == '\0')
        return;
    if (x->content_length[0] != '\0')
        refuse_header(x, "Content-Length stands beside Transfer-Encoding.");
    else if (strcasecmp(x->coding, "chunked") != 0)
        refuse_header(x, "Transfer-Encoding may only be chunked.");
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

/* The first that is known of a request: its whole address, before it is taken apart. No
 * path of ours has anything to escape: one that does may be another path to a proxy that
 * keeps some from the outside (%2F), or have another end (%00). */
static void *on_address(void *ctx, const char *address, struct MHD_Connection *c) {
    struct exchange *x = exchange_new();
    (void)ctx;
    (void)c;
    if (strlen(address) > URL_MAX)
        x->early_status = 414;
    else if (address[strcspn(address, "%?")] == '%')
        x->early_status = 404;
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

/* What we keep of a connection from on_connection() on. */
static struct connection *connection_of(struct MHD_Connection *c) {
    return MHD_get_connection_info(c, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
}

/* A large body takes its time on a thin line; there are few of them. */
static void allow_for_body(const struct http_server *server, struct MHD_Connection *c,
                           const struct exchange *x) {
    if (x->large)
        connection_restart(connection_of(c), LARGE_BODY_TIMES * server->options.request_s);
}

static void begin(const struct http_server *server, struct exchange *x,
                  struct MHD_Connection *c, const char *url, const char *method) {
    struct request *q = &x->request;
    x->stage = STAGE_BEGUN;
    q->method = method_of(method);
    q->path = url;
    q->role = ROLE_PUBLIC;
    MHD_get_connection_values(c, MHD_HEADER_KIND, take_header, x);
    check_length(x);
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
    struct slice lasting = r->lasting;
    struct MHD_Response *m =
        lasting.at != NULL
            ? MHD_create_response_from_buffer(lasting.len, (char *)(uintptr_t)lasting.at,
                                              MHD_RESPMEM_PERSISTENT)
            : MHD_create_response_from_buffer(r->body.len, r->body.data,
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
    connection_restart(connection, 0);
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
    x->wire = c;
    atomic_fetch_add(&server->handed_over, 1);
    atomic_store(&connection_of(c)->waiting, true);
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
    connection_restart(connection_of(c), 0);
    *state = NULL;
    if (x == NULL)
        return;
    if (x->stage == STAGE_ANSWERED)
        atomic_fetch_sub(&server->handed_over, 1);
    exchange_release(x);
}

/* ---- connections -------------------------------------------------------------------- */

static void on_connection(void *ctx, struct MHD_Connection *c, void **socket_context,
                          enum MHD_ConnectionNotificationCode what) {
    struct http_server *server = ctx;
    if (what == MHD_CONNECTION_NOTIFY_STARTED)
        *socket_context = connection_open(
            &server->connections,
            MHD_get_connection_info(c, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd);
    else if (*socket_context != NULL)
        connection_close(&server->connections, *socket_context);
}

void http_reap(struct http_server *server) {
    connections_reap(&server->connections);
}

/* ---- starting and stopping ---------------------------------------------------------- */

bool http_look(struct http_server *server, bool *renewed, struct error *e) {
    *renewed = false;
    return server->tls == NULL || tls_look(server->tls, renewed, e);
}

static void http_free(struct http_server *server) {
    if (server->workers != NULL)
        workers_free(server->workers);
    tls_close(server->tls);
    connections_clear(&server->connections);
    free(server);
}

static struct MHD_Daemon *start_daemon(struct http_server *server, int fd) {
    const struct http_options *o = &server->options;
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    unsigned threads = (unsigned)(o->threads ? o->threads : cores > 1 ? cores : 1);
    /* Without MHD_USE_ERROR_LOG: it would print parts of requests. */
    unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_TURBO |
                     MHD_ALLOW_SUSPEND_RESUME | (server->tls ? MHD_USE_TLS : 0);
    const struct MHD_OptionItem tls[] = {
        {MHD_OPTION_HTTPS_CERT_CALLBACK, 0, tls_retrieve_function()},
        {MHD_OPTION_HTTPS_PRIORITIES, 0, (void *)(uintptr_t)tls_priorities},
        {MHD_OPTION_END, 0, NULL},
    };
    const struct MHD_OptionItem none = {MHD_OPTION_END, 0, NULL};
    return MHD_start_daemon(
        flags, 0, NULL, NULL, on_request, server,
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
    connections_init(&server->connections, options->connections, options->request_s);
    int fd = prepare(server, e) ? listen_on(options->host, options->port, e) : -1;
    if (fd >= 0 && (server->daemon = start_daemon(server, fd)) != NULL)
        return server;
    if (fd >= 0) {
        error_set(e, ERR_ENVIRONMENT, "the HTTP server does not start on %s:%d",
                  options->host, options->port);
        close(fd);
    }
    if (server->workers != NULL)
        workers_stop(server->workers);
    http_free(server);
    return NULL;
}

int http_port(const struct http_server *server) {
    return listen_port(
        MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_LISTEN_FD)->listen_fd);
}

/* Lets answers of workers go out before all connections are closed. */
static void wait_for_answers(struct http_server *server) {
    const struct timespec pause = {0, 10 * 1000000L};
    int64_t end = now_s() + STOP_S;
    while (atomic_load(&server->handed_over) > 0 && now_s() < end)
        nanosleep(&pause, NULL);
}

void http_stop(struct http_server *server) {
    workers_stop(server->workers); /* nothing may be suspended when the daemon stops */
    wait_for_answers(server);
    MHD_stop_daemon(server->daemon);
    http_free(server);
}
