/* SPDX-License-Identifier: Apache-2.0
 *
 * Routes: one table says which paths there are, who may ask, and what parameters each
 * takes. It dispatches, and the OpenAPI document is made from it (server/api/openapi.c).
 */
#ifndef SERVER_HTTP_ROUTE_H
#define SERVER_HTTP_ROUTE_H

#include "data/vocabulary.h"
#include "server/http/http.h"

/* What a parameter holds: for the documentation; handlers check. */
enum param_type {
    PARAM_STRING, PARAM_NUMBER, PARAM_INTEGER, PARAM_BOOL, PARAM_TIME, PARAM_CODE,
    PARAM_CODES, PARAM_AGE, PARAM_CHILDREN, PARAM_AVOID, PARAM_BBOX, PARAM_ENUM,
    PARAM_OBJECT
};

struct param {
    const char *name;
    enum param_type type;
    int vocabulary;      /* of PARAM_CODE and PARAM_CODES, or -1 */
    double low, high;    /* of numbers, and least and most length of strings */
    const char *values;  /* of PARAM_ENUM: "a b c" */
    const char *text;    /* what it means */
    bool in_url;         /* may stand in a URL; others are about a person: body only */
    bool in_path;
};

/* Who may ask, from the fewest: a route that does not say is for admins only. */
enum access {
    ACCESS_ADMIN, ACCESS_STEWARD, ACCESS_CASEWORKER, ACCESS_OPERATOR, ACCESS_PARTNER,
    ACCESS_PUBLIC
};

/* True when the role may use a route of that access. */
static inline bool access_allows(enum access access, enum role role) {
    return (int)role + (int)access >= (int)ROLE_ADMIN;
}

/* Whether it needs the database, or time, and is therefore answered by a worker. */
enum waits {
    WAITS_NOT,
    WAITS,
    WAITS_LONG,      /* so long that it holds no snapshot: it gets none */
    WAITS_FOR_STAFF, /* only where staff ask: what they get is audited first */
    WAITS_FOR_TILE,  /* only where it has to be read from the basemap's file */
};

struct context; /* what handlers need from the server: server/api/context.h */

struct route {
    unsigned methods;    /* of enum method; HEAD comes with GET */
    const char *path;    /* "/api/v1/services/{id}", "/tiles/{z}/{x}/{y}.mvt" */
    void (*handle)(struct context *c, struct request *q, struct response *r);
    enum access access;
    const char *name;    /* operationId, and the name in the log */
    const char *summary; /* for the documentation */
    const struct param *params; /* ends with a NULL name; NULL: none */
    const char *schema;  /* name of the answer's schema in the documentation */
    const char *media;   /* of the answer */
    enum waits waits;
    bool own_pages;      /* not for pages of other hosts, whoever asks */
    bool page;           /* the same for everybody: nobody is asked who asks */
    const char *takes;   /* media type of the body; NULL: JSON, read into the parameters */
    size_t body_max;     /* bytes of the body; 0: BODY_MAX */
};

/* A list of routes that ends with a NULL path. */
const struct route *route_match(const struct route *routes, const char *path,
                                enum method method, struct slice value[PATH_VALUES],
                                unsigned *allowed);

/* Writes "GET, HEAD" for a set of methods. */
void route_allow(unsigned methods, char *out, size_t size);

#endif
