/* SPDX-License-Identifier: Apache-2.0
 *
 * A name is folded letter by letter, with the offset of each letter kept, and words are
 * looked for at its ends: among those of the list that start (or end) with the same byte,
 * the longest first.
 */
#include "data/names/word.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "data/csv.h"
#include "data/mem.h"
#include "data/names/fold.h"
#include "data/vocabulary.h"

enum side { BEFORE, AFTER, SIDES };
static const char *const side_names[SIDES] = {"before", "after"};

enum field_id { FIELD_WORD, FIELD_LANGUAGE, FIELD_STANDS, FIELD_KINDS, FIELD_COUNT };
static const char *const field_names[FIELD_COUNT] = {"word", "language", "stands",
                                                     "kinds"};

#define WORD_BYTES_MAX 100

struct word {
    const char *text; /* folded; words are parted by one space */
    const char *written, *language;
    uint8_t len;
    bool spaced; /* of a script that parts words by spaces */
    bool marked; /* written with marks */
    bool dotted; /* written with a dot */
    unsigned kinds;
};

/* Words of a side, by the byte they are looked up by, longest first. */
static struct list {
    struct word *words;
    size_t count, capacity;
    uint16_t first[257]; /* by that byte */
} lists[SIDES];

static struct arena texts;

/* ---- letters ------------------------------------------------------------------------------- */

/* What fold() makes of one character, kept for the scripts of the region. */
#define FOLDED_BYTES 7
struct folded_letter {
    uint8_t len;
    char bytes[FOLDED_BYTES];
};

static const struct range {
    uint32_t first, last;
} kept[] = {{0x80, 0x24f}, {0xe00, 0x109f}, {0x1780, 0x17ff}, {0x1e00, 0x1eff}};
#define KEPT_COUNT (sizeof kept / sizeof *kept)

static struct folded_letter *letters[KEPT_COUNT];

/* Vowel signs and tone marks that belong to the letter before them: a word does not end
 * there. */
static const struct range signs[] = {
    {0xe30, 0xe3a},   {0xe45, 0xe45},   {0xe47, 0xe4e},   {0xeb0, 0xebc},
    {0xec8, 0xece},   {0x102b, 0x103e}, {0x1056, 0x1059}, {0x105e, 0x1060},
    {0x1062, 0x1064}, {0x1067, 0x106d}, {0x1071, 0x1074}, {0x1082, 0x108d},
    {0x108f, 0x108f}, {0x109a, 0x109d}, {0x17b4, 0x17d3}, {0x17dd, 0x17dd}};

static bool is_in(uint32_t c, const struct range *ranges, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (c >= ranges[i].first && c <= ranges[i].last)
            return true;
    return false;
}

static bool is_sign(uint32_t c) {
    return c >= 0xe30 && is_in(c, signs, sizeof signs / sizeof *signs);
}

/* After these the letter before is written on: what follows is its second half. */
static bool joins(uint32_t c) {
    return c == 0x1039 || c == 0x17d2;
}

/* Marks of Latin letters, and what has no width: they are as if they were not there. */
static bool is_unseen(uint32_t c) {
    static const struct range unseen[] = {
        {0xad, 0xad},     {0x300, 0x36f},   {0x200b, 0x200f}, {0x202a, 0x202e},
        {0x2060, 0x206f}, {0xfe00, 0xfe0f}, {0xfeff, 0xfeff}};
    return is_in(c, unseen, sizeof unseen / sizeof *unseen);
}

static bool is_gap(uint32_t c) {
    static const struct range gaps[] = {
        {0x2000, 0x206f}, {0x3000, 0x3004}, {0x3008, 0x3020}, {0xff00, 0xff0f}};
    return is_in(c, gaps, sizeof gaps / sizeof *gaps);
}

static bool is_digit(uint32_t c) {
    static const struct range digits[] = {{'0', '9'},       {0xe50, 0xe59},
                                          {0xed0, 0xed9},   {0x1040, 0x1049},
                                          {0x1090, 0x1099}, {0x17e0, 0x17e9}};
    return is_in(c, digits, sizeof digits / sizeof *digits);
}

/* The character at `s`, of valid UTF-8; `*len` is its bytes. */
static uint32_t character(const char *s, size_t *len) {
    const unsigned char *u = (const unsigned char *)s;
    if (u[0] < 0x80)
        return *len = 1, u[0];
    if (u[0] < 0xe0)
        return *len = 2, (uint32_t)(u[0] & 0x1f) << 6 | (u[1] & 0x3f);
    if (u[0] < 0xf0)
        return *len = 3, (uint32_t)(u[0] & 0xf) << 12 | (uint32_t)(u[1] & 0x3f) << 6 |
                             (u[2] & 0x3f);
    return *len = 4, (uint32_t)(u[0] & 7) << 18 | (uint32_t)(u[1] & 0x3f) << 12 |
                         (uint32_t)(u[2] & 0x3f) << 6 | (u[3] & 0x3f);
}

static void put_character(uint32_t c, char out[3], size_t *len) {
    if (c < 0x800) {
        out[0] = (char)(0xc0 | c >> 6);
        out[1] = (char)(0x80 | (c & 0x3f));
        *len = 2;
        return;
    }
    out[0] = (char)(0xe0 | c >> 12);
    out[1] = (char)(0x80 | (c >> 6 & 0x3f));
    out[2] = (char)(0x80 | (c & 0x3f));
    *len = 3;
}

static void keep_letters(void) {
    struct buf folded = {0};
    for (size_t r = 0; r < KEPT_COUNT; r++) {
        if (letters[r] != NULL)
            continue;
        letters[r] = xcalloc(kept[r].last - kept[r].first + 1, sizeof *letters[r]);
        for (uint32_t c = kept[r].first; c <= kept[r].last; c++) {
            struct folded_letter *out = &letters[r][c - kept[r].first];
            char bytes[3];
            size_t len;
            put_character(c, bytes, &len);
            folded.len = 0;
            fold(bytes, len, &folded);
            out->len = (uint8_t)(folded.len < FOLDED_BYTES ? folded.len : FOLDED_BYTES);
            memcpy(out->bytes, buf_text(&folded), out->len);
        }
    }
    buf_free(&folded);
}

/* ---- a folded name ------------------------------------------------------------------------- */

#define LETTERS_MAX (WORD_NAME_BYTES * 4) /* of one byte at most four are made */

struct folded {
    char text[LETTERS_MAX + 1];
    uint16_t at[LETTERS_MAX + 1];  /* where in the name the letter of this byte starts */
    uint16_t end[LETTERS_MAX + 1]; /* and ends */
    size_t len;
};

static void put(struct folded *f, const char *bytes, size_t count, size_t at,
                size_t len) {
    for (size_t i = 0; i < count; i++, f->len++) {
        f->text[f->len] = bytes[i];
        f->at[f->len] = (uint16_t)at;
        f->end[f->len] = (uint16_t)(at + len);
    }
}

static void put_gap(struct folded *f, size_t at) {
    if (f->len > 0 && f->text[f->len - 1] != ' ')
        put(f, " ", 1, at, 1);
}

static void put_letter(struct folded *f, const char *name, size_t at, size_t len,
                       uint32_t c) {
    if (is_unseen(c)) {
        if (f->len > 0 && f->text[f->len - 1] != ' ')
            f->end[f->len - 1] = (uint16_t)(at + len);
        return;
    }
    for (size_t r = 0; r < KEPT_COUNT; r++)
        if (c >= kept[r].first && c <= kept[r].last) {
            const struct folded_letter *l = &letters[r][c - kept[r].first];
            if (l->len > 0)
                put(f, l->bytes, l->len, at, len);
            else
                put_gap(f, at);
            return;
        }
    if (is_gap(c))
        put_gap(f, at);
    else
        put(f, name + at, len, at, len);
}

static void fold_name(const char *name, size_t len, struct folded *f) {
    f->len = 0;
    for (size_t at = 0, used; at < len; at += used) {
        uint32_t c = character(name + at, &used);
        if (c >= 0x80) {
            put_letter(f, name, at, used, c);
            continue;
        }
        char lower = (char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
        if ((lower >= 'a' && lower <= 'z') || (lower >= '0' && lower <= '9'))
            put(f, &lower, 1, at, 1);
        else
            put_gap(f, at);
    }
    if (f->len > 0 && f->text[f->len - 1] == ' ')
        f->len--;
    f->text[f->len] = '\0';
}

/* ---- words at the ends of a name ------------------------------------------------------------ */

struct name {
    const char *text;
    size_t len;
    struct folded f;
    size_t from, to; /* what is left, in `f` */
};

static uint32_t lower(uint32_t c) {
    bool paired = (c >= 0x100 && c <= 0x137) || (c >= 0x14a && c <= 0x177) ||
                  (c >= 0x1e00 && c <= 0x1eff) || c == 0x1a0;
    if (paired)
        return c | 1;
    return (c >= 'A' && c <= 'Z') || (c >= 0xc0 && c <= 0xde) ? c + 32
           : c == 0x1af                                       ? 0x1b0
                                                              : c;
}

static bool is_mark(uint32_t c) {
    return c >= 0x300 && c <= 0x36f;
}

static bool has_marks_apart(struct slice s) {
    for (size_t i = 0, used; i < s.len; i += used)
        if (is_mark(character(s.at + i, &used)))
            return true;
    return false;
}

/* True when `s` is written as `word` is, but for case and gaps. Marks that stand apart from
 * their letters are not looked at. */
static bool has_its_marks(struct slice s, const char *word) {
    size_t len = strlen(word), n, m;
    if (has_marks_apart(s))
        return true;
    for (size_t i = 0, k = 0; i < s.len && k < len;) {
        uint32_t c = character(s.at + i, &n), d = character(word + k, &m);
        bool gap = c < 'A', word_gap = d < 'A';
        if (!gap && !word_gap && lower(c) != lower(d))
            return false;
        i += gap || !word_gap ? n : 0;
        k += word_gap || !gap ? m : 0;
    }
    return true;
}

static bool is_ascii(struct slice s) {
    for (size_t i = 0; i < s.len; i++)
        if ((unsigned char)s.at[i] >= 0x80)
            return false;
    return true;
}

/* True when the letters before `at` and from it on are of two words. */
static bool parts_here(const struct name *n, const struct word *w, size_t at) {
    size_t len;
    if (at == n->from || at == n->to || n->f.text[at] == ' ' || n->f.text[at - 1] == ' ')
        return true;
    if (w->spaced)
        return false;
    size_t before = at - 1;
    while (before > n->from && ((unsigned char)n->f.text[before] & 0xc0) == 0x80)
        before--;
    return !is_sign(character(n->f.text + at, &len)) &&
           !joins(character(n->f.text + before, &len));
}

/* Where the word stands in `f`, or `to` when it does not stand at that end. */
static size_t stands_at(const struct name *n, const struct word *w, enum side side) {
    size_t start = side == BEFORE ? n->from : n->to - w->len;
    if (w->len >= n->to - n->from || memcmp(n->f.text + start, w->text, w->len) != 0 ||
        !parts_here(n, w, side == BEFORE ? start + w->len : start))
        return n->to;
    size_t at = n->f.at[start], end = n->f.end[start + w->len - 1];
    struct slice raw = {n->text + at, end - at};
    bool fits = (!w->dotted || (end < n->len && n->text[end] == '.')) &&
                (!w->marked || is_ascii((struct slice){n->text, n->len}) ||
                 has_its_marks(raw, w->written));
    return fits ? start : n->to;
}

/* True when a name is left between two places in `f`. */
static bool leaves_name(const struct folded *f, size_t from, size_t to) {
    size_t count = 0, len;
    bool chinese = true;
    for (size_t i = from; i < to; i += len) {
        uint32_t c = character(f->text + i, &len);
        if (c == ' ' || is_digit(c))
            continue;
        count++;
        chinese = chinese && c >= 0x2e80;
    }
    return count > (chinese ? 1 : 0);
}

/* Takes the longest word that stands at that end off, and notes what it stands for. */
static bool take(struct name *n, enum side side, unsigned *kinds) {
    const struct list *list = &lists[side];
    const struct word *taken = NULL;
    if (n->to == n->from)
        return false;
    unsigned char byte = (unsigned char)n->f.text[side == BEFORE ? n->from : n->to - 1];
    size_t from = n->from, to = n->to;
    for (size_t i = list->first[byte]; i < list->first[byte + 1]; i++) {
        const struct word *w = &list->words[i];
        if (taken != NULL && w->len < taken->len)
            break;
        size_t start = stands_at(n, w, side);
        if (start == n->to)
            continue;
        taken = w;
        *kinds |= w->kinds;
        from = side == BEFORE ? start + w->len : n->from;
        to = side == BEFORE ? n->to : start;
    }
    if (taken == NULL)
        return false;
    from += from < to && n->f.text[from] == ' ';
    to -= to > from && n->f.text[to - 1] == ' ';
    if (!leaves_name(&n->f, from, to))
        return false;
    n->from = from;
    n->to = to;
    return true;
}

int word_cores(const char *name, size_t len, struct word_core out[WORD_CORES_MAX]) {
    struct name n;
    enum side side = BEFORE;
    int count = 1;
    out[0] = (struct word_core){{name, len}, 0};
    if (len > WORD_NAME_BYTES || !text_utf8(name, len, NULL))
        return 1;
    n.text = name;
    n.len = len;
    fold_name(name, len, &n.f);
    n.from = 0;
    n.to = n.f.len;
    for (; count < WORD_CORES_MAX; count++) {
        unsigned kinds = out[count - 1].kinds;
        enum side other = side == BEFORE ? AFTER : BEFORE;
        if (take(&n, side, &kinds))
            side = other;
        else if (!take(&n, other, &kinds))
            break;
        size_t at = n.f.at[n.from], end = n.to == n.f.len ? len : n.f.end[n.to - 1];
        out[count] = (struct word_core){{name + at, end - at}, kinds};
    }
    return count;
}

/* ---- the list ------------------------------------------------------------------------------- */

struct loading {
    const char *path;
    bool has_header;
};

static bool wrong(const struct loading *l, const struct csv_row *row, struct error *e,
                  const char *what, struct slice value) {
    return error_set(e, ERR_DATA, "%s:%lld: %s (%.*s)", l->path, (long long)row->line,
                     what, (int)(value.len > 60 ? 60 : value.len), value.at);
}

static bool read_header(struct loading *l, const struct csv_row *row, struct error *e) {
    for (size_t i = 0; i < row->count && i < FIELD_COUNT; i++)
        if (!slice_is(row->field[i], field_names[i]))
            return wrong(l, row, e, "the columns are word, language, stands, kinds",
                         row->field[i]);
    l->has_header = true;
    return row->count == FIELD_COUNT ||
           wrong(l, row, e, "the columns are word, language, stands, kinds",
                 row->field[row->count - 1]);
}

static bool read_side(struct slice s, enum side *out) {
    for (*out = BEFORE; *out < SIDES; ++*out)
        if (slice_is(s, side_names[*out]))
            return true;
    return false;
}

static bool is_language(struct slice s) {
    for (size_t i = 0; i < s.len; i++)
        if (!((s.at[i] >= 'a' && s.at[i] <= 'z') || (i > 2 && s.at[i] == '-') ||
              (i > 2 && s.at[i] >= 'A' && s.at[i] <= 'Z')))
            return false;
    return s.len >= 2 && s.len <= 20;
}

static bool read_kinds(const struct loading *l, const struct csv_row *row, unsigned *out,
                       struct error *e) {
    struct slice rest = row->field[FIELD_KINDS], code;
    while (rest.len > 0 && slice_next(&rest, ';', &code)) {
        int kind = vocabulary_find(VOC_PLACE_KIND, code.at, code.len);
        char allowed[200], what[240];
        snprintf(what, sizeof what, "not a kind of place; allowed are %s",
                 vocabulary_allowed(VOC_PLACE_KIND, allowed, sizeof allowed));
        if (kind < 0)
            return wrong(l, row, e, what, code);
        *out |= 1u << kind;
    }
    return true;
}

static bool stands_twice(const struct list *list, const struct word *w) {
    for (size_t i = 0; i < list->count; i++)
        if (strcmp(list->words[i].written, w->written) == 0 &&
            strcmp(list->words[i].language, w->language) == 0)
            return true;
    return false;
}

static bool read_word(const struct loading *l, const struct csv_row *row, struct word *w,
                      struct error *e) {
    static struct folded f;
    struct slice s = row->field[FIELD_WORD], language = row->field[FIELD_LANGUAGE];
    f.len = 0;
    if (s.len <= WORD_BYTES_MAX)
        fold_name(s.at, s.len, &f);
    if (f.len == 0 || f.len > WORD_BYTES_MAX)
        return wrong(l, row, e, "a word has 1 to 100 bytes, and letters", s);
    if (!is_language(language))
        return wrong(l, row, e, "not a language (BCP 47)", language);
    w->written = arena_strndup(&texts, s.at, s.len);
    w->language = arena_strndup(&texts, language.at, language.len);
    w->text = arena_strndup(&texts, f.text, f.len);
    w->len = (uint8_t)f.len;
    w->spaced = (unsigned char)f.text[0] < 0xe0;
    w->marked = w->spaced && !is_ascii(s);
    w->dotted = s.at[s.len - 1] == '.';
    return true;
}

static bool on_row(const struct csv_row *row, void *ctx, struct error *e) {
    struct loading *l = ctx;
    struct word w = {0};
    enum side side;
    if (!l->has_header)
        return read_header(l, row, e);
    if (row->count != FIELD_COUNT)
        return wrong(l, row, e, "more or fewer fields than the header", row->field[0]);
    if (!read_word(l, row, &w, e) || !read_kinds(l, row, &w.kinds, e))
        return false;
    if (!read_side(row->field[FIELD_STANDS], &side))
        return wrong(l, row, e, "where it stands; allowed are before, after",
                     row->field[FIELD_STANDS]);
    struct list *list = &lists[side];
    if (stands_twice(list, &w))
        return wrong(l, row, e, "a word that stands twice", row->field[FIELD_WORD]);
    list->words = xgrow(list->words, &list->capacity, list->count, sizeof *list->words);
    list->words[list->count++] = w;
    return true;
}

static unsigned char byte_of(const struct word *w, enum side side) {
    return (unsigned char)w->text[side == BEFORE ? 0 : w->len - 1];
}

static int compare_words(const void *x, const void *y, void *ctx) {
    const struct word *a = x, *b = y;
    enum side side = *(const enum side *)ctx;
    if (byte_of(a, side) != byte_of(b, side))
        return byte_of(a, side) < byte_of(b, side) ? -1 : 1;
    return a->len != b->len ? (int)b->len - (int)a->len : strcmp(a->text, b->text);
}

static void sort_list(enum side side) {
    struct list *list = &lists[side];
    size_t i = 0;
    if (list->count > 0)
        qsort_r(list->words, list->count, sizeof *list->words, compare_words, &side);
    for (unsigned byte = 0; byte <= 256; byte++) {
        while (i < list->count && byte_of(&list->words[i], side) < byte)
            i++;
        list->first[byte] = (uint16_t)i;
    }
}

static void forget(void) {
    for (int side = 0; side < SIDES; side++) {
        free(lists[side].words);
        lists[side] = (struct list){0};
    }
    arena_free(&texts);
}

bool words_load(const char *dir, struct error *e) {
    char path[1024];
    struct loading l = {.path = path};
    if (snprintf(path, sizeof path, "%s/place_word.csv", dir) >= (int)sizeof path)
        return error_set(e, ERR_ENVIRONMENT, "%s: the path is too long", dir);
    keep_letters();
    forget();
    bool good = csv_read(path, on_row, &l, NULL, e);
    if (good && lists[BEFORE].count + lists[AFTER].count == 0)
        good = error_set(e, ERR_DATA, "%s:1: no words", path);
    if (!good)
        forget();
    sort_list(BEFORE);
    sort_list(AFTER);
    return good;
}
