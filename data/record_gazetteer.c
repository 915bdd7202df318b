/* SPDX-License-Identifier: Apache-2.0
 *
 * What putting places, areas and features of the map have in common. A file holds some
 * countries, and areas of some levels, or one layer of features, which have no country; what
 * else stands of its source is none of its business.
 */
#include <stdlib.h>
#include <string.h>

#include "data/mem.h"
#include "data/record_private.h"
#include "data/vocabulary.h"

bool gazetteer_find(struct import_run *run, const char *sql, const char *id,
                    const uint8_t digest[DIGEST_BYTES], struct gazetteer_row *out,
                    struct error *e) {
    *out = (struct gazetteer_row){0};
    if (run->source_key == 0)
        return true;
    struct statement *s = db_prepare(run->db, sql, e);
    if (s == NULL)
        return false;
    db_bind_integer(s, ":source_key", run->source_key);
    db_bind_text(s, ":id", id);
    int got = db_step(s, e);
    if (got != 1)
        return got == 0;
    out->key = db_integer(s, 0);
    out->retired = !db_is_null(s, 1);
    out->same = db_bytes(s, 2) == DIGEST_BYTES &&
                memcmp(db_blob(s, 2), digest, DIGEST_BYTES) == 0;
    out->parent_key = db_integer(s, 3);
    db_reset(s);
    return !run_seen(run, out->key) ||
           error_set(e, ERR_DATA, "id: \"%.100s\" stands twice", id);
}

/* A country ("" none) and a level, kind or layer as one number. */
static uint32_t scope_of(const char *country, int level) {
    return (uint32_t)(vocabulary_find(VOC_COUNTRY, country, strlen(country)) * 8 + level);
}

static bool in_scope(const struct import_run *run, uint32_t scope) {
    for (size_t i = 0; i < run->scope_count; i++)
        if (run->scope[i] == scope)
            return true;
    return false;
}

enum put_result gazetteer_done(struct import_run *run, const struct gazetteer_row *before,
                               int64_t key, const char *country, int level) {
    uint32_t scope = scope_of(country, level);
    run_mark_seen(run, key);
    if (!in_scope(run, scope)) {
        run->scope =
            xgrow(run->scope, &run->scope_capacity, run->scope_count, sizeof *run->scope);
        run->scope[run->scope_count++] = scope;
    }
    if (before->same && !before->retired) {
        run->unchanged++;
        return PUT_UNCHANGED;
    }
    bool is_added = before->key == 0 || before->retired;
    *(is_added ? &run->added : &run->updated) += 1;
    return is_added ? PUT_ADDED : PUT_UPDATED;
}

/* The keys of what is missing. */
static bool missing_keys(struct import_run *run, const char *sql, int64_t *present,
                         int64_t **keys, size_t *count, struct error *e) {
    size_t capacity = 0;
    int got;
    struct statement *s = db_prepare(run->db, sql, e);
    if (s == NULL)
        return false;
    db_bind_integer(s, ":source_key", run->source_key);
    while ((got = db_step(s, e)) == 1) {
        if (!in_scope(run, scope_of(db_text(s, 1), (int)db_integer(s, 2))))
            continue;
        ++*present;
        if (run_seen(run, db_integer(s, 0)))
            continue;
        *keys = xgrow(*keys, &capacity, *count, sizeof **keys);
        (*keys)[(*count)++] = db_integer(s, 0);
    }
    return got == 0;
}

static bool retire(struct import_run *run, const char *sql, int64_t key,
                   struct error *e) {
    struct statement *s = db_prepare(run->db, sql, e);
    if (s == NULL)
        return false;
    db_bind_integer(s, ":run_key", run->key);
    db_bind_integer(s, ":key", key);
    return db_run(s, e);
}

bool gazetteer_retire(struct import_run *run, const char *sql_standing,
                      const char *sql_retire, int64_t *present, int64_t *missing,
                      struct error *e) {
    int64_t *keys = NULL;
    size_t count = 0;
    *present = 0;
    bool ok = missing_keys(run, sql_standing, present, &keys, &count, e);
    if (ok && sql_retire != NULL && count > 0) {
        ok = run_changes(run, e);
        for (size_t i = 0; ok && i < count; i++)
            ok = retire(run, sql_retire, keys[i], e);
        run->broken |= !ok;
        run->retired += (int64_t)count;
    }
    free(keys);
    *missing = (int64_t)count;
    return ok;
}
