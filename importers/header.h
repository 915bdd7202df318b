/* SPDX-License-Identifier: Apache-2.0
 *
 * The header row of a sheet: which cell of a row is which column. By a pattern of the map,
 * one cell may be several columns: then each of them is a field.
 */
#ifndef IMPORTERS_HEADER_H
#define IMPORTERS_HEADER_H

#include "data/csv.h"
#include "importers/map.h"
#include "importers/report.h"

struct header_field {
    size_t cell; /* of the row, from 0 */
    size_t part; /* of the map's column, from 0 */
    struct target target;
    char name[64]; /* for messages: the name in the file, cut */
    bool ignored;
    const struct map_column *map; /* or NULL */
};

/* Zero-initialise. */
struct header {
    const struct column_table *table;
    size_t cell_count; /* of the header row, without empty ones at its end */
    struct header_field *field;
    size_t count, capacity; /* fields */
    size_t *translation;    /* fields in other languages, by column, language */
    size_t translation_count, translation_capacity;
    const struct map *map; /* or NULL */
};

/* Reads the row, in place of what was read before; every fault goes to `report`. False
 * when there was one. `map` may be NULL, and is of the same table. */
bool header_read(struct header *h, const struct column_table *table,
                 const struct csv_row *row, const struct map *map, struct report *report);
void header_free(struct header *h);

#endif
