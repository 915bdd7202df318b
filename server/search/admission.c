/* SPDX-License-Identifier: Apache-2.0 */
#include "server/search/admission.h"

#include <string.h>

static bool has(const uint64_t *set, int term) {
    return set[term / 64] >> term % 64 & 1;
}

static enum level worse(enum level a, enum level b) {
    return a < b ? a : b;
}

static enum level better(enum level a, enum level b) {
    return a > b ? a : b;
}

static void put(struct verdict *v, enum criterion c, enum level level) {
    v->at[level] |= criterion_bit(c);
}

static bool asks(const struct query *q, enum criterion c) {
    return q->asked & criterion_bit(c);
}

/* ---- one criterion each ----------------------------------------------------------- */

static const struct snap_choice *choice_of(const struct snapshot *s, const struct snap_rule *r,
                                           enum rule_choice which) {
    return &s->choices[r->choice[which]];
}

static enum level choice_level(const struct snap_choice *c, int term) {
    if (has(c->excluded, term))
        return LEVEL_NO;
    if (c->any || has(c->yes, term))
        return LEVEL_YES;
    if (has(c->partial, term))
        return LEVEL_CASE;
    return c->stated ? LEVEL_NO : LEVEL_UNKNOWN;
}

static enum level gender_level(const struct snap_choice *c, int gender) {
    enum level level = choice_level(c, gender);
    if (level != LEVEL_NO || has(c->excluded, gender))
        return level;
    bool other = strcmp(vocabulary(VOC_GENDER)->terms[gender].code, "other") == 0;
    return other ? LEVEL_UNKNOWN : LEVEL_NO;
}

static enum level age_level(const struct snapshot *s, const struct snap_rule *r,
                            const struct query *q) {
    if (r->age_stated && q->age_low >= r->age_min && q->age_high <= r->age_max)
        return LEVEL_YES;
    if (r->age_stated && q->age_low <= r->age_max && q->age_high >= r->age_min)
        return LEVEL_CASE;
    for (uint32_t i = 0; i < r->ages_case.count; i++) {
        const struct snap_ages *span = &s->ages[r->ages_case.first + i];
        if (q->age_low <= span->high && q->age_high >= span->low)
            return LEVEL_CASE;
    }
    return r->age_stated ? LEVEL_NO : LEVEL_UNKNOWN;
}

/* Any of several forms; but one that is excluded by name decides. */
static enum level form_level(const struct snap_choice *c, const struct query_list *forms) {
    enum level best = LEVEL_NO;
    for (int i = 0; i < forms->count; i++) {
        if (has(c->excluded, forms->term[i]))
            return LEVEL_NO;
        best = better(best, choice_level(c, forms->term[i]));
    }
    return best;
}

static enum level language_level(const struct snap_choice *staff,
                                 const struct snap_choice *interpreters, bool no_interpreters,
                                 int language) {
    enum level spoken = choice_level(staff, language);
    if (spoken == LEVEL_YES)
        return LEVEL_YES;
    if (choice_level(interpreters, language) == LEVEL_YES)
        return LEVEL_INTERPRETER;
    return spoken == LEVEL_NO && no_interpreters ? LEVEL_NO : LEVEL_UNKNOWN;
}

static enum level best_language(const struct snapshot *s, const struct snap_rule *r,
                                const struct query_list *languages) {
    enum level best = LEVEL_NO;
    for (int i = 0; i < languages->count; i++)
        best = better(best, language_level(choice_of(s, r, RULE_LANGUAGE),
                                           choice_of(s, r, RULE_INTERPRETER),
                                           r->no_interpreters, languages->term[i]));
    return best;
}

static enum level disability_level(const struct snap_choice *c, const struct query_list *all) {
    enum level worst = LEVEL_YES;
    for (int i = 0; i < all->count; i++)
        worst = worse(worst, choice_level(c, all->term[i]));
    return worst;
}

/* True when an entry admits a child of that gender (-1: any) and age (-1: any). */
static bool child_listed(const struct snapshot *s, const struct snap_rule *r, int gender,
                         int age) {
    for (uint32_t i = 0; i < r->children.count; i++) {
        const struct snap_ages *a = &s->ages[r->children.first + i];
        if (gender >= 0 && a->gender >= 0 && a->gender != gender)
            continue;
        if (age < 0 || (age >= a->low && age <= a->high))
            return true;
    }
    return false;
}

static enum level child_level(const struct snapshot *s, const struct snap_rule *r,
                              const struct query_child *child) {
    if (r->children_stated != 1)
        return r->children_stated ? LEVEL_YES : LEVEL_UNKNOWN;
    if (!child_listed(s, r, child->gender, child->age))
        return LEVEL_NO;
    if (child->age < 0)
        return LEVEL_CASE;
    int female = vocabulary_find(VOC_GENDER, "female", 6);
    int male = vocabulary_find(VOC_GENDER, "male", 4);
    bool all = child->gender >= 0 || (child_listed(s, r, female, child->age) &&
                                      child_listed(s, r, male, child->age));
    return all ? LEVEL_YES : LEVEL_CASE;
}

static enum level children_level(const struct snapshot *s, const struct snap_rule *r,
                                 const struct query *q) {
    enum level worst = LEVEL_YES;
    for (int i = 0; i < q->child_count; i++)
        worst = worse(worst, child_level(s, r, &q->child[i]));
    return worst;
}

static enum level documents_level(const struct snap_choice *c) {
    if (!c->stated)
        return LEVEL_UNKNOWN;
    uint64_t yes = c->any, partial = 0;
    for (int i = 0; i < SNAP_WORDS; i++) {
        yes |= c->yes[i];
        partial |= c->partial[i];
    }
    return yes ? LEVEL_NO : partial ? LEVEL_CASE : LEVEL_YES;
}

static enum level official_level(const struct snap_rule *r, bool identified) {
    static const enum level level[] = {
        [OFFICIAL_NOT_STATED] = LEVEL_UNKNOWN,
        [OFFICIAL_REQUIRED] = LEVEL_NO,
        [OFFICIAL_LIKELY] = LEVEL_CASE,
        [OFFICIAL_NOT_REQUIRED] = LEVEL_YES,
    };
    return identified ? LEVEL_YES : level[r->official_status];
}

static enum level residents_level(const struct snap_rule *r, bool residential) {
    static const enum level at_home[] = {LEVEL_UNKNOWN, LEVEL_NO, LEVEL_YES, LEVEL_YES};
    static const enum level living_in[] = {LEVEL_UNKNOWN, LEVEL_YES, LEVEL_YES, LEVEL_NO};
    return residential ? living_in[r->residents] : at_home[r->residents];
}

static bool is_self(int beneficiary) {
    return strcmp(vocabulary(VOC_BENEFICIARY)->terms[beneficiary].code, "self") == 0;
}

static enum level beneficiary_level(const struct snap_choice *family, uint8_t survivors_only,
                                    int beneficiary) {
    if (is_self(beneficiary))
        return LEVEL_YES;
    enum level level = choice_level(family, beneficiary);
    return level == LEVEL_UNKNOWN && survivors_only == STATED_YES ? LEVEL_NO : level;
}

static enum level authorities_level(const struct snap_rule *r,
                                    const struct snap_service *service) {
    static const enum level level[] = {LEVEL_UNKNOWN, LEVEL_NO, LEVEL_CASE, LEVEL_YES};
    return service->flags & SERVICE_AUTHORITY ? LEVEL_NO : level[r->authorities];
}

static enum level home_visit_level(const struct snap_service *service) {
    int visit = vocabulary_find(VOC_REMOTE, "home_visit", 10);
    uint8_t bit = (uint8_t)(1u << visit);
    if (service->remote == 0)
        return LEVEL_UNKNOWN;
    if (!(service->remote & bit))
        return LEVEL_YES;
    return service->remote == bit ? LEVEL_NO : LEVEL_CASE;
}

/* ---- the service's own ------------------------------------------------------------- */

static bool query_has_country(const struct query *q, int country) {
    for (int i = 0; i < q->country_count; i++)
        if (q->country[i] == country)
            return true;
    return false;
}

/* Is somebody in one area of `covers`? */
static enum level cover_level(const struct snapshot *s, const struct query *q,
                              const struct snap_cover *cover) {
    static const enum level inside[] = {
        [ATLAS_NO] = LEVEL_NO, [ATLAS_UNKNOWN] = LEVEL_UNKNOWN, [ATLAS_YES] = LEVEL_YES};
    if (cover->kind == COVERS_ANY)
        return LEVEL_YES;
    if (q->country_count == 0)
        return LEVEL_UNKNOWN;
    if (!query_has_country(q, cover->country))
        return LEVEL_NO;
    if (cover->kind == COVERS_COUNTRY)
        return LEVEL_YES;
    return cover->kind == COVERS_NAME ? LEVEL_UNKNOWN
                                      : inside[atlas_is_in(s->atlas, &q->holds, cover->place)];
}

enum level covers_level(const struct snapshot *s, const struct query *q,
                        const struct snap_service *service) {
    enum level best = LEVEL_NO;
    for (uint32_t i = 0; i < service->covers.count && best != LEVEL_YES; i++)
        best = better(best, cover_level(s, q, &s->covers[service->covers.first + i]));
    return best;
}

/* A service that only fills in for others: not where one of them covers the point. */
static enum level absent_level(const struct snapshot *s, const struct query *q,
                               const struct snap_service *service) {
    enum level worst = LEVEL_YES;
    for (uint32_t i = 0; i < service->absent.count; i++) {
        uint32_t other = s->links[service->absent.first + i];
        if (other == SNAP_NONE)
            continue;
        const struct snap_service *o = &s->services[other];
        enum level there = o->covers.count ? covers_level(s, q, o) : LEVEL_UNKNOWN;
        worst = worse(worst, there == LEVEL_YES       ? LEVEL_NO
                             : there == LEVEL_UNKNOWN ? LEVEL_CASE
                                                      : LEVEL_YES);
    }
    return worst;
}

bool states_need(const struct snap_service *service, const struct query *q) {
    uint64_t stated = 0;
    for (int w = 0; w < SNAP_NEED_WORDS; w++)
        stated |= service->needs[w] & q->need_within[w];
    return stated || q->need.count == 0;
}

static enum holiday is_holiday(int year, int month, int day, void *ctx) {
    const struct snap_holiday *first = ((void **)ctx)[0], *end = ((void **)ctx)[1];
    uint32_t date = (uint32_t)(year * 10000 + month * 100 + day);
    for (const struct snap_holiday *h = first; h < end; h++)
        if (h->date == date)
            return HOLIDAY_YES;
    return first == end ? HOLIDAY_UNKNOWN : HOLIDAY_NO;
}

/* The hours of a service, its local time, and its country's holidays. */
struct asked_hours {
    const struct hours *hours;
    struct local_time at;
    const void *holidays[2];
};

/* False: it is not known when the service is open. */
static bool find_hours(const struct snapshot *s, const struct query *q,
                       const struct snap_service *service, struct asked_hours *out) {
    if (service->hours == SNAP_NONE || service->zone == UINT16_MAX)
        return false;
    const struct snap_holiday *first = s->holidays, *end = s->holidays + s->holidays_count;
    while (first < end && first->country != service->country)
        first++;
    const struct snap_holiday *last = first;
    while (last < end && last->country == service->country)
        last++;
    out->holidays[0] = first;
    out->holidays[1] = last;
    out->at = timezone_local(&s->zones[service->zone], q->open_at);
    out->hours = (const struct hours *)(const void *)&s->hours[service->hours];
    return true;
}

struct open_answer service_open(const struct snapshot *s, const struct query *q,
                                const struct snap_service *service) {
    struct asked_hours asked;
    if (!find_hours(s, q, service, &asked))
        return (struct open_answer){.state = OPEN_UNKNOWN};
    return hours_at(asked.hours, asked.at, is_holiday, asked.holidays);
}

static enum level open_level(const struct snapshot *s, const struct query *q,
                             const struct snap_service *service) {
    static const enum level level[] = {
        [OPEN_UNKNOWN] = LEVEL_UNKNOWN, [OPEN_CLOSED] = LEVEL_NO, [OPEN_OPEN] = LEVEL_YES};
    struct asked_hours asked;
    if (!find_hours(s, q, service, &asked))
        return LEVEL_UNKNOWN;
    return level[hours_state(asked.hours, asked.at, is_holiday, asked.holidays)];
}

static bool avoided(const struct snapshot *s, const struct query *q, uint32_t number) {
    const struct snap_service *service = &s->services[number];
    for (int i = 0; i < q->avoid_count; i++)
        if (q->avoid[i].service == number || q->avoid[i].organization == service->organization)
            return true;
    for (int i = 0; i < q->avoid_place_count && service->site != SNAP_NONE; i++) {
        const struct query_avoid_place *a = &q->avoid_place[i];
        const struct snap_site *there = &s->sites[a->site], *here = &s->sites[service->site];
        if (geo_chord(there->ecef, here->ecef) < a->m &&
            geo_distance(there->point, here->point) < a->m)
            return true;
    }
    return false;
}

static void service_verdict(const struct snapshot *s, const struct query *q, uint32_t number,
                            struct verdict *v) {
    const struct snap_service *service = &s->services[number];
    if (asks(q, CRIT_HOME_VISIT))
        put(v, CRIT_HOME_VISIT, home_visit_level(service));
    if (service->covers.count > 0)
        put(v, CRIT_AREA, covers_level(s, q, service));
    if (service->absent.count > 0) {
        enum level level = absent_level(s, q, service);
        if (level != LEVEL_YES)
            put(v, CRIT_ONLY_WHERE_ABSENT, level);
    }
    if (!states_need(service, q))
        put(v, CRIT_NEED, LEVEL_UNKNOWN);
    if (!(service->flags & SERVICE_SURE))
        put(v, CRIT_STATUS, LEVEL_UNKNOWN);
    if (service->valid_until != INT32_MIN && service->valid_until < q->today)
        put(v, CRIT_VALID_UNTIL, LEVEL_UNKNOWN);
    if (asks(q, CRIT_OPEN_AT))
        put(v, CRIT_OPEN_AT, open_level(s, q, service));
    if (asks(q, CRIT_DETENTION) && (service->flags & SERVICE_POLICE))
        put(v, CRIT_DETENTION, LEVEL_NO);
    if (q->avoid_count > 0 && avoided(s, q, number))
        put(v, CRIT_AVOID, LEVEL_NO);
    v->limits |= service->limits;
}

/* ---- rules -------------------------------------------------------------------------- */

static enum level rule_level(const struct snapshot *s, const struct snap_rule *r,
                             const struct snap_service *service, const struct query *q,
                             enum criterion c) {
    switch (c) {
    case CRIT_GENDER:
        return gender_level(choice_of(s, r, RULE_GENDER), q->gender);
    case CRIT_AGE:
        return age_level(s, r, q);
    case CRIT_FORM:
        return form_level(choice_of(s, r, RULE_FORM), &q->form);
    case CRIT_LANGUAGE:
        return best_language(s, r, &q->language);
    case CRIT_NATIONALITY:
        return choice_level(choice_of(s, r, RULE_NATIONALITY), q->nationality);
    case CRIT_STAGE:
        return choice_level(choice_of(s, r, RULE_STAGE), q->stage);
    case CRIT_REFERRED_BY:
        return choice_level(choice_of(s, r, RULE_REFERRED_BY), q->referred_by);
    case CRIT_DISABILITY:
        return disability_level(choice_of(s, r, RULE_DISABILITY), &q->disability);
    case CRIT_CHILDREN:
        return children_level(s, r, q);
    case CRIT_DOCUMENTS:
        return documents_level(choice_of(s, r, RULE_DOCUMENTS));
    case CRIT_OFFICIAL_STATUS:
        return official_level(r, q->identified);
    case CRIT_RESIDENTS:
        return residents_level(r, q->residential);
    case CRIT_BENEFICIARY:
        return beneficiary_level(choice_of(s, r, RULE_FAMILY), r->survivors_only,
                                 q->beneficiary);
    case CRIT_AUTHORITIES:
        return authorities_level(r, service);
    default:
        return LEVEL_YES;
    }
}

/* The criteria that rules answer; the others are the service's own. */
#define RULE_CRITERIA (((1u << CRIT_HOME_VISIT) - 1) | 1u << CRIT_AUTHORITIES)

static void rule_verdict(const struct snapshot *s, const struct snap_rule *r,
                         const struct snap_service *service, const struct query *q,
                         struct verdict *v) {
    for (uint32_t left = q->asked & RULE_CRITERIA; left != 0; left &= left - 1) {
        enum criterion c = (enum criterion)__builtin_ctz(left);
        put(v, c, rule_level(s, r, service, q, c));
    }
    if (asks(q, CRIT_GENDER) && !asks(q, CRIT_AGE) && rule_for_children(r))
        put(v, CRIT_AGE, LEVEL_UNKNOWN);
    if (r->accompanied)
        put(v, CRIT_ACCOMPANIED_BY, LEVEL_CASE);
    v->limits |= r->limits;
}

enum level verdict_worst(const struct verdict *v) {
    for (enum level level = LEVEL_NO; level < LEVEL_YES; level++)
        if (v->at[level])
            return level;
    return LEVEL_YES;
}

/* Better: a better worst level; between two that say `no`, fewer of them. */
static bool verdict_better(const struct verdict *a, const struct verdict *b) {
    enum level x = verdict_worst(a), y = verdict_worst(b);
    if (x != y)
        return x > y;
    return x == LEVEL_NO &&
           __builtin_popcount(a->at[LEVEL_NO]) < __builtin_popcount(b->at[LEVEL_NO]);
}

struct verdict admission(const struct snapshot *s, const struct query *q, uint32_t number) {
    const struct snap_service *service = &s->services[number];
    struct verdict own = {{0}, 0}, best = {{0}, 0};
    service_verdict(s, q, number, &own);
    for (uint32_t i = 0; i < service->rules.count; i++) {
        struct verdict v = own;
        rule_verdict(s, &s->rules[s->rule_lists[service->rules.first + i]], service, q, &v);
        if (i == 0 || verdict_better(&v, &best))
            best = v;
    }
    best.limits &= ~q->asked;
    return best;
}

/* ---- pruning ------------------------------------------------------------------------ */

static uint64_t mask_of(const struct query_list *list) {
    uint64_t mask = 0;
    for (int i = 0; i < list->count; i++)
        mask |= UINT64_C(1) << list->term[i] % 64;
    return mask;
}

/* Criteria that may be unknown whatever the query asks. */
#define ALWAYS                                                                           \
    (1u << CRIT_AREA | 1u << CRIT_NEED | 1u << CRIT_STATUS | 1u << CRIT_VALID_UNTIL)

/* Criteria to which the query's own answer is `yes` whatever the record says. */
static uint32_t settled(const struct query *q) {
    uint32_t set = 0;
    if (asks(q, CRIT_OFFICIAL_STATUS) && q->identified)
        set |= criterion_bit(CRIT_OFFICIAL_STATUS);
    if (asks(q, CRIT_BENEFICIARY) && is_self(q->beneficiary))
        set |= criterion_bit(CRIT_BENEFICIARY);
    return set;
}

/* Criteria that are asked but never unknown need no looking. */
static bool is_usual(const struct query *q) {
    uint32_t never = criterion_bit(CRIT_DETENTION) | criterion_bit(CRIT_AVOID) | settled(q);
    int other = vocabulary_find(VOC_GENDER, "other", 5);
    return (q->asked & ~never & ~(uint32_t)USUAL_CRITERIA) == 0 && q->country_count > 0 &&
           !(asks(q, CRIT_GENDER) && q->gender == other);
}

struct probe probe_of(const struct query *q) {
    struct probe p = {
        .any_country = q->country_count == 0 || q->cross_border,
        .any_form = !asks(q, CRIT_FORM),
        .any_language = !asks(q, CRIT_LANGUAGE),
        .any_age = !asks(q, CRIT_AGE),
        .any_gender = !asks(q, CRIT_GENDER),
        .form = mask_of(&q->form),
        .language = mask_of(&q->language),
        .gender = (uint16_t)(1u << q->gender),
        .silent = q->asked | ALWAYS |
                  (asks(q, CRIT_GENDER) && !asks(q, CRIT_AGE) ? CHILDREN_ONLY : 0),
        .always_silent = q->country_count == 0,
        .usual = is_usual(q),
    };
    for (int i = 0; i < q->country_count; i++)
        p.country |= UINT64_C(1) << q->country[i] % 64;
    for (int year = q->age_low; year <= q->age_high; year++)
        p.age[year / 64] |= UINT64_C(1) << year % 64;
    p.certain = ((q->asked & ~settled(q)) | criterion_bit(CRIT_STATUS)) &
                ~(criterion_bit(CRIT_DETENTION) | criterion_bit(CRIT_AVOID));
    return p;
}

static bool not_turned_down(const struct snap_signature *s, const struct probe *p) {
    return (p->any_country || (s->country & p->country)) &&
           (p->any_gender || (s->gender & p->gender)) &&
           (p->any_age || (s->age[0] & p->age[0]) | (s->age[1] & p->age[1])) &&
           (p->any_form || (s->form & p->form)) &&
           (p->any_language || (s->language & p->language));
}

bool may_be_certain(const struct snap_signature *s, const struct probe *p) {
    return (s->known & p->certain) == p->certain && not_turned_down(s, p);
}

bool may_be_uncertain(const struct snap_signature *s, const struct probe *p) {
    bool silent = (s->silent & p->silent) || (!p->any_gender && (s->gender_silent & p->gender)) ||
                  (!p->any_language && (s->language_silent & p->language)) || p->always_silent;
    return silent && not_turned_down(s, p);
}
