/* SPDX-License-Identifier: Apache-2.0 */
#include "server/search/responsible.h"

#include <string.h>

/* The finest place that the office covers and that holds the point, or ATLAS_NONE. */
static uint32_t held_place(const struct snapshot *s, const struct atlas_holds *holds,
                           const struct snap_service *office) {
    uint32_t best = ATLAS_NONE;
    for (uint32_t i = 0; i < office->covers.count; i++) {
        const struct snap_cover *cover = &s->covers[office->covers.first + i];
        if (cover->kind != COVERS_PLACE ||
            atlas_is_in(s->atlas, holds, cover->place) != ATLAS_YES)
            continue;
        if (best == ATLAS_NONE ||
            s->atlas->places[cover->place].level > s->atlas->places[best].level)
            best = cover->place;
    }
    return best;
}

static bool before(const struct snapshot *s, const struct responsible *a,
                   const struct responsible *b) {
    unsigned x = s->atlas->places[a->place].level, y = s->atlas->places[b->place].level;
    if (x != y)
        return x > y;
    return s->services[a->service].id_rank < s->services[b->service].id_rank;
}

int responsible(const struct snapshot *s, const struct atlas_holds *holds,
                struct responsible out[RESPONSIBLE_MAX]) {
    int count = 0;
    for (uint32_t i = 0; i < s->offices_count; i++) {
        const struct snap_service *office = &s->services[s->offices[i]];
        struct responsible r = {s->offices[i], held_place(s, holds, office)};
        if (r.place == ATLAS_NONE || office->flags & SERVICE_GONE)
            continue;
        int at = count < RESPONSIBLE_MAX ? count++ : RESPONSIBLE_MAX;
        for (; at > 0 && before(s, &r, &out[at - 1]); at--)
            if (at < RESPONSIBLE_MAX)
                out[at] = out[at - 1];
        if (at < RESPONSIBLE_MAX)
            out[at] = r;
    }
    return count;
}
