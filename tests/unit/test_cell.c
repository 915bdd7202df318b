/* SPDX-License-Identifier: Apache-2.0
 *
 * Cells: a table of what is given and what it becomes, or what the message must hold. A
 * canonical cell, checked again, is itself. To be run from the root of the checkout.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "importers/cell.h"
#include "importers/closest.h"

struct good {
    enum column column;
    const char *given, *canonical;
};

static const struct good good[] = {
    {COL_SERVICE, "", ""},
    {COL_SERVICE, "  Clinic \t", "Clinic"},
    {COL_SERVICE,
     "\xc2\xa0"
     "A\r\nB\xc2\xa0",
     "A B"},
    {COL_SERVICE, "\xe2\x80\x8b \xe1\x80\x99\xe2\x80\x8b", "\xe1\x80\x99"},
    {COL_SERVICE, "\x80\x8b", "\x80\x8b"},
    {COL_DESCRIPTION, "A\r\nB\rC\tD", "A\nB\nC D"},
    {COL_KIND, " shelter ", "shelter"},
    {COL_NEEDS, "health.clinic ; housing;;health.clinic;", "health.clinic;housing"},
    {COL_NEEDS, ";;", ""},
    {COL_CASE_TYPES, "none", "none"},
    {COL_GENDERS, "any", "any"},
    {COL_GENDERS, "none", "none"},
    {COL_GENDERS, "female; male : case ;female", "female;male:case"},
    {COL_GENDERS, "! male", "!male"},
    {COL_FORMS, "!organ;!adoption", "!organ;!adoption"},
    {COL_FORMS, "labour;!labour.domestic", "labour;!labour.domestic"},
    {COL_FORMS, "labour:case;!labour.domestic", "labour:case;!labour.domestic"},
    {COL_LITERACY, "none", "none"},
    {COL_AGE_MIN, "007", "7"},
    {COL_AGE_MIN, "120", "120"},
    {COL_LAT, "13.09570", "13.0957"},
    {COL_LAT, "-0.0", "0"},
    {COL_LAT, "13.12345675", "13.1234568"},
    {COL_LON, "-180", "-180"},
    {COL_LON, "104.123456740000000000", "104.1234567"},
    {COL_SURVIVORS_ONLY, "yes", "yes"},
    {COL_SOURCE_DATE, "2024-02-29", "2024-02-29"},
    {COL_SOURCE_DATE, "2000-02-29", "2000-02-29"},
    {COL_SOURCE_DATE, "2019-07", "2019-07"},
    {COL_SOURCE_DATE, "2019", "2019"},
    {COL_AGES_CASE, "15 - 17;60;7-7", "15-17;60;7"},
    {COL_ACCEPTS_CHILDREN, "male:0-11; female : 0-17;any:5",
     "male:0-11;female:0-17;any:5-5"},
    {COL_ACCEPTS_CHILDREN, "any", "any"},
    {COL_INTERPRETERS, "my:vetted:phone; shn;th:vetted", "my:phone:vetted;shn;th:vetted"},
    {COL_INTERPRETERS, "none", "none"},
    {COL_COVERS, "Thma Koul ,Battambang; KH", "Thma Koul, Battambang;KH"},
    {COL_COVERS, "any", "any"},
    {COL_REFERS_TO, "a1 ; b2;a1", "a1;b2"},
    {COL_PHONES, "+855 12  345 678; 1280",
     "[{\"number\":\"+855 12 345 678\"},{\"number\":\"1280\"}]"},
    {COL_PHONES,
     "[ {\"audience\":\"staff\", \"languages\":[\"km\",\"en\"],\"number\":\"117\"} ]",
     "[{\"number\":\"117\",\"languages\":\"km;en\",\"audience\":\"staff\"}]"},
    {COL_PHONES, "[]", ""},
    {COL_RULES, "[{\"accompanied_by\":\"mother\",\"genders\":[\"male\"],\"age_max\":11}]",
     "[{\"genders\":\"male\",\"age_max\":11,\"accompanied_by\":\"mother\"}]"},
    {COL_RULES, "[{\"age_min\":\"18\"}]", "[{\"age_min\":18}]"},
    {COL_CLAIMS,
     "[{\"source\":\"A\",\"value\":30,\"column\":\"capacity\",\"date\":\"2019\"}]",
     "[{\"column\":\"capacity\",\"value\":\"30\",\"source\":\"A\",\"date\":\"2019\"}]"},
    {COL_URL, "https://example.org/a?b=c#d", "https://example.org/a?b=c#d"},
    {COL_EMAIL, "help@example.org", "help@example.org"},
    {COL_HOURS, "Mo-Fr  08:00-17:00", "Mo-Fr 08:00-17:00"},
    {COL_TIME_ZONE, "Asia/Phnom_Penh", "Asia/Phnom_Penh"},
    {COL_AVAILABLE_AT, "2026-11-22T17:00:00+07:00", NULL},
};

struct bad {
    enum column column;
    const char *given, *message; /* a part of it */
};

static const struct bad bad[] = {
    {COL_SERVICE,
     "a\x01"
     "b",
     "a control character (\"a b\")"},
    {COL_KIND, "Shelter",
     "not a code (\"Shelter\"); did you mean shelter? allowed: shelter "},
    {COL_NEEDS, "clinic", "did you mean health.clinic?"},
    {COL_NEEDS, "health,housing", "not a code (\"health,housing\")"},
    {COL_NEEDS, "any", "not a code"},
    {COL_COUNTRY, "kh", "did you mean KH?"},
    {COL_GENDERS, "any;female", "any and none stand alone"},
    {COL_GENDERS, "none:case", "any and none stand alone"},
    {COL_GENDERS, "female;!female", "the same code in two ways (\"!female\")"},
    {COL_GENDERS, "female;female:case", "the same code in two ways"},
    {COL_GENDERS, "female;!male", "!x beside codes that do not hold x"},
    {COL_GENDERS, "!female:case", "a mark that is not known"},
    {COL_GENDERS, "female:maybe", "a mark that is not known (\"female:maybe\")"},
    {COL_FORMS, "labour.domestic;!labour", "!x beside codes that do not hold x"},
    {COL_AGE_MIN, "121", "not a whole number in its limits (\"121\"); allowed: 0 to 120"},
    {COL_AGE_MIN, "-1", "allowed: 0 to 120"},
    {COL_AGE_MIN, "12.0", "allowed: 0 to 120"},
    {COL_AGE_MIN, "99999999999999999999", "allowed: 0 to 120"},
    {COL_LAT, "90.1", "out of range (\"90.1\"); allowed: -90 to 90"},
    {COL_LAT, "13,1", "not a decimal number"},
    {COL_LAT, "nan", "not a decimal number"},
    {COL_LAT, "1e1", "not a decimal number"},
    {COL_LAT, "0x1", "not a decimal number"},
    {COL_LAT, "13.", "not a decimal number"},
    {COL_LAT, ".5", "not a decimal number"},
    {COL_LAT, "-", "not a decimal number"},
    {COL_SURVIVORS_ONLY, "Y", "neither yes nor no (\"Y\"); allowed: yes no"},
    {COL_SOURCE_DATE, "2023-02-29", "not a date"},
    {COL_SOURCE_DATE, "1900-02-29", "not a date"},
    {COL_SOURCE_DATE, "2024-13-01", "not a date"},
    {COL_SOURCE_DATE, "2024-00-10", "not a date"},
    {COL_SOURCE_DATE, "2024-04-31", "not a date"},
    {COL_SOURCE_DATE, "24-04-30", "not a date"},
    {COL_SOURCE_DATE, "2024--4-3", "not a date"},
    {COL_SOURCE_DATE, "30/04/2024", "not a date"},
    {COL_AGES_CASE, "17-15", "not a range"},
    {COL_AGES_CASE, "60+", "not a range"},
    {COL_AGES_CASE, "5-121", "not a range"},
    {COL_ACCEPTS_CHILDREN, "male", "not a gender with a range"},
    {COL_ACCEPTS_CHILDREN, "boys:0-5", "not a code (\"boys\")"},
    {COL_INTERPRETERS, "xx-unknown", "not a code"},
    {COL_INTERPRETERS, "my:phone:video", "stands twice"},
    {COL_COVERS, "A,,B", "not an area"},
    {COL_COVERS, "any;KH", "not an area"},
    {COL_PHONES, "call us", "not a telephone number (\"call us\")"},
    {COL_PHONES, "8.55E+11", "not a telephone number"},
    {COL_PHONES, "12+34", "not a telephone number"},
    {COL_PHONES, "+", "not a telephone number"},
    {COL_PHONES, "[{\"number\":117}]", NULL},
    {COL_PHONES, "[{\"kind\":\"voice\"}]", "object 1: number: is missing"},
    {COL_PHONES, "[{\"number\":\"117\",\"lang\":\"km\"}]",
     "object 1: a name that is not known (\"lang\"); allowed: number kind languages"},
    {COL_PHONES, "[{\"number\":\"117\",\"hours\":\"whenever\"}]", "object 1: hours: "},
    {COL_PHONES, "{\"number\":\"117\"}", "not a JSON list"},
    {COL_RULES, "[{]", "not JSON (\"[{]\")"},
    {COL_RULES, "[{}]", "object 1: states nothing"},
    {COL_RULES, "[1]", "object 1: not an object"},
    {COL_RULES, "[{\"age_min\":12,\"age_max\":11}]",
     "object 1: age_min is above age_max"},
    {COL_RULES, "[{\"age_min\":1.5}]", "object 1: age_min: a value must be"},
    {COL_RULES, "[{\"genders\":[[\"male\"]]}]", "a list may hold only strings"},
    {COL_RULES, "[{\"genders\":[\"male;female\"]}]", "a ';' inside a list"},
    {COL_RULES, "[{\"capacity\":1}]", "a name that is not known (\"capacity\")"},
    {COL_RULES, "[{\"accompanied_by\":\"neighbour\"}]",
     "object 1: accompanied_by: not a code"},
    {COL_CLAIMS, "[{\"column\":\"capacity\",\"value\":\"30\"}]", "source: is missing"},
    {COL_CLAIMS, "[{\"column\":\"x\",\"value\":\"30\",\"source\":\"A\"}]",
     "column: not the name of a column"},
    {COL_URL, "www.example.org", "not a web address"},
    {COL_URL, "javascript:alert(1)", "not a web address"},
    {COL_URL, "https://", "not a web address"},
    {COL_URL, "https://a@b.org/", "not a web address"},
    {COL_URL, "https://a.org/ b", "not a web address"},
    {COL_EMAIL, "a@b", "not a mail address"},
    {COL_EMAIL, "a@b.org, c@d.org", "not a mail address"},
    {COL_HOURS, "whenever", "opening hours that are not understood (\"whenever\")"},
    {COL_TIME_ZONE, "Asia/Nowhere", "not a time zone"},
    {COL_AVAILABLE_AT, "2026-11-22", "not a moment in time"},
};

static void test_good(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        struct cell_reader r = {0};
        struct error e = {0};
        const char *once, *twice;
        if (!cell_check(&r, good[i].column, slice_of(good[i].given), &once, &e))
            fail_msg("%s: %s", columns[good[i].column].name, e.message);
        if (good[i].canonical != NULL)
            assert_string_equal(once, good[i].canonical);
        assert_true(cell_check(&r, good[i].column, slice_of(once), &twice, &e));
        assert_string_equal(once, twice);
        cell_reader_free(&r);
    }
}

static void test_bad(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct cell_reader r = {0};
        struct error e = {0};
        const char *out;
        bool fine = cell_check(&r, bad[i].column, slice_of(bad[i].given), &out, &e);
        if (bad[i].message != NULL && fine)
            fail_msg("%s: \"%s\" was accepted", columns[bad[i].column].name,
                     bad[i].given);
        if (bad[i].message != NULL && strstr(e.message, bad[i].message) == NULL)
            fail_msg("%s: \"%s\": %s", columns[bad[i].column].name, bad[i].given,
                     e.message);
        cell_reader_free(&r);
    }
}

/* Hostile sizes are refused by a limit, in time. */
static void test_limits(void **state) {
    (void)state;
    static const enum column all[] = {COL_ID,    COL_NEEDS,  COL_GENDERS, COL_AGES_CASE,
                                      COL_RULES, COL_PHONES, COL_HOURS,   COL_COVERS,
                                      COL_URL,   COL_EMAIL,  COL_CLAIMS,  COL_REFERS_TO};
    size_t len = 900000;
    char *text = malloc(len);
    for (size_t i = 0; i < len; i++)
        text[i] = "1;2[3-"[(i * 7 + i / 11) % 6];
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        struct cell_reader r = {0};
        struct error e = {0};
        const char *out;
        assert_false(cell_check(&r, all[i], (struct slice){text, len}, &out, &e));
        assert_true(strlen(e.message) < 480);
        cell_reader_free(&r);
    }
    free(text);
}

static void test_rules_are_at_most_16(void **state) {
    (void)state;
    for (int count = 16; count <= 17; count++) {
        struct buf text = {0};
        buf_char(&text, '[');
        for (int i = 0; i < count; i++) {
            buf_json_comma(&text);
            buf_printf(&text, "{\"age_min\":%d}", i);
        }
        buf_char(&text, ']');
        struct cell_reader r = {0};
        struct error e = {0};
        const char *out;
        assert_int_equal(cell_check(&r, COL_RULES, slice_of(buf_text(&text)), &out, &e),
                         count == 16);
        cell_reader_free(&r);
        buf_free(&text);
    }
}

static void test_shown_is_cut_at_60_characters(void **state) {
    (void)state;
    char given[400] = "", shown[TEXT_SHOWN_BYTES], wanted[TEXT_SHOWN_BYTES] = "";
    for (int i = 0; i < 80; i++)
        strcat(given, "\xe1\x9e\x80");
    for (int i = 0; i < 60; i++)
        strcat(wanted, "\xe1\x9e\x80");
    strcat(wanted, "...");
    assert_string_equal(text_shown(slice_of(given), shown), wanted);
    assert_string_equal(text_shown(slice_of("a\x1b[2Jb\xc2\x9bz"), shown), "a [2Jb z");
}

static void test_closest(void **state) {
    (void)state;
    assert_string_equal(closest_column(&services_table, slice_of("Organisation")), "organization");
    assert_string_equal(closest_column(&services_table, slice_of("public name")), "public_name");
    assert_string_equal(closest_column(&services_table, slice_of("LAT")), "lat");
    assert_null(closest_column(&services_table, slice_of("budget")));
    assert_null(closest_column(&services_table, slice_of("")));
    assert_string_equal(closest_code(VOC_STATUS, slice_of("waitlst")), "waitlist");
}

static int load(void **state) {
    struct error e = {0};
    (void)state;
    return vocabularies_load("data/vocabulary", &e) ? 0 : -1;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good),
        cmocka_unit_test(test_bad),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_rules_are_at_most_16),
        cmocka_unit_test(test_shown_is_cut_at_60_characters),
        cmocka_unit_test(test_closest),
    };
    return cmocka_run_group_tests(tests, load, NULL);
}
