/* SPDX-License-Identifier: Apache-2.0
 *
 * "Did you mean ...?": the known name closest to one that is not known.
 */
#ifndef IMPORTERS_CLOSEST_H
#define IMPORTERS_CLOSEST_H

#include "data/column.h"
#include "data/text.h"

/* The column or code closest to `name`, or NULL when none is close. Case, and '-' or ' '
 * for '_', do not count; a code is also found by its part after the last '.'. It looks at
 * every candidate: for messages only. */
const char *closest_column(const struct column_table *t, struct slice name);
const char *closest_code(enum vocabulary_id id, struct slice code);

#endif
