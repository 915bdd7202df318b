/* SPDX-License-Identifier: Apache-2.0 */
#include "data/crypto.h"

#include <assert.h>
#include <pthread.h>
#include <sodium.h>
#include <stdlib.h>

static pthread_once_t once = PTHREAD_ONCE_INIT;

/* Without it libsodium has no random source and its slowest code paths. */
static void init(void) {
    if (sodium_init() < 0)
        abort();
}

void crypto_random(void *out, size_t len) {
    pthread_once(&once, init);
    randombytes_buf(out, len);
}

void crypto_digest(const void *bytes, size_t len, uint8_t *out, size_t out_len) {
    assert(out_len >= crypto_generichash_BYTES_MIN &&
           out_len <= crypto_generichash_BYTES_MAX);
    pthread_once(&once, init);
    crypto_generichash(out, out_len, bytes, len, NULL, 0);
}

void crypto_keyed_digest(const void *bytes, size_t len, const uint8_t key[CRYPTO_KEY_BYTES],
                         uint8_t *out, size_t out_len) {
    assert(out_len >= crypto_generichash_BYTES_MIN &&
           out_len <= crypto_generichash_BYTES_MAX);
    pthread_once(&once, init);
    crypto_generichash(out, out_len, bytes, len, key, CRYPTO_KEY_BYTES);
}

bool crypto_equal(const void *a, const void *b, size_t len) {
    return sodium_memcmp(a, b, len) == 0;
}

void crypto_base64url(const uint8_t *bytes, size_t len, char *out) {
    sodium_bin2base64(out, CRYPTO_BASE64_LENGTH(len) + 1, bytes, len,
                      sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

/* ---- passwords ------------------------------------------------------------------- */

static_assert(CRYPTO_PASSWORD_SIZE >= crypto_pwhash_STRBYTES, "room for a hash");

static bool hash_make(const char *password, size_t len, char out[CRYPTO_PASSWORD_SIZE]) {
    return crypto_pwhash_str_alg(out, password, len, CRYPTO_PASSWORD_PASSES,
                                 CRYPTO_PASSWORD_MEMORY, crypto_pwhash_ALG_ARGON2ID13) == 0;
}

bool crypto_password_hash(const char *password, size_t len, char out[CRYPTO_PASSWORD_SIZE],
                          struct error *e) {
    pthread_once(&once, init);
    return hash_make(password, len, out) ||
           error_set(e, ERR_ENVIRONMENT, "no memory (%d MiB) to hash a password",
                     CRYPTO_PASSWORD_MEMORY >> 20);
}

/* The hash of a password that nobody has, for names that nobody has. */
static char nobodys[CRYPTO_PASSWORD_SIZE];
static pthread_once_t nobodys_once = PTHREAD_ONCE_INIT;

static void nobodys_make(void) {
    char password[32];
    crypto_random(password, sizeof password);
    if (!hash_make(password, sizeof password, nobodys))
        abort();
    crypto_wipe(password, sizeof password);
}

bool crypto_password_verify(const char *hash, const char *password, size_t len) {
    pthread_once(&nobodys_once, nobodys_make);
    bool same = crypto_pwhash_str_verify(hash != NULL ? hash : nobodys, password, len) == 0;
    return same && hash != NULL;
}

bool crypto_password_outdated(const char *hash) {
    pthread_once(&once, init);
    return crypto_pwhash_str_needs_rehash(hash, CRYPTO_PASSWORD_PASSES,
                                          CRYPTO_PASSWORD_MEMORY) != 0;
}

void crypto_wipe(void *secret, size_t len) {
    sodium_memzero(secret, len);
}
