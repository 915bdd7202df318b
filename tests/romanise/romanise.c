/* SPDX-License-Identifier: Apache-2.0
 *
 * Names on the standard input, one a line; on the standard output each romanised, or with
 * --native in its written form, or with --zawgyi as it would be typed for a Zawgyi font.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <unicode/ustring.h>
#include <unicode/utrans.h>

#include "data/names/romanise.h"
#include "data/share.h"

#define UNITS 4096

/* Burmese in Unicode -> for a Zawgyi font, by ICU's way back. */
static void to_zawgyi(const char *name, size_t len, struct buf *out) {
    static UTransliterator *back;
    UErrorCode status = U_ZERO_ERROR;
    UChar id[] = u"my-Zawgyi", units[UNITS];
    int32_t count = 0;
    if (back == NULL)
        back = utrans_openU(id, -1, UTRANS_FORWARD, NULL, 0, NULL, &status);
    u_strFromUTF8(units, UNITS, &count, name, (int32_t)len, &status);
    int32_t limit = count, wrote = 0;
    utrans_transUChars(back, units, &count, UNITS, 0, &limit, &status);
    buf_reserve(out, (size_t)count * 3 + 1);
    u_strToUTF8(out->data, (int32_t)out->capacity, &wrote, units, count, &status);
    if (U_FAILURE(status)) {
        fprintf(stderr, "my-Zawgyi: %s\n", u_errorName(status));
        exit(1);
    }
    out->len = (size_t)wrote;
}

typedef void change_fn(const char *name, size_t len, struct buf *out);

static change_fn *asked_for(int argc, char **argv) {
    if (argc < 2)
        return romanise;
    if (strcmp(argv[1], "--native") == 0)
        return native_form;
    return strcmp(argv[1], "--zawgyi") == 0 ? to_zawgyi : NULL;
}

int main(int argc, char **argv) {
    change_fn *change = asked_for(argc, argv);
    char share[SHARE_PATH_MAX];
    struct error e = {0};
    struct buf out = {0};
    char *line = NULL;
    size_t capacity = 0;
    ssize_t len;
    if (change == NULL || !share_open(share, &e)) {
        fprintf(stderr, "romanise [--native|--zawgyi] %s\n", e.message);
        return 1;
    }
    while ((len = getline(&line, &capacity, stdin)) > 0) {
        out.len = 0;
        change(line, (size_t)len - (line[len - 1] == '\n'), &out);
        puts(buf_text(&out));
    }
    free(line);
    buf_free(&out);
    return 0;
}
