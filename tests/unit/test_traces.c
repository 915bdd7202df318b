/* SPDX-License-Identifier: Apache-2.0
 *
 * What is left of requests in the memory of the server when they are over: nothing. The
 * client is a process of its own; this one never holds the secret in plain, so that what
 * is found of it was left by the server.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "server/http/mhd.h"

#define REQUESTS 6
#define SECRET_LEN 16

/* Every byte with all bits turned. */
static const unsigned char hidden[SECRET_LEN] = {0x8e, 0x85, 0x88, 0x8f, 0x9a, 0x8d,
                                                 0x8c, 0x90, 0x91, 0x8b, 0x8d, 0x9e,
                                                 0x9c, 0x9a, 0x8e, 0x85};

static void pause_ms(long ms) {
    const struct timespec t = {ms / 1000, ms % 1000 * 1000000};
    nanosleep(&t, NULL);
}

/* ---- the server -------------------------------------------------------------------- */

static void reply(struct request *q, struct response *r) {
    struct error e = {0};
    r->status = 200;
    r->content_type = "text/plain";
    if (q->body_len > 0 && !args_read_json(&q->args, q->body, q->body_len, &e))
        fail_msg("%s", e.message);
    buf_str(&r->body, q->path);
    buf_str(&r->body, q->authorization);
    buf_str(&r->body, q->cookie);
    buf_add(&r->body, q->body, q->body_len);
    for (int i = 0; i < 500; i++)
        buf_str(&r->body, " and more of it");
    buf_str(&r->body, "\nend\n");
}

static bool answer(void *ctx, struct request *q, struct response *r) {
    (void)ctx;
    if (strncmp(q->path, "/slow", 5) == 0)
        return false;
    reply(q, r);
    return true;
}

static void work(void *ctx, struct request *q, struct response *r) {
    (void)ctx;
    reply(q, r);
}

/* ---- the client, in a process of its own ------------------------------------------- */

/* Libraries that are bound late look their functions up when they are first called, and
 * save registers meanwhile, with what is in them. So the first round asks for nobody. */
static bool harmless = true;

static void reveal(char *out) {
    for (size_t i = 0; i < SECRET_LEN; i++)
        out[i] = harmless ? 'h' : (char)~hidden[i];
    out[SECRET_LEN] = '\0';
}

/* Several requests for one connection: in the path, the query, a header, the body. */
static size_t write_requests(char *out, size_t size) {
    char secret[SECRET_LEN + 1], body[200];
    size_t at = 0;
    reveal(secret);
    for (int i = 0; i < REQUESTS; i++) {
        snprintf(body, sizeof body, "{\"name\": \"%s\", \"other\": \"%s%s\"}", secret,
                 i % 3 == 2 ? "\\u0041" : "", secret);
        at += (size_t)snprintf(
            out + at, size - at,
            "%s /%s/%s%s%s HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s"
            "\r\nCookie: s=%s\r\n",
            i == 1 ? "GET" : "POST", i % 2 ? "slow" : "plain", secret,
            i == 1 ? "?name=" : "", i == 1 ? secret : "", secret, secret, secret);
        if (i == 1)
            at += (size_t)snprintf(out + at, size - at, "\r\n");
        else
            at += (size_t)snprintf(out + at, size - at, "Content-Length: %zu\r\n\r\n%s",
                                   strlen(body), body);
    }
    return at;
}

static int dial(int port) {
    struct sockaddr_in to = {.sin_family = AF_INET,
                             .sin_port = htons((uint16_t)port),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    return connect(fd, (struct sockaddr *)&to, sizeof to) == 0 ? fd : -1;
}

/* openssl s_client with one end of a socket pair as its input and output. */
static int dial_tls(int port) {
    char address[32];
    int pair[2];
    snprintf(address, sizeof address, "127.0.0.1:%d", port);
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) != 0)
        return -1;
    if (fork() == 0) {
        dup2(pair[1], 0);
        dup2(pair[1], 1);
        dup2(open("/dev/null", O_WRONLY), 2);
        execlp("openssl", "openssl", "s_client", "-quiet", "-connect", address,
               (char *)NULL);
        _exit(127);
    }
    close(pair[1]);
    return pair[0];
}

/* Ends with 0 when every request was answered to its end; the connection stays open until
 * `go` is closed. Says on `done` that it has all. */
static int ask_all(int port, bool tls, int done, int go) {
    static char text[1 << 20];
    size_t len = write_requests(text, sizeof text), ends = 0;
    int fd = tls ? dial_tls(port) : dial(port);
    if (fd < 0 || send(fd, text, len, MSG_NOSIGNAL) != (ssize_t)len)
        return 1;
    len = 0;
    for (ssize_t n;
         ends < REQUESTS && (n = recv(fd, text + len, sizeof text - 1 - len, 0)) > 0;) {
        len += (size_t)n;
        text[len] = '\0';
        ends = 0;
        for (const char *at = text; (at = strstr(at, "\nend\n")) != NULL; at++)
            ends++;
    }
    if (write(done, "", 1) != 1 || read(go, text, 1) != 0)
        return 2;
    return ends == REQUESTS ? 0 : 3;
}

static int count_secrets(void);

/* Gives how often the secret is left, with the connection open and after its end. */
static int ask_elsewhere(int port, bool tls) {
    int status, done[2], go[2];
    char byte;
    assert_true(pipe(done) == 0 && pipe2(go, O_CLOEXEC) == 0);
    pid_t child = fork();
    if (child == 0) {
        close(go[1]);
        _exit(ask_all(port, tls, done[1], go[0]));
    }
    close(done[1]);
    close(go[0]);
    assert_int_equal(read(done[0], &byte, 1), 1);
    pause_ms(50);
    int left = count_secrets();
    close(go[1]);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    close(done[0]);
    pause_ms(50);
    return left + count_secrets();
}

static int ask_all_rounds(int port, bool tls) {
    int left = 0;
    for (int i = 0; i < 10; i++) {
        harmless = i < 5;
        left += ask_elsewhere(port, tls);
    }
    return left;
}

/* ---- looking ----------------------------------------------------------------------- */

static bool is_secret(const unsigned char *at) {
    for (size_t i = 0; i < SECRET_LEN; i++)
        if (at[i] + hidden[i] != 0xff)
            return false;
    return true;
}

#define STEP (1 << 16)

/* How often the secret stands between two addresses; `window` is no part of it. */
static int count_between(int memory, uintptr_t from, uintptr_t to, unsigned char *window,
                         const char *name) {
    int count = 0;
    for (; from < to; from += STEP) {
        uintptr_t own = (uintptr_t)window;
        ssize_t n = own < from + 2 * STEP && own + 2 * STEP > from
                        ? 0
                        : pread(memory, window, STEP + SECRET_LEN, (off_t)from);
        for (ssize_t i = 0; i + SECRET_LEN <= n; i++) {
            const unsigned char *first =
                memchr(window + i, 0xff - hidden[0], (size_t)(n - i));
            i = first != NULL ? first - window : n;
            if (i + SECRET_LEN > n || !is_secret(first))
                continue;
            count++;
            print_message("stands at %zx of %s", (size_t)(from + (uintptr_t)i), name);
        }
    }
    return count;
}

/* In all memory of this process that can be written. */
static int count_secrets(void) {
    static unsigned char window[2 * STEP];
    char line[512], mode[5];
    FILE *maps = fopen("/proc/self/maps", "r");
    int memory = open("/proc/self/mem", O_RDONLY), count = 0;
    unsigned long from, to;
    assert_non_null(maps);
    assert_true(memory >= 0);
    while (fgets(line, sizeof line, maps) != NULL)
        if (sscanf(line, "%lx-%lx %4s", &from, &to, mode) == 3 && mode[1] == 'w' &&
            to - from < (1UL << 30)) /* more is the shadow of a sanitizer */
            count += count_between(memory, from, to, window, line);
    explicit_bzero(window, sizeof window);
    fclose(maps);
    close(memory);
    return count;
}

static struct http_server *start(const char *cert, const char *key) {
    const struct http_options options = {.host = "127.0.0.1",
                                         .threads = 2,
                                         .workers = 2,
                                         .connections = 100,
                                         .timeout_s = 20,
                                         .request_s = 20,
                                         .tls_cert = cert,
                                         .tls_key = key};
    const struct http_handler handler = {answer, work, NULL, NULL};
    struct error e = {0};
    struct http_server *server = http_start(&options, &handler, &e);
    if (server == NULL)
        fail_msg("%s", e.message);
    return server;
}

/* The scan finds what there is to find. */
static void test_scan(void **state) {
    (void)state;
    char *kept = malloc(SECRET_LEN + 1);
    harmless = false;
    assert_int_equal(count_secrets(), 0);
    reveal(kept);
    assert_int_equal(count_secrets(), 1);
    explicit_bzero(kept, SECRET_LEN);
    assert_int_equal(count_secrets(), 0);
    free(kept);
}

static void test_plain(void **state) {
    (void)state;
    struct http_server *server = start(NULL, NULL);
    assert_int_equal(ask_all_rounds(http_port(server), false), 0);
    http_stop(server);
}

static void test_tls(void **state) {
    (void)state;
    char dir[] = "/tmp/haven-traces-XXXXXX", command[400], cert[64], key[64];
    assert_non_null(mkdtemp(dir));
    snprintf(cert, sizeof cert, "%s/cert", dir);
    snprintf(key, sizeof key, "%s/key", dir);
    snprintf(
        command, sizeof command,
        "openssl req -x509 -nodes -newkey ec -pkeyopt ec_paramgen_curve:P-256 -days 2 "
        "-subj /CN=localhost -keyout %s -out %s 2>/dev/null && chmod 600 %s",
        key, cert, key);
    assert_int_equal(system(command), 0);
    struct http_server *server = start(cert, key);
    int left = ask_all_rounds(http_port(server), true);
    http_stop(server);
    unlink(cert);
    unlink(key);
    rmdir(dir);
    assert_int_equal(left, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scan),
        cmocka_unit_test(test_plain),
        cmocka_unit_test(test_tls),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
