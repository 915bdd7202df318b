/* SPDX-License-Identifier: Apache-2.0
 *
 * Names in the directory that the gazetteer does not know, or knows twice. They are no
 * fault: a service whose area is not known stays, and says so. But somebody should look.
 */
#ifndef DATA_UNRESOLVED_H
#define DATA_UNRESOLVED_H

#include "data/record.h"

/* Calls `say` with a line for each name in `covers` that is no single place, and for each
 * service shown by its area of which neither district nor province is known. `*count` is
 * how many there are. False: `e` says why it could not be told. */
bool unresolved_names(struct record *r, void (*say)(const char *line, void *ctx), void *ctx,
                      int64_t *count, struct error *e);

#endif
