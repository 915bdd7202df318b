/* SPDX-License-Identifier: Apache-2.0
 *
 * One cell that holds several things: "POINT (97.39 25.39)", "13.09, 103.2".
 *
 *   POINT ({lon} {lat})     {name} is taken up to where the text after it first stands
 *   {lat}, {lon}
 *   {lat} {lon} {} {}       {} is passed over
 *
 * Spaces count only where nothing else parts two names, and capital letters of the
 * alphabet A-Z do not: "point(97.39  25.39 )" fits as well. The whole cell must fit.
 */
#ifndef IMPORTERS_PATTERN_H
#define IMPORTERS_PATTERN_H

#include "data/error.h"
#include "data/mem.h"
#include "data/text.h"

#define PATTERN_GAPS_MAX 8
#define PATTERN_BYTES_MAX 200

struct pattern_gap {
    struct slice name; /* "" is passed over */
    const char *after; /* the text up to the next gap, without spaces; "" there: spaces */
};

/* Zero: no pattern. Everything is owned by the arena that it was parsed into. */
struct pattern {
    const char *shown;  /* as it was written, for messages */
    const char *before; /* the text before the first gap, without spaces */
    struct pattern_gap gap[PATTERN_GAPS_MAX];
    size_t count; /* of gaps */
    size_t named; /* of gaps with a name */
};

/* Reads a pattern. False: `e` says what is wrong with it and what is allowed. */
bool pattern_parse(struct slice text, struct arena *arena, struct pattern *out,
                   struct error *e);

/* Cuts what stands in the named gaps, in their order, out of `cell`, without spaces at
 * its ends. False when the cell does not fit. The time is linear in the cell. */
bool pattern_match(const struct pattern *p, struct slice cell,
                   struct slice out[PATTERN_GAPS_MAX]);

#endif
