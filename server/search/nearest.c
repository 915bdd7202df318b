/* SPDX-License-Identifier: Apache-2.0 */
#include "server/search/nearest.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "data/mem.h"

#define RADIUS_CROSS_BORDER 500000.0

const char *const outcome_names[] = {"found",         "only_unconfirmed", "none_for_group",
                                     "none_in_range", "none_recorded",    "not_published"};
const char *const relaxation_names[RELAX_COUNT] = {"radius_km", "open_at", "language",
                                                   "referred_by", "cross_border"};

/* One walk from near to far, and what it has gathered. */
struct sweep {
    const struct snapshot *s;
    const struct query *q;
    double radius_m;
    struct found_list *results, *unconfirmed;
    struct found spare; /* the best open service that is not among the results */
    bool has_spare;
    struct considered *considered;
    uint32_t considered_count; /* of `considered`; more came when `counting_ended` */
    bool counting_ended;
};

struct searcher {
    struct walk walk;
    struct considered considered[CONSIDERED_MAX];
    struct found found[6][QUERY_LIMIT_MAX + 1];
    struct nearest_answer answer;
};

struct searcher *searcher_new(void) {
    return xcalloc(1, sizeof(struct searcher));
}

void searcher_free(struct searcher *s) {
    if (s == NULL)
        return;
    walk_free(&s->walk);
    free(s);
}

/* ---- ranking ----------------------------------------------------------------------- */

static bool status_is(const struct snap_service *s, const char *code) {
    return s->status > 0 && strcmp(vocabulary(VOC_STATUS)->terms[s->status - 1].code, code) == 0;
}

static uint32_t status_rank(const struct snap_service *s) {
    static const char *const order[] = {"open", "waitlist", "paused"};
    for (uint32_t i = 0; i < 3; i++)
        if (status_is(s, order[i]))
            return i;
    return 3;
}

/* For adults places where people do not live first; for children families first and
 * shelters last (003: least restrictive care). */
static uint32_t group_rank(const struct query *q, const struct snap_service *s) {
    if (!(q->asked & criterion_bit(CRIT_AGE)))
        return 0;
    if (q->age_low >= 18)
        return s->flags & SERVICE_RESIDENTIAL ? 1 : 0;
    if (q->age_high >= 18)
        return 0;
    return s->flags & SERVICE_FAMILY_BASED ? 0 : s->flags & SERVICE_SHELTER ? 2 : 1;
}

static uint32_t rank_of(const struct query *q, const struct snap_service *s,
                        const struct verdict *v) {
    if (q->order != ORDER_FIT)
        return 0;
    return ((LEVEL_YES - verdict_worst(v)) * 4 + status_rank(s)) * 3 + group_rank(q, s);
}

static bool found_before(const struct found *a, const struct found *b) {
    if (a->rank != b->rank)
        return a->rank < b->rank;
    if (a->distance != b->distance)
        return a->distance < b->distance;
    return a->service < b->service;
}

/* Puts `f` in its place; what falls off the end is stored in `*dropped`, and true. */
static bool list_offer(struct found_list *list, const struct found *f, struct found *dropped) {
    int at = list->count;
    while (at > 0 && found_before(f, &list->at[at - 1]))
        at--;
    *dropped = *f;
    if (at == list->limit)
        return true;
    bool full = list->count == list->limit;
    if (full)
        *dropped = list->at[list->count - 1];
    else
        list->count++;
    memmove(&list->at[at + 1], &list->at[at], (size_t)(list->count - 1 - at) * sizeof *f);
    list->at[at] = *f;
    return full;
}

/* True when nothing that is farther away could still enter. */
static bool list_settled(const struct found_list *list) {
    return list->count == list->limit &&
           (list->limit == 0 || list->at[list->count - 1].rank == 0);
}

/* ---- the sweep --------------------------------------------------------------------- */

static bool has_open(const struct sweep *w) {
    for (int i = 0; i < w->results->count; i++)
        if (status_is(&w->s->services[w->results->at[i].service], "open"))
            return true;
    return false;
}

/* Results that are all full or closed for now need one open alternative beside them. */
static bool wants_spare(const struct sweep *w) {
    return list_settled(w->results) && !has_open(w) && !(w->has_spare && w->spare.rank == 0);
}

static bool results_settled(const struct sweep *w) {
    return list_settled(w->results) && !wants_spare(w);
}

static bool node_wanted(const struct snap_signature *below, void *ctx) {
    const struct sweep *w = ctx;
    if (!w->counting_ended)
        return true;
    return (!results_settled(w) && may_be_certain(below, w->q)) ||
           (!list_settled(w->unconfirmed) && may_be_uncertain(below, w->q));
}

static bool within_countries(const struct query *q, int country) {
    if (q->country_count == 0 || q->cross_border)
        return true;
    for (int i = 0; i < q->country_count; i++)
        if (q->country[i] == country)
            return true;
    return false;
}

static bool ever_returned(const struct snap_service *s) {
    return !status_is(s, "closed") && !status_is(s, "planned");
}

static void offer_result(struct sweep *w, const struct found *f) {
    struct found out;
    if (!list_offer(w->results, f, &out))
        return;
    if (status_is(&w->s->services[out.service], "open") &&
        (!w->has_spare || found_before(&out, &w->spare))) {
        w->spare = out;
        w->has_spare = true;
    }
}

static void count_one(struct sweep *w, const struct found *f) {
    if (w->considered_count == CONSIDERED_MAX) {
        w->counting_ended = true;
        return;
    }
    w->considered[w->considered_count++] = (struct considered){
        f->service, f->verdict.at[LEVEL_NO], verdict_worst(&f->verdict), f->distance};
    w->counting_ended = list_settled(w->results);
}

static void take(struct sweep *w, uint32_t service, double distance) {
    const struct snap_service *s = &w->s->services[service];
    struct found f = {.service = service, .distance = distance};
    f.verdict = admission(w->s, w->q, service);
    f.rank = rank_of(w->q, s, &f.verdict);
    f.position = w->considered_count;
    enum level level = verdict_worst(&f.verdict);
    struct found dropped;
    if (level == LEVEL_UNKNOWN)
        list_offer(w->unconfirmed, &f, &dropped);
    else if (level != LEVEL_NO)
        offer_result(w, &f);
    if (!w->counting_ended)
        count_one(w, &f);
}

static void sweep_run(struct sweep *w, struct walk *walk) {
    uint32_t service;
    double distance;
    walk_start(walk, w->s, w->q->point, &w->q->need);
    while (walk_next(walk, node_wanted, w, &service, &distance)) {
        if (distance > w->radius_m)
            break;
        const struct snap_service *s = &w->s->services[service];
        if (within_countries(w->q, s->country) && ever_returned(s))
            take(w, service, distance);
        if (w->counting_ended && results_settled(w) && list_settled(w->unconfirmed))
            break;
    }
    if (w->has_spare && w->results->count == w->results->limit && !has_open(w))
        w->results->at[w->results->count++] = w->spare;
}

static double radius_of(const struct query *q) {
    if (q->radius_given)
        return q->radius_m;
    return q->cross_border || q->country_count == 0 ? RADIUS_CROSS_BORDER : INFINITY;
}

/* ---- services without a point, and those that come to the person -------------------- */

/* The trees of the needs, one after another: a service may stand in several. */
static bool list_has(const struct found_list *list, uint32_t service) {
    for (int i = 0; i < list->count; i++)
        if (list->at[i].service == service)
            return true;
    return false;
}

static double distance_to(const struct snapshot *s, const struct query *q,
                          const struct snap_service *service) {
    if (service->site == SNAP_NONE)
        return INFINITY;
    return geo_distance(q->point, s->sites[service->site].point);
}

/* A remote service comes to the person where its coverage says so, or its country does. */
static bool comes_to(const struct snapshot *s, const struct query *q,
                     const struct snap_service *it) {
    if (it->covers.count > 0)
        return covers_level(s, q, it) != LEVEL_NO;
    for (int i = 0; i < q->country_count; i++)
        if (q->country[i] == it->country)
            return true;
    return false;
}

static bool in_countries(const struct snapshot *s, const struct query *q,
                         const struct snap_service *it) {
    (void)s;
    return within_countries(q, it->country);
}

struct side {
    const struct snapshot *s;
    const struct query *q;
    struct found_list *list;
    bool (*reaches)(const struct snapshot *s, const struct query *q,
                    const struct snap_service *it);
    bool by_distance; /* otherwise by id */
    bool turned_down; /* somebody was */
};

static void side_take(struct side *side, uint32_t number) {
    const struct snap_service *service = &side->s->services[number];
    if (!side->reaches(side->s, side->q, service) || !ever_returned(service) || list_has(side->list, number))
        return;
    struct found f = {.service = number, .distance = INFINITY}, dropped;
    f.verdict = admission(side->s, side->q, number);
    enum level level = verdict_worst(&f.verdict);
    f.rank = level == LEVEL_UNKNOWN;
    if (level == LEVEL_NO) {
        side->turned_down = true;
        return;
    }
    if (side->by_distance)
        f.distance = distance_to(side->s, side->q, service);
    list_offer(side->list, &f, &dropped);
}

static void side_run(struct side *side, struct snap_run run) {
    for (uint32_t i = 0; i < run.count; i++) {
        uint32_t service = side->s->items[run.first + i];
        if (!side->by_distance && list_settled(side->list) &&
            service > side->list->at[side->list->count - 1].service)
            return;
        side_take(side, service);
    }
}

static void gather_sides(const struct snapshot *s, const struct query *q,
                         struct nearest_answer *a, bool *turned_down) {
    struct side remote = {s, q, &a->remote, comes_to, true, false};
    struct side unplaced = {s, q, &a->unplaced, in_countries, false, false};
    for (int i = 0; i < (q->need.count ? q->need.count : 1); i++) {
        const struct snap_tree *tree = snapshot_tree(s, q->need.count ? q->need.term[i] : -1);
        side_run(&remote, tree->remote);
        side_run(&unplaced, tree->unplaced);
    }
    *turned_down = remote.turned_down || unplaced.turned_down;
}

/* ---- help lines --------------------------------------------------------------------- */

/* Every answer carries them, so they come by id, wherever they stand. */
static void gather_helplines(const struct snapshot *s, const struct query *q,
                             struct nearest_answer *a) {
    struct query any_need = *q;
    any_need.need.count = 0;
    any_need.asked &= ~criterion_bit(CRIT_DETENTION);
    struct side side = {s, &any_need, &a->helplines, comes_to, false, false};
    for (size_t i = 0; i < HELPLINE_NEEDS; i++) {
        int need = vocabulary_find(VOC_NEED, helpline_needs[i], strlen(helpline_needs[i]));
        side_run(&side, snapshot_tree(s, need)->helplines);
    }
    for (int i = 0; i < a->helplines.count; i++) {
        struct found *f = &a->helplines.at[i];
        f->distance = distance_to(s, q, &s->services[f->service]);
    }
}

/* ---- summary ------------------------------------------------------------------------ */

static void count_levels(struct nearest_answer *a, const struct considered *c) {
    a->considered++;
    a->matched += c->level > LEVEL_UNKNOWN;
    a->uncertain += c->level == LEVEL_UNKNOWN;
    for (uint32_t left = c->no; left != 0; left &= left - 1)
        a->reasons[__builtin_ctz(left)]++;
    if (c->level == LEVEL_NO && a->excluded_count < EXCLUDED_MAX)
        a->excluded[a->excluded_count++] = *c;
}

/* Up to and including the farthest result; everything when there are not enough. */
static void summarise(struct nearest_answer *a, const struct sweep *w, int limit) {
    uint32_t end = w->considered_count;
    int shown = a->results.count < limit ? a->results.count : limit;
    if (shown == limit) {
        end = 0;
        for (int i = 0; i < shown; i++)
            end = a->results.at[i].position + 1 > end ? a->results.at[i].position + 1 : end;
    }
    a->capped = end > w->considered_count || (shown < limit && w->counting_ended);
    end = end < w->considered_count ? end : w->considered_count;
    for (uint32_t i = 0; i < end; i++)
        count_levels(a, &w->considered[i]);
}

/* Nothing was found: every service within reach is counted, however many they are. */
static void count_everything(struct nearest_answer *a, const struct snapshot *s,
                             const struct query *q, double radius_m, struct walk *walk) {
    struct sweep all = {.s = s, .q = q};
    uint32_t service;
    double distance;
    a->considered = a->matched = a->uncertain = 0;
    a->excluded_count = 0;
    a->capped = false;
    memset(a->reasons, 0, sizeof a->reasons);
    walk_start(walk, s, q->point, &q->need);
    while (walk_next(walk, node_wanted, &all, &service, &distance)) {
        const struct snap_service *it = &s->services[service];
        if (distance > radius_m)
            return;
        if (!within_countries(q, it->country) || !ever_returned(it))
            continue;
        struct verdict v = admission(s, q, service);
        count_levels(a, &(struct considered){service, v.at[LEVEL_NO], verdict_worst(&v), distance});
    }
}

static bool beyond_radius(const struct snapshot *s, const struct query *q) {
    for (int i = 0; i < (q->need.count ? q->need.count : 1); i++) {
        struct snap_run placed =
            snapshot_tree(s, q->need.count ? q->need.term[i] : -1)->placed;
        for (uint32_t k = 0; k < placed.count; k++) {
            const struct snap_service *it = &s->services[s->items[placed.first + k]];
            if (within_countries(q, it->country) && ever_returned(it))
                return true;
        }
    }
    return false;
}

static bool any_certain(const struct found_list *list) {
    return list->count > 0 && list->at[0].rank == 0;
}

static enum outcome outcome_of(const struct nearest_answer *a, const struct snapshot *s,
                               const struct query *q, bool turned_down) {
    if (a->results.count > 0 || any_certain(&a->remote) || any_certain(&a->unplaced))
        return OUTCOME_FOUND;
    if (a->unconfirmed.count > 0 || a->remote.count > 0 || a->unplaced.count > 0)
        return OUTCOME_ONLY_UNCONFIRMED;
    for (int i = 0; i < q->need.count && s->header->view == SNAP_PUBLIC; i++)
        for (int n = q->need.term[i]; n >= 0; n = vocabulary(VOC_NEED)->terms[n].parent)
            if (vocabulary(VOC_NEED)->terms[n].hidden)
                return OUTCOME_NOT_PUBLISHED;
    if (a->considered > 0 || turned_down)
        return OUTCOME_NONE_FOR_GROUP;
    return beyond_radius(s, q) ? OUTCOME_NONE_IN_RANGE : OUTCOME_NONE_RECORDED;
}

/* ---- relaxing ----------------------------------------------------------------------- */

/* Takes one circumstance back; false when the query did not name it. */
static bool relaxed_query(struct query *q, enum relaxation r) {
    static const enum criterion criterion[RELAX_COUNT] = {
        [RELAX_OPEN_AT] = CRIT_OPEN_AT,
        [RELAX_LANGUAGE] = CRIT_LANGUAGE,
        [RELAX_REFERRED_BY] = CRIT_REFERRED_BY,
    };
    if (r == RELAX_RADIUS) {
        bool given = q->radius_given;
        q->radius_given = false;
        return given;
    }
    if (r == RELAX_CROSS_BORDER) {
        bool bounded = !q->cross_border && q->country_count > 0;
        q->cross_border = true;
        return bounded;
    }
    bool asked = q->asked & criterion_bit(criterion[r]);
    q->asked &= ~criterion_bit(criterion[r]);
    return asked;
}

static void relax(struct searcher *searcher, const struct snapshot *s, const struct query *q,
                  enum relaxation r) {
    struct query wider = *q;
    if (!relaxed_query(&wider, r))
        return;
    struct found_list results = {0, q->limit, searcher->found[5]};
    struct found_list none = {0, 0, NULL};
    struct sweep w = {.s = s, .q = &wider, .radius_m = radius_of(&wider), .results = &results,
                      .unconfirmed = &none, .counting_ended = true};
    sweep_run(&w, &searcher->walk);
    struct relaxed *out = &searcher->answer.relax[r];
    out->found = results.count < q->limit ? results.count : q->limit;
    for (int i = 0; i < out->found; i++)
        if (i == 0 || results.at[i].distance < out->nearest_m) {
            out->nearest_m = results.at[i].distance;
            out->nearest = results.at[i].service;
        }
}

/* ---- all of it ---------------------------------------------------------------------- */

static void answer_clear(struct searcher *searcher, int limit) {
    struct nearest_answer *a = &searcher->answer;
    memset(a, 0, sizeof *a);
    struct found_list *lists[] = {&a->results, &a->unconfirmed, &a->remote, &a->unplaced,
                                  &a->helplines};
    for (int i = 0; i < 5; i++)
        *lists[i] = (struct found_list){0, limit, searcher->found[i]};
    a->helplines.limit = HELPLINES_MAX;
}

const struct nearest_answer *nearest(struct searcher *searcher, const struct snapshot *s,
                                     const struct query *q) {
    struct nearest_answer *a = &searcher->answer;
    bool turned_down;
    answer_clear(searcher, q->limit);
    struct sweep w = {.s = s, .q = q, .radius_m = radius_of(q), .results = &a->results,
                      .unconfirmed = &a->unconfirmed, .considered = searcher->considered};
    sweep_run(&w, &searcher->walk);
    summarise(a, &w, q->limit);
    if (a->results.count == 0 && a->unconfirmed.count == 0 && a->capped)
        count_everything(a, s, q, w.radius_m, &searcher->walk);
    gather_sides(s, q, a, &turned_down);
    gather_helplines(s, q, a);
    a->outcome = outcome_of(a, s, q, turned_down);
    for (enum relaxation r = 0; r < RELAX_COUNT && a->results.count == 0; r++)
        relax(searcher, s, q, r);
    return a;
}
