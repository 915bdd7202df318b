/* SPDX-License-Identifier: Apache-2.0
 *
 * One walk from near to far: gathers the best results and the best unconfirmed ones, and
 * counts what it passes until the results are complete.
 */
#ifndef SERVER_SEARCH_SWEEP_H
#define SERVER_SEARCH_SWEEP_H

#include "server/search/rank.h"
#include "server/search/walk.h"

#define CONSIDERED_MAX 1000 /* services that a summary counts */

/* A service that was considered. */
struct considered {
    uint32_t service;
    uint32_t no; /* criteria that turned it down */
    uint32_t level;
    double distance;
};

struct sweep {
    const struct snapshot *s;
    const struct query *q;
    struct probe probe;
    double radius_m;
    bool results_done, unconfirmed_done; /* nothing more could enter */
    struct found_list *results, *unconfirmed;
    struct found spare; /* the best open service that is not among the results */
    bool has_spare;
    struct considered *considered;
    uint32_t considered_count; /* of `considered`; more came when `counting_ended` */
    bool counting_ended;
};

/* Runs over the trees of the query's needs. */
void sweep_run(struct sweep *w, struct walk *walk);

/* The radius of a query in metres: given, or 500 km where no country bounds it. */
double radius_of(const struct query *q);

/* True when the query reaches into that country (index in country.csv). */
bool within_countries(const struct query *q, int country);

#endif
