/* SPDX-License-Identifier: Apache-2.0
 *
 * Unicode's order is in the Unicode Standard, chapter 16.3 (Myanmar) and Unicode Technical
 * Note 11; what Zawgyi makes of the code points is in CLDR's transform my-t-my-s0-zawgyi,
 * which is the one that ICU converts with. A sequence is listed only when no language of
 * the script has it in Unicode.
 */
#include "data/names/zawgyi.h"

struct range {
    uint16_t first, last;
};

/* Letters that carry medials and vowels; and the digits 0 and 7, which people type for the
 * letters wa and ra that look like them. */
static const struct range letters[] = {
    {0x1000, 0x102a}, {0x103f, 0x1040}, {0x1047, 0x1047}, {0x104e, 0x104e},
    {0x1050, 0x1055}, {0x105a, 0x105d}, {0x1061, 0x1061}, {0x1065, 0x1066},
    {0x106e, 0x1070}, {0x1075, 0x1081}, {0x108e, 0x108e}, {0xa9e0, 0xa9ef},
    {0xa9fa, 0xa9fe}, {0xaa60, 0xaa7a}, {0xaa7e, 0xaa7f}, {0, 0}};

/* Letters that stand below another: ya, ra, wa and ha are medials instead. */
static const struct range stacked[] = {
    {0x1000, 0x1019}, {0x101c, 0x101c}, {0x101e, 0x101e}, {0x1020, 0x1020},
    {0x1050, 0x1051}, {0x105a, 0x105d}, {0x106e, 0x1070}, {0x1075, 0x1081},
    {0xa9e0, 0xa9ef}, {0xa9fa, 0xa9fe}, {0xaa60, 0xaa7f}, {0, 0}};

static const struct range medials[] = {
    {0x103b, 0x103e}, {0x105e, 0x1060}, {0x1082, 0x1082}, {0, 0}};

/* What is written on a letter. */
static const struct range signs[] = {
    {0x102b, 0x1030}, {0x1032, 0x1032}, {0x1036, 0x1036}, {0x1039, 0x103e}, {0, 0}};

/* Vowels and medials, which cannot follow an asat. */
static const struct range never_final[] = {
    {0x102b, 0x1030}, {0x1032, 0x1032}, {0x1036, 0x1036}, {0x103c, 0x103e}, {0, 0}};

/* Letters of Burmese that end no syllable of Shan, where they could follow 0x107e... */
static const struct range never_shan[] = {{0x1000, 0x1003}, {0x1005, 0x100f},
                                          {0x1012, 0x1014}, {0x1016, 0x1018},
                                          {0x101f, 0x101f}, {0, 0}};
static const struct range burmese[] = {{0x1000, 0x1021}, {0, 0}};
static const struct range ra_like[] = {{0x101a, 0x101b}, {0x101d, 0x101d}, {0, 0}};
static const struct range vowel_e[] = {{0x1031, 0x1031}, {0, 0}};
static const struct range i_or_anusvara[] = {{0x102d, 0x102e}, {0x1036, 0x1036}, {0, 0}};
static const struct range wa_or_ha[] = {{0x103d, 0x103e}, {0, 0}};
static const struct range asat[] = {{0x103a, 0x103a}, {0, 0}};

/* What stands beside the code point: one of up to two lists, or (`none`) of neither. */
struct neighbour {
    const struct range *one, *other;
    bool none;
};

static const struct {
    struct neighbour before;
    struct range at;
    struct neighbour after;
} sequences[] = {
    /* The vowel e is stored before its consonant. */
    {{letters, medials, true}, {0x1031, 0x1031}, {0}},
    /* The visible virama: Unicode's stacks a letter. */
    {{0}, {0x1039, 0x1039}, {stacked, NULL, true}},
    /* Medial ra, stored before its consonant: Unicode's ya stands behind one. */
    {{letters, asat, true}, {0x103b, 0x103b}, {0}},
    /* Medial ya: Unicode's asat closes a syllable; typed too early in aw it is no sign. */
    {{vowel_e, NULL, true}, {0x103a, 0x103a}, {never_final, NULL, false}},
    /* Medial wa: Unicode's ra comes before its wa and ha, and never on these letters. */
    {{wa_or_ha, ra_like, false}, {0x103c, 0x103c}, {0}},
    /* Wide medial ra, stored before its consonant: letters and vowels of Shan. */
    {{0}, {0x107e, 0x1084}, {never_shan, NULL, false}},
    /* Kinzi, nya and ra of other shapes, ha with u: tones and digits of Karen and Shan. */
    {{0}, {0x1064, 0x1064}, {signs, NULL, false}},
    {{0}, {0x106a, 0x106b}, {signs, NULL, false}},
    {{0}, {0x1087, 0x108d}, {signs, NULL, false}},
    {{0}, {0x1090, 0x1099}, {signs, NULL, false}},
    /* na of another shape: a tone of Rumai Palaung only. */
    {{0}, {0x108f, 0x108f}, {0}},
    /* i with anusvara: a letter of Rumai Palaung, which follows no letter of Burmese. */
    {{burmese, NULL, false}, {0x108e, 0x108e}, {0}},
    /* u of another shape behind i or anusvara: vowels of Mon, which stand alone. */
    {{i_or_anusvara, NULL, false}, {0x1033, 0x1034}, {0}},
};

static bool in(const struct range *ranges, uint16_t unit) {
    for (; ranges != NULL && ranges->last != 0; ranges++)
        if (unit >= ranges->first && unit <= ranges->last)
            return true;
    return false;
}

/* `unit` is 0 at the ends. */
static bool fits(const struct neighbour *n, uint16_t unit) {
    if (n->one == NULL)
        return true;
    return (in(n->one, unit) || in(n->other, unit)) != n->none;
}

static bool suspected_at(uint16_t before, uint16_t at, uint16_t after) {
    for (size_t i = 0; i < sizeof sequences / sizeof *sequences; i++)
        if (at >= sequences[i].at.first && at <= sequences[i].at.last &&
            fits(&sequences[i].before, before) && fits(&sequences[i].after, after))
            return true;
    return false;
}

bool zawgyi_suspected(const uint16_t *units, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (units[i] >= 0x1031 && units[i] <= 0x109f &&
            suspected_at(i > 0 ? units[i - 1] : 0, units[i],
                         i + 1 < count ? units[i + 1] : 0))
            return true;
    return false;
}
