/* SPDX-License-Identifier: Apache-2.0 */
#include "data/access/key.h"

#include <stdlib.h>
#include <string.h>

#include "data/access/access_private.h"
#include "data/civil.h"
#include "data/crypto.h"
#include "data/mem.h"
#include "data/text.h"

#define KEY_BYTES 32
#define HASH_BYTES 32
#define PREFIX "haven_"

struct key_set {
    size_t count;
    struct live {
        uint8_t hash[HASH_BYTES];
        int64_t ends; /* the first second of the day after the last; INT64_MAX: no end */
        struct holder holder;
    } key[];
};

/* ---- add ------------------------------------------------------------------------- */

static bool is_day(const char *s) {
    int64_t year, month, day;
    return strlen(s) == 10 && s[4] == '-' && s[7] == '-' &&
           slice_integer((struct slice){s, 4}, &year) &&
           slice_integer((struct slice){s + 5, 2}, &month) &&
           slice_integer((struct slice){s + 8, 2}, &day) && year >= 1970 && month >= 1 &&
           month <= 12 && day >= 1 && day <= civil_month_days((int)year, (int)month);
}

static const char sql_gone_by[] = "SELECT :day < date('now')";

static bool expiry_check(struct access_db *a, const char *day, struct error *e) {
    if (day == NULL)
        return true;
    if (!is_day(day))
        return error_set(e, ERR_USAGE, "\"%.40s\" is no day: YYYY-MM-DD is wanted", day);
    struct statement *s = db_prepare(a->db, sql_gone_by, e);
    if (s == NULL)
        return false;
    db_bind_text(s, ":day", day);
    if (db_step(s, e) != 1)
        return false;
    bool gone_by = db_integer(s, 0) != 0;
    db_reset(s);
    return !gone_by ||
           error_set(e, ERR_USAGE, "%s has gone by: the key would open nothing", day);
}

static void token_make(char token[KEY_TOKEN_SIZE]) {
    uint8_t secret[KEY_BYTES];
    crypto_random(secret, sizeof secret);
    memcpy(token, PREFIX, sizeof PREFIX - 1);
    crypto_base64url(secret, sizeof secret, token + sizeof PREFIX - 1);
    crypto_wipe(secret, sizeof secret);
}

static const char sql_add[] =
    "INSERT INTO key (name, role, hash, created, expires, organization) "
    "VALUES (:name, :role, :hash, date('now'), :expires, :organization) "
    "ON CONFLICT DO NOTHING RETURNING 1";

/* 1 added, 0 a live key has the name, -1 error. */
static int key_insert(struct access_db *a, const struct key_terms *terms,
                      const char *token, struct error *e) {
    uint8_t hash[HASH_BYTES];
    struct statement *s = db_prepare(a->db, sql_add, e);
    if (s == NULL)
        return -1;
    crypto_digest(token, strlen(token), hash, sizeof hash);
    db_bind_text(s, ":name", terms->name);
    db_bind_text(s, ":role", role_name(terms->role));
    db_bind_blob(s, ":hash", hash, sizeof hash);
    if (terms->expires != NULL)
        db_bind_text(s, ":expires", terms->expires);
    bind_organization(s, terms->organization);
    return run_returning(s, e);
}

bool key_add(struct access_db *a, const struct key_terms *terms,
             char token[KEY_TOKEN_SIZE], struct error *e) {
    if (!holder_check("a key", terms->name, terms->role, terms->organization, e) ||
        !expiry_check(a, terms->expires, e))
        return false;
    token_make(token);
    int got = key_insert(a, terms, token, e);
    if (got == 1)
        return true;
    if (got == 0)
        error_set(e, ERR_DATA, "a live key is called \"%s\": revoke it or choose another",
                  terms->name);
    crypto_wipe(token, KEY_TOKEN_SIZE);
    return false;
}

/* ---- revoke, list ---------------------------------------------------------------- */

static const char sql_revoke[] =
    "UPDATE key SET revoked = 1 WHERE name = :name AND revoked = 0 RETURNING 1";

bool key_revoke(struct access_db *a, const char *name, struct error *e) {
    struct statement *s = db_prepare(a->db, sql_revoke, e);
    if (s == NULL)
        return false;
    db_bind_text(s, ":name", name);
    int got = run_returning(s, e);
    if (got == 0)
        error_set(e, ERR_DATA, "no live key is called \"%.100s\"", name);
    return got == 1;
}

static const char sql_each[] =
    "SELECT name, role, created, expires, organization, revoked "
    "FROM key /*scan*/ ORDER BY name, key /*sort*/";

bool key_each(struct access_db *a, void (*each)(const struct key_info *key, void *ctx),
              void *ctx, struct error *e) {
    struct statement *s = db_prepare(a->db, sql_each, e);
    int got;
    if (s == NULL)
        return false;
    while ((got = db_step(s, e)) == 1) {
        struct key_info key = {.name = db_text(s, 0),
                               .created = db_text(s, 2),
                               .expires = db_text(s, 3),
                               .organization = db_is_null(s, 4) ? NULL : db_blob(s, 4),
                               .revoked = db_integer(s, 5) != 0};
        role_find(db_text(s, 1), db_bytes(s, 1), &key.role);
        each(&key, ctx);
    }
    return got == 0;
}

/* ---- matching -------------------------------------------------------------------- */

static const char sql_load[] =
    "SELECT hash, role, name, organization, CASE WHEN expires IS NOT NULL "
    "THEN coalesce(unixepoch(expires, '+1 day'), 0) END FROM key /*scan*/ WHERE revoked = 0";

/* A role that this program does not know opens nothing. */
static bool live_read(struct statement *s, struct live *out) {
    struct holder *h = &out->holder;
    out->ends = db_is_null(s, 4) ? INT64_MAX : db_integer(s, 4);
    column_text(s, 2, h->name, sizeof h->name);
    h->has_organization = column_blob(s, 3, h->organization, sizeof h->organization);
    return column_blob(s, 0, out->hash, HASH_BYTES) &&
           role_find(db_text(s, 1), db_bytes(s, 1), &h->role);
}

struct key_set *key_set_load(struct access_db *a, struct error *e) {
    struct statement *s = db_prepare(a->db, sql_load, e);
    struct live *keys = NULL;
    size_t count = 0, capacity = 0;
    int got;
    if (s == NULL)
        return NULL;
    while ((got = db_step(s, e)) == 1) {
        keys = xgrow(keys, &capacity, count, sizeof *keys);
        keys[count] = (struct live){0};
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

bool key_set_match(const struct key_set *set, const char *token, size_t len, int64_t now,
                   struct holder *out) {
    uint8_t hash[HASH_BYTES];
    const struct live *found = NULL;
    *out = (struct holder){.role = ROLE_PUBLIC};
    if (len != KEY_TOKEN_SIZE - 1)
        return false;
    crypto_digest(token, len, hash, sizeof hash);
    for (size_t i = 0; i < set->count; i++)
        if (crypto_equal(set->key[i].hash, hash, HASH_BYTES))
            found = &set->key[i];
    if (found == NULL || now >= found->ends)
        return false;
    *out = found->holder;
    return true;
}
