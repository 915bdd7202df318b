/* SPDX-License-Identifier: Apache-2.0
 *
 * Generic words: "ban", "phum", "xã", "อำเภอ", "village". They say what kind of place a
 * name is of, and people write them or leave them out. data/vocabulary/place_word.csv
 * lists them: the word, its language, whether it stands before or after the name, and what
 * kinds of place it stands for. A word that is written with a dot counts only with it.
 *
 *   Amphoe Mueang Chiang Rai      phumi Svay (1)      昆明市      Tịnh Biên
 *   └────┘ Mueang Chiang Rai      └───┘ Svay (1)      昆明 ┘      (Tịnh is not tỉnh)
 *          └────┘ Chiang Rai
 *
 * Case, marks, punctuation and zero-width characters do not matter (data/names/fold.h), but
 * for one thing: where a name is written with marks, a listed word that has marks must be
 * written with its own. "Quan Hóa" and "Phương Lâm" are whole names; "phuong Ben Nghe" has
 * its marks left out.
 *
 * Not in the list, for they are part of names far more often: "ga" (Kachin), "kon" and "bu"
 * (the highlands of Viet Nam), "đội", "khu", "nakhon" and "chiang" (Thai), "xa" at the end,
 * and words for waters, fields and hills.
 */
#ifndef DATA_NAMES_WORD_H
#define DATA_NAMES_WORD_H

#include <stdbool.h>
#include <stddef.h>

#include "data/error.h"
#include "data/text.h"

#define WORD_CORES_MAX 4
#define WORD_NAME_BYTES 400 /* a longer name is taken as a whole */

/* A name without some of its generic words. */
struct word_core {
    struct slice text; /* borrowed from the name */
    unsigned kinds; /* bit: index in place_kind.csv that the words left out stand for */
};

/* Reads DIR/place_word.csv; vocabularies_load() calls it when it knows the kinds of places.
 * False: the file is missing or wrong; `e` names file, line and value. Never freed. */
bool words_load(const char *dir, struct error *e);

/* The name as it is, then without its outermost generic word, then without the next ...;
 * what would leave no letter (of Chinese: fewer than two) is not among them. Words before a
 * name and after it are taken in turn, of those that fit the longest. Returns how many, at
 * least 1. Latin words count only as whole words; those of scripts without spaces wherever
 * the name starts or ends with them. Bytes that are not UTF-8: the name as it is. Allocates
 * nothing; any thread may call it. */
int word_cores(const char *name, size_t len, struct word_core out[WORD_CORES_MAX]);

#endif
