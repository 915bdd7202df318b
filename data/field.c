/* SPDX-License-Identifier: Apache-2.0 */
#include "data/field.h"

FIELD_TABLE struct field_spec field_specs[FIELD_COUNT] = {
#define FIELD(id, answer, name, column, forms) {answer, name, column, forms},
#include "data/field.def"
#undef FIELD
};
