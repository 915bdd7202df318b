/* SPDX-License-Identifier: Apache-2.0
 *
 * Names in the trees of the index: by their sounds, then by their letters.
 */
#include <stdlib.h>
#include <string.h>

#include "data/place_seek.h"

#define LETTER_COST 3     /* of a letter that differs */
#define PREFIX_COST 3     /* of a name of which only the beginning was asked */
#define BRANCH_FORMS 4000 /* forms of beginnings that are weighed */
#define BRANCH_KEPT 50    /* of one beginning, that are compared */

/* Letters that differ (Damerau and Levenshtein, neighbours swapped), up to LETTERS_MAX; with
 * `prefix`, against the beginning of `b` that is nearest. */
static unsigned letters_apart(const char *a, size_t a_len, const char *b, size_t b_len,
                              bool prefix) {
    uint8_t row[3][LETTERS_MAX + 1];
    b_len = b_len < LETTERS_MAX ? b_len : LETTERS_MAX;
    unsigned best = LETTERS_MAX;
    for (size_t k = 0; k <= a_len; k++)
        row[0][k] = (uint8_t)k;
    for (size_t i = 1; i <= b_len; i++) {
        uint8_t *now = row[i % 3], *up = row[(i + 2) % 3], *before = row[(i + 1) % 3];
        now[0] = (uint8_t)i;
        for (size_t k = 1; k <= a_len; k++) {
            unsigned n = least(up[k], now[k - 1]) + 1u;
            n = least(n, up[k - 1] + (a[k - 1] != b[i - 1]));
            if (i > 1 && k > 1 && a[k - 1] == b[i - 2] && a[k - 2] == b[i - 1])
                n = least(n, before[k - 2] + 1u);
            now[k] = (uint8_t)n;
        }
        best = least(best, now[a_len]);
    }
    return prefix ? best : row[b_len % 3][a_len];
}

static void add_form(struct search *s, uint32_t form, unsigned cost) {
    if (s->form_count < FORMS_MAX)
        s->form[s->form_count++] = (struct form_hit){form, (uint16_t)cost};
}

unsigned seek_letter_cost(const struct search *s, uint32_t form, bool prefix) {
    const char *letters = s->names->forms[form].letters;
    return LETTER_COST * letters_apart(s->asked->letters, s->asked->letter_count, letters,
                                       strlen(letters), prefix);
}

static void on_whole(uint32_t key, unsigned cost, void *ctx) {
    struct search *s = ctx;
    for (uint32_t f = s->names->key_form[key]; f < s->names->key_form[key + 1]; f++)
        add_form(s, f, cost + seek_letter_cost(s, f, false) + s->asked->dropped);
}

static void on_beginning(uint32_t first, uint32_t end, unsigned cost, void *ctx) {
    struct search *s = ctx;
    if (s->branch_count < BRANCHES_MAX)
        s->branch[s->branch_count++] = (struct branch){first, end, (uint8_t)cost};
}

static int compare_branches(const void *x, const void *y) {
    const struct branch *a = x, *b = y;
    return a->cost != b->cost ? (int)a->cost - (int)b->cost
                              : (a->first > b->first) - (a->first < b->first);
}

/* The weightiest forms of a branch. */
static void add_branch(struct search *s, const struct branch *branch, unsigned *budget) {
    const struct place_names *names = s->names;
    uint32_t first = names->key_form[branch->first], end = names->key_form[branch->end];
    uint16_t weight[BRANCH_KEPT];
    uint32_t form[BRANCH_KEPT];
    size_t count = 0;
    if (end - first > *budget)
        end = first + *budget;
    *budget -= end - first;
    for (uint32_t f = first; f < end; f++) {
        uint16_t w = names->forms[f].weight;
        if (count == BRANCH_KEPT && w <= weight[count - 1])
            continue;
        size_t at = count < BRANCH_KEPT ? count++ : count - 1;
        for (; at > 0 && weight[at - 1] < w; at--) {
            weight[at] = weight[at - 1];
            form[at] = form[at - 1];
        }
        weight[at] = w;
        form[at] = f;
    }
    for (size_t i = 0; i < count; i++)
        add_form(s, form[i],
                 branch->cost + PREFIX_COST + seek_letter_cost(s, form[i], true) +
                     s->asked->dropped);
}

static int compare_form_hits(const void *x, const void *y) {
    const struct form_hit *a = x, *b = y;
    return a->cost != b->cost ? (int)a->cost - (int)b->cost
                              : (a->form > b->form) - (a->form < b->form);
}

static int by_form(const void *x, const void *y) {
    const struct form_hit *a = x, *b = y;
    return a->form != b->form ? (a->form < b->form ? -1 : 1)
                              : (int)a->cost - (int)b->cost;
}

/* Each form once, at its least cost; the cheapest first. */
static void sort_forms(struct search *s) {
    size_t kept = 0;
    qsort(s->form, s->form_count, sizeof *s->form, by_form);
    for (size_t i = 0; i < s->form_count; i++)
        if (kept == 0 || s->form[i].form != s->form[kept - 1].form)
            s->form[kept++] = s->form[i];
    s->form_count = kept;
    qsort(s->form, s->form_count, sizeof *s->form, compare_form_hits);
}

/* How much a name may differ: short ones would become others. */
static unsigned bound_of(size_t sounds) {
    return sounds < 3 ? 1 : sounds < 4 ? 2 : sounds < 5 ? 4 : sounds < 8 ? 6 : 8;
}

static unsigned prefix_bound_of(size_t sounds) {
    return sounds < 4 ? 0 : sounds < 6 ? 2 : 4;
}

void seek_forms(struct search *s, const struct place_names *names,
                const struct segment *g, unsigned bound, bool beginnings) {
    unsigned budget = BRANCH_FORMS;
    s->names = names;
    s->form_count = 0;
    for (int i = 0; i < g->count; i++) {
        s->asked = &g->spelling[i];
        s->branch_count = 0;
        unsigned most = least(bound, bound_of(s->asked->len));
        struct tree_walk walk = {.asked = s->asked->sounds,
                                 .len = s->asked->len,
                                 .bound = most,
                                 .prefix_bound =
                                     least(most, prefix_bound_of(s->asked->len)),
                                 .steps = s->steps,
                                 .whole = on_whole,
                                 .beginning = beginnings ? on_beginning : NULL,
                                 .ctx = s};
        tree_pair_search(&names->trees, &walk);
        s->steps = walk.steps;
        qsort(s->branch, s->branch_count, sizeof *s->branch, compare_branches);
        for (size_t k = 0; k < s->branch_count; k++)
            add_branch(s, &s->branch[k], &budget);
    }
    sort_forms(s);
}
