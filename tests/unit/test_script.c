/* SPDX-License-Identifier: Apache-2.0
 *
 * Names in the script of their language, and names that only say so.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "data/names/script.h"

static void test_scripts(void **state) {
    static const struct {
        const char *language, *name;
        bool fits;
    } cases[] = {
        {"km", "ប៉ោយប៉ែត", true},
        {"km", "Paoy Paet", false},
        {"km", "Paoy ប", true},
        {"lo", "ສະຫວັນນະເຂດ", true},
        {"lo", "Savannakhet", false},
        {"lo", "สะหวันนะเขต", false}, /* Thai letters are not Lao ones */
        {"my", "မြစ်ကြီးနား", true},
        {"th", "กระบี่", true},
        {"th", "Krabi ๒", false}, /* a digit is no letter */
        {"zh", "昆明", true},
        {"zh", "Kunming", false},
        {"zh-Hant", "昆明", true},
        {"zh-Hant", "Kunming", false},
        {"zhx", "Kunming", true}, /* another language */
        {"vi", "Hà Nội", true},
        {"en", "昆明", true}, /* Latin languages are not looked at */
        {"", "anything", true},
        {"km", "", false},
        {"km", "\xe1\x9e", false}, /* cut */
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (script_of_language(cases[i].language, cases[i].name, strlen(cases[i].name)) !=
            cases[i].fits)
            fail_msg("%s: %s", cases[i].language, cases[i].name);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_scripts)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
