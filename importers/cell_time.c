/* SPDX-License-Identifier: Apache-2.0
 *
 * Cells of time: dates, moments, opening hours, time zones.
 */
#include <string.h>

#include "data/hours.h"
#include "data/timezone.h"
#include "importers/cell_type.h"

static int days_of(int year, int month) {
    static const char days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return month == 2 && leap ? 29 : days[month - 1];
}

/* The number that `digits` bytes at `at` are, or -1. */
static int number_at(struct slice s, size_t at, size_t digits) {
    int64_t value;
    struct slice piece = {s.at + at, digits};
    return s.len >= at + digits && s.at[at] != '-' && slice_integer(piece, &value)
               ? (int)value
               : -1;
}

static bool date_fine(struct slice s) {
    int year = number_at(s, 0, 4), month = 1, day = 1;
    if (s.len != 4 && s.len != 7 && s.len != 10)
        return false;
    if (s.len >= 7)
        month = s.at[4] == '-' ? number_at(s, 5, 2) : -1;
    if (year < 1900 || year > 2199 || month < 1 || month > 12)
        return false;
    if (s.len == 10)
        day = s.at[7] == '-' ? number_at(s, 8, 2) : -1;
    return day >= 1 && day <= days_of(year, month);
}

bool cell_date(struct cell_reader *r, const struct column_spec *spec, struct slice text,
               const char **out, struct error *e) {
    (void)spec;
    if (!date_fine(text))
        return cell_refuse(e, text, "not a date",
                           "allowed: YYYY-MM-DD, YYYY-MM or YYYY, from 1900 to 2199");
    *out = arena_strndup(&r->arena, text.at, text.len);
    return true;
}

bool cell_timestamp(struct cell_reader *r, const struct column_spec *spec,
                    struct slice text, const char **out, struct error *e) {
    (void)spec;
    int64_t t;
    struct slice day = {text.at, text.len < 10 ? text.len : 10};
    if (!date_fine(day) || !timestamp_parse(text.at, text.len, &t))
        return cell_refuse(e, text, "not a moment in time",
                           "allowed: 2026-11-22T17:00:00+07:00 (RFC 3339)");
    char utc[32];
    timestamp_format(t, 0, utc);
    *out = arena_strndup(&r->arena, utc, strlen(utc));
    return true;
}

/* `text` with every run of white space as one space. */
static char *squeezed(struct cell_reader *r, struct slice text, size_t *len) {
    char *out = arena_alloc(&r->arena, text.len + 1);
    size_t used = 0;
    for (size_t i = 0; i < text.len; i++) {
        bool space = text.at[i] != 0 && strchr(" \t\r\n", text.at[i]) != NULL;
        if (!space || used == 0 || out[used - 1] != ' ')
            out[used++] = space ? ' ' : text.at[i];
    }
    out[used] = '\0';
    *len = used;
    return out;
}

bool cell_hours(struct cell_reader *r, const struct column_spec *spec, struct slice text,
                const char **out, struct error *e) {
    struct hours hours;
    struct error why = {0};
    size_t len;
    const char *tidy = squeezed(r, text, &len);
    if (len > (size_t)spec->high)
        return cell_refuse(e, text, "too long", "allowed: at most %d bytes", spec->high);
    if (!hours_parse(tidy, len, &hours, &why))
        return cell_refuse(
            e, text, "opening hours that are not understood",
            "%.180s; allowed: as in Mo-Fr 08:00-17:00; Sa 08:00-12:00; PH off",
            why.message);
    *out = tidy;
    return true;
}

bool cell_zone(struct cell_reader *r, const struct column_spec *spec, struct slice text,
               const char **out, struct error *e) {
    const char *name = arena_strndup(&r->arena, text.at, text.len);
    *out = name;
    if (strcmp(name, r->zone) == 0)
        return true;
    if (text.len > (size_t)spec->high || strlen(name) != text.len ||
        !timezone_known(name))
        return cell_refuse(e, text, "not a time zone",
                           "allowed: an IANA name such as Asia/Phnom_Penh");
    memcpy(r->zone, name, text.len + 1);
    return true;
}
