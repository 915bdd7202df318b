/* SPDX-License-Identifier: Apache-2.0
 *
 * A JSON list of objects as rows of a sheet:
 *
 *   [ { "Code": "01", "Name": "Hà Nội",              @path,           Code, Name
 *       "District": [ { "Code": "001",               "",              01,   Hà Nội
 *                       "Name": "Ba Đình",           "District",      001,  Ba Đình
 *                       "Ward": [ ... ] } ] } ]      "District.Ward", ...
 *
 * Members that are texts, numbers, true or false are cells, and their names the header. A
 * member that is a list of objects holds further rows, which come after that of their
 * object; @path tells in which members a row stands. null, objects, and lists of anything
 * else are no cells.
 */
#ifndef IMPORTERS_JSON_ROWS_H
#define IMPORTERS_JSON_ROWS_H

#include "data/csv.h"

/* Reads `path` twice, first for the header: standard input is refused. Calls `each` with
 * every row, the header first, as csv_read() does; `row->line` is that of the element of
 * the outermost list. A faulty file is an error whose message starts with "PATH:LINE: ". */
bool json_rows_read(const char *path,
                    bool (*each)(const struct csv_row *row, void *ctx, struct error *e),
                    void *ctx, int64_t *progress, struct error *e);

#endif
