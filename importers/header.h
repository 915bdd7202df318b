/* SPDX-License-Identifier: Apache-2.0
 *
 * The header row of services.csv: which field of a row is which column.
 */
#ifndef IMPORTERS_HEADER_H
#define IMPORTERS_HEADER_H

#include "data/csv.h"
#include "importers/map.h"
#include "importers/report.h"

struct header_field {
    struct target target;
    char name[64]; /* for messages: the name in the file, cut */
    bool ignored;
    const struct map_column *map; /* or NULL */
};

struct header {
    size_t count; /* fields, without empty ones at the end */
    struct header_field field[CSV_COLUMNS_MAX];
    size_t
        translation[CSV_COLUMNS_MAX]; /* fields in other languages, by column, language */
    size_t translation_count;
    const struct map *map; /* or NULL */
};

/* Reads the row; every fault goes to `report`. False when there was one. */
bool header_read(struct header *h, const struct csv_row *row, const struct map *map,
                 struct report *report);

#endif
