/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading JSON (RFC 8259), by jansson: the only file that includes it. Duplicate keys,
 * invalid UTF-8, NUL in strings, numbers beyond double, depth beyond 64 are refused.
 * (JSON is written with data/buf.h.)
 */
#ifndef DATA_JSON_READ_H
#define DATA_JSON_READ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "data/error.h"

struct json; /* a value, borrowed from its root */

enum json_kind {
    KIND_OBJECT,
    KIND_ARRAY,
    KIND_STRING,
    KIND_INTEGER,
    KIND_REAL,
    KIND_BOOL,
    KIND_NULL,
};

/* Parses all of `text`. NULL: `e` says what is wrong and where. Free with json_free(). */
struct json *json_parse(const char *text, size_t len, struct error *e);
void json_free(struct json *root);

enum json_kind json_kind(const struct json *v);

/* Of a string: borrowed, NUL-terminated, `*len` (may be NULL) its bytes. Of anything else
 * it is an assertion, as are the others of a wrong kind. */
const char *json_text(const struct json *v, size_t *len);
int64_t json_whole(const struct json *v);
double json_number(const struct json *v); /* of an integer or a real */
bool json_bool(const struct json *v);

size_t json_count(const struct json *array);
const struct json *json_at(const struct json *array, size_t index);

/* The member `key`, or NULL. */
const struct json *json_get(const struct json *object, const char *key);

/* Calls `each` with every member in the order of the text; false stops it. */
bool json_each(const struct json *object,
               bool (*each)(const char *key, const struct json *value, void *ctx),
               void *ctx);

#endif
