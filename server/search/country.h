/* SPDX-License-Identifier: Apache-2.0
 *
 * Which country's services does somebody at a point need? The nearest one across the river
 * is another jurisdiction. In this order:
 *
 *   parameter      the caller says so
 *   place          the chosen place's record
 *   polygon        imported outlines hold the point, or leave one country of those near
 *   borders        the built-in borders, where none is nearer than ten kilometres
 *   nearest_place  near a border: the country of the nearest known place comes first, and
 *                  every candidate is searched
 *   none           nothing tells: at sea
 */
#ifndef SERVER_SEARCH_COUNTRY_H
#define SERVER_SEARCH_COUNTRY_H

#include "data/borders.h"
#include "server/search/query.h"

enum country_rule {
    COUNTRY_PARAMETER,
    COUNTRY_PLACE,
    COUNTRY_POLYGON,
    COUNTRY_BORDERS,
    COUNTRY_NEAREST_PLACE,
    COUNTRY_NONE
};
extern const char *const country_rule_names[];

struct country_answer {
    enum country_rule rule;
    bool uncertain; /* each of the countries is to be searched */
    int count;
    int country[QUERY_COUNTRIES]; /* indices in country.csv, the likeliest first */
};

/* The country of a point; `holds` is what the atlas knows of it (atlas_holds()). */
void country_find(const struct borders *borders, const struct atlas *atlas,
                  struct point p, const struct atlas_holds *holds,
                  struct country_answer *out);

#endif
