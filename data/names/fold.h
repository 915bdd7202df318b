/* SPDX-License-Identifier: Apache-2.0
 *
 * Folding: what makes two spellings of one name the same. `BANTEAY MEANCHEY`,
 * `BanteayMeanchey` and `Banteay, Meanchey` are one name; `Đà Nẵng` is `Da Nang`.
 *
 * Unicode's NFKC case folding (which also drops zero-width characters), then Latin, Greek
 * and Cyrillic letters lose their marks, then everything but letters, digits and the vowel
 * signs of other scripts goes: they tell words apart there.
 */
#ifndef DATA_NAMES_FOLD_H
#define DATA_NAMES_FOLD_H

#include <stddef.h>

#include "data/buf.h"

/* Longer names are cut to this many bytes first: no name is longer. */
#define FOLD_BYTES_MAX 4000

/* Appends the folded `name` of `len` bytes of valid UTF-8 to `out`. What is folded folds
 * to itself. */
void fold(const char *name, size_t len, struct buf *out);

#endif
