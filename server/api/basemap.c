/* SPDX-License-Identifier: Apache-2.0 */
#include "server/api/basemap.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "data/crypto.h"
#include "data/mbtiles.h"
#include "data/mem.h"
#include "server/api/handlers.h"
#include "server/api/tiles.h"
#include "server/http/coding.h"
#include "server/http/swap.h"

/* What tells one file from another under the same name. */
struct identity {
    dev_t device;
    ino_t inode;
    off_t size;
    struct timespec changed;
};

/* One file, immutable. */
struct source {
    struct mbtiles *tiles; /* NULL: there is none */
    uint8_t digest[16];    /* of its identity */
};

struct basemap {
    char *path;
    struct identity seen; /* of the file that was looked at last; all 0: there was none */
    struct swap swap;     /* struct source */
};

const struct param basemap_tile_params[] = {
    TILE_PARAMS(TILE_ZOOM_MAX),
    {0},
};

/* ---- files ------------------------------------------------------------------------------ */

static bool identify(const char *path, struct identity *out, struct error *e) {
    struct stat s;
    memset(out, 0, sizeof *out);
    if (stat(path, &s) != 0)
        return errno == ENOENT || error_set(e, ERR_ENVIRONMENT, "%s: %m", path);
    out->device = s.st_dev;
    out->inode = s.st_ino;
    out->size = s.st_size;
    out->changed = s.st_mtim;
    return true;
}

static void source_free(struct source *s) {
    mbtiles_close(s->tiles);
    free(s);
}

static bool is_nothing(const struct identity *i) {
    return i->inode == 0 && i->size == 0;
}

bool basemap_refresh(struct basemap *b, struct error *e) {
    struct identity now;
    if (!identify(b->path, &now, e))
        return false;
    if (memcmp(&now, &b->seen, sizeof now) == 0)
        return true;
    struct source *next = xcalloc(1, sizeof *next);
    if (!is_nothing(&now) && (next->tiles = mbtiles_open(b->path, e)) == NULL) {
        source_free(next);
        return false;
    }
    b->seen = now;
    crypto_digest(&now, sizeof now, next->digest, sizeof next->digest);
    source_free(swap_replace(&b->swap, next));
    return true;
}

struct basemap *basemap_open(const char *path, bool must, struct error *e) {
    struct basemap *b = xcalloc(1, sizeof *b);
    b->path = xstrndup(path, strlen(path));
    swap_init(&b->swap, xcalloc(1, sizeof(struct source)));
    if (!must)
        return b; /* what is wrong is said by the one who looks again */
    if (basemap_refresh(b, e) && !is_nothing(&b->seen))
        return b;
    if (e->code == ERR_NONE)
        error_set(e, ERR_ENVIRONMENT, "%s: there is no such file", path);
    basemap_close(b);
    return NULL;
}

void basemap_close(struct basemap *b) {
    unsigned slot;
    if (b == NULL)
        return;
    source_free(swap_take(&b->swap, &slot));
    free(b->path);
    free(b);
}

/* ---- tiles ------------------------------------------------------------------------------ */

static bool cut(const void *from, struct tile t, struct tile_bytes *out,
                struct error *e) {
    struct buf bytes = {0};
    struct mbtiles *tiles = ((const struct source *)from)->tiles;
    bool done = mbtiles_read(tiles, (struct mbtiles_at){t.z, t.x, t.y}, &bytes, e);
    bool packed = bytes.len > 2 && memcmp(bytes.data, "\x1f\x8b", 2) == 0;
    *(packed ? &out->gzip : &out->plain) = bytes;
    if (!done)
        e->code = ERR_ENVIRONMENT; /* nothing that the caller got wrong */
    return done;
}

static struct tile_source source_of(const struct source *s) {
    struct tile_source source = {.set = TILE_SET_BASEMAP, .cut = cut, .from = s};
    memcpy(source.digest, s->digest, sizeof source.digest);
    return source;
}

static uint32_t zoom_max_of(const struct source *s) {
    int zoom = mbtiles_info(s->tiles)->max_zoom;
    return zoom < TILE_ZOOM_MAX ? (uint32_t)zoom : TILE_ZOOM_MAX;
}

bool basemap_ready(struct basemap *b, struct tile_cache *cache, const struct request *q) {
    unsigned slot;
    struct tile t;
    const struct source *s = swap_take(&b->swap, &slot);
    bool ready = true;
    if (s->tiles != NULL && tile_of_path(q, zoom_max_of(s), &t)) {
        struct tile_source source = source_of(s);
        source.packed = coding_accepted(q->accept_encoding, "gzip");
        ready = tile_cache_has(cache, &source, t);
    }
    swap_return(&b->swap, slot);
    return ready;
}

static const char no_basemap[] = "This server has no basemap.";

void handle_basemap_tile(struct context *c, struct request *q, struct response *r) {
    unsigned slot;
    const struct source *s = swap_take(&c->basemap->swap, &slot);
    if (s->tiles == NULL) {
        problem(r, 404, no_basemap, NULL);
    } else {
        struct tile_source source = source_of(s);
        respond_tile(c, q, r, &source, zoom_max_of(s));
    }
    swap_return(&c->basemap->swap, slot);
}

static void respond_info(struct context *c, struct request *q, struct response *r,
                         const struct source *s) {
    const struct mbtiles_info *i = mbtiles_info(s->tiles);
    const struct tile_set_info info = {
        .name = "basemap",
        .description = i->description[0] != '\0' ? i->description : i->name,
        .attribution = i->attribution[0] != '\0' ? i->attribution : NULL,
        .zoom_min = (uint32_t)i->min_zoom,
        .zoom_max = zoom_max_of(s),
        .box = i->bounds,
        .layers = i->layers,
    };
    respond_tilejson(c, q, r, &info);
}

void handle_basemap_tiles(struct context *c, struct request *q, struct response *r) {
    unsigned slot;
    const struct source *s = swap_take(&c->basemap->swap, &slot);
    if (s->tiles != NULL)
        respond_info(c, q, r, s);
    else
        problem(r, 404, no_basemap, NULL);
    swap_return(&c->basemap->swap, slot);
}
