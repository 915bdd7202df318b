/* SPDX-License-Identifier: Apache-2.0
 *
 * The only file that calls ICU's normalizers.
 */
#include "data/names/fold.h"

#include <assert.h>
#include <stdbool.h>
#include <string.h>

#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/ustring.h>

/* Case folding can make three characters of one (ICU: UTF8 to NFKC_CF), marks come apart
 * once more. */
#define UNITS_MAX (FOLD_BYTES_MAX * 12)

/* Letters that Unicode does not take apart, and what people type for them. */
static const struct {
    UChar32 letter;
    const char *typed;
} typed[] = {{0xe6, "ae"}, {0xf0, "d"},  {0xf8, "o"},  {0x111, "d"},
             {0x131, "i"}, {0x142, "l"}, {0x153, "oe"}};

static bool keep(UChar32 c) {
    bool latin_mark = c >= 0x300 && c <= 0x36f;
    return !latin_mark && (u_isalnum(c) || (U_GET_GC_MASK(c) & U_GC_M_MASK));
}

static void add_character(UChar32 c, struct buf *out) {
    for (size_t i = 0; i < sizeof typed / sizeof *typed; i++)
        if (typed[i].letter == c) {
            buf_str(out, typed[i].typed);
            return;
        }
    char bytes[4];
    int32_t n = 0;
    UBool failed = 0;
    U8_APPEND((uint8_t *)bytes, n, 4, c, failed);
    if (!failed)
        buf_add(out, bytes, (size_t)n);
}

static bool is_ascii(const char *s, size_t len) {
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)s[i] >= 0x80)
            return false;
    return true;
}

static void fold_ascii(const char *s, size_t len, struct buf *out) {
    for (size_t i = 0; i < len; i++) {
        char c = s[i];
        if (c >= 'A' && c <= 'Z')
            buf_char(out, (char)(c + 32));
        else if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
            buf_char(out, c);
    }
}

/* Bytes of `name` that end with a character and are not too many. */
static size_t cut(const char *name, size_t len) {
    if (len <= FOLD_BYTES_MAX)
        return len;
    len = FOLD_BYTES_MAX;
    while (len > 0 && ((unsigned char)name[len] & 0xc0) == 0x80)
        len--;
    return len;
}

/* `in` normalized by `how` into `out` of UNITS_MAX; the number of units. */
static int32_t normalize(const UNormalizer2 *how, const UChar *in, int32_t len,
                         UChar *out, UErrorCode *status) {
    return unorm2_normalize(how, in, len, out, UNITS_MAX, status);
}

static void fold_units(const UChar *units, int32_t len, struct buf *out) {
    for (int32_t i = 0; i < len;) {
        UChar32 c;
        U16_NEXT(units, i, len, c);
        if (keep(c))
            add_character(c, out);
    }
}

void fold(const char *name, size_t len, struct buf *out) {
    static _Thread_local UChar a[UNITS_MAX], b[UNITS_MAX];
    UErrorCode status = U_ZERO_ERROR;
    int32_t units;
    len = cut(name, len);
    if (is_ascii(name, len)) {
        fold_ascii(name, len, out);
        return;
    }
    u_strFromUTF8WithSub(a, UNITS_MAX, &units, name, (int32_t)len, U_SENTINEL, NULL,
                         &status);
    if (status == U_INVALID_CHAR_FOUND)
        return; /* not UTF-8: no name */
    units = normalize(unorm2_getNFKCCasefoldInstance(&status), a, units, b, &status);
    units = normalize(unorm2_getNFDInstance(&status), b, units, a, &status);
    assert(U_SUCCESS(status));
    fold_units(a, units, out);
}
