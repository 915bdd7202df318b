/* SPDX-License-Identifier: Apache-2.0
 *
 * A block of tiles: its shapes are cut to ever smaller squares on the way down to each
 * tile, so that a long coast is walked a few times and not once a tile.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tiles/basemap_private.h"
#include "tiles/gzip.h"

/* Units that a corner may move, and that a polygon has to have: half a pixel, and a few; at
 * the last zoom, which clients draw larger, less. */
#define TOLERANCE 6
#define LEAST 80
#define TOLERANCE_LAST 2
#define LEAST_LAST 8

#define DEPTH_MAX 32

/* The shapes that reach into a square, and what of them lies in it. */
struct piece {
    size_t shape; /* of the source */
    const struct outline *outline;
    struct outline *own; /* the same, when it is to be freed */
};

struct pieces {
    struct piece *at;
    size_t count, capacity;
};

struct base_cutter {
    struct clip *clip;
    struct mvt *mvt;
    struct buf plain, packed, key;
    struct pieces level[DEPTH_MAX];
};

struct base_cutter *base_cutter_new(void) {
    struct base_cutter *c = xcalloc(1, sizeof *c);
    c->clip = clip_new();
    c->mvt = mvt_new();
    return c;
}

void base_cutter_free(struct base_cutter *c) {
    for (int i = 0; i < DEPTH_MAX; i++)
        free(c->level[i].at);
    clip_free(c->clip);
    mvt_free(c->mvt);
    buf_free(&c->plain);
    buf_free(&c->packed);
    buf_free(&c->key);
    free(c);
}

bool base_zoom_shape(struct base_cutter *c, struct base_zoom *zoom, size_t n,
                     struct tile_square square, uint32_t max_zoom, struct error *e) {
    const struct base_shape *s = &zoom->source->shapes[n];
    bool last = zoom->z == max_zoom;
    if (s->zoom > (int)zoom->z && !last)
        return true;
    *e = (struct error){0};
    struct outline *near = clip_cut(c->clip, s->outline, square, e);
    if (near == NULL)
        return e->code == ERR_NONE;
    zoom->outline[n] =
        clip_simplify(c->clip, near, zoom->z, last ? TOLERANCE_LAST : TOLERANCE,
                      last ? LEAST_LAST : LEAST, e);
    outline_free(c->clip, near);
    return e->code == ERR_NONE;
}

/* ---- one tile -------------------------------------------------------------------------------- */

static const char *const languages[] = {"en", "km", "lo", "my", "th", "vi", "zh", "id"};

/* The first name in a language, or NULL. */
static const char *name_in(const struct atlas *a, const struct atlas_place *p,
                           const char *language) {
    for (uint32_t i = p->names.first; i < p->names.first + p->names.count; i++)
        if (a->names[i].use == NAME_LANGUAGE &&
            strcmp(a->names[i].language, language) == 0)
            return a->names[i].text;
    return NULL;
}

static void draw_names(struct base_cutter *c, const struct base_source *s,
                       const struct base_place *place) {
    const struct atlas *a = s->atlas;
    const struct atlas_place *p = &a->places[place->place];
    const char *name = atlas_name(a, place->place);
    char key[16] = "name:";
    mvt_text(c->mvt, "name", name, strlen(name));
    for (size_t i = 0; i < sizeof languages / sizeof *languages; i++) {
        const char *text = name_in(a, p, languages[i]);
        memcpy(key + 5, languages[i], 3);
        if (text != NULL && strcmp(text, name) != 0)
            mvt_text(c->mvt, key, text, strlen(text));
    }
    const char *kind = vocabulary(VOC_PLACE_KIND)->terms[p->kind].code;
    mvt_text(c->mvt, "kind", kind, strlen(kind));
    const char *country = vocabulary(VOC_COUNTRY)->terms[p->country].code;
    mvt_text(c->mvt, "country", country, strlen(country));
    mvt_integer(c->mvt, "rank", place->rank);
    if (p->population >= 0)
        mvt_integer(c->mvt, "population", p->population);
}

/* Where the names of a tile begin: the first label not before it. */
static size_t first_label(const struct base_zoom *zoom, struct tile t) {
    size_t low = 0, high = zoom->label_count;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        const struct base_label *l = &zoom->labels[mid];
        if (l->x < t.x || (l->x == t.x && l->y < t.y))
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

static void draw_places(struct base_cutter *c, const struct base_zoom *zoom,
                        struct tile t) {
    size_t i = first_label(zoom, t);
    unsigned shift = 32 - t.z;
    for (bool first = true; i < zoom->label_count; i++, first = false) {
        const struct base_label *l = &zoom->labels[i];
        if (l->x != t.x || l->y != t.y)
            return;
        if (first)
            mvt_layer(c->mvt, "place");
        double size = (double)(UINT64_C(1) << shift) / TILE_EXTENT;
        uint32_t low_x = shift < 32 ? t.x << shift : 0,
                 low_y = shift < 32 ? t.y << shift : 0;
        struct mvt_point at = {(int32_t)((l->at.x - low_x) / size),
                               (int32_t)((l->at.y - low_y) / size)};
        mvt_feature(c->mvt, MVT_POINT);
        mvt_points(c->mvt, &at, 1);
        draw_names(c, zoom->source, &zoom->source->places[l->place]);
        mvt_end(c->mvt);
    }
}

static void draw_properties(struct base_cutter *c, const struct base_shape *s) {
    if (s->layer == LAYER_BOUNDARY) {
        mvt_integer(c->mvt, "level", s->level);
        mvt_bool(c->mvt, "disputed", s->disputed);
    }
    if (s->class[0] != '\0')
        mvt_text(c->mvt, "class", s->class, strlen(s->class));
    if (s->name[0] != '\0' && s->layer != LAYER_BOUNDARY)
        mvt_text(c->mvt, "name", s->name, strlen(s->name));
}

/* Shapes that say the same are one feature. */
static bool draw_shapes(struct base_cutter *c, const struct base_zoom *zoom,
                        const struct pieces *pieces, struct tile t, struct error *e) {
    const struct base_shape *before = NULL;
    for (size_t i = 0; i < pieces->count; i++) {
        const struct base_shape *s = &zoom->source->shapes[pieces->at[i].shape];
        if (before == NULL || s->layer != before->layer)
            mvt_layer(c->mvt, map_layer_name(s->layer));
        mvt_feature(c->mvt, outline_type(pieces->at[i].outline));
        for (size_t first = i;; i++) {
            if (!clip_draw(c->clip, pieces->at[i].outline, t, BASEMAP_BUFFER, c->mvt, e))
                return false;
            before = &zoom->source->shapes[pieces->at[first].shape];
            if (i + 1 == pieces->count ||
                base_shape_compare(before,
                                   &zoom->source->shapes[pieces->at[i + 1].shape]) != 0)
                break;
        }
        draw_properties(c, before);
        mvt_end(c->mvt);
    }
    return true;
}

/* ---- down to the tiles ------------------------------------------------------------------------ */

struct walk {
    struct base_cutter *c;
    const struct base_zoom *zoom;
    struct base_range range;
    bool (*each)(struct tile t, const struct buf *packed, void *ctx, struct error *e);
    void *ctx;
};

static bool give_tile(struct walk *w, const struct pieces *pieces, struct tile t,
                      struct error *e) {
    struct base_cutter *c = w->c;
    mvt_reset(c->mvt);
    if (!draw_shapes(c, w->zoom, pieces, t, e))
        return false;
    draw_places(c, w->zoom, t);
    c->plain.len = c->packed.len = 0;
    if (!mvt_write(c->mvt, &c->plain, e))
        return false;
    if (c->plain.len == 0)
        return true;
    gzip_pack(c->plain.data, c->plain.len, &c->packed);
    return w->each(t, &c->packed, w->ctx, e);
}

static void pieces_clear(struct base_cutter *c, struct pieces *p) {
    for (size_t i = 0; i < p->count; i++)
        outline_free(c->clip, p->at[i].own);
    p->count = 0;
}

static void pieces_add(struct pieces *p, struct piece piece) {
    p->at = xgrow(p->at, &p->capacity, p->count, sizeof *p->at);
    p->at[p->count++] = piece;
}

static bool apart(struct tile_square a, struct tile_square b) {
    return a.high.x < b.low.x || b.high.x < a.low.x || a.high.y < b.low.y ||
           b.high.y < a.low.y;
}

static bool holds(struct tile_square outer, struct tile_square inner) {
    return outer.low.x <= inner.low.x && outer.low.y <= inner.low.y &&
           outer.high.x >= inner.high.x && outer.high.y >= inner.high.y;
}

/* Adds what of a shape lies in the square. */
static bool add_piece(struct base_cutter *c, struct pieces *to, size_t shape,
                      const struct outline *o, struct tile_square square,
                      struct error *e) {
    if (apart(outline_square(o), square))
        return true;
    if (holds(square, outline_square(o))) {
        pieces_add(to, (struct piece){shape, o, NULL});
        return true;
    }
    struct outline *own = clip_cut(c->clip, o, square, e);
    if (own != NULL)
        pieces_add(to, (struct piece){shape, own, own});
    return own != NULL || e->code == ERR_NONE;
}

/* Whether tile `t` holds a tile of the range. */
static bool in_range(const struct walk *w, struct tile t) {
    unsigned up = w->zoom->z - t.z;
    return t.x >= w->range.west >> up && t.x <= w->range.east >> up &&
           t.y >= w->range.north >> up && t.y <= w->range.south >> up;
}

static bool has_label(const struct walk *w, struct tile t) {
    size_t i = first_label(w->zoom, t);
    return i < w->zoom->label_count && w->zoom->labels[i].x == t.x &&
           w->zoom->labels[i].y == t.y;
}

/* Cuts tile `t`, whose pieces stand in `level[depth]`, or the four below it. */
static bool descend(struct walk *w, struct tile t, int depth, struct error *e) {
    struct base_cutter *c = w->c;
    const struct pieces *from = &c->level[depth];
    if (t.z == w->zoom->z)
        return (from->count == 0 && !has_label(w, t)) || give_tile(w, from, t, e);
    struct pieces *to = &c->level[depth + 1];
    bool done = true;
    for (uint32_t i = 0; done && i < 4; i++) {
        struct tile below = {t.z + 1, 2 * t.x + (i & 1), 2 * t.y + (i >> 1)};
        if (!in_range(w, below))
            continue;
        struct tile_square square = tile_square(below, BASEMAP_BUFFER);
        for (size_t k = 0; done && k < from->count; k++)
            done = add_piece(c, to, from->at[k].shape, from->at[k].outline, square, e);
        done = done && descend(w, below, depth + 1, e);
        pieces_clear(c, to);
    }
    return done;
}

bool base_block(struct base_cutter *c, const struct base_zoom *zoom, struct tile block,
                struct base_range range,
                bool (*each)(struct tile t, const struct buf *packed, void *ctx,
                             struct error *e),
                void *ctx, struct error *e) {
    struct walk w = {c, zoom, range, each, ctx};
    struct tile_square square = tile_square(block, BASEMAP_BUFFER);
    bool done = true;
    *e = (struct error){0};
    for (size_t i = 0; done && i < zoom->source->shape_count; i++)
        if (zoom->outline[i] != NULL)
            done = add_piece(c, &c->level[0], i, zoom->outline[i], square, e);
    done = done && descend(&w, block, 0, e);
    pieces_clear(c, &c->level[0]);
    return done;
}
