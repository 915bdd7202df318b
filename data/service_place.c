/* SPDX-License-Identifier: Apache-2.0 */
#include "data/service_place.h"

#include <stdlib.h>
#include <string.h>

#include "data/buf.h"
#include "data/shape.h"
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

/* The least key of a source that has an outline of the place around the point: sources are
 * numbered as they are first imported. INT64_MAX: only what lies in the place has one. */
static int64_t first_source(const struct atlas *atlas, uint32_t place, struct point at) {
    struct atlas_run run = atlas->places[place].outlines;
    int64_t first = INT64_MAX;
    for (uint32_t i = run.first; i < run.first + run.count; i++)
        if (atlas->outlines[i].source_key < first &&
            shape_holds(atlas->outlines[i].shape, at))
            first = atlas->outlines[i].source_key;
    return first;
}

/* The place of the level whose outline holds the point. Where outlines of several sources
 * overlap, that of the source imported first decides, so that a point which moves along
 * their edges does not change what is published of it. */
static uint32_t by_point(const struct flat *flat, const struct atlas *atlas, int country,
                         int level) {
    struct atlas_holds holds;
    uint32_t found = ATLAS_NONE;
    int64_t source = 0;
    struct point at = {strtod(flat->cell[COL_LON], NULL),
                       strtod(flat->cell[COL_LAT], NULL)};
    bool several = false;
    if (service_level(flat) < level)
        return ATLAS_NONE;
    atlas_holds(atlas, at, &holds);
    for (int i = 0; i < holds.count; i++) {
        const struct atlas_place *p = &atlas->places[holds.place[i]];
        if (p->level != level || p->country != country)
            continue;
        int64_t first = first_source(atlas, holds.place[i], at);
        several = found != ATLAS_NONE && (several || first == source);
        if (found == ATLAS_NONE || first < source) {
            several = false;
            found = holds.place[i];
            source = first;
        }
    }
    return several ? ATLAS_NONE : found;
}

uint32_t service_place(const struct flat *flat, const struct atlas *atlas, int level) {
    const char *code = flat->cell[COL_COUNTRY];
    int country = vocabulary_find(VOC_COUNTRY, code, strlen(code));
    if (atlas->place_count == 0 || country < 0)
        return ATLAS_NONE;
    uint32_t found = by_name(flat, atlas, country, level);
    return found != ATLAS_NONE ? found : by_point(flat, atlas, country, level);
}
