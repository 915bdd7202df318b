/* SPDX-License-Identifier: Apache-2.0
 *
 * How far it is to where a service is known to be: to its point, or to the nearest part of
 * the area that is all that is known (README.md beside this file).
 */
#ifndef SERVER_SEARCH_DISTANCE_H
#define SERVER_SEARCH_DISTANCE_H

#include "data/snapshot.h"

/* Geodesic metres to a site. */
double site_distance(const struct snapshot *s, struct point from, uint32_t site);

/* No part of the site is nearer than this, metres: by the straight chord. */
double site_lower_bound(const struct snap_site *site, struct ecef from);

#endif
