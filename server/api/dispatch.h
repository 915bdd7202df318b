/* SPDX-License-Identifier: Apache-2.0
 *
 * From a request to its handler: who asks, which snapshot that role may see, which route is
 * meant, whether a page of another host is behind it; and what every answer has in common.
 */
#ifndef SERVER_API_DISPATCH_H
#define SERVER_API_DISPATCH_H

#include "data/borders.h"
#include "server/access/access.h"
#include "server/api/basemap.h"
#include "server/api/directory.h"
#include "server/api/pages.h"
#include "server/api/record_home.h"
#include "server/api/uploads.h"
#include "server/http/http.h"
#include "tiles/cache.h"

struct dispatcher {
    struct directory *directory;
    const struct borders *borders;
    struct access_control *access;
    struct record_home home;
    struct uploads *uploads;
    struct pages *pages;
    struct tile_cache *tiles;
    struct basemap *basemap;
    struct buf openapi;
};

/* The handler of server/http/mhd.h: `ctx` is a struct dispatcher. Safe from several
 * threads. */
bool dispatch(void *ctx, struct request *q, struct response *r);
void dispatch_work(void *ctx, struct request *q, struct response *r);
size_t dispatch_body_max(void *ctx, const struct request *q);

#endif
