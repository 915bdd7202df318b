/* SPDX-License-Identifier: Apache-2.0
 *
 * Generic words: what is left of names that are tricky, what the words stand for, faulty
 * lists, hostile names. To be run from the root of the checkout.
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

#include "data/names/word.h"
#include "tests/unit/by_hand.h"

/* `wanted`: the cores after the name itself, parted by '|'. */
struct names {
    const char *name, *wanted;
};

static void check(const struct names *cases, size_t count) {
    for (size_t i = 0; i < count; i++) {
        struct word_core core[WORD_CORES_MAX];
        struct buf got = {0};
        int n = word_cores(cases[i].name, strlen(cases[i].name), core);
        assert_ptr_equal(core[0].text.at, cases[i].name);
        assert_int_equal(core[0].text.len, strlen(cases[i].name));
        assert_int_equal(core[0].kinds, 0);
        for (int k = 1; k < n; k++)
            buf_printf(&got, "%s%.*s", k > 1 ? "|" : "", (int)core[k].text.len,
                       core[k].text.at);
        if (strcmp(buf_text(&got), cases[i].wanted) != 0)
            fail_msg("%s: %s, not %s", cases[i].name, buf_text(&got), cases[i].wanted);
        buf_free(&got);
    }
}
#define CHECK(cases) check(cases, sizeof cases / sizeof *cases)

static void test_latin(void **state) {
    (void)state;
    static const struct names cases[] = {
        {"Ban Me Thuot", "Me Thuot"},
        {"Banteay Srei", ""},
        {"Bangkok", ""},
        {"Muang Xay", "Xay"},
        {"Amphoe Mueang Chiang Rai", "Mueang Chiang Rai|Chiang Rai"},
        {"KING AMPHOE Ko Chang", "Ko Chang"},
        {"Phumĭ Svay (1)", "Svay (1)"},
        {"phum-svay", "svay"},
        {"Phum'Svay", "Svay"},
        {"  Ban   Na  ", "Na  "},
        {"Wān Hsa", "Hsa"},
        {"Kota Kupang", "Kupang"},
        {"Kabupaten Kota Baru", "Kota Baru|Baru"},
        {"Phum Svay Village", "Svay Village|Svay"},
        {"Svay Village, Banan District", "Svay Village, Banan"},
        {"Village of Phum Svay", "Phum Svay|Svay"},
        {"Sub-district Na", ""},
        {"Na Sub-district", "Na"},
        {"Balawng-gahtawng", "Balawng"},
        {"Ale-ywa", "Ale"},
        {"Ban Ban Ban Ban Na", "Ban Ban Ban Na|Ban Ban Na|Ban Na"},
        {"Village", ""},
        {"Ban", ""},
        {"Ban Village", "Village"},
        {"Ban 5", ""},
        {"", ""},
        {" - ", ""},
    };
    CHECK(cases);
}

static void test_vietnamese(void **state) {
    (void)state;
    static const struct names cases[] = {
        {"Thành phố Đà Nẵng", "Đà Nẵng"},
        {"THÀNH PHỐ ĐÀ NẴNG", "ĐÀ NẴNG"},
        {"thanh pho da nang", "da nang"},
        {"Tp. Hồ Chí Minh", "Hồ Chí Minh"},
        {"TP.HCM", "HCM"},
        {"Thị Trấn Sa Pa", "Sa Pa"},
        {"thị xã Quảng Trị", "Quảng Trị"},
        {"xã Tân Phú", "Tân Phú"},
        {"xa Tan Phu", "Tan Phu"},
        {"xa\xcc\x83 Ta\xcc\x82n Phu\xcc\x81", "Ta\xcc\x82n Phu\xcc\x81"},
        {"Quận 1", ""},
        {"Huyện Củ Chi", "Củ Chi"},
        {"Huyền Hội", ""},   /* a name, and not huyện */
        {"Quan Hóa", ""},    /* quận has other marks, and this name has marks */
        {"Phương Lâm", ""},  /* not phường */
        {"Tịnh Biên", ""},   /* not tỉnh */
        {"Thành Phong", ""}, /* the first half of a word only */
        {"Thanh Phong", ""},
        {"Thanh Xã", ""}, /* xã stands before names */
        {"bản Nà Áng", "Nà Áng"},
    };
    CHECK(cases);
}

static void test_other_scripts(void **state) {
    (void)state;
    static const struct names cases[] = {
        {"ស្រុកអណ្តូងមាស", "អណ្តូងមាស"},
        {"ភូមិ ស្វាយ", "ស្វាយ"},
        {"ភូមិ\xe2\x80\x8bស្វាយ", "ស្វាយ"}, /* a zero-width space between */
        {"ភូ\xe2\x80\x8bមិស្វាយ", "ស្វាយ"}, /* and in it */
        {"ភូមិ ១", ""},
        {"ខេត្តបាត់ដំបង", "បាត់ដំបង"},
        {"បន្ទាយស្រី", ""},
        {"ບ້ານຫ້ວຍຊາຍ", "ຫ້ວຍຊາຍ"},
        {"ບ. ຫ້ວຍຊາຍ", "ຫ້ວຍຊາຍ"},
        {"ບໍ່ແກ້ວ", ""},
        {"ນະຄອນຫຼວງວຽງຈັນ", "ວຽງຈັນ"},
        {"ເມືອງ ຫຼວງພະບາງ", "ຫຼວງພະບາງ"},
        {"บ้าน", ""},
        {"บ้านหนองบัว", "หนองบัว"},
        {"หมู่บ้านหนองบัว", "หนองบัว"},
        {"อำเภอเมืองเชียงราย", "เมืองเชียงราย|เชียงราย"},
        {"อ.เมืองเชียงราย", "เมืองเชียงราย|เชียงราย"},
        {"อ\xe0\xb9\x8d\xe0\xb8\xb2"
         "เภอแม่สาย",
         "แม่สาย"},         /* ำ in two parts */
        {"อุบลราชธานี", ""}, /* starts with the letter of an abbreviation */
        {"จ. เชียงราย", "เชียงราย"},
        {"กิ่งอำเภอเกาะช้าง", "เกาะช้าง"},
        {"เทศบาลเมืองแม่สอด", "แม่สอด"},
        {"เขต์แดน", ""}, /* a sign goes with the last letter: not the word */
        {"မော်လမြိုင်မြို့", "မော်လမြိုင်"},
        {"ဗန်းမော် မြို့နယ်", "ဗန်းမော်"},
        {"ကချင်ပြည်နယ်", "ကချင်"},
        {"ရန်ကုန်တိုင်းဒေသကြီး", "ရန်ကုန်"},
        {"အလယ်ရွာ", "အလယ်"},
        {"ရွာမ", ""},
        {"昆明市", "昆明"},
        {"昆明 市", "昆明"},
        {"西双版纳傣族自治州", "西双版纳傣族"},
        {"廣西壯族自治區", "廣西壯族"},
        {"沙县", ""}, /* one character is no name */
        {"市", ""},
        {"Ban ຫ້ວຍ", "ຫ້ວຍ"},
    };
    CHECK(cases);
}

static unsigned bit(const char *kind) {
    return 1u << vocabulary_find(VOC_PLACE_KIND, kind, strlen(kind));
}

static void test_kinds(void **state) {
    (void)state;
    struct word_core core[WORD_CORES_MAX];
    const char *seat = "Amphoe Mueang Chiang Rai", *khet = "Khet Dusit", *ban = "ban na";
    assert_int_equal(word_cores(seat, strlen(seat), core), 3);
    assert_int_equal(core[1].kinds, bit("district"));
    assert_int_equal(core[2].kinds, bit("district") | bit("town"));
    /* Thai and Khmer */
    assert_int_equal(word_cores(khet, strlen(khet), core), 2);
    assert_int_equal(core[1].kinds, bit("district") | bit("province"));
    assert_int_equal(word_cores(ban, strlen(ban), core), 2);
    assert_int_equal(core[1].kinds, bit("village"));
}

/* The name is cut by its length, not by a NUL. */
static void test_length(void **state) {
    (void)state;
    struct word_core core[WORD_CORES_MAX];
    assert_int_equal(word_cores("Ban Na", 3, core), 1);
    assert_int_equal(word_cores("Ban Na", 5, core), 2);
    assert_int_equal(core[1].text.len, 1);
    assert_int_equal(word_cores("ban\0na", 6, core), 1);
    assert_int_equal(word_cores(NULL, 0, core), 1);
}

static void test_hostile(void **state) {
    (void)state;
    static char big[4001];
    struct word_core core[WORD_CORES_MAX];
    memset(big, 'a', 4000);
    assert_int_equal(word_cores(big, 4000, core), 1);
    for (size_t i = 0; i + 4 <= 4000; i += 4)
        memcpy(big + i, "ban ", 4);
    assert_int_equal(word_cores(big, 4000, core), 1);
    assert_int_equal(word_cores(big, WORD_NAME_BYTES, core), WORD_CORES_MAX);
    assert_int_equal(core[3].text.at - big, 12);
    for (size_t i = 0; i + 2 <= 4000; i += 2)
        memcpy(big + i, "\xcc\x81", 2); /* marks without letters */
    assert_int_equal(word_cores(big, WORD_NAME_BYTES, core), 1);
    static const char *const broken[] = {"ban \xff", "\xc3", "ban na\xe0\xb8",
                                         "\xed\xa0\x80 village"};
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++)
        assert_int_equal(word_cores(broken[i], strlen(broken[i]), core), 1);
}

/* ---- the list ------------------------------------------------------------------------------- */

static void refuse(const char *text, const char *wanted) {
    char dir[] = "/tmp/haven-word-XXXXXX", path[80];
    struct error e = {0};
    assert_non_null(mkdtemp(dir));
    snprintf(path, sizeof path, "%s/place_word.csv", dir);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
    assert_false(words_load(dir, &e));
    if (strstr(e.message, wanted) == NULL)
        fail_msg("%s", e.message);
    unlink(path);
    rmdir(dir);
}

#define HEAD "word,language,stands,kinds\n"

static void test_refused(void **state) {
    (void)state;
    struct error e = {0};
    assert_false(words_load("/nowhere", &e));
    assert_int_equal(e.code, ERR_ENVIRONMENT);
    refuse("word,stands\n", "place_word.csv:1: the columns are word, language, stands, "
                            "kinds (stands)");
    refuse("word,language,stands\n", "place_word.csv:1: the columns are");
    refuse(HEAD, "place_word.csv:1: no words");
    refuse(HEAD "ban,lo,before\n",
           "place_word.csv:2: more or fewer fields than the header");
    refuse(HEAD "ban,lo,before,\n--,lo,before,\n",
           "place_word.csv:3: a word has 1 to 100 bytes, and letters (--)");
    refuse(HEAD "ban,Lao,before,\n", "place_word.csv:2: not a language (BCP 47) (Lao)");
    refuse(HEAD "ban,lo,first,\n",
           "place_word.csv:2: where it stands; allowed are before, after (first)");
    refuse(
        HEAD "ban,lo,before,village;hut\n",
        "place_word.csv:2: not a kind of place; allowed are country province district");
    refuse(HEAD "ban,lo,before,\nban,lo,before,village\n",
           "place_word.csv:3: a word that stands twice (ban)");
    assert_true(words_load("data/vocabulary", &e));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_latin),         cmocka_unit_test(test_vietnamese),
        cmocka_unit_test(test_other_scripts), cmocka_unit_test(test_kinds),
        cmocka_unit_test(test_length),        cmocka_unit_test(test_hostile),
        cmocka_unit_test(test_refused),
    };
    return cmocka_run_group_tests(tests, load_vocabularies, NULL);
}
