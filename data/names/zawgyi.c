/* SPDX-License-Identifier: Apache-2.0 */
#include "data/names/zawgyi.h"

/* Of Burmese, and of Mon, Karen and Shan. */
static bool is_consonant(uint16_t c) {
    return (c >= 0x1000 && c <= 0x1022) || c == 0x1025 || c == 0x103f ||
           (c >= 0x105a && c <= 0x105d) || c == 0x1061 || c == 0x1065 || c == 0x1066 ||
           (c >= 0x106e && c <= 0x1070) || (c >= 0x1075 && c <= 0x1081) || c == 0x108e ||
           (c >= 0xaa60 && c <= 0xaa7f);
}

/* Vowel signs and medials of Unicode's order. */
static bool is_sign(uint16_t c) {
    return (c >= 0x102b && c <= 0x1032) || (c >= 0x103b && c <= 0x103e);
}

/* Shapes of Zawgyi that Unicode has for letters that stand beside no Burmese ones: stacked
 * consonants (1060-1069, 106C-1070, 1073-107C), the medial ra of several widths (107E-1084),
 * ligatures (108A-108D, 1091-1092, 1097), and the low dot and kinzi forms (1064, 1094-1096). */
static bool is_shape(uint16_t c) {
    return (c >= 0x1060 && c <= 0x1064) || (c >= 0x1066 && c <= 0x106d) ||
           (c >= 0x1071 && c <= 0x1074) || (c >= 0x1077 && c <= 0x1081) ||
           (c >= 0x1083 && c <= 0x1084) || (c >= 0x108a && c <= 0x108d) ||
           (c >= 0x1091 && c <= 0x1097);
}

/* Letters that Burmese does not have, and Shan, Mon or Karen do: text with them that has no
 * other sign of Zawgyi is theirs. */
static bool is_of_others(uint16_t c) {
    return c == 0x1022 || c == 0x1028 || c == 0x1035 || (c >= 0x105a && c <= 0x105d) ||
           c == 0x1075 || c == 0x1076 || c == 0x1082 || (c >= 0x1085 && c <= 0x1089);
}

/* True when `c` after `last` is an order that Unicode does not have. */
static bool is_out_of_order(uint16_t last, uint16_t c) {
    bool after_consonant = is_consonant(last) || is_sign(last) || last == 0x1082;
    if (c == 0x1031) /* e is typed before its consonant */
        return !after_consonant || last == 0x1031 || last == 0x102b || last == 0x102c;
    if (c == 0x103b) /* Zawgyi's medial ra, before its consonant */
        return !is_consonant(last) && last != 0x103a;
    if (c == 0x1039) /* Zawgyi's asat: Unicode's virama, which a consonant follows */
        return false;
    return last == 0x1039 && !is_consonant(c);
}

bool zawgyi_suspected(const uint16_t *units, size_t len) {
    int shapes = 0, others = 0;
    uint16_t last = 0;
    for (size_t i = 0; i < len; i++) {
        uint16_t c = units[i];
        if (is_out_of_order(last, c))
            return true;
        shapes += is_shape(c);
        others += is_of_others(c);
        last = c;
    }
    return last == 0x1039 || (shapes > 0 && others == 0);
}
