/* SPDX-License-Identifier: Apache-2.0 */
#include "server/search/rank.h"

#include <string.h>

static uint32_t status_rank(const struct snap_service *s) {
    if (s->flags & SERVICE_OPEN)
        return 0;
    return s->flags & SERVICE_WAITLIST ? 1 : s->flags & SERVICE_PAUSED ? 2 : 3;
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

uint32_t rank_of(const struct query *q, const struct snap_service *s,
                 const struct verdict *v) {
    if (q->order != ORDER_FIT)
        return 0;
    return ((LEVEL_YES - verdict_worst(v)) * 4 + status_rank(s)) * 3 + group_rank(q, s);
}

bool found_before(const struct found *a, const struct found *b) {
    if (a->rank != b->rank)
        return a->rank < b->rank;
    if (a->distance != b->distance)
        return a->distance < b->distance;
    return a->id_rank < b->id_rank;
}

bool list_offer(struct found_list *list, const struct found *f, struct found *dropped) {
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

bool list_settled(const struct found_list *list) {
    return list->count == list->limit &&
           (list->limit == 0 || list->at[list->count - 1].rank == 0);
}
