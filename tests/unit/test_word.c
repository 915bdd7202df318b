/* SPDX-License-Identifier: Apache-2.0
 *
 * Generic words of place names.
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
#include "data/vocabulary.h"

/* The cores of `name`, parted by "|". */
static const char *cores(const char *name) {
    static char out[8192];
    struct word_core core[WORD_CORES_MAX];
    int count = word_cores(name, strlen(name), core);
    out[0] = '\0';
    for (int i = 0; i < count; i++)
        snprintf(out + strlen(out), sizeof out - strlen(out), "%s%.*s", i > 0 ? "|" : "",
                 (int)core[i].text.len, core[i].text.at);
    return out;
}

static void test_cores(void **state) {
    static const struct {
        const char *name, *cores;
    } known[] = {
        {"Poipet", "Poipet"},
        {"Phumi Prasat", "Phumi Prasat|Prasat"},
        {"P’um Prey", "P’um Prey|Prey"},
        {"PHUM  PREY", "PHUM  PREY|PREY"},
        {"Banteay Srei", "Banteay Srei"},
        {"Ban Me Thuot", "Ban Me Thuot|Me Thuot"},
        {"Ban-Nongkhai", "Ban-Nongkhai|Nongkhai"},
        {"Muang Xay", "Muang Xay|Xay"},
        {"Amphoe Mueang Chiang Rai", "Amphoe Mueang Chiang Rai|Mueang Chiang Rai|Chiang Rai"},
        {"Thành phố Đà Nẵng", "Thành phố Đà Nẵng|Đà Nẵng"},
        {"thi tran Mao Khe", "thi tran Mao Khe|Mao Khe"},
        {"Ấp Bình Hòa", "Ấp Bình Hòa|Bình Hòa"},
        {"Xã Ấp", "Xã Ấp|Ấp"},
        {"Kota Kupang", "Kota Kupang|Kupang"},
        {"Andoung Meas District", "Andoung Meas District|Andoung Meas"},
        {"Khlong Luang city", "Khlong Luang city|Khlong Luang"},
        {"Province of Tak", "Province of Tak|Tak"},
        {"Hteinbin Ga", "Hteinbin Ga|Hteinbin"},
        {"ស្រុកអណ្តូងមាស", "ស្រុកអណ្តូងមាស|អណ្តូងមាស"},
        {"ភូមិ ក្ដីស្នួល", "ភូមិ ក្ដីស្នួល|ក្ដីស្នួល"},
        {"บ้านหนองบัว", "บ้านหนองบัว|หนองบัว"},
        {"อำเภอเมืองเชียงราย", "อำเภอเมืองเชียงราย|เมืองเชียงราย|เชียงราย"},
        {"ເມືອງ ໂພນໂຮງ", "ເມືອງ ໂພນໂຮງ|ໂພນໂຮງ"},
        {"ဗန်းမော်မြို့", "ဗန်းမော်မြို့|ဗန်းမော်"},
        {"昆明市", "昆明市|昆明"},
        {"Village", "Village"},
        {"บ้าน", "บ้าน"},
        {"市", "市"},
        {"Ban 12", "Ban 12"},
        {"ban ban ban ban ban ban", "ban ban ban ban ban ban|ban ban ban ban ban|"
                                    "ban ban ban ban|ban ban ban"},
        {"", ""},
        {"   ", "   "},
    };
    (void)state;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        assert_string_equal(cores(known[i].name), known[i].cores);
}

static void test_kinds(void **state) {
    struct word_core core[WORD_CORES_MAX];
    int commune = vocabulary_find(VOC_PLACE_KIND, "commune", 7),
        province = vocabulary_find(VOC_PLACE_KIND, "province", 8);
    (void)state;
    assert_int_equal(word_cores("Khum Prey", 9, core), 2);
    assert_int_equal(core[0].kinds, 0);
    assert_int_equal(core[1].kinds, 1u << commune);
    assert_int_equal(word_cores("Changwat Tak", 12, core), 2);
    assert_int_equal(core[1].kinds, 1u << province);
}

static void test_hostile_names(void **state) {
    static char name[100000];
    struct word_core core[WORD_CORES_MAX];
    (void)state;
    for (size_t i = 0; i < sizeof name; i++)
        name[i] = "ban "[i % 4];
    assert_int_equal(word_cores(name, sizeof name, core), 1);
    assert_true(word_cores(name, 4000, core) >= 2);
    memset(name, 'k', sizeof name);
    assert_int_equal(word_cores(name, 4000, core), 1);
    memset(name, '\xe1', 4000); /* no UTF-8 */
    assert_true(word_cores(name, 4000, core) >= 1);
    assert_true(word_cores("ban \xff\xfe", 6, core) >= 1);
    assert_true(word_cores("\xe1", 1, core) >= 1);
}

/* What the list at `text` is refused for. */
static const char *refusal(const char *text) {
    static struct error e;
    char path[] = "/tmp/haven-words-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text));
    close(fd);
    memset(&e, 0, sizeof e);
    assert_false(words_load(path, &e));
    unlink(path);
    return strchr(e.message, ':') + 1; /* after the path */
}

#define HEADER "word,language,stands,kinds\n"

static void test_bad_lists(void **state) {
    (void)state;
    assert_string_equal(refusal("word,kinds\n"),
                        "1: the columns are not word,language,stands,kinds (word)");
    assert_string_equal(refusal(HEADER "x,xx-nowhere,before,village\n"),
                        "2: not a language (xx-nowhere)");
    assert_string_equal(refusal(HEADER "x,km,beside,village\n"),
                        "2: neither before nor after (beside)");
    assert_string_equal(refusal(HEADER "x,km,after,village;hamlet\n"),
                        "2: not a kind of place (hamlet)");
    assert_string_equal(refusal(HEADER "-,km,after,village\n"), "2: not a word (-)");
    assert_string_equal(refusal(HEADER), " the list is empty");
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
        cmocka_unit_test(test_cores),
        cmocka_unit_test(test_kinds),
        cmocka_unit_test(test_hostile_names),
        cmocka_unit_test(test_bad_lists),
    };
    return cmocka_run_group_tests(tests, set_up, NULL);
}
