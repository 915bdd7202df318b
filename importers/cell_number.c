/* SPDX-License-Identifier: Apache-2.0
 *
 * Cells of numbers: whole, decimal, and ranges of ages.
 */
#include <stdio.h>
#include <string.h>

#include "importers/cell_type.h"

bool cell_integer(struct cell_reader *r, const struct column_spec *spec,
                  struct slice text, const char **out, struct error *e) {
    int64_t value;
    if (!slice_integer(text, &value) || value < spec->low || value > spec->high)
        return cell_refuse(e, text, "not a whole number in its limits",
                           "allowed: %d to %d", spec->low, spec->high);
    char digits[24];
    int n = snprintf(digits, sizeof digits, "%lld", (long long)value);
    *out = arena_strndup(&r->arena, digits, (size_t)n);
    return true;
}

/* At most 9 digits before the point and 15 after it, which a double holds well enough for
 * 7 decimals. */
bool cell_decimal(struct slice s, double *out) {
    bool negative = s.len > 0 && s.at[0] == '-', point = false;
    int whole_digits = 0, decimals = 0;
    double whole = 0, fraction = 0, unit = 1;
    for (size_t i = negative ? 1 : 0; i < s.len; i++) {
        char c = s.at[i];
        if (c == '.' && !point)
            point = true;
        else if (c < '0' || c > '9')
            return false;
        else if (!point)
            whole = whole * 10 + (c - '0'), whole_digits++;
        else if (++decimals <= 15)
            fraction = fraction * 10 + (c - '0'), unit *= 10;
    }
    *out = (negative ? -1 : 1) * (whole + fraction / unit);
    return whole_digits > 0 && whole_digits <= 9 && (!point || decimals > 0);
}

bool cell_number(struct cell_reader *r, const struct column_spec *spec, struct slice text,
                 const char **out, struct error *e) {
    double value;
    if (!cell_decimal(text, &value))
        return cell_refuse(e, text, "not a decimal number",
                           "allowed: %d to %d with a point, such as 13.0957", spec->low,
                           spec->high);
    if (value < spec->low || value > spec->high)
        return cell_refuse(e, text, "out of range", "allowed: %d to %d", spec->low,
                           spec->high);
    r->scratch.len = 0;
    buf_decimal(&r->scratch, value, 7);
    *out = arena_strndup(&r->arena, r->scratch.data, r->scratch.len);
    return true;
}

/* "15-17" or "60", each at most `high`. */
static bool range(struct slice text, int high, int64_t *low, int64_t *up) {
    struct slice rest = text, from, to;
    slice_next(&rest, '-', &from);
    to = rest.at ? rest : from;
    return slice_integer(slice_trim(from), low) && slice_integer(slice_trim(to), up) &&
           *low >= 0 && *low <= *up && *up <= high;
}

bool cell_ranges(struct cell_reader *r, const struct column_spec *spec, struct slice text,
                 const char **out, struct error *e) {
    struct cell_list list;
    struct slice rest = text, item;
    cell_list_begin(&list, r, text.len);
    while (cell_list_next(&rest, &item)) {
        int64_t low, high;
        if (!range(item, spec->high, &low, &high))
            return cell_refuse(e, item, "not a range of whole numbers",
                               "allowed: 15-17 or 60, up to %d, separated by ';'",
                               spec->high);
        char written[48];
        int n = low == high ? snprintf(written, sizeof written, "%lld", (long long)low)
                            : snprintf(written, sizeof written, "%lld-%lld",
                                       (long long)low, (long long)high);
        if (!cell_list_add(&list, (struct slice){written, (size_t)n}, e))
            return false;
    }
    *out = cell_list_end(&list);
    return true;
}

static bool child(const struct column_spec *spec, struct slice item, char written[64],
                  struct error *e) {
    struct slice rest = item, gender;
    int64_t low, high;
    slice_next(&rest, ':', &gender);
    gender = slice_trim(gender);
    if (rest.at == NULL || !range(rest, spec->high, &low, &high))
        return cell_refuse(e, item, "not a gender with a range of ages",
                           "allowed: male:0-11;female:0-17;any:0-5, or any, or none");
    if (!slice_is(gender, "any") &&
        cell_term((enum vocabulary_id)spec->low, gender, e) < 0)
        return false;
    snprintf(written, 64, "%.*s:%lld-%lld", (int)gender.len, gender.at, (long long)low,
             (long long)high);
    return true;
}

bool cell_children(struct cell_reader *r, const struct column_spec *spec,
                   struct slice text, const char **out, struct error *e) {
    struct cell_list list;
    struct slice rest = text, item;
    *out = slice_is(text, "any") ? "any" : "none";
    if (slice_is(text, *out))
        return true;
    /* "any:5" becomes "any:5-5": at most twice as long */
    cell_list_begin(&list, r, 2 * text.len);
    while (cell_list_next(&rest, &item)) {
        char written[64];
        if (!child(spec, item, written, e) || !cell_list_add(&list, slice_of(written), e))
            return false;
    }
    *out = cell_list_end(&list);
    return true;
}
