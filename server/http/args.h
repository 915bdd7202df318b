/* SPDX-License-Identifier: Apache-2.0
 *
 * The arguments of a request, whether they came in a JSON body or in the query part of a
 * URL: names with one value or a short list of them.
 *
 * A flat body (members that are scalars or lists of scalars, no escapes) goes through a
 * small pull reader without allocation; anything else to jansson. Both give the same
 * arguments for the same text (tests/fuzz/fuzz_json.c).
 */
#ifndef SERVER_HTTP_ARGS_H
#define SERVER_HTTP_ARGS_H

#include <stdbool.h>

#include "data/error.h"
#include "data/json_read.h"
#include "data/text.h"

#define ARGS_MAX 40  /* arguments of a request */
#define ARG_ITEMS 16 /* values of an argument */

enum scalar_kind {
    SCALAR_STRING,
    SCALAR_NUMBER,
    SCALAR_BOOL,
    SCALAR_NULL,
    SCALAR_TEXT, /* of a URL, where everything is text: may stand for any of these */
};

struct scalar {
    enum scalar_kind kind;
    struct slice text; /* of a string or a text; of a number as it was written */
    double number;
    bool whole; /* the number is an integer below 2^53 */
    bool truth;
};

struct arg {
    struct slice name;
    bool list; /* a JSON list, or a name that stood several times in a URL */
    int count;
    struct scalar item[ARG_ITEMS];
    const struct json *nested; /* an object, or a list that holds objects; else NULL */
};

struct args {
    int count;
    struct arg arg[ARGS_MAX];
    bool from_url;
    struct json *root; /* of a body that jansson read; what is nested points into it */
};

/* Reads a body that is one JSON object. False: `e` says what is wrong. */
bool args_read_json(struct args *a, const char *body, size_t len, struct error *e);

/* Adds an argument of a URL; a name that is there already becomes a list. */
bool args_add(struct args *a, struct slice name, struct slice value, struct error *e);

/* Wipes what was read: it may have been about a person. */
void args_clear(struct args *a);

/* The two readers, for the test that compares them. PULL_OTHER: not flat, ask jansson. */
enum pull_result { PULL_DONE, PULL_OTHER };
enum pull_result args_pull(struct args *a, const char *body, size_t len);
bool args_parse(struct args *a, const char *body, size_t len, struct error *e);

#endif
