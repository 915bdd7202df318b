/* SPDX-License-Identifier: Apache-2.0
 *
 * Names of every script in Latin letters. How well, on many names, tests/directory measures.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include "data/names/romanise.h"
#include "data/names/sound.h"
#include "data/names/tree.h"
#include "data/names/zawgyi.h"
#include "data/vocabulary.h"

static const char *romanised(const char *name) {
    static _Thread_local struct buf out;
    out.len = 0;
    romanise(name, strlen(name), &out);
    return buf_text(&out);
}

static unsigned apart(const char *a, const char *b) {
    uint8_t x[SOUNDS_MAX], y[SOUNDS_MAX];
    size_t x_len = sound_read(a, strlen(a), x), y_len = sound_read(b, strlen(b), y);
    return tree_cost(x, x_len, y, y_len);
}

/* Local names, what gazetteers write, and how far apart they may sound, in quarters. */
static void test_known_names(void **state) {
    static const struct {
        const char *name, *written;
        unsigned most;
    } known[] = {
        {"ប៉ោយប៉ែត", "paoy paet", 0},
        {"បាត់ដំបង", "battambang", 1},
        {"ភ្នំពេញ", "phnom penh", 1},
        {"សៀមរាប", "siem reap", 1},
        {"កំពង់ធំ", "kampong thum", 0},
        {"ត្រពាំងឫស្សី", "trapeang ruessei", 0},
        {"ភូមិក្ដីស្នួល", "phum kdei snuol", 0},
        {"អណ្តូងមាស", "andoung meas", 0},
        {"ຫຼວງພະບາງ", "louang phabang", 0},
        {"ສະຫວັນນະເຂດ", "savannakhet", 0},
        {"ວຽງຈັນ", "viangchan", 0},
        {"ປາກເຊ", "pakxe", 0},
        {"ຫ້ວຍຊາຍ", "houayxay", 0},
        {"ຫຼວງນໍ້າທາ", "louang namtha", 0},
        {"เชียงราย", "chiang rai", 0},
        {"นครราชสีมา", "nakhon ratchasima", 6},
        {"กรุงเทพ", "krung thep", 0},
        {"แม่สอด", "mae sot", 0},
        {"หนองคาย", "nong khai", 0},
        {"ห้วยบง", "huai bong", 0},
        {"ဗန်းမော်", "banmaw", 0},
        {"မန္တလေး", "mandalay", 4},
        {"မြဝတီ", "myawaddy", 2},
        {"မော်လမြိုင်", "mawlamyaing", 0},
        {"ေမာ္လၿမိဳင္", "mawlamyaing", 0}, /* the same, typed for Zawgyi */
        {"昆明", "kunming", 0},
        {"瑞麗", "ruili", 0},
        {"瑞丽", "ruili", 0},
        {"Đà Nẵng", "da nang", 0},
        {"Buôn Ma Thuột", "buon ma thuot", 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        unsigned cost = apart(romanised(known[i].name), known[i].written);
        if (cost > known[i].most)
            fail_msg("%s is read %s, %u quarters from %s", known[i].name,
                     romanised(known[i].name), cost, known[i].written);
    }
}

static void test_letters(void **state) {
    (void)state;
    assert_string_equal(romanised("Poi-Pet"), "poi pet");
    assert_string_equal(romanised("  KOH  KONG (2)  "), "koh kong 2");
    assert_string_equal(romanised("Krŏng Bântéay"), "krong banteay");
    assert_string_equal(romanised(""), "");
    assert_string_equal(romanised("..."), "");
    assert_string_equal(romanised("Mae Sot แม่สอด"), "mae sot maesot");
    assert_string_equal(romanised("ស\u200bៀម\u200cរាប"), romanised("សៀមរាប"));
}

static void test_zawgyi(void **state) {
    static const uint16_t unicode[] = {0x1019, 0x1031, 0x102c, 0x103a},
                          zawgyi[] = {0x1031, 0x1019, 0x102c, 0x1039},
                          shan[] = {0x1075, 0x1062, 0x107c, 0x103a};
    (void)state;
    assert_false(zawgyi_suspected(unicode, 4));
    assert_true(zawgyi_suspected(zawgyi, 4));
    assert_false(zawgyi_suspected(shan, 4));
    assert_false(zawgyi_suspected(unicode, 0));
}

/* Bounded, and read as far as it goes. */
static void test_hostile_names(void **state) {
    static const char *const pieces[] = {"\xcc\x81", "\xe1\x9f\x92\xe1\x9e\x80", "\xe0\xb8\x81",
                                         "\xe0\xb9\x80", "\xe1\x80\xb1", "\xe0\xba\x81", "\xe6\x98\x86",
                                         "\xe1\x9e\x80\xe1\x9f\x8b", "\xf0\x9f\x98\x80", "a\xcc\x81"};
    static char name[200000];
    struct buf out = {0};
    (void)state;
    for (size_t p = 0; p < sizeof pieces / sizeof *pieces; p++) {
        size_t n = strlen(pieces[p]);
        for (size_t i = 0; i + n <= sizeof name; i += n)
            memcpy(name + i, pieces[p], n);
        out.len = 0;
        romanise(name, sizeof name - sizeof name % n, &out);
        assert_true(out.len < ROMANISE_BYTES_MAX * 8);
    }
    out.len = 0;
    romanise("ab\xff\xfe", 4, &out);
    romanise("\xe1\x9e", 2, &out);
    romanise("\xed\xa0\x80", 3, &out);
    assert_int_equal(out.len, 0);
    buf_free(&out);
}

/* NULL: always read the same. */
static void *read_all(void *ctx) {
    struct buf out = {0};
    bool same = true;
    for (int i = 0; i < 200; i++) {
        out.len = 0;
        romanise("เชียงราย", strlen("เชียงราย"), &out);
        same = same && strcmp(buf_text(&out), "chiangrai") == 0;
    }
    buf_free(&out);
    return same ? NULL : ctx;
}

static void test_threads(void **state) {
    pthread_t thread[4];
    static char differs[1];
    (void)state;
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&thread[i], NULL, read_all, differs), 0);
    for (int i = 0; i < 4; i++) {
        void *result;
        pthread_join(thread[i], &result);
        assert_null(result);
    }
}

static void test_bad_rules(void **state) {
    char dir[] = "/tmp/haven-rules-XXXXXX", path[64];
    struct error e = {0};
    (void)state;
    assert_non_null(mkdtemp(dir));
    assert_false(romanise_try("/nowhere/x.rules", &e));
    assert_non_null(strstr(e.message, "/nowhere/x.rules: cannot open"));
    snprintf(path, sizeof path, "%s/x.rules", dir);
    FILE *f = fopen(path, "w");
    fputs("a > b ;\nc > > d ;\n", f);
    fclose(f);
    memset(&e, 0, sizeof e);
    assert_false(romanise_try(path, &e));
    assert_non_null(strstr(e.message, "x.rules: U_"));
    unlink(path);
    rmdir(dir);
}

static int set_up(void **state) {
    struct error e = {0};
    (void)state;
    if (vocabularies_load("data/vocabulary", &e))
        return 0;
    fprintf(stderr, "%s\n", e.message);
    return -1;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known_names), cmocka_unit_test(test_letters),
        cmocka_unit_test(test_zawgyi),      cmocka_unit_test(test_hostile_names),
        cmocka_unit_test(test_threads),     cmocka_unit_test(test_bad_rules),
    };
    return cmocka_run_group_tests(tests, set_up, NULL);
}
