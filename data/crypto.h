/* SPDX-License-Identifier: Apache-2.0
 *
 * Random bytes, digests and what goes with them, by libsodium: the only file that
 * includes it. (Passwords stand in server/access.)
 */
#ifndef DATA_CRYPTO_H
#define DATA_CRYPTO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* `len` bytes that nobody can foretell. */
void crypto_random(void *out, size_t len);

/* BLAKE2b of `len` bytes; `out_len` is 16 to 64. */
void crypto_digest(const void *bytes, size_t len, uint8_t *out, size_t out_len);

/* True when both are the same, in a time that depends on `len` only. */
bool crypto_equal(const void *a, const void *b, size_t len);

/* Characters of `len` bytes as base64url without padding (RFC 4648 section 5). */
#define CRYPTO_BASE64_LENGTH(len) (((len)*4 + 2) / 3)

/* Writes CRYPTO_BASE64_LENGTH(len) characters and a NUL. */
void crypto_base64url(const uint8_t *bytes, size_t len, char *out);

/* Overwrites a secret in a way that the compiler keeps. */
void crypto_wipe(void *secret, size_t len);

#endif
