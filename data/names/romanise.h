/* SPDX-License-Identifier: Apache-2.0
 *
 * A name of any script in Latin letters, near to how the region's gazetteers write it.
 *
 * Khmer, Lao, Thai, Burmese and Shan by the rules in NAME.rules beside this file: ICU has none
 * for Khmer, Lao and Shan, and spells Thai and Burmese letter by letter, as nobody writes them.
 * Chinese and all others by ICU's. Burmese typed for a Zawgyi font is turned into Unicode
 * first.
 */
#ifndef DATA_NAMES_ROMANISE_H
#define DATA_NAMES_ROMANISE_H

#include <stddef.h>

#include "data/buf.h"
#include "data/error.h"

/* Longer names are cut to this many bytes first. */
#define ROMANISE_BYTES_MAX 600

/* Reads the rules from a folder and tries them; vocabularies_load() calls it, so that they are
 * there before threads start. False: `e` names the file and what ICU says of it. */
bool romanise_open(const char *dir, struct error *e);

/* Tries one file of rules, without keeping it. */
bool romanise_try(const char *path, struct error *e);

/* Appends `name` in the one written form of its script: Burmese typed for a Zawgyi font as
 * Unicode, all else as it is. Before words are taken off (data/names/word.h); romanise() does
 * so by itself. */
void native_form(const char *name, size_t len, struct buf *out);

/* Appends `name` of `len` bytes of valid UTF-8 to `out`: letters a to z, digits, and single
 * spaces where it has spaces, hyphens or other marks. Latin names only lose their case and
 * marks. Any thread may call it. */
void romanise(const char *name, size_t len, struct buf *out);

#endif
