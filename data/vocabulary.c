/* SPDX-License-Identifier: Apache-2.0
 *
 * Loads the vocabularies once and keeps them for ever. Each has an open-addressing table
 * of term indices, at most half full, so that a code is found in one or two looks.
 */
#include "data/vocabulary.h"

#include <limits.h>
#include <stdint.h>
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "data/csv.h"
#include "data/mem.h"
#include "data/names/romanise.h"
#include "data/names/word.h"

const char *const label_languages[LANGUAGE_COUNT] = {"en", "km", "lo", "my",
                                                     "th", "vi", "zh", "id"};

static const char *const names[VOC_COUNT] = {
    [VOC_NEED] = "need",
    [VOC_FORM] = "form",
    [VOC_GENDER] = "gender",
    [VOC_LANGUAGE] = "language",
    [VOC_COUNTRY] = "country",
    [VOC_STAGE] = "stage",
    [VOC_SECTOR] = "sector",
    [VOC_KIND] = "kind",
    [VOC_STATUS] = "status",
    [VOC_PRECISION] = "precision",
    [VOC_VISIBILITY] = "visibility",
    [VOC_REMOTE] = "remote",
    [VOC_REFERRER] = "referrer",
    [VOC_DOCUMENT] = "document",
    [VOC_DISABILITY] = "disability",
    [VOC_OFFICIAL_STATUS] = "official_status",
    [VOC_RESIDENTS] = "residents",
    [VOC_BENEFICIARY] = "beneficiary",
    [VOC_FEE] = "fee",
    [VOC_INTERPRETER_MODE] = "interpreter_mode",
    [VOC_PHONE_KIND] = "phone_kind",
    [VOC_AUDIENCE] = "audience",
    [VOC_TRADE] = "trade",
    [VOC_CONDITION] = "condition",
    [VOC_CASE_TYPE] = "case_type",
    [VOC_LITERACY] = "literacy",
    [VOC_YES_CASE_NO] = "yes_case_no",
    [VOC_COMPANION] = "companion",
    [VOC_PLACE_KIND] = "place_kind",
};

enum field_id {
    FIELD_CODE,
    FIELD_PARENT,
    FIELD_PARENT2,
    FIELD_MATCH,
    FIELD_FALLBACK,
    FIELD_SENSITIVE,
    FIELD_HIDDEN,
    FIELD_LABEL, /* the first of LANGUAGE_COUNT */
    FIELD_COUNT = FIELD_LABEL + LANGUAGE_COUNT
};

static const char *const field_names[FIELD_COUNT] = {
    "code",      "parent",   "parent2",  "match",    "fallback",
    "sensitive", "hidden",   "label_en", "label_km", "label_lo",
    "label_my",  "label_th", "label_vi", "label_zh", "label_id",
};

struct loaded {
    struct vocabulary shown;
    struct term *terms;
    size_t capacity;
    int *table; /* index of a term + 1, or 0; `slots` of them, a power of two */
    size_t slots;
    uint64_t (*below)[VOCABULARY_WORDS]; /* one set a term */
    struct arena texts;
};

static struct loaded loaded[VOC_COUNT];

struct loading {
    enum vocabulary_id id;
    const char *path;
    bool has_header;
    size_t column[FIELD_COUNT]; /* number in the file + 1, or 0 */
    size_t columns;
};

static uint64_t hash(const char *s, size_t len) {
    uint64_t h = 0xcbf29ce484222325u;
    for (size_t i = 0; i < len; i++)
        h = (h ^ (unsigned char)s[i]) * 0x100000001b3u;
    return h ^ h >> 32;
}

/* The slot that holds `code`, or the empty one where it belongs. */
static size_t slot_of(const struct loaded *v, const char *code, size_t len) {
    size_t at = hash(code, len) & (v->slots - 1);
    for (; v->table[at] != 0; at = (at + 1) & (v->slots - 1)) {
        const char *there = v->terms[v->table[at] - 1].code;
        if (strncmp(there, code, len) == 0 && there[len] == '\0')
            break;
    }
    return at;
}

static void rehash(struct loaded *v) {
    v->slots = v->slots ? v->slots * 2 : 32;
    v->table = xrealloc(v->table, v->slots, sizeof *v->table);
    memset(v->table, 0, v->slots * sizeof *v->table);
    for (int i = 0; i < v->shown.count; i++)
        v->table[slot_of(v, v->terms[i].code, strlen(v->terms[i].code))] = i + 1;
}

static bool wrong(const struct loading *l, const struct csv_row *row, struct error *e,
                  const char *what, struct slice value) {
    return error_set(e, ERR_DATA, "%s:%lld: %s (%.*s)", l->path, (long long)row->line,
                     what, (int)(value.len > 60 ? 60 : value.len), value.at);
}

static int field_find(struct slice name) {
    for (int i = 0; i < FIELD_COUNT; i++)
        if (slice_is(name, field_names[i]))
            return i;
    return -1;
}

static bool read_header(struct loading *l, const struct csv_row *row, struct error *e) {
    for (size_t i = 0; i < row->count; i++) {
        struct slice name = slice_trim(row->field[i]);
        int field = field_find(name);
        if (field < 0 || l->column[field] != 0)
            return wrong(l, row, e, "a column that is unknown or stands twice", name);
        l->column[field] = i + 1;
    }
    if (l->column[FIELD_CODE] == 0 || l->column[FIELD_LABEL] == 0)
        return wrong(l, row, e, "columns are missing", slice_of("code, label_en"));
    l->columns = row->count;
    l->has_header = true;
    return true;
}

static struct slice field_of(const struct loading *l, const struct csv_row *row,
                             enum field_id f) {
    return l->column[f] ? slice_trim(row->field[l->column[f] - 1]) : slice_of("");
}

static bool read_parent(const struct loading *l, const struct csv_row *row, enum field_id f,
                        int *out, struct error *e) {
    struct slice code = field_of(l, row, f);
    *out = code.len ? vocabulary_find(l->id, code.at, code.len) : -1;
    if (code.len && *out < 0)
        return wrong(l, row, e, "a parent that does not stand before its child", code);
    return true;
}

static bool read_mark(const struct loading *l, const struct csv_row *row, enum field_id f,
                      bool *out, struct error *e) {
    struct slice s = field_of(l, row, f);
    *out = slice_is(s, "yes") || slice_is(s, "1");
    if (!*out && s.len && !slice_is(s, "no") && !slice_is(s, "0"))
        return wrong(l, row, e, "not a mark; allowed are yes, no and empty", s);
    return true;
}

static bool read_code(const struct loading *l, const struct csv_row *row,
                      struct slice *code, struct error *e) {
    *code = field_of(l, row, FIELD_CODE);
    if (code->len == 0 || code->len > 60 || memchr(code->at, ';', code->len) != NULL)
        return wrong(l, row, e, "a code has 1 to 60 bytes without ';'", *code);
    if (vocabulary_find(l->id, code->at, code->len) >= 0)
        return wrong(l, row, e, "a code that stands twice", *code);
    return true;
}

static void add_term(struct loaded *v, const struct term *t) {
    v->terms = xgrow(v->terms, &v->capacity, (size_t)v->shown.count, sizeof *v->terms);
    v->terms[v->shown.count++] = *t;
    v->shown.terms = v->terms;
    if ((size_t)v->shown.count * 2 > v->slots)
        rehash(v);
    else
        v->table[slot_of(v, t->code, strlen(t->code))] = v->shown.count;
}

static const char *keep(struct loaded *v, struct slice s) {
    return s.len ? arena_strndup(&v->texts, s.at, s.len) : "";
}

static bool on_row(const struct csv_row *row, void *ctx, struct error *e) {
    struct loading *l = ctx;
    struct loaded *v = &loaded[l->id];
    if (!l->has_header)
        return read_header(l, row, e);
    if (row->count != l->columns)
        return wrong(l, row, e, "more or fewer fields than the header", row->field[0]);
    struct slice code;
    struct term t = {0};
    if (!read_code(l, row, &code, e) ||
        !read_parent(l, row, FIELD_PARENT, &t.parent, e) ||
        !read_parent(l, row, FIELD_PARENT2, &t.parent2, e) ||
        !read_mark(l, row, FIELD_SENSITIVE, &t.sensitive, e) ||
        !read_mark(l, row, FIELD_HIDDEN, &t.hidden, e))
        return false;
    t.code = keep(v, code);
    t.match = keep(v, field_of(l, row, FIELD_MATCH));
    t.fallback = keep(v, field_of(l, row, FIELD_FALLBACK));
    for (int i = 0; i < LANGUAGE_COUNT; i++)
        t.label[i] = keep(v, field_of(l, row, FIELD_LABEL + (enum field_id)i));
    add_term(v, &t);
    return true;
}

/* A fallback may name a later term, so it is checked when all are known. */
static bool check_fallbacks(enum vocabulary_id id, const char *path, struct error *e) {
    const struct vocabulary *v = vocabulary(id);
    for (int i = 0; i < v->count; i++) {
        struct slice rest = slice_of(v->terms[i].fallback), code;
        while (rest.len && slice_next(&rest, ';', &code))
            if (vocabulary_find(id, code.at, code.len) < 0)
                return error_set(e, ERR_DATA, "%s: %s: the fallback %.*s is no code",
                                 path, v->terms[i].code, (int)code.len, code.at);
    }
    return true;
}

static void forget(struct loaded *v) {
    free(v->terms);
    free(v->table);
    free(v->below);
    arena_free(&v->texts);
    *v = (struct loaded){0};
}

static bool read_terms(const char *path, enum vocabulary_id id, struct error *e) {
    struct loading l = {.id = id, .path = path};
    if (!csv_read(path, on_row, &l, NULL, e))
        return false;
    if (loaded[id].shown.count == 0)
        return error_set(e, ERR_DATA, "%s:1: no terms", path);
    return check_fallbacks(id, path, e);
}

/* Puts `term` into the sets of `ancestor` and of all above it. */
static void put_below(struct loaded *v, int term, int ancestor) {
    if (ancestor < 0)
        return;
    v->below[ancestor][term / 64] |= UINT64_C(1) << term % 64;
    put_below(v, term, v->terms[ancestor].parent);
    put_below(v, term, v->terms[ancestor].parent2);
}

static bool fill_below(struct loaded *v, const char *path, struct error *e) {
    int most = v == &loaded[VOC_NEED] ? NEED_MAX : VOCABULARY_MAX;
    if (v->shown.count > most)
        return error_set(e, ERR_DATA, "%s: more than %d terms", path, most);
    assert(v->shown.count > 0); /* read_terms() saw to it */
    v->below = xcalloc((size_t)v->shown.count, sizeof *v->below);
    for (int term = 0; term < v->shown.count; term++)
        put_below(v, term, term);
    return true;
}

static bool load_one(const char *dir, enum vocabulary_id id, struct error *e) {
    char path[1024];
    if (snprintf(path, sizeof path, "%s/%s.csv", dir, names[id]) >= (int)sizeof path)
        return error_set(e, ERR_ENVIRONMENT, "%s: the path is too long", dir);
    loaded[id].shown.name = names[id];
    bool good = read_terms(path, id, e) && fill_below(&loaded[id], path, e);
    if (!good)
        forget(&loaded[id]);
    return good;
}

/* The rules of scripts stand beside the vocabularies. */
static bool open_romaniser(const char *dir, struct error *e) {
    char path[PATH_MAX];
    if (snprintf(path, sizeof path, "%s/../names", dir) >= (int)sizeof path)
        return error_set(e, ERR_ENVIRONMENT, "the path of the vocabularies is too long");
    return romanise_open(path, e);
}

bool vocabularies_load(const char *dir, struct error *e) {
    for (int id = 0; id < VOC_COUNT; id++)
        if (!load_one(dir, (enum vocabulary_id)id, e))
            return false;
    return words_load(dir, e) && open_romaniser(dir, e);
}

const struct vocabulary *vocabulary(enum vocabulary_id id) {
    return &loaded[id].shown;
}

int vocabulary_find(enum vocabulary_id id, const char *code, size_t len) {
    const struct loaded *v = &loaded[id];
    return v->slots ? v->table[slot_of(v, code, len)] - 1 : -1;
}

const uint64_t *vocabulary_below(enum vocabulary_id id, int term) {
    return loaded[id].below[term];
}

bool vocabulary_within(enum vocabulary_id id, int term, int ancestor) {
    if (term < 0 || ancestor < 0)
        return false;
    return loaded[id].below[ancestor][term / 64] >> term % 64 & 1;
}

const char *vocabulary_allowed(enum vocabulary_id id, char *out, size_t size) {
    size_t used = 0;
    out[0] = '\0';
    for (int i = 0; i < loaded[id].shown.count; i++) {
        const char *code = loaded[id].terms[i].code;
        size_t wanted = strlen(code) + (used > 0);
        if (used + wanted + sizeof " ..." > size) {
            snprintf(out + used, size - used, "%s...", used ? " " : "");
            break;
        }
        used += (size_t)snprintf(out + used, size - used, "%s%s", used ? " " : "", code);
    }
    return out;
}
