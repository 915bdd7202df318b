/* SPDX-License-Identifier: Apache-2.0
 *
 * The atlas from the record: places first, then their names; then those of several sources
 * become one (data/atlas_link.c); then the outlines, which look for their place by name, and
 * where that fails by its point.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "data/atlas_builder.h"
#include "data/crypto.h"
#include "data/names/fold.h"
#include "data/mem.h"
#include "data/place_index.h"
#include "data/vocabulary.h"

/* ---- places ------------------------------------------------------------------------------ */

static uint32_t of_key(const struct atlas_builder *b, int64_t key) {
    return key > 0 && (size_t)key < b->of_key_count ? b->of_key[key] : ATLAS_NONE;
}

static void note_key(struct atlas_builder *b, int64_t key, uint32_t place) {
    while (b->of_key_count <= (size_t)key) {
        b->of_key =
            xgrow(b->of_key, &b->of_key_capacity, b->of_key_count, sizeof *b->of_key);
        b->of_key[b->of_key_count++] = ATLAS_NONE;
    }
    b->of_key[key] = place;
}

static bool on_place(const struct stored_place *from, void *ctx, struct error *e) {
    struct atlas_builder *b = ctx;
    int kind = vocabulary_find(VOC_PLACE_KIND, from->kind, strlen(from->kind));
    int country = vocabulary_find(VOC_COUNTRY, from->country, strlen(from->country));
    if (kind < 0 || country < 0)
        return error_set(e, ERR_DATA,
                         "the record is damaged: a place of kind %.40s in %.2s",
                         from->kind, from->country);
    struct atlas_place place = {.parent = of_key(b, from->parent_key),
                                .population = from->population,
                                .country = (uint16_t)country,
                                .kind = (uint8_t)kind,
                                .level = (uint8_t)place_level(kind),
                                .point = from->point,
                                .pointed =
                                    from->has_point ? b->atlas->place_count : ATLAS_NONE};
    memcpy(place.id, from->id, ID_BYTES);
    uint32_t n = builder_add_place(b, &place, from->source_key);
    note_key(b, from->key, n);
    builder_add_name(b, n, NAME_NATIONAL, "", from->name);
    builder_add_name(b, n, NAME_CODE, "", from->code);
    return true;
}

static bool on_name(int64_t place_key, const char *language, const char *value, void *ctx,
                    struct error *e) {
    struct atlas_builder *b = ctx;
    uint32_t place = of_key(b, place_key);
    (void)e;
    if (place != ATLAS_NONE)
        builder_add_name(b, place, language[0] ? NAME_LANGUAGE : NAME_OTHER, language,
                         value);
    return true;
}

/* All places and names are there: those of several sources become one, and outlines can look
 * for them. */
static void on_places_end(struct atlas_builder *b) {
    if (b->linked)
        return;
    b->linked = true;
    builder_link(b);
    for (size_t i = 0; i < b->name_count; i++) {
        const struct placed_name *n = &b->names[i];
        const struct atlas_place *p = &b->atlas->places[n->place];
        if (n->name.use == NAME_NATIONAL && p->level < LEVEL_VILLAGE)
            builder_same_place(b, p, n->name.text, n->place);
    }
}

static bool on_area(const struct stored_area *area, void *ctx, struct error *e) {
    on_places_end(ctx);
    return builder_on_area(area, ctx, e);
}

/* ---- what is looked up ------------------------------------------------------------------------ */

/* Places without a point take that of the nearest above. Parents stand before. */
static void point_all(struct atlas *a) {
    for (uint32_t i = 0; i < a->place_count; i++) {
        struct atlas_place *p = &a->places[i];
        if (p->pointed != ATLAS_NONE || p->parent == ATLAS_NONE)
            continue;
        p->pointed = a->places[p->parent].pointed;
        p->point = a->places[p->parent].point;
    }
}

static int compare_ids(const void *x, const void *y, void *ctx) {
    const struct atlas_place *places = ctx;
    return memcmp(places[*(const uint32_t *)x].id, places[*(const uint32_t *)y].id,
                  ID_BYTES);
}

static int compare_spots(const void *x, const void *y) {
    const struct atlas_spot *a = x, *b = y;
    if (a->point.lat != b->point.lat)
        return a->point.lat < b->point.lat ? -1 : 1;
    return a->place < b->place ? -1 : a->place > b->place;
}

static void sort_places(struct atlas *a) {
    a->by_id = xcalloc((size_t)a->place_count + 1, sizeof *a->by_id);
    a->spots = xcalloc((size_t)a->place_count + 1, sizeof *a->spots);
    for (uint32_t i = 0; i < a->place_count; i++) {
        const struct atlas_place *p = &a->places[i];
        a->by_id[i] = i;
        if (p->pointed == i && p->level >= LEVEL_DISTRICT)
            a->spots[a->spot_count++] = (struct atlas_spot){p->point, i, p->country};
    }
    qsort_r(a->by_id, a->place_count, sizeof *a->by_id, compare_ids, a->places);
    qsort(a->spots, a->spot_count, sizeof *a->spots, compare_spots);
}

static void digest(struct atlas *a, struct buf *scratch) {
    scratch->len = 0;
    for (uint32_t i = 0; i < a->place_count; i++) {
        const struct atlas_place *p = &a->places[i];
        buf_add(scratch, p->id, sizeof p->id);
        buf_add(scratch, &p->point, sizeof p->point);
        buf_add(scratch, &p->parent, sizeof p->parent);
        buf_char(scratch, (char)p->kind);
        for (uint32_t k = p->names.first; k < p->names.first + p->names.count; k++)
            buf_add(scratch, a->names[k].text, strlen(a->names[k].text) + 1);
    }
    buf_add(scratch, a->corners, a->corner_count * sizeof *a->corners);
    crypto_digest(scratch->data, scratch->len, a->digest, sizeof a->digest);
}

static void builder_free(struct atlas_builder *b) {
    intern_free(&b->same);
    buf_free(&b->scratch);
    void *arrays[] = {b->source, b->of_key, b->same_place, b->names, b->late};
    for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++)
        free(arrays[i]);
}

static struct atlas *build(struct record *record, bool with_corners, struct error *e) {
    struct atlas_builder b = {.atlas = atlas_empty(), .with_corners = with_corners};
    const struct place_reader reader = {on_place, on_name, on_area, &b};
    bool done = record_place_revision(record, &b.atlas->revision, e) &&
                record_each_place(record, &reader, e);
    if (done) {
        on_places_end(&b);
        builder_finish_areas(&b);
        builder_sort_names(&b);
        point_all(b.atlas);
        sort_places(b.atlas);
        digest(b.atlas, &b.scratch);
        b.atlas->index = place_index_build(b.atlas);
    }
    struct atlas *a = b.atlas;
    builder_free(&b);
    if (done)
        return a;
    atlas_free(a);
    return NULL;
}

struct atlas *atlas_build(struct record *record, struct error *e) {
    return build(record, true, e);
}

struct atlas *atlas_build_names(struct record *record, struct error *e) {
    return build(record, false, e);
}
