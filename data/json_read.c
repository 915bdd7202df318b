/* SPDX-License-Identifier: Apache-2.0
 *
 * `struct json` is a json_t of jansson seen through a cast, and is defined nowhere.
 *
 * What jansson refuses by itself: invalid UTF-8, U+0000, integers beyond 64 bits, reals
 * beyond double, and depth beyond 2048, so that neither its parser nor deeper_than() can
 * run out of stack.
 */
#include "data/json_read.h"

#include <assert.h>
#include <jansson.h>
#include <string.h>

#define MAX_DEPTH 64

/* jansson's iterators take no const; nothing here changes a value. */
static json_t *value_of(const struct json *v) {
    return (json_t *)(uintptr_t)v;
}

static const struct json *seen(const json_t *v) {
    return (const struct json *)v;
}

static bool deeper_than(json_t *v, int levels) {
    size_t index;
    const char *key;
    json_t *child;
    if (!json_is_array(v) && !json_is_object(v))
        return false;
    if (levels == 0)
        return true;
    json_array_foreach(v, index, child) {
        if (deeper_than(child, levels - 1))
            return true;
    }
    json_object_foreach(v, key, child) {
        if (deeper_than(child, levels - 1))
            return true;
    }
    return false;
}

/* jansson's messages end in a piece of the text, perhaps cut inside a character, perhaps
 * about a person: that piece is left out. */
static void refuse(json_error_t *from, struct error *e) {
    char *piece = strstr(from->text, " near '");
    if (piece != NULL)
        *piece = '\0';
    error_set(e, ERR_DATA, "not JSON: line %d column %d: %s", from->line, from->column,
              from->text);
}

struct json *json_parse(const char *text, size_t len, struct error *e) {
    json_error_t why;
    json_t *root = json_loadb(text, len, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &why);
    if (root == NULL) {
        refuse(&why, e);
        return NULL;
    }
    if (deeper_than(root, MAX_DEPTH)) {
        error_set(e, ERR_DATA, "JSON nested deeper than %d levels", MAX_DEPTH);
        json_decref(root);
        return NULL;
    }
    return (struct json *)root;
}

void json_free(struct json *root) {
    json_decref((json_t *)root);
}

enum json_kind json_kind(const struct json *v) {
    static const enum json_kind kinds[] = {
        [JSON_OBJECT] = KIND_OBJECT, [JSON_ARRAY] = KIND_ARRAY,
        [JSON_STRING] = KIND_STRING, [JSON_INTEGER] = KIND_INTEGER,
        [JSON_REAL] = KIND_REAL,     [JSON_TRUE] = KIND_BOOL,
        [JSON_FALSE] = KIND_BOOL,    [JSON_NULL] = KIND_NULL,
    };
    return kinds[json_typeof(value_of(v))];
}

const char *json_text(const struct json *v, size_t *len) {
    assert(json_kind(v) == KIND_STRING);
    if (len != NULL)
        *len = json_string_length(value_of(v));
    return json_string_value(value_of(v));
}

int64_t json_whole(const struct json *v) {
    assert(json_kind(v) == KIND_INTEGER);
    return json_integer_value(value_of(v));
}

double json_number(const struct json *v) {
    assert(json_kind(v) == KIND_INTEGER || json_kind(v) == KIND_REAL);
    return json_number_value(value_of(v));
}

bool json_bool(const struct json *v) {
    assert(json_kind(v) == KIND_BOOL);
    return json_is_true(value_of(v));
}

size_t json_count(const struct json *array) {
    assert(json_kind(array) == KIND_ARRAY);
    return json_array_size(value_of(array));
}

const struct json *json_at(const struct json *array, size_t index) {
    assert(index < json_count(array));
    return seen(json_array_get(value_of(array), index));
}

const struct json *json_get(const struct json *object, const char *key) {
    assert(json_kind(object) == KIND_OBJECT);
    return seen(json_object_get(value_of(object), key));
}

bool json_each(const struct json *object,
               bool (*each)(const char *key, const struct json *value, void *ctx),
               void *ctx) {
    const char *key;
    json_t *value;
    assert(json_kind(object) == KIND_OBJECT);
    json_object_foreach(value_of(object), key, value) {
        if (!each(key, seen(value), ctx))
            return false;
    }
    return true;
}
