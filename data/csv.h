/* SPDX-License-Identifier: Apache-2.0
 *
 * CSV by RFC 4180, streamed through libcsv, with the line on which each row starts.
 *
 * A BOM is skipped, CRLF and LF both end a row. Refused, with the line: bytes that are not
 * UTF-8, NUL, a quote inside an unquoted field, a quote that is never closed, a field or
 * row that is too large. Lines that are wholly empty are skipped.
 */
#ifndef DATA_CSV_H
#define DATA_CSV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "data/error.h"
#include "data/text.h"

#define CSV_ROW_MAX (1 << 20)    /* bytes of a row at most */
#define CSV_COLUMNS_MAX 1000     /* fields of a row at most */

/* Also what other formats are read as. */
struct csv_row {
    int64_t line; /* of the file, from 1, on which the row starts */
    const struct slice *field;
    size_t count;
};

/* Reads `path` ("-" is standard input) and calls `each` with every row, the header row
 * among them. `row` is borrowed for the call; `each` returns false to stop with failure.
 * A faulty file is an error whose message starts with "PATH:LINE: ". `*progress` (may be
 * NULL) is the number of bytes read so far, for a progress line. */
bool csv_read(const char *path, bool (*each)(const struct csv_row *row, void *ctx,
                                             struct error *e),
              void *ctx, int64_t *progress, struct error *e);

#endif
