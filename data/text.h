/* SPDX-License-Identifier: Apache-2.0
 *
 * Small things about text: UTF-8, trimming, walking lists, ids as hexadecimal.
 */
#ifndef DATA_TEXT_H
#define DATA_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A stretch of bytes, not NUL-terminated, borrowed. */
struct slice {
    const char *at;
    size_t len;
};

struct slice slice_of(const char *s);
bool slice_is(struct slice s, const char *text);

/* `s` without the spaces, tabs, CR, LF, no-break and zero-width spaces at its ends. */
struct slice slice_trim(struct slice s);

/* Cuts `*rest` at the first `separator` and returns the part before it; the last part
 * leaves `rest->at` NULL. False when `rest->at` is NULL already.
 *   struct slice rest = slice_of("a;b"), part;
 *   while (slice_next(&rest, ';', &part)) ... */
bool slice_next(struct slice *rest, char separator, struct slice *part);

/* True and `*out` set when all of `s` is a decimal integer of at most 18 digits. */
bool slice_integer(struct slice s, int64_t *out);

/* True when `len` bytes are valid UTF-8 (RFC 3629) without NUL; else `*bad_at` (if not
 * NULL) is the offset of the first wrong byte. */
bool text_utf8(const char *s, size_t len, size_t *bad_at);

#define TEXT_SHOWN_BYTES 260 /* holds any value cut for a message */

/* Writes `value` for a message: cut to 60 characters, control characters as spaces. */
const char *text_shown(struct slice value, char out[TEXT_SHOWN_BYTES]);

/* Writes 2 * `len` lower-case hexadecimal digits and a NUL. */
void hex_encode(const uint8_t *bytes, size_t len, char *out);

/* Reads exactly `len` bytes from 2 * `len` lower-case digits; false for anything else. */
bool hex_decode(struct slice s, uint8_t *out, size_t len);

/* An id as a UUID (RFC 9562): 36 characters and a NUL; and back. */
void uuid_encode(const uint8_t id[16], char out[37]);
bool uuid_decode(struct slice s, uint8_t out[16]);

#endif
