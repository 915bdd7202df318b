/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "data/crypto.h"
#include "data/place.h"
#include "data/record_private.h"

static void row_digest(const struct area_row *row, struct buf *scratch,
                       uint8_t out[DIGEST_BYTES]) {
    const char *cells[] = {row->country, row->code, row->name, row->name_local};
    scratch->len = 0;
    buf_char(scratch, (char)row->level);
    for (size_t i = 0; i < sizeof cells / sizeof *cells; i++)
        buf_add(scratch, cells[i], strlen(cells[i]) + 1);
    buf_add(scratch, row->wkb, row->wkb_len);
    crypto_digest(scratch->data, scratch->len, out, DIGEST_BYTES);
}

static const char sql_standing[] = "SELECT key, retired_run, digest, 0 FROM area"
                                   " WHERE source_key = :source_key AND source_id = :id";

static const char sql_put[] =
    "INSERT INTO area (key, id, source_key, source_id, level, country, code, name,"
    " name_local, digest, changed_run, outline)"
    " VALUES (nullif(:key, 0), :random, :source_key, :id, :level, :country,"
    " nullif(:code, ''), :name, nullif(:name_local, ''), :digest, :run_key,"
    " GeomFromWKB(:wkb, 4326))"
    " ON CONFLICT (key) DO UPDATE SET level = excluded.level, country = excluded.country,"
    " code = excluded.code, name = excluded.name, name_local = excluded.name_local,"
    " digest = excluded.digest, changed_run = excluded.changed_run,"
    " outline = excluded.outline, retired_run = NULL";

static bool row_write(struct import_run *run, const struct area_row *row,
                      const uint8_t digest[DIGEST_BYTES], int64_t *key, struct error *e) {
    uint8_t id[ID_BYTES];
    struct statement *s = db_prepare(run->db, sql_put, e);
    if (s == NULL)
        return false;
    crypto_random(id, sizeof id);
    db_bind_integer(s, ":key", *key);
    db_bind_blob(s, ":random", id, sizeof id);
    db_bind_integer(s, ":source_key", run->source_key);
    db_bind_text(s, ":id", row->id);
    db_bind_integer(s, ":level", row->level);
    db_bind_text(s, ":country", row->country);
    db_bind_text(s, ":code", row->code);
    db_bind_text(s, ":name", row->name);
    db_bind_text(s, ":name_local", row->name_local);
    db_bind_blob(s, ":digest", digest, DIGEST_BYTES);
    db_bind_integer(s, ":run_key", run->key);
    db_bind_blob(s, ":wkb", row->wkb, row->wkb_len);
    if (!db_run(s, e))
        return false;
    *key = *key != 0 ? *key : db_last_key(run->db);
    return true;
}

enum put_result area_put(struct import_run *run, const struct area_row *row,
                         struct error *e) {
    uint8_t digest[DIGEST_BYTES];
    struct gazetteer_row before;
    run->things = "areas";
    row_digest(row, &run->scratch, digest);
    if (!gazetteer_find(run, sql_standing, row->id, digest, &before, e))
        return PUT_FAILED;
    int64_t key = before.key;
    if ((!before.same || before.retired) &&
        (!run_changes(run, e) || !row_write(run, row, digest, &key, e))) {
        run->broken = true;
        return PUT_FAILED;
    }
    return gazetteer_done(run, &before, key, row->country, row->level);
}

static const char sql_scope[] = "SELECT key, country, level FROM area"
                                " WHERE source_key = :source_key AND retired_run IS NULL";
static const char sql_retire[] =
    "UPDATE area SET retired_run = :run_key WHERE key = :key";

bool area_retire_missing(struct import_run *run, bool only_count, int64_t *present,
                         int64_t *missing, struct error *e) {
    run->things = "areas";
    return gazetteer_retire(run, sql_scope, only_count ? NULL : sql_retire, present,
                            missing, e);
}
