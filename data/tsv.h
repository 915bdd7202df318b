/* SPDX-License-Identifier: Apache-2.0
 *
 * Lines of fields parted by tabs, without quoting and without a header, as GeoNames gives
 * its dumps. The guarantees are those of data/csv.h: UTF-8 without NUL, at most CSV_ROW_MAX
 * bytes and CSV_COLUMNS_MAX fields a line; a BOM and empty lines are skipped.
 */
#ifndef DATA_TSV_H
#define DATA_TSV_H

#include "data/csv.h"

/* As csv_read(), but for standard input, which is not read. */
bool tsv_read(const char *path,
              bool (*each)(const struct csv_row *row, void *ctx, struct error *e),
              void *ctx, int64_t *progress, struct error *e);

#endif
