/* SPDX-License-Identifier: Apache-2.0 */
#include "data/keys.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "data/buf.h"
#include "data/crypto.h"
#include "data/db.h"
#include "data/mem.h"
#include "data/schema.h"
#include "data/text.h"

#define APPLICATION_ID 1751217771 /* as in data/schema_access/0001_access.sql */
#define KEY_BYTES 32
#define HASH_BYTES 32
#define NAME_MAX_BYTES 100
#define PREFIX "haven_"

struct keys {
    struct db *db;
};

struct key_set {
    size_t count;
    struct live {
        uint8_t hash[HASH_BYTES];
        enum role role;
    } key[];
};

/* ---- open ------------------------------------------------------------------------ */

/* "dir/full.db" gives "dir/full-access.db"; another ending stays: "full" "full-access". */
static void access_path(const char *record_path, struct buf *out) {
    size_t len = strlen(record_path);
    bool db = len > 3 && strcmp(record_path + len - 3, ".db") == 0;
    buf_add(out, record_path, db ? len - 3 : len);
    buf_str(out, db ? "-access.db" : "-access");
}

/* An empty file is one that a killed program made and did not fill. */
static bool is_empty(struct db *db, bool *out, struct error *e) {
    static const char sql[] = "SELECT count(*) FROM sqlite_schema";
    struct statement *s = db_prepare(db, sql, e);
    if (s == NULL || db_step(s, e) != 1)
        return false;
    *out = db_integer(s, 0) == 0;
    db_reset(s);
    return true;
}

static struct db *access_open(const char *path, const char *steps, struct error *e) {
    bool exists = access(path, F_OK) == 0, empty;
    struct db *db = db_open(path, exists ? DB_READ_WRITE : DB_CREATE, false, e);
    if (db == NULL)
        return NULL;
    if (is_empty(db, &empty, e) &&
        schema_apply(db, steps, APPLICATION_ID, empty ? SCHEMA_CREATE : SCHEMA_MIGRATE,
                     NULL, e))
        return db;
    error_prefix(e, "%s: ", path);
    db_close(db);
    return NULL;
}

struct keys *keys_open(const char *record_path, const char *share, struct error *e) {
    struct buf path = {0}, steps = {0};
    struct keys *k = NULL;
    access_path(record_path, &path);
    buf_printf(&steps, "%s/schema_access", share);
    struct db *db = access_open(buf_text(&path), buf_text(&steps), e);
    if (db != NULL) {
        k = xmalloc(sizeof *k);
        k->db = db;
    }
    buf_free(&steps);
    buf_free(&path);
    return k;
}

void keys_close(struct keys *k) {
    if (k == NULL)
        return;
    db_close(k->db);
    free(k);
}

bool keys_data_version(struct keys *k, int64_t *out, struct error *e) {
    return db_data_version(k->db, out, e);
}

/* ---- add, revoke, list ----------------------------------------------------------- */

static const char sql_live[] = "SELECT 1 FROM key WHERE name = :name AND revoked = 0";
static const char sql_add[] =
    "INSERT INTO key (name, role, hash, created) VALUES (:name, :role, :hash, date('now'))";
static const char sql_revoke[] =
    "UPDATE key SET revoked = 1 WHERE name = :name AND revoked = 0";

/* 1 a live key has the name, 0 none, -1 error. */
static int is_live(struct keys *k, const char *name, struct error *e) {
    struct statement *s = db_prepare(k->db, sql_live, e);
    if (s == NULL)
        return -1;
    db_bind_text(s, ":name", name);
    int got = db_step(s, e);
    db_reset(s);
    return got;
}

static bool acceptable(const char *name, enum role role, struct error *e) {
    size_t len = strlen(name);
    if (len == 0 || len > NAME_MAX_BYTES || !text_utf8(name, len, NULL))
        return error_set(e, ERR_USAGE, "the name of a key has 1 to %d bytes of UTF-8",
                         NAME_MAX_BYTES);
    return role != ROLE_PUBLIC ||
           error_set(e, ERR_USAGE, "the public needs no key: choose another role");
}

static bool key_insert(struct keys *k, const char *name, enum role role,
                       const char *token, struct error *e) {
    uint8_t hash[HASH_BYTES];
    struct statement *s = db_prepare(k->db, sql_add, e);
    if (s == NULL)
        return false;
    crypto_digest(token, strlen(token), hash, sizeof hash);
    db_bind_text(s, ":name", name);
    db_bind_text(s, ":role", role_name(role));
    db_bind_blob(s, ":hash", hash, sizeof hash);
    return db_run(s, e);
}

static void token_make(char token[KEY_TOKEN_SIZE]) {
    uint8_t secret[KEY_BYTES];
    crypto_random(secret, sizeof secret);
    memcpy(token, PREFIX, sizeof PREFIX - 1);
    crypto_base64url(secret, sizeof secret, token + sizeof PREFIX - 1);
    crypto_wipe(secret, sizeof secret);
}

bool keys_add(struct keys *k, const char *name, enum role role,
              char token[KEY_TOKEN_SIZE], struct error *e) {
    if (!acceptable(name, role, e) || !db_begin(k->db, e))
        return false;
    int live = is_live(k, name, e);
    if (live == 1)
        error_set(e, ERR_DATA, "a live key is called \"%s\": revoke it or choose another",
                  name);
    token_make(token);
    if (live == 0 && key_insert(k, name, role, token, e) && db_commit(k->db, e))
        return true;
    db_rollback(k->db);
    crypto_wipe(token, KEY_TOKEN_SIZE);
    return false;
}

bool keys_revoke(struct keys *k, const char *name, struct error *e) {
    if (!db_begin(k->db, e))
        return false;
    int live = is_live(k, name, e);
    if (live == 0)
        error_set(e, ERR_DATA, "no live key is called \"%.100s\"", name);
    struct statement *s = live == 1 ? db_prepare(k->db, sql_revoke, e) : NULL;
    if (s != NULL) {
        db_bind_text(s, ":name", name);
        if (db_run(s, e))
            return db_commit(k->db, e);
    }
    db_rollback(k->db);
    return false;
}

static const char sql_each[] =
    "SELECT name, role, created, revoked FROM key /*scan*/ ORDER BY name, key /*sort*/";

bool keys_each(struct keys *k, void (*each)(const struct key_info *key, void *ctx),
               void *ctx, struct error *e) {
    struct statement *s = db_prepare(k->db, sql_each, e);
    int got;
    if (s == NULL)
        return false;
    while ((got = db_step(s, e)) == 1) {
        struct key_info key = {db_text(s, 0), ROLE_PUBLIC, db_text(s, 2),
                               db_integer(s, 3) != 0};
        role_find(db_text(s, 1), db_bytes(s, 1), &key.role);
        each(&key, ctx);
    }
    return got == 0;
}

/* ---- matching -------------------------------------------------------------------- */

static const char sql_load[] = "SELECT hash, role FROM key /*scan*/ WHERE revoked = 0";

/* A role that this program does not know opens nothing. */
static bool live_read(struct statement *s, struct live *out) {
    if (db_bytes(s, 0) != HASH_BYTES)
        return false;
    memcpy(out->hash, db_blob(s, 0), HASH_BYTES);
    return role_find(db_text(s, 1), db_bytes(s, 1), &out->role);
}

struct key_set *key_set_load(struct keys *k, struct error *e) {
    struct statement *s = db_prepare(k->db, sql_load, e);
    struct live *keys = NULL;
    size_t count = 0, capacity = 0;
    int got;
    if (s == NULL)
        return NULL;
    while ((got = db_step(s, e)) == 1) {
        keys = xgrow(keys, &capacity, count, sizeof *keys);
        count += live_read(s, &keys[count]);
    }
    struct key_set *set = NULL;
    if (got == 0) {
        set = xmalloc(sizeof *set + count * sizeof *keys);
        set->count = count;
        if (count > 0)
            memcpy(set->key, keys, count * sizeof *keys);
    }
    free(keys);
    return set;
}

void key_set_free(struct key_set *set) {
    free(set);
}

bool key_set_match(const struct key_set *set, const char *token, size_t len,
                   enum role *role) {
    uint8_t hash[HASH_BYTES];
    bool found = false;
    *role = ROLE_PUBLIC;
    if (len != KEY_TOKEN_SIZE - 1)
        return false;
    crypto_digest(token, len, hash, sizeof hash);
    for (size_t i = 0; i < set->count; i++) {
        if (!crypto_equal(set->key[i].hash, hash, HASH_BYTES))
            continue;
        found = true;
        *role = set->key[i].role;
    }
    return found;
}
