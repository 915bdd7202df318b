/* SPDX-License-Identifier: Apache-2.0
 *
 * The properties of a feature of somebody else's file, as texts.
 */
#ifndef IMPORTERS_PROPERTIES_H
#define IMPORTERS_PROPERTIES_H

#include "data/json_read.h"
#include "data/mem.h"

#define PROPERTIES_MAX 300
#define PROPERTY_BYTES_MAX 300 /* of a name or code */

/* Zero-initialise, or set `count` to 0, before each feature. Borrowed from the feature and
 * the arena. */
struct properties {
    const char *name[PROPERTIES_MAX], *value[PROPERTIES_MAX];
    size_t count;
};

/* Adds those of a JSON object (NULL: none); whole numbers are texts of digits, other numbers
 * have at most seven digits after the point, all else but texts is "". What is beyond
 * PROPERTIES_MAX is left out. */
void properties_read(struct properties *p, const struct json *object,
                     struct arena *arena);

/* The value of a property, or NULL when the feature does not have it. Case does not count:
 * those of a shapefile come in lower case. */
const char *properties_value(const struct properties *p, const char *name);

/* False, `e` set, unless `text` is one line of UTF-8 of at most PROPERTY_BYTES_MAX. */
bool property_fine(const char *field, const char *text, struct error *e);

#endif
