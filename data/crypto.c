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

bool crypto_equal(const void *a, const void *b, size_t len) {
    return sodium_memcmp(a, b, len) == 0;
}

void crypto_base64url(const uint8_t *bytes, size_t len, char *out) {
    sodium_bin2base64(out, CRYPTO_BASE64_LENGTH(len) + 1, bytes, len,
                      sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

void crypto_wipe(void *secret, size_t len) {
    sodium_memzero(secret, len);
}
