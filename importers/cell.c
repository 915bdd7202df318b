/* SPDX-License-Identifier: Apache-2.0 */
#include "importers/cell.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "importers/cell_type.h"

#define SHOWN_CHARACTERS 60

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

/* Bytes of the character that starts at `s`, cut at `left`. */
static size_t character(const char *s, size_t left) {
    size_t n = 1;
    while (n < left && ((unsigned char)s[n] & 0xc0) == 0x80)
        n++;
    return n;
}

/* Control characters C0, DEL and C1 (U+0080 to U+009F), which a terminal may obey. */
static bool control(const char *s, size_t len) {
    const unsigned char *u = (const unsigned char *)s;
    return u[0] < 0x20 || u[0] == 0x7f || (len == 2 && u[0] == 0xc2 && u[1] < 0xa0);
}

const char *cell_shown(struct slice value, char out[CELL_SHOWN_BYTES]) {
    size_t used = 0, at = 0;
    for (int i = 0; i < SHOWN_CHARACTERS && at < value.len; i++) {
        size_t n = character(value.at + at, value.len - at);
        if (n > 4 || control(value.at + at, n))
            out[used++] = ' ';
        else
            for (size_t k = 0; k < n; k++)
                out[used++] = value.at[at + k];
        at += n;
    }
    strcpy(out + used, at < value.len ? "..." : "");
    return out;
}

bool cell_refuse(struct error *e, struct slice value, const char *what,
                 const char *allowed, ...) {
    char shown[CELL_SHOWN_BYTES], rest[400];
    va_list args;
    va_start(args, allowed);
    vsnprintf(rest, sizeof rest, allowed, args);
    va_end(args);
    return error_set(e, ERR_DATA, "%s (\"%s\"); %s", what, cell_shown(value, shown),
                     rest);
}
