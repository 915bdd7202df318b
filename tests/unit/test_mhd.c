/* SPDX-License-Identifier: Apache-2.0
 *
 * The bridge to libmicrohttpd over real sockets, with a handler of this test: what a
 * request carries, requests that wait for workers, bodies and stopping. Also run under the thread sanitizer.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "server/http/metrics.h"
#include "server/http/mhd.h"

#define LARGE_MAX 200000

static _Atomic int work_ms, working;

static void pause_ms(long ms) {
    const struct timespec t = {ms / 1000, ms % 1000 * 1000000};
    nanosleep(&t, NULL);
}

static int64_t now_ms(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* ---- the handler ------------------------------------------------------------------- */

/* Says what it got: one line a member. */
static void echo(const struct request *q, struct response *r) {
    char client[INET6_ADDRSTRLEN];
    inet_ntop(AF_INET6, q->client, client, sizeof client);
    buf_printf(&r->body, "method=%d\npath=%s\nmatch=%s\ncookie=%s\norigin=%s\nsite=%s\n",
               q->method, q->path, q->if_match, q->cookie, q->origin, q->fetch_site);
    buf_printf(&r->body, "host=%s\nkey=%s\nclient=%s\nsecure=%d\nbody=%zu\nend\n",
               q->host, q->authorization, client, q->secure, q->body_len);
}

static bool answer(void *ctx, struct request *q, struct response *r) {
    (void)ctx;
    r->status = 200;
    r->content_type = "text/plain";
    if (strncmp(q->path, "/slow", 5) == 0)
        return false;
    if (strcmp(q->path, "/login") == 0) {
        strcpy(r->cookie, "__Host-session=x; Secure; HttpOnly");
        r->retry_after_s = 17;
    }
    echo(q, r);
    return true;
}

static void work(void *ctx, struct request *q, struct response *r) {
    (void)ctx;
    atomic_fetch_add(&working, 1);
    pause_ms(atomic_load(&work_ms));
    echo(q, r);
    atomic_fetch_sub(&working, 1);
}

static size_t body_max(void *ctx, const struct request *q) {
    (void)ctx;
    bool large = strcmp(q->path, "/large") == 0 && strcmp(q->authorization, "me") == 0;
    return large ? LARGE_MAX : BODY_MAX;
}

static struct http_server *start_with(const struct http_options *options) {
    const struct http_handler handler = {answer, work, body_max, NULL};
    struct error e = {0};
    struct http_server *server = http_start(options, &handler, &e);
    if (server == NULL)
        fail_msg("%s", e.message);
    return server;
}

static struct http_server *start(const char *proxy) {
    return start_with(&(struct http_options){.host = "127.0.0.1",
                                             .threads = 2,
                                             .workers = 2,
                                             .connections = 1000,
                                             .timeout_s = 20,
                                             .request_s = 1,
                                             .proxy = proxy});
}

/* ---- the client -------------------------------------------------------------------- */

static int dial(int port) {
    struct sockaddr_in to = {.sin_family = AF_INET,
                             .sin_port = htons((uint16_t)port),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const struct timeval patience = {20, 0};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof to), 0);
    return fd;
}

static void say(int fd, const char *text) {
    size_t len = strlen(text);
    assert_int_equal(send(fd, text, len, MSG_NOSIGNAL), len);
}

/* Reads until the other side closes, and closes. The text is good until the next call. */
static const char *hear(int fd) {
    static char text[65536];
    size_t len = 0;
    for (ssize_t n; (n = recv(fd, text + len, sizeof text - 1 - len, 0)) > 0;)
        len += (size_t)n;
    text[len] = '\0';
    close(fd);
    return text;
}

static int status_of(const char *text) {
    return strncmp(text, "HTTP/1.1 ", 9) == 0 ? atoi(text + 9) : 0;
}

/* One request on a connection of its own; `headers` each end with CR LF. */
static void ask(int fd, const char *first, const char *headers) {
    char text[4096];
    snprintf(text, sizeof text, "%s HTTP/1.1\r\nHost: h\r\nConnection: close\r\n%s\r\n",
             first, headers);
    say(fd, text);
}

static const char *answer_to(int port, const char *first, const char *headers) {
    int fd = dial(port);
    ask(fd, first, headers);
    return hear(fd);
}

static void has(const char *text, const char *line) {
    if (strstr(text, line) == NULL)
        fail_msg("no [%s] in:\n%s", line, text);
}

static void has_not(const char *text, const char *part) {
    if (strstr(text, part) != NULL)
        fail_msg("[%s] in:\n%s", part, text);
}

/* ---- what a request carries -------------------------------------------------------- */

static void test_members(void **state) {
    (void)state;
    struct http_server *server = start(NULL);
    int port = http_port(server);
    const char *text =
        answer_to(port, "GET /a",
                  "If-Match: \"m\"\r\ncOOKIE: a=b\r\nOrigin: https://o\r\n"
                  "Sec-Fetch-Site: same-origin\r\nAuthorization: Bearer k\r\n"
                  "Accept: a/b\r\nAccept: c/d\r\n");
    static const char *const lines[] = {
        "\nmatch=\"m\"\n",      "\ncookie=a=b\n",
        "\norigin=https://o\n", "\nsite=same-origin\n",
        "\nhost=h\n",           "\nkey=Bearer k\n",
        "\npath=/a\n",          "\nclient=::ffff:127.0.0.1\n",
        "\nsecure=0\n",
    };
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        has(text, lines[i]);
    static const char *const refused[] = {
        "Authorization: Bearer k\r\nAuthorization: Bearer second\r\n",
        "Cookie: a=b\r\ncookie: c=d\r\n",
        "Host: other\r\n",
        "Origin:\r\n",
        "X y: z\r\n",
        "Transfer-Encoding: gzip\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 1\r\n",
    };
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
        has(answer_to(port, "GET /a", refused[i]), "HTTP/1.1 400 Bad Request");
    text = answer_to(port, "GET /a", "");
    has(text, "\nmatch=\ncookie=\norigin=\nsite=\nhost=h\nkey=\n");
    static const struct {
        const char *first;
        enum method method;
    } methods[] = {{"PATCH /a", METHOD_PATCH},
                   {"DELETE /a", METHOD_DELETE},
                   {"POST /a", METHOD_POST},
                   {"PUT /a", 0}};
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++) {
        char line[32];
        snprintf(line, sizeof line, "method=%d\n", methods[i].method);
        has(answer_to(port, methods[i].first, "Content-Length: 0\r\n"), line);
    }
    text = answer_to(port, "GET /login", "");
    has(text, "\r\nSet-Cookie: __Host-session=x; Secure; HttpOnly\r\n");
    has(text, "\r\nRetry-After: 17\r\n");
    text = answer_to(port, "GET /a", "");
    has_not(text, "Set-Cookie");
    has_not(text, "Retry-After");
    http_stop(server);
}

static void test_proxy(void **state) {
    (void)state;
    static const struct {
        const char *proxy, *headers, *client;
        bool secure;
    } cases[] = {
        {NULL, "X-Forwarded-For: 192.0.2.1\r\nX-Forwarded-Proto: https\r\n",
         "::ffff:127.0.0.1", false},
        {"192.0.2.9", "X-Forwarded-For: 192.0.2.1\r\nX-Forwarded-Proto: https\r\n",
         "::ffff:127.0.0.1", false},
        {"127.0.0.1", "X-Forwarded-For: 192.0.2.1\r\nX-Forwarded-Proto: https\r\n",
         "::ffff:192.0.2.1", true},
        {"127.0.0.1", "X-Forwarded-For: 192.0.2.1, 2001:db8::7\r\n", "2001:db8::7",
         false},
        {"127.0.0.1", "X-Forwarded-For: 192.0.2.1\r\nX-Forwarded-For: 192.0.2.2\r\n",
         "::ffff:192.0.2.2", false},
        {"127.0.0.1", "X-Forwarded-Proto: https\r\nX-Forwarded-Proto: http\r\n",
         "::ffff:127.0.0.1", false},
        {"127.0.0.1", "X-Forwarded-Proto: https, HTTPS\r\n", "::ffff:127.0.0.1", true},
        {"127.0.0.1", "X-Forwarded-For: 192.0.2.1, unknown\r\n", "::ffff:127.0.0.1",
         false},
        {"127.0.0.1", "", "::ffff:127.0.0.1", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct http_server *server = start(cases[i].proxy);
        char line[100];
        snprintf(line, sizeof line, "\nclient=%s\nsecure=%d\n", cases[i].client,
                 cases[i].secure);
        has(answer_to(http_port(server), "GET /a", cases[i].headers), line);
        http_stop(server);
    }
    struct error e = {0};
    const struct http_options wrong = {.host = "127.0.0.1", .proxy = "proxy.example"};
    const struct http_handler handler = {answer, work, body_max, NULL};
    assert_null(http_start(&wrong, &handler, &e));
    assert_int_equal(e.code, ERR_USAGE);
    assert_string_equal(e.message, "the proxy proxy.example is no IP address");
}

/* ---- requests that wait ------------------------------------------------------------ */

static void test_slow_work(void **state) {
    (void)state;
    struct http_server *server = start(NULL);
    atomic_store(&work_ms, 5);
    const char *text = answer_to(http_port(server), "POST /slow",
                                 "Content-Length: 0\r\nCookie: kept\r\n");
    assert_int_equal(status_of(text), 200);
    has(text, "\npath=/slow\n");
    has(text, "\ncookie=kept\n");
    int fd = dial(http_port(server)); /* several on one connection, in their order */
    say(fd, "GET /slow/1 HTTP/1.1\r\nHost: h\r\n\r\nGET /b HTTP/1.1\r\nHost: h\r\n\r\n");
    ask(fd, "GET /slow/3", "");
    text = hear(fd);
    const char *first = strstr(text, "path=/slow/1"), *second = strstr(text, "path=/b"),
               *third = strstr(text, "path=/slow/3");
    assert_true(first != NULL && first < second && second < third);
    http_stop(server);
}

/* 200 that wait: those that fit are done, the others told so at once, and a plain request
 * in between notices nothing. */
static void test_shedding(void **state) {
    (void)state;
    enum { SLOW = 200 };
    struct http_server *server = start(NULL);
    int port = http_port(server), fds[SLOW], done = 0, busy = 0;
    int64_t slowest = 0;
    atomic_store(&work_ms, 100);
    for (int i = 0; i < SLOW; i++) {
        fds[i] = dial(port);
        ask(fds[i], "POST /slow", "Content-Length: 0\r\n");
    }
    for (int i = 0; i < 50; i++) {
        int64_t start_ms = now_ms();
        assert_int_equal(status_of(answer_to(port, "GET /a", "")), 200);
        int64_t took = now_ms() - start_ms;
        slowest = took > slowest ? took : slowest;
    }
    assert_true(atomic_load(&working) > 0); /* they were under way all the time */
    for (int i = 0; i < SLOW; i++) {
        const char *text = hear(fds[i]);
        int status = status_of(text);
        if (status == 503)
            has(text, "\r\nRetry-After: 1\r\n");
        busy += status == 503;
        done += status == 200;
    }
    printf("slowest plain request among 200 slow ones: %d ms\n", (int)slowest);
    assert_int_equal(done + busy, SLOW);
    assert_true(done >= 64 && busy >= 20);
    assert_true(slowest < 1000); /* all of the work takes 3,300 ms */
    http_stop(server);
}

static void test_hung_up(void **state) {
    (void)state;
    struct http_server *server = start(NULL);
    atomic_store(&work_ms, 100);
    for (int i = 0; i < 20; i++) {
        int fd = dial(http_port(server));
        const struct linger reset = {1, 0};
        ask(fd, "POST /slow", "Content-Length: 0\r\n");
        if (i % 2)
            setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
        if (i % 4 > 1)
            pause_ms(20);
        close(fd);
    }
    assert_int_equal(status_of(answer_to(http_port(server), "GET /a", "")), 200);
    atomic_store(&work_ms, 0);
    assert_int_equal(status_of(answer_to(http_port(server), "GET /slow", "")), 200);
    http_stop(server);
}

/* --request-time is one second here; the work takes longer. */
static void test_reaping_spares_work(void **state) {
    (void)state;
    struct http_server *server = start(NULL);
    atomic_store(&work_ms, 3500);
    int fd = dial(http_port(server)), idle = dial(http_port(server));
    ask(fd, "GET /slow", "");
    for (int i = 0; i < 30; i++) {
        http_reap(server);
        pause_ms(100);
    }
    assert_string_equal(hear(idle), "");
    assert_int_equal(atomic_load(&working), 1);
    assert_int_equal(status_of(hear(fd)), 200);
    http_stop(server);
}

/* All places are held by clients that say nothing: they go, and a new one is answered; one
 * that waits for a worker stays. */
static void test_places_run_out(void **state) {
    (void)state;
    struct http_server *server = start_with(&(struct http_options){.host = "127.0.0.1",
                                                                   .threads = 2,
                                                                   .connections = 20,
                                                                   .timeout_s = 60,
                                                                   .request_s = 60});
    int idle[40], port = http_port(server), slow = dial(port);
    atomic_store(&work_ms, 4000);
    ask(slow, "GET /slow", "");
    while (atomic_load(&working) < 1)
        pause_ms(1);
    for (int i = 0; i < 40; i++)
        idle[i] = dial(port);
    int late = dial(port);
    ask(late, "GET /a", "");
    http_reap(server); /* too early: each has its tenth of the time */
    pause_ms(500);
    char byte;
    assert_int_equal(recv(idle[0], &byte, 1, MSG_DONTWAIT), -1);
    int64_t start_ms = now_ms();
    while (recv(late, &byte, 1, MSG_DONTWAIT | MSG_PEEK) <= 0 &&
           now_ms() - start_ms < 30000) {
        http_reap(server);
        pause_ms(50);
    }
    assert_int_equal(status_of(hear(late)), 200);
    assert_int_equal(status_of(hear(slow)), 200);
    for (int i = 0; i < 40; i++)
        close(idle[i]);
    http_stop(server);
}

static void test_stop_finishes(void **state) {
    (void)state;
    struct http_server *server = start(NULL);
    int fds[10], done = 0, busy = 0;
    atomic_store(&work_ms, 300);
    for (int i = 0; i < 10; i++) {
        fds[i] = dial(http_port(server));
        ask(fds[i], "POST /slow", "Content-Length: 0\r\n");
    }
    while (atomic_load(&working) < 2)
        pause_ms(1);
    pause_ms(50);
    http_stop(server);
    for (int i = 0; i < 10; i++) {
        int status = status_of(hear(fds[i]));
        busy += status == 503;
        done += status == 200;
    }
    assert_int_equal(done, 2);
    assert_int_equal(busy, 8);
}

/* What was counted on the way: runs after the tests above. */
static void test_counted(void **state) {
    (void)state;
    struct buf b = {0};
    struct http_server *server = start(NULL);
    int fd = dial(http_port(server));
    say(fd, "GET /a HTTP/1.1\r\nHost: h\r\n\r\n");
    pause_ms(100);
    metrics_write(&b);
    const char *text = buf_text(&b),
               *refused = strstr(text, "\nhaven_work_refused_total ");
    has(text, "\nhaven_connections 1\n");
    has(text, "\nhaven_work_waiting 0\n");
    has(text, "\nhaven_work_running 0\n");
    has(text, "\nhaven_requests_total{route=\"refused\",status=\"5xx\"} ");
    has_not(text, "/slow");
    assert_true(refused != NULL && atoi(refused + 26) >= 20);
    close(fd);
    http_stop(server);
    b.len = 0;
    metrics_write(&b);
    has(buf_text(&b), "\nhaven_connections 0\n");
    buf_free(&b);
}

/* ---- bodies ------------------------------------------------------------------------ */

/* Sends `len` bytes, or fewer when the other side has had enough. */
static void pour(int fd, size_t len) {
    char piece[4096];
    memset(piece, 'p', sizeof piece);
    for (ssize_t n; len > 0; len -= (size_t)n) {
        n = send(fd, piece, len < sizeof piece ? len : sizeof piece, MSG_NOSIGNAL);
        if (n <= 0)
            return;
    }
}

static void pour_chunks(int fd, size_t chunks) {
    for (size_t i = 0; i < chunks; i++) {
        say(fd, "1000\r\n");
        pour(fd, 4096);
        say(fd, "\r\n");
    }
    say(fd, "0\r\n\r\n");
}

static void test_bodies(void **state) {
    (void)state;
    struct http_server *server = start(NULL);
    int port = http_port(server);
    static const struct {
        const char *first, *headers;
        size_t chunks;
        int status;
        const char *line;
    } cases[] = {
        {"POST /large", "Authorization: me\r\n", 40, 200, "\nbody=163840\n"},
        {"POST /large", "Authorization: me\r\n", 49, 413, "Content Too Large"},
        {"POST /large", "Authorization: you\r\n", 16, 200, "\nbody=65536\n"},
        {"POST /large", "Authorization: you\r\n", 17, 413, "Content Too Large"},
        {"PATCH /a", "Authorization: me\r\n", 17, 413, "Content Too Large"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char headers[200];
        snprintf(headers, sizeof headers, "%sTransfer-Encoding: chunked\r\n",
                 cases[i].headers);
        int fd = dial(port);
        ask(fd, cases[i].first, headers);
        pour_chunks(fd, cases[i].chunks);
        const char *text = hear(fd);
        assert_int_equal(status_of(text), cases[i].status);
        has(text, cases[i].line);
        /* The same with a length: refused before the body is sent. */
        snprintf(headers, sizeof headers, "%sContent-Length: %zu\r\n", cases[i].headers,
                 cases[i].chunks * 4096);
        fd = dial(port);
        ask(fd, cases[i].first, headers);
        if (cases[i].status == 200)
            pour(fd, cases[i].chunks * 4096);
        text = hear(fd);
        assert_int_equal(status_of(text), cases[i].status);
        has(text, cases[i].line);
    }
    http_stop(server);
}

static void test_large_bodies(void **state) {
    (void)state;
    struct http_server *server = start(NULL);
    static const char headers[] = "Authorization: me\r\nContent-Length: 100000\r\n";
    int port = http_port(server), fds[4];
    for (int i = 0; i < 4; i++) {
        fds[i] = dial(port);
        ask(fds[i], "POST /large", headers);
        pour(fds[i], 50000);
    }
    pause_ms(200);
    for (int i = 0; i < 15; i++) { /* longer than --request-time, and they go on */
        http_reap(server);
        pause_ms(150);
    }
    const char *text = answer_to(port, "POST /large", headers);
    assert_int_equal(status_of(text), 503);
    has(text, "\r\nRetry-After: 1\r\n");
    assert_int_equal(status_of(answer_to(port, "POST /a", "Content-Length: 0\r\n")), 200);
    for (int i = 0; i < 4; i++) {
        pour(fds[i], 50000);
        assert_int_equal(status_of(hear(fds[i])), 200);
    }
    int fd = dial(port);
    ask(fd, "POST /large", headers);
    pour(fd, 100000);
    assert_int_equal(status_of(hear(fd)), 200);
    http_stop(server);
}

static void test_endless_body(void **state) {
    (void)state;
    struct http_server *server = start(NULL);
    int fd = dial(http_port(server));
    ask(fd, "POST /a", "Transfer-Encoding: chunked\r\n");
    bool open = true;
    for (int i = 0; i < 10000 && open; i++) {
        static const char chunk[] = "10\r\n0123456789abcdef\r\n";
        char many[64 * (sizeof chunk - 1)];
        for (int k = 0; k < 64; k++)
            memcpy(many + (size_t)k * (sizeof chunk - 1), chunk, sizeof chunk - 1);
        open = send(fd, many, sizeof many, MSG_NOSIGNAL) > 0;
    }
    close(fd);
    assert_false(open);
    http_stop(server);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_members),        cmocka_unit_test(test_proxy),
        cmocka_unit_test(test_slow_work),      cmocka_unit_test(test_shedding),
        cmocka_unit_test(test_hung_up),        cmocka_unit_test(test_reaping_spares_work),
        cmocka_unit_test(test_places_run_out), cmocka_unit_test(test_stop_finishes),
        cmocka_unit_test(test_counted),        cmocka_unit_test(test_bodies),
        cmocka_unit_test(test_large_bodies),   cmocka_unit_test(test_endless_body),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
