/* SPDX-License-Identifier: Apache-2.0 */
#include "importers/target.h"

#include <stdio.h>
#include <string.h>

#include "importers/cell.h"
#include "importers/closest.h"

static bool unknown_column(const struct column_table *t, struct slice name,
                           struct error *e) {
    const char *closest = closest_column(t, name);
    if (closest != NULL)
        return cell_refuse(e, name, "not a column", "did you mean %s?", closest);
    return cell_refuse(e, name, "not a column",
                       "allowed: the columns of %s (--map renames or ignores others)",
                       t->name);
}

static bool parse_language(const struct column_table *t, struct slice code,
                           struct target *out, struct error *e) {
    char names[TARGET_NAMES_BYTES];
    if (!(t->specs[out->column].flags & TEXT_BY_LANGUAGE))
        return cell_refuse(e, code, "this column has no languages",
                           "allowed with @: %s",
                           target_names(t, TEXT_BY_LANGUAGE, names));
    if (code.len >= sizeof out->language ||
        vocabulary_find(VOC_LANGUAGE, code.at, code.len) < 0)
        return cell_refuse(e, code, "not a language",
                           "allowed: a code of the vocabulary, such as km, my or zh");
    memcpy(out->language, code.at, code.len);
    return true;
}

bool target_parse(const struct column_table *t, struct slice name, struct target *out,
                  struct error *e) {
    struct slice rest = name, column;
    slice_next(&rest, '@', &column);
    int found = column_table_find(t, column.at, column.len);
    if (found < 0)
        return unknown_column(t, column, e);
    *out = (struct target){.column = found};
    return rest.at == NULL || parse_language(t, rest, out, e);
}

bool target_same(const struct target *a, const struct target *b) {
    return a->column == b->column && strcmp(a->language, b->language) == 0;
}

const char *target_name(const struct column_table *t, const struct target *target,
                        char out[64]) {
    snprintf(out, 64, "%s%s%s", t->specs[target->column].name,
             target->language[0] ? "@" : "", target->language);
    return out;
}

const char *target_names(const struct column_table *t, int flags,
                         char out[TARGET_NAMES_BYTES]) {
    size_t used = 0;
    out[0] = '\0';
    for (int i = 0; i < t->count; i++)
        if ((t->specs[i].flags & flags) && used < TARGET_NAMES_BYTES)
            used += (size_t)snprintf(out + used, TARGET_NAMES_BYTES - used, "%s%s",
                                     used > 0 ? " " : "", t->specs[i].name);
    return out;
}
