/* SPDX-License-Identifier: Apache-2.0 */
#include "data/atlas_builder.h"

#include <stdlib.h>
#include <string.h>

#include "data/names/fold.h"

static const char *keep(struct atlas *a, const char *text) {
    return arena_strndup(&a->texts, text, strlen(text));
}

uint32_t builder_same_place(struct atlas_builder *b, const struct atlas_place *place,
                            const char *name, uint32_t number) {
    const uint32_t what[] = {place->country, place->level, place->parent};
    bool added;
    b->scratch.len = 0;
    buf_add(&b->scratch, what, sizeof what);
    fold(name, strlen(name), &b->scratch);
    uint32_t n = intern(&b->same, b->scratch.data, b->scratch.len, &added);
    if (!added)
        return b->same_place[n];
    b->same_place = xgrow(b->same_place, &b->same_capacity, n, sizeof *b->same_place);
    b->same_place[n] = number;
    return ATLAS_NONE;
}

uint32_t builder_add_place(struct atlas_builder *b, const struct atlas_place *place,
                           int64_t source_key) {
    struct atlas *a = b->atlas;
    a->places = xgrow(a->places, &b->place_capacity, a->place_count, sizeof *a->places);
    b->source = xgrow(b->source, &b->source_capacity, a->place_count, sizeof *b->source);
    b->source[a->place_count] = source_key;
    if (place->level == LEVEL_COUNTRY)
        a->country_place[place->country] = a->place_count;
    a->places[a->place_count] = *place;
    return a->place_count++;
}

void builder_add_name(struct atlas_builder *b, uint32_t place, enum name_use use,
                      const char *language, const char *text) {
    if (text[0] == '\0')
        return;
    b->names = xgrow(b->names, &b->name_capacity, b->name_count, sizeof *b->names);
    b->names[b->name_count++] = (struct placed_name){
        {keep(b->atlas, text), language[0] ? keep(b->atlas, language) : "", use},
        place,
        b->source[place]};
}

/* ---- names and keys ------------------------------------------------------------------------ */

static int compare_names(const void *x, const void *y) {
    const struct placed_name *a = x, *b = y;
    if (a->place != b->place)
        return a->place < b->place ? -1 : 1;
    if (a->name.use != b->name.use)
        return a->name.use < b->name.use ? -1 : 1;
    int order = strcmp(a->name.language, b->name.language);
    if (order == 0 && a->source_key != b->source_key)
        return a->source_key < b->source_key ? -1 : 1;
    return order != 0 ? order : strcmp(a->name.text, b->name.text);
}

static void make_other(struct placed_name *n) {
    n->name.use = NAME_OTHER;
    n->name.language = "";
}

/* The name of the first source is romanised, and what English readers are shown: what a later
 * one gives as English is another spelling. */
static void demote_english(struct atlas_builder *b) {
    for (size_t i = 0; i < b->name_count; i++) {
        struct placed_name *n = &b->names[i];
        if (n->name.use == NAME_LANGUAGE && strcmp(n->name.language, "en") == 0 &&
            n->source_key != b->source[n->place])
            make_other(n);
    }
}

/* Sorts the names. A second one in a language, of a later source, is another spelling. */
static void order_names(struct atlas_builder *b) {
    bool moved = false;
    demote_english(b);
    qsort(b->names, b->name_count, sizeof *b->names, compare_names);
    for (size_t i = 1, first = 0; i < b->name_count; i++) {
        const struct placed_name *before = &b->names[first];
        struct placed_name *n = &b->names[i];
        if (n->place != before->place || n->name.use != NAME_LANGUAGE ||
            before->name.use != NAME_LANGUAGE ||
            strcmp(n->name.language, before->name.language) != 0) {
            first = i;
        } else if (n->source_key != before->source_key) {
            make_other(n);
            moved = true;
        }
    }
    if (moved)
        qsort(b->names, b->name_count, sizeof *b->names, compare_names);
}

/* True when the name number `i` says nothing that those of its place before it do not. */
static bool is_told(const struct atlas_builder *b, size_t i) {
    const struct placed_name *n = &b->names[i];
    for (size_t k = i; k-- > 0 && b->names[k].place == n->place;) {
        const struct placed_name *other = &b->names[k];
        bool both_codes = n->name.use == NAME_CODE && other->name.use == NAME_CODE;
        bool both_names = n->name.use != NAME_CODE && other->name.use != NAME_CODE;
        if ((both_codes || both_names) && strcmp(n->name.text, other->name.text) == 0 &&
            (n->source_key != other->source_key ? n->name.use != NAME_LANGUAGE
                                                : strcmp(n->name.language,
                                                         other->name.language) == 0))
            return true;
    }
    return false;
}

static int compare_keys(const void *x, const void *y) {
    const struct atlas_key *a = x, *b = y;
    if (a->country != b->country)
        return a->country < b->country ? -1 : 1;
    int order = strcmp(a->folded, b->folded);
    if (order == 0 && a->place != b->place)
        return a->place < b->place ? -1 : 1;
    return order != 0 ? order : (int)a->other - (int)b->other;
}

static bool same_key(const struct atlas_key *a, const struct atlas_key *b) {
    return a->country == b->country && a->place == b->place &&
           strcmp(a->folded, b->folded) == 0;
}

void builder_sort_names(struct atlas_builder *b) {
    struct atlas *a = b->atlas;
    if (b->name_count > 0)
        order_names(b);
    free(a->names);
    free(a->keys);
    a->names = xcalloc(b->name_count + 1, sizeof *a->names);
    a->keys = xcalloc(b->name_count + 1, sizeof *a->keys);
    a->name_count = a->key_count = 0;
    for (uint32_t i = 0; i < a->place_count; i++)
        a->places[i].names = (struct atlas_run){0, 0};
    for (size_t i = 0; i < b->name_count; i++) {
        const struct placed_name *n = &b->names[i];
        struct atlas_place *place = &a->places[n->place];
        if (is_told(b, i))
            continue;
        if (place->names.count++ == 0)
            place->names.first = a->name_count;
        a->names[a->name_count++] = n->name;
        b->scratch.len = 0;
        fold(n->name.text, strlen(n->name.text), &b->scratch);
        if (b->scratch.len > 0)
            a->keys[a->key_count++] =
                (struct atlas_key){keep(a, buf_text(&b->scratch)), n->place,
                                   place->country, n->name.use == NAME_OTHER};
    }
    qsort(a->keys, a->key_count, sizeof *a->keys, compare_keys);
    uint32_t kept = 0;
    for (uint32_t i = 0; i < a->key_count; i++)
        if (i == 0 || !same_key(&a->keys[i], &a->keys[kept - 1]))
            a->keys[kept++] = a->keys[i];
    a->key_count = kept;
}
