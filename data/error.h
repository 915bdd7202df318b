/* SPDX-License-Identifier: Apache-2.0
 *
 * How a function says that it failed.
 *
 * A function that can fail returns bool and takes a `struct error *` last. On failure
 * it sets the error once, where the failure is found, and returns false. The code says
 * whose fault it is, which is also the program's exit code (README, "Commands").
 */
#ifndef DATA_ERROR_H
#define DATA_ERROR_H

#include <stdarg.h>
#include <stdbool.h>

enum err {
    ERR_NONE = 0,
    ERR_DATA = 1,        /* the data was refused */
    ERR_USAGE = 2,       /* the caller asked for something wrong */
    ERR_ENVIRONMENT = 3, /* disk, lock, port, memory */
};

struct error {
    enum err code;
    char message[500]; /* one line for a person, UTF-8, no newline at its end */
};

/* Sets `e` from a printf format and returns false, so that a caller can
 * `return error_set(e, ...)`. A message that does not fit is cut. */
bool error_set(struct error *e, enum err code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Puts a printf-formatted prefix before the message that `e` holds; returns false. */
bool error_prefix(struct error *e, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
