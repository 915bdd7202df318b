/* SPDX-License-Identifier: Apache-2.0
 *
 * Names by their sounds, to be found with errors. A radix tree over sorted keys, laid out
 * in preorder: to leave a branch is to go on at `skip`.
 *
 *   keys   n a m / n a n / n a n g / p o       0  n a   keys 0-2   skip 4
 *                                              1   m    key  0     skip 2
 *                                              2   n    keys 1-2   skip 4   (key 1 ends here)
 *                                              3    g   key  2     skip 4
 *                                              4  p o   key  3     skip 5
 *
 * A walk carries the row of the edit-distance table of what was asked and the path so far
 * (Wagner and Fischer 1974, with swapped neighbours), and leaves a branch as soon as no cell
 * of the row is within the bound (Ukkonen 1985). The costs are those of data/names/sound.h.
 *
 * Most of a walk is near the root, where a wide bound lets everything pass. So a name is
 * looked for in halves: in a tree of the keys with a small bound on its first half, and in
 * one of the keys read backwards with a small bound on its second half. If the whole is
 * within b, the first half is within b / 2, or the second within what is left.
 */
#ifndef DATA_NAMES_TREE_H
#define DATA_NAMES_TREE_H

#include <stddef.h>
#include <stdint.h>

#include "data/names/sound.h"

/* A key: sounds, borrowed for as long as the tree is used. */
struct tree_key {
    const uint8_t *sounds;
    uint8_t len;
};

struct tree_node {
    uint32_t skip;  /* the next node that is not below this one */
    uint32_t first; /* of its keys; they end where those of `skip` begin */
    uint8_t depth;  /* sounds above this node */
    uint8_t len;    /* of its own part of the keys below it */
};

struct tree {
    const struct tree_key *keys;
    struct tree_node *nodes; /* one more: an end */
    uint32_t key_count, node_count;
};

/* Makes a tree of `count` keys, sorted by memcmp and length, all different. */
void tree_build(struct tree *t, const struct tree_key *keys, uint32_t count);
void tree_free(struct tree *t);

/* What a walk looks for, and where it tells of it. */
struct tree_walk {
    const uint8_t *asked; /* sounds */
    size_t len;
    unsigned bound;        /* the greatest cost of a whole key */
    size_t front;          /* of the sounds asked, so many at the front ... */
    unsigned front_bound;  /* ... may cost at most this; with 0 sounds: the bound */
    unsigned prefix_bound; /* the greatest cost of the beginning of a key */
    unsigned steps;        /* cells of the table that may be filled; what is left afterwards */
    /* A key that is what was asked, at this cost. */
    void (*whole)(uint32_t key, unsigned cost, void *ctx);
    /* Keys that begin with what was asked; those told of as a whole are among them. NULL:
     * not wanted. */
    void (*beginning)(uint32_t first, uint32_t end, unsigned cost, void *ctx);
    void *ctx;
};

/* Walks one tree. When `steps` are used up it stops: what was told is right, and not all there is. */
void tree_search(const struct tree *t, struct tree_walk *w);

/* Keys both ways: `back` has them read backwards, and `of_back` tells which is which. */
struct tree_pair {
    struct tree ahead, back;
    struct tree_key *back_keys;
    uint32_t *of_back;
    uint8_t *sounds; /* of the back keys */
};

void tree_pair_build(struct tree_pair *p, const struct tree_key *keys, uint32_t count);
void tree_pair_free(struct tree_pair *p);

/* Walks both, by halves: sets `front` and `front_bound` itself. A key may be told of twice,
 * of which the lesser cost is right. Of beginnings, those are told of whose first half is
 * within half the bound. */
void tree_pair_search(const struct tree_pair *p, struct tree_walk *w);

/* The cost between two names, whole. */
unsigned tree_cost(const uint8_t *a, size_t a_len, const uint8_t *b, size_t b_len);

#endif
