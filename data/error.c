/* SPDX-License-Identifier: Apache-2.0 */
#include "data/error.h"

#include <stdio.h>

bool error_set(struct error *e, enum err code, const char *format, ...) {
    va_list args;
    va_start(args, format);
    e->code = code;
    vsnprintf(e->message, sizeof e->message, format, args);
    va_end(args);
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
    return false;
}
