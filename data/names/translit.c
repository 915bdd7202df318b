/* SPDX-License-Identifier: Apache-2.0
 *
 * The only file that calls ICU's transliterators.
 */
#include "data/names/translit.h"

#include <assert.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <unicode/uenum.h>
#include <unicode/ustring.h>
#include <unicode/utrans.h>

#include "data/buf.h"
#include "data/mem.h"

#define RULE_BYTES_MAX (1 << 20)

static const struct {
    const char *icu;  /* an identifier of ICU, or NULL */
    const char *file; /* else a file of rules */
} sources[TRANSLIT_COUNT] = {
    [TRANSLIT_NATIVE] = {NULL, "native.rules"},
    [TRANSLIT_ZAWGYI] = {"Zawgyi-my", NULL},
    [TRANSLIT_SIMPLIFIED] = {"Traditional-Simplified", NULL},
    [TRANSLIT_KHMER] = {NULL, "khmer.rules"},
    [TRANSLIT_LAO] = {NULL, "lao.rules"},
    [TRANSLIT_THAI] = {NULL, "thai.rules"},
    [TRANSLIT_MYANMAR] = {NULL, "burmese.rules"},
    [TRANSLIT_SHAN] = {NULL, "shan.rules"},
    [TRANSLIT_HAN] = {"Han-Latin", NULL},
    [TRANSLIT_ANY] = {"Any-Latin", NULL},
};

/* What threads copy. Rules are read at once, so that a wrong file is known; ICU's own take
 * up to a tenth of a second and wait for their first use. */
static UTransliterator *masters[TRANSLIT_COUNT];
static pthread_mutex_t cloning = PTHREAD_MUTEX_INITIALIZER;
static pthread_key_t of_thread; /* a struct own, once opened */

struct own {
    UTransliterator *at[TRANSLIT_COUNT]; /* NULL until used */
};

static void own_free(void *p) {
    struct own *own = p;
    for (int i = 0; i < TRANSLIT_COUNT; i++)
        utrans_close(own->at[i]);
    free(own);
}

static bool read_file(const char *path, struct buf *out, struct error *e) {
    FILE *f = fopen(path, "rb");
    if (f == NULL)
        return error_set(e, ERR_ENVIRONMENT, "%s: %m", path);
    buf_reserve(out, RULE_BYTES_MAX);
    out->len = fread(out->data, 1, RULE_BYTES_MAX, f);
    bool good = !ferror(f) && out->len < RULE_BYTES_MAX;
    fclose(f);
    return good || error_set(e, ERR_ENVIRONMENT, "%s: not read, or larger than %d bytes",
                             path, RULE_BYTES_MAX);
}

/* ICU gives no line, only some text before and after the place where it stopped. */
static int line_of(const UChar *rules, int32_t len, const UParseError *where) {
    UChar around[2 * U_PARSE_CONTEXT_LEN];
    int line = 1;
    u_strcpy(around, where->preContext);
    u_strcat(around, where->postContext);
    const UChar *found = u_strFindFirst(rules, len, around, -1);
    const UChar *end = found ? found + u_strlen(where->preContext) : rules;
    for (const UChar *p = rules; p < end; p++)
        line += *p == '\n';
    return line;
}

static bool rules_wrong(const char *path, const UChar *rules, int32_t len,
                        const UParseError *where, UErrorCode status, struct error *e) {
    char at[4 * U_PARSE_CONTEXT_LEN] = "";
    UErrorCode ignored = U_ZERO_ERROR;
    u_strToUTF8(at, sizeof at - 1, NULL, where->postContext, -1, &ignored);
    at[strcspn(at, "\n")] = '\0';
    return error_set(e, ERR_DATA, "%s:%d: %s at \"%s\"", path, line_of(rules, len, where),
                     u_errorName(status), at);
}

static UTransliterator *compile(const char *path, const struct buf *text,
                                const char *name, struct error *e) {
    UErrorCode status = U_ZERO_ERROR;
    UParseError where = {0};
    UChar id[64];
    int32_t len = 0;
    UChar *rules = xmalloc((text->len + 1) * sizeof *rules);
    UTransliterator *made = NULL;
    u_uastrncpy(id, name, sizeof id / sizeof *id);
    u_strFromUTF8(rules, (int32_t)text->len + 1, &len, text->data, (int32_t)text->len,
                  &status);
    if (U_FAILURE(status))
        error_set(e, ERR_DATA, "%s: not UTF-8", path);
    else if ((made = utrans_openU(id, -1, UTRANS_FORWARD, rules, len, &where, &status)),
             U_FAILURE(status))
        rules_wrong(path, rules, len, &where, status, e);
    free(rules);
    return made;
}

static UTransliterator *open_rules(const char *dir, const char *file, struct error *e) {
    char path[4096];
    struct buf text = {0};
    UTransliterator *made = NULL;
    if (snprintf(path, sizeof path, "%s/%s", dir, file) >= (int)sizeof path)
        error_set(e, ERR_ENVIRONMENT, "the path of the program is too long");
    else if (read_file(path, &text, e))
        made = compile(path, &text, file, e);
    buf_free(&text);
    return made;
}

static UTransliterator *open_icu(const char *name) {
    UErrorCode status = U_ZERO_ERROR;
    UChar id[64];
    u_uastrncpy(id, name, sizeof id / sizeof *id);
    UTransliterator *made = utrans_openU(id, -1, UTRANS_FORWARD, NULL, 0, NULL, &status);
    if (U_FAILURE(status))
        abort(); /* no memory: icu_has() found it */
    return made;
}

static bool icu_has(const char *name, struct error *e) {
    UErrorCode status = U_ZERO_ERROR;
    UEnumeration *all = utrans_openIDs(&status);
    const char *id;
    bool found = false;
    while (!found && (id = uenum_next(all, NULL, &status)) != NULL)
        found = strcmp(id, name) == 0;
    uenum_close(all);
    return found || error_set(e, ERR_ENVIRONMENT, "ICU has no transliterator %s", name);
}

static bool open_one(enum translit id, const char *dir, struct error *e) {
    if (sources[id].icu != NULL)
        return icu_has(sources[id].icu, e);
    if (masters[id] == NULL)
        masters[id] = open_rules(dir, sources[id].file, e);
    return masters[id] != NULL;
}

bool translit_open(const char *dir, struct error *e) {
    static bool opened;
    if (opened)
        return true;
    for (int i = 0; i < TRANSLIT_COUNT; i++)
        if (!open_one((enum translit)i, dir, e))
            return false;
    if (pthread_key_create(&of_thread, own_free) != 0)
        return error_set(e, ERR_ENVIRONMENT, "too many keys of threads");
    opened = true;
    return true;
}

static UTransliterator *copy_of(enum translit id) {
    UErrorCode status = U_ZERO_ERROR;
    pthread_mutex_lock(&cloning);
    if (masters[id] == NULL)
        masters[id] = open_icu(sources[id].icu);
    UTransliterator *copy = utrans_clone(masters[id], &status);
    pthread_mutex_unlock(&cloning);
    if (U_FAILURE(status))
        abort(); /* no memory */
    return copy;
}

/* The calling thread's copy. */
static UTransliterator *mine(enum translit id) {
    struct own *own = pthread_getspecific(of_thread);
    assert(masters[TRANSLIT_NATIVE] != NULL);
    if (own == NULL) {
        own = xcalloc(1, sizeof *own);
        if (pthread_setspecific(of_thread, own) != 0)
            abort(); /* no memory */
    }
    if (own->at[id] == NULL)
        own->at[id] = copy_of(id);
    return own->at[id];
}

void translit_apply(enum translit id, struct utf16 *text) {
    UErrorCode status = U_ZERO_ERROR;
    int32_t limit = text->len;
    utrans_transUChars(mine(id), text->units, &text->len, TRANSLIT_UNITS, 0, &limit,
                       &status);
    if (U_FAILURE(status) || text->len > TRANSLIT_UNITS)
        text->len = 0;
}
