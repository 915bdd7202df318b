/* SPDX-License-Identifier: Apache-2.0
 *
 * A place by its name as it was heard: in any script or spelling, the beginning of it, with
 * or without what it lies in, in any order.
 *
 *   "boeng pring thma koul"   is asked as   boeng pring thma koul
 *                                           boeng pring           in  thma koul
 *                                           pring thma koul       in  boeng        ...
 *
 * Every reading is looked up with errors (data/names/tree.h); what it says the place lies in
 * is looked up among the places that others lie in, and binds. The cost of an answer, in
 * quarters of an edit (data/names/sound.h), is the sum of what differs:
 *
 *   sounds               of the name, and half of those of what it lies in
 *   letters              LETTER_COST for each letter that differs: tells spellings apart
 *                        that sound alike
 *   generic words        1 if the name has one that was not asked for, 1 the other way
 *   only the beginning   PREFIX_COST
 *   no comma             1, where it was guessed what is the name and what it lies in
 *   elsewhere            ELSEWHERE_COST, where the place does not lie there
 *
 * Cheapest first; then by kind (country, province, district, town, commune, village), then
 * by population, then by nearness to `near`.
 */
#ifndef DATA_PLACE_SEARCH_H
#define DATA_PLACE_SEARCH_H

#include "data/atlas.h"

#define PLACE_SEARCH_BYTES 800 /* of UTF-8 that may be asked: more than any name has */
#define PLACE_SEARCH_MAX 100   /* places in an answer */

struct place_query {
    struct slice text; /* valid UTF-8, at most PLACE_SEARCH_BYTES */
    int country;       /* index in country.csv, or -1 */
    int level;         /* enum place_level of which all answers are, or -1 */
    bool whole;        /* no answers of which only the beginning was asked */
    bool has_near;
    struct point near;
    size_t limit; /* 1 to PLACE_SEARCH_MAX */
};

struct place_found {
    uint32_t place;
    unsigned cost;
    double score; /* 1: as asked; down to 0 */
};

/* Fills `out`, best first, each place once; returns how many. The work is bounded whatever
 * is asked: beyond it, answers are right and may not be all. */
size_t place_search(const struct atlas *a, const struct place_query *query,
                    struct place_found out[PLACE_SEARCH_MAX]);

/* True when something of `text` is read: a letter or a digit of some script. */
bool place_search_readable(struct slice text);

#endif
