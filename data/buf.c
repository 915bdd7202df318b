/* SPDX-License-Identifier: Apache-2.0 */
#include "data/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "data/mem.h"

void buf_free(struct buf *b) {
    free(b->data);
    *b = (struct buf){0};
}

void buf_wipe(struct buf *b) {
    if (b->data != NULL)
        explicit_bzero(b->data, b->capacity);
    buf_free(b);
}

/* Moves the bytes without leaving them behind, as realloc() does. */
static char *move(struct buf *b, size_t capacity) {
    char *data = xmalloc(capacity);
    if (b->len > 0)
        memcpy(data, b->data, b->len);
    if (b->data != NULL)
        explicit_bzero(b->data, b->capacity);
    free(b->data);
    return data;
}

void buf_grow(struct buf *b, size_t more) {
    size_t wanted = b->capacity ? b->capacity : 256;
    while (wanted - b->len < more)
        wanted *= 2;
    b->data = b->secret ? move(b, wanted) : xrealloc(b->data, wanted, 1);
    b->capacity = wanted;
}

void buf_printf(struct buf *b, const char *format, ...) {
    va_list args;
    va_start(args, format);
    int n = vsnprintf(NULL, 0, format, args);
    va_end(args);
    buf_reserve(b, (size_t)n + 1);
    va_start(args, format);
    vsnprintf(b->data + b->len, (size_t)n + 1, format, args);
    va_end(args);
    b->len += (size_t)n;
}

void buf_integer(struct buf *b, int64_t value) {
    char digits[24];
    char *p = digits + sizeof digits;
    uint64_t left = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    do
        *--p = (char)('0' + left % 10);
    while ((left /= 10) != 0);
    if (value < 0)
        *--p = '-';
    buf_add(b, p, (size_t)(digits + sizeof digits - p));
}

void buf_decimal(struct buf *b, double value, int decimals) {
    static const int64_t power[] = {1, 10, 100, 1000, 10000, 100000, 1000000, 10000000};
    int64_t scaled = (int64_t)(value * (double)power[decimals] + (value < 0 ? -0.5 : 0.5));
    if (scaled < 0)
        buf_char(b, '-');
    uint64_t left = scaled < 0 ? 0 - (uint64_t)scaled : (uint64_t)scaled;
    buf_integer(b, (int64_t)(left / (uint64_t)power[decimals]));
    uint64_t fraction = left % (uint64_t)power[decimals];
    if (fraction == 0)
        return;
    buf_char(b, '.');
    for (int i = decimals - 1; fraction != 0; i--) {
        buf_char(b, (char)('0' + fraction / (uint64_t)power[i]));
        fraction %= (uint64_t)power[i];
    }
}

static void json_escape(struct buf *b, unsigned char c) {
    static const char from[] = "\"\\\b\f\n\r\t", to[] = "\"\\bfnrt";
    const char *at = c ? strchr(from, c) : NULL;
    if (at != NULL) {
        buf_char(b, '\\');
        buf_char(b, to[at - from]);
    } else {
        buf_printf(b, "\\u%04x", c);
    }
}

void buf_json_bytes(struct buf *b, const char *s, size_t len) {
    buf_reserve(b, len + 2);
    buf_char(b, '"');
    size_t plain = 0;
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)s[i];
        if (c >= 0x20 && c != '"' && c != '\\' && c != 0x7f)
            continue;
        buf_add(b, s + plain, i - plain);
        json_escape(b, c);
        plain = i + 1;
    }
    buf_add(b, s + plain, len - plain);
    buf_char(b, '"');
}

void buf_json(struct buf *b, const char *s) {
    buf_json_bytes(b, s, strlen(s));
}

void buf_json_comma(struct buf *b) {
    if (b->len > 0 && b->data[b->len - 1] != '{' && b->data[b->len - 1] != '[')
        buf_char(b, ',');
}

void buf_json_key(struct buf *b, const char *name) {
    buf_json_comma(b);
    buf_json(b, name);
    buf_char(b, ':');
}

char *buf_text(struct buf *b) {
    buf_reserve(b, 1);
    b->data[b->len] = '\0';
    return b->data;
}
