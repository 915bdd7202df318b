/* SPDX-License-Identifier: Apache-2.0
 *
 * Writing answers: pieces that the snapshot rendered when it was built, and what depends
 * on the query between them.
 */
#ifndef SERVER_API_NEAREST_RENDER_H
#define SERVER_API_NEAREST_RENDER_H

#include "server/api/nearest_query.h"

/* The whole answer of `nearest` as JSON. */
void render_nearest(struct buf *b, const struct context *c,
                    const struct nearest_request *r, const struct nearest_answer *a);

/* A country: which, by which rule, and whether it is certain. */
void render_country(struct buf *b, const struct context *c,
                    const struct country_answer *country);

/* One service in a list: summary, point as the role may see it in lists, status. */
void render_listed(struct buf *b, const struct context *c, uint32_t service,
                   int language);

/* Service number `service` of `s` with all that stands there of it: `s` is one of the
 * context's snapshots. */
void render_detail(struct buf *b, const struct context *c, const struct snapshot *s,
                   uint32_t service, int language);

#endif
