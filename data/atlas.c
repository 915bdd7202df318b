/* SPDX-License-Identifier: Apache-2.0
 *
 * Asking the atlas.
 */
#include "data/atlas.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "data/mem.h"
#include "data/place_index.h"

struct atlas *atlas_empty(void) {
    struct atlas *a = xcalloc(1, sizeof *a);
    a->cell_first = xcalloc(ATLAS_CELLS + 1, sizeof *a->cell_first);
    memset(a->country_place, 0xff, sizeof a->country_place);
    return a;
}

void atlas_free(struct atlas *a) {
    if (a == NULL)
        return;
    for (uint32_t i = 0; i < a->outline_count; i++)
        shape_free(a->outlines[i].shape);
    void *arrays[] = {a->places, a->names, a->outlines, a->corners,   a->keys,
                      a->by_id,  a->cell,  a->spots,    a->cell_first};
    for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++)
        free(arrays[i]);
    place_index_free(a->index);
    arena_free(&a->texts);
    free(a);
}

uint32_t atlas_find_id(const struct atlas *a, const uint8_t id[ID_BYTES]) {
    uint32_t low = 0, high = a->place_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        int order = memcmp(a->places[a->by_id[middle]].id, id, ID_BYTES);
        if (order == 0)
            return a->by_id[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return ATLAS_NONE;
}

bool atlas_within(const struct atlas *a, uint32_t place, uint32_t ancestor) {
    while (place != ATLAS_NONE && place != ancestor)
        place = a->places[place].parent;
    return place == ancestor;
}

uint32_t atlas_outlined(const struct atlas *a, uint32_t place) {
    while (place != ATLAS_NONE && a->places[place].outlines.count == 0)
        place = a->places[place].parent;
    return place != ATLAS_NONE && a->places[place].level > LEVEL_COUNTRY ? place
                                                                         : ATLAS_NONE;
}

const char *atlas_name(const struct atlas *a, uint32_t place) {
    return a->names[a->places[place].names.first].text;
}

/* The first name in that language, or NULL. */
static const struct atlas_name *name_in(const struct atlas *a, uint32_t place,
                                        const char *language) {
    const struct atlas_name *names = a->names + a->places[place].names.first;
    for (uint32_t i = 0; i < a->places[place].names.count; i++)
        if (names[i].use == NAME_LANGUAGE && strcmp(names[i].language, language) == 0)
            return &names[i];
    return NULL;
}

const char *atlas_label(const struct atlas *a, uint32_t place, const char *language,
                        const char **in) {
    const struct atlas_name *name = name_in(a, place, language);
    if (name == NULL)
        name = name_in(a, place, "en");
    if (in != NULL)
        *in = name != NULL ? name->language : "";
    return name != NULL ? name->text : atlas_name(a, place);
}

/* ---- what holds a point ------------------------------------------------------------------ */

static bool held(const struct atlas_holds *h, uint32_t place) {
    for (int i = 0; i < h->count; i++)
        if (h->place[i] == place)
            return true;
    return false;
}

/* Adds a place and all that it lies in. */
static void hold(const struct atlas *a, struct atlas_holds *h, uint32_t place) {
    for (; place != ATLAS_NONE && !held(h, place); place = a->places[place].parent)
        if (h->count < ATLAS_HOLDS_MAX)
            h->place[h->count++] = place;
}

static uint32_t cell_of(struct point p) {
    int column = (int)floor(p.lon + 180), row = (int)floor(p.lat + 90);
    column = column < 0 ? 0 : column >= ATLAS_COLUMNS ? ATLAS_COLUMNS - 1 : column;
    row = row < 0 ? 0 : row > 179 ? 179 : row;
    return (uint32_t)(row * ATLAS_COLUMNS + column);
}

static bool held_directly(const struct atlas_holds *h, uint32_t place) {
    for (int i = 0; i < h->count; i++)
        if (h->place[i] == place)
            return h->direct >> i & 1;
    return false;
}

static void hold_directly(const struct atlas *a, struct atlas_holds *h, uint32_t place) {
    hold(a, h, place);
    for (int i = 0; i < h->count; i++)
        if (h->place[i] == place)
            h->direct |= UINT64_C(1) << i;
}

/* Outlines of the levels in `levels` that hold `p`. */
static void hold_outlines(const struct atlas *a, struct point p, unsigned levels,
                          struct atlas_holds *h) {
    uint32_t cell = cell_of(p);
    h->outlines = true;
    for (uint32_t i = a->cell_first[cell]; i < a->cell_first[cell + 1]; i++) {
        const struct atlas_outline *o = &a->outlines[a->cell[i]];
        if ((levels >> a->places[o->place].level & 1) && !held_directly(h, o->place) &&
            shape_holds(o->shape, p))
            hold_directly(a, h, o->place);
    }
}

void atlas_holds(const struct atlas *a, struct point p, struct atlas_holds *out) {
    *out = (struct atlas_holds){.count = 0};
    hold_outlines(a, p, ~0u, out);
}

void atlas_holds_place(const struct atlas *a, uint32_t place, struct atlas_holds *out) {
    const struct atlas_place *chosen = &a->places[place];
    *out = (struct atlas_holds){.has_chosen = true, .chosen = place};
    hold(a, out, place);
    for (int i = 0; i < out->count; i++)
        out->chain |= 1u << a->places[out->place[i]].level;
    /* What lies below the chosen place does not hold all of it. */
    unsigned above = (1u << chosen->level) - 1;
    if (chosen->pointed == place)
        hold_outlines(a, chosen->point, above & ~out->chain, out);
}

enum atlas_answer atlas_is_in(const struct atlas *a, const struct atlas_holds *h,
                              uint32_t place) {
    if (held(h, place))
        return ATLAS_YES;
    if (h->has_chosen && atlas_within(a, place, h->chosen))
        return ATLAS_UNKNOWN;
    for (; place != ATLAS_NONE && !held(h, place); place = a->places[place].parent)
        if ((h->outlines && a->places[place].outlines.count > 0) ||
            (h->chain >> a->places[place].level & 1))
            return ATLAS_NO;
    return ATLAS_UNKNOWN;
}

/* ---- distances ------------------------------------------------------------------------------ */

static struct ecef corner_ecef(struct atlas_corner c) {
    return (struct ecef){c.x, c.y, c.z};
}

/* The point nearest to `p` on the straight line from `u` to `v`. */
static struct ecef nearest_on_edge(struct ecef p, struct ecef u, struct ecef v) {
    double x = v.x - u.x, y = v.y - u.y, z = v.z - u.z;
    double length2 = x * x + y * y + z * z;
    double t =
        length2 > 0 ? ((p.x - u.x) * x + (p.y - u.y) * y + (p.z - u.z) * z) / length2 : 0;
    t = t < 0 ? 0 : t > 1 ? 1 : t;
    return (struct ecef){u.x + t * x, u.y + t * y, u.z + t * z};
}

/* The nearest point of an outline's edge, and its chord from `p`. */
static double nearest_edge(const struct atlas *a, const struct atlas_outline *o,
                           struct ecef p, struct ecef *out) {
    const struct atlas_corner *c = a->corners + o->corners.first;
    double best = INFINITY;
    for (uint32_t i = 1; i < o->corners.count; i++) {
        if (isnan(c[i].x) || isnan(c[i - 1].x))
            continue;
        struct ecef at = nearest_on_edge(p, corner_ecef(c[i - 1]), corner_ecef(c[i]));
        double chord = geo_chord(p, at);
        if (chord < best) {
            best = chord;
            *out = at;
        }
    }
    return best;
}

double atlas_least(const struct atlas *a, uint32_t place, struct point p) {
    struct ecef from = geo_ecef(p), at, nearest = from;
    double best = INFINITY;
    struct atlas_run run = a->places[place].outlines;
    for (uint32_t i = run.first; i < run.first + run.count; i++) {
        if (shape_holds(a->outlines[i].shape, p))
            return 0;
        double chord = nearest_edge(a, &a->outlines[i], from, &at);
        if (chord < best) {
            best = chord;
            nearest = at;
        }
    }
    return geo_distance_near(from, nearest);
}

double atlas_reach(const struct atlas *a, uint32_t place, struct ecef centre) {
    double most = 0;
    struct atlas_run run = a->places[place].outlines;
    for (uint32_t i = run.first; i < run.first + run.count; i++) {
        const struct atlas_outline *o = &a->outlines[i];
        for (uint32_t k = 0; k < o->corners.count; k++) {
            struct atlas_corner c = a->corners[o->corners.first + k];
            if (!isnan(c.x))
                most = fmax(most, geo_chord(centre, corner_ecef(c)));
        }
    }
    return most;
}

struct atlas_range atlas_range(const struct atlas *a, uint32_t place, struct point p) {
    struct ecef from = geo_ecef(p), farthest = from;
    double most = 0;
    struct atlas_run run = a->places[place].outlines;
    for (uint32_t i = run.first; i < run.first + run.count; i++) {
        const struct atlas_outline *o = &a->outlines[i];
        for (uint32_t k = 0; k < o->corners.count; k++) {
            struct atlas_corner c = a->corners[o->corners.first + k];
            double chord = isnan(c.x) ? 0 : geo_chord(from, corner_ecef(c));
            if (chord > most) {
                most = chord;
                farthest = corner_ecef(c);
            }
        }
    }
    return (struct atlas_range){atlas_least(a, place, p),
                                geo_distance_near(from, farthest)};
}

/* ---- the nearest ---------------------------------------------------------------------------- */

static bool is_one_of(int country, const int *countries, int count) {
    for (int i = 0; i < count; i++)
        if (countries[i] == country)
            return true;
    return false;
}

/* The first spot at or north of `lat`. */
static uint32_t first_north_of(const struct atlas *a, double lat) {
    uint32_t low = 0, high = a->spot_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (a->spots[middle].point.lat < lat)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

#define METRES_A_DEGREE 110500.0 /* of latitude, at least */

/* The nearest within `m` metres. Longitudes are compared first: most spots of a strip of
 * latitude are far away. */
static uint32_t nearest_within(const struct atlas *a, struct point p, double m,
                               const int *countries, int count) {
    double north = m / METRES_A_DEGREE;
    double across = cos((fabs(p.lat) + north) * M_PI / 180);
    double east = across > 0.01 ? north / across : 360;
    struct ecef from = geo_ecef(p);
    uint32_t nearest = ATLAS_NONE;
    for (uint32_t i = first_north_of(a, p.lat - north); i < a->spot_count; i++) {
        const struct atlas_spot *spot = &a->spots[i];
        double apart = fabs(spot->point.lon - p.lon);
        if (spot->point.lat > p.lat + north)
            break;
        if ((apart > east && apart < 360 - east) ||
            !is_one_of(spot->country, countries, count))
            continue;
        double chord = geo_chord(from, geo_ecef(spot->point));
        if (chord < m) {
            m = chord;
            nearest = spot->place;
        }
    }
    return nearest;
}

/* In rings: where places are dense, the first is enough. */
uint32_t atlas_nearest(const struct atlas *a, struct point p, double most_m,
                       const int *countries, int count) {
    uint32_t nearest = ATLAS_NONE;
    for (int part = 25; nearest == ATLAS_NONE && part >= 1; part /= 5)
        nearest = nearest_within(a, p, most_m / part, countries, count);
    return nearest;
}
