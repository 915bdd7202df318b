/* SPDX-License-Identifier: Apache-2.0 */
#include "server/search/sweep.h"

#include <math.h>

#define RADIUS_CROSS_BORDER 500000.0

static bool has_open(const struct sweep *w) {
    for (int i = 0; i < w->results->count; i++)
        if (w->s->services[w->results->at[i].service].flags & SERVICE_OPEN)
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

static bool below_wanted(const struct snap_signature *all, const struct snap_signature *silent,
                         void *ctx) {
    const struct sweep *w = ctx;
    return !w->counting_ended ||
           (!w->results_done && may_be_certain(all, &w->probe)) ||
           (!w->unconfirmed_done &&
            may_be_uncertain(w->probe.usual ? silent : all, &w->probe));
}

bool within_countries(const struct query *q, int country) {
    if (q->country_count == 0 || q->cross_border)
        return true;
    for (int i = 0; i < q->country_count; i++)
        if (q->country[i] == country)
            return true;
    return false;
}

static void offer_result(struct sweep *w, const struct found *f) {
    struct found out;
    if (!list_offer(w->results, f, &out))
        return;
    if (w->s->services[out.service].flags & SERVICE_OPEN &&
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

/* What is found will be copied into the answer: memory is asked for it in time. */
static void fetch_text(const struct sweep *w, const struct snap_service *s) {
    for (uint32_t at = 0; at < s->summary_len + s->point_len; at += 64)
        __builtin_prefetch(w->s->text + s->text + at);
}

static void take(struct sweep *w, uint32_t service, double distance) {
    const struct snap_service *s = &w->s->services[service];
    struct found f = {.service = service, .id_rank = s->id_rank, .distance = distance};
    f.verdict = admission(w->s, w->q, service);
    f.rank = rank_of(w->q, s, &f.verdict);
    f.position = w->considered_count;
    enum level level = verdict_worst(&f.verdict);
    struct found dropped;
    if (level != LEVEL_NO)
        fetch_text(w, s);
    if (level == LEVEL_UNKNOWN)
        list_offer(w->unconfirmed, &f, &dropped);
    else if (level != LEVEL_NO)
        offer_result(w, &f);
    if (!w->counting_ended)
        count_one(w, &f);
    w->results_done = results_settled(w);
    w->unconfirmed_done = list_settled(w->unconfirmed);
}

static bool worth_taking(const struct sweep *w, uint32_t service) {
    const struct snap_service *s = &w->s->services[service];
    if (!within_countries(w->q, s->country) || s->flags & SERVICE_GONE)
        return false;
    struct verdict v = admission(w->s, w->q, service);
    enum level level = verdict_worst(&v);
    return level == LEVEL_UNKNOWN ? !w->unconfirmed_done
                                  : level != LEVEL_NO && !w->results_done;
}

/* While services are counted all matter; then only those that would be shown. */
static bool any_wanted(const uint32_t *services, uint32_t count, void *ctx) {
    const struct sweep *w = ctx;
    for (uint32_t i = 0; i < count && w->counting_ended; i++)
        if (worth_taking(w, services[i]))
            return true;
    return !w->counting_ended;
}

void sweep_run(struct sweep *w, struct walk *walk) {
    uint32_t service;
    double distance;
    const struct walk_filter filter = {below_wanted, any_wanted, w};
    w->probe = probe_of(w->q);
    w->unconfirmed_done = list_settled(w->unconfirmed);
    walk_start(walk, w->s, w->q->point, &w->q->need);
    while (walk_next(walk, &filter, &service, &distance)) {
        if (distance > w->radius_m)
            break;
        const struct snap_service *s = &w->s->services[service];
        if (within_countries(w->q, s->country) && !(s->flags & SERVICE_GONE))
            take(w, service, distance);
        if (w->counting_ended && w->results_done && w->unconfirmed_done)
            break;
    }
    if (w->has_spare && w->results->count == w->results->limit && !has_open(w))
        w->results->at[w->results->count++] = w->spare;
}

double radius_of(const struct query *q) {
    if (q->radius_given)
        return q->radius_m;
    return q->cross_border || q->country_count == 0 ? RADIUS_CROSS_BORDER : INFINITY;
}
