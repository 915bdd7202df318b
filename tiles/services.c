/* SPDX-License-Identifier: Apache-2.0 */
#include "tiles/services.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "data/mem.h"
#include "tiles/mvt.h"
#include "tiles/rendered.h"

#define CELL_BITS 4 /* cells a side of the grid: 16, each 256 units wide */
#define FULL_CELL_BITS                                                                   \
    5                /* of the grid for too many points: 32 * 32 = SERVICES_TILE_MAX */
#define NEEDS_MAX 32 /* top-level codes, a bit each */

struct spot {
    uint64_t key;     /* position on the curve */
    uint32_t service; /* in the snapshot */
    uint32_t needs;   /* top-level codes of it, by `top` */
};

struct service_index {
    const struct snapshot *snapshot;
    struct spot *spot; /* by key, then by id */
    uint32_t count;
    struct box box;
    int top[NEEDS_MAX]; /* the needs without a parent */
    int top_count;
};

/* ---- the curve ------------------------------------------------------------------------ */

/* Puts a zero before each bit. */
static uint64_t spread(uint32_t n) {
    static const struct {
        int shift;
        uint64_t mask;
    } step[] = {{16, UINT64_C(0x0000ffff0000ffff)},
                {8, UINT64_C(0x00ff00ff00ff00ff)},
                {4, UINT64_C(0x0f0f0f0f0f0f0f0f)},
                {2, UINT64_C(0x3333333333333333)},
                {1, UINT64_C(0x5555555555555555)}};
    uint64_t wide = n;
    for (size_t i = 0; i < sizeof step / sizeof *step; i++)
        wide = (wide | wide << step[i].shift) & step[i].mask;
    return wide;
}

static uint32_t gather(uint64_t wide) {
    static const struct {
        int shift;
        uint64_t mask;
    } step[] = {{1, UINT64_C(0x3333333333333333)},
                {2, UINT64_C(0x0f0f0f0f0f0f0f0f)},
                {4, UINT64_C(0x00ff00ff00ff00ff)},
                {8, UINT64_C(0x0000ffff0000ffff)},
                {16, UINT64_C(0x00000000ffffffff)}};
    wide &= UINT64_C(0x5555555555555555);
    for (size_t i = 0; i < sizeof step / sizeof *step; i++)
        wide = (wide | wide >> step[i].shift) & step[i].mask;
    return (uint32_t)wide;
}

static uint64_t curve_of(struct tile_fixed f) {
    return spread(f.y) << 1 | spread(f.x);
}

static struct tile_fixed curve_point(uint64_t key) {
    return (struct tile_fixed){gather(key), gather(key >> 1)};
}

/* ---- the index -------------------------------------------------------------------------- */

static struct slice summary_of(const struct snapshot *s, const struct snap_service *it) {
    return (struct slice){s->text + it->text, it->summary_len};
}

static struct slice point_of(const struct snapshot *s, const struct snap_service *it) {
    return (struct slice){s->text + it->text + it->summary_len, it->point_len};
}

/* Where the view's lists show it. False: it is not drawn. */
static bool shown_at(const struct snapshot *s, const struct snap_service *it,
                     struct point *out) {
    struct slice lat, lon, point = point_of(s, it);
    bool gone = it->flags & SERVICE_GONE && s->header->view == SNAP_PUBLIC;
    if (gone || it->site == SNAP_NONE || !rendered_member(point, "lat", &lat) ||
        !rendered_member(point, "lon", &lon))
        return false;
    *out = (struct point){rendered_number(lon), rendered_number(lat)};
    return true;
}

static void find_top(struct service_index *x) {
    const struct vocabulary *needs = vocabulary(VOC_NEED);
    for (int i = 0; i < needs->count; i++)
        if (needs->terms[i].parent < 0) {
            assert(x->top_count < NEEDS_MAX);
            x->top[x->top_count++] = i;
        }
}

static uint32_t top_needs(const struct service_index *x, const struct snap_service *it) {
    uint32_t set = 0;
    for (int t = 0; t < x->top_count; t++) {
        const uint64_t *below = vocabulary_below(VOC_NEED, x->top[t]);
        uint64_t stated = 0;
        for (int w = 0; w < SNAP_NEED_WORDS; w++)
            stated |= it->needs[w] & below[w];
        set |= stated != 0 ? UINT32_C(1) << t : 0;
    }
    return set;
}

static void widen(struct box *b, struct point p) {
    b->west = fmin(b->west, p.lon);
    b->south = fmin(b->south, p.lat);
    b->east = fmax(b->east, p.lon);
    b->north = fmax(b->north, p.lat);
}

static int by_key(const void *a, const void *b, void *services) {
    const struct spot *p = a, *q = b;
    const struct snap_service *s = services;
    if (p->key != q->key)
        return p->key < q->key ? -1 : 1;
    uint32_t one = s[p->service].id_rank, other = s[q->service].id_rank;
    return one < other ? -1 : one > other;
}

struct service_index *service_index_new(const struct snapshot *s) {
    struct service_index *x = xcalloc(1, sizeof *x);
    x->snapshot = s;
    x->spot = xcalloc((size_t)s->services_count + 1, sizeof *x->spot);
    find_top(x);
    for (uint32_t i = 0; i < s->services_count; i++) {
        struct point p;
        if (!shown_at(s, &s->services[i], &p))
            continue;
        if (x->count == 0)
            x->box = (struct box){p.lon, p.lat, p.lon, p.lat};
        widen(&x->box, p);
        x->spot[x->count++] =
            (struct spot){curve_of(tile_fixed_of(p)), i, top_needs(x, &s->services[i])};
    }
    union { /* qsort_r wants it without const, and changes nothing */
        const struct snap_service *given;
        void *wanted;
    } services = {s->services};
    qsort_r(x->spot, x->count, sizeof *x->spot, by_key, services.wanted);
    return x;
}

void service_index_free(struct service_index *x) {
    if (x == NULL)
        return;
    free(x->spot);
    free(x);
}

uint32_t service_index_count(const struct service_index *x) {
    return x->count;
}

struct box service_index_box(const struct service_index *x) {
    return x->box;
}

/* ---- a tile ------------------------------------------------------------------------------- */

/* A stretch of spots. */
struct stretch {
    const struct spot *at;
    uint32_t count;
};

/* How many spots lie before `key`. */
static uint32_t before(const struct service_index *x, uint64_t key) {
    uint32_t low = 0, high = x->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (x->spot[middle].key < key)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* How far keys are shifted, so that a square of 2^-z of the world is one number: at most 62,
 * and by 64 for the whole world. */
static unsigned shift_of(uint32_t z) {
    return 64 - 2 * z;
}

static struct stretch stretch_of(const struct service_index *x, struct tile t) {
    if (t.z == 0)
        return (struct stretch){x->spot, x->count};
    uint32_t down = 32 - t.z;
    uint64_t low = curve_of((struct tile_fixed){t.x << down, t.y << down});
    uint64_t high = low + (UINT64_C(1) << shift_of(t.z)); /* 0 after the last one */
    uint32_t first = before(x, low), end = high != 0 ? before(x, high) : x->count;
    return (struct stretch){x->spot + first, end - first};
}

/* Number of different points, counted no further than one more than `most`. */
static uint32_t points_in(struct stretch s, uint32_t most) {
    uint32_t points = 0;
    for (uint32_t i = 0; i < s.count && points <= most; i++)
        points += i == 0 || s.at[i].key != s.at[i - 1].key;
    return points;
}

/* By how much keys are shifted to tell which spots are one feature. */
static unsigned grouping(struct stretch s, struct tile t) {
    if (t.z < SERVICES_EXACT_ZOOM)
        return shift_of(t.z + CELL_BITS);
    return points_in(s, SERVICES_TILE_MAX) > SERVICES_TILE_MAX
               ? shift_of(t.z + FULL_CELL_BITS)
               : 0;
}

/* In units of the tile: the middle of all, which lies among them. */
static struct mvt_point middle_of(struct stretch s, struct tile t) {
    uint64_t x = 0, y = 0;
    for (uint32_t i = 0; i < s.count; i++) {
        struct tile_fixed f = curve_point(s.at[i].key);
        x += f.x;
        y += f.y;
    }
    uint32_t side = 20 - t.z; /* 2^side of 2^-32 of the world are a unit */
    return (struct mvt_point){(int32_t)((x / s.count) >> side & (TILE_EXTENT - 1)),
                              (int32_t)((y / s.count) >> side & (TILE_EXTENT - 1))};
}

struct cutter {
    const struct service_index *index;
    struct tile tile;
    struct mvt *mvt;
    struct buf text;
};

/* Properties that are members of the summary, in the order in which they stand there, and of
 * the point. */
static const char *const summarised[] = {"id", "name", "kind", "needs", NULL};
static const char *const pointed[] = {"precision", NULL};

/* Adds the members that `names` lists; none where it is null. */
static void add_members(struct cutter *c, struct slice object, const char *const *names) {
    struct slice name, value;
    while (*names != NULL && rendered_next(&object, &name, &value)) {
        const char *const *meant = names;
        while (*meant != NULL && !slice_is(name, *meant))
            meant++;
        if (*meant == NULL)
            continue;
        names = meant + 1;
        c->text.len = 0;
        rendered_text(value, ';', &c->text);
        if (c->text.len > 0)
            mvt_text(c->mvt, *meant, c->text.data, c->text.len);
    }
}

static void add_one(struct cutter *c, const struct spot *spot) {
    const struct snapshot *s = c->index->snapshot;
    const struct snap_service *it = &s->services[spot->service];
    add_members(c, summary_of(s, it), summarised);
    add_members(c, point_of(s, it), pointed);
}

static void add_several(struct cutter *c, struct stretch s) {
    uint32_t needs = 0;
    for (uint32_t i = 0; i < s.count; i++)
        needs |= s.at[i].needs;
    c->text.len = 0;
    for (int t = 0; t < c->index->top_count; t++) {
        if (!(needs >> t & 1))
            continue;
        if (c->text.len > 0)
            buf_char(&c->text, ';');
        buf_str(&c->text, vocabulary(VOC_NEED)->terms[c->index->top[t]].code);
    }
    if (c->text.len > 0)
        mvt_text(c->mvt, "needs", c->text.data, c->text.len);
}

static void add_feature(struct cutter *c, struct stretch s) {
    struct mvt_point at = middle_of(s, c->tile);
    mvt_feature(c->mvt, MVT_POINT);
    mvt_points(c->mvt, &at, 1);
    mvt_integer(c->mvt, "count", s.count);
    if (s.count == 1)
        add_one(c, s.at);
    else
        add_several(c, s);
    mvt_end(c->mvt);
}

bool service_tile(const struct service_index *x, struct tile t, struct buf *out,
                  struct error *e) {
    struct stretch all = stretch_of(x, t);
    if (all.count == 0)
        return true;
    struct cutter c = {.index = x, .tile = t, .mvt = mvt_new()};
    unsigned shift = grouping(all, t);
    mvt_layer(c.mvt, "services");
    for (uint32_t i = 0; i < all.count;) {
        struct stretch s = {all.at + i, 1};
        while (i + s.count < all.count &&
               s.at[s.count].key >> shift == s.at[0].key >> shift)
            s.count++;
        add_feature(&c, s);
        i += s.count;
    }
    bool done = mvt_write(c.mvt, out, e);
    mvt_free(c.mvt);
    buf_free(&c.text);
    return done;
}
