/* SPDX-License-Identifier: Apache-2.0
 *
 * One row of services.csv: its cells checked and made canonical, then what must hold
 * between the cells of a row.
 */
#ifndef IMPORTERS_ROW_H
#define IMPORTERS_ROW_H

#include "importers/cells.h"

struct row_reader {
    struct cells cells;
    char today[11]; /* the latest date that it is anywhere on earth now */
};

/* `header` has been read. */
void row_reader_init(struct row_reader *r, const struct header *header,
                     struct report *report);
void row_reader_free(struct row_reader *r);

/* Fills `out`, borrowed until the next row. Every fault goes to the report; where there was
 * one, the cells at fault are "". */
enum cells_result row_read(struct row_reader *r, const struct csv_row *row,
                           struct flat *out);

/* What must hold between the cells of a service, wherever they come from. False: `e` says
 * what does not. `ctx` is not used. */
bool row_judge(const struct flat *flat, void *ctx, struct error *e);

#endif
