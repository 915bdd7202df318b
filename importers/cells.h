/* SPDX-License-Identifier: Apache-2.0
 *
 * One row of a sheet, whatever its table: each cell through the map, checked by its column
 * and made canonical. What must hold between the cells is for who knows the table.
 */
#ifndef IMPORTERS_CELLS_H
#define IMPORTERS_CELLS_H

#include "data/flat.h"
#include "importers/cell.h"
#include "importers/header.h"

enum cells_result {
    CELLS_GOOD,
    CELLS_BAD,     /* the faults went to the report; the cells at fault are "" */
    CELLS_LEFT_OUT /* by a value of the map; then no cell was checked */
};

/* What was read, by column of the table. Borrowed until the next row. */
struct cells {
    struct cell_reader cells;
    const struct header *header;
    struct report *report;
    const char **value;               /* "" is not stated */
    bool *bad;                        /* the cell itself was at fault */
    struct slice *raw;                /* as it stood, good or bad, where it is one cell */
    struct translation *translations; /* by column, then language */
    size_t translation_count;
    int64_t line;
    bool good;       /* nothing was at fault so far */
    bool miscounted; /* it has not as many cells as the header: none was read */
};

/* `header` has been read. */
void cells_init(struct cells *c, const struct header *header, struct report *report);
void cells_free(struct cells *c);

/* True when every cell of the row is empty: such rows are skipped. */
bool row_empty(const struct csv_row *row);

/* Reads a row; every fault goes to the report. */
enum cells_result cells_read(struct cells *c, const struct csv_row *row);

/* Notes a fault of the row; `column` is of the table, or -1 for the row. */
void cells_fault(struct cells *c, int column, const char *message);

#endif
