/* SPDX-License-Identifier: Apache-2.0 */
#include "data/names/script.h"

#include <string.h>

#include <unicode/uchar.h>
#include <unicode/uscript.h>
#include <unicode/utf8.h>

/* Languages of the region, and of the people who are trafficked in it, that are not
 * written in Latin letters. */
static const struct {
    const char *language;
    UScriptCode script;
} scripts[] = {
    {"km", USCRIPT_KHMER},     {"lo", USCRIPT_LAO},      {"my", USCRIPT_MYANMAR},
    {"th", USCRIPT_THAI},      {"zh", USCRIPT_HAN},      {"shn", USCRIPT_MYANMAR},
    {"mnw", USCRIPT_MYANMAR},  {"bn", USCRIPT_BENGALI},  {"hi", USCRIPT_DEVANAGARI},
    {"ne", USCRIPT_DEVANAGARI}, {"ru", USCRIPT_CYRILLIC}, {"ar", USCRIPT_ARABIC},
    {"ko", USCRIPT_HANGUL},
};

static bool same_language(const char *code, const char *language) {
    size_t len = strlen(code);
    return strncmp(code, language, len) == 0 &&
           (language[len] == '\0' || language[len] == '-');
}

static bool has_letter(UScriptCode script, const char *name, size_t len) {
    for (int32_t i = 0; i < (int32_t)len;) {
        UChar32 c;
        UErrorCode status = U_ZERO_ERROR;
        U8_NEXT(name, i, (int32_t)len, c);
        if (c >= 0 && u_isalpha(c) && uscript_getScript(c, &status) == script)
            return true;
    }
    return false;
}

bool script_of_language(const char *language, const char *name, size_t len) {
    for (size_t i = 0; i < sizeof scripts / sizeof *scripts; i++)
        if (same_language(scripts[i].language, language))
            return has_letter(scripts[i].script, name, len);
    return true;
}
