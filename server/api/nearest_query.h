/* SPDX-License-Identifier: Apache-2.0
 *
 * From the arguments of a `nearest` request to a query of the engine.
 */
#ifndef SERVER_API_NEAREST_QUERY_H
#define SERVER_API_NEAREST_QUERY_H

#include "server/api/context.h"
#include "server/api/params.h"
#include "server/search/country.h"

struct nearest_request {
    struct query query;
    struct country_answer country;
    int language; /* of the texts, index in label_languages */
};

/* The parameters, for the route table. */
extern const struct param nearest_params[];

/* Checks and reads every argument; false: `f` holds what is wrong. */
bool nearest_request_read(const struct context *c, const struct args *args,
                          struct nearest_request *out, struct faults *f);

#endif
