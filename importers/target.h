/* SPDX-License-Identifier: Apache-2.0
 *
 * What a header cell names: a column, or one in a further language (`public_name@km`).
 */
#ifndef IMPORTERS_TARGET_H
#define IMPORTERS_TARGET_H

#include <stdbool.h>

#include "data/column.h"
#include "data/text.h"

struct target {
    int column;        /* of the table that it was read with */
    char language[16]; /* "" for the column itself */
};

/* Reads the name of a column of `t`. False: `e` names what is not known and the closest
 * name. */
bool target_parse(const struct column_table *t, struct slice name, struct target *out,
                  struct error *e);

bool target_same(const struct target *a, const struct target *b);

/* "public_name@km" */
const char *target_name(const struct column_table *t, const struct target *target,
                        char out[64]);

/* The names of the columns that have one of `flags`, parted by spaces, for messages. */
#define TARGET_NAMES_BYTES 200
const char *target_names(const struct column_table *t, int flags,
                         char out[TARGET_NAMES_BYTES]);

#endif
