/* SPDX-License-Identifier: Apache-2.0
 *
 * Addresses of clients: what is one, what a proxy says of them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/un.h>

#include <cmocka.h>

#include "server/http/client.h"

/* `text` reads as the IPv6 address `same`; NULL: it is no address. */
static void reads(const char *text, const char *same) {
    uint8_t out[16], before[16], wanted[16];
    memset(out, 0xee, sizeof out);
    memcpy(before, out, sizeof out);
    bool done = client_parse(slice_of(text), out);
    if (done != (same != NULL))
        fail_msg("[%s] %s", text, done ? "is taken" : "is refused");
    if (same != NULL)
        assert_int_equal(inet_pton(AF_INET6, same, wanted), 1);
    if (memcmp(out, same != NULL ? wanted : before, sizeof out) != 0)
        fail_msg("[%s] reads as something else", text);
}

static void test_parse(void **state) {
    (void)state;
    reads("192.0.2.1", "::ffff:192.0.2.1");
    reads("192.0.2.1:65535", "::ffff:192.0.2.1");
    reads("::1", "::1");
    reads("2001:db8::5", "2001:db8::5");
    reads("2001:db8:1:2:3:4:5:6", "2001:db8:1:2:3:4:5:6");
    reads("[2001:db8::5]", "2001:db8::5");
    reads("[2001:db8::5]:443", "2001:db8::5");
    reads("::ffff:192.0.2.1", "::ffff:192.0.2.1");
    static const char *const wrong[] = {
        "",
        "unknown",
        "192.0.2",
        "192.0.2.256",
        "192.0.2.1:",
        "192.0.2.1:x",
        "192.0.2.1:65536",
        "192.0.2.1:-1",
        "[::1",
        "[::1]x",
        "[::1]:",
        "::1]",
        "_hidden",
        "[]",
        ":",
        " 192.0.2.1",
        "192.0.2.1 ",
        "fe80::1%eth0",
        "1:2:3:4:5:6:7:8:9",
        "[::1]:1:2",
        "2001:db8:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0001",
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        reads(wrong[i], NULL);
    uint8_t out[16];
    assert_false(client_parse((struct slice){"192.0.2.1\0", 10}, out));
    assert_false(client_parse((struct slice){NULL, 0}, out));
}

static void test_of_socket(void **state) {
    (void)state;
    static const uint8_t mapped[16] = {[10] = 0xff, [11] = 0xff, 192, 0, 2, 7};
    static const uint8_t zero[16];
    struct sockaddr_in four = {.sin_family = AF_INET};
    struct sockaddr_in6 six = {.sin6_family = AF_INET6,
                               .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    struct sockaddr_un other = {.sun_family = AF_UNIX};
    uint8_t out[16];
    inet_pton(AF_INET, "192.0.2.7", &four.sin_addr);
    client_of_socket((const struct sockaddr *)&four, out);
    assert_memory_equal(out, mapped, 16);
    client_of_socket((const struct sockaddr *)&six, out);
    assert_memory_equal(out, &in6addr_loopback, 16);
    client_of_socket((const struct sockaddr *)&other, out);
    assert_memory_equal(out, zero, 16);
    client_of_socket(NULL, out);
    assert_memory_equal(out, zero, 16);
}

static void test_last_of(void **state) {
    (void)state;
    static const struct {
        const char *list, *last;
    } cases[] = {
        {"", ""},   {"a", "a"}, {"a,b", "b"}, {"a, b ,\tc ", "c"},
        {"a,", ""}, {",", ""},  {" a ", "a"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (!slice_is(client_last_of(cases[i].list), cases[i].last))
            fail_msg("[%s]", cases[i].list);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parse),
        cmocka_unit_test(test_of_socket),
        cmocka_unit_test(test_last_of),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
