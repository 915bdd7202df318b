/* SPDX-License-Identifier: Apache-2.0
 *
 * Rows of places.csv, or of a sheet that a map turns into it, as places.
 */
#ifndef IMPORTERS_PLACE_SHEET_H
#define IMPORTERS_PLACE_SHEET_H

#include "importers/cells.h"
#include "importers/place_intake.h"

extern const struct column_table places_table;

/* Zero-initialise, then set `in` and `map` (or NULL). */
struct place_sheet {
    struct place_intake *in;
    const struct map *map;
    struct header header;
    struct cells cells;
    bool has_header;
};

void place_sheet_free(struct place_sheet *s);

/* One row, the header first; `ctx` is a struct place_sheet. */
bool place_sheet_row(const struct csv_row *row, void *ctx, struct error *e);

#endif
