/* SPDX-License-Identifier: Apache-2.0 */
#include "data/service_place.h"

#include <stdlib.h>
#include <string.h>

#include "data/buf.h"
#include "data/vocabulary.h"

/* The column that names the place of a level. */
static const enum column naming[] = {[LEVEL_PROVINCE] = COL_PROVINCE,
                                     [LEVEL_DISTRICT] = COL_DISTRICT,
                                     [LEVEL_COMMUNE] = COL_COMMUNE,
                                     [LEVEL_VILLAGE] = COL_VILLAGE};

int service_level(const struct flat *flat) {
    static const char *const levels[] = {"country", "province", "district", "commune",
                                         "village"};
    const char *precision = flat->cell[COL_PRECISION];
    if (flat->cell[COL_LAT][0] == '\0')
        return -1;
    for (int i = 0; i < 5; i++)
        if (strcmp(levels[i], precision) == 0)
            return i;
    return LEVEL_POINT;
}

/* "Thma Koul, Battambang": the name, then those of the levels above that are stated. */
static uint32_t by_name(const struct flat *flat, const struct atlas *atlas, int country,
                        int level) {
    struct buf text = {0};
    if (flat->cell[naming[level]][0] == '\0')
        return ATLAS_NONE;
    for (int above = level; above >= LEVEL_PROVINCE; above--) {
        const char *name = flat->cell[naming[above]];
        if (name[0] == '\0')
            continue;
        if (text.len > 0)
            buf_char(&text, ',');
        for (; *name != '\0'; name++)
            buf_char(&text, *name == ',' ? ' ' : *name); /* a comma begins the parent */
    }
    uint32_t found = atlas_find_level(atlas, country, level, text.data, text.len);
    buf_free(&text);
    return found == ATLAS_AMBIGUOUS ? ATLAS_NONE : found;
}

/* The one place of the level whose outline holds the point. */
static uint32_t by_point(const struct flat *flat, const struct atlas *atlas, int country,
                         int level) {
    struct atlas_holds holds;
    uint32_t found = ATLAS_NONE;
    if (service_level(flat) < level)
        return ATLAS_NONE;
    atlas_holds(atlas,
                (struct point){strtod(flat->cell[COL_LON], NULL),
                               strtod(flat->cell[COL_LAT], NULL)},
                &holds);
    for (int i = 0; i < holds.count; i++) {
        const struct atlas_place *p = &atlas->places[holds.place[i]];
        if (p->level != level || p->country != country)
            continue;
        if (found != ATLAS_NONE)
            return ATLAS_NONE;
        found = holds.place[i];
    }
    return found;
}

uint32_t service_place(const struct flat *flat, const struct atlas *atlas, int level) {
    const char *code = flat->cell[COL_COUNTRY];
    int country = vocabulary_find(VOC_COUNTRY, code, strlen(code));
    if (atlas->place_count == 0 || country < 0)
        return ATLAS_NONE;
    uint32_t found = by_name(flat, atlas, country, level);
    return found != ATLAS_NONE ? found : by_point(flat, atlas, country, level);
}
