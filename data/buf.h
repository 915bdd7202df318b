/* SPDX-License-Identifier: Apache-2.0
 *
 * A byte buffer that grows by doubling, and JSON written into it as it goes.
 */
#ifndef DATA_BUF_H
#define DATA_BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Zero-initialise. `data` is not NUL-terminated unless buf_text() was called. */
struct buf {
    char *data;
    size_t len;
    size_t capacity;
    bool secret; /* leaves no copy behind when it grows; set it before the first byte */
};

void buf_free(struct buf *b);

/* The same, with nothing left of what it held: for what was asked about a person. */
void buf_wipe(struct buf *b);

/* Makes room for `more` bytes after `len`, so that they can be written in place. */
void buf_grow(struct buf *b, size_t more);

static inline void buf_reserve(struct buf *b, size_t more) {
    if (b->capacity - b->len < more)
        buf_grow(b, more);
}

static inline void buf_add(struct buf *b, const void *bytes, size_t len) {
    if (len == 0)
        return;
    buf_reserve(b, len);
    memcpy(b->data + b->len, bytes, len);
    b->len += len;
}

static inline void buf_char(struct buf *b, char c) {
    buf_reserve(b, 1);
    b->data[b->len++] = c;
}

static inline void buf_str(struct buf *b, const char *s) {
    buf_add(b, s, strlen(s));
}

void buf_printf(struct buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Decimal integer, without printf. */
void buf_integer(struct buf *b, int64_t value);

/* Decimal number with at most `decimals` (0 to 7) digits after the point and no trailing
 * zeros; `value` is finite and below 9e11 in magnitude. */
void buf_decimal(struct buf *b, double value, int decimals);

/* A JSON string with quotes (RFC 8259 section 7); `s` is valid UTF-8 of `len` bytes. */
void buf_json_bytes(struct buf *b, const char *s, size_t len);
void buf_json(struct buf *b, const char *s);

/* `"name":`, after a comma unless the buffer ends in an opening bracket or is empty. */
void buf_json_key(struct buf *b, const char *name);

/* A comma, unless the buffer ends in an opening bracket or is empty. */
void buf_json_comma(struct buf *b);

/* Returns `data` with a NUL put after its end. Borrowed until the next change. */
char *buf_text(struct buf *b);

#endif
