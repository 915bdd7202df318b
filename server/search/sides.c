/* SPDX-License-Identifier: Apache-2.0 */
#include "server/search/sides.h"

#include <math.h>
#include <string.h>

#include "server/search/distance.h"

/* A service may stand in the trees of several needs. */
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
    return site_distance(s, q->point, service->site);
}

/* The same within a millimetre, for what is not ordered by it. */
static double distance_about(const struct snapshot *s, const struct query *q,
                             const struct snap_service *service) {
    if (service->site == SNAP_NONE)
        return INFINITY;
    const struct snap_site *site = &s->sites[service->site];
    struct ecef from = geo_ecef(q->point);
    bool near = site->area == ATLAS_NONE && geo_chord(from, site->ecef) < GEO_NEAR_CHORD;
    return near ? geo_distance_near(from, site->ecef) : distance_to(s, q, service);
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
    if (!side->reaches(side->s, side->q, service) || service->flags & SERVICE_GONE ||
        list_has(side->list, number))
        return;
    struct found f = {.service = number, .id_rank = service->id_rank, .distance = INFINITY};
    struct found dropped;
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
            side->s->services[service].id_rank > side->list->at[side->list->count - 1].id_rank)
            return;
        side_take(side, service);
    }
}

void gather_sides(const struct snapshot *s, const struct query *q, struct nearest_answer *a,
                  bool *turned_down) {
    struct side remote = {s, q, &a->remote, comes_to, true, false};
    struct side unplaced = {s, q, &a->unplaced, in_countries, false, false};
    for (int i = 0; i < (q->need.count ? q->need.count : 1); i++) {
        const struct snap_tree *tree = snapshot_tree(s, q->need.count ? q->need.term[i] : -1);
        side_run(&remote, tree->remote);
        side_run(&unplaced, tree->unplaced);
    }
    *turned_down = remote.turned_down || unplaced.turned_down;
}

/* Every answer carries them, so they come by id, wherever they stand. */
void gather_helplines(const struct snapshot *s, const struct query *q,
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
        f->distance = distance_about(s, q, &s->services[f->service]);
    }
}
