/* SPDX-License-Identifier: Apache-2.0
 *
 * The names of the atlas, to be found as they are heard: each in Latin letters, with and
 * without its generic words, in a tree by their sounds.
 *
 *   "บ้านหนองบัว" ─ romanised, words taken off ─> "bannongbua", "nongbua"
 *                                                       │
 *   forms     distinct letters, sorted by their sounds ─┴─> n o n g b u a
 *   postings  the places of each form, the weightiest first
 *
 * Twice: all places, and those that others lie in, which tell namesakes apart.
 */
#ifndef DATA_PLACE_INDEX_H
#define DATA_PLACE_INDEX_H

#include <stdint.h>

#include "data/atlas.h"
#include "data/intern.h"
#include "data/names/tree.h"

struct place_posting {
    uint32_t place;
    uint8_t dropped; /* generic words that the form leaves out */
};

struct place_form {
    const char *letters; /* romanised, without spaces */
    uint32_t key;        /* its sounds */
    uint32_t first;      /* of its postings; they end where those of the next begin */
    uint16_t weight;     /* of its weightiest place */
};

struct place_names {
    struct tree_pair trees;
    struct tree_key *keys;    /* by sounds */
    uint32_t *key_form;       /* the first form of each key; one more: an end */
    struct place_form *forms; /* by sounds, then letters; one more: an end */
    struct place_posting *postings;
    uint32_t key_count, form_count, posting_count;
};

struct place_index {
    struct arena texts;
    struct place_names all, parents;
    uint16_t *weight; /* of each place: its kind, then its population */
    /* What lies straight in each place: child[child_first[n]] ..., and the forms in `all` of
     * its names, as their postings have them: form[form_first[n]] ... */
    uint32_t *child, *child_first;
    struct place_posting *form; /* `place` is the form */
    uint32_t *form_first;
};

/* Makes the index of an atlas whose places and names are there. */
struct place_index *place_index_build(const struct atlas *a);
void place_index_free(struct place_index *index);

/* The letters of a name as forms have them: romanised, without spaces; appended. */
void place_letters(const char *name, size_t len, struct buf *out);

#endif
