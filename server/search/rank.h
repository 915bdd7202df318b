/* SPDX-License-Identifier: Apache-2.0
 *
 * What was found, and in which order it is shown.
 */
#ifndef SERVER_SEARCH_RANK_H
#define SERVER_SEARCH_RANK_H

#include "server/search/admission.h"

struct found {
    uint32_t service;
    uint32_t id_rank;  /* of the service: breaks ties */
    uint32_t rank;     /* by `order`; 0 is best */
    uint32_t position; /* how many considered services came before */
    double distance;   /* metres; INFINITY without a point */
    struct verdict verdict;
};

/* The best `limit` of what was offered, by (rank, distance, id). */
struct found_list {
    int count, limit;
    struct found *at; /* of QUERY_LIMIT_MAX + 1 elements */
};

/* The rank by fit, status and group of the person; 0 unless the query orders by fit. */
uint32_t rank_of(const struct query *q, const struct snap_service *s, const struct verdict *v);

/* The order in which found services are shown. */
bool found_before(const struct found *a, const struct found *b);

/* Puts `f` in its place. True when something did not fit: it is stored in `*dropped`. */
bool list_offer(struct found_list *list, const struct found *f, struct found *dropped);

/* True when nothing that is farther away could still enter. */
bool list_settled(const struct found_list *list);

#endif
