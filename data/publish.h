/* SPDX-License-Identifier: Apache-2.0
 *
 * What the public may know of a service. The public snapshot is built from this and from
 * nothing else; every later public answer, count, size and distance comes from there.
 *
 *   exact    its own point, no finer than the record's precision
 *   area     the published point of its district, or its province; until such points are
 *            known (no gazetteer is loaded) the same as `contact`
 *   contact  name and telephone; country only
 *   staff    nothing: the public never learns that it exists
 */
#ifndef DATA_PUBLISH_H
#define DATA_PUBLISH_H

#include <stdbool.h>

#include "data/flat.h"

/* True when the public learns of the service at all. A record without needs is for staff
 * to complete. */
bool publish_listed(const struct stored_service *service);

/* True when its own point is published. */
bool publish_point(const struct stored_service *service);

/* True when the column is never published (column.def: STAFF). */
bool publish_hides(enum column column);

/* The name to publish: `public_name`; else the name, unless it tells a place below the
 * published level or what kind of people stay there, when it is "" and the caller shows
 * the label of the need instead. Borrowed from `service`. */
const char *publish_name(const struct stored_service *service);

/* True when `name`, in any language, tells more than is published of the service. */
bool publish_name_tells(const struct stored_service *service, const char *name);

/* The need code to publish for `need` (index in need.csv): a sensitive one is shown as its
 * parent. */
int publish_need(int need);

/* True when a telephone of that audience (index in audience.csv, or -1: not stated) is
 * meant for the public. */
bool publish_phone(int audience);

#endif
