/* SPDX-License-Identifier: Apache-2.0
 *
 * The only file that includes GEOS. Each thread has a GEOS context of its own, as its `_r`
 * functions want. A prepared polygon builds its index at the first question, which is not
 * safe from two threads: shape_new() asks that one itself.
 */
#include "data/shape.h"

#define GEOS_USE_ONLY_R_API
#include <geos_c.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "data/mem.h"

#define REPAIR_KEEPS 0.01 /* of the area, either way */

struct shape {
    GEOSGeometry *geometry;
    const GEOSPreparedGeometry *prepared;
    struct box box;
};

/* ---- contexts ------------------------------------------------------------------------ */

static pthread_key_t context_key;
static pthread_once_t context_once = PTHREAD_ONCE_INIT;

static void context_free(void *context) {
    GEOS_finish_r(context);
}

static void context_key_make(void) {
    pthread_key_create(&context_key, context_free);
}

/* Some messages of GEOS end with a line end. */
static void context_say(const char *message, void *last) {
    snprintf(last, 200, "%.*s", (int)strcspn(message, "\r\n"), message);
}

/* What GEOS said last in this thread. */
static _Thread_local char said[200];

static GEOSContextHandle_t context(void) {
    pthread_once(&context_once, context_key_make);
    GEOSContextHandle_t c = pthread_getspecific(context_key);
    if (c == NULL) {
        c = GEOS_init_r();
        GEOSContext_setErrorMessageHandler_r(c, context_say, said);
        pthread_setspecific(context_key, c);
    }
    said[0] = '\0';
    return c;
}

/* ---- reading and mending --------------------------------------------------------------- */

static GEOSGeometry *parse(GEOSContextHandle_t c, const void *wkb, size_t len,
                           struct error *e) {
    GEOSGeometry *g = GEOSGeomFromWKB_buf_r(c, wkb, len);
    if (g == NULL)
        error_set(e, ERR_DATA, "not a geometry: %s", said);
    return g;
}

static bool is_areal(GEOSContextHandle_t c, const GEOSGeometry *g) {
    int type = GEOSGeomTypeId_r(c, g);
    return type == GEOS_POLYGON || type == GEOS_MULTIPOLYGON;
}

/* The polygons of `g` as one multipolygon; `g` is given away. */
static GEOSGeometry *polygons_only(GEOSContextHandle_t c, GEOSGeometry *g) {
    int count = GEOSGetNumGeometries_r(c, g), kept = 0;
    GEOSGeometry **part = xcalloc((size_t)count + 1, sizeof(GEOSGeometry *));
    for (int i = 0; i < count; i++) {
        const GEOSGeometry *one = GEOSGetGeometryN_r(c, g, i);
        int type = GEOSGeomTypeId_r(c, one);
        for (int k = 0; type == GEOS_MULTIPOLYGON && k < GEOSGetNumGeometries_r(c, one);
             k++) {
            part = xrealloc(part, (size_t)(count + kept + 2), sizeof(GEOSGeometry *));
            part[kept++] = GEOSGeom_clone_r(c, GEOSGetGeometryN_r(c, one, k));
        }
        if (type == GEOS_POLYGON)
            part[kept++] = GEOSGeom_clone_r(c, one);
    }
    GEOSGeometry *all =
        GEOSGeom_createCollection_r(c, GEOS_MULTIPOLYGON, part, (unsigned)kept);
    free(part);
    GEOSGeom_destroy_r(c, g);
    return all;
}

static double area_of(GEOSContextHandle_t c, const GEOSGeometry *g) {
    double area = 0;
    GEOSArea_r(c, g, &area);
    return area;
}

/* Mends `*g` in place. */
static bool repair(GEOSContextHandle_t c, GEOSGeometry **g, char *repaired, size_t size,
                   struct error *e) {
    char *reason = GEOSisValidReason_r(c, *g);
    double before = fabs(area_of(c, *g));
    GEOSGeometry *mended = GEOSMakeValid_r(c, *g);
    snprintf(repaired, size, "%s", reason != NULL ? reason : "not valid");
    GEOSFree_r(c, reason);
    if (mended == NULL)
        return error_set(e, ERR_DATA, "%s, and it cannot be repaired", repaired);
    GEOSGeom_destroy_r(c, *g);
    *g = polygons_only(c, mended);
    double after = area_of(c, *g);
    if (after > 0 && fabs(after - before) <= REPAIR_KEEPS * before)
        return true;
    return error_set(e, ERR_DATA, "%s; a repair would change its area by %.1f %%",
                     repaired, before > 0 ? 100 * fabs(after - before) / before : 100.0);
}

/* Degrees of longitude and latitude, and no other unit. */
static bool in_degrees(GEOSContextHandle_t c, const GEOSGeometry *g, struct error *e) {
    double west, south, east, north;
    if (GEOSGeom_getXMin_r(c, g, &west) && GEOSGeom_getYMin_r(c, g, &south) &&
        GEOSGeom_getXMax_r(c, g, &east) && GEOSGeom_getYMax_r(c, g, &north) &&
        west >= -180 && east <= 180 && south >= -90 && north <= 90)
        return true;
    return error_set(e, ERR_DATA,
                     "coordinates beyond 180 and 90 degrees; allowed: "
                     "longitude and latitude, WGS 84");
}

static bool make_sound(GEOSContextHandle_t c, GEOSGeometry **g, char *repaired,
                       size_t size, struct error *e) {
    if (!is_areal(c, *g))
        return error_set(e, ERR_DATA, "not a polygon; allowed: Polygon, MultiPolygon");
    if (GEOSisEmpty_r(c, *g))
        return error_set(e, ERR_DATA, "an empty polygon");
    if (!in_degrees(c, *g, e))
        return false;
    /* A hole far out counts for nothing above, but may be repaired into a polygon. */
    if (GEOSisValid_r(c, *g) != 1 &&
        !(repair(c, g, repaired, size, e) && in_degrees(c, *g, e)))
        return false;
    if (GEOSGeomTypeId_r(c, *g) == GEOS_POLYGON)
        *g = polygons_only(c, *g);
    return true;
}

bool shape_clean(const void *wkb, size_t len, struct buf *out, char *repaired,
                 size_t size, struct error *e) {
    GEOSContextHandle_t c = context();
    GEOSGeometry *g = parse(c, wkb, len, e);
    repaired[0] = '\0';
    bool done = g != NULL && make_sound(c, &g, repaired, size, e);
    if (done) {
        size_t written;
        unsigned char *bytes = GEOSGeomToWKB_buf_r(c, g, &written);
        buf_add(out, bytes, written);
        GEOSFree_r(c, bytes);
    }
    GEOSGeom_destroy_r(c, g);
    return done;
}

/* ---- shapes ---------------------------------------------------------------------------- */

/* Takes `g`. */
static struct shape *shape_of(GEOSContextHandle_t c, GEOSGeometry *g, struct error *e) {
    if (!is_areal(c, g) || GEOSisEmpty_r(c, g)) {
        GEOSGeom_destroy_r(c, g);
        error_set(e, ERR_DATA, "not a polygon");
        return NULL;
    }
    struct shape *s = xcalloc(1, sizeof *s);
    s->geometry = g;
    s->prepared = GEOSPrepare_r(c, g);
    GEOSGeom_getXMin_r(c, g, &s->box.west);
    GEOSGeom_getYMin_r(c, g, &s->box.south);
    GEOSGeom_getXMax_r(c, g, &s->box.east);
    GEOSGeom_getYMax_r(c, g, &s->box.north);
    shape_holds(s, shape_inside(s));
    return s;
}

struct shape *shape_new(const void *wkb, size_t len, struct error *e) {
    GEOSContextHandle_t c = context();
    GEOSGeometry *g = parse(c, wkb, len, e);
    return g != NULL ? shape_of(c, g, e) : NULL;
}

void shape_free(struct shape *s) {
    if (s == NULL)
        return;
    GEOSContextHandle_t c = context();
    GEOSPreparedGeom_destroy_r(c, s->prepared);
    GEOSGeom_destroy_r(c, s->geometry);
    free(s);
}

bool shape_holds(const struct shape *s, struct point p) {
    if (p.lon < s->box.west || p.lon > s->box.east || p.lat < s->box.south ||
        p.lat > s->box.north)
        return false;
    GEOSContextHandle_t c = context();
    GEOSGeometry *point = GEOSGeom_createPointFromXY_r(c, p.lon, p.lat);
    bool holds = GEOSPreparedIntersects_r(c, s->prepared, point) == 1;
    GEOSGeom_destroy_r(c, point);
    return holds;
}

struct box shape_box(const struct shape *s) {
    return s->box;
}

struct point shape_inside(const struct shape *s) {
    GEOSContextHandle_t c = context();
    struct point p = {(s->box.west + s->box.east) / 2, (s->box.south + s->box.north) / 2};
    GEOSGeometry *inside = GEOSPointOnSurface_r(c, s->geometry);
    if (inside != NULL && !GEOSisEmpty_r(c, inside)) {
        GEOSGeomGetX_r(c, inside, &p.lon);
        GEOSGeomGetY_r(c, inside, &p.lat);
    }
    GEOSGeom_destroy_r(c, inside);
    return p;
}

/* ---- shared lines ---------------------------------------------------------------------- */

/* `g` without what changes it by less than `tolerance`; itself where that cannot be done. */
static GEOSGeometry *simpler(GEOSContextHandle_t c, const GEOSGeometry *g,
                             double tolerance) {
    GEOSGeometry *less = GEOSTopologyPreserveSimplify_r(c, g, tolerance);
    if (less != NULL && GEOSisValid_r(c, less) == 1)
        return less;
    GEOSGeom_destroy_r(c, less);
    return GEOSGeom_clone_r(c, g);
}

/* What lies within `tolerance` of the neighbour, near the box. */
static GEOSGeometry *corridor(GEOSContextHandle_t c, const struct shape *neighbour,
                              struct box near, double tolerance) {
    GEOSGeometry *part =
        GEOSClipByRect_r(c, neighbour->geometry, near.west - 2 * tolerance,
                         near.south - 2 * tolerance, near.east + 2 * tolerance,
                         near.north + 2 * tolerance);
    GEOSGeometry *less = part != NULL ? simpler(c, part, tolerance / 10) : NULL;
    GEOSGeometry *wide = less != NULL ? GEOSBuffer_r(c, less, tolerance, 2) : NULL;
    GEOSGeom_destroy_r(c, part);
    GEOSGeom_destroy_r(c, less);
    return wide;
}

/* The lines of `edge` in all of the neighbours' corridors together. */
static GEOSGeometry *along(GEOSContextHandle_t c, const GEOSGeometry *edge,
                           const struct shape *s, const struct shape *const *neighbour,
                           size_t count, double tolerance) {
    GEOSGeometry *all = GEOSGeom_createEmptyCollection_r(c, GEOS_MULTIPOLYGON);
    for (size_t i = 0; all != NULL && i < count; i++) {
        GEOSGeometry *one = corridor(c, neighbour[i], s->box, tolerance);
        GEOSGeometry *both = one != NULL ? GEOSUnion_r(c, all, one) : NULL;
        GEOSGeom_destroy_r(c, one);
        GEOSGeom_destroy_r(c, all);
        all = both;
    }
    GEOSGeometry *parts = all != NULL ? GEOSIntersection_r(c, edge, all) : NULL;
    GEOSGeometry *lines = parts != NULL ? GEOSLineMerge_r(c, parts) : NULL;
    GEOSGeom_destroy_r(c, all);
    GEOSGeom_destroy_r(c, parts);
    return lines;
}

bool shape_shared(const struct shape *s, const struct shape *const *neighbour, size_t count,
                  double tolerance, struct buf *out, struct error *e) {
    GEOSContextHandle_t c = context();
    GEOSGeometry *less = simpler(c, s->geometry, tolerance / 20);
    GEOSGeometry *edge = GEOSBoundary_r(c, less);
    GEOSGeometry *lines =
        edge != NULL ? along(c, edge, s, neighbour, count, tolerance) : NULL;
    if (lines != NULL && !GEOSisEmpty_r(c, lines)) {
        size_t size;
        unsigned char *wkb = GEOSGeomToWKB_buf_r(c, lines, &size);
        buf_add(out, wkb, size);
        GEOSFree_r(c, wkb);
    }
    bool done = lines != NULL ||
                error_set(e, ERR_DATA, "where two outlines meet cannot be told: %s", said);
    GEOSGeom_destroy_r(c, less);
    GEOSGeom_destroy_r(c, edge);
    GEOSGeom_destroy_r(c, lines);
    return done;
}

/* What lies within `tolerance` of a line. */
static GEOSGeometry *around(GEOSContextHandle_t c, const struct buf *line,
                            double tolerance, struct error *e) {
    GEOSGeometry *g = parse(c, line->data, line->len, e);
    GEOSGeometry *less = g != NULL ? GEOSSimplify_r(c, g, tolerance / 10) : NULL;
    GEOSGeometry *wide = less != NULL ? GEOSBuffer_r(c, less, tolerance, 4) : NULL;
    GEOSGeom_destroy_r(c, g);
    GEOSGeom_destroy_r(c, less);
    if (wide == NULL)
        error_set(e, ERR_DATA, "what lies along a line cannot be told: %s", said);
    return wide;
}

struct shape *shape_corridor(const struct buf *lines, size_t count, double tolerance,
                             struct error *e) {
    GEOSContextHandle_t c = context();
    GEOSGeometry *all = GEOSGeom_createEmptyCollection_r(c, GEOS_MULTIPOLYGON);
    *e = (struct error){0};
    for (size_t i = 0; all != NULL && i < count; i++) {
        GEOSGeometry *one = lines[i].len > 0 ? around(c, &lines[i], tolerance, e) : NULL;
        GEOSGeometry *both = one != NULL ? GEOSUnion_r(c, all, one) : NULL;
        if (one != NULL || e->code != ERR_NONE) {
            GEOSGeom_destroy_r(c, all);
            all = both;
        }
        GEOSGeom_destroy_r(c, one);
    }
    if (all != NULL && !GEOSisEmpty_r(c, all))
        return shape_of(c, all, e);
    if (all == NULL && e->code == ERR_NONE)
        error_set(e, ERR_DATA, "what lies along lines cannot be told: %s", said);
    GEOSGeom_destroy_r(c, all);
    return NULL;
}

/* True when two thirds of the line or more lie in the corridor. */
static bool mostly_in(GEOSContextHandle_t c, const struct shape *corridor,
                      const GEOSGeometry *line) {
    double whole = 0, within = 0;
    GEOSGeometry *in = GEOSIntersection_r(c, line, corridor->geometry);
    GEOSLength_r(c, line, &whole);
    if (in != NULL)
        GEOSLength_r(c, in, &within);
    GEOSGeom_destroy_r(c, in);
    return within * 3 >= whole * 2;
}

bool shape_lines_apart(const struct shape *corridor, const void *wkb, size_t len,
                       struct buf *out, struct error *e) {
    GEOSContextHandle_t c = context();
    GEOSGeometry *g = parse(c, wkb, len, e);
    if (g == NULL)
        return false;
    int count = GEOSGetNumGeometries_r(c, g);
    GEOSGeometry **part = xcalloc((size_t)count + 1, sizeof(GEOSGeometry *));
    unsigned kept = 0;
    for (int i = 0; i < count; i++)
        if (!mostly_in(c, corridor, GEOSGetGeometryN_r(c, g, i)))
            part[kept++] = GEOSGeom_clone_r(c, GEOSGetGeometryN_r(c, g, i));
    GEOSGeometry *all = GEOSGeom_createCollection_r(c, GEOS_MULTILINESTRING, part, kept);
    size_t size = 0;
    unsigned char *bytes = kept > 0 ? GEOSGeomToWKB_buf_r(c, all, &size) : NULL;
    buf_add(out, bytes, size);
    GEOSFree_r(c, bytes);
    GEOSGeom_destroy_r(c, all);
    GEOSGeom_destroy_r(c, g);
    free(part);
    return true;
}

/* ---- rings ----------------------------------------------------------------------------- */

static void give_ring(GEOSContextHandle_t c, const GEOSGeometry *ring,
                      void (*each)(const struct point *corner, size_t count, void *ctx),
                      void *ctx) {
    const GEOSCoordSequence *all = GEOSGeom_getCoordSeq_r(c, ring);
    unsigned count = 0;
    GEOSCoordSeq_getSize_r(c, all, &count);
    struct point *corner = xcalloc((size_t)count + 1, sizeof *corner);
    for (unsigned i = 0; i < count; i++)
        GEOSCoordSeq_getXY_r(c, all, i, &corner[i].lon, &corner[i].lat);
    each(corner, count, ctx);
    free(corner);
}

void shape_rings(const struct shape *s, double tolerance,
                 void (*each)(const struct point *corner, size_t count, void *ctx),
                 void *ctx) {
    GEOSContextHandle_t c = context();
    GEOSGeometry *g = GEOSTopologyPreserveSimplify_r(c, s->geometry, tolerance);
    const GEOSGeometry *all = g != NULL ? g : s->geometry;
    for (int i = 0; i < GEOSGetNumGeometries_r(c, all); i++) {
        const GEOSGeometry *polygon = GEOSGetGeometryN_r(c, all, i);
        give_ring(c, GEOSGetExteriorRing_r(c, polygon), each, ctx);
        for (int k = 0; k < GEOSGetNumInteriorRings_r(c, polygon); k++)
            give_ring(c, GEOSGetInteriorRingN_r(c, polygon, k), each, ctx);
    }
    GEOSGeom_destroy_r(c, g);
}
