/* SPDX-License-Identifier: Apache-2.0
 *
 * A name is cut into runs of one script; each goes through the transliterator of its script.
 * Transliterators are not to be shared among threads (ICU, "Transforms"): each thread opens
 * those that it needs.
 */
#include "data/names/romanise.h"

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <unicode/uchar.h>
#include <unicode/uscript.h>
#include <unicode/ustring.h>
#include <unicode/utrans.h>

#include "data/mem.h"
#include "data/names/fold.h"
#include "data/names/zawgyi.h"

#define UNITS_MAX (ROMANISE_BYTES_MAX * 8) /* a character may become some letters */
#define RULES_BYTES_MAX (1 << 18)

enum table {
    TABLE_KHMER,
    TABLE_LAO,
    TABLE_THAI,
    TABLE_BURMESE,
    TABLE_SHAN, /* in the script of Burmese */
    TABLE_HAN,
    TABLE_ANY,
    TABLE_ZAWGYI, /* before TABLE_BURMESE */
    TABLES
};

/* Rules of our own, or the ICU transform of that id. */
static const struct {
    UScriptCode script;
    const char *file, *id;
} tables[TABLES] = {
    [TABLE_KHMER] = {USCRIPT_KHMER, "khmer.rules", NULL},
    [TABLE_LAO] = {USCRIPT_LAO, "lao.rules", NULL},
    [TABLE_THAI] = {USCRIPT_THAI, "thai.rules", NULL},
    [TABLE_BURMESE] = {USCRIPT_MYANMAR, "burmese.rules", NULL},
    [TABLE_SHAN] = {USCRIPT_INVALID_CODE, "shan.rules", NULL},
    [TABLE_HAN] = {USCRIPT_HAN, NULL, "Traditional-Simplified; Han-Latin"},
    [TABLE_ANY] = {USCRIPT_COMMON, NULL, "Any-Latin"},
    [TABLE_ZAWGYI] = {USCRIPT_INVALID_CODE, NULL, "Zawgyi-my"},
};

/* The text of each rule file; NULL: ICU's. Set once, before threads start. */
static UChar *rules[TABLES];

/* ---- rules --------------------------------------------------------------------------------- */

static bool read_file(const char *path, struct buf *out, struct error *e) {
    FILE *f = fopen(path, "re");
    if (f == NULL)
        return error_set(e, ERR_ENVIRONMENT, "%s: cannot open: %s", path, strerror(errno));
    buf_reserve(out, RULES_BYTES_MAX);
    out->len = fread(out->data, 1, RULES_BYTES_MAX, f);
    bool good = !ferror(f) && feof(f);
    fclose(f);
    return good || error_set(e, ERR_ENVIRONMENT, "%s: cannot read, or too large", path);
}

static UTransliterator *open_table(enum table t, UErrorCode *status) {
    UChar id[80];
    UParseError where;
    u_uastrcpy(id, tables[t].id != NULL ? tables[t].id : "haven");
    return utrans_openU(id, -1, UTRANS_FORWARD, rules[t], -1, &where, status);
}

/* True when ICU takes the rules `units`. */
static bool are_good(const char *path, const UChar *units, struct error *e) {
    static const UChar id[] = u"haven";
    UErrorCode status = U_ZERO_ERROR;
    UParseError where = {0};
    char near[U_PARSE_CONTEXT_LEN * 3 + 1] = "";
    UTransliterator *tried =
        utrans_openU(id, -1, UTRANS_FORWARD, units, -1, &where, &status);
    if (U_SUCCESS(status)) {
        utrans_close(tried);
        return true;
    }
    u_strToUTF8(near, sizeof near, NULL, where.preContext, -1, &(UErrorCode){U_ZERO_ERROR});
    return error_set(e, ERR_DATA, "%s: %s after \"%s\"", path, u_errorName(status), near);
}

/* The rules of a file, for the caller to free; NULL: `e` says what is wrong. */
static UChar *read_rules(const char *path, struct error *e) {
    struct buf text = {0};
    UErrorCode status = U_ZERO_ERROR;
    UChar *units = NULL;
    if (read_file(path, &text, e)) {
        units = xcalloc(text.len + 1, sizeof *units);
        u_strFromUTF8(units, (int32_t)text.len + 1, NULL, text.data, (int32_t)text.len,
                      &status);
        if (U_FAILURE(status))
            error_set(e, ERR_DATA, "%s: %s", path, u_errorName(status));
        if (U_FAILURE(status) || !are_good(path, units, e)) {
            free(units);
            units = NULL;
        }
    }
    buf_free(&text);
    return units;
}

bool romanise_try(const char *path, struct error *e) {
    UChar *units = read_rules(path, e);
    free(units);
    return units != NULL;
}

bool romanise_open(const char *dir, struct error *e) {
    char path[PATH_MAX];
    for (int t = 0; t < TABLES; t++) {
        if (tables[t].file == NULL || rules[t] != NULL)
            continue;
        if (snprintf(path, sizeof path, "%s/%s", dir, tables[t].file) >= (int)sizeof path)
            return error_set(e, ERR_ENVIRONMENT, "the path of the rules is too long");
        if ((rules[t] = read_rules(path, e)) == NULL)
            return false;
    }
    return true;
}

/* ---- transliterators of this thread --------------------------------------------------------- */

static pthread_key_t key;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void close_all(void *opened) {
    UTransliterator **of = opened;
    for (int t = 0; t < TABLES; t++)
        if (of[t] != NULL)
            utrans_close(of[t]);
    free(of);
}

static void make_key(void) {
    if (pthread_key_create(&key, close_all) != 0)
        abort();
}

/* NULL: ICU has none. */
static UTransliterator *transliterator(enum table t) {
    pthread_once(&once, make_key);
    UTransliterator **of = pthread_getspecific(key);
    if (of == NULL) {
        of = xcalloc(TABLES, sizeof *of);
        pthread_setspecific(key, of);
    }
    if (of[t] == NULL) {
        UErrorCode status = U_ZERO_ERROR;
        of[t] = open_table(t, &status);
    }
    return of[t];
}

/* ---- names --------------------------------------------------------------------------------- */

static enum table table_of(UScriptCode script) {
    for (int t = 0; t < TABLES; t++)
        if (tables[t].script == script)
            return (enum table)t;
    return TABLE_ANY;
}

/* Appends letters and digits; all else as one space. */
static void add_letters(const char *s, size_t len, struct buf *out, size_t start) {
    for (size_t i = 0; i < len; i++) {
        char c = s[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        if (c >= 'A' && c <= 'Z')
            buf_char(out, (char)(c + 32));
        else if (letter)
            buf_char(out, c);
        else if (out->len > start && out->data[out->len - 1] != ' ')
            buf_char(out, ' ');
    }
}

/* Latin with marks: words are folded one by one, so that their spaces stay. */
static void add_folded(const char *s, size_t len, struct buf *out, size_t start) {
    struct buf folded = {0};
    for (size_t i = 0, end; i < len; i = end) {
        for (end = i; end < len && s[end] != ' ' && s[end] != '-'; end++)
            ;
        end += end == i;
        folded.len = 0;
        fold(s + i, end - i, &folded);
        add_letters(folded.data, folded.len, out, start);
        if (end < len)
            add_letters(" ", 1, out, start);
    }
    buf_free(&folded);
}

/* Runs a table over `len` units, in place; false where ICU has none, or it grew too long. */
static bool pass(enum table t, UChar *units, int32_t *len) {
    UErrorCode status = U_ZERO_ERROR;
    int32_t limit = *len;
    UTransliterator *u = transliterator(t);
    if (u == NULL)
        return false;
    utrans_transUChars(u, units, len, UNITS_MAX, 0, &limit, &status);
    return U_SUCCESS(status);
}

/* True when a run in the script of Burmese has consonants that only Shan has. */
static bool is_shan(const UChar *units, int32_t len) {
    for (int32_t i = 0; i < len; i++)
        if ((units[i] >= 0x1075 && units[i] <= 0x1076) || units[i] == 0x1078 ||
            (units[i] >= 0x107a && units[i] <= 0x107f) || units[i] == 0x1081 ||
            units[i] == 0x1022)
            return !zawgyi_suspected(units, (size_t)len);
    return false;
}

/* A run of one script that is not Latin. */
static void add_run(UChar *units, int32_t len, enum table t, struct buf *out,
                    size_t start) {
    static _Thread_local char bytes[UNITS_MAX * 3];
    UErrorCode status = U_ZERO_ERROR;
    int32_t written = 0;
    if (t == TABLE_BURMESE && is_shan(units, len))
        t = TABLE_SHAN;
    else if (t == TABLE_BURMESE && zawgyi_suspected(units, (size_t)len) &&
             !pass(TABLE_ZAWGYI, units, &len))
        return;
    if (!pass(t, units, &len))
        return;
    u_strToUTF8(bytes, sizeof bytes, &written, units, len, &status);
    if (U_SUCCESS(status))
        add_folded(bytes, (size_t)written, out, start);
}

/* The script of the run that begins at `from`, and its end: marks and spaces belong to what
 * is before them. */
static UScriptCode run_of(const UChar *units, int32_t len, int32_t from, int32_t *end) {
    UScriptCode script = USCRIPT_COMMON;
    for (*end = from; *end < len;) {
        UErrorCode status = U_ZERO_ERROR;
        int32_t next = *end;
        UChar32 c;
        U16_NEXT(units, next, len, c);
        UScriptCode of = uscript_getScript(c, &status);
        bool takes_any = of == USCRIPT_COMMON || of == USCRIPT_INHERITED;
        if (!takes_any && script != USCRIPT_COMMON && of != script)
            break;
        if (!takes_any)
            script = of;
        *end = next;
    }
    return script;
}

static void add_latin(const UChar *units, int32_t len, struct buf *out, size_t start) {
    char bytes[ROMANISE_BYTES_MAX * 3 + 1];
    UErrorCode status = U_ZERO_ERROR;
    int32_t written = 0;
    u_strToUTF8(bytes, sizeof bytes, &written, units, len, &status);
    if (U_SUCCESS(status))
        add_folded(bytes, (size_t)written, out, start);
}

static void add_units(const UChar *units, int32_t len, struct buf *out, size_t start) {
    static _Thread_local UChar run[UNITS_MAX];
    for (int32_t from = 0, end; from < len; from = end) {
        UScriptCode script = run_of(units, len, from, &end);
        if (script == USCRIPT_LATIN || script == USCRIPT_COMMON) {
            add_latin(units + from, end - from, out, start);
            continue;
        }
        memcpy(run, units + from, (size_t)(end - from) * sizeof *run);
        add_run(run, end - from, table_of(script), out, start);
        if (end < len)
            add_letters(" ", 1, out, start);
    }
}

/* Joiners and breaks that are not seen; returns how many units stay. */
static int32_t drop_zero_width(UChar *units, int32_t len) {
    int32_t kept = 0;
    for (int32_t i = 0; i < len; i++)
        if (!(units[i] >= 0x200b && units[i] <= 0x200f) && units[i] != 0x2060 &&
            units[i] != 0xfeff && units[i] != 0xad)
            units[kept++] = units[i];
    return kept;
}

static bool is_ascii(const char *s, size_t len) {
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)s[i] >= 0x80)
            return false;
    return true;
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

/* The units of a name, at most ROMANISE_BYTES_MAX bytes of it; 0 where it is not UTF-8. */
static int32_t units_of(const char *name, size_t len, UChar units[ROMANISE_BYTES_MAX + 1]) {
    UErrorCode status = U_ZERO_ERROR;
    int32_t count = 0;
    u_strFromUTF8(units, ROMANISE_BYTES_MAX, &count, name, (int32_t)cut(name, len), &status);
    return U_SUCCESS(status) ? count : 0;
}

/* True when a name has letters of the Myanmar block: bytes E1 80..82. */
static bool has_myanmar(const char *name, size_t len) {
    for (size_t i = 0; i + 1 < len; i++)
        if ((unsigned char)name[i] == 0xe1 && (unsigned char)name[i + 1] >= 0x80 &&
            (unsigned char)name[i + 1] <= 0x82)
            return true;
    return false;
}

void native_form(const char *name, size_t len, struct buf *out) {
    static _Thread_local UChar units[UNITS_MAX];
    UErrorCode status = U_ZERO_ERROR;
    int32_t count = has_myanmar(name, len) ? units_of(name, len, units) : 0, written = 0;
    if (count == 0 || !zawgyi_suspected(units, (size_t)count) ||
        !pass(TABLE_ZAWGYI, units, &count)) {
        buf_add(out, name, len);
        return;
    }
    buf_reserve(out, (size_t)count * 3);
    u_strToUTF8(out->data + out->len, (int32_t)(out->capacity - out->len), &written, units,
                count, &status);
    if (U_SUCCESS(status))
        out->len += (size_t)written;
}

void romanise(const char *name, size_t len, struct buf *out) {
    UChar units[ROMANISE_BYTES_MAX + 1];
    size_t start = out->len;
    len = cut(name, len);
    if (is_ascii(name, len)) {
        add_letters(name, len, out, start);
    } else {
        int32_t count = units_of(name, len, units);
        add_units(units, drop_zero_width(units, count), out, start);
    }
    if (out->len > start && out->data[out->len - 1] == ' ')
        out->len--;
}
