/* SPDX-License-Identifier: Apache-2.0 */
#include "server/api/params.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "data/timezone.h"

const struct arg *param_get(const struct args *args, const char *name) {
    for (int i = 0; i < args->count; i++)
        if (slice_is(args->arg[i].name, name))
            return &args->arg[i];
    return NULL;
}

/* The single value of an argument, or NULL with a fault. */
static const struct scalar *single(const struct arg *a, struct faults *f) {
    if (a->nested == NULL && a->count == 1 && !a->list)
        return &a->item[0];
    fault_add(f, a->name, "must be one value");
    return NULL;
}

static bool is_text(const struct scalar *s) {
    return s->kind == SCALAR_STRING || s->kind == SCALAR_TEXT;
}

/* A number, or in a URL its text: decimal digits, no exponent, no spaces. */
static bool number_of(const struct scalar *s, double *out, bool *whole) {
    char text[32], *end;
    if (s->kind == SCALAR_NUMBER) {
        *out = s->number;
        *whole = s->whole;
        return isfinite(s->number);
    }
    if (s->kind != SCALAR_TEXT || s->text.len == 0 || s->text.len >= sizeof text)
        return false;
    memcpy(text, s->text.at, s->text.len);
    text[s->text.len] = '\0';
    if (strspn(text, "-0123456789.") != s->text.len)
        return false;
    *out = strtod(text, &end);
    *whole = strchr(text, '.') == NULL;
    return *end == '\0' && isfinite(*out);
}

bool param_number(const struct arg *a, double low, double high, double *out,
                  struct faults *f) {
    const struct scalar *s = single(a, f);
    bool whole;
    if (s == NULL)
        return false;
    if (!number_of(s, out, &whole) || *out < low || *out > high)
        return fault_add(f, a->name, "must be a number from %g to %g", low, high);
    return true;
}

bool param_integer(const struct arg *a, int low, int high, int *out, struct faults *f) {
    const struct scalar *s = single(a, f);
    double value;
    bool whole;
    if (s == NULL)
        return false;
    if (!number_of(s, &value, &whole) || !whole || value < low || value > high)
        return fault_add(f, a->name, "must be a whole number from %d to %d", low, high);
    *out = (int)value;
    return true;
}

bool param_bool(const struct arg *a, bool *out, struct faults *f) {
    const struct scalar *s = single(a, f);
    if (s == NULL)
        return false;
    bool yes = s->kind == SCALAR_TEXT && slice_is(s->text, "yes");
    bool no = s->kind == SCALAR_TEXT && slice_is(s->text, "no");
    if (s->kind != SCALAR_BOOL && !yes && !no)
        return fault_add(f, a->name, "must be true or false (in a URL yes or no)");
    *out = s->kind == SCALAR_BOOL ? s->truth : yes;
    return true;
}

bool param_string(const struct arg *a, struct slice *out, struct faults *f) {
    const struct scalar *s = single(a, f);
    if (s == NULL)
        return false;
    if (!is_text(s))
        return fault_add(f, a->name, "must be a string");
    *out = s->text;
    return true;
}

static bool code_of(const struct arg *a, const struct scalar *s, enum vocabulary_id voc,
                    int *out, struct faults *f) {
    char allowed[160];
    *out = is_text(s) ? vocabulary_find(voc, s->text.at, s->text.len) : -1;
    if (*out >= 0)
        return true;
    return fault_add(f, a->name, "must be one of: %s",
                     vocabulary_allowed(voc, allowed, sizeof allowed));
}

bool param_code(const struct arg *a, enum vocabulary_id voc, int *out, struct faults *f) {
    const struct scalar *s = single(a, f);
    return s != NULL && code_of(a, s, voc, out, f);
}

bool param_codes(const struct arg *a, enum vocabulary_id voc, struct query_list *out,
                 struct faults *f) {
    out->count = 0;
    if (a->nested != NULL || a->count == 0)
        return fault_add(f, a->name, "must be a code or a list of codes");
    for (int i = 0; i < a->count; i++) {
        int term;
        if (!code_of(a, &a->item[i], voc, &term, f))
            return false;
        bool twice = false;
        for (int k = 0; k < out->count; k++)
            twice |= out->term[k] == term;
        if (!twice)
            out->term[out->count++] = term;
    }
    return true;
}

bool param_lang(const struct arg *a, int *out, struct faults *f) {
    struct slice text;
    if (!param_string(a, &text, f))
        return false;
    for (*out = 0; *out < LANGUAGE_COUNT; ++*out)
        if (slice_is(text, label_languages[*out]))
            return true;
    *out = 0;
    return fault_add(f, a->name, "must be one of: " PARAM_LANGUAGES);
}

void needs_below(const struct query_list *needs, uint64_t *set) {
    for (int i = 0; i < needs->count; i++)
        for (int w = 0; w < SNAP_NEED_WORDS; w++)
            set[w] |= vocabulary_below(VOC_NEED, needs->term[i])[w];
}

bool param_time(const struct arg *a, int64_t now, int64_t *out, struct faults *f) {
    struct slice text;
    if (!param_string(a, &text, f))
        return false;
    *out = now;
    if (slice_is(text, "now") || timestamp_parse(text.at, text.len, out))
        return true;
    return fault_add(f, a->name, "must be now, or a time like 2026-11-22T17:00:00+07:00");
}

/* The next number of a list of numbers, parted by commas. */
static bool next_number(struct slice *rest, double most, double *out) {
    struct slice part;
    bool whole;
    if (!slice_next(rest, ',', &part))
        return false;
    const struct scalar s = {.kind = SCALAR_TEXT, .text = slice_trim(part)};
    return number_of(&s, out, &whole) && fabs(*out) <= most;
}

bool param_numbers(const struct arg *a, const double *most, int count, double *out,
                   const char *form, struct faults *f) {
    struct slice rest;
    bool good = true;
    if (!param_string(a, &rest, f))
        return false;
    for (int i = 0; good && i < count; i++)
        good = next_number(&rest, most[i], &out[i]);
    return (good && rest.at == NULL) ||
           fault_add(f, a->name, "must be %s in decimal degrees", form);
}

bool param_point(const struct arg *a, struct point *out, struct faults *f) {
    static const double most[] = {90, 180};
    double value[2];
    if (!param_numbers(a, most, 2, value, "lat,lon", f))
        return false;
    *out = (struct point){.lon = value[1], .lat = value[0]};
    return true;
}

bool param_id(const struct arg *a, uint8_t out[16], struct faults *f) {
    struct slice text;
    if (!param_string(a, &text, f))
        return false;
    return uuid_decode(text, out) || fault_add(f, a->name, "must be an id (a UUID)");
}

int param_index(const struct param *params, struct slice name) {
    for (int i = 0; params != NULL && params[i].name != NULL; i++)
        if (!params[i].in_path && name.len > 0 && params[i].name[0] == name.at[0] &&
            slice_is(name, params[i].name))
            return i;
    return -1;
}

bool params_known(const struct args *args, const struct param *params, struct faults *f) {
    int before = f->count;
    for (int i = 0; i < args->count; i++) {
        const struct arg *a = &args->arg[i];
        int index = param_index(params, a->name);
        if (index < 0)
            fault_add(f, a->name, "is not a parameter of this address");
        else if (args->from_url && !params[index].in_url)
            fault_add(f, a->name, "is about a person and does not belong in a URL, which "
                                  "stays in histories and logs: use POST with a JSON body");
    }
    for (int i = 0; i < args->count; i++)
        for (int k = 0; k < i; k++)
            if (args->arg[i].name.len == args->arg[k].name.len &&
                memcmp(args->arg[i].name.at, args->arg[k].name.at, args->arg[i].name.len) == 0)
                fault_add(f, args->arg[i].name, "stands twice");
    return f->count == before;
}
