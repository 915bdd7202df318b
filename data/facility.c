/* SPDX-License-Identifier: Apache-2.0 */
#include "data/facility.h"

#include <stdlib.h>
#include <string.h>

#include "data/intern.h"
#include "data/mem.h"
#include "data/service_place.h"

struct facilities {
    const struct atlas *atlas;
    struct intern known; /* those that are counted */
    uint8_t *count;      /* of each place of the atlas, at most FACILITIES_MIN */
};

/* By its point where that is published, else by its organization: where in the district an
 * `area` service is must not change the number. */
static void count_one(const struct stored_service *s, void *ctx) {
    struct facilities *f = ctx;
    struct {
        uint8_t organization[ID_BYTES];
        double lat, lon;
        uint64_t district;
    } key = {.district = service_place(&s->flat, f->atlas, LEVEL_DISTRICT)};
    bool added;
    if (key.district == ATLAS_NONE)
        return;
    if (strcmp(s->visibility, "exact") == 0 && s->flat.cell[COL_LAT][0] != '\0') {
        key.lat = strtod(s->flat.cell[COL_LAT], NULL);
        key.lon = strtod(s->flat.cell[COL_LON], NULL);
    } else {
        memcpy(key.organization, s->organization_id, ID_BYTES);
    }
    intern(&f->known, &key, sizeof key, &added);
    f->count[key.district] += added && f->count[key.district] < FACILITIES_MIN;
}

struct facilities *facilities_count(struct record *record, const struct atlas *atlas,
                                    struct error *e) {
    struct facilities *f = xcalloc(1, sizeof *f);
    f->atlas = atlas;
    f->count = xcalloc((size_t)atlas->place_count + 1, 1);
    if (atlas->place_count == 0 || record_each_facility(record, count_one, f, e))
        return f;
    facilities_free(f);
    return NULL;
}

void facilities_free(struct facilities *f) {
    if (f == NULL)
        return;
    intern_free(&f->known);
    free(f->count);
    free(f);
}

bool facilities_few(const struct facilities *f, uint32_t district) {
    return f->count[district] < FACILITIES_MIN;
}
