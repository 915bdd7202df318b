/* SPDX-License-Identifier: Apache-2.0 */
#include "importers/pattern.h"

#include <string.h>

/* ---- reading one ----------------------------------------------------------------- */

static const char unpaired[] = "a { or } without the other; allowed: {name} or {}";

static bool is_space(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* A copy of `text` without spaces. */
static const char *squeezed(struct slice text, struct arena *arena) {
    char *copy = arena_strndup(arena, text.at, text.len);
    size_t len = 0;
    for (size_t i = 0; i < text.len; i++)
        if (!is_space(text.at[i]))
            copy[len++] = text.at[i];
    copy[len] = '\0';
    return copy;
}

/* Cuts the text before the next '{' off `*rest`, which is left at it or at the end. */
static bool take_text(struct slice *rest, struct slice *out) {
    size_t len = 0;
    while (len < rest->len && rest->at[len] != '{' && rest->at[len] != '}')
        len++;
    *out = (struct slice){rest->at, len};
    rest->at += len;
    rest->len -= len;
    return rest->len == 0 || rest->at[0] == '{';
}

/* Cuts "{name}" off `*rest`, which is at its '{'. */
static bool take_name(struct slice *rest, struct slice *out) {
    const char *end = memchr(rest->at, '}', rest->len);
    if (end == NULL)
        return false;
    *out = slice_trim((struct slice){rest->at + 1, (size_t)(end - rest->at) - 1});
    rest->len -= (size_t)(end + 1 - rest->at);
    rest->at = end + 1;
    return memchr(out->at, '{', out->len) == NULL;
}

static bool refuse(struct error *e, const char *what) {
    return error_set(e, ERR_DATA, "%s", what);
}

static bool take_gap(struct slice *rest, struct arena *arena, struct pattern *p,
                     struct error *e) {
    struct pattern_gap *gap = &p->gap[p->count];
    struct slice after;
    if (p->count == PATTERN_GAPS_MAX)
        return refuse(e, "more than 8 names; allowed: at most 8, counting {}");
    if (!take_name(rest, &gap->name) || !take_text(rest, &after))
        return refuse(e, unpaired);
    if (rest->len > 0 && after.len == 0)
        return refuse(e, "two names touch; allowed: a space or other text between them");
    gap->after = squeezed(after, arena);
    gap->name.at = arena_strndup(arena, gap->name.at, gap->name.len);
    p->named += gap->name.len > 0;
    p->count++;
    return true;
}

bool pattern_parse(struct slice text, struct arena *arena, struct pattern *out,
                   struct error *e) {
    struct slice rest = text, before;
    *out = (struct pattern){.shown = arena_strndup(arena, text.at, text.len)};
    if (text.len > PATTERN_BYTES_MAX)
        return refuse(e, "too long; allowed: at most 200 bytes");
    if (!take_text(&rest, &before))
        return refuse(e, unpaired);
    out->before = squeezed(before, arena);
    while (rest.len > 0)
        if (!take_gap(&rest, arena, out, e))
            return false;
    return out->named > 0 ||
           refuse(e, "names no column; allowed: such as POINT ({lon} {lat})");
}

/* ---- matching a cell ------------------------------------------------------------- */

static char lower(char c) {
    return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

static const char *past_spaces(const char *at, const char *end) {
    while (at < end && is_space(*at))
        at++;
    return at;
}

/* Where `text`, standing at `at`, ends; NULL when it does not stand there. */
static const char *past_text(const char *text, const char *at, const char *end) {
    for (; *text != '\0'; text++) {
        at = past_spaces(at, end);
        if (at == end || lower(*at) != lower(*text))
            return NULL;
        at++;
    }
    return at;
}

static const char *find_space(const char *at, const char *end) {
    while (at < end && !is_space(*at))
        at++;
    return at < end ? at : NULL;
}

/* The first place from `at` on at which `text` stands, and where it ends. Only a byte
 * that is no space can start it: a run of spaces is not walked from each of its own. */
static const char *find_text(const char *text, const char *at, const char *end,
                             const char **past) {
    for (; at < end; at++)
        if (!is_space(*at) && (*past = past_text(text, at, end)) != NULL)
            return at;
    return NULL;
}

bool pattern_match(const struct pattern *p, struct slice cell,
                   struct slice out[PATTERN_GAPS_MAX]) {
    const char *end = cell.at + cell.len, *at = past_text(p->before, cell.at, end);
    size_t named = 0;
    for (size_t i = 0; at != NULL && i < p->count; i++) {
        const struct pattern_gap *gap = &p->gap[i];
        const char *from = past_spaces(at, end), *to = end, *past = end;
        if (gap->after[0] != '\0')
            to = find_text(gap->after, from, end, &past);
        else if (i + 1 < p->count)
            to = past = find_space(from, end);
        if (to == NULL)
            return false;
        if (gap->name.len > 0)
            out[named++] = slice_trim((struct slice){from, (size_t)(to - from)});
        at = past;
    }
    return at != NULL && past_spaces(at, end) == end;
}
