/* SPDX-License-Identifier: Apache-2.0 */
#include "importers/json_scan.h"

#include <string.h>

int64_t scan_line(const struct json_scan *s) {
    return s->line + 1;
}

bool scan_fail(const struct json_scan *s, int64_t line, const char *what,
               struct error *e) {
    return error_set(e, ERR_DATA, "%s:%lld: %s", s->name, (long long)line, what);
}

/* ---- bytes ------------------------------------------------------------------------------- */

/* The next byte, or EOF. */
static int next(struct json_scan *s) {
    if (s->at == s->len) {
        s->len = fread(s->block, 1, sizeof s->block, s->in);
        s->at = 0;
        if (s->progress != NULL)
            *s->progress += (int64_t)s->len;
        if (s->len == 0)
            return EOF;
    }
    unsigned char c = (unsigned char)s->block[s->at++];
    s->line += c == '\n';
    return c;
}

static void back(struct json_scan *s, int c) {
    if (c == EOF)
        return;
    s->at--;
    s->line -= c == '\n';
}

static bool is_space(int c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

int scan_token(struct json_scan *s) {
    int c = next(s);
    while (is_space(c))
        c = next(s);
    return c;
}

/* ---- values ------------------------------------------------------------------------------ */

static bool keep(struct json_scan *s, int c, struct error *e) {
    if (s->text.len == JSON_ELEMENT_MAX) {
        char what[80];
        snprintf(what, sizeof what, "a %s is too large; allowed: 32 MiB of text", s->thing);
        return scan_fail(s, scan_line(s), what, e);
    }
    buf_char(&s->text, (char)c);
    return true;
}

static bool read_string(struct json_scan *s, struct error *e) {
    for (bool escaped = false;;) {
        int c = next(s);
        if (c == EOF)
            return scan_fail(s, scan_line(s), "the file ends inside a string", e);
        if (!keep(s, c, e))
            return false;
        if (c == '"' && !escaped)
            return true;
        escaped = c == '\\' && !escaped;
    }
}

/* The rest of an object or array, whose first bracket is read already. */
static bool read_nested(struct json_scan *s, struct error *e) {
    for (int depth = 1; depth > 0;) {
        int c = next(s);
        if (c == EOF)
            return scan_fail(s, scan_line(s), "the file ends too early: a bracket is not closed",
                        e);
        if (!keep(s, c, e) || (c == '"' && !read_string(s, e)))
            return false;
        depth += c == '{' || c == '[';
        depth -= c == '}' || c == ']';
    }
    return true;
}

/* A number, true, false or null; whether it is one, nobody needs to know. */
static bool skip_word(struct json_scan *s) {
    int c = next(s);
    while (c != EOF && !is_space(c) && strchr(",]}", c) == NULL)
        c = next(s);
    back(s, c);
    return true;
}

bool scan_value(struct json_scan *s, int c, struct error *e) {
    s->text.len = 0;
    if (c == EOF)
        return scan_fail(s, scan_line(s), "the file ends too early", e);
    if (strchr(",:]}", c) != NULL)
        return scan_fail(s, scan_line(s), "a value is missing", e);
    if (!keep(s, c, e))
        return false;
    if (c == '"')
        return read_string(s, e);
    return c == '{' || c == '[' ? read_nested(s, e) : skip_word(s);
}

/* ---- lists -------------------------------------------------------------------------------- */

int scan_first_token(struct json_scan *s) {
    int c = scan_token(s);
    if (c == 0xef && next(s) == 0xbb && next(s) == 0xbf) /* a BOM */
        c = scan_token(s);
    return c;
}

static bool no_comma(struct json_scan *s, struct error *e) {
    char what[80];
    snprintf(what, sizeof what, "between two %ss there must be a comma", s->thing);
    return scan_fail(s, scan_line(s), what, e);
}

bool scan_list(struct json_scan *s,
               bool (*each)(struct json_scan *s, int64_t line, void *ctx,
                            struct error *e),
               void *ctx, struct error *e) {
    int c = scan_token(s);
    if (c == ']')
        return true;
    for (;; c = scan_token(s)) { /* at a value, so that no comma stands before the end */
        int64_t line = scan_line(s);
        if (!scan_value(s, c, e) || !each(s, line, ctx, e))
            return false;
        c = scan_token(s);
        if (c == ']')
            return true;
        if (c != ',')
            return no_comma(s, e);
    }
}
