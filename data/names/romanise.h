/* SPDX-License-Identifier: Apache-2.0
 *
 * A name of any script in Latin letters, near to how the region's gazetteers write it.
 *
 * Khmer and Lao by rules of our own (the files NAME.rules beside this one, after UNGEGN and BGN/PCGN); Thai,
 * Burmese, Chinese and all others by those of ICU. Burmese typed for a Zawgyi font is
 * turned into Unicode first.
 */
#ifndef DATA_NAMES_ROMANISE_H
#define DATA_NAMES_ROMANISE_H

#include <stddef.h>

#include "data/buf.h"
#include "data/error.h"

/* Longer names are cut to this many bytes first. */
#define ROMANISE_BYTES_MAX 600

/* Reads the rules from the program's own data. Once, before romanise(); false: `e` says
 * what is missing. */
bool romanise_open(const char *share, struct error *e);

/* Appends `name` of `len` bytes of valid UTF-8 to `out`: letters a to z, digits, and single
 * spaces where it has spaces, hyphens or other marks. Latin names only lose their case and
 * marks. Any thread may call it. */
void romanise(const char *name, size_t len, struct buf *out);

#endif
