/* SPDX-License-Identifier: Apache-2.0
 *
 * The headers of answers: which come with every one, and which depend on who asked.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "server/http/headers.h"

static char text[8192];

static void add(void *ctx, const char *name, const char *value) {
    size_t len = strlen(text);
    (void)ctx;
    snprintf(text + len, sizeof text - len, "%s: %s\n", name, value);
}

static struct request asked(enum role role, const char *cookie, const char *key) {
    return (struct request){
        .method = METHOD_GET, .role = role, .cookie = cookie, .authorization = key};
}

static void write(const struct request *q, const struct response *r) {
    strcpy(text, "\n");
    headers_each(q, r, add, NULL);
}

static void has(const char *line) {
    if (strstr(text, line) == NULL)
        fail_msg("no [%s] in:%s", line, text);
}

static void has_not(const char *line) {
    if (strstr(text, line) != NULL)
        fail_msg("[%s] in:%s", line, text);
}

static void test_own(void **state) {
    (void)state;
    struct request q = asked(ROLE_PUBLIC, "", "");
    struct response r = {.status = 503,
                         .content_type = "application/json",
                         .etag = "\"t\"",
                         .link = "<x>",
                         .cookie = "a=b",
                         .challenge = "Bearer",
                         .retry_after_s = 90,
                         .caching = CACHE_PUBLIC};
    write(&q, &r);
    has("\nContent-Type: application/json\n");
    has("\nETag: \"t\"\n");
    has("\nLink: <x>\n");
    has("\nSet-Cookie: a=b\n");
    has("\nWWW-Authenticate: Bearer\n");
    has("\nRetry-After: 90\n");
    has("\nCache-Control: public, no-cache\n");
    has("\nAccess-Control-Expose-Headers: ETag, Link\n");
    r = (struct response){.status = 204, .caching = CACHE_PRIVATE};
    write(&q, &r);
    has("\nCache-Control: private, no-cache\n");
    static const char *const absent[] = {"Content-Type:",
                                         "ETag:",
                                         "Link:",
                                         "Set-Cookie",
                                         "WWW-",
                                         "Retry-After",
                                         "Allow: ",
                                         "-Expose-",
                                         "Strict-Transport",
                                         "Access-Control-Allow-Methods"};
    for (size_t i = 0; i < sizeof absent / sizeof *absent; i++)
        has_not(absent[i]);
    r.caching = CACHE_NEVER;
    write(&q, &r);
    has("\nCache-Control: no-store\n");
}

/* Every combination of who asks: readable from other hosts only when nobody does. */
static void test_other_hosts(void **state) {
    (void)state;
    static const char *const values[] = {"", "x"};
    const struct response r = {.status = 200, .etag = "\"t\""};
    for (int role = 0; role < ROLE_COUNT; role++) {
        for (int i = 0; i < 4; i++) {
            struct request q = asked(role, values[i % 2], values[i / 2]);
            write(&q, &r);
            bool open = role == ROLE_PUBLIC && i == 0;
            if ((strstr(text, "\nAccess-Control-Allow-Origin: *\n") != NULL) != open ||
                (strstr(text, "Access-Control-") != NULL) != open)
                fail_msg("%s %d:%s", role_name(role), i, text);
            has(open ? "\nCross-Origin-Resource-Policy: cross-origin\n"
                     : "\nCross-Origin-Resource-Policy: same-origin\n");
            has_not(open ? "Policy: same-origin\nStrict" : "Policy: cross-origin");
            has_not("Access-Control-Allow-Credentials");
        }
    }
}

static void test_preflight(void **state) {
    (void)state;
    struct request q = asked(ROLE_PUBLIC, "", "");
    const struct response r = {.status = 204, .allow = "GET, OPTIONS"};
    q.method = METHOD_OPTIONS;
    write(&q, &r);
    has("\nAllow: GET, OPTIONS\n");
    has("\nAccess-Control-Allow-Methods: GET, OPTIONS\n");
    has("\nAccess-Control-Allow-Headers: Content-Type, If-None-Match\n");
    q.cookie = "a=b";
    write(&q, &r);
    has("\nAllow: GET, OPTIONS\n");
    has_not("Access-Control");
}

static void test_secure(void **state) {
    (void)state;
    struct request q = asked(ROLE_PUBLIC, "", "");
    const struct response r = {.status = 200};
    q.secure = true;
    write(&q, &r);
    has("\nStrict-Transport-Security: max-age=63072000\n");
}

/* One policy and no more; who may frame a page stands in it, and nowhere against it. */
static void test_page(void **state) {
    (void)state;
    struct request q = asked(ROLE_PUBLIC, "", "");
    struct response r = {.status = 200, .policy = "p", .caching = CACHE_FOREVER};
    write(&q, &r);
    has("\nContent-Security-Policy: p\n");
    has_not("default-src");
    has("\nX-Frame-Options: DENY\n");
    has("\nCache-Control: public, max-age=31536000, immutable\n");
    has_not("Accept-Language");
    r.framed = r.by_language = true;
    write(&q, &r);
    has_not("X-Frame-Options");
    has("\nVary: Accept-Language\n");
    r = (struct response){.status = 200};
    write(&q, &r);
    has("\nContent-Security-Policy: default-src 'none'; frame-ancestors 'none';");
    has("\nX-Frame-Options: DENY\n");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_own),
        cmocka_unit_test(test_other_hosts),
        cmocka_unit_test(test_preflight),
        cmocka_unit_test(test_secure),
        cmocka_unit_test(test_page),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
