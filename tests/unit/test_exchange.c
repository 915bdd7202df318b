/* SPDX-License-Identifier: Apache-2.0
 *
 * Bodies within their limits, and that nothing is left of a request when it is over.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "server/http/exchange.h"

#define PIECE 1000

/* Feeds `len` bytes in pieces; false when it was told to hang up. */
static bool feed(struct exchange *x, size_t len) {
    char piece[PIECE];
    memset(piece, 'p', sizeof piece);
    for (size_t n; len > 0; len -= n) {
        n = len < sizeof piece ? len : sizeof piece;
        if (!exchange_take_body(x, piece, n))
            return false;
    }
    return true;
}

static struct exchange *with_max(size_t max) {
    struct exchange *x = exchange_new();
    x->body_max = max;
    return x;
}

static void test_limit(void **state) {
    (void)state;
    struct exchange *x = exchange_new();
    assert_true(feed(x, BODY_MAX));
    assert_int_equal(x->early_status, 0);
    assert_int_equal(x->body.len, BODY_MAX);
    assert_true(x->body.capacity <= 4 * BODY_MAX);
    assert_true(feed(x, 1));
    assert_int_equal(x->early_status, 413);
    assert_int_equal(x->body.len, 0);
    assert_true(x->body.capacity <= BODY_MAX);
    assert_true(feed(x, DISCARD_MAX - 1));
    assert_false(feed(x, 1));
    exchange_release(x);
}

static void test_declared(void **state) {
    (void)state;
    static const struct {
        const char *length;
        size_t max;
        int status;
    } cases[] = {
        {"", BODY_MAX, 0},
        {"65536", BODY_MAX, 0},
        {"65537", BODY_MAX, 413},
        {"18446744073709551616", BODY_MAX, 413},
        {"65537", 100000, 0},
        {"100001", 100000, 413},
        {"11", 10, 413},
        {"10", 10, 0},
        {"0", 0, 0},
        {"1", 0, 413},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct exchange *x = with_max(cases[i].max);
        x->content_length = cases[i].length;
        assert_int_equal(exchange_has_body(x), cases[i].length[0] != '\0');
        exchange_expect_body(x);
        if (x->early_status != cases[i].status)
            fail_msg("%s of %zu: %d", cases[i].length, cases[i].max, x->early_status);
        exchange_release(x);
    }
}

/* A place for a large body is taken by what is declared or by what comes, and given back. */
static void test_large_bodies(void **state) {
    (void)state;
    struct exchange *x[LARGE_BODIES], *one_more;
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < LARGE_BODIES; i++) {
            x[i] = with_max(1 << 20);
            if (i % 2 == 0) {
                x[i]->content_length = "70000";
                exchange_expect_body(x[i]);
            }
            assert_true(feed(x[i], 70000));
            assert_int_equal(x[i]->early_status, 0);
            assert_int_equal(x[i]->body.len, 70000);
        }
        one_more = with_max(1 << 20);
        assert_true(feed(one_more, BODY_MAX));
        assert_int_equal(one_more->early_status, 0);
        assert_true(feed(one_more, 1));
        assert_int_equal(one_more->early_status, 503);
        exchange_refuse(one_more);
        assert_int_equal(one_more->response.status, 503);
        assert_int_equal(one_more->response.retry_after_s, 1);
        exchange_release(one_more);
        for (int i = 0; i < LARGE_BODIES; i++)
            exchange_release(x[i]);
    }
}

static void assert_clear(const void *at, size_t len, const char *what) {
    for (size_t i = 0; i < len; i++)
        if (((const char *)at)[i] != 0)
            fail_msg("%s: byte %zu of %zu is left", what, i, len);
}

/* Released exchanges stay allocated for the next request: their memory can be looked at. */
static void test_release_wipes(void **state) {
    (void)state;
    struct exchange *x = exchange_new();
    assert_true(feed(x, 5000));
    memset(x->request.client, 1, sizeof x->request.client);
    x->request.args.arg[7].item[3].number = 11.5; /* as a reader leaves it that gave up */
    strcpy(x->response.cookie, "secret");
    x->response.caching = CACHE_NEVER;
    buf_str(&x->response.body, "an answer about a person");
    x->response.body.len = 0; /* as a 304 does */
    x->error.code = ERR_USAGE;
    const char *body = x->body.data, *answer = x->response.body.data;
    size_t body_size = x->body.capacity, answer_size = x->response.body.capacity;
    exchange_release(x);
    assert_clear(&x->request, sizeof x->request, "request");
    assert_clear(&x->error, sizeof x->error, "error");
    assert_clear(x->response.cookie, sizeof x->response.cookie, "cookie");
    assert_clear(body, body_size, "body");
    assert_clear(answer, answer_size, "answer");
    struct exchange *again = exchange_new();
    assert_ptr_equal(again, x);
    assert_string_equal(again->request.cookie, "");
    assert_int_equal(again->body_max, BODY_MAX);
    exchange_release(again);
}

static void test_large_buffers_go(void **state) {
    (void)state;
    struct exchange *x = with_max(1 << 20);
    assert_true(feed(x, 1 << 20));
    x->response.caching = CACHE_PUBLIC;
    buf_reserve(&x->response.body, 2 * KEPT_ANSWER);
    exchange_release(x);
    assert_true(x->body.capacity <= BODY_MAX);
    assert_true(x->response.body.capacity <= KEPT_ANSWER);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_limit),
        cmocka_unit_test(test_declared),
        cmocka_unit_test(test_large_bodies),
        cmocka_unit_test(test_release_wipes),
        cmocka_unit_test(test_large_buffers_go),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
