/* SPDX-License-Identifier: Apache-2.0
 *
 * From cells to rules: lists as sets, hierarchies, inheritance, exclusions, limits,
 * columns that a view does not know, and `rules` cells that no importer writes. To be run
 * from the root of the checkout.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "data/admit.h"
#include "tests/unit/by_hand.h"

static int term(enum vocabulary_id voc, const char *code) {
    int found = vocabulary_find(voc, code, strlen(code));
    if (found < 0)
        fail_msg("no code %s", code);
    return found;
}

static bool has(const uint64_t *set, int t) {
    return set[t / 64] >> t % 64 & 1;
}

/* ---- one list ---------------------------------------------------------------------- */

/* What a choice says of a term: '!' excluded, 'y' yes, 'c' case by case, '-' nothing. */
static char said(const struct snap_choice *c, int t) {
    return has(c->excluded, t)  ? '!'
           : has(c->yes, t)     ? 'y'
           : has(c->partial, t) ? 'c'
                                : '-';
}

/* `wanted` is "code:letter ...". */
static void check_terms(const struct snap_choice *c, enum vocabulary_id voc,
                        const char *cell, const char *wanted) {
    struct slice rest = slice_of(wanted), item, code;
    while (slice_next(&rest, ' ', &item)) {
        char name[60];
        slice_next(&item, ':', &code);
        snprintf(name, sizeof name, "%.*s", (int)code.len, code.at);
        if (said(c, term(voc, name)) != item.at[0])
            fail_msg("\"%s\" says %c of %s", cell, said(c, term(voc, name)), name);
    }
}

static void test_lists(void **state) {
    static const struct {
        enum vocabulary_id voc;
        const char *cell;
        bool stated, any;
        const char *wanted;
    } cases[] = {
        {VOC_GENDER, "", false, false, "female:- male:- other:-"},
        {VOC_GENDER, "any", true, true, "female:- male:-"},
        {VOC_GENDER, "none", true, false, "female:- male:-"},
        {VOC_GENDER, "female", true, false, "female:y male:- other:-"},
        {VOC_GENDER, "female;male:case", true, false, "female:y male:c other:-"},
        {VOC_GENDER, "!male", true, true, "female:- male:! other:-"},
        {VOC_GENDER, "!male;!other", true, true, "female:- male:! other:!"},
        {VOC_GENDER, "female;!male", true, false, "female:y male:! other:-"},
        {VOC_GENDER, "any;!male", true, true, "female:- male:!"},
        /* forms: a listed one admits those below it, and those above it by half */
        {VOC_FORM, "labour", true, false, "labour:y labour.fishing:y sexual:-"},
        {VOC_FORM, "labour.fishing", true, false,
         "labour:c labour.fishing:y labour.domestic:- sexual:-"},
        {VOC_FORM, "labour:case", true, false, "labour:c labour.fishing:c sexual:-"},
        {VOC_FORM, "labour.fishing:case;sexual", true, false,
         "labour:c labour.fishing:c sexual:y"},
        {VOC_FORM, "!labour", true, true, "labour:! labour.fishing:! sexual:-"},
        {VOC_FORM, "!labour.fishing", true, true, "labour:- labour.fishing:! sexual:-"},
        {VOC_FORM, "labour;!labour.fishing", true, false, "labour:y labour.fishing:!"},
        /* languages: a macro-language and its members, both ways, but not each other */
        {VOC_LANGUAGE, "zh", true, false, "zh:y yue:y cmn:y th:-"},
        {VOC_LANGUAGE, "yue", true, false, "zh:y yue:y cmn:- th:-"},
        {VOC_LANGUAGE, "my:phone:vetted;kar", true, false, "my:y kar:y ksw:y shn:-"},
        /* no hierarchy anywhere else */
        {VOC_COUNTRY, "KH;LA:case", true, false, "KH:y LA:c TH:-"},
        {VOC_BENEFICIARY, "child", true, false, "child:y parent:- self:-"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct snap_choice c = admit_choice(cases[i].voc, cases[i].cell);
        if (c.stated != cases[i].stated || c.any != cases[i].any)
            fail_msg("\"%s\": stated %u any %u", cases[i].cell, c.stated, c.any);
        check_terms(&c, cases[i].voc, cases[i].cell, cases[i].wanted);
    }
}

/* ---- rules of a service ------------------------------------------------------------ */

static struct admit admit;
static struct stored_service service;
static uint32_t rule[RULES_MAX];

static int set_up(void **state) {
    (void)state;
    admit_init(&admit);
    service = service_by_hand(1);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    admit_free(&admit);
    return 0;
}

static void set(enum column column, const char *text) {
    service.flat.cell[column] = text;
}

static uint32_t read_rules(const bool *drop) {
    struct error e = {0};
    uint32_t count = admit_rules(&admit, &service.flat, drop, rule, &e);
    if (count == 0)
        fail_msg("%s", e.message);
    return count;
}

static const struct snap_rule *rule_at(int i) {
    return &admit.rules[rule[i]];
}

static const struct snap_choice *choice(int i, enum rule_choice which) {
    return &admit.choices[rule_at(i)->choice[which]];
}

static char gender_said(int i, const char *code) {
    return said(choice(i, RULE_GENDER), term(VOC_GENDER, code));
}

static void test_silent(void **state) {
    (void)state;
    assert_int_equal(read_rules(NULL), 1);
    const struct snap_rule *r = rule_at(0);
    for (int i = 0; i < RULE_CHOICES; i++)
        assert_false(choice(0, (enum rule_choice)i)->stated);
    assert_int_equal(r->age_stated, 0);
    assert_int_equal(r->age_min, 0);
    assert_int_equal(r->age_max, 255);
    assert_int_equal(r->ages_case.count + r->children.count, 0);
    assert_int_equal(r->official_status, OFFICIAL_NOT_STATED);
    assert_int_equal(r->residents, RESIDENTS_NOT_STATED);
    assert_int_equal(r->authorities, STATED_NOT);
    assert_int_equal(r->limits, 0);
}

static void check_ages(struct snap_run run, uint32_t i, int gender, int low, int high) {
    const struct snap_ages *a = &admit.ages[run.first + i];
    assert_true(i < run.count);
    assert_int_equal(a->gender, gender);
    assert_int_equal(a->low, low);
    assert_int_equal(a->high, high);
}

static void test_ages(void **state) {
    (void)state;
    set(COL_AGE_MIN, "18");
    set(COL_AGES_CASE, "15-17;70");
    set(COL_ACCEPTS_CHILDREN, "male:0-11;any:0-5;female");
    read_rules(NULL);
    const struct snap_rule *r = rule_at(0);
    assert_int_equal(r->age_min, 18);
    assert_int_equal(r->age_max, 255);
    assert_int_equal(r->age_stated, 1);
    assert_int_equal(r->ages_case.count, 2);
    check_ages(r->ages_case, 0, -1, 15, 17);
    check_ages(r->ages_case, 1, -1, 70, 70);
    assert_int_equal(r->children_stated, 1);
    assert_int_equal(r->children.count, 3);
    check_ages(r->children, 0, term(VOC_GENDER, "male"), 0, 11);
    check_ages(r->children, 1, -1, 0, 5);
    check_ages(r->children, 2, term(VOC_GENDER, "female"), 0, 255);
    const uint64_t *years = admit.signatures[rule[0]].age;
    for (int year = 0; year <= 120; year++)
        assert_int_equal(has(years, year), year >= 15);
}

static void test_children_words(void **state) {
    static const struct {
        const char *cell;
        int stated;
    } cases[] = {{"", 0}, {"none", 1}, {"any", 2}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        set(COL_ACCEPTS_CHILDREN, cases[i].cell);
        read_rules(NULL);
        assert_int_equal(rule_at(0)->children_stated, cases[i].stated);
        assert_int_equal(rule_at(0)->children.count, 0);
    }
}

/* A further rule has every column of the first but genders and ages. */
static void test_inherits(void **state) {
    (void)state;
    set(COL_GENDERS, "female");
    set(COL_AGE_MIN, "18");
    set(COL_AGE_MAX, "60");
    set(COL_FORMS, "sexual");
    set(COL_NATIONALITIES, "KH");
    set(COL_RESIDENTS_ONLY, "yes");
    set(COL_RULES, "[{\"age_max\":11,\"accompanied_by\":\"mother\"},"
                   "{\"genders\":\"male:case\",\"nationalities\":\"any\","
                   "\"residents_only\":\"no\"}]");
    assert_int_equal(read_rules(NULL), 3);
    assert_int_equal(gender_said(0, "female"), 'y');
    assert_int_equal(rule_at(0)->age_min, 18);
    assert_int_equal(rule_at(0)->accompanied, 0);

    assert_false(choice(1, RULE_GENDER)->stated);
    assert_int_equal(rule_at(1)->age_stated, 2);
    assert_int_equal(rule_at(1)->age_max, 11);
    assert_int_equal(rule_at(1)->accompanied, 1);
    assert_int_equal(rule_at(1)->residents, RESIDENTS_YES);
    assert_int_equal(rule_at(1)->choice[RULE_FORM], rule_at(0)->choice[RULE_FORM]);
    assert_int_equal(said(choice(1, RULE_NATIONALITY), term(VOC_COUNTRY, "KH")), 'y');

    assert_int_equal(gender_said(2, "male"), 'c');
    assert_int_equal(gender_said(2, "female"), '-');
    assert_int_equal(rule_at(2)->age_stated, 0);
    assert_int_equal(rule_at(2)->accompanied, 0); /* not from the rule before */
    assert_int_equal(rule_at(2)->residents, RESIDENTS_NO);
    assert_true(choice(2, RULE_NATIONALITY)->any);
}

/* Excluded by name in one rule: in all, wherever it is written. */
static void test_exclusions(void **state) {
    (void)state;
    set(COL_FORMS, "labour");
    set(COL_FORMS_EXCLUDED, "labour.fishing");
    set(COL_NATIONALITIES, "any");
    set(COL_RULES, "[{\"genders\":\"!male\",\"forms\":\"any\"},"
                   "{\"forms_excluded\":\"organ\",\"nationalities\":\"KH;!TH\"}]");
    assert_int_equal(read_rules(NULL), 3);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(gender_said(i, "male"), '!');
        assert_int_equal(gender_said(i, "female"), '-');
        const struct snap_choice *form = choice(i, RULE_FORM);
        assert_int_equal(said(form, term(VOC_FORM, "labour.fishing")), '!');
        assert_int_equal(said(form, term(VOC_FORM, "organ")), '!');
        assert_int_equal(said(form, term(VOC_FORM, "labour")), i == 1 ? '-' : 'y');
        assert_int_equal(said(choice(i, RULE_NATIONALITY), term(VOC_COUNTRY, "TH")), '!');
    }
    assert_false(choice(0, RULE_GENDER)->stated); /* still silent on the others */
    assert_true(choice(1, RULE_GENDER)->any);
}

/* ---- limits ------------------------------------------------------------------------ */

static void test_limits(void **state) {
    static const struct {
        enum column column;
        const char *cell;
        uint32_t limits;
    } cases[] = {
        {COL_GENDERS, "female", 1u << CRIT_GENDER},
        {COL_GENDERS, "any", 0},
        {COL_GENDERS, "!male", 1u << CRIT_GENDER},
        {COL_GENDERS, "none", 1u << CRIT_GENDER},
        {COL_AGE_MIN, "18", 1u << CRIT_AGE},
        {COL_AGE_MAX, "60", 1u << CRIT_AGE},
        {COL_AGES_CASE, "15-17", 0},
        {COL_FORMS, "sexual:case", 1u << CRIT_FORM},
        {COL_FORMS, "any", 0},
        {COL_FORMS_EXCLUDED, "organ", 1u << CRIT_FORM},
        {COL_LANGUAGES, "km", 0},
        {COL_INTERPRETERS, "none", 0},
        {COL_NATIONALITIES, "KH", 1u << CRIT_NATIONALITY},
        {COL_STAGES, "crisis", 1u << CRIT_STAGE},
        {COL_REFERRED_BY, "police", 1u << CRIT_REFERRED_BY},
        {COL_DISABILITY, "none", 1u << CRIT_DISABILITY},
        {COL_SERVES_FAMILY, "child", 0},
        {COL_ACCEPTS_CHILDREN, "any", 0},
        {COL_ACCEPTS_CHILDREN, "none", 1u << CRIT_CHILDREN},
        {COL_DOCUMENTS_REQUIRED, "passport", 1u << CRIT_DOCUMENTS},
        {COL_DOCUMENTS_REQUIRED, "passport:case", 1u << CRIT_DOCUMENTS},
        {COL_DOCUMENTS_REQUIRED, "any", 1u << CRIT_DOCUMENTS},
        {COL_DOCUMENTS_REQUIRED, "none", 0},
        {COL_OFFICIAL_STATUS, "required", 1u << CRIT_OFFICIAL_STATUS},
        {COL_OFFICIAL_STATUS, "likely_required", 1u << CRIT_OFFICIAL_STATUS},
        {COL_OFFICIAL_STATUS, "not_required", 0},
        {COL_RESIDENTS_ONLY, "yes", 1u << CRIT_RESIDENTS},
        {COL_RESIDENTS_ONLY, "never", 1u << CRIT_RESIDENTS},
        {COL_RESIDENTS_ONLY, "no", 0},
        {COL_CONTACTS_AUTHORITIES, "yes", 1u << CRIT_AUTHORITIES},
        {COL_CONTACTS_AUTHORITIES, "case", 1u << CRIT_AUTHORITIES},
        {COL_CONTACTS_AUTHORITIES, "no", 0},
        {COL_SURVIVORS_ONLY, "yes", 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        set(cases[i].column, cases[i].cell);
        read_rules(NULL);
        if (rule_at(0)->limits != cases[i].limits)
            fail_msg("%s %s: limits %x", columns[cases[i].column].name, cases[i].cell,
                     rule_at(0)->limits);
        set(cases[i].column, "");
    }
    set(COL_LANGUAGES, "km");
    set(COL_INTERPRETERS, "none"); /* the two together */
    read_rules(NULL);
    assert_int_equal(rule_at(0)->limits, 1u << CRIT_LANGUAGE);
}

/* ---- what a view does not know ----------------------------------------------------- */

static void test_dropped(void **state) {
    (void)state;
    bool drop[COL_COUNT] = {
        [COL_FORMS] = true, [COL_FORMS_EXCLUDED] = true, [COL_SURVIVORS_ONLY] = true};
    set(COL_FORMS, "sexual");
    set(COL_FORMS_EXCLUDED, "organ");
    set(COL_SURVIVORS_ONLY, "yes");
    set(COL_GENDERS, "female");
    set(COL_RULES, "[{\"forms\":\"labour\",\"forms_excluded\":\"begging\","
                   "\"genders\":\"male\",\"survivors_only\":\"yes\"}]");
    assert_int_equal(read_rules(drop), 2);
    for (int i = 0; i < 2; i++) {
        const struct snap_choice nothing = {.stated = 0};
        assert_memory_equal(choice(i, RULE_FORM), &nothing, sizeof nothing);
        assert_int_equal(rule_at(i)->survivors_only, STATED_NOT);
        assert_int_equal(gender_said(i, i ? "male" : "female"), 'y');
    }
    assert_int_equal(read_rules(NULL), 2);
    assert_int_equal(said(choice(1, RULE_FORM), term(VOC_FORM, "organ")), '!');
    assert_int_equal(rule_at(1)->survivors_only, STATED_YES);
}

/* ---- bad rules, and equal ones ----------------------------------------------------- */

static void test_bad_rules(void **state) {
    static const char *const bad[] = {
        "[",
        "{}",
        "\"x\"",
        "[]",
        "[1]",
        "[\"male\"]",
        "[[]]",
        "[null]",
        "[{}] [{}]",
        "[{\"genders\":[\"male\"]}]",
        "[{\"age_max\":1.5}]",
        "[{\"accompanied_by\":7}]",
        "[{\"accompanied_by\":null}]",
        "[{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}]", /* 17 */
    };
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct error e = {0};
        set(COL_RULES, bad[i]);
        if (admit_rules(&admit, &service.flat, NULL, rule, &e) != 0)
            fail_msg("taken: %s", bad[i]);
        assert_int_equal(e.code, ERR_DATA);
        assert_non_null(strstr(e.message, "rules: "));
    }
    set(COL_RULES, "[{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}]"); /* 16 */
    assert_int_equal(read_rules(NULL), RULES_MAX);
}

static void test_shared(void **state) {
    (void)state;
    set(COL_GENDERS, "female");
    read_rules(NULL);
    uint32_t first = rule[0], choices = admit.choice_count;
    service = service_by_hand(2);
    set(COL_GENDERS, "female");
    read_rules(NULL);
    assert_int_equal(rule[0], first);
    assert_int_equal(admit.choice_count, choices);
    set(COL_GENDERS, "male");
    read_rules(NULL);
    assert_int_not_equal(rule[0], first);
}

/* A cell too long for the cache of cells means the same. */
static void test_long_cell(void **state) {
    (void)state;
    char cell[1500] = "";
    for (int i = 0; i < vocabulary(VOC_COUNTRY)->count; i++) {
        const char *code = vocabulary(VOC_COUNTRY)->terms[i].code;
        if (strcmp(code, "TH") != 0)
            snprintf(cell + strlen(cell), sizeof cell - strlen(cell), "%s%s",
                     cell[0] ? ";" : "", code);
    }
    assert_true(strlen(cell) > 512);
    set(COL_NATIONALITIES, cell);
    read_rules(NULL);
    assert_int_equal(said(choice(0, RULE_NATIONALITY), term(VOC_COUNTRY, "TH")), '-');
    assert_int_equal(said(choice(0, RULE_NATIONALITY), term(VOC_COUNTRY, "KH")), 'y');
}

/* ---- enums and vocabularies -------------------------------------------------------- */

/* code_number() stores the index in the vocabulary + 1: the enums are in its order. */
static void test_enums(void **state) {
    static const struct {
        enum vocabulary_id voc;
        const char *code;
        int number;
    } same[] = {
        {VOC_YES_CASE_NO, "yes", STATED_YES},
        {VOC_YES_CASE_NO, "case", STATED_CASE},
        {VOC_YES_CASE_NO, "no", STATED_NO},
        {VOC_RESIDENTS, "yes", RESIDENTS_YES},
        {VOC_RESIDENTS, "no", RESIDENTS_NO},
        {VOC_RESIDENTS, "never", RESIDENTS_NEVER},
        {VOC_OFFICIAL_STATUS, "required", OFFICIAL_REQUIRED},
        {VOC_OFFICIAL_STATUS, "likely_required", OFFICIAL_LIKELY},
        {VOC_OFFICIAL_STATUS, "not_required", OFFICIAL_NOT_REQUIRED},
    };
    (void)state;
    for (size_t i = 0; i < sizeof same / sizeof *same; i++)
        assert_int_equal(term(same[i].voc, same[i].code) + 1, same[i].number);
    assert_int_equal(vocabulary(VOC_YES_CASE_NO)->count, STATED_NO);
    assert_int_equal(vocabulary(VOC_RESIDENTS)->count, RESIDENTS_NEVER);
    assert_int_equal(vocabulary(VOC_OFFICIAL_STATUS)->count, OFFICIAL_NOT_REQUIRED);
    assert_true(vocabulary(VOC_REMOTE)->count <= 8);  /* snap_service.remote is 8 bits */
    assert_true(vocabulary(VOC_GENDER)->count <= 16); /* snap_signature.gender is 16 */
    assert_true(vocabulary(VOC_FORM)->count <=
                64); /* snap_signature.form: 1 bit a form */
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lists),
        TEST(test_silent),
        TEST(test_ages),
        TEST(test_children_words),
        TEST(test_inherits),
        TEST(test_exclusions),
        TEST(test_limits),
        TEST(test_dropped),
        TEST(test_bad_rules),
        TEST(test_shared),
        TEST(test_long_cell),
        cmocka_unit_test(test_enums),
    };
    return cmocka_run_group_tests(tests, load_vocabularies, NULL);
}
