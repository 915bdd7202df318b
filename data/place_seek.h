/* SPDX-License-Identifier: Apache-2.0
 *
 * A search for places while it goes on, for place_search.c (what is tried, and in which
 * order), place_asked.c (what was asked) and place_look_up.c (names in the trees), and nobody
 * else.
 */
#ifndef DATA_PLACE_SEEK_H
#define DATA_PLACE_SEEK_H

#include "data/place_index.h"
#include "data/place_search.h"

#define TOKENS_MAX 8
#define LETTERS_MAX 80   /* of a name, when letters are compared */
#define SPELLINGS 2      /* of a segment: whole, and without its generic words */
#define FORMS_MAX 1500   /* of one lookup */
#define BRANCHES_MAX 200 /* beginnings of one lookup */
#define CONTEXT_MAX 64   /* places that a segment may mean as what another lies in */
#define HITS_MAX 3000    /* places before they are ranked */

/* One way to spell what was asked, or a part of it. */
struct spelling {
    uint8_t sounds[SOUNDS_MAX];
    size_t len;
    char letters[LETTERS_MAX];
    size_t letter_count;
    unsigned dropped; /* 1: generic words are left out */
};

struct segment {
    bool is_read;
    struct spelling spelling[SPELLINGS];
    int count;
};

/* Places that a segment may mean, and at what cost. */
struct context {
    bool is_known;
    int count;
    uint32_t place[CONTEXT_MAX];
    uint8_t cost[CONTEXT_MAX];
};

struct form_hit {
    uint32_t form;
    uint16_t cost;
};

struct branch {
    uint32_t first, end; /* keys */
    uint8_t cost;
};

struct hit {
    uint32_t place, form;
    uint16_t cost;
};

struct search {
    const struct atlas *atlas;
    const struct place_query *query;
    unsigned steps, postings, comparisons; /* that are left */

    struct slice token[TOKENS_MAX];
    bool comma_before[TOKENS_MAX];
    int token_count;
    bool has_comma;

    /* by first and last token */
    struct segment segment[TOKENS_MAX][TOKENS_MAX];
    struct context context[TOKENS_MAX][TOKENS_MAX];

    /* of the lookup that is going on */
    const struct place_names *names;
    const struct spelling *asked;
    struct form_hit form[FORMS_MAX];
    size_t form_count;
    struct branch branch[BRANCHES_MAX];
    size_t branch_count;

    struct hit hit[HITS_MAX];
    size_t hit_count;
    unsigned best; /* cost of the cheapest hit */
};

static inline unsigned least(unsigned a, unsigned b) {
    return a < b ? a : b;
}

/* Takes the text apart into tokens. */
void seek_tokens(struct search *s, struct slice text);

/* The spellings of tokens first..last; borrowed from the search. */
const struct segment *seek_segment(struct search *s, int first, int last);

/* Looks a segment up: its forms, cheapest first, stand in `form`, at most `bound` away, and
 * no farther than a name of its length may be; with `beginnings` also those that only begin
 * so. */
void seek_forms(struct search *s, const struct place_names *names,
                const struct segment *g, unsigned bound, bool beginnings);

/* The cost of the letters of a form that differ from `asked`; of its beginning only with
 * `prefix`. */
unsigned seek_letter_cost(const struct search *s, uint32_t form, bool prefix);

#endif
