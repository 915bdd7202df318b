/* SPDX-License-Identifier: Apache-2.0 */
#include "server/search/distance.h"

double site_distance(const struct snapshot *s, struct point from, uint32_t site) {
    const struct snap_site *at = &s->sites[site];
    return at->area == ATLAS_NONE ? geo_distance(from, at->point)
                                  : atlas_least(s->atlas, at->area, from);
}

double site_lower_bound(const struct snap_site *site, struct ecef from) {
    double chord = geo_chord(from, site->ecef) - (double)site->reach;
    return chord > 0 ? chord : 0;
}
