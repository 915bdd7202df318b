/* SPDX-License-Identifier: Apache-2.0 */
#include "data/publish.h"

#include <string.h>

#include "data/names/word.h"
#include "data/service_place.h"
#include "data/text.h"

/* Words in a name that tell who stays there (README, "Keeping places safe"). */
static const char *const telling[] = {
    "shelter",  "safe house",  "safehouse",        "refuge",     "victim",
    "survivor", "traffick",    "rescue",           "rumah aman", "rumah perlindungan",
    "korban",   "penampungan", "perdagangan orang"};

/* The same in letters with marks and in other scripts: looked for only where a name has any.
 * Capitals with marks are not matched to small letters, so both stand. */
static const char *const telling_marked[] = {
    /* Vietnamese: shelter, victim, trafficking in persons */
    "tạm lánh", "Tạm Lánh", "TẠM LÁNH", "nạn nhân", "Nạn nhân", "NẠN NHÂN",
    "mua bán người", "Mua bán người", "MUA BÁN NGƯỜI",
    /* Thai: lodging, shelter, victim, injured person, trafficking */
    "บ้านพัก", "ที่พักพิง", "เหยื่อ", "ผู้เสียหาย", "ค้ามนุษย์",
    /* Khmer: victim, trafficking */
    "រងគ្រោះ", "ជួញដូរ",
    /* Lao: victim, trafficking */
    "ເຄາະຮ້າຍ", "ຄ້າມະນຸດ",
    /* Burmese: trafficking */
    "လူကုန်ကူး",
    /* Chinese: shelter, taking in, victim, trafficking */
    "庇护", "庇護", "收容", "受害", "人口贩", "人口販"};

bool publish_listed(const struct stored_service *service) {
    return strcmp(service->visibility, "staff") != 0 &&
           service->flat.cell[COL_NEEDS][0] != '\0';
}

/* The level of the atlas that a precision means; that of an exact point is finer than all. */
static int level_of(const char *precision) {
    static const char *const names[] = {"country", "province", "district"};
    for (int i = 0; i < 3; i++)
        if (strcmp(names[i], precision) == 0)
            return i;
    return LEVEL_COMMUNE;
}

/* The district, or the province where `few` facilities are in it, at the place's own point. */
static uint32_t area_of(const struct stored_service *service, const struct atlas *atlas,
                        const struct facilities *facilities) {
    int level = level_of(service->flat.cell[COL_PRECISION]);
    for (level = level > LEVEL_DISTRICT ? LEVEL_DISTRICT : level; level > LEVEL_COUNTRY;
         level--) {
        uint32_t place = service_place(&service->flat, atlas, level);
        bool few = level == LEVEL_DISTRICT && place != ATLAS_NONE && facilities != NULL &&
                   facilities_few(facilities, place);
        if (place != ATLAS_NONE && !few && atlas->places[place].pointed == place)
            return place;
    }
    return ATLAS_NONE;
}

struct published publish_where(const struct stored_service *service,
                               const struct atlas *atlas,
                               const struct facilities *facilities) {
    struct published where = {strcmp(service->visibility, "exact") == 0, ATLAS_NONE};
    if (strcmp(service->visibility, "area") == 0)
        where.place = area_of(service, atlas, facilities);
    return where;
}

struct published publish_to_staff(const struct stored_service *service,
                                  const struct atlas *atlas) {
    struct published where = {strcmp(service->visibility, "exact") == 0, ATLAS_NONE};
    if (!where.own)
        where.place = area_of(service, atlas, NULL);
    return where;
}

static bool has_marks(const char *name) {
    while (*name != '\0' && (unsigned char)*name < 0x80)
        name++;
    return *name != '\0';
}

bool publish_tells(const char *name) {
    for (size_t i = 0; i < sizeof telling / sizeof *telling; i++)
        if (strcasestr(name, telling[i]) != NULL)
            return true;
    if (!has_marks(name))
        return false;
    for (size_t i = 0; i < sizeof telling_marked / sizeof *telling_marked; i++)
        if (strstr(name, telling_marked[i]) != NULL)
            return true;
    return false;
}

/* Columns that name a place, from the finest, and the level that publishes them. */
static const struct {
    enum column column;
    int level;
} naming[] = {{COL_ADDRESS, LEVEL_POINT},
              {COL_VILLAGE, LEVEL_VILLAGE},
              {COL_COMMUNE, LEVEL_COMMUNE},
              {COL_DISTRICT, LEVEL_DISTRICT},
              {COL_PROVINCE, LEVEL_PROVINCE}};

static bool is_letter(char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
           (unsigned char)c >= 0x80;
}

static char small(char c) {
    return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

/* True when `text` goes on with `part`, whatever stands between the letters of both. */
static bool goes_on_with(const char *text, struct slice part) {
    for (size_t i = 0; i < part.len; i++) {
        if (!is_letter(part.at[i]))
            continue;
        while (*text != '\0' && !is_letter(*text))
            text++;
        if (small(*text) != small(part.at[i]))
            return false;
        text++;
    }
    return true;
}

static size_t letters(struct slice s) {
    size_t count = 0;
    for (size_t i = 0; i < s.len; i++)
        count += is_letter(s.at[i]);
    return count;
}

/* "ChreyThom", "chrey-thom" and "Chrey  Thom" hold "Chrey Thom". */
static bool holds(const char *text, struct slice part) {
    while (part.len > 0 && !is_letter(*part.at))
        part = (struct slice){part.at + 1, part.len - 1};
    if (part.len == 0)
        return false;
    char first = small(*part.at);
    for (; *text != '\0'; text++)
        if (small(*text) == first && goes_on_with(text, part))
            return true;
    return false;
}

#define CORE_MIN 4  /* letters of a name without "Phum", "Ban", "village" */
#define PIECE_MIN 6 /* letters of a part of an address */

/* False when `text` can hold no part of the name of a place: looked at first, for speed.
 * Scripts with other letters write names without spaces. */
static bool may_hold(const char *text, const char *place) {
    struct slice rest = slice_of(place), word;
    if (has_marks(place))
        return true;
    while (slice_next(&rest, ' ', &word))
        if (holds(text, word))
            return true;
    return false;
}

/* True when `text` holds the name of a place, or what is left of it without its generic
 * words. */
static bool holds_place(const char *text, const char *place) {
    struct word_core core[WORD_CORES_MAX];
    if (place[0] == '\0' || !may_hold(text, place))
        return false;
    int count = word_cores(place, strlen(place), core);
    for (int i = 0; i < count; i++)
        if ((i == 0 || letters(core[i].text) >= CORE_MIN) && holds(text, core[i].text))
            return true;
    return false;
}

/* True for a part of an address that is a larger place, which has a column of its own. */
static bool is_larger(const struct flat *flat, struct slice piece) {
    int country = vocabulary_find(VOC_COUNTRY, flat->cell[COL_COUNTRY],
                                  strlen(flat->cell[COL_COUNTRY]));
    return holds(flat->cell[COL_DISTRICT], piece) ||
           holds(flat->cell[COL_PROVINCE], piece) ||
           (country >= 0 &&
            holds(vocabulary(VOC_COUNTRY)->terms[country].label[0], piece));
}

/* True when `text` holds a part of the address: "Street 9", of "House 4, Street 9". */
static bool holds_address(const char *text, const struct flat *flat) {
    struct slice rest = slice_of(flat->cell[COL_ADDRESS]), piece;
    while (flat->cell[COL_ADDRESS][0] != '\0' && slice_next(&rest, ',', &piece))
        if (holds(text, piece) && letters(piece) >= PIECE_MIN && !is_larger(flat, piece))
            return true;
    return false;
}

static bool tells_place(const struct stored_service *service, int published,
                        const char *name) {
    for (size_t i = 0; i < sizeof naming / sizeof *naming; i++)
        if (naming[i].level > published &&
            holds_place(name, service->flat.cell[naming[i].column]))
            return true;
    return published < LEVEL_POINT && holds_address(name, &service->flat);
}

bool publish_place_tells(const struct stored_service *service, const struct atlas *atlas,
                         struct published where, const char *name) {
    int published =
        where.place != ATLAS_NONE ? atlas->places[where.place].level : LEVEL_COUNTRY;
    return !where.own && tells_place(service, published, name);
}

bool publish_name_tells(const struct stored_service *service, const struct atlas *atlas,
                        struct published where, const char *name) {
    return !where.own &&
           (publish_tells(name) || publish_place_tells(service, atlas, where, name));
}

const char *publish_name(const struct stored_service *service, const struct atlas *atlas,
                         struct published where) {
    const char *public_name = service->flat.cell[COL_PUBLIC_NAME];
    const char *name = service->flat.cell[COL_SERVICE];
    if (public_name[0] != '\0')
        return public_name;
    return publish_name_tells(service, atlas, where, name) ? "" : name;
}

uint32_t publish_cover(const struct stored_service *service, const struct atlas *atlas,
                       struct published where, uint32_t place) {
    const struct atlas_place *places = atlas->places;
    int published =
        where.place != ATLAS_NONE ? places[where.place].level : LEVEL_PROVINCE;
    if (where.own || places[place].level <= published ||
        places[place].level > LEVEL_VILLAGE ||
        service_place(&service->flat, atlas, places[place].level) != place)
        return place;
    while (places[place].level > published && places[place].parent != ATLAS_NONE)
        place = places[place].parent;
    return place;
}

int publish_need(int need) {
    const struct term *term = &vocabulary(VOC_NEED)->terms[need];
    return term->sensitive && term->parent >= 0 ? term->parent : need;
}

bool publish_phone(int audience) {
    return audience < 0 || audience == vocabulary_find(VOC_AUDIENCE, "public", 6);
}
