/* SPDX-License-Identifier: Apache-2.0 */
#include "data/text.h"

#include <string.h>

#define SHOWN_CHARACTERS 60

struct slice slice_of(const char *s) {
    return (struct slice){s, strlen(s)};
}

bool slice_is(struct slice s, const char *text) {
    return strlen(text) == s.len && memcmp(s.at, text, s.len) == 0;
}

/* U+00A0 and U+200B: nobody sees them, and they spoil a name's order. */
static const char *const wide_spaces[] = {"\xc2\xa0", "\xe2\x80\x8b"};

/* Bytes of the white space at the end (or the start) of `s`, or 0. */
static size_t space_at(struct slice s, bool end) {
    char c = s.len == 0 ? '\0' : s.at[end ? s.len - 1 : 0];
    if ((unsigned char)c < 0x80)
        return c == ' ' || c == '\t' || c == '\r' || c == '\n' ? 1 : 0;
    for (size_t i = 0; i < sizeof wide_spaces / sizeof *wide_spaces; i++) {
        size_t n = strlen(wide_spaces[i]);
        if (s.len >= n && memcmp(s.at + (end ? s.len - n : 0), wide_spaces[i], n) == 0)
            return n;
    }
    return 0;
}

struct slice slice_trim(struct slice s) {
    for (size_t n; (n = space_at(s, false)) > 0;)
        s = (struct slice){s.at + n, s.len - n};
    for (size_t n; (n = space_at(s, true)) > 0;)
        s.len -= n;
    return s;
}

bool slice_next(struct slice *rest, char separator, struct slice *part) {
    if (rest->at == NULL)
        return false;
    const char *cut = memchr(rest->at, separator, rest->len);
    if (cut == NULL) {
        *part = *rest;
        *rest = (struct slice){NULL, 0};
        return true;
    }
    part->at = rest->at;
    part->len = (size_t)(cut - rest->at);
    rest->len -= part->len + 1;
    rest->at = cut + 1;
    return true;
}

bool slice_integer(struct slice s, int64_t *out) {
    bool negative = s.len > 0 && s.at[0] == '-';
    size_t i = negative ? 1 : 0;
    if (s.len == i || s.len - i > 18)
        return false;
    int64_t value = 0;
    for (; i < s.len; i++) {
        if (s.at[i] < '0' || s.at[i] > '9')
            return false;
        value = value * 10 + (s.at[i] - '0');
    }
    *out = negative ? -value : value;
    return true;
}

/* Length of the UTF-8 sequence at `s` of at most `left` bytes, or 0 when it is wrong. */
static size_t utf8_sequence(const unsigned char *s, size_t left) {
    unsigned char c = s[0];
    if (c != 0 && c < 0x80)
        return 1;
    size_t len = c >= 0xc2 && c < 0xe0 ? 2 : c >= 0xe0 && c < 0xf0 ? 3 : c >= 0xf0 && c < 0xf5 ? 4 : 0;
    if (len == 0 || len > left)
        return 0;
    for (size_t i = 1; i < len; i++)
        if ((s[i] & 0xc0) != 0x80)
            return 0;
    bool overlong = (c == 0xe0 && s[1] < 0xa0) || (c == 0xf0 && s[1] < 0x90);
    bool surrogate = c == 0xed && s[1] >= 0xa0;
    bool beyond = c == 0xf4 && s[1] >= 0x90;
    return overlong || surrogate || beyond ? 0 : len;
}

bool text_utf8(const char *s, size_t len, size_t *bad_at) {
    for (size_t i = 0; i < len;) {
        size_t n = utf8_sequence((const unsigned char *)s + i, len - i);
        if (n == 0) {
            if (bad_at != NULL)
                *bad_at = i;
            return false;
        }
        i += n;
    }
    return true;
}

static const char digits[] = "0123456789abcdef";

void hex_encode(const uint8_t *bytes, size_t len, char *out) {
    for (size_t i = 0; i < len; i++) {
        *out++ = digits[bytes[i] >> 4];
        *out++ = digits[bytes[i] & 15];
    }
    *out = '\0';
}

static int hex_value(char c) {
    const char *at = c ? strchr(digits, c) : NULL;
    return at ? (int)(at - digits) : -1;
}

bool hex_decode(struct slice s, uint8_t *out, size_t len) {
    if (s.len != 2 * len)
        return false;
    for (size_t i = 0; i < len; i++) {
        int high = hex_value(s.at[2 * i]), low = hex_value(s.at[2 * i + 1]);
        if (high < 0 || low < 0)
            return false;
        out[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}

/* The bytes of a UUID before which a '-' stands. */
static bool uuid_break(size_t byte) {
    return byte == 4 || byte == 6 || byte == 8 || byte == 10;
}

void uuid_encode(const uint8_t id[16], char out[37]) {
    for (size_t i = 0; i < 16; i++) {
        if (uuid_break(i))
            *out++ = '-';
        hex_encode(id + i, 1, out);
        out += 2;
    }
}

bool uuid_decode(struct slice s, uint8_t out[16]) {
    if (s.len != 36)
        return false;
    const char *at = s.at;
    for (size_t i = 0; i < 16; i++) {
        if (uuid_break(i) && *at++ != '-')
            return false;
        if (!hex_decode((struct slice){at, 2}, out + i, 1))
            return false;
        at += 2;
    }
    return true;
}

/* Bytes of the character that starts at `s`, cut at `left`. */
static size_t character(const char *s, size_t left) {
    size_t n = 1;
    while (n < left && ((unsigned char)s[n] & 0xc0) == 0x80)
        n++;
    return n;
}

/* Control characters C0, DEL and C1 (U+0080 to U+009F), which a terminal may obey. */
static bool control(const char *s, size_t len) {
    const unsigned char *u = (const unsigned char *)s;
    return u[0] < 0x20 || u[0] == 0x7f || (len == 2 && u[0] == 0xc2 && u[1] < 0xa0);
}

const char *text_shown(struct slice value, char out[TEXT_SHOWN_BYTES]) {
    size_t used = 0, at = 0;
    for (int i = 0; i < SHOWN_CHARACTERS && at < value.len; i++) {
        size_t n = character(value.at + at, value.len - at);
        if (n > 4 || control(value.at + at, n))
            out[used++] = ' ';
        else
            for (size_t k = 0; k < n; k++)
                out[used++] = value.at[at + k];
        at += n;
    }
    strcpy(out + used, at < value.len ? "..." : "");
    return out;
}
