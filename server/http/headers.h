/* SPDX-License-Identifier: Apache-2.0
 *
 * The headers of an answer: what it says of itself, and what keeps browsers and caches
 * from doing harm with it. A page of another host may read what the public may read, and
 * nothing that was answered to somebody with a cookie or a key.
 */
#ifndef SERVER_HTTP_HEADERS_H
#define SERVER_HTTP_HEADERS_H

#include "server/http/http.h"

/* Calls `add` with every header of the answer; name and value are borrowed. */
void headers_each(const struct request *q, const struct response *r,
                  void (*add)(void *ctx, const char *name, const char *value), void *ctx);

#endif
