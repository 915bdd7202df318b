/* SPDX-License-Identifier: Apache-2.0 */
#include "data/feature.h"

#include <string.h>

#include "data/crypto.h"
#include "data/record_private.h"

static const char *const layers[LAYER_COUNT] = {"land", "water", "river", "boundary",
                                                "road"};

const char *map_layer_name(enum map_layer layer) {
    return layers[layer];
}

bool map_layer_find(const char *name, enum map_layer *out) {
    for (int i = 0; i < LAYER_COUNT; i++)
        if (strcmp(layers[i], name) == 0) {
            *out = (enum map_layer)i;
            return true;
        }
    return false;
}

/* ---- in -------------------------------------------------------------------------------- */

static void row_digest(const struct feature_row *row, struct buf *scratch,
                       uint8_t out[DIGEST_BYTES]) {
    const char numbers[] = {(char)row->layer, (char)row->zoom, (char)row->level,
                            (char)row->disputed};
    scratch->len = 0;
    buf_add(scratch, numbers, sizeof numbers);
    buf_add(scratch, row->class, strlen(row->class) + 1);
    buf_add(scratch, row->name, strlen(row->name) + 1);
    buf_add(scratch, row->wkb, row->wkb_len);
    crypto_digest(scratch->data, scratch->len, out, DIGEST_BYTES);
}

void feature_id(const struct feature_row *row, char out[FEATURE_ID_BYTES]) {
    struct buf scratch = {0};
    uint8_t digest[DIGEST_BYTES];
    row_digest(row, &scratch, digest);
    hex_encode(digest, sizeof digest, out);
    buf_free(&scratch);
}

static const char sql_standing[] = "SELECT key, retired_run, digest, 0 FROM feature"
                                   " WHERE source_key = :source_key AND source_id = :id";

static const char sql_put[] =
    "INSERT INTO feature (key, source_key, source_id, layer, zoom, class, level, disputed,"
    " name, outline, digest, changed_run)"
    " VALUES (nullif(:key, 0), :source_key, :id, :layer, :zoom, nullif(:class, ''),"
    " nullif(:level, -1), :disputed, nullif(:name, ''), :outline, :digest, :run_key)"
    " ON CONFLICT (key) DO UPDATE SET zoom = excluded.zoom, class = excluded.class,"
    " level = excluded.level, disputed = excluded.disputed, name = excluded.name,"
    " outline = excluded.outline, digest = excluded.digest,"
    " changed_run = excluded.changed_run, retired_run = NULL";

static bool row_write(struct import_run *run, const struct feature_row *row,
                      const char *id, const uint8_t digest[DIGEST_BYTES], int64_t *key,
                      struct error *e) {
    struct statement *s = db_prepare(run->db, sql_put, e);
    if (s == NULL)
        return false;
    db_bind_integer(s, ":key", *key);
    db_bind_integer(s, ":source_key", run->source_key);
    db_bind_text(s, ":id", id);
    db_bind_text(s, ":layer", map_layer_name(row->layer));
    db_bind_integer(s, ":zoom", row->zoom);
    db_bind_text(s, ":class", row->class);
    db_bind_integer(s, ":level", row->layer == LAYER_BOUNDARY ? row->level : -1);
    db_bind_integer(s, ":disputed", row->disputed);
    db_bind_text(s, ":name", row->name);
    db_bind_blob(s, ":outline", row->wkb, row->wkb_len);
    db_bind_blob(s, ":digest", digest, DIGEST_BYTES);
    db_bind_integer(s, ":run_key", run->key);
    if (!db_run(s, e))
        return false;
    *key = *key != 0 ? *key : db_last_key(run->db);
    return true;
}

enum put_result feature_put(struct import_run *run, const struct feature_row *row,
                            struct error *e) {
    uint8_t digest[DIGEST_BYTES];
    struct gazetteer_row before;
    struct buf id = {0};
    run->things = "basemap";
    row_digest(row, &run->scratch, digest);
    buf_printf(&id, "%s/%s", map_layer_name(row->layer), row->id);
    bool ok = gazetteer_find(run, sql_standing, buf_text(&id), digest, &before, e);
    int64_t key = before.key;
    if (ok && (!before.same || before.retired)) {
        ok = run_changes(run, e) && row_write(run, row, id.data, digest, &key, e);
        run->broken = !ok;
    }
    buf_free(&id);
    return ok ? gazetteer_done(run, &before, key, "", row->layer) : PUT_FAILED;
}

static const char sql_scope[] =
    "SELECT key, '', CASE layer WHEN 'land' THEN 0 WHEN 'water' THEN 1 WHEN 'river' THEN 2"
    " WHEN 'boundary' THEN 3 ELSE 4 END FROM feature" /* enum map_layer */
    " WHERE source_key = :source_key AND retired_run IS NULL";
static const char sql_retire[] =
    "UPDATE feature SET retired_run = :run_key WHERE key = :key";

bool feature_retire_missing(struct import_run *run, bool only_count, int64_t *present,
                            int64_t *missing, struct error *e) {
    run->things = "basemap";
    return gazetteer_retire(run, sql_scope, only_count ? NULL : sql_retire, present,
                            missing, e);
}

/* ---- out ------------------------------------------------------------------------------- */

static const char sql_features[] =
    "SELECT layer, zoom, class, level, disputed, name, outline FROM feature /*scan*/"
    " WHERE retired_run IS NULL ORDER BY layer, key /*sort*/";

static bool give(struct statement *s,
                 bool (*each)(const struct feature_row *feature, void *ctx,
                              struct error *e),
                 void *ctx, struct error *e) {
    struct feature_row row = {.id = "",
                              .zoom = (int)db_integer(s, 1),
                              .class = db_text(s, 2),
                              .level = (int)db_integer(s, 3),
                              .disputed = db_integer(s, 4) != 0,
                              .name = db_text(s, 5),
                              .wkb = db_blob(s, 6),
                              .wkb_len = db_bytes(s, 6)};
    return map_layer_find(db_text(s, 0), &row.layer)
               ? each(&row, ctx, e)
               : error_set(e, ERR_DATA, "the record is damaged: a feature of %.40s",
                           db_text(s, 0));
}

bool record_each_feature(struct record *r,
                         bool (*each)(const struct feature_row *feature, void *ctx,
                                      struct error *e),
                         void *ctx, struct error *e) {
    struct statement *s = db_prepare(r->db, sql_features, e);
    int got;
    if (s == NULL)
        return false;
    while ((got = db_step(s, e)) == 1)
        if (!give(s, each, ctx, e)) {
            db_reset(s);
            return false;
        }
    return got == 0;
}

static const char sql_revision[] = "SELECT basemap_revision FROM directory";

bool record_basemap_revision(struct record *r, int64_t *out, struct error *e) {
    return query_integer(r->db, sql_revision, out, e);
}
