/* SPDX-License-Identifier: Apache-2.0
 *
 * The second factor, by the vectors of RFC 6238 and beyond.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "server/access/totp.h"

static const uint8_t secret[] = "12345678901234567890"; /* of RFC 6238, appendix B */

/* The RFC prints eight digits: six are the last of them. */
static const struct {
    int64_t now;
    const char *code;
} vectors[] = {{59, "287082"},         {1111111109, "081804"}, {1111111111, "050471"},
               {1234567890, "005924"}, {2000000000, "279037"}, {20000000000, "353130"}};

static void the_vectors_of_the_rfc(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
        int64_t step = -1, now = vectors[i].now;
        assert_true(totp_check(secret, vectors[i].code, now, 0, &step));
        assert_int_equal(step, now / 30);
    }
}

static void one_step_early_or_late_is_good(void **state) {
    (void)state;
    const int64_t at = 1234567890 / 30; /* step of 005924 */
    int64_t step;
    for (int64_t off = -3; off <= 3; off++) {
        bool good = totp_check(secret, "005924", (at + off) * 30, 0, &step);
        assert_int_equal(good, off >= -1 && off <= 1);
        assert_true(!good || step == at);
    }
}

static void no_code_is_good_twice(void **state) {
    (void)state;
    int64_t step;
    assert_true(totp_check(secret, "005924", 1234567890, 0, &step));
    assert_false(totp_check(secret, "005924", 1234567890, step, &step));
    assert_false(totp_check(secret, "005924", 1234567890 + 30, step, &step));
    assert_false(totp_check(secret, "005924", 1234567890, step + 1, &step));
    assert_true(totp_check(secret, "005924", 1234567890, step - 1, &step));
}

static void other_texts_are_no_codes(void **state) {
    (void)state;
    static const char *const texts[] = {"",       "005925",  "05924",    "0059240",
                                        "00592a", "-05924",  "005924\n", "89005924",
                                        "      ", "\xd9\xa0"};
    int64_t step;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        assert_false(totp_check(secret, texts[i], 1234567890, 0, &step));
    assert_true(totp_check(secret, "005 924", 1234567890, 0, &step));
    assert_true(totp_check(secret, " 005924 ", 1234567890, 0, &step));
    const uint8_t other[] = "12345678901234567891";
    assert_false(totp_check(other, "005924", 1234567890, 0, &step));
}

static void the_secret_as_apps_read_it(void **state) {
    (void)state;
    char text[TOTP_TEXT_SIZE], uri[TOTP_URI_SIZE];
    totp_text(secret, text);
    assert_string_equal(text, "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
    totp_uri(secret, "anna@desk 1&x=y", uri);
    assert_string_equal(uri, "otpauth://totp/haven:anna%40desk%201%26x%3Dy"
                             "?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=haven"
                             "&digits=6&period=30");
    char name[101];
    memset(name, '\xe1', 100);
    name[100] = '\0';
    totp_uri(secret, name, uri);
    assert_non_null(strstr(uri, "%E1?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=haven"
                                "&digits=6&period=30"));
}

static void secrets_differ(void **state) {
    (void)state;
    uint8_t a[TOTP_SECRET_BYTES], b[TOTP_SECRET_BYTES];
    totp_secret_make(a);
    totp_secret_make(b);
    assert_memory_not_equal(a, b, sizeof a);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_vectors_of_the_rfc),
        cmocka_unit_test(one_step_early_or_late_is_good),
        cmocka_unit_test(no_code_is_good_twice),
        cmocka_unit_test(other_texts_are_no_codes),
        cmocka_unit_test(the_secret_as_apps_read_it),
        cmocka_unit_test(secrets_differ),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
