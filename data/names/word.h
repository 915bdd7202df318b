/* SPDX-License-Identifier: Apache-2.0
 *
 * Generic words: "ban", "phum", "xã", "อำเภอ", "village". They say what kind of place a
 * name is of, and people write them or leave them out. data/vocabulary/place_word.csv
 * lists them: the word, its language, whether it stands before or after the name, and the
 * kinds of place that it stands for.
 *
 * "kampong", "nong" and their like are no generic words here: they tell places apart far
 * more often than they are left out.
 */
#ifndef DATA_NAMES_WORD_H
#define DATA_NAMES_WORD_H

#include <stdbool.h>
#include <stddef.h>

#include "data/error.h"
#include "data/text.h"

#define WORD_CORES_MAX 4

/* A name without some of its generic words. */
struct word_core {
    struct slice text; /* borrowed from the name */
    unsigned kinds;    /* bit: index in place_kind.csv that the words left out stand for */
};

/* Reads the list, after the vocabularies; the first that is good is kept for ever. False: `e`
 * names file, line and value. */
bool words_load(const char *path, struct error *e);

/* The name as it is, then without its outermost generic word, then without the next ...;
 * what would leave no letter is not among them. Words before the name go first. Returns how
 * many, at least 1. Words of letters a to z, with or without marks, count only as whole
 * words; those of scripts without spaces wherever the name starts or ends with them.
 * Names longer than FOLD_BYTES_MAX have one core. */
int word_cores(const char *name, size_t len, struct word_core out[WORD_CORES_MAX]);

#endif
