/* SPDX-License-Identifier: Apache-2.0
 *
 * The OpenAPI 3.1 description, made from the same table of routes that dispatches.
 */
#ifndef SERVER_API_OPENAPI_H
#define SERVER_API_OPENAPI_H

#include "data/buf.h"
#include "server/http/route.h"

/* Appends the document for a list of routes that ends with a NULL path. */
void openapi_write(struct buf *b, const struct route *routes);

#endif
