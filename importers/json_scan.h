/* SPDX-License-Identifier: Apache-2.0
 *
 * Finds where each element of a long JSON list begins and ends, by brackets and quotes
 * alone, so that the file may be larger than memory. What stands in an element, the JSON
 * reader (data/json_read.h) tells.
 */
#ifndef IMPORTERS_JSON_SCAN_H
#define IMPORTERS_JSON_SCAN_H

#include <stdio.h>

#include "data/buf.h"
#include "data/error.h"

#define JSON_ELEMENT_MAX (32 << 20) /* bytes of text; as JSON in memory many times that */

/* Zero-initialise, then set the first four. */
struct json_scan {
    FILE *in;
    const char *name;  /* of the file, for messages */
    const char *thing; /* what the elements are: "feature" */
    int64_t *progress; /* bytes read so far, or NULL */
    char block[1 << 16];
    size_t at, len;
    int64_t line;    /* from 0 */
    struct buf text; /* of the value or key being read; the owner frees it */
};

/* The line of the byte that is read next, from 1. */
int64_t scan_line(const struct json_scan *s);

/* Sets `e` to "NAME:LINE: what" and returns false. */
bool scan_fail(const struct json_scan *s, int64_t line, const char *what,
               struct error *e);

/* The next byte that is no space, or EOF; at the start of a file a BOM is skipped. */
int scan_token(struct json_scan *s);
int scan_first_token(struct json_scan *s);

/* Reads the value that begins with `c` into `text`. */
bool scan_value(struct json_scan *s, int c, struct error *e);

/* Reads a list, whose '[' is read already, and calls `each` with every element in `text`
 * and the line on which it starts. */
bool scan_list(struct json_scan *s,
               bool (*each)(struct json_scan *s, int64_t line, void *ctx,
                            struct error *e),
               void *ctx, struct error *e);

#endif
