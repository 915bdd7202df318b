/* SPDX-License-Identifier: Apache-2.0 */
#include "server/search/nearest.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "data/mem.h"
#include "server/search/distance.h"
#include "server/search/sides.h"

const char *const outcome_names[] = {"found",         "only_unconfirmed", "none_for_group",
                                     "none_in_range", "none_recorded",    "not_published"};
const char *const relaxation_names[RELAX_COUNT] = {"radius_km", "open_at", "language",
                                                   "referred_by", "cross_border"};

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

static bool within_radius(const struct snapshot *s, const struct query *q,
                          const struct snap_service *it, double radius_m) {
    const struct snap_site *site = &s->sites[it->site];
    return radius_m == INFINITY ||
           (site_lower_bound(site, geo_ecef(q->point)) <= radius_m &&
            site_distance(s, q->point, it->site) <= radius_m);
}

/* True when one of the needs before number `i` has the service in its tree as well. */
static bool counted_before(const struct snap_service *it, const struct query *q, int i) {
    for (int k = 0; k < i; k++)
        for (int n = 0; n < vocabulary(VOC_NEED)->count; n++)
            if ((it->needs[n / 64] >> n % 64 & 1) &&
                (vocabulary_within(VOC_NEED, n, q->need.term[k]) ||
                 vocabulary_within(VOC_NEED, q->need.term[k], n)))
                return true;
    return false;
}

/* Nothing was found: every service within reach is counted, however many they are. The
 * nearest that were excluded are known already. */
static void count_everything(struct nearest_answer *a, const struct snapshot *s,
                             const struct query *q, double radius_m) {
    int excluded_count = a->excluded_count;
    a->considered = a->matched = a->uncertain = 0;
    a->excluded_count = EXCLUDED_MAX;
    a->capped = false;
    memset(a->reasons, 0, sizeof a->reasons);
    for (int i = 0; i < (q->need.count ? q->need.count : 1); i++) {
        struct snap_run all = snapshot_tree(s, q->need.count ? q->need.term[i] : -1)->placed;
        for (uint32_t k = all.first; k < all.first + all.count; k++) {
            const struct snap_service *it = &s->services[s->items[k]];
            if (!within_countries(q, it->country) || it->flags & SERVICE_GONE ||
                !within_radius(s, q, it, radius_m) || counted_before(it, q, i))
                continue;
            struct verdict v = admission(s, q, s->items[k]);
            count_levels(a, &(struct considered){s->items[k], v.at[LEVEL_NO],
                                                 verdict_worst(&v), 0});
        }
    }
    a->excluded_count = excluded_count;
}

static bool beyond_radius(const struct snapshot *s, const struct query *q) {
    for (int i = 0; i < (q->need.count ? q->need.count : 1); i++) {
        struct snap_run placed =
            snapshot_tree(s, q->need.count ? q->need.term[i] : -1)->placed;
        for (uint32_t k = 0; k < placed.count; k++) {
            const struct snap_service *it = &s->services[s->items[placed.first + k]];
            if (within_countries(q, it->country) && !(it->flags & SERVICE_GONE))
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
        count_everything(a, s, q, w.radius_m);
    gather_sides(s, q, a, &turned_down);
    gather_helplines(s, q, a);
    a->outcome = outcome_of(a, s, q, turned_down);
    for (enum relaxation r = 0; r < RELAX_COUNT && a->results.count == 0; r++)
        relax(searcher, s, q, r);
    return a;
}
