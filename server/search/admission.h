/* SPDX-License-Identifier: Apache-2.0
 *
 * Does a service admit this person? The rules are in README.md beside this file.
 */
#ifndef SERVER_SEARCH_ADMISSION_H
#define SERVER_SEARCH_ADMISSION_H

#include "data/snapshot.h"
#include "server/search/query.h"

/* An answer: for each level the criteria that have it. A criterion that neither the query
 * nor the record makes matter is in none of them. */
struct verdict {
    uint32_t at[LEVEL_COUNT];
    uint32_t limits; /* stated limits that the query leaves out */
};

/* The verdict on service number `service`, by its best rule. Pure; no allocation. */
struct verdict admission(const struct snapshot *s, const struct query *q, uint32_t service);

/* The worst level in a verdict. */
enum level verdict_worst(const struct verdict *v);

/* A query as masks over signatures, made once a search. */
struct probe {
    uint64_t country, form, language, age[2];
    uint16_t gender;
    bool any_country, any_form, any_language, any_age, any_gender;
    uint32_t certain; /* criteria that a certain service must state */
    uint32_t silent;  /* criteria on one of which an uncertain service is silent */
    bool always_silent;
    bool usual; /* only usual criteria are asked: silent services are known apart */
};
struct probe probe_of(const struct query *q);

/* False when no service below a node or entry with that signature can be certain
 * (`results`), or can be uncertain (`unconfirmed`). Never false by mistake. */
bool may_be_certain(const struct snap_signature *s, const struct probe *p);
bool may_be_uncertain(const struct snap_signature *s, const struct probe *p);

/* Whether a service is open at the query's moment; the time in its own zone. */
struct open_answer service_open(const struct snapshot *s, const struct query *q,
                                const struct snap_service *service);

/* True when the service states an asked need or one below it, not only one above. */
bool states_need(const struct snap_service *service, const struct query *q);

/* What `covers` of a service says of the query's countries. */
enum level covers_level(const struct snapshot *s, const struct query *q,
                        const struct snap_service *service);

#endif
