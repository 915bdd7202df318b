/* SPDX-License-Identifier: Apache-2.0
 *
 * Rows that may be the same service twice: the same organization and service (ASCII case
 * aside), at most 500 m apart, with a need in common. Reported, never merged.
 */
#ifndef IMPORTERS_DUPLICATES_H
#define IMPORTERS_DUPLICATES_H

#include "data/flat.h"
#include "data/geo.h"
#include "importers/report.h"

#define DUPLICATE_NEED_WORDS 4

struct duplicate_row {
    uint64_t name; /* hash of organization and service */
    int64_t line;
    struct point point;
    uint64_t needs[DUPLICATE_NEED_WORDS]; /* a bit for each code */
    uint32_t next;                        /* row + 1 in the same slot, or 0 */
};

struct duplicates {
    struct duplicate_row *row;
    size_t count, capacity;
    uint32_t *slot; /* newest row + 1, or 0; a power of two */
    size_t slots;
};

void duplicates_free(struct duplicates *d);

/* Looks for an earlier row like `flat`, reports the first found, and keeps this one. Rows
 * without a point or needs are passed over. Among many rows of one name only the last 64
 * are looked at, so that the work stays linear. */
void duplicates_add(struct duplicates *d, const struct flat *flat, int64_t line,
                    struct report *report);

#endif
