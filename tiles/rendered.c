/* SPDX-License-Identifier: Apache-2.0 */
#include "tiles/rendered.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

/* The byte after the string that begins at `at`: its end is a quote after an even number of
 * backslashes. */
static const char *after_string(const char *at, const char *end) {
    const char *quote = at;
    size_t slashes;
    do {
        slashes = 0;
        quote = memchr(quote + 1, '"', (size_t)(end - quote) - 1);
        while (quote != NULL && quote[-1 - (ptrdiff_t)slashes] == '\\')
            slashes++;
    } while (quote != NULL && slashes % 2 == 1);
    return quote != NULL ? quote + 1 : end;
}

/* The byte after the value that begins at `at`. */
static const char *after_value(const char *at, const char *end) {
    int depth = 0;
    while (at < end) {
        if (*at == '"')
            at = after_string(at, end);
        else if (depth == 0 && (*at == ',' || *at == '}' || *at == ']'))
            break;
        else
            depth += (*at == '[' || *at == '{') - (*at == ']' || *at == '}'), at++;
    }
    return at;
}

bool rendered_next(struct slice *rest, struct slice *name, struct slice *value) {
    const char *at = rest->at, *end = at + rest->len;
    if (rest->len < 2 || (*at != '{' && *at != ',') || at[1] != '"')
        return false;
    const char *past = after_string(at + 1, end);
    *name = (struct slice){at + 2, (size_t)(past - at) - 3};
    if (past + 1 >= end) /* the colon, and the value after it */
        return false;
    const char *next = after_value(past + 1, end);
    *value = (struct slice){past + 1, (size_t)(next - past) - 1};
    *rest = (struct slice){next, (size_t)(end - next)};
    return true;
}

bool rendered_member(struct slice object, const char *name, struct slice *out) {
    struct slice found;
    while (rendered_next(&object, &found, out))
        if (slice_is(found, name))
            return true;
    return false;
}

double rendered_number(struct slice value) {
    return strtod(value.at, NULL);
}

/* What stands after a backslash. The renderer writes \u for control characters only. */
static const char *add_escaped(const char *at, const char *end, struct buf *out) {
    static const char from[] = "nrtbf", to[] = "\n\r\t\b\f";
    const char *found = strchr(from, *at);
    if (*at == 'u' && end - at >= 5) {
        char code[] = {at[3], at[4], '\0'};
        buf_char(out, (char)strtol(code, NULL, 16));
        return at + 5;
    }
    buf_char(out, found != NULL && *found != '\0' ? to[found - from] : *at);
    return at + 1;
}

static const char *add_string(const char *at, const char *end, struct buf *out) {
    for (at++; at < end && *at != '"';) {
        if (*at == '\\' && at + 1 < end)
            at = add_escaped(at + 1, end, out);
        else
            buf_char(out, *at++);
    }
    return at < end ? at + 1 : end;
}

void rendered_text(struct slice value, char between, struct buf *out) {
    const char *at = value.at, *end = at + value.len;
    for (bool first = true; at < end;) {
        if (*at != '"') {
            at++;
            continue;
        }
        if (!first)
            buf_char(out, between);
        at = add_string(at, end, out);
        first = false;
    }
}
