/* SPDX-License-Identifier: Apache-2.0 */
#include "data/publish.h"

#include <string.h>

#include "data/service_place.h"
#include "data/text.h"

/* Words in a name that tell who stays there (README, "Keeping places safe"). */
static const char *const telling[] = {
    "shelter",  "safe house", "safehouse",  "refuge",            "victim",
    "survivor", "traffick",   "rescue",     "rumah aman",        "rumah perlindungan",
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

static bool tells_place(const struct stored_service *service, int published,
                        const char *name) {
    for (size_t i = 0; i < sizeof naming / sizeof *naming; i++) {
        const char *place = service->flat.cell[naming[i].column];
        if (naming[i].level > published && place[0] != '\0' &&
            strcasestr(name, place) != NULL)
            return true;
    }
    return false;
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

int publish_need(int need) {
    const struct term *term = &vocabulary(VOC_NEED)->terms[need];
    return term->sensitive && term->parent >= 0 ? term->parent : need;
}

bool publish_phone(int audience) {
    return audience < 0 || audience == vocabulary_find(VOC_AUDIENCE, "public", 6);
}
