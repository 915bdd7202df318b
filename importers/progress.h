/* SPDX-License-Identifier: Apache-2.0
 *
 * A progress line on standard error: only on a terminal, at most five times a second.
 */
#ifndef IMPORTERS_PROGRESS_H
#define IMPORTERS_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct progress {
    const char *what;
    int64_t total; /* bytes of the file, or 0 when not known */
    int64_t bytes; /* read so far: kept by the reader */
    int64_t shown; /* milliseconds of the last line */
    bool terminal;
    bool on_screen; /* a line stands there */
};

/* Starts for `path`, which may be "-". */
void progress_init(struct progress *p, const char *path);

/* Shows how far it is, when it is time to. */
void progress_tick(struct progress *p, int64_t rows);

/* Takes the line away, before something else is written or at the end. */
void progress_clear(struct progress *p);

#endif
