/* SPDX-License-Identifier: Apache-2.0 */
#include "data/place_search.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "data/mem.h"
#include "data/place_seek.h"

#define ELSEWHERE_COST 8 /* the place does not lie where it was said to */
#define FIRST_BOUND 2    /* looked up first: enough for most of what is asked */
#define TYPING_BOUND 5   /* looked up next: one error of typing */
#define SURE_COST 1      /* what costs no more is what was asked */
#define NEAR_COST 4 /* what costs no more is surely meant: no other reading is tried */
#define FAR_COST 8  /* what costs more may be wrong: readings are tried with all errors */
#define PARENT_BOUND                                                                     \
    4 /* of the names of what a place lies in: there are few, and short */
#define CLOSE_MAX 1500      /* places of an area that are compared one by one */
#define NAMESAKES_MAX 2     /* places of one name that is not quite what was asked */
#define READINGS_MAX 64     /* ways to tell the name from what it lies in */
#define STEPS 1000000u      /* cells of the tables of all its walks */
#define POSTINGS 100000u    /* postings that it may look at */
#define COMPARISONS 200000u /* sounds of names that it may compare one by one */

/* ---- what a place lies in ------------------------------------------------------------------ */

/* The places that tokens first..last may mean as what others lie in. */
static const struct context *context_of(struct search *s, int first, int last) {
    struct context *c = &s->context[first][last];
    if (c->is_known)
        return c;
    c->is_known = true;
    const struct place_names *names = &s->atlas->index->parents;
    seek_forms(s, names, seek_segment(s, first, last), PARENT_BOUND,
               last == s->token_count - 1);
    for (size_t i = 0; i < s->form_count && c->count < CONTEXT_MAX; i++) {
        const struct place_form *f = &names->forms[s->form[i].form];
        for (uint32_t p = f[0].first; p < f[1].first && c->count < CONTEXT_MAX; p++) {
            c->place[c->count] = names->postings[p].place;
            c->cost[c->count++] =
                (uint8_t)least(s->form[i].cost + names->postings[p].extra, 250);
        }
    }
    return c;
}

#define NOT_THERE 1000u

/* What it costs to say that the place lies in one of `c`. */
static unsigned lies_in(const struct atlas *a, uint32_t place, const struct context *c) {
    unsigned best = NOT_THERE;
    for (uint32_t p = a->places[place].parent; p != ATLAS_NONE; p = a->places[p].parent)
        for (int i = 0; i < c->count && c->cost[i] < best; i++)
            if (c->place[i] == p)
                best = c->cost[i];
    return best;
}

/* ---- readings ------------------------------------------------------------------------------ */

#define PARTS_MAX 4

/* The name is tokens first..last; each part says what the place lies in. */
struct reading {
    int first, last;
    const struct context *part[PARTS_MAX];
    int part_count;
    unsigned cost; /* before anything is compared */
    bool loose;    /* the parts do not bind: who lies elsewhere only costs more */
};

static unsigned parts_cost(const struct search *s, const struct reading *r,
                           uint32_t place) {
    unsigned sum = 0;
    for (int i = 0; i < r->part_count; i++) {
        unsigned cost = lies_in(s->atlas, place, r->part[i]);
        if (cost == NOT_THERE && !r->loose)
            return NOT_THERE;
        sum += cost == NOT_THERE ? ELSEWHERE_COST : (cost + 1) / 2;
    }
    return sum;
}

static bool may_answer(const struct search *s, uint32_t place) {
    const struct atlas_place *p = &s->atlas->places[place];
    return (s->query->country < 0 || p->country == s->query->country) &&
           (s->query->level < 0 || p->level == s->query->level);
}

static void add_hit(struct search *s, uint32_t place, uint32_t form, unsigned cost) {
    if (s->hit_count == HITS_MAX)
        return;
    s->hit[s->hit_count++] = (struct hit){place, form, (uint16_t)least(cost, 60000)};
    s->best = least(s->best, cost);
}

/* Adds the places of the forms that were looked up, as far as they fit the reading. */
static void add_hits(struct search *s, const struct reading *r) {
    const struct place_names *names = s->names;
    bool weighed = r->part_count == 0 && !s->query->has_near && s->query->country < 0 &&
                   s->query->level < 0;
    size_t before = s->hit_count;
    for (size_t i = 0; i < s->form_count; i++) {
        const struct place_form *f = &names->forms[s->form[i].form];
        uint32_t end = f[1].first;
        if (s->hit_count - before >= HITS_MAX / 4)
            return;
        if (weighed && end - f->first > s->query->limit)
            end = f->first + (uint32_t)s->query->limit;
        for (uint32_t p = f->first; p < end && s->postings > 0; p++, s->postings--) {
            uint32_t place = names->postings[p].place;
            unsigned parts = may_answer(s, place) ? parts_cost(s, r, place) : NOT_THERE;
            if (parts < NOT_THERE)
                add_hit(s, place, s->form[i].form,
                        r->cost + s->form[i].cost + parts + names->postings[p].extra);
        }
    }
}

/* Looks the name of readings up that have the same, and adds what fits each. */
static void try_name(struct search *s, const struct reading *r, int count,
                     unsigned bound) {
    bool beginnings = !s->query->whole && r->last == s->token_count - 1;
    seek_forms(s, &s->atlas->index->all, seek_segment(s, r->first, r->last), bound,
               beginnings);
    for (int i = 0; i < count; i++)
        add_hits(s, &r[i]);
}

/* ---- names with what they lie in ------------------------------------------------------------ */

/* Readings that are to be tried; those with the same name stand together. */
struct readings {
    struct reading at[READINGS_MAX];
    int count;
};

static bool may_hold(const struct reading *r) {
    for (int i = 0; i < r->part_count; i++)
        if (r->part[i]->count == 0 && !r->loose)
            return false;
    return true;
}

static void add_reading(struct readings *all, const struct reading *r) {
    if (all->count < READINGS_MAX && may_hold(r))
        all->at[all->count++] = *r;
}

/* Reads tokens first..last as what the name lies in: as one place, or as two. */
static void add_context(struct search *s, struct readings *all, struct reading r,
                        int first, int last) {
    r.part[r.part_count++] = context_of(s, first, last);
    add_reading(all, &r);
    for (int middle = first; middle < last && r.part_count < PARTS_MAX; middle++) {
        struct reading two = r;
        two.part[two.part_count - 1] = context_of(s, first, middle);
        two.part[two.part_count++] = context_of(s, middle + 1, last);
        add_reading(all, &two);
    }
}

/* Without commas in tokens first..last: the name is first, or last, and the rest is what it
 * lies in, beside what `r` has. */
static void add_splits(struct search *s, struct readings *all, struct reading r,
                       int first, int last) {
    r.cost += 1;
    if (r.part_count == PARTS_MAX)
        return;
    for (int middle = first; middle < last; middle++) {
        r.first = first;
        r.last = middle;
        add_context(s, all, r, middle + 1, last);
        r.first = middle + 1;
        r.last = last;
        add_context(s, all, r, first, middle);
    }
}

/* ---- one by one ----------------------------------------------------------------------------- */

/* Gathers what lies in the places of `c`, at most CLOSE_MAX; false: there is more. */
static bool gather(const struct atlas *a, const struct context *c, uint32_t *out,
                   size_t *count) {
    const struct place_index *x = a->index;
    *count = 0;
    for (int i = 0; i < c->count; i++) {
        size_t next = *count;
        for (uint32_t p = c->place[i];; p = out[next++]) {
            uint32_t first = x->child_first[p], end = x->child_first[p + 1];
            if (*count + (end - first) > CLOSE_MAX)
                return false;
            memcpy(out + *count, x->child + first, (end - first) * sizeof *out);
            *count += end - first;
            if (next == *count)
                break;
        }
    }
    return true;
}

/* The least cost of a name of a place, as `g` has it. */
static unsigned name_cost(struct search *s, const struct segment *g, uint32_t place,
                          uint32_t *form) {
    const struct place_index *x = s->atlas->index;
    unsigned best = NOT_THERE;
    for (int i = 0; i < g->count; i++) {
        s->asked = &g->spelling[i];
        for (uint32_t f = x->form_first[place];
             f < x->form_first[place + 1] && s->comparisons > 0; f++) {
            const struct tree_key *key = &x->all.keys[x->all.forms[x->form[f].place].key];
            s->comparisons -= least(s->comparisons, (unsigned)s->asked->len);
            unsigned cost =
                tree_cost(s->asked->sounds, s->asked->len, key->sounds, key->len);
            if (cost > SOUND_EDIT / 2 * s->asked->len)
                continue;
            cost += seek_letter_cost(s, x->form[f].place, false) + s->asked->dropped +
                    x->form[f].extra;
            if (cost < best) {
                best = cost;
                *form = x->form[f].place;
            }
        }
    }
    return best;
}

/* Compares a reading with all that lies where it says, where that is not too much: far
 * worse names can be told apart then. False: it is too much. */
static bool try_close(struct search *s, const struct reading *r) {
    uint32_t place[CLOSE_MAX], form = 0;
    size_t count = 0;
    int part = 0;
    while (part < r->part_count && !gather(s->atlas, r->part[part], place, &count))
        part++;
    if (r->loose || part == r->part_count)
        return false;
    const struct segment *g = seek_segment(s, r->first, r->last);
    s->names = &s->atlas->index->all;
    for (size_t i = 0; i < count && s->comparisons > 0; i++) {
        unsigned parts = may_answer(s, place[i]) ? parts_cost(s, r, place[i]) : NOT_THERE;
        unsigned cost = parts < NOT_THERE ? name_cost(s, g, place[i], &form) : NOT_THERE;
        if (cost < NOT_THERE)
            add_hit(s, place[i], form, r->cost + cost + parts);
    }
    return true;
}

struct part {
    int first, last;
};

static int read_parts(const struct search *s, struct part part[TOKENS_MAX]) {
    int count = 1;
    part[0] = (struct part){0, 0};
    for (int i = 1; i < s->token_count; i++) {
        if (s->comma_before[i])
            part[count++].first = i;
        part[count - 1].last = i;
    }
    return count;
}

/* Tries readings strictly. */
static void try_strictly(struct search *s, const struct readings *all) {
    for (int i = 0, n; i < all->count; i += n) {
        const struct reading *r = &all->at[i];
        for (n = 1; i + n < all->count && r[n].first == r->first && r[n].last == r->last;)
            n++;
        if (s->best > NEAR_COST)
            try_name(s, r, n, FIRST_BOUND);
    }
}

/* Tries readings with all their errors, unless what was found is sure, or near enough. */
static void try_widely(struct search *s, const struct readings *all) {
    for (int i = 0; i < all->count && s->best > SURE_COST; i++)
        if (!try_close(s, &all->at[i]) && s->best > FAR_COST)
            try_name(s, &all->at[i], 1, UINT8_MAX);
}

/* With commas: any part is the name, or holds it, and the others are what it lies in. Where
 * nothing lies there, the first part elsewhere is better than no answer. */
static void try_parts(struct search *s, struct readings *all) {
    struct part part[TOKENS_MAX];
    int count = read_parts(s, part);
    for (int name = 0; name < count; name++) {
        struct reading r = {.first = part[name].first, .last = part[name].last};
        for (int i = 0; i < count && r.part_count < PARTS_MAX; i++)
            if (i != name)
                r.part[r.part_count++] = context_of(s, part[i].first, part[i].last);
        add_reading(all, &r);
    }
    try_strictly(s, all);
    try_widely(s, all);
    int plain = all->count;
    for (int i = 0; i < plain && s->best > FAR_COST; i++)
        add_splits(s, all, all->at[i], all->at[i].first, all->at[i].last);
    if (all->count > plain) {
        try_strictly(s, all);
        try_widely(s, all);
    }
    if (s->hit_count > 0)
        return;
    struct reading r = {.first = part[0].first, .last = part[0].last, .loose = true};
    for (int i = 1; i < count && r.part_count < PARTS_MAX; i++)
        r.part[r.part_count++] = context_of(s, part[i].first, part[i].last);
    try_name(s, &r, 1, UINT8_MAX);
}

/* Without commas: all of it is the name, or it is taken apart. What is found strictly, either
 * way, saves the work of looking for errors. */
static void try_words(struct search *s, struct readings *all) {
    const struct reading whole = {.first = 0, .last = s->token_count - 1};
    try_name(s, &whole, 1, FIRST_BOUND);
    if (s->best > NEAR_COST) {
        add_splits(s, all, (struct reading){.part_count = 0}, 0, s->token_count - 1);
        try_strictly(s, all);
    }
    if (s->best > NEAR_COST || s->hit_count < s->query->limit)
        try_name(s, &whole, 1, TYPING_BOUND);
    if (s->best > FAR_COST)
        try_name(s, &whole, 1, UINT8_MAX);
    if (s->best > NEAR_COST)
        try_widely(s, all);
}

/* ---- ranking ------------------------------------------------------------------------------- */

struct ranked {
    struct hit hit;
    uint16_t weight;
    float chord; /* metres from `near` */
};

static int compare_hits(const void *x, const void *y) {
    const struct hit *a = x, *b = y;
    if (a->place != b->place)
        return a->place < b->place ? -1 : 1;
    return (int)a->cost - (int)b->cost;
}

static int compare_ranked(const void *x, const void *y) {
    const struct ranked *a = x, *b = y;
    if (a->hit.cost != b->hit.cost)
        return a->hit.cost < b->hit.cost ? -1 : 1;
    if (a->weight != b->weight)
        return a->weight > b->weight ? -1 : 1;
    if (a->chord != b->chord)
        return a->chord < b->chord ? -1 : 1;
    return a->hit.place < b->hit.place ? -1 : a->hit.place > b->hit.place;
}

static float chord_to(const struct search *s, uint32_t place) {
    const struct atlas_place *p = &s->atlas->places[place];
    if (!s->query->has_near || p->pointed == ATLAS_NONE)
        return s->query->has_near ? INFINITY : 0;
    return (float)geo_chord(geo_ecef(s->query->near), geo_ecef(p->point));
}

/* Sounds of all tokens together: what a score is measured by. */
static size_t asked_length(struct search *s) {
    size_t len = 0;
    for (int i = 0; i < s->token_count; i++) {
        const struct segment *g = seek_segment(s, i, i);
        len += g->count > 0 ? g->spelling[0].len : 0;
    }
    return len > 0 ? len : 1;
}

/* True when NAMESAKES_MAX of the first `count` have the name of `r`, which is not quite what
 * was asked. */
static bool is_crowded(const struct ranked *r, const struct ranked *first, size_t count) {
    int namesakes = 0;
    if (r->hit.cost <= NEAR_COST)
        return false;
    for (size_t i = 0; i < count; i++)
        namesakes += first[i].hit.form == r->hit.form;
    return namesakes >= NAMESAKES_MAX;
}

/* Brings what an answer holds to the front: names that are not quite what was asked stand
 * for few places each, so that others are seen too. Returns how many. */
static size_t spread(struct ranked *ranked, size_t count, size_t limit) {
    size_t kept = 0;
    for (size_t i = 0; i < count && kept < limit; i++) {
        if (is_crowded(&ranked[i], ranked, kept))
            continue;
        struct ranked chosen = ranked[i];
        memmove(&ranked[kept + 1], &ranked[kept], (i - kept) * sizeof *ranked);
        ranked[kept++] = chosen;
    }
    return count < limit ? count : limit;
}

static size_t rank(struct search *s, struct place_found *out) {
    struct ranked *ranked = xcalloc(s->hit_count + 1, sizeof *ranked);
    size_t count = 0, limit = s->query->limit;
    double full = (double)asked_length(s) * SOUND_EDIT;
    qsort(s->hit, s->hit_count, sizeof *s->hit, compare_hits);
    for (size_t i = 0; i < s->hit_count; i++)
        if (i == 0 || s->hit[i].place != s->hit[i - 1].place)
            ranked[count++] =
                (struct ranked){s->hit[i], s->atlas->index->weight[s->hit[i].place],
                                chord_to(s, s->hit[i].place)};
    qsort(ranked, count, sizeof *ranked, compare_ranked);
    count = spread(ranked, count, limit);
    for (size_t i = 0; i < count; i++)
        out[i] = (struct place_found){ranked[i].hit.place, ranked[i].hit.cost,
                                      fmax(0, 1 - ranked[i].hit.cost / full)};
    explicit_bzero(ranked, (s->hit_count + 1) * sizeof *ranked);
    free(ranked);
    return count;
}

size_t place_search(const struct atlas *a, const struct place_query *query,
                    struct place_found out[PLACE_SEARCH_MAX]) {
    struct search *s = xcalloc(1, sizeof *s);
    s->atlas = a;
    s->query = query;
    s->steps = STEPS;
    s->postings = POSTINGS;
    s->comparisons = COMPARISONS;
    s->best = NOT_THERE;
    seek_tokens(s, query->text);
    size_t count = 0;
    if (s->token_count > 0 && a->index != NULL) {
        struct readings *all = xcalloc(1, sizeof *all);
        if (s->has_comma)
            try_parts(s, all);
        else
            try_words(s, all);
        count = rank(s, out);
        free(all);
    }
    explicit_bzero(s, sizeof *s); /* nothing of what was asked stays */
    free(s);
    return count;
}
