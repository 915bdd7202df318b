/* SPDX-License-Identifier: Apache-2.0
 *
 * Which place of the atlas a service is in: by the names in its record, or, where they tell
 * none, by its coordinates.
 */
#ifndef DATA_SERVICE_PLACE_H
#define DATA_SERVICE_PLACE_H

#include "data/atlas.h"
#include "data/flat.h"

/* The place of a level (enum place_level, province to village) that holds the service, or
 * ATLAS_NONE where its record, or the atlas, does not tell. Coordinates no finer than a
 * coarser level tell nothing of a finer one. */
uint32_t service_place(const struct flat *flat, const struct atlas *atlas, int level);

/* The level that `precision` states; LEVEL_POINT for an exact point, -1 for none. */
int service_level(const struct flat *flat);

#endif
