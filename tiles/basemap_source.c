/* SPDX-License-Identifier: Apache-2.0
 *
 * What is drawn. The built-in land and borders are drawn where the record's own do not
 * reach: around the box of those, in four pieces.
 *
 *      +-----------------------+
 *      |         north         |
 *      +------+---------+------+
 *      | west | own box | east |
 *      +------+---------+------+
 *      |         south         |
 *      +-----------------------+
 */
#include "tiles/basemap_private.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "data/basemap.h"
#include "data/crypto.h"

struct reading {
    struct base_source *s;
    struct clip *clip;
    struct buf digests;                  /* of what was read, after one another */
    struct tile_square own[LAYER_COUNT]; /* the box of each layer of the record */
    bool has[LAYER_COUNT];               /* boundaries: of countries */
    struct late *late; /* borders that may be those of areas, until these are known */
    size_t late_count, late_capacity;
};

struct late {
    struct base_shape shape; /* without an outline */
    struct buf wkb;
};

int base_shape_compare(const struct base_shape *a, const struct base_shape *b) {
    if (a->layer != b->layer)
        return (int)a->layer - (int)b->layer;
    if (a->level != b->level)
        return b->level - a->level; /* countries on top */
    if (a->disputed != b->disputed)
        return (int)a->disputed - (int)b->disputed;
    int class = strcmp(a->class, b->class);
    return class != 0 ? class : strcmp(a->name, b->name);
}

void base_source_add(struct base_source *s, const struct base_shape *shape) {
    s->shapes = xgrow(s->shapes, &s->shape_capacity, s->shape_count, sizeof *s->shapes);
    struct base_shape *to = &s->shapes[s->shape_count++];
    *to = *shape;
    to->class = arena_strndup(&s->texts, shape->class, strlen(shape->class));
    to->name = arena_strndup(&s->texts, shape->name, strlen(shape->name));
}

/* ---- features --------------------------------------------------------------------------- */

static void note_digest(struct reading *r, const struct feature_row *row) {
    char id[FEATURE_ID_BYTES];
    feature_id(row, id);
    buf_str(&r->digests, id);
}

static void widen(struct tile_square *box, struct tile_square by, bool first) {
    if (first)
        *box = by;
    box->low.x = fmin(box->low.x, by.low.x);
    box->low.y = fmin(box->low.y, by.low.y);
    box->high.x = fmax(box->high.x, by.high.x);
    box->high.y = fmax(box->high.y, by.high.y);
}

static struct base_shape shape_of(const struct feature_row *row, struct outline *o) {
    return (struct base_shape){.outline = o,
                               .layer = row->layer,
                               .zoom = row->zoom,
                               .level = row->layer == LAYER_BOUNDARY ? row->level : 0,
                               .disputed = row->disputed,
                               .class = row->class,
                               .name = row->name};
}

/* Polygons nearer to a pole than the map reaches have no area there. */
static bool beyond_map(const struct feature_row *row) {
    struct error ignored;
    struct shape *s =
        row->layer <= LAYER_WATER ? shape_new(row->wkb, row->wkb_len, &ignored) : NULL;
    bool beyond = s != NULL && (shape_box(s).south >= TILE_LAT_MAX ||
                                shape_box(s).north <= -TILE_LAT_MAX);
    shape_free(s);
    return beyond;
}

/* False: it cannot be drawn. `*out` is NULL for what the map does not reach. */
static bool read_outline(struct reading *r, const struct feature_row *row,
                         struct outline **out, struct error *e) {
    *out = clip_read(r->clip, row->wkb, row->wkb_len, e);
    return *out != NULL || beyond_map(row) ||
           error_prefix(e, "a feature of the layer %s: ", map_layer_name(row->layer));
}

static void add_late(struct reading *r, const struct base_shape *shape,
                     const struct feature_row *row) {
    r->late = xgrow(r->late, &r->late_capacity, r->late_count, sizeof *r->late);
    struct late *to = &r->late[r->late_count++];
    *to = (struct late){.shape = *shape};
    to->shape.class = to->shape.name = ""; /* a tile tells neither of a border */
    buf_add(&to->wkb, row->wkb, row->wkb_len);
}

static bool on_feature(const struct feature_row *row, void *ctx, struct error *e) {
    struct reading *r = ctx;
    struct outline *o;
    if (!read_outline(r, row, &o, e))
        return false;
    if (o == NULL)
        return true;
    note_digest(r, row);
    if (row->level == 0) {
        widen(&r->own[row->layer], outline_square(o), !r->has[row->layer]);
        r->has[row->layer] = true;
    }
    struct base_shape shape = shape_of(row, o);
    if (row->layer == LAYER_BOUNDARY && row->level == 0 && !row->disputed) {
        outline_free(r->clip, o);
        shape.outline = NULL;
        add_late(r, &shape, row);
    } else {
        base_source_add(r->s, &shape);
    }
    return true;
}

/* Where countries meet by their outlines, no other border is drawn beside those. */
static bool take_late(struct reading *r, struct late *late, struct error *e) {
    const struct buf *lines = &late->wkb;
    struct buf apart = {0};
    if (r->s->corridor != NULL) {
        lines = &apart;
        if (!shape_lines_apart(r->s->corridor, late->wkb.data, late->wkb.len, &apart, e))
            return false;
    }
    bool done = true;
    if (lines->len > 0) {
        late->shape.outline = clip_read(r->clip, lines->data, lines->len, e);
        done = late->shape.outline != NULL;
        if (done)
            base_source_add(r->s, &late->shape);
    }
    buf_free(&apart);
    return done;
}

static bool take_all_late(struct reading *r, struct error *e) {
    for (size_t i = 0; i < r->late_count; i++)
        if (!take_late(r, &r->late[i], e))
            return false;
    return true;
}

/* ---- the built-in map ------------------------------------------------------------------- */

/* Adds the pieces of `o` around the box. */
static bool add_around(struct reading *r, const struct feature_row *row,
                       const struct outline *o, struct tile_square box, struct error *e) {
    /* Beyond the world: GEOS does not cut well along an edge of what it cuts. */
    const struct tile_square around[] = {
        {{-1, -1}, {2, box.low.y}},
        {{-1, box.high.y}, {2, 2}},
        {{-1, box.low.y}, {box.low.x, box.high.y}},
        {{box.high.x, box.low.y}, {2, box.high.y}},
    };
    for (size_t i = 0; i < sizeof around / sizeof *around; i++) {
        struct outline *piece = clip_cut(r->clip, o, around[i], e);
        if (piece == NULL && e->code != ERR_NONE)
            return false;
        struct base_shape shape = shape_of(row, piece);
        if (piece != NULL)
            base_source_add(r->s, &shape);
    }
    return true;
}

/* Between two countries whose outlines the record has, those outlines tell. */
static bool told_by_areas(const struct reading *r, const struct basemap_feature *f) {
    for (int i = 0; i < 2; i++) {
        int country = vocabulary_find(VOC_COUNTRY, f->side[i], strlen(f->side[i]));
        if (country < 0 || !base_has_country(r->s, country))
            return false;
    }
    return f->row.layer == LAYER_BOUNDARY;
}

static bool on_builtin(const struct basemap_feature *f, void *ctx, struct error *e) {
    struct reading *r = ctx;
    if (told_by_areas(r, f))
        return true;
    struct outline *o;
    if (!read_outline(r, &f->row, &o, e))
        return error_prefix(e, "the built-in map: ");
    if (o == NULL)
        return true;
    note_digest(r, &f->row);
    bool done = true;
    if (r->has[f->row.layer]) {
        done = add_around(r, &f->row, o, r->own[f->row.layer], e);
        outline_free(r->clip, o);
    } else {
        struct base_shape shape = shape_of(&f->row, o);
        base_source_add(r->s, &shape);
    }
    return done;
}

/* ---- all -------------------------------------------------------------------------------- */

static int compare_shapes(const void *x, const void *y) {
    const struct base_shape *a = x, *b = y;
    int order = base_shape_compare(a, b);
    if (order != 0)
        return order;
    struct tile_square p = outline_square(a->outline), q = outline_square(b->outline);
    if (p.low.x != q.low.x)
        return p.low.x < q.low.x ? -1 : 1;
    if (p.low.y != q.low.y)
        return p.low.y < q.low.y ? -1 : 1;
    size_t m = outline_corners(a->outline), n = outline_corners(b->outline);
    return m < n ? -1 : m > n;
}

static void cover(struct box *box, struct box by) {
    box->west = fmin(box->west, by.west);
    box->south = fmin(box->south, by.south);
    box->east = fmax(box->east, by.east);
    box->north = fmax(box->north, by.north);
}

/* Places and outlines say what the record is about; land may be that of the world. */
static void measure(struct base_source *s) {
    s->covered = (struct box){181, 91, -181, -91};
    for (uint32_t i = 0; i < s->atlas->place_count; i++) {
        const struct atlas_place *p = &s->atlas->places[i];
        if (p->pointed == i)
            cover(&s->covered,
                  (struct box){p->point.lon, p->point.lat, p->point.lon, p->point.lat});
    }
    for (uint32_t i = 0; i < s->atlas->outline_count; i++)
        cover(&s->covered, shape_box(s->atlas->outlines[i].shape));
}

/* The atlas's own digest is of what can be asked: it leaves out numbers and languages. */
static void digest(struct reading *r) {
    struct base_source *s = r->s;
    const struct atlas *a = s->atlas;
    uint8_t out[32];
    buf_add(&r->digests, a->digest, sizeof a->digest);
    for (uint32_t i = 0; i < a->place_count; i++)
        buf_add(&r->digests, &a->places[i].population, sizeof a->places[i].population);
    for (uint32_t i = 0; i < a->name_count; i++)
        buf_add(&r->digests, a->names[i].language, strlen(a->names[i].language) + 1);
    crypto_digest(r->digests.data, r->digests.len, out, sizeof out);
    hex_encode(out, sizeof out, s->digest);
}

static bool read_all(struct reading *r, const struct basemap_options *o,
                     struct error *e) {
    struct record *record = record_open(o->db, o->share, DB_READ, e);
    bool done = record != NULL && (r->s->atlas = atlas_build_names(record, e)) != NULL &&
                record_each_feature(record, on_feature, r, e);
    record_close(record);
    if (!done || !basemap_each(o->builtin, on_builtin, r, e) ||
        !base_borders_add(r->s, o->threads, &r->digests, e) || !take_all_late(r, e))
        return false;
    if (r->s->shape_count > 0)
        qsort(r->s->shapes, r->s->shape_count, sizeof *r->s->shapes, compare_shapes);
    measure(r->s);
    base_places_read(r->s);
    digest(r);
    return true;
}

bool base_source_read(struct base_source *s, const struct basemap_options *o,
                      struct error *e) {
    struct reading r = {.s = s, .clip = clip_new()};
    bool done = read_all(&r, o, e);
    clip_free(r.clip);
    buf_free(&r.digests);
    for (size_t i = 0; i < r.late_count; i++)
        buf_free(&r.late[i].wkb);
    free(r.late);
    return done;
}

void base_source_free(struct base_source *s) {
    struct clip *c = clip_new();
    for (size_t i = 0; i < s->shape_count; i++)
        outline_free(c, s->shapes[i].outline);
    clip_free(c);
    free(s->shapes);
    free(s->places);
    arena_free(&s->texts);
    shape_free(s->corridor);
    atlas_free(s->atlas);
}
