/* SPDX-License-Identifier: Apache-2.0
 *
 * One field of a service: a column, or a column in one more language; and a flat form of
 * its own whose fields can be set.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "data/record_private.h"

const char *field_name(struct field f, char out[FIELD_NAME_BYTES]) {
    snprintf(out, FIELD_NAME_BYTES, "%s%s%s", columns[f.column].name,
             f.language[0] != '\0' ? "@" : "", f.language);
    return out;
}

bool field_find(const char *name, struct field *out) {
    const char *at = strchr(name, '@');
    size_t len = at != NULL ? (size_t)(at - name) : strlen(name);
    int column = column_find(name, len);
    *out = (struct field){.column = column >= 0 ? (enum column)column : COL_ID};
    if (column < 0 || (at != NULL && strlen(at + 1) >= sizeof out->language))
        return false;
    if (at != NULL)
        strcpy(out->language, at + 1);
    return true;
}

static int order(const struct translation *t, struct field f) {
    if (t->column != f.column)
        return t->column < f.column ? -1 : 1;
    return strcmp(t->language, f.language);
}

const char *field_value(const struct flat *flat, struct field f) {
    if (f.language[0] == '\0')
        return flat->cell[f.column];
    for (size_t i = 0; i < flat->translation_count; i++)
        if (order(&flat->translations[i], f) == 0)
            return flat->translations[i].value;
    return "";
}

static const char *keep(struct flat_copy *c, const char *value) {
    return value[0] != '\0' ? arena_strndup(&c->arena, value, strlen(value)) : "";
}

/* Puts the translation where its order wants it, in place of one that stands, or takes
 * that away. */
static void translation_set(struct flat_copy *c, struct field f, const char *value) {
    size_t count = c->flat.translation_count, at = 0;
    while (at < count && order(&c->translations[at], f) < 0)
        at++;
    bool have = at < count && order(&c->translations[at], f) == 0;
    c->translations =
        xgrow(c->translations, &c->translation_capacity, count, sizeof *c->translations);
    struct translation *t = c->translations + at;
    if (value[0] == '\0' && have)
        memmove(t, t + 1, (--c->flat.translation_count - at) * sizeof *t);
    else if (value[0] != '\0' && !have)
        memmove(t + 1, t, (c->flat.translation_count++ - at) * sizeof *t);
    if (value[0] != '\0') {
        *t = (struct translation){.column = f.column, .value = value};
        memcpy(t->language, f.language, sizeof t->language);
    }
    c->flat.translations = c->translations;
}

void field_set(struct flat_copy *c, struct field f, const char *value) {
    value = keep(c, value);
    if (f.language[0] == '\0')
        c->flat.cell[f.column] = value;
    else
        translation_set(c, f, value);
}

void flat_copy_init(struct flat_copy *c, const struct flat *flat) {
    arena_reset(&c->arena);
    c->flat = (struct flat){.translation_count = 0};
    for (int i = 0; i < COL_COUNT; i++)
        c->flat.cell[i] = keep(c, flat->cell[i]);
    for (size_t i = 0; i < flat->translation_count; i++) {
        struct field f = {.column = flat->translations[i].column};
        memcpy(f.language, flat->translations[i].language, sizeof f.language);
        field_set(c, f, flat->translations[i].value);
    }
}

void flat_copy_free(struct flat_copy *c) {
    free(c->translations);
    arena_free(&c->arena);
}
