/* SPDX-License-Identifier: Apache-2.0
 *
 * What a run changed, written as it happens: a row a field, old and new.
 */
#include <string.h>

#include "data/record_private.h"

static const char *const layers[] = {"source", "edit", "event"};

static const char sql_change[] =
    "INSERT INTO change (run_key, service_key, layer, field, old, new, beside)"
    " VALUES (:run_key, :service_key, :layer, :field, :old, :new, :beside)"
    " ON CONFLICT (service_key, run_key, layer, field)"
    " DO UPDATE SET new = excluded.new, beside = excluded.beside";

/* By number: an import writes one for each service that it adds. */
bool change_write(struct import_run *run, int64_t key, enum change_layer layer,
                  const char *field, const char *old, const char *new, const char *beside,
                  struct error *e) {
    struct statement *s = db_prepare(run->db, sql_change, e);
    if (s == NULL)
        return false;
    db_bind_integer_at(s, 1, run->key);
    db_bind_integer_at(s, 2, key);
    db_bind_text_at(s, 3, layers[layer]);
    db_bind_text_at(s, 4, field);
    if (old != NULL)
        db_bind_text_at(s, 5, old);
    if (new != NULL)
        db_bind_text_at(s, 6, new);
    if (beside != NULL)
        db_bind_text_at(s, 7, beside);
    return db_run(s, e);
}

static bool field_change(struct import_run *run, int64_t key, struct field f,
                         const char *old, const char *new, struct error *e) {
    char name[FIELD_NAME_BYTES];
    return strcmp(old, new) == 0 ||
           change_write(run, key, LAYER_SOURCE, field_name(f, name), old, new, NULL, e);
}

static struct field field_of(const struct translation *t) {
    struct field f = {.column = t->column};
    memcpy(f.language, t->language, sizeof f.language);
    return f;
}

/* What only `before` has is met by its own list; what `now` has, by its. */
static bool translation_changes(struct import_run *run, int64_t key,
                                const struct flat *before, const struct flat *now,
                                struct error *e) {
    for (size_t i = 0; i < before->translation_count; i++) {
        struct field f = field_of(&before->translations[i]);
        const char *new = field_value(now, f);
        if (new[0] == '\0' &&
            !field_change(run, key, f, before->translations[i].value, "", e))
            return false;
    }
    for (size_t i = 0; i < now->translation_count; i++) {
        struct field f = field_of(&now->translations[i]);
        if (!field_change(run, key, f, field_value(before, f), now->translations[i].value,
                          e))
            return false;
    }
    return true;
}

bool changes_write(struct import_run *run, int64_t key, const struct flat *before,
                   const struct flat *now, struct error *e) {
    for (int i = 0; i < COL_COUNT; i++)
        if (!field_change(run, key, (struct field){.column = (enum column)i},
                          before->cell[i], now->cell[i], e))
            return false;
    return translation_changes(run, key, before, now, e);
}
