/* SPDX-License-Identifier: Apache-2.0 */
#include "server/search/country.h"

#include <string.h>

const char *const country_rule_names[] = {"parameter", "place",         "polygon",
                                          "borders",   "nearest_place", "none"};

/* Outlines are off by this much at a coast or a river: a point that the built-in borders put
 * into the same country, or into none, may be beside its outline and still in it. */
#define OUTLINE_OFF_M 1000.0
#define NEAREST_PLACE_M 50000.0

static void add(struct country_answer *out, int country) {
    for (int i = 0; i < out->count; i++)
        if (out->country[i] == country)
            return;
    if (country >= 0 && out->count < QUERY_COUNTRIES)
        out->country[out->count++] = country;
}

/* Countries that hold the point by an outline of their own; where none does, those in which
 * a held area lies. */
static void add_holders(const struct atlas *a, const struct atlas_holds *holds,
                        struct country_answer *out) {
    for (int i = 0; i < holds->count; i++)
        if ((holds->direct >> i & 1) && a->places[holds->place[i]].level == LEVEL_COUNTRY)
            add(out, a->places[holds->place[i]].country);
    if (out->count > 0)
        return;
    for (int i = 0; i < holds->count; i++)
        add(out, a->places[holds->place[i]].country);
}

/* True when an imported outline says that the point is not in this country. */
static bool ruled_out(const struct atlas *a, struct point p, int country,
                      bool elsewhere) {
    uint32_t place = a->country_place[country];
    if (place == ATLAS_NONE || a->places[place].outlines.count == 0)
        return false;
    return elsewhere || atlas_least(a, place, p) > OUTLINE_OFF_M;
}

static int code_of(const char *code) {
    return vocabulary_find(VOC_COUNTRY, code, strlen(code));
}

/* The likeliest first: that of the nearest place. */
static void put_first(const struct atlas *a, struct point p, struct country_answer *out) {
    uint32_t nearest = atlas_nearest(a, p, NEAREST_PLACE_M, out->country, out->count);
    if (nearest == ATLAS_NONE)
        return;
    int first = a->places[nearest].country, at = 0;
    while (out->country[at] != first)
        at++;
    memmove(out->country + 1, out->country, (size_t)at * sizeof *out->country);
    out->country[0] = first;
    out->rule = COUNTRY_NEAREST_PLACE;
}

static void by_borders(const struct borders *borders, const struct atlas *a,
                       struct point p, struct country_answer *out) {
    struct borders_answer at = borders_at(borders, p);
    int all = 0;
    for (int i = 0; i < at.count; i++) {
        int country = code_of(at.candidate[i]);
        bool elsewhere =
            at.country[0] != '\0' && strcmp(at.candidate[i], at.country) != 0;
        all += country >= 0;
        if (country >= 0 && !ruled_out(a, p, country, elsewhere))
            add(out, country);
    }
    bool none = out->count == 0, narrowed = !none && out->count < all;
    for (int i = 0; none && i < at.count; i++)
        add(out, code_of(at.candidate[i]));
    out->uncertain = out->count > 1 || (at.country[0] == '\0' && !narrowed);
    out->rule = out->count == 0               ? COUNTRY_NONE
                : narrowed && !out->uncertain ? COUNTRY_POLYGON
                                              : COUNTRY_BORDERS;
    if (out->count > 1)
        put_first(a, p, out);
}

void country_find(const struct borders *borders, const struct atlas *atlas,
                  struct point p, const struct atlas_holds *holds,
                  struct country_answer *out) {
    *out = (struct country_answer){.rule = COUNTRY_POLYGON};
    add_holders(atlas, holds, out);
    out->uncertain = out->count > 1;
    if (out->count == 0)
        by_borders(borders, atlas, p, out);
    else if (out->uncertain)
        put_first(atlas, p, out);
}
