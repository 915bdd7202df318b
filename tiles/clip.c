/* SPDX-License-Identifier: Apache-2.0
 *
 * Beside data/shape.c the only file that includes GEOS. Envelopes are what GEOS computes
 * at the first question and keeps in the geometry, which is not safe from two threads:
 * outline_new() asks for all of them.
 *
 * Rounding the corners of a piece to whole units can make it cross itself. GEOS's own
 * precision model rounds polygons and keeps them sound (snap rounding); lines need no such
 * care.
 */
#include "tiles/clip.h"

#define GEOS_USE_ONLY_R_API
#include <geos_c.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "data/mem.h"

struct clip {
    GEOSContextHandle_t geos;
    char said[200]; /* what GEOS said last */
    struct mvt_point *corner;
    size_t corner_capacity;
};

struct outline {
    GEOSGeometry *geometry; /* polygons or lines only, not empty */
    enum mvt_type type;
    struct tile_square square;
    size_t corners;
};

static void say(const char *message, void *c) {
    struct clip *clip = c;
    snprintf(clip->said, sizeof clip->said, "%.*s", (int)strcspn(message, "\r\n"),
             message);
}

struct clip *clip_new(void) {
    struct clip *c = xcalloc(1, sizeof *c);
    c->geos = GEOS_init_r();
    GEOSContext_setErrorMessageHandler_r(c->geos, say, c);
    return c;
}

void clip_free(struct clip *c) {
    if (c == NULL)
        return;
    GEOS_finish_r(c->geos);
    free(c->corner);
    free(c);
}

static void *failed(struct clip *c, const char *what, struct error *e) {
    error_set(e, ERR_DATA, "%s: %s", what, c->said[0] != '\0' ? c->said : "GEOS failed");
    return NULL;
}

/* ---- outlines --------------------------------------------------------------------------- */

enum mvt_type outline_type(const struct outline *o) {
    return o->type;
}

struct tile_square outline_square(const struct outline *o) {
    return o->square;
}

size_t outline_corners(const struct outline *o) {
    return o->corners;
}

void outline_free(struct clip *c, struct outline *o) {
    if (o == NULL)
        return;
    GEOSGeom_destroy_r(c->geos, o->geometry);
    free(o);
}

static bool is_of(int geos_type, enum mvt_type type) {
    return geos_type == (type == MVT_POLYGON ? GEOS_POLYGON : GEOS_LINESTRING);
}

static double area_of(struct clip *c, const GEOSGeometry *g) {
    double area = 0;
    GEOSArea_r(c->geos, g, &area);
    return area;
}

static void ask_envelope(struct clip *c, const GEOSGeometry *g) {
    double x;
    GEOSGeom_getXMin_r(c->geos, g, &x);
    if (GEOSGeomTypeId_r(c->geos, g) != GEOS_POLYGON)
        return;
    GEOSGeom_getXMin_r(c->geos, GEOSGetExteriorRing_r(c->geos, g), &x);
    for (int i = 0; i < GEOSGetNumInteriorRings_r(c->geos, g); i++)
        GEOSGeom_getXMin_r(c->geos, GEOSGetInteriorRingN_r(c->geos, g, i), &x);
}

/* Takes `g`, which may be empty: NULL then. */
static struct outline *outline_new(struct clip *c, GEOSGeometry *g, enum mvt_type type) {
    if (GEOSisEmpty_r(c->geos, g) != 0) {
        GEOSGeom_destroy_r(c->geos, g);
        return NULL;
    }
    struct outline *o = xcalloc(1, sizeof *o);
    *o = (struct outline){.geometry = g, .type = type};
    GEOSGeom_getXMin_r(c->geos, g, &o->square.low.x);
    GEOSGeom_getYMin_r(c->geos, g, &o->square.low.y);
    GEOSGeom_getXMax_r(c->geos, g, &o->square.high.x);
    GEOSGeom_getYMax_r(c->geos, g, &o->square.high.y);
    o->corners = (size_t)GEOSGetNumCoordinates_r(c->geos, g);
    for (int i = 0; i < GEOSGetNumGeometries_r(c->geos, g); i++)
        ask_envelope(c, GEOSGetGeometryN_r(c->geos, g, i));
    return o;
}

struct parts {
    GEOSGeometry **part;
    size_t count, capacity;
};

static void parts_add(struct parts *p, GEOSGeometry *one) {
    p->part = xgrow(p->part, &p->capacity, p->count, sizeof(GEOSGeometry *));
    p->part[p->count++] = one;
}

/* All that is in `p` as one, which may be empty. */
static GEOSGeometry *parts_join(struct clip *c, struct parts *p, enum mvt_type type) {
    int kind = type == MVT_POLYGON ? GEOS_MULTIPOLYGON : GEOS_MULTILINESTRING;
    GEOSGeometry *all =
        GEOSGeom_createCollection_r(c->geos, kind, p->part, (unsigned)p->count);
    free(p->part);
    return all;
}

/* Copies the parts of `type` in `g`, at any depth. */
static void parts_of(struct clip *c, const GEOSGeometry *g, enum mvt_type type,
                     struct parts *out) {
    int kind = GEOSGeomTypeId_r(c->geos, g);
    if (is_of(kind, type)) {
        if (GEOSisEmpty_r(c->geos, g) == 0)
            parts_add(out, GEOSGeom_clone_r(c->geos, g));
        return;
    }
    if (kind < GEOS_MULTIPOINT)
        return;
    for (int i = 0; i < GEOSGetNumGeometries_r(c->geos, g); i++)
        parts_of(c, GEOSGetGeometryN_r(c->geos, g, i), type, out);
}

/* What GEOS made of an outline, which is freed, as parts of `type` only. NULL with `e` when
 * it made nothing. */
static GEOSGeometry *only(struct clip *c, GEOSGeometry *made, enum mvt_type type,
                          const char *what, struct error *e) {
    if (made == NULL)
        return failed(c, what, e);
    struct parts parts = {0};
    parts_of(c, made, type, &parts);
    GEOSGeom_destroy_r(c->geos, made);
    return parts_join(c, &parts, type);
}

/* Mends a polygon that crosses itself; takes `g`. */
static GEOSGeometry *sound(struct clip *c, GEOSGeometry *g, enum mvt_type type,
                           struct error *e) {
    if (type != MVT_POLYGON || GEOSisValid_r(c->geos, g) == 1)
        return g;
    GEOSGeometry *mended = GEOSMakeValid_r(c->geos, g);
    GEOSGeom_destroy_r(c->geos, g);
    return only(c, mended, type, "a polygon cannot be mended", e);
}

/* ---- reading ------------------------------------------------------------------------------ */

static int to_mercator(double *x, double *y, void *ok) {
    if (!(fabs(*x) <= 180 && fabs(*y) <= 90)) {
        *(bool *)ok = false;
        return 1;
    }
    struct mercator m = mercator_of((struct point){*x, *y});
    *x = m.x;
    *y = m.y;
    return 1;
}

/* Takes `g`, in degrees. */
static struct outline *read(struct clip *c, GEOSGeometry *g, enum mvt_type type,
                            struct error *e) {
    bool ok = true;
    GEOSGeometry *m = GEOSGeom_transformXY_r(c->geos, g, to_mercator, &ok);
    GEOSGeom_destroy_r(c->geos, g);
    if (m != NULL && !ok) {
        GEOSGeom_destroy_r(c->geos, m);
        error_set(e, ERR_DATA,
                  "coordinates beyond 180 and 90 degrees; allowed: longitude "
                  "and latitude, WGS 84");
        return NULL;
    }
    m = only(c, m, type, "not a geometry", e);
    m = m != NULL ? sound(c, m, type, e) : NULL;
    struct outline *o = m != NULL ? outline_new(c, m, type) : NULL;
    if (o == NULL && m != NULL)
        error_set(e, ERR_DATA, "an empty geometry");
    return o;
}

struct outline *clip_read(struct clip *c, const void *wkb, size_t len, struct error *e) {
    c->said[0] = '\0';
    GEOSGeometry *g = GEOSGeomFromWKB_buf_r(c->geos, wkb, len);
    if (g == NULL)
        return failed(c, "not a geometry", e);
    int kind = GEOSGeomTypeId_r(c->geos, g);
    if (kind == GEOS_POLYGON || kind == GEOS_MULTIPOLYGON)
        return read(c, g, MVT_POLYGON, e);
    if (kind == GEOS_LINESTRING || kind == GEOS_MULTILINESTRING)
        return read(c, g, MVT_LINE, e);
    GEOSGeom_destroy_r(c->geos, g);
    error_set(e, ERR_DATA,
              "neither a line nor a polygon; allowed: LineString, Polygon, "
              "MultiLineString, MultiPolygon");
    return NULL;
}

/* The coordinates of a part; a ring is closed. NULL when it is too short. */
static GEOSCoordSequence *sequence(struct clip *c, const struct clip_part *p, bool ring) {
    if (p->count < (ring ? 3 : 2) || p->count > MVT_MAX)
        return NULL;
    const struct point *first = &p->at[0], *last = &p->at[p->count - 1];
    size_t open = ring && (first->lon != last->lon || first->lat != last->lat);
    size_t size = p->count + open;
    if (ring && size < 4)
        return NULL;
    GEOSCoordSequence *s = GEOSCoordSeq_create_r(c->geos, (unsigned)size, 2);
    for (size_t i = 0; i < size; i++) {
        const struct point *at = i < p->count ? &p->at[i] : first;
        GEOSCoordSeq_setXY_r(c->geos, s, (unsigned)i, at->lon, at->lat);
    }
    return s;
}

/* A ring and the holes that follow it; `*i` moves past them. */
static GEOSGeometry *ring_with_holes(struct clip *c, const struct clip_part *part,
                                     size_t count, size_t *i) {
    GEOSCoordSequence *s = sequence(c, &part[(*i)++], true);
    GEOSGeometry *shell = s != NULL ? GEOSGeom_createLinearRing_r(c->geos, s) : NULL;
    struct parts holes = {0};
    for (; *i < count && part[*i].hole; ++*i) {
        s = shell != NULL ? sequence(c, &part[*i], true) : NULL;
        GEOSGeometry *hole = s != NULL ? GEOSGeom_createLinearRing_r(c->geos, s) : NULL;
        if (hole != NULL)
            parts_add(&holes, hole);
    }
    GEOSGeometry *g = shell != NULL ? GEOSGeom_createPolygon_r(c->geos, shell, holes.part,
                                                               (unsigned)holes.count)
                                    : NULL;
    free(holes.part);
    return g;
}

struct outline *clip_parts(struct clip *c, enum mvt_type type,
                           const struct clip_part *part, size_t count, struct error *e) {
    c->said[0] = '\0';
    struct parts parts = {0};
    for (size_t i = 0; i < count;) {
        GEOSGeometry *one;
        if (type == MVT_POLYGON) {
            one = ring_with_holes(c, part, count, &i);
        } else {
            GEOSCoordSequence *s = sequence(c, &part[i++], false);
            one = s != NULL ? GEOSGeom_createLineString_r(c->geos, s) : NULL;
        }
        if (one != NULL)
            parts_add(&parts, one);
    }
    return read(c, parts_join(c, &parts, type), type, e);
}

/* ---- generalising and cutting ----------------------------------------------------------------- */

/* The polygon without holes below `least`; NULL when it is below it itself. */
static GEOSGeometry *without_small(struct clip *c, const GEOSGeometry *g, double least) {
    if (area_of(c, g) < least)
        return NULL;
    struct parts holes = {0};
    int count = GEOSGetNumInteriorRings_r(c->geos, g);
    for (int i = 0; i < count; i++) {
        const GEOSGeometry *ring = GEOSGetInteriorRingN_r(c->geos, g, i);
        GEOSGeometry *disc =
            GEOSGeom_createPolygon_r(c->geos, GEOSGeom_clone_r(c->geos, ring), NULL, 0);
        if (area_of(c, disc) >= least)
            parts_add(&holes, GEOSGeom_clone_r(c->geos, ring));
        GEOSGeom_destroy_r(c->geos, disc);
    }
    GEOSGeometry *shell = GEOSGeom_clone_r(c->geos, GEOSGetExteriorRing_r(c->geos, g));
    GEOSGeometry *left =
        GEOSGeom_createPolygon_r(c->geos, shell, holes.part, (unsigned)holes.count);
    free(holes.part);
    return left;
}

static GEOSGeometry *drop_small(struct clip *c, const GEOSGeometry *g, double least) {
    struct parts parts = {0};
    for (int i = 0; i < GEOSGetNumGeometries_r(c->geos, g); i++) {
        GEOSGeometry *left = without_small(c, GEOSGetGeometryN_r(c->geos, g, i), least);
        if (left != NULL)
            parts_add(&parts, left);
    }
    return parts_join(c, &parts, MVT_POLYGON);
}

struct outline *clip_simplify(struct clip *c, const struct outline *o, uint32_t z,
                              double tolerance, double least, struct error *e) {
    c->said[0] = '\0';
    *e = (struct error){0};
    double unit = ldexp(1.0 / TILE_EXTENT, -(int)z);
    GEOSGeometry *g;
    if (o->type == MVT_POLYGON) {
        GEOSGeometry *large = drop_small(c, o->geometry, least * unit * unit);
        g = GEOSTopologyPreserveSimplify_r(c->geos, large, tolerance * unit);
        GEOSGeom_destroy_r(c->geos, large);
    } else {
        g = GEOSSimplify_r(c->geos, o->geometry, tolerance * unit);
    }
    g = only(c, g, o->type, "an outline cannot be simplified", e);
    g = g != NULL ? sound(c, g, o->type, e) : NULL;
    return g != NULL ? outline_new(c, g, o->type) : NULL;
}

static bool apart(struct tile_square a, struct tile_square b) {
    return a.high.x < b.low.x || b.high.x < a.low.x || a.high.y < b.low.y ||
           b.high.y < a.low.y;
}

static bool holds(struct tile_square outer, struct tile_square inner) {
    return outer.low.x <= inner.low.x && outer.low.y <= inner.low.y &&
           outer.high.x >= inner.high.x && outer.high.y >= inner.high.y;
}

/* What of the outline lies in the square, still in mercator. NULL with `e->code` ERR_NONE:
 * nothing. */
static GEOSGeometry *cut(struct clip *c, const struct outline *o, struct tile_square s,
                         struct error *e) {
    c->said[0] = '\0';
    *e = (struct error){0};
    if (apart(o->square, s))
        return NULL;
    if (holds(s, o->square))
        return GEOSGeom_clone_r(c->geos, o->geometry);
    GEOSGeometry *g =
        GEOSClipByRect_r(c->geos, o->geometry, s.low.x, s.low.y, s.high.x, s.high.y);
    return only(c, g, o->type, "an outline cannot be cut", e);
}

struct outline *clip_cut(struct clip *c, const struct outline *o,
                         struct tile_square square, struct error *e) {
    GEOSGeometry *g = cut(c, o, square, e);
    return g != NULL ? outline_new(c, g, o->type) : NULL;
}

/* ---- drawing ---------------------------------------------------------------------------------- */

static int to_units(double *x, double *y, void *ctx) {
    const struct tile *t = ctx;
    *x = (ldexp(*x, (int)t->z) - t->x) * TILE_EXTENT;
    *y = (ldexp(*y, (int)t->z) - t->y) * TILE_EXTENT;
    return 1;
}

/* The corners of a line or ring, rounded, in `corner`. */
static size_t take_corners(struct clip *c, const GEOSGeometry *g) {
    const GEOSCoordSequence *s = GEOSGeom_getCoordSeq_r(c->geos, g);
    unsigned count = 0;
    GEOSCoordSeq_getSize_r(c->geos, s, &count);
    for (unsigned i = 0; i < count; i++) {
        double x = 0, y = 0;
        GEOSCoordSeq_getXY_r(c->geos, s, i, &x, &y);
        c->corner = xgrow(c->corner, &c->corner_capacity, i, sizeof *c->corner);
        c->corner[i] = (struct mvt_point){(int32_t)lround(x), (int32_t)lround(y)};
    }
    return count;
}

static void draw_polygon(struct clip *c, const GEOSGeometry *g, struct mvt *m) {
    size_t n = take_corners(c, GEOSGetExteriorRing_r(c->geos, g));
    if (!mvt_ring(m, c->corner, n, false))
        return;
    for (int i = 0; i < GEOSGetNumInteriorRings_r(c->geos, g); i++) {
        n = take_corners(c, GEOSGetInteriorRingN_r(c->geos, g, i));
        mvt_ring(m, c->corner, n, true);
    }
}

static void draw_line(struct clip *c, const GEOSGeometry *g, struct mvt *m) {
    size_t n = take_corners(c, g); /* before `corner` is looked at: it may move */
    mvt_line(m, c->corner, n);
}

static void draw_parts(struct clip *c, const GEOSGeometry *g, enum mvt_type type,
                       struct mvt *m) {
    int count = GEOSGetNumGeometries_r(c->geos, g);
    for (int i = 0; i < count; i++) {
        const GEOSGeometry *one = GEOSGetGeometryN_r(c->geos, g, i);
        if (type == MVT_POLYGON)
            draw_polygon(c, one, m);
        else
            draw_line(c, one, m);
    }
}

/* Takes a polygon in units; with whole corners it stays sound, or NULL with `e`. */
static GEOSGeometry *to_whole(struct clip *c, GEOSGeometry *g, struct error *e) {
    GEOSGeometry *whole = GEOSGeom_setPrecision_r(c->geos, g, 1, 0);
    if (whole == NULL) { /* what was cut off left a ring that touches itself */
        GEOSGeometry *mended = GEOSMakeValid_r(c->geos, g);
        whole = mended != NULL ? GEOSGeom_setPrecision_r(c->geos, mended, 1, 0) : NULL;
        GEOSGeom_destroy_r(c->geos, mended);
    }
    GEOSGeom_destroy_r(c->geos, g);
    return only(c, whole, MVT_POLYGON, "an outline cannot be rounded", e);
}

bool clip_draw(struct clip *c, const struct outline *o, struct tile t, uint32_t buffer,
               struct mvt *m, struct error *e) {
    GEOSGeometry *piece = cut(c, o, tile_square(t, buffer), e);
    if (piece == NULL)
        return e->code == ERR_NONE;
    GEOSGeometry *g = GEOSGeom_transformXY_r(c->geos, piece, to_units, &t);
    GEOSGeom_destroy_r(c->geos, piece);
    if (g != NULL && o->type == MVT_POLYGON)
        g = to_whole(c, g, e);
    else if (g == NULL)
        failed(c, "an outline cannot be drawn", e);
    if (g == NULL)
        return false;
    draw_parts(c, g, o->type, m);
    GEOSGeom_destroy_r(c->geos, g);
    return true;
}
