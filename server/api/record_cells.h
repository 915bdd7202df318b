/* SPDX-License-Identifier: Apache-2.0
 *
 * Cells of a record as JSON tells them: a merge patch (RFC 7396) of columns of services.csv.
 *
 *   {"status": "paused", "public_name@km": "...", "phones": "", "languages": null}
 *
 * A text sets the cell, as services.csv has it; a number, true, false and a list of texts
 * stand for what they are written as there; "" empties the cell; null leaves it to its
 * source again.
 */
#ifndef SERVER_API_RECORD_CELLS_H
#define SERVER_API_RECORD_CELLS_H

#include "data/history.h"
#include "data/json_read.h"
#include "importers/cell.h"
#include "server/http/http.h"

#define RECORD_CELLS_MAX 100

/* Zero-initialise. */
struct record_cells {
    struct cell_reader reader;
    struct edit_cell
        cell[RECORD_CELLS_MAX]; /* values are canonical, borrowed from `reader` */
    size_t count;
    struct buf text;
};
void record_cells_free(struct record_cells *cells);

/* Reads an object; every fault is told by the name of its column. False: there are faults. */
bool record_cells_read(struct record_cells *cells, const struct json *object,
                       struct faults *f);

/* Writes what was read as such an object. */
void record_cells_write(const struct record_cells *cells, struct buf *out);

#endif
