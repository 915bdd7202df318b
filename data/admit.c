/* SPDX-License-Identifier: Apache-2.0 */
#include "data/admit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "data/json_read.h"
#include "data/mem.h"

/* Which column each choice of a rule is read from. */
static const struct {
    enum column column;
    enum vocabulary_id voc;
    int criterion; /* that it limits when a query leaves it out, or -1 */
} choice_source[RULE_CHOICES] = {
    [RULE_GENDER] = {COL_GENDERS, VOC_GENDER, CRIT_GENDER},
    [RULE_FORM] = {COL_FORMS, VOC_FORM, CRIT_FORM},
    [RULE_LANGUAGE] = {COL_LANGUAGES, VOC_LANGUAGE, -1},
    [RULE_INTERPRETER] = {COL_INTERPRETERS, VOC_LANGUAGE, -1},
    [RULE_NATIONALITY] = {COL_NATIONALITIES, VOC_COUNTRY, CRIT_NATIONALITY},
    [RULE_STAGE] = {COL_STAGES, VOC_STAGE, CRIT_STAGE},
    [RULE_REFERRED_BY] = {COL_REFERRED_BY, VOC_REFERRER, CRIT_REFERRED_BY},
    [RULE_DISABILITY] = {COL_DISABILITY, VOC_DISABILITY, CRIT_DISABILITY},
    [RULE_FAMILY] = {COL_SERVES_FAMILY, VOC_BENEFICIARY, -1},
    [RULE_DOCUMENTS] = {COL_DOCUMENTS_REQUIRED, VOC_DOCUMENT, CRIT_DOCUMENTS},
};

void admit_init(struct admit *a) {
    *a = (struct admit){0};
}

void admit_free(struct admit *a) {
    free(a->choices);
    free(a->rules);
    free(a->signatures);
    free(a->ages);
    free(a->age_runs);
    free(a->choice_of_key);
    intern_free(&a->choice_keys);
    intern_free(&a->choice_values);
    intern_free(&a->rule_keys);
    intern_free(&a->age_keys);
}

static void set_bit(uint64_t *set, int bit) {
    set[bit / 64] |= UINT64_C(1) << bit % 64;
}

/* How a listed term reaches others of its vocabulary. */
static bool reaches(enum vocabulary_id voc, int listed, int term) {
    if (listed == term)
        return true;
    if (voc == VOC_FORM)
        return vocabulary_within(voc, term, listed);
    if (voc == VOC_LANGUAGE)
        return vocabulary_within(voc, term, listed) || vocabulary_within(voc, listed, term);
    return false;
}

static void set_reached(enum vocabulary_id voc, int listed, uint64_t *set) {
    for (int term = 0; term < vocabulary(voc)->count; term++)
        if (reaches(voc, listed, term))
            set_bit(set, term);
}

/* Asked about something wider than what is listed: some of it is admitted. */
static void set_wider(enum vocabulary_id voc, int listed, uint64_t *set) {
    if (voc != VOC_FORM)
        return;
    for (int term = 0; term < vocabulary(voc)->count; term++)
        if (term != listed && vocabulary_within(voc, listed, term))
            set_bit(set, term);
}

static void add_item(struct snap_choice *c, enum vocabulary_id voc, struct slice item) {
    bool excluded = item.len > 0 && item.at[0] == '!';
    if (excluded)
        item = (struct slice){item.at + 1, item.len - 1};
    struct slice code, mark = item;
    slice_next(&mark, ':', &code);
    int term = vocabulary_find(voc, code.at, code.len);
    if (term < 0)
        return;
    bool partial = voc != VOC_LANGUAGE && mark.at != NULL;
    set_reached(voc, term, excluded ? c->excluded : partial ? c->partial : c->yes);
    if (!excluded)
        set_wider(voc, term, c->partial);
}

struct snap_choice admit_choice(enum vocabulary_id voc, const char *cell) {
    struct snap_choice c = {.stated = cell[0] != '\0'};
    struct slice rest = slice_of(cell), item;
    bool listed = false;
    while (c.stated && slice_next(&rest, ';', &item)) {
        if (slice_is(item, "any"))
            c.any = 1;
        else
            add_item(&c, voc, item);
        listed |= item.at[0] != '!';
    }
    if (c.stated && !listed)
        c.any = 1; /* "!x" alone: all but x */
    return c;
}

static uint32_t add_choice(struct admit *a, const struct snap_choice *c) {
    bool added;
    uint32_t number = intern(&a->choice_values, c, sizeof *c, &added);
    if (added) {
        a->choices = xgrow(a->choices, &a->choice_capacity, number, sizeof *c);
        a->choices[number] = *c;
        a->choice_count = number + 1;
    }
    return number;
}

/* The choice of a cell, by a cache from (vocabulary, text): texts repeat. `more` is a
 * further list of codes that are excluded. */
static uint32_t choice_number(struct admit *a, enum vocabulary_id voc, const char *cell,
                              const char *more) {
    char key[512];
    size_t len = strlen(cell), more_len = strlen(more);
    bool fits = len + more_len + 2 <= sizeof key;
    bool added = true;
    uint32_t k = 0;
    if (fits) {
        key[0] = (char)voc;
        memcpy(key + 1, cell, len + 1);
        memcpy(key + 2 + len, more, more_len);
        k = intern(&a->choice_keys, key, len + more_len + 2, &added);
        if (!added)
            return a->choice_of_key[k];
    }
    struct snap_choice c = admit_choice(voc, cell), excluded = admit_choice(voc, more);
    for (int i = 0; i < SNAP_WORDS; i++)
        c.excluded[i] |= excluded.yes[i];
    uint32_t number = add_choice(a, &c);
    if (fits) {
        a->choice_of_key = xgrow(a->choice_of_key, &a->choice_of_key_capacity, k,
                                 sizeof *a->choice_of_key);
        a->choice_of_key[k] = number;
    }
    return number;
}

/* "15-17" or "15". */
static void read_span(struct slice s, struct snap_ages *out) {
    struct slice low, high = s;
    int64_t a = 0, b;
    slice_next(&high, '-', &low);
    slice_integer(low, &a);
    b = a;
    if (high.at != NULL)
        slice_integer(high, &b);
    out->low = (uint8_t)a;
    out->high = (uint8_t)b;
}

/* One entry of `ages_case` ("15-17") or `accepts_children` ("male:0-11", "any:0-5"). */
static struct snap_ages read_ages(struct slice item) {
    struct snap_ages ages = {-1, 0, 255};
    struct slice before, rest = item;
    slice_next(&rest, ':', &before);
    if (rest.at == NULL) {
        if (before.len > 0 && before.at[0] >= '0' && before.at[0] <= '9')
            read_span(before, &ages);
        else
            ages.gender = (int8_t)vocabulary_find(VOC_GENDER, before.at, before.len);
        return ages;
    }
    ages.gender = (int8_t)vocabulary_find(VOC_GENDER, before.at, before.len);
    read_span(rest, &ages);
    return ages;
}

static struct snap_run age_run(struct admit *a, const char *cell) {
    struct snap_run run = {0, 0};
    if (cell[0] == '\0' || strcmp(cell, "none") == 0 || strcmp(cell, "any") == 0)
        return run;
    bool added;
    uint32_t k = intern(&a->age_keys, cell, strlen(cell), &added);
    if (!added)
        return a->age_runs[k];
    run.first = a->age_count;
    struct slice rest = slice_of(cell), item;
    while (slice_next(&rest, ';', &item)) {
        a->ages = xgrow(a->ages, &a->age_capacity, a->age_count, sizeof *a->ages);
        a->ages[a->age_count++] = read_ages(item);
    }
    run.count = a->age_count - run.first;
    a->age_runs = xgrow(a->age_runs, &a->age_run_capacity, k, sizeof run);
    a->age_runs[k] = run;
    return run;
}

static uint8_t code_number(enum vocabulary_id voc, const char *cell) {
    return (uint8_t)(vocabulary_find(voc, cell, strlen(cell)) + 1);
}

static uint8_t age_bound(const char *cell, uint8_t otherwise) {
    return cell[0] ? (uint8_t)atoi(cell) : otherwise;
}

/* Criteria whose answer this rule could make worse than `yes`. */
static uint32_t rule_limits(const struct admit *a, const struct snap_rule *r) {
    uint32_t limits = 0;
    for (int i = 0; i < RULE_CHOICES; i++) {
        const struct snap_choice *c = &a->choices[r->choice[i]];
        bool excludes = false;
        for (int w = 0; w < SNAP_WORDS; w++)
            excludes |= c->excluded[w] != 0;
        if (choice_source[i].criterion >= 0 && (excludes || (c->stated && !c->any)))
            limits |= criterion_bit((enum criterion)choice_source[i].criterion);
    }
    const struct snap_choice *language = &a->choices[r->choice[RULE_LANGUAGE]];
    const struct snap_choice *documents = &a->choices[r->choice[RULE_DOCUMENTS]];
    bool some = documents->any;
    for (int w = 0; w < SNAP_WORDS; w++)
        some |= (documents->yes[w] | documents->partial[w]) != 0;
    limits &= ~criterion_bit(CRIT_DOCUMENTS);
    limits |= some ? criterion_bit(CRIT_DOCUMENTS) : 0;
    if (language->stated && !language->any && r->no_interpreters)
        limits |= criterion_bit(CRIT_LANGUAGE);
    if (r->age_stated)
        limits |= criterion_bit(CRIT_AGE);
    if (r->children_stated == 1)
        limits |= criterion_bit(CRIT_CHILDREN);
    if (r->official_status == OFFICIAL_REQUIRED || r->official_status == OFFICIAL_LIKELY)
        limits |= criterion_bit(CRIT_OFFICIAL_STATUS);
    if (r->residents == RESIDENTS_YES || r->residents == RESIDENTS_NEVER)
        limits |= criterion_bit(CRIT_RESIDENTS);
    if (r->authorities == STATED_YES || r->authorities == STATED_CASE)
        limits |= criterion_bit(CRIT_AUTHORITIES);
    return limits;
}

static bool choice_silent(const struct admit *a, const struct snap_rule *r, int choice) {
    return !a->choices[r->choice[choice]].stated;
}

/* The criteria on which a rule is silent, as rule_limits() has those that it limits. */
static uint32_t rule_silent(const struct admit *a, const struct snap_rule *r) {
    uint32_t silent = 0;
    for (int i = 0; i < RULE_CHOICES; i++)
        if (choice_source[i].criterion >= 0 && choice_silent(a, r, i))
            silent |= criterion_bit((enum criterion)choice_source[i].criterion);
    if (!r->age_stated)
        silent |= criterion_bit(CRIT_AGE);
    if (!r->children_stated)
        silent |= criterion_bit(CRIT_CHILDREN);
    if (!r->official_status)
        silent |= criterion_bit(CRIT_OFFICIAL_STATUS);
    if (!r->residents)
        silent |= criterion_bit(CRIT_RESIDENTS);
    if (!r->authorities)
        silent |= criterion_bit(CRIT_AUTHORITIES);
    if (choice_silent(a, r, RULE_FAMILY))
        silent |= criterion_bit(CRIT_BENEFICIARY);
    return silent;
}

/* Bit `term`, modulo 64: asked for it, the choice would not answer `no`. */
static uint64_t possible(const struct snap_choice *c, int count) {
    uint64_t bits = 0;
    for (int i = 0; i < count; i++) {
        uint64_t bit = UINT64_C(1) << i % 64;
        bool no = (c->excluded[i / 64] & bit) ||
                  (c->stated && !c->any && !((c->yes[i / 64] | c->partial[i / 64]) & bit));
        bits |= no ? 0 : bit;
    }
    return bits;
}

static void possible_ages(const struct admit *a, const struct snap_rule *r, uint64_t age[2]) {
    for (int year = 0; year < 128; year++) {
        bool in = !r->age_stated || (year >= r->age_min && year <= r->age_max);
        for (uint32_t i = 0; i < r->ages_case.count; i++) {
            const struct snap_ages *span = &a->ages[r->ages_case.first + i];
            in |= year >= span->low && year <= span->high;
        }
        if (in)
            age[year / 64] |= UINT64_C(1) << year % 64;
    }
}

/* Bit: asked for that gender, the choice would not know. */
static uint16_t silent_genders(const struct snap_choice *gender) {
    int other = vocabulary_find(VOC_GENDER, "other", 5);
    if (!gender->stated)
        return UINT16_MAX;
    bool known = gender->any || (gender->yes[0] | gender->partial[0]) >> other & 1;
    return known ? 0 : (uint16_t)(1u << other);
}

/* Bit, modulo 64: asked for that language, neither staff nor interpreters are known to
 * speak it, nor to be all there is. */
static uint64_t silent_languages(const struct snap_choice *staff,
                                 const struct snap_choice *interpreters, bool none) {
    uint64_t bits = 0;
    if ((staff->stated && none) || staff->any || interpreters->any)
        return 0;
    for (int i = 0; i < vocabulary(VOC_LANGUAGE)->count; i++) {
        uint64_t bit = UINT64_C(1) << i % 64;
        bits |= (staff->yes[i / 64] | interpreters->yes[i / 64]) & bit ? 0 : bit;
    }
    return bits;
}

static struct snap_signature rule_signature(const struct admit *a, const struct snap_rule *r) {
    struct snap_signature s = {0};
    const struct snap_choice *gender = &a->choices[r->choice[RULE_GENDER]];
    const struct snap_choice *language = &a->choices[r->choice[RULE_LANGUAGE]];
    int other = vocabulary_find(VOC_GENDER, "other", 5);
    s.gender = (uint16_t)possible(gender, vocabulary(VOC_GENDER)->count);
    if (!(gender->excluded[0] >> other & 1))
        s.gender |= (uint16_t)(1u << other); /* never `no` unless excluded by name */
    s.gender_silent = silent_genders(gender);
    s.form = possible(&a->choices[r->choice[RULE_FORM]], vocabulary(VOC_FORM)->count);
    s.language = UINT64_MAX;
    if (r->no_interpreters && language->stated)
        s.language = possible(language, vocabulary(VOC_LANGUAGE)->count);
    s.language_silent = silent_languages(language, &a->choices[r->choice[RULE_INTERPRETER]],
                                         r->no_interpreters);
    possible_ages(a, r, s.age);
    s.silent = rule_silent(a, r) & ~criterion_bit(CRIT_GENDER);
    s.silent |= rule_for_children(r) ? CHILDREN_ONLY : 0;
    s.known = ~rule_silent(a, r);
    if (r->ages_case.count > 0)
        s.known |= criterion_bit(CRIT_AGE);
    return s;
}

/* Fills everything but what other rules of the service exclude. */
static struct snap_rule read_rule(struct admit *a, const char *const *cell,
                                  const char *accompanied) {
    struct snap_rule r = {.age_max = 255};
    for (int i = 0; i < RULE_CHOICES; i++)
        r.choice[i] = choice_number(a, choice_source[i].voc, cell[choice_source[i].column],
                                    i == RULE_FORM ? cell[COL_FORMS_EXCLUDED] : "");
    r.ages_case = age_run(a, cell[COL_AGES_CASE]);
    r.children = age_run(a, cell[COL_ACCEPTS_CHILDREN]);
    r.age_min = age_bound(cell[COL_AGE_MIN], 0);
    r.age_max = age_bound(cell[COL_AGE_MAX], 255);
    r.age_stated = (uint8_t)((cell[COL_AGE_MIN][0] != 0) | (cell[COL_AGE_MAX][0] != 0) << 1);
    r.children_stated = cell[COL_ACCEPTS_CHILDREN][0] == '\0'                ? 0
                        : strcmp(cell[COL_ACCEPTS_CHILDREN], "any") == 0 ? 2
                                                                            : 1;
    r.official_status = code_number(VOC_OFFICIAL_STATUS, cell[COL_OFFICIAL_STATUS]);
    r.residents = code_number(VOC_RESIDENTS, cell[COL_RESIDENTS_ONLY]);
    r.survivors_only = code_number(VOC_YES_CASE_NO, cell[COL_SURVIVORS_ONLY]);
    r.authorities = code_number(VOC_YES_CASE_NO, cell[COL_CONTACTS_AUTHORITIES]);
    r.no_interpreters = strcmp(cell[COL_INTERPRETERS], "none") == 0;
    r.accompanied = accompanied[0] != '\0';
    return r;
}

/* Exclusions by name bind every rule. */
static void share_exclusions(struct admit *a, struct snap_rule *rules, uint32_t count) {
    for (int i = 0; i < RULE_CHOICES && count > 1; i++) {
        uint64_t excluded[SNAP_WORDS] = {0}, any = 0;
        for (uint32_t k = 0; k < count; k++)
            for (int w = 0; w < SNAP_WORDS; w++)
                any |= excluded[w] |= a->choices[rules[k].choice[i]].excluded[w];
        for (uint32_t k = 0; k < count && any; k++) {
            struct snap_choice c = a->choices[rules[k].choice[i]];
            memcpy(c.excluded, excluded, sizeof excluded);
            rules[k].choice[i] = add_choice(a, &c);
        }
    }
}

static uint32_t add_rule(struct admit *a, struct snap_rule *r) {
    bool added;
    r->limits = rule_limits(a, r);
    uint32_t number = intern(&a->rule_keys, r, sizeof *r, &added);
    if (added) {
        a->rules = xgrow(a->rules, &a->rule_capacity, number, sizeof *r);
        a->signatures = xgrow(a->signatures, &a->signature_capacity, number,
                              sizeof *a->signatures);
        a->rules[number] = *r;
        a->signatures[number] = rule_signature(a, r);
        a->rule_count = number + 1;
    }
    return number;
}

/* One member of a rule's JSON object, over the inherited cells. */
struct overlay {
    const char *cell[COL_COUNT];
    const char *accompanied;
    const bool *drop;
    char number[COL_COUNT][12]; /* texts of integers */
};

static bool overlay_member(const char *key, const struct json *value, void *ctx) {
    struct overlay *o = ctx;
    bool whole = json_kind(value) == KIND_INTEGER;
    bool companion = strcmp(key, "accompanied_by") == 0;
    if (json_kind(value) != KIND_STRING && (!whole || companion))
        return false;
    if (companion) {
        o->accompanied = json_text(value, NULL);
        return true;
    }
    int column = column_find(key, strlen(key));
    if (column < 0 || (o->drop != NULL && o->drop[column]))
        return true;
    if (whole) {
        snprintf(o->number[column], sizeof o->number[column], "%d", (int)json_whole(value));
        o->cell[column] = o->number[column];
    } else {
        o->cell[column] = json_text(value, NULL);
    }
    return true;
}

/* Appends the further rules to `out`, which holds `*count`. The record is a file that
 * other programs open as well: what no importer writes is refused. */
static bool read_rules(struct admit *a, const struct overlay *base,
                       const struct json *list, struct snap_rule *out, uint32_t *count) {
    if (list == NULL || json_kind(list) != KIND_ARRAY || json_count(list) == 0 ||
        json_count(list) > RULES_MAX - 1)
        return false;
    for (size_t i = 0; i < json_count(list); i++) {
        const struct json *rule = json_at(list, i);
        struct overlay o = *base;
        o.cell[COL_GENDERS] = o.cell[COL_AGE_MIN] = o.cell[COL_AGE_MAX] = "";
        if (json_kind(rule) != KIND_OBJECT || !json_each(rule, overlay_member, &o))
            return false;
        out[(*count)++] = read_rule(a, o.cell, o.accompanied);
    }
    return true;
}

uint32_t admit_rules(struct admit *a, const struct flat *flat, const bool *drop,
                     uint32_t out[RULES_MAX], struct error *e) {
    struct overlay base = {.accompanied = "", .drop = drop};
    struct snap_rule rules[RULES_MAX];
    for (int i = 0; i < COL_COUNT; i++)
        base.cell[i] = drop != NULL && drop[i] ? "" : flat->cell[i];
    rules[0] = read_rule(a, base.cell, "");
    uint32_t count = 1;
    const char *further = flat->cell[COL_RULES];
    if (further[0] != '\0') {
        struct json *list = json_parse(further, strlen(further), e);
        bool read = read_rules(a, &base, list, rules, &count);
        json_free(list);
        if (!read) {
            error_set(e, ERR_DATA, "rules: not a list of 1 to %d objects", RULES_MAX - 1);
            return 0;
        }
        share_exclusions(a, rules, count);
    }
    for (uint32_t i = 0; i < count; i++)
        out[i] = add_rule(a, &rules[i]);
    return count;
}

void signature_add(struct snap_signature *into, const struct snap_signature *more) {
    into->country |= more->country;
    into->form |= more->form;
    into->language |= more->language;
    into->age[0] |= more->age[0];
    into->age[1] |= more->age[1];
    into->language_silent |= more->language_silent;
    into->gender |= more->gender;
    into->gender_silent |= more->gender_silent;
    into->known |= more->known;
    into->silent |= more->silent;
}
