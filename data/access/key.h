/* SPDX-License-Identifier: Apache-2.0
 *
 * API keys, for systems. A key is 256 random bits, shown once; only its BLAKE2b-256 hash
 * is kept. The server matches in memory, from a set loaded at start and again when the
 * access database changes.
 */
#ifndef DATA_ACCESS_KEY_H
#define DATA_ACCESS_KEY_H

#include <stddef.h>

#include "data/access/access_db.h"
#include "data/access/holder.h"

/* "haven_", 43 characters of base64url, NUL. */
#define KEY_TOKEN_SIZE 50

/* What a new key is to be. */
struct key_terms {
    const char *name;
    enum role role;
    const char *expires; /* the last day it opens anything: YYYY-MM-DD; NULL: no end */
    const uint8_t *organization; /* 16 bytes, or NULL */
};

/* Makes a key and writes it into `token`. False also when a live key has the name, the name
 * or role is none that can be had (holder_check()), or the day is none or gone by. */
bool key_add(struct access_db *a, const struct key_terms *terms,
             char token[KEY_TOKEN_SIZE], struct error *e);

/* Revokes the live key called `name`; false when there is none. (This and key_add() may
 * stand in a transaction of access_db_begin().) */
bool key_revoke(struct access_db *a, const char *name, struct error *e);

struct key_info {
    const char *name;
    enum role role;
    const char *created;         /* YYYY-MM-DD */
    const char *expires;         /* likewise, or "" */
    const uint8_t *organization; /* 16 bytes, or NULL */
    bool revoked;
};

/* Calls `each` for every key, by name, then age. Borrowed for the call. */
bool key_each(struct access_db *a, void (*each)(const struct key_info *key, void *ctx),
              void *ctx, struct error *e);

/* ---- matching, in memory; a loaded set may be read by several threads ------------- */

struct key_set;

/* The keys that are not revoked. NULL: `e` says why. Free with key_set_free(). */
struct key_set *key_set_load(struct access_db *a, struct error *e);
void key_set_free(struct key_set *set);

/* True and `*out` set when `token` of `len` bytes is a key that is live at `now` (seconds
 * since 1970); else false and `*out` of the public. Compares hashes, in a time that does
 * not depend on which match. */
bool key_set_match(const struct key_set *set, const char *token, size_t len, int64_t now,
                   struct holder *out);

#endif
