/* SPDX-License-Identifier: Apache-2.0 */
#include "data/place_index.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "data/mem.h"
#include "data/names/romanise.h"
#include "data/names/word.h"

/* A name of a place, in a form. */
struct entry {
    uint32_t form, place;
    uint8_t extra; /* as in struct place_posting */
};

struct indexing {
    const struct atlas *atlas;
    struct place_index *index;
    struct intern forms; /* letters */
    struct intern texts; /* names that were read already: their forms are in `of_text` */
    uint32_t *of_text;   /* WORD_CORES_MAX forms a name, NO_FORM at the end */
    size_t of_text_capacity;
    struct entry *entries;
    size_t entry_count, entry_capacity;
    struct buf native, spaced, letters;
};

#define NO_FORM UINT32_MAX

/* ---- weights ------------------------------------------------------------------------------- */

/* What people mean by a name that several places have. By index in place_kind.csv. */
static const uint8_t kind_weight[] = {
    [LEVEL_COUNTRY] = 7, [LEVEL_PROVINCE] = 6, [LEVEL_DISTRICT] = 5,
    [LEVEL_COMMUNE] = 3, [LEVEL_VILLAGE] = 2,  [LEVEL_POINT] = 4,
};

static uint16_t weight_of(const struct atlas_place *p) {
    double size = p->population > 0 ? 8 * log2((double)p->population) : 0;
    return (uint16_t)(kind_weight[p->level] << 8 | (size > 255 ? 255 : (int)size));
}

/* ---- names to forms ------------------------------------------------------------------------ */

static void romanised_letters(const char *name, size_t len, struct buf *spaced,
                              struct buf *out) {
    spaced->len = 0;
    romanise(name, len, spaced);
    for (size_t i = 0; i < spaced->len; i++)
        if (spaced->data[i] != ' ')
            buf_char(out, spaced->data[i]);
}

void place_letters(const char *name, size_t len, struct buf *out) {
    struct buf spaced = {0};
    romanised_letters(name, len, &spaced, out);
    buf_wipe(&spaced);
}

/* Room for the forms of one text more. */
static uint32_t *new_text(struct indexing *x) {
    size_t count = (size_t)x->texts.count * WORD_CORES_MAX;
    if (count > x->of_text_capacity) {
        x->of_text_capacity = x->of_text_capacity ? 2 * x->of_text_capacity : 4096;
        x->of_text = xrealloc(x->of_text, x->of_text_capacity, sizeof *x->of_text);
    }
    return x->of_text + count - WORD_CORES_MAX;
}

/* The forms of a name, whole first. Many places share a name. */
static const uint32_t *forms_of(struct indexing *x, const char *name) {
    struct word_core core[WORD_CORES_MAX];
    size_t len = strlen(name);
    bool is_new;
    uint32_t text = intern(&x->texts, name, len, &is_new);
    if (!is_new)
        return x->of_text + (size_t)text * WORD_CORES_MAX;
    uint32_t *forms = new_text(x);
    x->native.len = 0;
    native_form(name, len, &x->native);
    int count = word_cores(x->native.data, x->native.len, core);
    for (int i = 0; i < WORD_CORES_MAX; i++) {
        x->letters.len = 0;
        if (i < count)
            romanised_letters(core[i].text.at, core[i].text.len, &x->spaced, &x->letters);
        forms[i] = x->letters.len > 0
                       ? intern(&x->forms, x->letters.data, x->letters.len, NULL)
                       : NO_FORM;
    }
    return forms;
}

static void add_name(struct indexing *x, uint32_t place, const struct atlas_name *name) {
    const uint32_t *forms = forms_of(x, name->text);
    bool other = name->use == NAME_OTHER;
    for (uint8_t i = 0; i < WORD_CORES_MAX; i++) {
        if (forms[i] == NO_FORM)
            continue;
        x->entries =
            xgrow(x->entries, &x->entry_capacity, x->entry_count, sizeof *x->entries);
        x->entries[x->entry_count++] =
            (struct entry){forms[i], place, (uint8_t)((i > 0) + other)};
    }
}

static void add_names(struct indexing *x) {
    const struct atlas *a = x->atlas;
    for (uint32_t i = 0; i < a->place_count; i++) {
        struct atlas_run run = a->places[i].names;
        for (uint32_t n = run.first; n < run.first + run.count; n++)
            if (a->names[n].use != NAME_CODE)
                add_name(x, i, &a->names[n]);
    }
}

/* ---- forms in their order ------------------------------------------------------------------ */

struct sorted_form {
    const uint8_t *sounds;
    const char *letters;
    uint32_t number; /* in `forms` of the indexing */
    uint8_t len;
};

static int compare_sounds(const struct sorted_form *a, const struct sorted_form *b) {
    int order = memcmp(a->sounds, b->sounds, a->len < b->len ? a->len : b->len);
    return order != 0 ? order : (int)a->len - (int)b->len;
}

static int compare_forms(const void *x, const void *y) {
    int order = compare_sounds(x, y);
    return order != 0 ? order
                      : strcmp(((const struct sorted_form *)x)->letters,
                               ((const struct sorted_form *)y)->letters);
}

/* All forms, by their sounds. Forms without a sound ("h" of nothing) are at the front. */
static struct sorted_form *sort_forms(struct indexing *x) {
    struct sorted_form *out = xcalloc((size_t)x->forms.count + 1, sizeof *out);
    for (size_t s = 0; s < x->forms.capacity; s++) {
        const struct intern_slot *slot = &x->forms.slots[s];
        if (slot->index == 0)
            continue;
        uint8_t sounds[SOUNDS_MAX];
        const char *letters = x->forms.keys.data + slot->at;
        size_t len = sound_read(letters, slot->len, sounds);
        out[slot->index - 1] = (struct sorted_form){
            (const uint8_t *)arena_strndup(&x->index->texts, (const char *)sounds, len),
            arena_strndup(&x->index->texts, letters, slot->len), slot->index - 1,
            (uint8_t)len};
    }
    qsort(out, x->forms.count, sizeof *out, compare_forms);
    return out;
}

/* ---- a table of names ---------------------------------------------------------------------- */

struct ordering {
    const uint16_t *weight;
    const uint32_t *rank; /* of each form */
};

static int compare_entries(const void *a, const void *b, void *ctx) {
    const struct entry *x = a, *y = b;
    const struct ordering *o = ctx;
    if (x->form != y->form)
        return o->rank[x->form] < o->rank[y->form] ? -1 : 1;
    if (o->weight[x->place] != o->weight[y->place])
        return o->weight[x->place] > o->weight[y->place] ? -1 : 1;
    if (x->place != y->place)
        return x->place < y->place ? -1 : 1;
    return (int)x->extra - (int)y->extra;
}

/* The entries, in the order of their forms, weightiest places first, each place once. */
static void sort_entries(struct indexing *x, const struct sorted_form *sorted) {
    uint32_t *rank = xcalloc((size_t)x->forms.count + 1, sizeof *rank);
    struct ordering ordering = {x->index->weight, rank};
    for (uint32_t i = 0; i < x->forms.count; i++)
        rank[sorted[i].number] = i;
    if (x->entry_count > 0)
        qsort_r(x->entries, x->entry_count, sizeof *x->entries, compare_entries,
                &ordering);
    size_t kept = 0;
    for (size_t i = 0; i < x->entry_count; i++)
        if (i == 0 || x->entries[i].form != x->entries[kept - 1].form ||
            x->entries[i].place != x->entries[kept - 1].place)
            x->entries[kept++] = x->entries[i];
    x->entry_count = kept;
    free(rank);
}

static void add_form(struct place_names *t, const struct sorted_form *form,
                     const struct sorted_form *last, uint16_t weight) {
    if (last == NULL || compare_sounds(form, last) != 0) {
        t->keys[t->key_count] = (struct tree_key){form->sounds, form->len};
        t->key_form[t->key_count++] = t->form_count;
    }
    t->forms[t->form_count++] =
        (struct place_form){form->letters, t->key_count - 1, t->posting_count, weight};
}

/* The entries whose place is in `chosen` (NULL: all) as a table. */
static void fill_names(struct indexing *x, const struct sorted_form *sorted,
                       const bool *chosen, struct place_names *t) {
    size_t room = (size_t)x->forms.count + 1, e = 0;
    const struct sorted_form *last = NULL;
    t->keys = xcalloc(room, sizeof *t->keys);
    t->key_form = xcalloc(room, sizeof *t->key_form);
    t->forms = xcalloc(room, sizeof *t->forms);
    t->postings = xcalloc(x->entry_count + 1, sizeof *t->postings);
    for (uint32_t i = 0; i < x->forms.count; i++) {
        bool is_first = true;
        for (; e < x->entry_count && x->entries[e].form == sorted[i].number; e++) {
            const struct entry *entry = &x->entries[e];
            if (sorted[i].len == 0 || (chosen != NULL && !chosen[entry->place]))
                continue;
            if (is_first) {
                add_form(t, &sorted[i], last, x->index->weight[entry->place]);
                last = &sorted[i];
            }
            is_first = false;
            t->postings[t->posting_count++] =
                (struct place_posting){entry->place, entry->extra};
        }
    }
    t->forms[t->form_count].first = t->posting_count;
    t->key_form[t->key_count] = t->form_count;
    tree_pair_build(&t->trees, t->keys, t->key_count);
}

static bool *mark_parents(const struct atlas *a) {
    bool *parents = xcalloc((size_t)a->place_count + 1, sizeof *parents);
    for (uint32_t i = 0; i < a->place_count; i++)
        if (a->places[i].parent != ATLAS_NONE)
            parents[a->places[i].parent] = true;
    return parents;
}

/* ---- what lies where ----------------------------------------------------------------------- */

/* Turns counts of each place, at n + 1, into the starts of runs. */
static void add_up(uint32_t *first, uint32_t places) {
    for (uint32_t i = 0; i < places; i++)
        first[i + 1] += first[i];
}

static void list_children(const struct atlas *a, struct place_index *x) {
    x->child_first = xcalloc((size_t)a->place_count + 2, sizeof *x->child_first);
    x->child = xcalloc((size_t)a->place_count + 1, sizeof *x->child);
    for (uint32_t i = 0; i < a->place_count; i++)
        if (a->places[i].parent != ATLAS_NONE)
            x->child_first[a->places[i].parent + 2]++;
    add_up(x->child_first + 1, a->place_count);
    for (uint32_t i = 0; i < a->place_count; i++)
        if (a->places[i].parent != ATLAS_NONE)
            x->child[x->child_first[a->places[i].parent + 1]++] = i;
}

static void list_forms(const struct atlas *a, struct place_index *x) {
    const struct place_names *all = &x->all;
    x->form_first = xcalloc((size_t)a->place_count + 2, sizeof *x->form_first);
    x->form = xcalloc((size_t)all->posting_count + 1, sizeof *x->form);
    for (uint32_t i = 0; i < all->posting_count; i++)
        x->form_first[all->postings[i].place + 2]++;
    add_up(x->form_first + 1, a->place_count);
    for (uint32_t f = 0; f < all->form_count; f++)
        for (uint32_t i = all->forms[f].first; i < all->forms[f + 1].first; i++)
            x->form[x->form_first[all->postings[i].place + 1]++] =
                (struct place_posting){f, all->postings[i].extra};
}

struct place_index *place_index_build(const struct atlas *a) {
    struct indexing x = {.atlas = a, .index = xcalloc(1, sizeof *x.index)};
    bool *parents = mark_parents(a);
    x.index->weight = xcalloc((size_t)a->place_count + 1, sizeof *x.index->weight);
    for (uint32_t i = 0; i < a->place_count; i++)
        x.index->weight[i] = weight_of(&a->places[i]);
    add_names(&x);
    struct sorted_form *sorted = sort_forms(&x);
    sort_entries(&x, sorted);
    fill_names(&x, sorted, NULL, &x.index->all);
    fill_names(&x, sorted, parents, &x.index->parents);
    list_children(a, x.index);
    list_forms(a, x.index);
    intern_free(&x.forms);
    intern_free(&x.texts);
    buf_free(&x.native);
    buf_free(&x.spaced);
    buf_free(&x.letters);
    free(x.of_text);
    free(x.entries);
    free(sorted);
    free(parents);
    return x.index;
}

static void names_free(struct place_names *t) {
    tree_pair_free(&t->trees);
    free(t->keys);
    free(t->key_form);
    free(t->forms);
    free(t->postings);
}

void place_index_free(struct place_index *index) {
    if (index == NULL)
        return;
    names_free(&index->all);
    names_free(&index->parents);
    arena_free(&index->texts);
    free(index->child);
    free(index->child_first);
    free(index->form);
    free(index->form_first);
    free(index->weight);
    free(index);
}
