/* SPDX-License-Identifier: Apache-2.0
 *
 * What the public may know: who is listed, whose point and whose name is shown, which
 * columns, needs and telephones. To be run from the root of the checkout.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "data/publish.h"
#include "tests/unit/by_hand.h"

static struct stored_service service_of(const char *visibility, const char *name) {
    struct stored_service s = service_by_hand(1);
    s.visibility = visibility;
    s.flat.cell[COL_SERVICE] = name;
    return s;
}

static const char *name_shown(const struct stored_service *s) {
    return publish_name(s, no_atlas(), publish_where(s, no_atlas(), NULL));
}

static bool name_tells(const struct stored_service *s, const char *name) {
    return publish_name_tells(s, no_atlas(), publish_where(s, no_atlas(), NULL), name);
}

static void test_levels(void **state) {
    static const struct {
        const char *visibility;
        bool listed, point;
    } cases[] = {
        {"exact", true, true},
        {"area", true, false},
        {"contact", true, false},
        {"staff", false, false},
    };
    (void)state;
    assert_int_equal(vocabulary(VOC_VISIBILITY)->count, sizeof cases / sizeof *cases);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct stored_service s = service_of(cases[i].visibility, "Clinic");
        assert_true(vocabulary_find(VOC_VISIBILITY, s.visibility, strlen(s.visibility)) >=
                    0);
        assert_int_equal(publish_listed(&s), cases[i].listed);
        assert_int_equal(publish_where(&s, no_atlas(), NULL).own, cases[i].point);
        assert_int_equal(publish_where(&s, no_atlas(), NULL).place, ATLAS_NONE);
        s.flat.cell[COL_NEEDS] = "";
        assert_false(publish_listed(&s));
    }
}

/* Codes that nobody knows must not open anything. */
static void test_unknown_level(void **state) {
    (void)state;
    struct stored_service s = service_of("Exact", "Shelter of hope");
    assert_false(publish_where(&s, no_atlas(), NULL).own);
    assert_string_equal(name_shown(&s), "");
}

static void test_columns(void **state) {
    static const enum column hidden[] = {
        COL_ID,       COL_DESCRIPTION, COL_ADDRESS,  COL_VILLAGE,    COL_COMMUNE,
        COL_DISTRICT, COL_PROVINCE,    COL_FORMS,    COL_VISIBILITY, COL_FORMS_EXCLUDED,
        COL_RULES,    COL_CAPACITY,    COL_CONTACT,  COL_EMAIL,      COL_SOURCE,
        COL_EVIDENCE, COL_CLAIMS,      COL_MAY_LEAVE};
    static const enum column shown[] = {COL_SERVICE, COL_PUBLIC_NAME, COL_ORGANIZATION,
                                        COL_NEEDS,   COL_GENDERS,     COL_AGE_MIN,
                                        COL_PHONES,  COL_HOURS,       COL_COUNTRY};
    struct view public;
    (void)state;
    view_of_role(ROLE_PUBLIC, VIEW_FAR, &public);
    for (size_t i = 0; i < sizeof hidden / sizeof *hidden; i++)
        assert_int_equal(public.column[hidden[i]], FORM_HIDDEN);
    for (size_t i = 0; i < sizeof shown / sizeof *shown; i++)
        assert_int_not_equal(public.column[shown[i]], FORM_HIDDEN);
}

static void test_names(void **state) {
    static const struct {
        const char *visibility, *name, *wanted;
    } cases[] = {
        {"contact", "Legal aid office", "Legal aid office"},
        {"contact", "Shelter for women", ""},
        {"contact", "SAFE HOUSE", ""},
        {"contact", "Anti-Trafficking Unit", ""},
        {"contact", "House of Survivors", ""},
        {"area", "The refuge", ""},
        {"area", "Legal aid of Poipet", ""}, /* its district */
        {"area", "Counselling, banteay meanchey", ""},
        {"area", "Aid at Street 5", ""},
        {"area", "Clinic of Cambodia", "Clinic of Cambodia"}, /* the country is */
        {"exact", "Shelter for women", "Shelter for women"},
        {"exact", "Legal aid of Poipet", "Legal aid of Poipet"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct stored_service s = service_of(cases[i].visibility, cases[i].name);
        s.flat.cell[COL_ADDRESS] = "Street 5";
        s.flat.cell[COL_DISTRICT] = "Poipet";
        s.flat.cell[COL_PROVINCE] = "Banteay Meanchey";
        assert_string_equal(name_shown(&s), cases[i].wanted);
        assert_int_equal(name_tells(&s, cases[i].name),
                         cases[i].wanted[0] == '\0');
        s.flat.cell[COL_PUBLIC_NAME] = "Hope";
        assert_string_equal(name_shown(&s), "Hope");
    }
}

static void test_places_below(void **state) {
    static const enum column below[] = {COL_ADDRESS, COL_VILLAGE, COL_COMMUNE,
                                        COL_DISTRICT, COL_PROVINCE};
    (void)state;
    for (size_t i = 0; i < sizeof below / sizeof *below; i++) {
        struct stored_service s = service_of("contact", "Aid in Kampong Something");
        assert_false(name_tells(&s, s.flat.cell[COL_SERVICE]));
        s.flat.cell[below[i]] = "Kampong Something";
        assert_true(name_tells(&s, s.flat.cell[COL_SERVICE]));
    }
}

/* However it is written, and without "Phum". */
static void test_places_written_otherwise(void **state) {
    static const struct {
        const char *name;
        bool tells;
    } cases[] = {
        {"Thmei help", true},       {"PHUM-THMEI", true},     {"aid (Phum  Thmei)", true},
        {"phumthmei aid", true},    {"Aid on Wat Bo road", true}, {"at street 271", true},
        {"Phum aid", false},        {"Aid in Cambodia", false},   {"House of law", false},
        {"Aid of Poipet", true},    {"", false},                  {"T h", false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct stored_service s = service_of("contact", cases[i].name);
        s.flat.cell[COL_VILLAGE] = "Phum Thmei";
        s.flat.cell[COL_DISTRICT] = "Poipet";
        s.flat.cell[COL_ADDRESS] = "House 4, Street 271, Wat Bo Road, Poipet, Cambodia";
        if (name_tells(&s, cases[i].name) != cases[i].tells)
            fail_msg("\"%s\"", cases[i].name);
    }
}

/* A sensitive need is shown as its parent, and nothing published is sensitive. */
static void test_needs(void **state) {
    (void)state;
    const struct vocabulary *needs = vocabulary(VOC_NEED);
    int sensitive = 0;
    for (int n = 0; n < needs->count; n++) {
        int shown = publish_need(n);
        assert_false(needs->terms[shown].sensitive);
        assert_int_equal(shown, needs->terms[n].sensitive ? needs->terms[n].parent : n);
        sensitive += needs->terms[n].sensitive;
    }
    assert_true(sensitive > 0);
    int hiv = vocabulary_find(VOC_NEED, "health.hiv", 10);
    assert_string_equal(needs->terms[publish_need(hiv)].code, "health");
}

static void test_phones(void **state) {
    (void)state;
    assert_true(publish_phone(-1));
    for (int a = 0; a < vocabulary(VOC_AUDIENCE)->count; a++) {
        const char *code = vocabulary(VOC_AUDIENCE)->terms[a].code;
        assert_int_equal(publish_phone(a), strcmp(code, "public") == 0);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_levels),  cmocka_unit_test(test_unknown_level),
        cmocka_unit_test(test_columns), cmocka_unit_test(test_names),
        cmocka_unit_test(test_needs),   cmocka_unit_test(test_places_below),
        cmocka_unit_test(test_places_written_otherwise),
        cmocka_unit_test(test_phones),
    };
    return cmocka_run_group_tests(tests, load_vocabularies, NULL);
}
