/* SPDX-License-Identifier: Apache-2.0
 *
 * The second factor: codes of six digits that a telephone makes anew every 30 seconds from
 * a shared secret (RFC 6238, SHA-1, as every app has it). By liboath: the only file that
 * includes it.
 */
#ifndef SERVER_ACCESS_TOTP_H
#define SERVER_ACCESS_TOTP_H

#include <stdbool.h>
#include <stdint.h>

#define TOTP_SECRET_BYTES 20
#define TOTP_STEP_S 30
#define TOTP_TEXT_SIZE 33 /* a secret in base32, and NUL */
#define TOTP_URI_SIZE 440

void totp_secret_make(uint8_t out[TOTP_SECRET_BYTES]);

/* The secret as it is typed: RFC 4648 base32, without padding. */
void totp_text(const uint8_t secret[TOTP_SECRET_BYTES], char out[TOTP_TEXT_SIZE]);

/* The same as apps read it from a picture, for the account `name` (at most 100 bytes). */
void totp_uri(const uint8_t secret[TOTP_SECRET_BYTES], const char *name,
              char out[TOTP_URI_SIZE]);

/* True when `code` is that of `now` (seconds since 1970), or of one step before or after,
 * and of a step later than `last_step`; `*step` is then its step. Spaces in it are passed
 * over. */
bool totp_check(const uint8_t secret[TOTP_SECRET_BYTES], const char *code, int64_t now,
                int64_t last_step, int64_t *step);

#endif
