/* SPDX-License-Identifier: Apache-2.0
 *
 * How many facilities a district is known to hold. A place that is published as "somewhere
 * in this district" is hardly hidden where the district has two offices in all: there the
 * province is published instead.
 *
 * Only services that the public learns of count (`exact` and `area`), so that the number
 * tells nothing of the others.
 */
#ifndef DATA_FACILITY_H
#define DATA_FACILITY_H

#include "data/atlas.h"
#include "data/error.h"
#include "data/record.h"

/* Districts with fewer are published as their province. */
#define FACILITIES_MIN 3

struct facilities;

/* Counts those of a record: each published point once, and each organization with others
 * once. NULL: `e` says why. `atlas` is borrowed. */
struct facilities *facilities_count(struct record *record, const struct atlas *atlas,
                                    struct error *e);
void facilities_free(struct facilities *f);

/* True when the district is known to hold fewer than FACILITIES_MIN. */
bool facilities_few(const struct facilities *f, uint32_t district);

#endif
