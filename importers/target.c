/* SPDX-License-Identifier: Apache-2.0 */
#include "importers/target.h"

#include <stdio.h>
#include <string.h>

#include "importers/cell.h"
#include "importers/closest.h"

static bool unknown_column(struct slice name, struct error *e) {
    const char *closest = closest_column(name);
    if (closest != NULL)
        return cell_refuse(e, name, "not a column", "did you mean %s?", closest);
    return cell_refuse(
        e, name, "not a column",
        "allowed: the columns of services.csv (--map renames or ignores others)");
}

static bool parse_language(struct slice code, struct target *out, struct error *e) {
    if (!(columns[out->column].flags & TEXT_BY_LANGUAGE))
        return cell_refuse(
            e, code, "this column has no languages",
            "allowed with @: organization service public_name description");
    if (code.len >= sizeof out->language ||
        vocabulary_find(VOC_LANGUAGE, code.at, code.len) < 0)
        return cell_refuse(e, code, "not a language",
                           "allowed: a code of the vocabulary, such as km, my or zh");
    memcpy(out->language, code.at, code.len);
    return true;
}

bool target_parse(struct slice name, struct target *out, struct error *e) {
    struct slice rest = name, column;
    slice_next(&rest, '@', &column);
    int found = column_find(column.at, column.len);
    if (found < 0)
        return unknown_column(column, e);
    *out = (struct target){.column = (enum column)found};
    return rest.at == NULL || parse_language(rest, out, e);
}

bool target_same(const struct target *a, const struct target *b) {
    return a->column == b->column && strcmp(a->language, b->language) == 0;
}

const char *target_name(const struct target *t, char out[64]) {
    snprintf(out, 64, "%s%s%s", columns[t->column].name, t->language[0] ? "@" : "",
             t->language);
    return out;
}
