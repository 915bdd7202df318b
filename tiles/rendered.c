/* SPDX-License-Identifier: Apache-2.0 */
#include "tiles/rendered.h"

#include <stdlib.h>
#include <string.h>

/* The byte after the string that begins at `at`. */
static const char *after_string(const char *at, const char *end) {
    for (at++; at < end && *at != '"'; at++)
        at += *at == '\\';
    return at < end ? at + 1 : end;
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

bool rendered_member(struct slice object, const char *name, struct slice *out) {
    const char *at = object.at, *end = at + object.len;
    size_t len = strlen(name);
    if (object.len == 0 || *at != '{')
        return false;
    while (at + 1 < end && at[1] == '"') {
        const char *key = at + 2, *past = after_string(at + 1, end);
        const char *value = past + 1; /* after the colon */
        if (value >= end)
            return false;
        at = after_value(value, end);
        if ((size_t)(past - 1 - key) == len && memcmp(key, name, len) == 0) {
            *out = (struct slice){value, (size_t)(at - value)};
            return true;
        }
    }
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
