/* SPDX-License-Identifier: Apache-2.0
 *
 * Any bytes behind a '?', over a real connection to a real server: libmicrohttpd takes the
 * URL apart, the arguments are gathered and checked, and a handler answers from the demo
 * directory. The first byte chooses the address and who asks. Promised:
 *   - the answer is JSON with one of the expected statuses, the same when asked twice;
 *   - names and values that a handler is given are UTF-8, as many as there is room for;
 *   - the same arguments with every byte percent-encoded are the same arguments;
 *   - facts about a person in a URL are refused.
 * To be run from the root of the checkout.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include "server/api/nearest_query.h"
#include "server/api/params.h"
#include "server/http/mhd.h"
#include "tests/fuzz/directory.h"

static const char *const paths[] = {"/api/v1/nearest",    "/api/v1/services",
                                    "/api/v1/services/",  "/api/v1/vocabulary",
                                    "/api/v1/places/at",  "/api/v1/places/",
                                    "/api/v1/status",     "/api/v1/openapi.json"};

/* One exchange, filled by the server's only thread before it answers. */
static struct {
    struct context context[2]; /* public, steward */
    int who;
    bool asked;         /* a handler was reached */
    struct buf encoded; /* its arguments as a query, every byte percent-encoded */
    struct http_server *server;
    int fd; /* of the connection, or -1 */
    char service[37], place[37];
} the;

/* ---- the server's side -------------------------------------------------------------- */

static void encode(struct buf *b, struct slice s) {
    for (size_t i = 0; i < s.len; i++)
        buf_printf(b, "%%%02X", (unsigned char)s.at[i]);
}

static void note_arg(const struct arg *a) {
    require(text_utf8(a->name.at, a->name.len, NULL), "a name is UTF-8", "");
    require(a->count >= 1 && a->count <= ARG_ITEMS, "as many values as there is room for", "");
    require(a->list == (a->count > 1) && a->nested == NULL, "a list has several", "");
    for (int i = 0; i < a->count; i++) {
        require(a->item[i].kind == SCALAR_TEXT, "in a URL everything is text", "");
        require(text_utf8(a->item[i].text.at, a->item[i].text.len, NULL), "a value is UTF-8",
                "");
        buf_char(&the.encoded, the.encoded.len ? '&' : '?');
        encode(&the.encoded, a->name);
        buf_char(&the.encoded, '=');
        encode(&the.encoded, a->item[i].text);
    }
}

/* Whether an argument is about a person, who then must not be answered about. */
static bool about_person(const struct args *args) {
    for (int i = 0; i < args->count; i++) {
        int index = param_index(nearest_params, args->arg[i].name);
        if (index >= 0 && !nearest_params[index].in_url)
            return true;
    }
    return false;
}

static bool answer(void *ctx, struct request *q, struct response *r) {
    unsigned allowed;
    (void)ctx;
    the.asked = true;
    the.encoded.len = 0;
    require(q->args.count <= ARGS_MAX, "as many arguments as there is room for", "");
    require(q->args.from_url == (q->args.count > 0), "they came in the URL", "");
    for (int i = 0; i < q->args.count; i++)
        note_arg(&q->args.arg[i]);
    const struct route *route = route_match(routes, q->path, q->method, q->value, &allowed);
    if (route == NULL) {
        problem(r, 404, NULL, NULL);
        return true;
    }
    route->handle(&the.context[the.who], q, r);
    if (route->params == nearest_params)
        require(r->status == 400 || !about_person(&q->args), "nothing about a person", "");
    return true;
}

/* ---- the client's side -------------------------------------------------------------- */

static void open_connection(void) {
    int yes = 1;
    struct sockaddr_in to = {.sin_family = AF_INET,
                             .sin_port = htons((uint16_t)http_port(the.server)),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    the.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    require(the.fd >= 0 && connect(the.fd, (struct sockaddr *)&to, sizeof to) == 0,
            "the server is there", strerror(errno));
    setsockopt(the.fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
}

static void close_connection(void) {
    close(the.fd);
    the.fd = -1;
}

struct reply {
    int status;
    struct response seen; /* its status and body */
    bool closes;
};

/* Where the body begins, or 0 while the header is not complete. */
static size_t header_length(struct buf *b) {
    const char *end = memmem(b->data, b->len, "\r\n\r\n", 4);
    return end ? (size_t)(end - b->data) + 4 : 0;
}

static size_t content_length(const char *header) {
    const char *at = strcasestr(header, "\r\nContent-Length:");
    require(at != NULL, "the answer has a length", header);
    return strtoull(strchr(at, ':') + 1, NULL, 10);
}

static bool receive_some(struct buf *b) {
    char chunk[16384];
    ssize_t n;
    while ((n = recv(the.fd, chunk, sizeof chunk, 0)) < 0 && errno == EINTR)
        continue; /* libFuzzer keeps time by a signal */
    if (n > 0)
        buf_add(b, chunk, (size_t)n);
    return n > 0;
}

static void receive(struct reply *out) {
    static struct buf b;
    size_t header = 0, wanted = SIZE_MAX;
    b.len = 0;
    while (header == 0 || b.len < wanted) {
        require(receive_some(&b), "the whole answer comes", strerror(errno));
        if (header == 0 && (header = header_length(&b)) > 0) {
            buf_text(&b)[header - 1] = '\0';
            wanted = header + content_length(b.data);
        }
    }
    require(b.len == wanted, "nothing but the answer comes", b.data);
    out->status = (int)strtol(b.data + strlen("HTTP/1.1 "), NULL, 10);
    out->closes = strcasestr(b.data, "\r\nConnection: close") != NULL;
    out->seen.status = out->status;
    out->seen.body.len = 0;
    buf_add(&out->seen.body, b.data + header, b.len - header);
}

/* Sends one request; `query` with its '?', or empty. */
static void ask(const char *path, const void *query, size_t len, struct reply *out) {
    static struct buf b;
    b.len = 0;
    buf_printf(&b, "GET %s", path);
    buf_add(&b, query, len);
    buf_str(&b, " HTTP/1.1\r\nHost: test\r\n\r\n");
    the.asked = false;
    if (the.fd < 0)
        open_connection();
    for (size_t sent = 0; sent < b.len;) {
        ssize_t n = send(the.fd, b.data + sent, b.len - sent, MSG_NOSIGNAL);
        require(n > 0 || errno == EINTR, "the request is taken", strerror(errno));
        sent += n > 0 ? (size_t)n : 0;
    }
    receive(out);
    if (out->closes)
        close_connection();
}

/* ---- the target --------------------------------------------------------------------- */

int LLVMFuzzerInitialize(int *argc, char ***argv) {
    /* No time limits. */
    const struct http_options options = {.host = "127.0.0.1", .threads = 1, .connections = 8};
    const struct http_handler handler = {.answer = answer};
    struct error e = {0};
    (void)argc, (void)argv;
    directory_open_demo(&the.context[0], &the.context[1]);
    uuid_encode(the.context[0].snapshot->services[0].id, the.service);
    uuid_encode(the.context[0].snapshot->atlas->places[0].id, the.place);
    the.server = http_start(&options, &handler, &e);
    set_up(the.server != NULL, &e);
    the.fd = -1;
    return 0;
}

/* Without bytes that would end the URL or its line: they may stand percent-encoded. */
static bool in_one_line(const uint8_t *bytes, size_t len) {
    for (size_t i = 0; i < len; i++)
        if (memchr(" \t\r\n", bytes[i], 5) != NULL)
            return false;
    return true;
}

static bool same_bytes(const struct buf *a, const struct buf *b) {
    return a->len == b->len && (a->len == 0 || memcmp(a->data, b->data, a->len) == 0);
}

static void check(const struct reply *r, const char *path, size_t len) {
    static const int expected[] = {200, 400, 404, 414};
    bool known = false;
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++)
        known |= r->status == expected[i];
    require(known, "an expected status", "");
    require(r->status != 414 || strlen(path) + len > URL_MAX, "414 is for what is long", "");
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len) {
    static struct reply first, second;
    char path[80];
    if (len < 1 || len > 2 * URL_MAX || !in_one_line(bytes + 1, len - 1))
        return 0;
    size_t which = bytes[0] % (sizeof paths / sizeof *paths);
    the.who = bytes[0] / 16 % 2;
    snprintf(path, sizeof path, "%s%s", paths[which],
             which == 2   ? the.service
             : which == 5 ? the.place
                          : "");
    static struct buf query;
    query.len = 0;
    buf_char(&query, '?');
    buf_add(&query, bytes + 1, len - 1);
    directory_name_places(the.context, query.data, query.len);
    ask(path, query.data, query.len, &first);
    check(&first, path, query.len);
    directory_check(&first.seen);
    if (!the.asked)
        return 0;
    static struct buf encoded;
    encoded.len = 0;
    buf_add(&encoded, the.encoded.data, the.encoded.len);
    ask(path, encoded.data, encoded.len, &second);
    if (second.status == 414)
        return 0;
    require(the.asked && first.status == second.status &&
                same_bytes(&first.seen.body, &second.seen.body),
            "encoded, it is the same question", path);
    require(same_bytes(&the.encoded, &encoded), "encoded, the arguments are the same", path);
    return 0;
}
