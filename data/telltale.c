/* SPDX-License-Identifier: Apache-2.0 */
#include "data/telltale.h"

#include <stdlib.h>
#include <string.h>

#include "data/json_read.h"
#include "data/mem.h"
#include "data/names/fold.h"
#include "data/snapshot_text.h"

#define LEAST 8 /* bytes of a folded phrase: its beginning finds it */

/* Something that is hidden, folded. */
struct phrase {
    uint64_t begin; /* its first LEAST bytes */
    const char *text;
    const char *of, *source, *what; /* whose, and which column */
};

struct telltale {
    const struct atlas *atlas;
    struct arena arena;
    struct phrase *phrase;
    size_t count, capacity;
    struct buf folded, text, line;
    void (*say)(const char *line, void *ctx);
    void *ctx;
    int64_t found;
};

/* ---- what is hidden --------------------------------------------------------------------- */

static uint64_t beginning(const char *text) {
    uint64_t begin;
    memcpy(&begin, text, sizeof begin);
    return begin;
}

static void hide(struct telltale *t, const struct stored_service *s, enum column column,
                 const char *text, size_t len) {
    t->folded.len = 0;
    fold(text, len, &t->folded);
    if (t->folded.len < LEAST)
        return;
    t->phrase = xgrow(t->phrase, &t->capacity, t->count, sizeof *t->phrase);
    const char *kept = arena_strndup(&t->arena, t->folded.data, t->folded.len);
    t->phrase[t->count++] = (struct phrase){
        beginning(kept), kept,
        arena_strndup(&t->arena, s->flat.cell[COL_ID], strlen(s->flat.cell[COL_ID])),
        arena_strndup(&t->arena, s->source, strlen(s->source)), columns[column].name};
}

/* Telephones of a service that is hidden, or those that are not for the public. */
static void hide_phones(struct telltale *t, const struct stored_service *s, bool all) {
    const char *cell = s->flat.cell[COL_PHONES];
    struct error e;
    struct json *phones = cell[0] ? json_parse(cell, strlen(cell), &e) : NULL;
    for (size_t i = 0; phones != NULL && i < json_count(phones); i++) {
        const struct json *number = json_get(json_at(phones, i), "number"),
                          *audience = json_get(json_at(phones, i), "audience");
        size_t len;
        const char *text = number != NULL ? json_text(number, &len) : NULL;
        if (text != NULL && (all || audience != NULL))
            hide(t, s, COL_PHONES, text, len);
    }
    json_free(phones);
}

static bool gather(const struct stored_service *s, void *ctx, struct error *e) {
    static const enum column always[] = {COL_ADDRESS, COL_EMAIL, COL_CONTACT};
    struct telltale *t = ctx;
    bool hidden = !publish_listed(s);
    (void)e;
    if (strcmp(s->visibility, "exact") == 0 && !hidden)
        return true;
    for (size_t i = 0; i < sizeof always / sizeof *always; i++)
        hide(t, s, always[i], s->flat.cell[always[i]], strlen(s->flat.cell[always[i]]));
    if (hidden)
        hide(t, s, COL_SERVICE, s->flat.cell[COL_SERVICE], strlen(s->flat.cell[COL_SERVICE]));
    hide_phones(t, s, hidden);
    return true;
}

static int by_beginning(const void *a, const void *b) {
    const struct phrase *x = a, *y = b;
    return (x->begin > y->begin) - (x->begin < y->begin);
}

/* ---- what is published ------------------------------------------------------------------ */

/* The first phrase with that beginning, or `count`. */
static size_t first_of(const struct telltale *t, uint64_t begin) {
    size_t low = 0, high = t->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (t->phrase[middle].begin < begin)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void tell(struct telltale *t, const struct stored_service *s, const struct phrase *p) {
    t->line.len = 0;
    buf_printf(&t->line, "%s of source %s: its public text holds the %s of %s of source %s",
               s->flat.cell[COL_ID], s->source, p->what, p->of, p->source);
    t->found++;
    t->say(buf_text(&t->line), t->ctx);
}

static void look_through(struct telltale *t, const struct stored_service *s) {
    for (size_t at = 0; at + LEAST <= t->folded.len; at++) {
        uint64_t begin = beginning(t->folded.data + at);
        for (size_t i = first_of(t, begin); i < t->count && t->phrase[i].begin == begin; i++) {
            size_t len = strlen(t->phrase[i].text);
            if (at + len <= t->folded.len &&
                memcmp(t->folded.data + at, t->phrase[i].text, len) == 0)
                tell(t, s, &t->phrase[i]);
        }
    }
}

/* Folds a long text piece by piece, as long as fold() takes; pieces overlap by none, so that
 * what stands across two is not found. Texts of services are far shorter. */
static void fold_all(const struct buf *text, struct buf *out) {
    out->len = 0;
    for (size_t at = 0; at < text->len;) {
        size_t len = text->len - at < FOLD_BYTES_MAX ? text->len - at : FOLD_BYTES_MAX;
        while (len > 1 && at + len < text->len && (text->data[at + len] & 0xC0) == 0x80)
            len--;
        fold(text->data + at, len, out);
        at += len;
    }
}

static bool look(const struct stored_service *s, void *ctx, struct error *e) {
    struct telltale *t = ctx;
    struct view view;
    (void)e;
    if (!publish_listed(s))
        return true;
    view_of_role(ROLE_PUBLIC, VIEW_FAR, &view);
    struct text_source source = {s, &view, t->atlas, publish_where(s, t->atlas, NULL)};
    unsigned languages = text_languages(&source) | 1;
    for (int k = 0; k < LANGUAGE_COUNT; k++) {
        if (!(languages >> k & 1))
            continue;
        t->text.len = 0;
        text_summary(&t->text, &source, k);
        text_detail(&t->text, &source, k);
        fold_all(&t->text, &t->folded);
        look_through(t, s);
    }
    return true;
}

bool telltale_texts(struct record *r, void (*say)(const char *line, void *ctx), void *ctx,
                    int64_t *count, struct error *e) {
    int64_t revision;
    struct atlas *atlas = atlas_build_names(r, e);
    struct telltale t = {.atlas = atlas, .say = say, .ctx = ctx};
    bool done = atlas != NULL && record_each(r, &revision, gather, &t, e);
    if (done && t.count > 0) {
        qsort(t.phrase, t.count, sizeof *t.phrase, by_beginning);
        done = record_each(r, &revision, look, &t, e);
    }
    *count = t.found;
    struct buf *bufs[] = {&t.folded, &t.text, &t.line};
    for (size_t i = 0; i < sizeof bufs / sizeof *bufs; i++)
        buf_free(bufs[i]);
    arena_free(&t.arena);
    free(t.phrase);
    atlas_free(atlas);
    return done;
}
