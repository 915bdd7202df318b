/* SPDX-License-Identifier: Apache-2.0
 *
 * API keys. They live in an access database beside the record (FILE-access.db for
 * FILE.db, mode 0600), never in it. A key is 256 random bits, shown once; only its
 * BLAKE2b-256 hash is kept. The server matches in memory, from a set loaded at start and
 * again when the file changes.
 */
#ifndef DATA_KEYS_H
#define DATA_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "data/error.h"
#include "data/role.h"

/* "haven_", 43 characters of base64url, NUL. */
#define KEY_TOKEN_SIZE 50

struct keys;

/* Opens the access database of the record at `record_path`, made when there is none, with
 * the schema steps of `share`/schema_access. NULL: `e` says why. */
struct keys *keys_open(const char *record_path, const char *share, struct error *e);
void keys_close(struct keys *k);

/* Makes a key called `name` and writes it into `token`. False also when a live key has
 * the name, the name is empty or longer than 100 bytes, or the role is public. */
bool keys_add(struct keys *k, const char *name, enum role role,
              char token[KEY_TOKEN_SIZE], struct error *e);

/* Revokes the live key called `name`; false when there is none. */
bool keys_revoke(struct keys *k, const char *name, struct error *e);

struct key_info {
    const char *name;
    enum role role;
    const char *created; /* YYYY-MM-DD */
    bool revoked;
};

/* Calls `each` for every key, by name, then age. Borrowed for the call. */
bool keys_each(struct keys *k, void (*each)(const struct key_info *key, void *ctx),
               void *ctx, struct error *e);

/* Changes whenever another connection wrote: time to load the set again. */
bool keys_data_version(struct keys *k, int64_t *out, struct error *e);

/* ---- matching, in memory; a loaded set may be read by several threads ------------- */

struct key_set;

/* The live keys. NULL: `e` says why. Free with key_set_free(). */
struct key_set *key_set_load(struct keys *k, struct error *e);
void key_set_free(struct key_set *set);

/* True and `*role` set when `token` of `len` bytes is a live key; else false and
 * `*role` ROLE_PUBLIC. Compares hashes, in a time that does not depend on which match. */
bool key_set_match(const struct key_set *set, const char *token, size_t len,
                   enum role *role);

#endif
