/* SPDX-License-Identifier: Apache-2.0
 *
 * What was asked: tokens, and how they are spelt.
 */
#include <string.h>

#include "data/names/romanise.h"
#include "data/names/word.h"
#include "data/place_seek.h"

/* The bytes at `s` that part tokens: 0 if none do; `*comma` where they part names. Commas
 * of all scripts of the region, spaces of any width. */
static size_t separator(const char *s, size_t len, bool *comma) {
    static const struct {
        const char *bytes;
        bool comma;
    } known[] = {{" ", false},      {"\t", false},    {"\n", true},     {"\r", true},
                 {",", true},       {";", true},      {"/", true},      {"\u00a0", false},
                 {"\u3000", false}, {"\uff0c", true}, {"\u3001", true}, {"\u104a", true},
                 {"\u104b", true},  {"\u2003", false}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        size_t n = strlen(known[i].bytes);
        if (n <= len && memcmp(s, known[i].bytes, n) == 0) {
            *comma = known[i].comma;
            return n;
        }
    }
    return 0;
}

/* Takes a token; what is too many becomes part of the last. */
static void add_token(struct search *s, const char *at, size_t len, bool comma) {
    if (s->token_count == TOKENS_MAX) {
        struct slice *last = &s->token[TOKENS_MAX - 1];
        last->len = (size_t)(at + len - last->at);
        return;
    }
    s->comma_before[s->token_count] = comma && s->token_count > 0;
    s->has_comma |= s->comma_before[s->token_count];
    s->token[s->token_count++] = (struct slice){at, len};
}

void seek_tokens(struct search *s, struct slice text) {
    const char *end = text.at + text.len, *start = NULL;
    bool comma = false;
    for (const char *at = text.at; at < end;) {
        bool is_comma = false;
        size_t n = separator(at, (size_t)(end - at), &is_comma);
        if (n == 0) {
            start = start == NULL ? at : start;
            at++;
            continue;
        }
        if (start != NULL) {
            add_token(s, start, (size_t)(at - start), comma);
            comma = false;
        }
        comma |= is_comma;
        start = NULL;
        at += n;
    }
    if (start != NULL)
        add_token(s, start, (size_t)(end - start), comma);
}

static bool read_spelling(struct slice text, unsigned dropped, struct spelling *out) {
    struct buf letters = {0};
    place_letters(text.at, text.len, &letters);
    *out = (struct spelling){.dropped = dropped};
    out->len = sound_read(letters.data, letters.len, out->sounds);
    out->letter_count = letters.len < LETTERS_MAX ? letters.len : LETTERS_MAX;
    if (letters.len > 0)
        memcpy(out->letters, letters.data, out->letter_count);
    buf_wipe(&letters);
    return out->len > 0;
}

const struct segment *seek_segment(struct search *s, int first, int last) {
    struct segment *g = &s->segment[first][last];
    struct word_core core[WORD_CORES_MAX];
    if (g->is_read)
        return g;
    struct buf native = {0};
    const char *at = s->token[first].at;
    native_form(at, (size_t)(s->token[last].at + s->token[last].len - at), &native);
    int count = word_cores(native.data, native.len, core);
    g->is_read = true;
    g->count = read_spelling(core[0].text, 0, &g->spelling[0]);
    if (count > 1 && g->count == 1)
        g->count += read_spelling(core[count - 1].text, 1, &g->spelling[1]);
    buf_wipe(&native);
    return g;
}

bool place_search_readable(struct slice text) {
    struct buf letters = {0};
    place_letters(text.at, text.len, &letters);
    bool readable = letters.len > 0;
    buf_wipe(&letters);
    return readable;
}
