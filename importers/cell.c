/* SPDX-License-Identifier: Apache-2.0 */
#include "importers/cell.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "importers/cell_type.h"


static bool cell_yes_no(struct cell_reader *r, const struct column_spec *spec,
                        struct slice text, const char **out, struct error *e) {
    (void)r, (void)spec;
    *out = slice_is(text, "yes") ? "yes" : "no";
    if (!slice_is(text, *out))
        return cell_refuse(e, text, "neither yes nor no", "allowed: yes no");
    return true;
}

static cell_type_fn *const types[] = {
    [CELL_TEXT] = cell_text,
    [CELL_CODE] = cell_code,
    [CELL_CODES] = cell_codes,
    [CELL_CHOICE] = cell_choice,
    [CELL_INTEGER] = cell_integer,
    [CELL_DECIMAL] = cell_number,
    [CELL_YES_NO] = cell_yes_no,
    [CELL_DATE] = cell_date,
    [CELL_TIMESTAMP] = cell_timestamp,
    [CELL_RANGES] = cell_ranges,
    [CELL_CHILDREN] = cell_children,
    [CELL_INTERPRETERS] = cell_interpreters,
    [CELL_AREAS] = cell_areas,
    [CELL_NAMES] = cell_names,
    [CELL_IDS] = cell_ids,
    [CELL_RULES] = cell_rules,
    [CELL_PHONES] = cell_phones,
    [CELL_HOURS] = cell_hours,
    [CELL_ZONE] = cell_zone,
    [CELL_URL] = cell_url,
    [CELL_EMAIL] = cell_email,
    [CELL_CLAIMS] = cell_claims,
};

void cell_reader_free(struct cell_reader *r) {
    arena_free(&r->arena);
    buf_free(&r->scratch);
}

bool cell_check_spec(struct cell_reader *r, const struct column_spec *spec,
                     struct slice text, const char **out, struct error *e) {
    text = slice_trim(text);
    *out = "";
    return text.len == 0 || types[spec->type](r, spec, text, out, e);
}

bool cell_check(struct cell_reader *r, enum column column, struct slice text,
                const char **out, struct error *e) {
    return cell_check_spec(r, &columns[column], text, out, e);
}

bool cell_refuse(struct error *e, struct slice value, const char *what,
                 const char *allowed, ...) {
    char shown[TEXT_SHOWN_BYTES], rest[400];
    va_list args;
    va_start(args, allowed);
    vsnprintf(rest, sizeof rest, allowed, args);
    va_end(args);
    return error_set(e, ERR_DATA, "%s (\"%s\"); %s", what, text_shown(value, shown),
                     rest);
}
