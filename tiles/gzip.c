/* SPDX-License-Identifier: Apache-2.0
 *
 * Each thread keeps its compressor, which is large, and frees it when it ends.
 */
#include "tiles/gzip.h"

#include <libdeflate.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define LEVEL 6

static pthread_key_t compressor_key;
static pthread_once_t compressor_once = PTHREAD_ONCE_INIT;

static void compressor_free(void *compressor) {
    libdeflate_free_compressor(compressor);
}

static void make_key(void) {
    pthread_key_create(&compressor_key, compressor_free);
}

static struct libdeflate_compressor *compressor(void) {
    pthread_once(&compressor_once, make_key);
    struct libdeflate_compressor *c = pthread_getspecific(compressor_key);
    if (c == NULL) {
        c = libdeflate_alloc_compressor(LEVEL);
        if (c == NULL)
            abort();
        pthread_setspecific(compressor_key, c);
    }
    return c;
}

void gzip_pack(const void *bytes, size_t len, struct buf *out) {
    struct libdeflate_compressor *c = compressor();
    size_t most = libdeflate_gzip_compress_bound(c, len);
    buf_reserve(out, most);
    out->len += libdeflate_gzip_compress(c, bytes, len, out->data + out->len, most);
}

/* What the last four bytes say of the size; the unpacker checks it. */
static size_t stated_size(const uint8_t *bytes, size_t len) {
    const uint8_t *at = bytes + len - 4;
    return (size_t)at[0] | (size_t)at[1] << 8 | (size_t)at[2] << 16 | (size_t)at[3] << 24;
}

bool gzip_unpack(const void *bytes, size_t len, size_t most, struct buf *out,
                 struct error *e) {
    if (len < 18)
        return error_set(e, ERR_DATA, "%zu bytes are no gzip", len);
    size_t size = stated_size(bytes, len), used, made;
    if (size > most)
        return error_set(e, ERR_DATA, "%zu bytes unpacked; allowed: %zu", size, most);
    struct libdeflate_decompressor *d = libdeflate_alloc_decompressor();
    if (d == NULL)
        abort();
    buf_reserve(out, size);
    enum libdeflate_result r = libdeflate_gzip_decompress_ex(
        d, bytes, len, out->data + out->len, size, &used, &made);
    libdeflate_free_decompressor(d);
    if (r != LIBDEFLATE_SUCCESS || used != len || made != size)
        return error_set(e, ERR_DATA, "gzip that is damaged or goes on after its end");
    out->len += made;
    return true;
}
