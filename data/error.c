/* SPDX-License-Identifier: Apache-2.0 */
#include "data/error.h"

#include <stdio.h>
#include <string.h>

#include "data/text.h"

/* What was cut to fit, here or by a precision such as %.60s, may have been cut inside a
 * character: its remaining bytes become '?'. */
static void whole_characters(char *message) {
    size_t bad;
    for (char *at = message; !text_utf8(at, strlen(at), &bad); at += bad)
        at[bad] = '?';
}

/* A file, or what SQLite says of one, may hold what a terminal obeys; a message is a line. */
static void one_line(char *message) {
    for (unsigned char *at = (unsigned char *)message; *at != '\0'; at++) {
        if (*at < 0x20 || *at == 0x7f)
            *at = ' ';
        else if (at[0] == 0xc2 && at[1] >= 0x80 && at[1] < 0xa0)
            at[0] = at[1] = ' ';
    }
}

bool error_set(struct error *e, enum err code, const char *format, ...) {
    va_list args;
    va_start(args, format);
    e->code = code;
    vsnprintf(e->message, sizeof e->message, format, args);
    va_end(args);
    whole_characters(e->message);
    one_line(e->message);
    return false;
}

bool error_prefix(struct error *e, const char *format, ...) {
    struct error whole = {.code = e->code};
    va_list args;
    va_start(args, format);
    int n = vsnprintf(whole.message, sizeof whole.message, format, args);
    va_end(args);
    if (n >= 0 && (size_t)n < sizeof whole.message)
        snprintf(whole.message + n, sizeof whole.message - (size_t)n, "%s", e->message);
    *e = whole;
    whole_characters(e->message);
    one_line(e->message);
    return false;
}
