/* SPDX-License-Identifier: Apache-2.0
 *
 * What a handler may use. `snapshot` is the one that the caller's role may see: handlers
 * have no way to the other.
 */
#ifndef SERVER_API_CONTEXT_H
#define SERVER_API_CONTEXT_H

#include "data/borders.h"
#include "data/role.h"
#include "data/snapshot.h"
#include "server/http/http.h"
#include "server/http/route.h"
#include "server/search/nearest.h"

struct context {
    const struct snapshot *snapshot;
    enum role role;
    const struct borders *borders;
    struct searcher *searcher; /* of this thread */
    const struct buf *openapi; /* the document, made once */
    int64_t now;               /* seconds since 1970 */
};

/* Staff see the staff snapshot: operators, caseworkers, stewards and admins. */
static inline bool role_is_staff(enum role role) {
    return role >= ROLE_OPERATOR;
}

/* Stewards and admins see where a hidden place is in every answer; other staff only by id. */
static inline bool role_sees_hidden(enum role role) {
    return role >= ROLE_STEWARD;
}

/* Sets the ETag from the snapshot's revision, the role and what was asked; and caching:
 * public answers may be kept by shared caches, staff answers only by the caller. */
void set_validator(const struct context *c, const struct request *q, struct response *r);

#endif
