/* SPDX-License-Identifier: Apache-2.0
 *
 * Finished tiles, kept within a number of bytes: which are asked for again stay, which are
 * not go first.
 *
 * A tile is known by what it is cut from (struct tile_source: a set and a digest of the data),
 * its address, and whether it is wanted packed: what nobody asks for is neither made nor kept. A new snapshot has a new digest, so that nothing has to be emptied when
 * snapshots are swapped, and a caller gets only what is cut from the source that it gives:
 * roles whose snapshots are the same bytes share tiles, others cannot.
 *
 * A set is made of one function. That of the services is service_source(); another is
 * added beside it and goes through the same cache:
 *
 *      static bool cut(const void *from, struct tile t, struct tile_bytes *out,
 *                      struct error *e);
 *      struct tile_source source = {TILE_SET_BASEMAP, digest, cut, mbtiles};
 *      const struct tile_made *tile = tile_cache_get(cache, &source, t, &e);
 *      ... tile->body, tile->packed, tile->digest ...
 *      tile_made_release(tile);
 */
#ifndef TILES_CACHE_H
#define TILES_CACHE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "data/buf.h"
#include "data/error.h"
#include "tiles/services.h"
#include "tiles/tile.h"

#define TILE_BYTES_MAX (16 << 20) /* of one tile, unpacked */

enum tile_set { TILE_SET_SERVICES, TILE_SET_BASEMAP };

/* One form is enough: the cache makes the other from it where that is wanted. No tile there:
 * both empty. */
struct tile_bytes {
    struct buf plain, gzip;
};

struct tile_source {
    enum tile_set set;
    uint8_t digest[16]; /* of the data: the same digest, the same tiles */
    /* Cuts a tile that tile_check() allows; from any thread. False: `e` says why. */
    bool (*cut)(const void *from, struct tile t, struct tile_bytes *out, struct error *e);
    const void *from;
    bool packed; /* wanted as gzip */
};

/* The services of an index; `snapshot` is the one that it was made of. */
struct tile_source service_source(const struct service_index *x,
                                  const struct snapshot *snapshot);

/* A tile that is finished and does not change. */
struct tile_made {
    struct buf body;
    bool packed;     /* `body` is gzip: it was wanted so, and is smaller */
    char digest[33]; /* of `body`, in hexadecimal: for a validator */
};

struct tile_cache;

/* At most `bytes` are kept, what keeps them included; 0: nothing is. */
struct tile_cache *tile_cache_new(size_t bytes);
void tile_cache_free(struct tile_cache *c); /* when nobody uses it any more */

/* The tile, from the cache or cut now. Nobody waits while another cuts. Give it to
 * tile_made_release(). NULL: it could not be cut, `e` says why, and nothing is kept. */
const struct tile_made *tile_cache_get(struct tile_cache *c,
                                       const struct tile_source *source, struct tile t,
                                       struct error *e);
void tile_made_release(const struct tile_made *tile);

/* Whether the tile is kept now. */
bool tile_cache_has(struct tile_cache *c, const struct tile_source *source,
                    struct tile t);

/* Bytes that are kept now. */
size_t tile_cache_bytes(struct tile_cache *c);

#endif
