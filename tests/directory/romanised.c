/* SPDX-License-Identifier: Apache-2.0
 *
 * What becomes of many names, for romanise.test.mjs. Lines "name TAB Latin spelling" on the
 * standard input; for each: the cost between their sounds in quarters of an edit, how many
 * sounds the spelling has, both in Latin letters without spaces, and whether the name looks as
 * if it had been typed for Zawgyi. Generic words are taken off both. Run in the root of the
 * project. With --zawgyi the names are first turned into what one types for a Zawgyi font.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <unicode/ustring.h>
#include <unicode/utrans.h>

#include "data/mem.h"
#include "data/names/romanise.h"
#include "data/names/sound.h"
#include "data/names/tree.h"
#include "data/names/word.h"
#include "data/names/zawgyi.h"
#include "data/place_index.h"
#include "data/vocabulary.h"

#define UNITS 4096

static char *for_zawgyi(const char *name) {
    static UTransliterator *t;
    static char out[UNITS * 3];
    UErrorCode status = U_ZERO_ERROR;
    UChar units[UNITS];
    int32_t len = 0;
    if (t == NULL)
        t = utrans_openU(u"my-Zawgyi", -1, UTRANS_FORWARD, NULL, 0, NULL, &status);
    u_strFromUTF8(units, UNITS, &len, name, -1, &status);
    int32_t limit = len;
    utrans_transUChars(t, units, &len, UNITS, 0, &limit, &status);
    u_strToUTF8(out, sizeof out, NULL, units, len, &status);
    if (U_SUCCESS(status))
        return out;
    fprintf(stderr, "romanised: %s\n", u_errorName(status));
    exit(1);
}

static const char *typed(const char *name) {
    UErrorCode status = U_ZERO_ERROR;
    UChar units[UNITS];
    int32_t len = 0;
    u_strFromUTF8(units, UNITS, &len, name, -1, &status);
    return U_SUCCESS(status) && zawgyi_suspected(units, (size_t)len) ? "zawgyi"
                                                                     : "unicode";
}

static size_t read(const char *name, struct buf *letters, uint8_t sounds[SOUNDS_MAX]) {
    struct word_core core[WORD_CORES_MAX];
    struct buf native = {0};
    native_form(name, strlen(name), &native);
    int count = word_cores(native.data, native.len, core);
    letters->len = 0;
    place_letters(core[count - 1].text.at, core[count - 1].text.len, letters);
    buf_free(&native);
    return sound_read(letters->data, letters->len, sounds);
}

static void compare(const char *name, const char *spelling) {
    uint8_t heard[SOUNDS_MAX], spelt[SOUNDS_MAX];
    struct buf a = {0}, b = {0};
    size_t heard_len = read(name, &a, heard), spelt_len = read(spelling, &b, spelt);
    printf("%u\t%zu\t%s\t%s\t%s\n", tree_cost(heard, heard_len, spelt, spelt_len),
           spelt_len, buf_text(&a), buf_text(&b), typed(name));
    buf_free(&a);
    buf_free(&b);
}

int main(int argc, char **argv) {
    char line[UNITS];
    struct error e = {0};
    bool zawgyi = argc > 1 && strcmp(argv[1], "--zawgyi") == 0;
    if (!vocabularies_load("data/vocabulary", &e)) {
        fprintf(stderr, "romanised: %s\n", e.message);
        return 1;
    }
    while (fgets(line, sizeof line, stdin) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        char *spelling = strchr(line, '\t');
        if (spelling == NULL)
            return 1;
        *spelling++ = '\0';
        compare(zawgyi ? for_zawgyi(line) : line, spelling);
    }
    return 0;
}
