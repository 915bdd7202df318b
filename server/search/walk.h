/* SPDX-License-Identifier: Apache-2.0
 *
 * Walking services from near to far: best-first over the packed trees of one or more
 * needs. Every service comes once, in the exact order of (geodesic distance, id).
 *
 *   heap:  node  (chord to its box)      lower bounds, since chord <= geodesic
 *          entry (chord to its site)
 *          entry (exact distance)        only where two are too close to tell apart
 *
 * An entry is handed out with geo_distance_near(), within a millimetre, when nothing else
 * in the heap can come before it; otherwise geod_inverse decides.
 */
#ifndef SERVER_SEARCH_WALK_H
#define SERVER_SEARCH_WALK_H

#include "data/snapshot.h"
#include "server/search/query.h"

struct walk_step {
    double key; /* metres */
    uint32_t kind; /* enum walk_kind: at equal keys in this order */
    uint32_t index;
};

/* Reused from one search to the next: no allocation once it has grown. */
struct walk {
    const struct snapshot *s;
    struct point from;
    struct ecef ecef;
    struct walk_step *heap;
    size_t count, capacity;
    const uint32_t *item; /* services at the current distance that are still to come */
    uint32_t item_count;
    double distance;
    uint32_t *merged; /* when several entries lie at the same distance */
    size_t merged_capacity;
};

/* Starts at `from` in the trees of the needs (all services when there are none). */
void walk_start(struct walk *w, const struct snapshot *s, struct point from,
                const struct query_list *need);

/* What is worth walking to. */
struct walk_filter {
    /* False: nothing below a node matters: `all` is the union of all its services,
     * `silent` of those that are silent on a usual criterion. */
    bool (*below)(const struct snap_signature *all, const struct snap_signature *silent,
                  void *ctx);
    /* False: none of the services of an entry matters, so that nobody needs to know how
     * far it is exactly. */
    bool (*any)(const uint32_t *services, uint32_t count, void *ctx);
    void *ctx;
};

/* The next service and its distance; false at the end. Services that stand at one site
 * come together, also those that do not matter. */
bool walk_next(struct walk *w, const struct walk_filter *filter, uint32_t *service,
               double *distance);

void walk_free(struct walk *w);

#endif
