/* SPDX-License-Identifier: Apache-2.0
 *
 * A place in JSON, as every answer shows it.
 */
#ifndef SERVER_API_PLACE_RENDER_H
#define SERVER_API_PLACE_RENDER_H

#include "data/place_search.h"
#include "server/api/context.h"

/* Appends a place as an object, after a comma where one is due. `language` is an index in
 * label_languages: that of `label`, and of the names of what it lies in. */
void render_place(struct buf *b, const struct context *c, uint32_t place, int language);

/* Appends `{"results": [...]}`: `count` places that a search found, with their scores. */
void render_places(struct buf *b, const struct context *c,
                   const struct place_found *found, size_t count, int language);

/* Appends what names a place in passing, as an object: level, id, name. */
void render_place_reference(struct buf *b, const struct context *c, uint32_t place,
                            int language);

#endif
