/* SPDX-License-Identifier: Apache-2.0
 *
 * From a request to its handler: whose key it is, which snapshot that role may see, which
 * route is meant; and what every answer has in common.
 */
#ifndef SERVER_API_DISPATCH_H
#define SERVER_API_DISPATCH_H

#include "data/borders.h"
#include "server/api/directory.h"
#include "server/http/http.h"

struct dispatcher {
    struct directory *directory;
    const struct borders *borders;
    struct buf openapi;
};

/* Answers a request; `ctx` is a struct dispatcher. Safe from several threads. */
void dispatch(void *ctx, struct request *q, struct response *r);

#endif
