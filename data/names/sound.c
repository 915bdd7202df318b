/* SPDX-License-Identifier: Apache-2.0 */
#include "data/names/sound.h"

#include <stdbool.h>
#include <string.h>

/* The sounds. Capital letters are written with two letters or more. */
enum sound {
    /* vowels */
    A = 1, E, I, O, U, EU,
    /* weak: often written as a vowel, or not at all */
    H, Y, V,
    /* consonants */
    K, KH, G, NG, CH, J, NY, T, TH, D, N, P, F, B, M, R, L, S, Z,
    /* digits */
    DIGIT, SOUND_COUNT = DIGIT + 10
};

static bool is_vowel(int sound) {
    return sound >= A && sound <= EU;
}

/* ---- how near ---------------------------------------------------------------------------- */

/* Pairs that are heard, or written, for one another. What is not here: a vowel for another
 * costs 2, all else SOUND_EDIT. */
static const struct {
    uint8_t a, b, cost;
} near[] = {
    {O, U, 1},   {E, I, 1},   {EU, U, 1},  {EU, I, 1},  {EU, E, 1},  {A, O, 1},
    {I, Y, 1},   {U, V, 1},   {O, V, 1},   {K, KH, 1},  {K, G, 1},   {KH, G, 2},
    {KH, H, 2},  {N, NG, 1},  {N, NY, 1},  {NG, NY, 2}, {NY, Y, 1},  {T, TH, 1},
    {T, D, 1},   {TH, D, 2},  {P, F, 1},   {P, B, 1},   {F, B, 2},   {B, V, 2},
    {F, V, 3},   {CH, J, 1},  {CH, S, 2},  {CH, T, 2},  {CH, Z, 2},  {J, Z, 1},
    {J, Y, 1},   {S, Z, 1},   {S, TH, 3},  {R, L, 1},   {N, L, 2},   {M, N, 2},
    {D, L, 3},   {J, D, 2},   {K, CH, 2},  {H, R, 2},   {TH, S, 2},  {D, Z, 2},
    {Y, R, 2},
};

static const uint8_t drop[SOUND_COUNT] = {
    [A] = 2, [E] = 2, [I] = 2, [O] = 2, [U] = 2, [EU] = 2, [H] = 1, [Y] = 2, [V] = 2,
    [R] = 3,
};

static uint8_t swap[SOUND_COUNT][SOUND_COUNT];

__attribute__((constructor)) static void fill_swap(void) {
    for (int a = 0; a < SOUND_COUNT; a++)
        for (int b = 0; b < SOUND_COUNT; b++)
            swap[a][b] = a == b ? 0 : is_vowel(a) && is_vowel(b) ? 2 : SOUND_EDIT;
    for (size_t i = 0; i < sizeof near / sizeof *near; i++)
        swap[near[i].a][near[i].b] = swap[near[i].b][near[i].a] = near[i].cost;
}

unsigned sound_swap_cost(uint8_t a, uint8_t b) {
    return swap[a][b];
}

unsigned sound_drop_cost(uint8_t a) {
    return drop[a] != 0 ? drop[a] : SOUND_EDIT;
}

/* ---- letters to sounds ------------------------------------------------------------------- */

/* By their first letter; longer ones stand before what they begin with, and the last of each
 * letter is that alone. Two sounds: a second one. */
static const struct {
    const char *letters;
    uint8_t sound, second;
} readings[] = {
    {"ae", E, 0}, {"a", A, 0}, {"bh", B, 0}, {"b", B, 0}, {"chh", CH, 0}, {"ce", S, E},
    {"ch", CH, 0}, {"ci", S, I}, {"ck", K, 0}, {"c", K, 0}, {"dh", D, 0}, {"dj", J, 0},
    {"dz", J, 0}, {"d", D, 0}, {"ee", I, 0}, {"eu", EU, 0}, {"e", E, 0}, {"f", F, 0},
    {"gh", G, 0}, {"g", G, 0}, {"h", H, 0}, {"i", I, 0}, {"j", J, 0}, {"kh", KH, 0},
    {"k", K, 0}, {"l", L, 0}, {"m", M, 0}, {"ng", NG, 0}, {"nh", NY, 0}, {"ny", NY, 0},
    {"n", N, 0}, {"oe", E, 0}, {"oo", U, 0}, {"ou", U, 0}, {"o", O, 0}, {"ph", F, 0},
    {"p", P, 0}, {"qu", K, V}, {"q", K, 0}, {"rh", R, 0}, {"r", R, 0}, {"sh", S, 0},
    {"s", S, 0}, {"tch", CH, 0}, {"th", TH, 0}, {"t", T, 0}, {"ue", EU, 0}, {"u", U, 0},
    {"v", V, 0}, {"w", V, 0}, {"x", S, 0}, {"y", Y, 0}, {"z", Z, 0},
};

/* The first reading of each letter, from a to z; filled before main(). */
static uint8_t first_reading[26];

__attribute__((constructor)) static void fill_first_readings(void) {
    for (size_t i = sizeof readings / sizeof *readings; i-- > 0;)
        first_reading[readings[i].letters[0] - 'a'] = (uint8_t)i;
}

/* The longest reading that `s` begins with; SIZE_MAX where it is no letter. */
static size_t reading_at(const char *s, size_t len) {
    if (s[0] < 'a' || s[0] > 'z')
        return SIZE_MAX;
    for (size_t i = first_reading[s[0] - 'a'];; i++) {
        const char *letters = readings[i].letters;
        size_t n = 1;
        while (letters[n] != '\0' && n < len && letters[n] == s[n])
            n++;
        if (letters[n] == '\0')
            return i;
    }
}

struct sounds {
    uint8_t *out;
    size_t count;
};

/* y and w between others are vowels when no vowel follows: "paoy", "saw". */
static uint8_t as_heard(const struct sounds *s, uint8_t sound, char next) {
    bool before_vowel = strchr("aeiou", next) != NULL && next != '\0';
    bool after_vowel = s->count > 0 && is_vowel(s->out[s->count - 1]);
    if (sound == Y && !before_vowel)
        return I;
    if (sound == V && !before_vowel && after_vowel)
        return U;
    return sound;
}

/* Doubles are one, and so are two consonants of which each is taken for the other: "battam"
 * is said as "batdam" is. */
static void add(struct sounds *s, uint8_t sound) {
    uint8_t *last = s->count > 0 ? &s->out[s->count - 1] : NULL;
    if (last != NULL && sound >= K && *last >= K && swap[*last][sound] <= 1)
        *last = sound;
    else if (s->count < SOUNDS_MAX && (last == NULL || *last != sound))
        s->out[s->count++] = sound;
}

size_t sound_read(const char *letters, size_t len, uint8_t out[SOUNDS_MAX]) {
    struct sounds s = {out, 0};
    for (size_t i = 0; i < len;) {
        if (letters[i] >= '0' && letters[i] <= '9') {
            if (s.count < SOUNDS_MAX)
                out[s.count++] = (uint8_t)(DIGIT + letters[i] - '0');
            i++;
            continue;
        }
        size_t r = reading_at(letters + i, len - i);
        if (r == SIZE_MAX) {
            i++;
            continue;
        }
        i += strlen(readings[r].letters);
        add(&s, as_heard(&s, readings[r].sound, i < len ? letters[i] : '\0'));
        if (readings[r].second != 0)
            add(&s, readings[r].second);
    }
    return s.count;
}
