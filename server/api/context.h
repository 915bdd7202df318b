/* SPDX-License-Identifier: Apache-2.0
 *
 * What a handler may use. `snapshot` is the one that the caller's role may see: handlers
 * have no way to another.
 */
#ifndef SERVER_API_CONTEXT_H
#define SERVER_API_CONTEXT_H

#include "data/borders.h"
#include "data/role.h"
#include "data/snapshot.h"
#include "server/access/caller.h"
#include "server/api/record_home.h"
#include "server/http/http.h"
#include "server/http/route.h"
#include "server/search/nearest.h"

struct access_control;
struct basemap;
struct pages;
struct service_index;
struct tile_cache;
struct uploads;

struct context {
    const struct snapshot *snapshot;
    const struct snapshot
        *close; /* of one service that was asked for by its id: services.c */
    const struct service_index *services; /* of `snapshot`: for tiles */
    struct tile_cache *tiles;
    struct basemap *basemap;
    const struct pages *pages;
    enum role role;
    const struct borders *borders;
    struct searcher *searcher; /* of this thread */
    const struct buf *openapi; /* the document, made once */
    const struct caller *caller;
    struct access_control *access; /* accounts, keys, audit */
    struct record_home *home;      /* the record's file, for workers */
    struct uploads *uploads;
    int64_t now; /* seconds since 1970 */
};

/* Sets the ETag from the snapshot's revision, the role and what was asked; and caching:
 * public answers may be kept by shared caches, staff answers only by the caller. */
void set_validator(const struct context *c, const struct request *q, struct response *r);

#endif
