/* SPDX-License-Identifier: Apache-2.0
 *
 * Generic words: "ban", "phum", "xã", "อำเภอ", "village". They say what kind of place a
 * name is of, and people write them or leave them out. data/vocabulary/place_word.csv
 * lists them.
 */
#ifndef DATA_NAMES_WORD_H
#define DATA_NAMES_WORD_H

#include <stddef.h>

#include "data/text.h"

#define WORD_CORES_MAX 4

/* A name without some of its generic words. */
struct word_core {
    struct slice text; /* borrowed from the name */
    unsigned kinds;    /* bit: index in place_kind.csv that the words left out stand for */
};

/* The name as it is, then without its outermost generic word, then without the next ...;
 * what would leave nothing is not among them. Words before a name and after it are taken
 * in turn. Returns how many, at least 1. Latin words count only as whole words; those of
 * scripts without spaces wherever the name starts or ends with them. */
int word_cores(const char *name, size_t len, struct word_core out[WORD_CORES_MAX]);

#endif
