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
    enum column column;
    char language[16]; /* "" for the column itself */
};

/* False: `e` names what is not known and the closest name. */
bool target_parse(struct slice name, struct target *out, struct error *e);

bool target_same(const struct target *a, const struct target *b);

/* "public_name@km" */
const char *target_name(const struct target *t, char out[64]);

#endif
