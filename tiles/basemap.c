/* SPDX-License-Identifier: Apache-2.0
 *
 * Zoom by zoom; within a zoom the threads take shapes to simplify, then blocks to cut. A
 * block's tiles go into the file together, in any order of blocks: the file does not tell.
 */
#include "tiles/basemap.h"

#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "data/crypto.h"
#include "data/mbtiles.h"
#include "tiles/basemap_private.h"

#define BLOCK_ZOOMS 3 /* a block has 8 x 8 tiles */
#define MARGIN 0.5    /* degrees around what the record covers */
#define FLUSH_S 1     /* at most so much work is lost when it is stopped */
#define WAYS 1        /* of cutting: another number makes parts of before useless */

struct job {
    const struct basemap_options *o;
    struct base_source source;
    struct box box;
    struct mbtiles_writer *writer;
    struct base_zoom zoom;
    struct base_range range;
    struct tile_square square; /* of the range, with room around it */
    uint32_t columns, rows;    /* of blocks */
    pthread_mutex_t lock;      /* of all that follows, and the writer */
    size_t next;
    int64_t done, total, tiles;
    time_t flushed;
    struct error error;
};

/* ---- what is to be done -------------------------------------------------------------------- */

static struct base_range range_of(const struct job *job, uint32_t z) {
    uint32_t last = (uint32_t)((UINT64_C(1) << z) - 1);
    if (z <= BASEMAP_WORLD_ZOOM)
        return (struct base_range){0, 0, last, last};
    struct tile low = tile_at((struct point){job->box.west, job->box.north}, z);
    struct tile high = tile_at((struct point){job->box.east, job->box.south}, z);
    return (struct base_range){low.x, low.y, high.x, high.y};
}

static int64_t tiles_in(struct base_range r) {
    return (int64_t)(r.east - r.west + 1) * (r.south - r.north + 1);
}

/* The box of the options, or what the record covers; where it covers nothing, no zoom beyond
 * those of the world is cut. */
static bool choose_box(struct job *job, struct error *e) {
    const struct box *covered = &job->source.covered;
    job->box = job->o->has_box ? job->o->box
                               : (struct box){fmax(covered->west - MARGIN, -180),
                                              fmax(covered->south - MARGIN, -90),
                                              fmin(covered->east + MARGIN, 180),
                                              fmin(covered->north + MARGIN, 90)};
    bool empty = !job->o->has_box && covered->west > covered->east;
    if (empty && job->o->max_zoom > BASEMAP_WORLD_ZOOM)
        return error_set(e, ERR_DATA,
                         "the record has no place that says what to cut beyond zoom %d; "
                         "allowed: --bbox W,S,E,N, or --max-zoom %d",
                         BASEMAP_WORLD_ZOOM, BASEMAP_WORLD_ZOOM);
    if (empty)
        job->box = (struct box){-180, -85, 180, 85};
    for (int z = 0; z <= job->o->max_zoom; z++)
        job->total += tiles_in(range_of(job, (uint32_t)z));
    return true;
}

/* Names all that the tiles are made of. */
static void key_of(const struct job *job, char out[65]) {
    struct buf text = {0};
    uint8_t digest[32];
    buf_printf(&text, "%d %s %d %.9f,%.9f,%.9f,%.9f %s", WAYS, job->source.digest,
               job->o->max_zoom, job->box.west, job->box.south, job->box.east,
               job->box.north, job->o->attribution != NULL ? job->o->attribution : "");
    crypto_digest(text.data, text.len, digest, sizeof digest);
    hex_encode(digest, sizeof digest, out);
    buf_free(&text);
}

/* ---- threads --------------------------------------------------------------------------------- */

static void fail(struct job *job, const struct error *e) {
    pthread_mutex_lock(&job->lock);
    if (job->error.code == ERR_NONE)
        job->error = *e;
    pthread_mutex_unlock(&job->lock);
}

/* The next number below `count`; `count`: there is none, or something failed. */
static size_t take_next(struct job *job, size_t count) {
    pthread_mutex_lock(&job->lock);
    size_t n = job->error.code == ERR_NONE && job->next < count ? job->next++ : count;
    pthread_mutex_unlock(&job->lock);
    return n;
}

static bool run_threads(struct job *job, void *(*work)(void *), struct error *e) {
    pthread_t *thread = xcalloc((size_t)job->o->threads, sizeof *thread);
    int started = 0;
    job->next = 0;
    while (started < job->o->threads - 1 &&
           pthread_create(&thread[started], NULL, work, job) == 0)
        started++;
    work(job);
    while (started > 0)
        pthread_join(thread[--started], NULL);
    free(thread);
    *e = job->error;
    return e->code == ERR_NONE;
}

static void *simplify(void *ctx) {
    struct job *job = ctx;
    struct base_cutter *c = base_cutter_new();
    size_t count = job->source.shape_count;
    for (size_t n; (n = take_next(job, count)) < count;) {
        struct error e = {0};
        if (!base_zoom_shape(c, &job->zoom, n, job->square, (uint32_t)job->o->max_zoom,
                             &e))
            fail(job, &e);
    }
    base_cutter_free(c);
    return NULL;
}

/* ---- blocks ----------------------------------------------------------------------------------- */

/* The tiles of a block, until it goes into the file. */
struct made {
    struct tile *tile;
    size_t *end; /* of its bytes in `bytes` */
    size_t count, tile_capacity, end_capacity;
    struct buf bytes;
};

static bool keep(struct tile t, const struct buf *packed, void *ctx, struct error *e) {
    struct made *m = ctx;
    (void)e;
    m->tile = xgrow(m->tile, &m->tile_capacity, m->count, sizeof *m->tile);
    m->end = xgrow(m->end, &m->end_capacity, m->count, sizeof *m->end);
    buf_add(&m->bytes, packed->data, packed->len);
    m->tile[m->count] = t;
    m->end[m->count++] = m->bytes.len;
    return true;
}

static struct tile block_tile(const struct job *job, size_t n) {
    uint32_t up = job->zoom.z < BLOCK_ZOOMS ? job->zoom.z : BLOCK_ZOOMS;
    return (struct tile){job->zoom.z - up,
                         (job->range.west >> up) + (uint32_t)(n % job->columns),
                         (job->range.north >> up) + (uint32_t)(n / job->columns)};
}

/* How a block is known: by its zoom, and its own column and row. */
static struct mbtiles_at block_at(const struct job *job, struct tile block) {
    return (struct mbtiles_at){job->zoom.z, block.x, block.y};
}

/* Tiles of the zoom in a block. */
static int64_t block_tiles(const struct job *job, struct tile block) {
    unsigned up = job->zoom.z - block.z;
    uint32_t side = (1u << up) - 1, x = block.x << up, y = block.y << up;
    struct base_range r = job->range;
    r.west = r.west > x ? r.west : x;
    r.north = r.north > y ? r.north : y;
    r.east = r.east < x + side ? r.east : x + side;
    r.south = r.south < y + side ? r.south : y + side;
    return tiles_in(r);
}

static bool write_block(struct job *job, struct tile block, const struct made *m,
                        struct error *e) {
    size_t at = 0;
    for (size_t i = 0; i < m->count; at = m->end[i++]) {
        struct mbtiles_at where = {m->tile[i].z, m->tile[i].x, m->tile[i].y};
        if (!mbtiles_put(job->writer, where, m->bytes.data + at, m->end[i] - at, e))
            return false;
    }
    if (!mbtiles_end_block(job->writer, block_at(job, block), e))
        return false;
    job->tiles += (int64_t)m->count;
    time_t now = time(NULL);
    if (now - job->flushed < FLUSH_S)
        return true;
    job->flushed = now;
    return mbtiles_flush(job->writer, e);
}

static void end_block(struct job *job, struct tile block, const struct made *m) {
    struct error e = {0};
    pthread_mutex_lock(&job->lock);
    if (m != NULL && job->error.code == ERR_NONE && !write_block(job, block, m, &e))
        job->error = e;
    job->done += block_tiles(job, block);
    if (job->o->say != NULL)
        job->o->say(job->done, job->total, (int)job->zoom.z, job->o->ctx);
    pthread_mutex_unlock(&job->lock);
}

static void *cut(void *ctx) {
    struct job *job = ctx;
    struct base_cutter *c = base_cutter_new();
    struct made made = {0};
    size_t count = (size_t)job->columns * job->rows;
    for (size_t n; (n = take_next(job, count)) < count;) {
        struct error e = {0};
        struct tile block = block_tile(job, n);
        if (mbtiles_has(job->writer, block_at(job, block))) {
            end_block(job, block, NULL);
            continue;
        }
        made.count = made.bytes.len = 0;
        if (base_block(c, &job->zoom, block, job->range, keep, &made, &e))
            end_block(job, block, &made);
        else
            fail(job, &e);
    }
    base_cutter_free(c);
    free(made.tile);
    free(made.end);
    buf_free(&made.bytes);
    return NULL;
}

/* ---- zooms ------------------------------------------------------------------------------------ */

/* Whether an earlier run made all of the zoom. */
static bool zoom_whole(struct job *job) {
    for (size_t n = 0; n < (size_t)job->columns * job->rows; n++)
        if (!mbtiles_has(job->writer, block_at(job, block_tile(job, n))))
            return false;
    return true;
}

static void zoom_begin(struct job *job, uint32_t z) {
    uint32_t up = z < BLOCK_ZOOMS ? z : BLOCK_ZOOMS;
    job->zoom = (struct base_zoom){.source = &job->source, .z = z};
    job->range = range_of(job, z);
    job->columns = (job->range.east >> up) - (job->range.west >> up) + 1;
    job->rows = (job->range.south >> up) - (job->range.north >> up) + 1;
    struct tile_square low =
        tile_square((struct tile){z, job->range.west, job->range.north}, TILE_EXTENT);
    struct tile_square high =
        tile_square((struct tile){z, job->range.east, job->range.south}, TILE_EXTENT);
    job->square = (struct tile_square){low.low, high.high};
}

static void zoom_end(struct job *job) {
    struct clip *c = clip_new();
    for (size_t i = 0; i < job->source.shape_count; i++)
        outline_free(c, job->zoom.outline[i]);
    clip_free(c);
    free(job->zoom.outline);
    free(job->zoom.labels);
}

static bool zoom_cut(struct job *job, uint32_t z, struct error *e) {
    zoom_begin(job, z);
    if (zoom_whole(job)) {
        job->done += tiles_in(job->range);
        return true;
    }
    job->zoom.outline = xcalloc(job->source.shape_count + 1, sizeof(struct outline *));
    job->zoom.labels =
        base_labels(&job->source, z, (uint32_t)job->o->max_zoom, &job->zoom.label_count);
    bool done = run_threads(job, simplify, e) && run_threads(job, cut, e) &&
                mbtiles_flush(job->writer, e);
    zoom_end(job);
    return done;
}

bool basemap_beside(const char *db, char *out, size_t size) {
    size_t len = strlen(db);
    bool ends = len > 3 && strcmp(db + len - 3, ".db") == 0;
    int wrote = snprintf(out, size, "%.*s.mbtiles", (int)(ends ? len - 3 : len), db);
    return wrote > 0 && (size_t)wrote < size;
}

/* ---- all --------------------------------------------------------------------------------------- */

static const char vector_layers[] =
    "{\"vector_layers\":["
    "{\"id\":\"land\",\"fields\":{}},"
    "{\"id\":\"water\",\"fields\":{\"name\":\"String\"}},"
    "{\"id\":\"river\",\"fields\":{\"class\":\"String\",\"name\":\"String\"}},"
    "{\"id\":\"boundary\",\"fields\":{\"level\":\"Number\",\"disputed\":\"Boolean\"}},"
    "{\"id\":\"road\",\"fields\":{\"class\":\"String\",\"name\":\"String\"}},"
    "{\"id\":\"place\",\"fields\":{\"name\":\"String\",\"name:en\":\"String\","
    "\"name:km\":\"String\",\"name:lo\":\"String\",\"name:my\":\"String\","
    "\"name:th\":\"String\",\"name:vi\":\"String\",\"name:zh\":\"String\","
    "\"name:id\":\"String\",\"kind\":\"String\",\"country\":\"String\","
    "\"rank\":\"Number\","
    "\"population\":\"Number\"}}]}";

static bool finish(struct job *job, char *key, struct error *e) {
    struct mbtiles_writer *w = job->writer;
    const char *more = job->o->attribution;
    struct buf attribution = {0};
    buf_printf(&attribution, "Made with Natural Earth%s%s", more != NULL ? "; " : "",
               more != NULL ? more : "");
    char name[] = "haven basemap", description[] = "Land, waters, borders and names",
         json[sizeof vector_layers];
    memcpy(json, vector_layers, sizeof json);
    const struct mbtiles_info info = {.name = name,
                                      .attribution = buf_text(&attribution),
                                      .description = description,
                                      .json = json,
                                      .key = key,
                                      .max_zoom = job->o->max_zoom,
                                      .bounds = {-180, -85.05113, 180, 85.05113},
                                      .center = {(job->box.west + job->box.east) / 2,
                                                 (job->box.south + job->box.north) / 2,
                                                 job->o->max_zoom < BASEMAP_WORLD_ZOOM
                                                     ? job->o->max_zoom
                                                     : BASEMAP_WORLD_ZOOM}};
    job->writer = NULL;
    bool done = mbtiles_finish(w, &info, e);
    buf_free(&attribution);
    return done;
}

/* Whether the file is there already, made of the same. */
static bool is_same(const char *path, const char *key) {
    struct error ignored;
    struct mbtiles *m = mbtiles_open(path, &ignored);
    bool same = m != NULL && strcmp(mbtiles_info(m)->key, key) == 0;
    mbtiles_close(m);
    return same;
}

static bool build(struct job *job, struct basemap_result *result, struct error *e) {
    char key[65];
    int64_t kept;
    if (!base_source_read(&job->source, job->o, e) || !choose_box(job, e))
        return false;
    key_of(job, key);
    result->same = job->o->resume && is_same(job->o->out, key);
    if (result->same)
        return true;
    job->writer = mbtiles_create(job->o->out, key, job->o->resume, &kept, e);
    if (job->writer == NULL)
        return false;
    if (job->o->begin != NULL)
        job->o->begin(job->box, kept, job->o->ctx);
    for (int z = 0; z <= job->o->max_zoom; z++)
        if (!zoom_cut(job, (uint32_t)z, e))
            return false;
    return finish(job, key, e);
}

bool basemap_build(const struct basemap_options *o, struct basemap_result *result,
                   struct error *e) {
    struct job job = {.o = o, .flushed = time(NULL)};
    pthread_mutex_init(&job.lock, NULL);
    bool done = build(&job, result, e);
    mbtiles_abandon(job.writer);
    base_source_free(&job.source);
    pthread_mutex_destroy(&job.lock);
    result->tiles = job.tiles;
    return done;
}
