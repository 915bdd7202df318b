/* SPDX-License-Identifier: Apache-2.0
 *
 * gzip (RFC 1952) of whole buffers, by libdeflate. From any thread.
 */
#ifndef TILES_GZIP_H
#define TILES_GZIP_H

#include <stdbool.h>
#include <stddef.h>

#include "data/buf.h"
#include "data/error.h"

/* Appends the compressed form of `len` bytes; the same bytes give the same. */
void gzip_pack(const void *bytes, size_t len, struct buf *out);

/* Appends what was compressed: one member, with its checksum right, of at most `most` bytes
 * unpacked. False: `e` says what is wrong, and `out` is as it was. */
bool gzip_unpack(const void *bytes, size_t len, size_t most, struct buf *out,
                 struct error *e);

#endif
