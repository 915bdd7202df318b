/* SPDX-License-Identifier: Apache-2.0
 *
 * Names on the standard input, one a line; on the standard output each romanised, or with
 * --native in its written form, with --zawgyi as it would be typed for a Zawgyi font, with
 * --typed the word "zawgyi" or "unicode": how it seems to be typed.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <unicode/ustring.h>
#include <unicode/utrans.h>

#include "data/names/romanise.h"
#include "data/names/zawgyi.h"
#include "data/share.h"

#define UNITS 4096

static void check(UErrorCode status, const char *doing) {
    if (U_SUCCESS(status))
        return;
    fprintf(stderr, "%s: %s\n", doing, u_errorName(status));
    exit(1);
}

static int32_t read_units(const char *name, size_t len, UChar out[UNITS]) {
    UErrorCode status = U_ZERO_ERROR;
    int32_t count = 0;
    u_strFromUTF8(out, UNITS, &count, name, (int32_t)len, &status);
    check(status, "reading a name");
    return count;
}

/* Burmese in Unicode -> for a Zawgyi font, by ICU's way back. */
static void to_zawgyi(const char *name, size_t len, struct buf *out) {
    static UTransliterator *back;
    UErrorCode status = U_ZERO_ERROR;
    UChar id[] = u"my-Zawgyi", units[UNITS];
    int32_t count = read_units(name, len, units), limit = count, wrote = 0;
    if (back == NULL)
        back = utrans_openU(id, -1, UTRANS_FORWARD, NULL, 0, NULL, &status);
    utrans_transUChars(back, units, &count, UNITS, 0, &limit, &status);
    check(status, "my-Zawgyi");
    buf_reserve(out, (size_t)count * 3 + 1);
    u_strToUTF8(out->data, (int32_t)out->capacity, &wrote, units, count, &status);
    check(status, "writing a name");
    out->len = (size_t)wrote;
}

static void typed(const char *name, size_t len, struct buf *out) {
    UChar units[UNITS];
    int32_t count = read_units(name, len, units);
    buf_str(out, zawgyi_suspected(units, (size_t)count) ? "zawgyi" : "unicode");
}

typedef void change_fn(const char *name, size_t len, struct buf *out);

static const struct {
    const char *option;
    change_fn *change;
} changes[] = {
    {"--native", native_form}, {"--zawgyi", to_zawgyi}, {"--typed", typed}};

static change_fn *asked_for(int argc, char **argv) {
    for (size_t i = 0; argc > 1 && i < sizeof changes / sizeof *changes; i++)
        if (strcmp(argv[1], changes[i].option) == 0)
            return changes[i].change;
    return argc > 1 ? NULL : romanise;
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
        fprintf(stderr, "romanise [--native|--zawgyi|--typed] %s\n", e.message);
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
