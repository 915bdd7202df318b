/* SPDX-License-Identifier: Apache-2.0 */
#include "data/column.h"

#include <string.h>

const struct column_spec columns[COL_COUNT] = {
#define COLUMN(id, name, type, low, high, flags) {name, CELL_##type, low, high, flags},
#include "data/column.def"
#undef COLUMN
};

const struct column_table services_table = {"services.csv", columns, COL_COUNT};

int column_table_find(const struct column_table *t, const char *name, size_t len) {
    for (int i = 0; i < t->count; i++)
        if (strlen(t->specs[i].name) == len && memcmp(t->specs[i].name, name, len) == 0)
            return i;
    return -1;
}

int column_find(const char *name, size_t len) {
    return column_table_find(&services_table, name, len);
}
