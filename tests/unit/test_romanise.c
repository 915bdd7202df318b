/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "data/names/romanise.h"
#include "data/names/sound.h"
#include "data/names/tree.h"
#include "data/names/zawgyi.h"

static void gives(void (*f)(const char *, size_t, struct buf *), const char *name,
                  const char *wanted) {
    struct buf out = {0};
    buf_str(&out, "x:"); /* it appends */
    f(name, strlen(name), &out);
    assert_string_equal(buf_text(&out) + 2, wanted);
    buf_free(&out);
}

static void becomes(const char *name, const char *wanted) {
    gives(romanise, name, wanted);
}

static void native(const char *name, const char *wanted) {
    gives(native_form, name, wanted);
    gives(native_form, wanted, wanted);
}

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
        {"ភ្នំពេញ", "phnom penh", 0},
        {"សៀមរាប", "siem reap", 0},
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

static void test_khmer(void **state) {
    (void)state;
    becomes("ប៉ោយប៉ែត", "paoypaet");
    becomes("បាត់ដំបង", "batdambang");
    becomes("ពញ្ញាក្រែក", "ponheakraek");
    becomes("ភ្នំពេញ", "phnompenh"); /* older than the system */
    becomes("ភ្នំស្រុក", "phnumsrok");
    becomes("កំពង់ធំ", "kampongthum");
    becomes("ត្រពាំង", "trapeang");
    becomes("សិរីសោភ័ណ", "sereisaophoan");
    becomes("ព្រះវិហារ", "preahvihear");
    becomes("និគមក្រោម", "nikomkraom"); /* an open syllable before a final */
    becomes("វត្តអង្គ", "voatangk");
    becomes("សៀមរាប", "siemreap");
    becomes("កំពង់ចាម", "kampongcham");
    becomes("បន្ទាយមានជ័យ", "banteaymeanchey");
    becomes("អង្គរ", "angkor");         /* a cluster that begins the last syllable */
    becomes("អង្គស្នួល", "angksnuol");   /* one that ends the first */
    becomes("ត្រពាំងរកា", "trapeangroka");
    becomes("ពោធិ៍ថ្មី", "pouthmei");     /* a silenced letter */
    becomes("ហ្គាទី", "kati");           /* a foreign sound */
    becomes("ទី២", "tipir");             /* a number that is said */
    becomes("ទី ៦", "tiprammuoy");
    becomes("ភូមិ៣", "phum3");
    becomes("ឧត្តមជ័យ", "otdamchey");
}

static void test_khmer_is_the_same_however_typed(void **state) {
    (void)state;
    becomes("ប៉ោយ\xe2\x80\x8bប៉ែត", "paoypaet"); /* zero-width space */
    becomes("ប៉ោយ ប៉ែត", "paoy paet");
    becomes("កណ្ដាល", "kandal");
    becomes("កណ្តាល", "kandal");
    native("កណ្ដាល", "កណ្តាល");
    native("ប៉ោយ\xe2\x80\x8bប៉ែត", "ប៉ោយប៉ែត");
    native("ភូមិ ៩", "ភូមិ 9");
    native("ទី  ២", "ទី2");
    native("ប្រទ្បាយ", "ប្រឡាយ");
    native("ពៅ្នលិច", "ព្នៅលិច"); /* the subscript typed last */
    native("តា្ដ", "ត្តា");
    native("ស៊្ដី", "ស្ត៊ី");
    native("យ័័ន", "យ័ន");
    native("កាក់់់", "កាក់");
}

static void test_lao(void **state) {
    (void)state;
    becomes("ວຽງຈັນ", "viangchan");
    becomes("ສະຫວັນນະເຂດ", "savannakhet");
    becomes("ຫຼວງພະບາງ", "louangphabang");
    becomes("ຫລວງພະບາງ", "louangphabang");
    becomes("ປາກເຊ", "pakxe");
    becomes("ໜອງແຮດ", "nonghet");
    becomes("ຫ້ວຍຊາຍ", "houayxay");
    becomes("ບຸນເໜືອ", "bounnua");
    becomes("ໄຊຍະບູລີ", "xaignabouli");
    native("ນໍ້າ", "ນ້ຳ");
    native("ຫນອງ", "ໜອງ");
}

static void test_thai(void **state) {
    (void)state;
    becomes("เชียงราย", "chiangrai");
    becomes("นครราชสีมา", "nakhonratchasima");
    becomes("กรุงเทพ", "krungthep");
    becomes("แม่สอด", "maesot");
    becomes("เพชรบุรี", "phetchaburi");
    becomes("จันทร์", "chan"); /* two silent letters */
    becomes("ตลาด", "talat");
    becomes("สว่าง", "sawang");
    becomes("หนองหลวง", "nongluang");
    becomes("ภูเก็ต ๑๒", "phuket 12");
    native("เเม่", "แม่"); /* two e for ae */
    native("นํ้า", "น้ำ");
}

static void test_burmese(void **state) {
    (void)state;
    becomes("ဗန်းမော်", "banmaw");
    becomes("မန္တလေး", "mandale");
    becomes("မြဝတီ", "myawadi");
    becomes("ကျောက်ဖြူ", "kyaukpyu");
    becomes("တောင်ကြီး", "taunggyi");
    becomes("ရွှေဘို", "shwebo");
    becomes("ဟင်္သာတ", "hinthada");
}

static void test_zawgyi(void **state) {
    (void)state;
    native("ဗန္းေမာ္", "ဗန်းမော်");
    native("မႏၲေလး", "မန္တလေး");
    native("ျမဝတီ", "မြဝတီ");
    native("ေက်ာက္ျဖဴ", "ကျောက်ဖြူ");
    native("ေတာင္ႀကီး", "တောင်ကြီး");
    becomes("ဗန္းေမာ္", "banmaw");
    becomes("ျမဝတီ", "myawadi");
}

/* Shan, Mon and S'gaw Karen use the code points that Zawgyi gave other meanings. */
static void test_what_is_no_zawgyi(void **state) {
    static const uint16_t e_in_order[] = {0x1019, 0x1031, 0x102c, 0x103a};
    static const uint16_t e_before[] = {0x1031, 0x1019, 0x102c, 0x1039};
    (void)state;
    native("မၵူၺ်း၊ ၸႄႈတွၼ်ႈ", "မၵူၺ်း၊ ၸႄႈတွၼ်ႈ");
    native("ၵျွၵ်ႉၽျူႇ၊ ဝဵင်း", "ၵျွၵ်ႉၽျူႇ၊ ဝဵင်း");
    native("ဒုၚ်မန်", "ဒုၚ်မန်");
    native("ကညီကျိၥ်", "ကညီကျိၥ်");
    native("ဗန်းမော်", "ဗန်းမော်");
    assert_false(zawgyi_suspected(e_in_order, 4));
    assert_true(zawgyi_suspected(e_before, 4));
    assert_false(zawgyi_suspected(e_before, 0));
}

static void test_shan(void **state) {
    (void)state;
    becomes("ၵဵင်းတုင်", "kengtung");
    becomes("မိူင်းပၼ်း", "moengpan");
}

static void test_chinese(void **state) {
    (void)state;
    becomes("昆明", "kunming");
    becomes("瑞丽", "ruili");
    becomes("瑞麗", "ruili");
    becomes("西安市", "xianshi");
    native("瑞麗", "瑞丽");
    native("湄公河區", "湄公河区");
}

static void test_latin(void **state) {
    (void)state;
    becomes("Poi-Pet", "poi pet");
    becomes("  Battambang, Thma Koul ", "battambang thma koul");
    becomes("Đà Nẵng", "da nang");
    becomes("Da\xcc\x80 Na\xcc\x86\xcc\x83ng", "da nang");
    becomes("Phumĭ Srê M’âm", "phumi sre mam");
    becomes("Ph'av", "phav");
    becomes("ＰＯＩＰＥＴ", "poipet");
    native("Đà Nẵng", "Đà Nẵng");
    native("Poi-Pet", "Poi-Pet");
}

static void test_mixed_and_other_scripts(void **state) {
    (void)state;
    becomes("Ban ບ້ານ 12", "ban ban 12");
    becomes("ភូមិThmei", "phum thmei");
    becomes("昆明Kunming", "kunming kunming");
    becomes("Москва", "moskva");
    becomes("서울", "seoul");
}

static void test_nothing_and_noise(void **state) {
    (void)state;
    becomes("", "");
    becomes(" -,.' ", "");
    becomes("\xe2\x80\x8b\xe2\x80\x8d", "");
    becomes("\xff\xfe", "");
    becomes("abc\xff", "");
    becomes("\xed\xa0\x80", ""); /* a lone surrogate */
    native("\xff\xfe", "");
    native("", "");
}

/* `unit` again and again: bounded time and text. */
static void endures(const char *unit) {
    size_t step = strlen(unit), len = 10 * 1000 * 1000 / step * step;
    char *noise = malloc(len);
    struct buf out = {0};
    struct timespec from, to;
    for (size_t i = 0; i < len; i += step)
        memcpy(noise + i, unit, step);
    clock_gettime(CLOCK_MONOTONIC, &from);
    romanise(noise, len, &out);
    native_form(noise, len, &out);
    clock_gettime(CLOCK_MONOTONIC, &to);
    assert_true(out.len <= 12 * ROMANISE_BYTES_MAX);
    assert_true(to.tv_sec - from.tv_sec <= 5); /* milliseconds; it is the sanitizer's */
    buf_free(&out);
    free(noise);
}

static void test_hostile_names(void **state) {
    static const char *const units[] = {
        "\xcc\x80", "ំ", "្", "ក", "ក្", "៉", "ា្ក", "កន", "ន្ត", "ก", "เ", "็", "์", "ก็่",
        "ກ", "ເ", "ໍ", "က", "ေ", "္", "်", "ၾ", "昆", "麗", "a", "Ǭ", "ﷺ", "ก์", "ค³",
        "ก⁰|·", "aក", "昆ក"};
    (void)state;
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        endures(units[i]);
}

static void *in_a_thread(void *p) {
    (void)p;
    for (int i = 0; i < 50; i++) {
        becomes("ប៉ោយប៉ែត", "paoypaet");
        becomes("昆明", "kunming");
        becomes("เชียงราย", "chiangrai");
        becomes("Москва", "moskva");
    }
    return NULL;
}

static void test_threads(void **state) {
    pthread_t threads[4];
    (void)state;
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, in_a_thread, NULL), 0);
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
}

/* Before any rules are open. */
static void test_a_wrong_rule_file(void **state) {
    char dir[] = "/tmp/haven-romanise-XXXXXX", path[100];
    struct error e = {0};
    (void)state;
    assert_non_null(mkdtemp(dir));
    assert_false(romanise_open(dir, &e));
    assert_non_null(strstr(e.message, "native.rules: No such file"));
    snprintf(path, sizeof path, "%s/native.rules", dir);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs("# one\na > b ;\n$nothing > c ;\n", f);
    assert_int_equal(fclose(f), 0);
    assert_false(romanise_open(dir, &e));
    assert_non_null(strstr(e.message, "native.rules:3: U_UNDEFINED_VARIABLE"));
    assert_null(strchr(e.message, '\n'));
    unlink(path);
    rmdir(dir);
}

static int open_rules(void **state) {
    struct error e;
    (void)state;
    if (romanise_open("data/names", &e) && romanise_open("data/names", &e))
        return 0;
    fprintf(stderr, "%s\n", e.message);
    return 1;
}

int main(void) {
    const struct CMUnitTest before[] = {cmocka_unit_test(test_a_wrong_rule_file)};
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known_names),
        cmocka_unit_test(test_khmer),
        cmocka_unit_test(test_khmer_is_the_same_however_typed),
        cmocka_unit_test(test_lao),
        cmocka_unit_test(test_thai),
        cmocka_unit_test(test_burmese),
        cmocka_unit_test(test_zawgyi),
        cmocka_unit_test(test_what_is_no_zawgyi),
        cmocka_unit_test(test_shan),
        cmocka_unit_test(test_chinese),
        cmocka_unit_test(test_latin),
        cmocka_unit_test(test_mixed_and_other_scripts),
        cmocka_unit_test(test_nothing_and_noise),
        cmocka_unit_test(test_hostile_names),
        cmocka_unit_test(test_threads),
    };
    return cmocka_run_group_tests(before, NULL, NULL) +
           cmocka_run_group_tests(tests, open_rules, NULL);
}
