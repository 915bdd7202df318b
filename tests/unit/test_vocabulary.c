/* SPDX-License-Identifier: Apache-2.0
 *
 * Vocabularies: those of the project load and hold together; faulty files are refused
 * with their line. To be run from the root of the checkout.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "data/vocabulary.h"

static int find(enum vocabulary_id id, const char *code) {
    return vocabulary_find(id, code, strlen(code));
}

/* A directory whose need.csv, the first that is loaded, holds `text`. */
static void refuse(const char *text, const char *wanted) {
    char dir[] = "/tmp/haven-vocabulary-XXXXXX", path[80];
    struct error e = {0};
    assert_non_null(mkdtemp(dir));
    snprintf(path, sizeof path, "%s/need.csv", dir);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
    assert_false(vocabularies_load(dir, &e));
    assert_non_null(strstr(e.message, wanted));
    unlink(path);
    rmdir(dir);
}

static void test_refused(void **state) {
    (void)state;
    struct error e = {0};
    assert_false(vocabularies_load("/nowhere", &e));
    assert_int_equal(e.code, ERR_ENVIRONMENT);
    refuse("code\n", "need.csv:1: columns are missing");
    refuse("code,label_en,x\n",
           "need.csv:1: a column that is unknown or stands twice (x)");
    refuse("code,label_en\n", "need.csv:1: no terms");
    refuse("code,label_en\na\n", "need.csv:2: more or fewer fields");
    refuse("code,label_en\n,A\n", "need.csv:2: a code has 1 to 60 bytes");
    refuse("code,parent,label_en\nt1,t2,A\nt2,,B\n",
           "need.csv:2: a parent that does not");
    refuse("code,label_en\nt3,A\nt3,A\n", "need.csv:3: a code that stands twice (t3)");
    refuse("code,label_en,hidden\nt4,A,maybe\n", "need.csv:2: not a mark");
    refuse("code,label_en,fallback\nt5,A,nothing\n", "the fallback nothing is no code");
}

static void test_loads(void **state) {
    (void)state;
    struct error e = {0};
    if (!vocabularies_load("data/vocabulary", &e))
        fail_msg("%s", e.message);
    for (int id = 0; id < VOC_COUNT; id++)
        for (int i = 0; i < vocabulary((enum vocabulary_id)id)->count; i++) {
            const struct term *t = &vocabulary((enum vocabulary_id)id)->terms[i];
            assert_int_equal(find((enum vocabulary_id)id, t->code), i);
            assert_true(t->parent < i && t->parent2 < i);
        }
}

static void test_find(void **state) {
    (void)state;
    assert_string_equal(vocabulary(VOC_GENDER)->name, "gender");
    assert_int_equal(find(VOC_GENDER, "Female"), -1);
    assert_int_equal(find(VOC_GENDER, ""), -1);
    assert_int_equal(vocabulary_find(VOC_GENDER, "male;female", 4),
                     find(VOC_GENDER, "male"));
    assert_true(find(VOC_COUNTRY, "KH") >= 0);
    assert_int_equal(find(VOC_COUNTRY, "kh"), -1);
}

static void test_within(void **state) {
    (void)state;
    int health = find(VOC_NEED, "health"), psychosocial = find(VOC_NEED, "psychosocial");
    int psychiatric = find(VOC_NEED, "psychosocial.psychiatric");
    assert_true(vocabulary_within(VOC_NEED, health, health));
    assert_true(vocabulary_within(VOC_NEED, psychiatric, psychosocial));
    assert_true(vocabulary_within(VOC_NEED, psychiatric, health));
    assert_false(vocabulary_within(VOC_NEED, health, psychiatric));
    assert_false(vocabulary_within(VOC_NEED, -1, -1));
}

static void test_allowed(void **state) {
    (void)state;
    char out[40];
    assert_string_equal(vocabulary_allowed(VOC_GENDER, out, sizeof out),
                        "female male other");
    assert_string_equal(vocabulary_allowed(VOC_GENDER, out, 17), "female male ...");
    assert_string_equal(vocabulary_allowed(VOC_GENDER, out, 5), "...");
    vocabulary_allowed(VOC_COUNTRY, out, sizeof out);
    assert_true(strlen(out) < sizeof out);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_refused), cmocka_unit_test(test_loads),
        cmocka_unit_test(test_find),    cmocka_unit_test(test_within),
        cmocka_unit_test(test_allowed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
