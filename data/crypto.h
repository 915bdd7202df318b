/* SPDX-License-Identifier: Apache-2.0
 *
 * Random bytes, digests, hashes of passwords and what goes with them, by libsodium: the
 * only file that includes it.
 */
#ifndef DATA_CRYPTO_H
#define DATA_CRYPTO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "data/error.h"

/* `len` bytes that nobody can foretell. */
void crypto_random(void *out, size_t len);

/* BLAKE2b of `len` bytes; `out_len` is 16 to 64. */
void crypto_digest(const void *bytes, size_t len, uint8_t *out, size_t out_len);

#define CRYPTO_KEY_BYTES 32

/* The same with a secret key of CRYPTO_KEY_BYTES: nobody without it can tell what the
 * bytes were by trying. */
void crypto_keyed_digest(const void *bytes, size_t len, const uint8_t key[CRYPTO_KEY_BYTES],
                         uint8_t *out, size_t out_len);

/* True when both are the same, in a time that depends on `len` only. */
bool crypto_equal(const void *a, const void *b, size_t len);

/* Characters of `len` bytes as base64url without padding (RFC 4648 section 5). */
#define CRYPTO_BASE64_LENGTH(len) (((len)*4 + 2) / 3)

/* Writes CRYPTO_BASE64_LENGTH(len) characters and a NUL. */
void crypto_base64url(const uint8_t *bytes, size_t len, char *out);

/* ---- passwords: argon2id ----------------------------------------------------------- */

/* Three passes as libsodium's "moderate" has, over 64 MiB instead of 256, so that several
 * people can sign in at once on a small machine: about 0.15 s each. */
#define CRYPTO_PASSWORD_PASSES 3
#define CRYPTO_PASSWORD_MEMORY (64 << 20) /* bytes */
#define CRYPTO_PASSWORD_SIZE 128          /* of a hash as text, with its NUL */

/* Writes the hash of a password, with a new salt and its costs. False when there is not
 * enough memory. */
bool crypto_password_hash(const char *password, size_t len, char out[CRYPTO_PASSWORD_SIZE],
                          struct error *e);

/* True when the password is that of `hash`; also false when memory is short. `hash` NULL:
 * false, after as much work as for any other. */
bool crypto_password_verify(const char *hash, const char *password, size_t len);

/* True when `hash` was made with other costs than a new one would be. */
bool crypto_password_outdated(const char *hash);

/* Overwrites a secret in a way that the compiler keeps. */
void crypto_wipe(void *secret, size_t len);

#endif
