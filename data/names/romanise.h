/* SPDX-License-Identifier: Apache-2.0
 *
 * A name of any script in Latin letters, near to how the region's gazetteers write it, and
 * in the one form that its own script is compared in.
 *
 * Khmer, Lao, Thai, Burmese and Shan by rules of our own (khmer.rules and so on, after
 * UNGEGN, BGN/PCGN, RTGS and MLC); Chinese and all others by those of ICU. The rules aim at what a
 * gazetteer prints and a fuzzy comparison can bridge: nothing can be turned back.
 */
#ifndef DATA_NAMES_ROMANISE_H
#define DATA_NAMES_ROMANISE_H

#include <stdbool.h>
#include <stddef.h>

#include "data/buf.h"
#include "data/error.h"

/* Longer names are cut to this many bytes first. */
#define ROMANISE_BYTES_MAX 600

/* Reads the rules from the folder `dir`; vocabularies_load() calls it, so that they are
 * there before threads start. Once read they stay; a second call does nothing. False: a rule
 * file is missing or wrong; `e` names file, line and what ICU says. */
bool romanise_open(const char *dir, struct error *e);

/* Appends `name` of `len` bytes of UTF-8 to `out`: letters a to z, digits, and single
 * spaces where it has spaces, hyphens or other marks (apostrophes just go). Digits of other
 * scripts become 0 to 9. Latin names only lose their case and marks, which for ASCII costs
 * nothing. What is not UTF-8 appends nothing. Any thread may call it. */
void romanise(const char *name, size_t len, struct buf *out);

/* Appends `name` in the one written form of its script, as UTF-8 with its spaces and case:
 * Burmese typed for a Zawgyi font becomes Unicode, traditional Chinese simplified; what
 * looks the same is written the same (Khmer subscript da and ta, a vowel typed in two
 * parts, marks in another order); zero-width characters go; digits become 0 to 9. A name
 * in this form stays as it is. Before words are taken off (data/names/word.h); romanise()
 * does it by itself. Cut, invalid names and threads as above. */
void native_form(const char *name, size_t len, struct buf *out);

#endif
