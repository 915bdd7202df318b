/* SPDX-License-Identifier: Apache-2.0
 *
 * The file of the basemap, as `haven tiles build` or somebody else made it. It is noticed when
 * another takes its place; answers under way finish on the old one. Without a file there is no
 * basemap, and everything else works.
 */
#ifndef SERVER_API_BASEMAP_H
#define SERVER_API_BASEMAP_H

#include <stdbool.h>

#include "data/error.h"
#include "server/http/http.h"

struct basemap;
struct tile_cache;

/* Looks for the file. With `must` it has to be there and sound: NULL then, and `e` says why.
 * Free with basemap_close() when nobody asks any more. */
struct basemap *basemap_open(const char *path, bool must, struct error *e);
void basemap_close(struct basemap *b);

/* Takes up the file if it is another one than before, or is gone. False: it cannot be used, as
 * `e` says, and what was there before is still answered from. One thread at a time. */
bool basemap_refresh(struct basemap *b, struct error *e);

/* False: the tile of the path has to be read from the file. */
bool basemap_ready(struct basemap *b, struct tile_cache *cache, const struct request *q);

#endif
