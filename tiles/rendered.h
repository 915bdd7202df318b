/* SPDX-License-Identifier: Apache-2.0
 *
 * Reads members of the JSON that a snapshot holds of a service (data/snapshot_text.h): well
 * formed, because our own renderer wrote it. What a tile tells of a service comes from there
 * and from nowhere else, so that it is what the view may see.
 */
#ifndef TILES_RENDERED_H
#define TILES_RENDERED_H

#include <stdbool.h>

#include "data/buf.h"
#include "data/text.h"

/* The members of an object one after another: `*rest` begins as the object, of which the
 * closing brace may be missing. False: there is no more, or it is no object. */
bool rendered_next(struct slice *rest, struct slice *name, struct slice *value);

/* Finds a member of an object: its value as it stands there. False: there is none. */
bool rendered_member(struct slice object, const char *name, struct slice *out);

/* The number in `value`, which must not be the last that its buffer holds. */
double rendered_number(struct slice value);

/* Appends the text of a string, or of a list of strings with `between` between them;
 * nothing for null. */
void rendered_text(struct slice value, char between, struct buf *out);

#endif
