/* SPDX-License-Identifier: Apache-2.0 */
#include "data/names/word.h"

#include <stdlib.h>
#include <string.h>

#include "data/buf.h"
#include "data/csv.h"
#include "data/mem.h"
#include "data/names/fold.h"
#include "data/vocabulary.h"

#define WORD_BYTES_MAX 60
#define TOKENS_MAX 3 /* words of a generic word */
#define PARTS_MAX 16 /* words of a name */

struct word {
    char text[WORD_BYTES_MAX]; /* Latin: folded, without spaces; else as it is written */
    size_t len;
    bool after;
    unsigned kinds;
};

struct words {
    struct word *word;
    size_t count, capacity;
};

/* Sorted by text; and, of scripts without spaces, the longest first. */
static struct words latin, other;

/* ---- the list ------------------------------------------------------------------------------ */

enum field { FIELD_WORD, FIELD_LANGUAGE, FIELD_STANDS, FIELD_KINDS, FIELD_COUNT };

static const char *const titles[FIELD_COUNT] = {"word", "language", "stands", "kinds"};

struct loading {
    const char *path;
    bool has_header;
    struct words latin, other;
};

static bool wrong(const struct loading *l, const struct csv_row *row, struct slice value,
                  const char *what, struct error *e) {
    return error_set(e, ERR_DATA, "%s:%lld: %s (%.*s)", l->path, (long long)row->line,
                     what, (int)(value.len > 60 ? 60 : value.len), value.at);
}

static bool read_header(struct loading *l, const struct csv_row *row, struct error *e) {
    l->has_header = true;
    for (size_t i = 0; i < FIELD_COUNT; i++)
        if (row->count != FIELD_COUNT || !slice_is(row->field[i], titles[i]))
            return wrong(l, row, row->field[0],
                         "the columns are not word,language,stands,kinds", e);
    return true;
}

static bool read_kinds(const struct loading *l, const struct csv_row *row, unsigned *out,
                       struct error *e) {
    struct slice rest = row->field[FIELD_KINDS], code;
    while (rest.len > 0 && slice_next(&rest, ';', &code)) {
        int kind = vocabulary_find(VOC_PLACE_KIND, code.at, code.len);
        if (kind < 0)
            return wrong(l, row, code, "not a kind of place", e);
        *out |= 1u << kind;
    }
    return true;
}

/* Letters of Latin, with or without marks: their UTF-8 starts below that of U+0590. */
static bool is_latin(struct slice text) {
    const unsigned char *s = (const unsigned char *)text.at;
    for (size_t i = 0; i < text.len; i++)
        if (s[i] >= 0xd6 && (s[i] != 0xe1 || i + 1 == text.len || s[i + 1] < 0xb8))
            return false;
    return true;
}

static bool add_word(struct words *to, const struct word *word, const struct buf *text) {
    if (text->len == 0 || text->len >= WORD_BYTES_MAX)
        return false;
    to->word = xgrow(to->word, &to->capacity, to->count, sizeof *to->word);
    struct word *added = &to->word[to->count++];
    *added = *word;
    memcpy(added->text, text->data, text->len);
    added->len = text->len;
    return true;
}

static bool read_word(struct loading *l, struct slice text, const struct word *word) {
    struct buf written = {0};
    bool in_latin = is_latin(text);
    if (in_latin)
        fold(text.at, text.len, &written);
    else
        buf_add(&written, text.at, text.len);
    bool good = add_word(in_latin ? &l->latin : &l->other, word, &written);
    buf_free(&written);
    return good;
}

static bool on_row(const struct csv_row *row, void *ctx, struct error *e) {
    struct loading *l = ctx;
    struct word word = {.len = 0};
    const struct slice *cell = row->field;
    if (!l->has_header)
        return read_header(l, row, e);
    if (row->count != FIELD_COUNT)
        return wrong(l, row, cell[0], "not four cells", e);
    if (vocabulary_find(VOC_LANGUAGE, cell[FIELD_LANGUAGE].at, cell[FIELD_LANGUAGE].len) < 0)
        return wrong(l, row, cell[FIELD_LANGUAGE], "not a language", e);
    word.after = slice_is(cell[FIELD_STANDS], "after");
    if (!word.after && !slice_is(cell[FIELD_STANDS], "before"))
        return wrong(l, row, cell[FIELD_STANDS], "neither before nor after", e);
    return read_kinds(l, row, &word.kinds, e) &&
           (read_word(l, cell[FIELD_WORD], &word) ||
            wrong(l, row, cell[FIELD_WORD], "not a word", e));
}

static int by_text(const void *x, const void *y) {
    const struct word *a = x, *b = y;
    int order = strcmp(a->text, b->text);
    return order != 0 ? order : (int)a->after - (int)b->after;
}

static int by_length(const void *x, const void *y) {
    const struct word *a = x, *b = y;
    return a->len != b->len ? (a->len > b->len ? -1 : 1) : strcmp(a->text, b->text);
}

/* What stands twice ("khet", Khmer and Thai) stands for both. */
static void join_same(struct words *w) {
    size_t kept = 0;
    for (size_t i = 0; i < w->count; i++) {
        if (kept > 0 && by_text(&w->word[i], &w->word[kept - 1]) == 0)
            w->word[kept - 1].kinds |= w->word[i].kinds;
        else
            w->word[kept++] = w->word[i];
    }
    w->count = kept;
}

static void sort_words(struct loading *l) {
    qsort(l->latin.word, l->latin.count, sizeof *l->latin.word, by_text);
    join_same(&l->latin);
    qsort(l->other.word, l->other.count, sizeof *l->other.word, by_length);
}

bool words_load(const char *path, struct error *e) {
    struct loading l = {.path = path};
    bool done = csv_read(path, on_row, &l, NULL, e);
    if (done && (l.latin.count == 0 || l.other.count == 0))
        done = error_set(e, ERR_DATA, "%s: the list is empty", path);
    if (done && latin.count == 0) {
        sort_words(&l);
        latin = l.latin;
        other = l.other;
        return true;
    }
    free(l.latin.word);
    free(l.other.word);
    return done;
}

/* ---- names --------------------------------------------------------------------------------- */

/* Bytes that part words at `s`: 0 if none do. */
static size_t parting(const char *s, const char *end) {
    static const char *const known[] = {" ", "-", "\u00a0", "\u200b", "\u3000", "\u2013"};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        size_t n = strlen(known[i]);
        if ((size_t)(end - s) >= n && memcmp(s, known[i], n) == 0)
            return n;
    }
    return 0;
}

/* The words of a name: at most PARTS_MAX; those beyond belong to the last. */
static int split(struct slice s, struct slice part[PARTS_MAX]) {
    const char *end = s.at + s.len;
    int count = 0;
    for (const char *at = s.at; at < end;) {
        size_t n = parting(at, end);
        if (n > 0) {
            at += n;
            continue;
        }
        const char *start = at;
        while (at < end && (count == PARTS_MAX - 1 || parting(at, end) == 0))
            at++;
        part[count++] = (struct slice){start, (size_t)(at - start)};
    }
    return count;
}

static struct slice joined(const struct slice *first, const struct slice *last) {
    return (struct slice){first->at, (size_t)(last->at + last->len - first->at)};
}

static struct slice trim(struct slice s) {
    struct slice part[PARTS_MAX];
    int count = split(s, part);
    return count > 0 ? joined(&part[0], &part[count - 1]) : (struct slice){s.at, 0};
}

/* True when something can be read of it: a letter of some script. */
static bool has_letter(struct slice s) {
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.at[i];
        if (c >= 0x80 || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'))
            return true;
    }
    return false;
}

static const struct word *find(const char *text, size_t len, bool after) {
    size_t low = 0, high = latin.count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct word *w = &latin.word[middle];
        int order = strncmp(w->text, text, len);
        if (order == 0)
            order = w->len > len ? 1 : (int)w->after - (int)after;
        if (order == 0)
            return w;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

/* The longest generic word of Latin letters at one end of a name; `*rest` is the name
 * without it. */
static const struct word *latin_word(struct slice s, bool after, struct slice *rest) {
    struct slice part[PARTS_MAX];
    int count = split(s, part);
    const struct word *longest = NULL;
    struct buf folded = {0};
    for (int n = 1; n <= TOKENS_MAX && n < count; n++) {
        int split_at = after ? count - n : n;
        struct slice front = joined(&part[0], &part[split_at - 1]),
                     back = joined(&part[split_at], &part[count - 1]);
        struct slice said = after ? back : front, left = after ? front : back;
        if (said.len > WORD_BYTES_MAX)
            break;
        folded.len = 0;
        fold(said.at, said.len, &folded);
        const struct word *w = find(buf_text(&folded), folded.len, after);
        if (w == NULL || !has_letter(left))
            continue;
        longest = w;
        *rest = left;
    }
    buf_free(&folded);
    return longest;
}

static const struct word *other_word(struct slice s, bool after, struct slice *rest) {
    for (size_t i = 0; i < other.count; i++) {
        const struct word *w = &other.word[i];
        if (w->after != after || w->len >= s.len ||
            memcmp(after ? s.at + s.len - w->len : s.at, w->text, w->len) != 0)
            continue;
        *rest = trim((struct slice){after ? s.at : s.at + w->len, s.len - w->len});
        return has_letter(*rest) ? w : NULL;
    }
    return NULL;
}

static bool begins_latin(struct slice s) {
    return s.len > 0 && (unsigned char)s.at[0] < 0xd6;
}

static bool ends_latin(struct slice s) {
    return s.len > 0 && (unsigned char)s.at[s.len - 1] < 0x80;
}

/* One generic word off: from the front, else from the back. */
static const struct word *take_off(struct slice s, struct slice *rest) {
    bool latin_front = begins_latin(s) || (s.len > 1 && (unsigned char)s.at[0] == 0xe1 &&
                                           (unsigned char)s.at[1] >= 0xb8);
    const struct word *w =
        latin_front ? latin_word(s, false, rest) : other_word(s, false, rest);
    if (w == NULL)
        w = ends_latin(s) ? latin_word(s, true, rest) : other_word(s, true, rest);
    return w;
}

int word_cores(const char *name, size_t len, struct word_core out[WORD_CORES_MAX]) {
    int count = 1;
    out[0] = (struct word_core){{name, len}, 0};
    if (len > FOLD_BYTES_MAX)
        return 1;
    for (; count < WORD_CORES_MAX; count++) {
        struct slice rest;
        const struct word *w = take_off(out[count - 1].text, &rest);
        if (w == NULL)
            break;
        out[count] = (struct word_core){rest, out[count - 1].kinds | w->kinds};
    }
    return count;
}
