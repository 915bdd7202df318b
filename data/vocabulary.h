/* SPDX-License-Identifier: Apache-2.0
 *
 * The controlled vocabularies: one CSV file each in `share/vocabulary`, with the columns
 * code, parent, parent2, match, fallback, sensitive, hidden, label_en ... label_id.
 *
 * A term is known by its index in its file. Hierarchies are small, so every term carries
 * nothing but its parents; callers that need sets compute them once.
 */
#ifndef DATA_VOCABULARY_H
#define DATA_VOCABULARY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "data/error.h"

enum vocabulary_id {
    VOC_NEED, VOC_FORM, VOC_GENDER, VOC_LANGUAGE, VOC_COUNTRY, VOC_STAGE, VOC_SECTOR,
    VOC_KIND, VOC_STATUS, VOC_PRECISION, VOC_VISIBILITY, VOC_REMOTE, VOC_REFERRER,
    VOC_DOCUMENT, VOC_DISABILITY, VOC_OFFICIAL_STATUS, VOC_RESIDENTS, VOC_BENEFICIARY,
    VOC_FEE, VOC_INTERPRETER_MODE, VOC_PHONE_KIND, VOC_AUDIENCE, VOC_TRADE, VOC_CONDITION,
    VOC_CASE_TYPE, VOC_LITERACY, VOC_YES_CASE_NO, VOC_COMPANION, VOC_PLACE_KIND, VOC_COUNT
};

#define VOCABULARY_MAX 320 /* terms of a vocabulary, so that sets of them are small */
#define VOCABULARY_WORDS (VOCABULARY_MAX / 64)
#define NEED_MAX 192 /* terms of the vocabulary of needs, of which every service has a set */

#define LANGUAGE_COUNT 8 /* of the labels: en km lo my th vi zh id, in this order */
extern const char *const label_languages[LANGUAGE_COUNT];

struct term {
    const char *code;
    int parent;             /* index in the same vocabulary, or -1 */
    int parent2;            /* a second parent, or -1 */
    const char *match;      /* the same term elsewhere: HSDS, HTCDS, ISO numeric; or "" */
    const char *fallback;   /* codes to offer instead, separated by ';', or "" */
    bool sensitive;         /* the public sees the parent instead */
    bool hidden;            /* hidden by default with its children */
    const char *label[LANGUAGE_COUNT]; /* "" where there is no translation yet */
};

struct vocabulary {
    const char *name; /* of its file: "need" */
    const struct term *terms; /* in the order of the file; parents stand before children */
    int count;
};

/* Loads every vocabulary from DIR/NAME.csv, and the generic words of place names
 * (data/names/word.h); and the rules of scripts in DIR/../names. To be called once, before threads start.
 * False: a file is missing or wrong; `e` names file and line. Never freed. */
bool vocabularies_load(const char *dir, struct error *e);

/* The vocabulary `id`; vocabularies_load() came before. Borrowed for ever. */
const struct vocabulary *vocabulary(enum vocabulary_id id);

/* The index of `code` of `len` bytes (not NUL-terminated, exact case), or -1. O(1). */
int vocabulary_find(enum vocabulary_id id, const char *code, size_t len);

/* The set of `term` and of those below it by either parent: bit n % 64 of word n / 64
 * (VOCABULARY_WORDS of them) stands for term n. Borrowed for ever. */
const uint64_t *vocabulary_below(enum vocabulary_id id, int term);

/* True when `term` is `ancestor` or lies below it by either parent. O(1). */
bool vocabulary_within(enum vocabulary_id id, int term, int ancestor);

/* Writes at most `size` bytes of "a b c ..." into `out`, all codes of the vocabulary, for
 * an error message; ends in "..." when cut. Returns `out`. */
const char *vocabulary_allowed(enum vocabulary_id id, char *out, size_t size);

#endif
