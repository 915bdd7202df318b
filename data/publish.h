/* SPDX-License-Identifier: Apache-2.0
 *
 * What the public may know of a service. The public snapshot is built from this and from
 * nothing else; every later public answer, count, size and distance comes from there.
 *
 *   exact    its own point, no finer than the record's precision
 *   area     the published point of its district, or of its province where the district
 *            holds few facilities (data/facility.h); where neither is known the same as
 *            `contact`
 *   contact  name and telephone; country only
 *   staff    nothing: the public never learns that it exists
 */
#ifndef DATA_PUBLISH_H
#define DATA_PUBLISH_H

#include <stdbool.h>

#include "data/atlas.h"
#include "data/facility.h"
#include "data/flat.h"
#include "data/view.h"

/* Where the public may know a service to be. */
struct published {
    bool own;       /* at its own point */
    uint32_t place; /* else: in this place of the atlas, at the place's point; ATLAS_NONE:
                       nowhere but in its country */
};
struct published publish_where(const struct stored_service *service,
                               const struct atlas *atlas,
                               const struct facilities *facilities);

/* Where a view that is no finer than a kilometre shows it: all that is not at its own point
 * in the place that would be published of an `area` service, however few facilities it
 * holds. */
struct published publish_to_staff(const struct stored_service *service,
                                  const struct atlas *atlas);

/* True when the public learns of the service at all. A record without needs is for staff
 * to complete. */
bool publish_listed(const struct stored_service *service);

/* The name to publish: `public_name`; else the name, unless it tells a place below the
 * published level or what kind of people stay there, when it is "" and the caller shows
 * the label of the need instead. Borrowed from `service`. */
const char *publish_name(const struct stored_service *service, const struct atlas *atlas,
                         struct published where);

/* True when a word of `name` tells what kind of people stay there. */
bool publish_tells(const char *name);

/* True when `name` tells a place below the one in which the service is shown. */
bool publish_place_tells(const struct stored_service *service, const struct atlas *atlas,
                         struct published where, const char *name);

/* True when `name`, in any language, tells more than is published of the service. */
bool publish_name_tells(const struct stored_service *service, const struct atlas *atlas,
                        struct published where, const char *name);

/* An area that a service covers (a place of the atlas), as it is published: one below the
 * published place in which the service itself stands would tell where that is, by who is
 * covered; what lies around it on the published level stands for it. */
uint32_t publish_cover(const struct stored_service *service, const struct atlas *atlas,
                       struct published where, uint32_t place);

/* The need code to publish for `need` (index in need.csv): a sensitive one is shown as its
 * parent. */
int publish_need(int need);

/* True when a telephone of that audience (index in audience.csv, or -1: not stated) is
 * meant for the public. */
bool publish_phone(int audience);

#endif
