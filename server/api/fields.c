/* SPDX-License-Identifier: Apache-2.0 */
#include "server/api/fields.h"

#include <assert.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "data/timezone.h"

/* `,"name":` of every field, written once. */
static struct key {
    uint32_t len;
    char text[44];
} keys[FIELD_COUNT];

static void make_keys(void) {
    for (int f = 0; f < FIELD_COUNT; f++) {
        int len =
            snprintf(keys[f].text, sizeof keys[f].text, ",\"%s\":", field_specs[f].name);
        assert(len > 0 && (size_t)len < sizeof keys[f].text);
        keys[f].len = (uint32_t)len;
    }
}

bool add_field(struct buf *b, const struct context *c, enum field_id field) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    if (!field_shown(field, c->role))
        return false;
    pthread_once(&once, make_keys);
    bool first = b->len > 0 && b->data[b->len - 1] == '{';
    buf_add(b, keys[field].text + first, keys[field].len - first);
    return true;
}

void add_text_field(struct buf *b, const struct context *c, enum field_id field,
                    const char *text) {
    if (!add_field(b, c, field))
        return;
    if (text == NULL)
        buf_str(b, "null");
    else
        buf_json(b, text);
}

void add_integer_field(struct buf *b, const struct context *c, enum field_id field,
                       int64_t number) {
    if (add_field(b, c, field))
        buf_integer(b, number);
}

void add_time_field(struct buf *b, const struct context *c, enum field_id field, int64_t at) {
    char text[32];
    timestamp_format(at, 0, text);
    add_text_field(b, c, field, at != 0 ? text : NULL);
}

void add_bool_field(struct buf *b, const struct context *c, enum field_id field, bool yes) {
    if (add_field(b, c, field))
        buf_str(b, yes ? "true" : "false");
}
