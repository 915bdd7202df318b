/* SPDX-License-Identifier: Apache-2.0 */
#include "data/column.h"

#include <string.h>

const struct column_spec columns[COL_COUNT] = {
#define COLUMN(id, name, type, low, high, flags) {name, CELL_##type, low, high, flags},
#include "data/column.def"
#undef COLUMN
};

int column_find(const char *name, size_t len) {
    for (int i = 0; i < COL_COUNT; i++)
        if (strlen(columns[i].name) == len && memcmp(columns[i].name, name, len) == 0)
            return i;
    return -1;
}
