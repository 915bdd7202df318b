/* SPDX-License-Identifier: Apache-2.0
 *
 * A name is cut in words and each word in runs of one script; each run has its rules.
 */
#include "data/names/romanise.h"

#include <string.h>

#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/uscript.h>
#include <unicode/ustring.h>

#include "data/names/fold.h"
#include "data/names/translit.h"
#include "data/names/zawgyi.h"

#define FIRST_THAI 0xe00

static const struct script {
    UScriptCode code;
    enum translit rules;
    bool joined; /* the rules put spaces between syllables, gazetteers do not */
} scripts[] = {
    {USCRIPT_KHMER, TRANSLIT_KHMER, false}, {USCRIPT_LAO, TRANSLIT_LAO, false},
    {USCRIPT_THAI, TRANSLIT_THAI, false},   {USCRIPT_MYANMAR, TRANSLIT_MYANMAR, false},
    {USCRIPT_HAN, TRANSLIT_HAN, true},      {USCRIPT_INVALID_CODE, TRANSLIT_ANY, false},
};

bool romanise_open(const char *dir, struct error *e) {
    return translit_open(dir, e);
}

/* Bytes of `name` that end with a character and are not too many. */
static size_t cut(const char *name, size_t len) {
    if (len <= ROMANISE_BYTES_MAX)
        return len;
    len = ROMANISE_BYTES_MAX;
    while (len > 0 && ((unsigned char)name[len] & 0xc0) == 0x80)
        len--;
    return len;
}

static bool is_ascii(const char *s, size_t len) {
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)s[i] >= 0x80)
            return false;
    return true;
}

/* ---- the written form ---------------------------------------------------------------- */

/* Characters that have no width go, digits of all scripts become ASCII. */
static void drop_and_digits(struct utf16 *text) {
    int32_t kept = 0;
    for (int32_t i = 0; i < text->len;) {
        int32_t start = i;
        UChar32 c;
        U16_NEXT(text->units, i, text->len, c);
        int32_t digit = u_charDigitValue(c);
        if (u_hasBinaryProperty(c, UCHAR_DEFAULT_IGNORABLE_CODE_POINT))
            continue;
        if (digit >= 0 && u_charType(c) == U_DECIMAL_DIGIT_NUMBER) {
            text->units[kept++] = (uint16_t)('0' + digit);
            continue;
        }
        while (start < i)
            text->units[kept++] = text->units[start++];
    }
    text->len = kept;
}

static void compose(struct utf16 *text) {
    UErrorCode status = U_ZERO_ERROR;
    const UNormalizer2 *nfc = unorm2_getNFCInstance(&status);
    struct utf16 in;
    if (unorm2_spanQuickCheckYes(nfc, text->units, text->len, &status) == text->len)
        return;
    memcpy(in.units, text->units, (size_t)text->len * sizeof *text->units);
    text->len =
        unorm2_normalize(nfc, in.units, text->len, text->units, TRANSLIT_UNITS, &status);
    if (U_FAILURE(status))
        text->len = 0;
}

static bool has(const struct utf16 *text, UScriptCode script) {
    UErrorCode status = U_ZERO_ERROR;
    for (int32_t i = 0; i < text->len;) {
        UChar32 c;
        U16_NEXT(text->units, i, text->len, c);
        if (c >= FIRST_THAI && uscript_getScript(c, &status) == script)
            return true;
    }
    return false;
}

/* The scripts that native.rules speaks of are among those from Thai on. */
static bool only_west(const struct utf16 *text) {
    for (int32_t i = 0; i < text->len; i++)
        if (text->units[i] >= FIRST_THAI && text->units[i] < 0x1e00)
            return false;
    return true;
}

/* `name` as UTF-16 in its written form; empty when it is not UTF-8. */
static void read_native(const char *name, size_t len, struct utf16 *out) {
    UErrorCode status = U_ZERO_ERROR;
    u_strFromUTF8(out->units, TRANSLIT_UNITS, &out->len, name, (int32_t)len, &status);
    if (U_FAILURE(status)) {
        out->len = 0;
        return;
    }
    if (zawgyi_suspected(out->units, (size_t)out->len))
        translit_apply(TRANSLIT_ZAWGYI, out);
    drop_and_digits(out);
    compose(out);
    if (!only_west(out))
        translit_apply(TRANSLIT_NATIVE, out);
    if (has(out, USCRIPT_HAN))
        translit_apply(TRANSLIT_SIMPLIFIED, out);
}

static void add_utf8(const uint16_t *units, int32_t len, struct buf *out) {
    UErrorCode status = U_ZERO_ERROR;
    int32_t wrote = 0;
    size_t room = (size_t)len * 3 + 1;
    buf_reserve(out, room);
    u_strToUTF8(out->data + out->len, (int32_t)room, &wrote, units, len, &status);
    if (U_SUCCESS(status))
        out->len += (size_t)wrote;
}

void native_form(const char *name, size_t len, struct buf *out) {
    struct utf16 text;
    len = cut(name, len);
    if (is_ascii(name, len)) {
        buf_add(out, name, len);
        return;
    }
    read_native(name, len, &text);
    add_utf8(text.units, text.len, out);
}

/* ---- Latin letters ------------------------------------------------------------------- */

/* What is being written: a word's first letter puts a space before itself. */
struct writing {
    struct buf *out;
    size_t start; /* of this name in `out` */
    bool between; /* a word ended */
};

static void add_letter(struct writing *w, char c) {
    if (w->between && w->out->len > w->start)
        buf_char(w->out, ' ');
    w->between = false;
    buf_char(w->out, c);
}

static bool apostrophe(UChar32 c) {
    return c == '\'' || c == '`' || c == 0xb4 || (c >= 0x2b9 && c <= 0x2bf) ||
           c == 0x2018 || c == 0x2019;
}

static void romanise_ascii(struct writing *w, const char *s, size_t len) {
    for (size_t i = 0; i < len; i++) {
        char c = s[i];
        if (c >= 'A' && c <= 'Z')
            add_letter(w, (char)(c + 32));
        else if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
            add_letter(w, c);
        else if (!apostrophe(c))
            w->between = true;
    }
}

/* Folds Latin text, and drops whatever no rules made Latin. */
static void add_latin(struct writing *w, const struct utf16 *text, bool joined) {
    struct buf utf8 = {0}, folded = {0};
    add_utf8(text->units, text->len, &utf8);
    for (size_t i = 0, from = 0; i <= utf8.len; i++) {
        if (i < utf8.len && utf8.data[i] != ' ')
            continue;
        folded.len = 0;
        fold(utf8.data + from, i - from, &folded);
        for (size_t k = 0; k < folded.len; k++)
            if ((unsigned char)folded.data[k] < 0x80)
                add_letter(w, folded.data[k]);
        w->between |= i < utf8.len && !joined;
        from = i + 1;
    }
    buf_wipe(&utf8); /* it may be of a question */
    buf_wipe(&folded);
}

static const struct script *rules_of(UScriptCode code) {
    const struct script *s = scripts;
    while (s->code != code && s->code != USCRIPT_INVALID_CODE)
        s++;
    return s;
}

/* True when a run in the script of Burmese has letters that only Shan has. */
static bool is_shan(const uint16_t *units, int32_t len) {
    for (int32_t i = 0; i < len; i++)
        if (units[i] == 0x1022 || (units[i] >= 0x1075 && units[i] <= 0x1081))
            return true;
    return false;
}

static void add_run(struct writing *w, const uint16_t *units, int32_t len,
                    UScriptCode code) {
    const struct script *s = rules_of(code);
    struct utf16 run;
    run.len = len;
    memcpy(run.units, units, (size_t)len * sizeof *units);
    if (code != USCRIPT_LATIN && code != USCRIPT_COMMON)
        translit_apply(code == USCRIPT_MYANMAR && is_shan(units, len) ? TRANSLIT_SHAN
                                                                      : s->rules,
                       &run);
    add_latin(w, &run, s->joined);
}

static bool in_word(UChar32 c) {
    return u_isalnum(c) || (U_GET_GC_MASK(c) & U_GC_M_MASK) || apostrophe(c);
}

/* The script of the run that `c` belongs to: marks, digits and the like join the run. */
static UScriptCode script_of(UChar32 c, UScriptCode run) {
    UErrorCode status = U_ZERO_ERROR;
    UScriptCode own = uscript_getScript(c, &status);
    return own == USCRIPT_COMMON || own == USCRIPT_INHERITED ? run : own;
}

static void romanise_units(struct writing *w, const struct utf16 *text) {
    UScriptCode run = USCRIPT_COMMON;
    int32_t from = 0;
    for (int32_t i = 0; i < text->len;) {
        int32_t at = i;
        UChar32 c;
        U16_NEXT(text->units, i, text->len, c);
        UScriptCode script = in_word(c) ? script_of(c, run) : USCRIPT_INVALID_CODE;
        if (script == run)
            continue;
        add_run(w, text->units + from, at - from, run);
        w->between |= script == USCRIPT_INVALID_CODE || run != USCRIPT_COMMON;
        from = script == USCRIPT_INVALID_CODE ? i : at;
        run = script == USCRIPT_INVALID_CODE ? USCRIPT_COMMON : script;
    }
    add_run(w, text->units + from, text->len - from, run);
}

void romanise(const char *name, size_t len, struct buf *out) {
    struct writing w = {.out = out, .start = out->len};
    struct utf16 text;
    len = cut(name, len);
    if (is_ascii(name, len)) {
        romanise_ascii(&w, name, len);
        return;
    }
    read_native(name, len, &text);
    romanise_units(&w, &text);
}
