/* SPDX-License-Identifier: Apache-2.0 */
#include "importers/properties.h"

#include <math.h>
#include <string.h>
#include <strings.h>

#include "data/buf.h"
#include "data/text.h"

#define NUMBER_MAX 9e11 /* buf_decimal() */

struct reading {
    struct properties *p;
    struct arena *arena;
};

static const char *number_text(const struct json *value, struct arena *arena) {
    struct buf text = {0};
    if (json_kind(value) == KIND_INTEGER)
        buf_integer(&text, json_whole(value));
    else if (fabs(json_number(value)) < NUMBER_MAX)
        buf_decimal(&text, json_number(value), 7);
    const char *kept = arena_strndup(arena, buf_text(&text), text.len);
    buf_free(&text);
    return kept;
}

static bool on_property(const char *key, const struct json *value, void *ctx) {
    struct reading *r = ctx;
    struct properties *p = r->p;
    if (p->count == PROPERTIES_MAX)
        return false;
    p->name[p->count] = key;
    p->value[p->count] = "";
    if (json_kind(value) == KIND_STRING)
        p->value[p->count] = json_text(value, NULL);
    if (json_kind(value) == KIND_INTEGER || json_kind(value) == KIND_REAL)
        p->value[p->count] = number_text(value, r->arena);
    p->count++;
    return true;
}

void properties_read(struct properties *p, const struct json *object,
                     struct arena *arena) {
    struct reading r = {p, arena};
    if (object != NULL)
        json_each(object, on_property, &r);
}

const char *properties_value(const struct properties *p, const char *name) {
    for (size_t i = 0; i < p->count; i++)
        if (strcasecmp(p->name[i], name) == 0)
            return p->value[i];
    return NULL;
}

bool property_fine(const char *field, const char *text, struct error *e) {
    bool printable = true;
    for (const char *c = text; *c != '\0'; c++)
        printable = printable && (unsigned char)*c >= 0x20 && *c != 0x7f;
    if (!printable || !text_utf8(text, strlen(text), NULL))
        return error_set(e, ERR_DATA,
                         "%s: not one line of UTF-8 text (a shapefile needs "
                         "--encoding?)",
                         field);
    return strlen(text) <= PROPERTY_BYTES_MAX ||
           error_set(e, ERR_DATA, "%s: longer than %d bytes", field, PROPERTY_BYTES_MAX);
}
