/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "data/names/fold.h"

static void folds(const char *name, const char *wanted) {
    struct buf once = {0}, twice = {0};
    fold(name, strlen(name), &once);
    assert_string_equal(buf_text(&once), wanted);
    fold(once.data, once.len, &twice);
    assert_string_equal(buf_text(&twice), wanted);
    buf_free(&once);
    buf_free(&twice);
}

static void test_spellings_of_one_name(void **state) {
    (void)state;
    folds("BANTEAY MEANCHEY", "banteaymeanchey");
    folds("BanteayMeanchey", "banteaymeanchey");
    folds("Banteay, Meanchey", "banteaymeanchey");
    folds(" Poi-Pet\t", "poipet");
    folds("Banteay Srey", "banteaysrey");
    folds("Banteay Srei", "banteaysrei");
}

static void test_marks(void **state) {
    (void)state;
    folds("Đà Nẵng", "danang");
    folds("Da\xcc\x80 Na\xcc\x86\xcc\x83ng", "danang"); /* marks apart */
    folds("Lào Cai", "laocai");
    folds("STRASSE Straße", "strassestrasse");
    folds("Łódź Ærø", "lodzaero");
    folds("ＰＯＩＰＥＴ", "poipet"); /* full width */
}

static void test_other_scripts_keep_their_signs(void **state) {
    (void)state;
    folds("ប៉ោយប៉ែត", "ប៉ោយប៉ែត");
    folds("ប៉ោយ\xe2\x80\x8bប៉ែត", "ប៉ោយប៉ែត"); /* zero-width space */
    folds("เชียง ราย", "เชียงราย");
    folds("昆明 市", "昆明市");
    folds("မြစ်ကြီးနား", "မြစ်ကြီးနား");
}

static void test_nothing_and_noise(void **state) {
    (void)state;
    folds("", "");
    folds(" -,.' ", "");
    folds("\xe2\x80\x8b\xe2\x80\x8d", "");
    folds("\xff\xfe", ""); /* not UTF-8 */
}

static void test_long_names_are_cut(void **state) {
    (void)state;
    size_t len = 10 * 1000 * 1000;
    char *noise = malloc(len);
    struct buf out = {0};
    for (size_t i = 0; i < len; i += 2)
        memcpy(noise + i, "\xcc\x80", 2); /* ten megabytes of marks */
    noise[0] = noise[1] = 'a';
    fold(noise, len, &out);
    assert_string_equal(buf_text(&out), "aa");
    for (size_t i = 0; i + 3 <= len; i += 3)
        memcpy(noise + i, "\xef\xb7\xba", 3); /* becomes 18 letters */
    out.len = 0;
    fold(noise, len, &out);
    assert_true(out.len > 0 && out.len <= 18 * 2 * FOLD_BYTES_MAX / 3 + 36);
    buf_free(&out);
    free(noise);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_spellings_of_one_name),
        cmocka_unit_test(test_marks),
        cmocka_unit_test(test_other_scripts_keep_their_signs),
        cmocka_unit_test(test_nothing_and_noise),
        cmocka_unit_test(test_long_names_are_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
