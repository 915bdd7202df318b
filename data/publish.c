/* SPDX-License-Identifier: Apache-2.0 */
#include "data/publish.h"

#include <string.h>

#include "data/text.h"

/* Words in a name that tell who stays there (README, "Keeping places safe"). */
static const char *const telling[] = {"shelter", "safe house", "safehouse", "refuge",
                                      "victim",  "survivor",   "traffick", "rescue"};

bool publish_listed(const struct stored_service *service) {
    return strcmp(service->visibility, "staff") != 0 &&
           service->flat.cell[COL_NEEDS][0] != '\0';
}

bool publish_point(const struct stored_service *service) {
    return strcmp(service->visibility, "exact") == 0;
}

bool publish_hides(enum column column) {
    return (columns[column].flags & STAFF) != 0;
}

static bool tells_word(const char *name) {
    for (size_t i = 0; i < sizeof telling / sizeof *telling; i++)
        if (strcasestr(name, telling[i]) != NULL)
            return true;
    return false;
}

static bool tells_place(const struct stored_service *service, const char *name) {
    static const enum column below[] = {COL_ADDRESS, COL_VILLAGE, COL_COMMUNE, COL_DISTRICT,
                                        COL_PROVINCE};
    for (size_t i = 0; i < sizeof below / sizeof *below; i++) {
        const char *place = service->flat.cell[below[i]];
        if (place[0] != '\0' && strcasestr(name, place) != NULL)
            return true;
    }
    return false;
}

bool publish_name_tells(const struct stored_service *service, const char *name) {
    return !publish_point(service) && (tells_word(name) || tells_place(service, name));
}

const char *publish_name(const struct stored_service *service) {
    const char *public_name = service->flat.cell[COL_PUBLIC_NAME];
    const char *name = service->flat.cell[COL_SERVICE];
    if (public_name[0] != '\0')
        return public_name;
    return publish_name_tells(service, name) ? "" : name;
}

int publish_need(int need) {
    const struct term *term = &vocabulary(VOC_NEED)->terms[need];
    return term->sensitive && term->parent >= 0 ? term->parent : need;
}

bool publish_phone(int audience) {
    return audience < 0 || audience == vocabulary_find(VOC_AUDIENCE, "public", 6);
}
