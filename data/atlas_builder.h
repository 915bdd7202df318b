/* SPDX-License-Identifier: Apache-2.0
 *
 * What is gathered while an atlas is made, for atlas_build.c (places and names),
 * atlas_link.c (which places are one) and atlas_area.c (outlines), and nobody else.
 */
#ifndef DATA_ATLAS_BUILDER_H
#define DATA_ATLAS_BUILDER_H

#include "data/atlas.h"
#include "data/intern.h"
#include "data/mem.h"

struct placed_name {
    struct atlas_name name;
    uint32_t place;
    int64_t source_key; /* that told it */
};

/* An outline whose place no name told. */
struct late_area {
    uint32_t outline;
    int level;
    uint8_t id[ID_BYTES];
    const char *name, *name_local, *code;
    uint16_t country;
};

struct atlas_builder {
    struct atlas *atlas;
    int64_t *source;      /* of each place */
    uint32_t *of_key;     /* place by its key in the record */
    struct intern same;   /* country, level, parent, national name: areas' places */
    uint32_t *same_place; /* by number in `same` */
    struct placed_name *names;
    struct late_area *late;
    size_t name_count, of_key_count, late_count;
    size_t place_capacity, source_capacity, of_key_capacity, same_capacity, name_capacity,
        late_capacity, outline_capacity, corner_capacity;
    bool linked;   /* places of several sources are one */
    bool has_keys; /* the names are sorted */
    bool with_corners;
    struct buf scratch;
};

/* The place with the country, level and parent of `place`, and that national name; or
 * ATLAS_NONE, and `number` will be it. */
uint32_t builder_same_place(struct atlas_builder *b, const struct atlas_place *place,
                            const char *name, uint32_t number);

/* Adds a place, as `source_key` told of it; returns its number. */
uint32_t builder_add_place(struct atlas_builder *b, const struct atlas_place *place,
                           int64_t source_key);
/* Adds a name that the source of the place tells; "" adds nothing. The texts are copied. */
void builder_add_name(struct atlas_builder *b, uint32_t place, enum name_use use,
                      const char *language, const char *text);
/* Makes one of the places that are the same, and hangs those that name no parent under their
 * country. Their numbers change. */
void builder_link(struct atlas_builder *b);
/* Puts the names of each place together, each once, and makes the keys to find places by. */
void builder_sort_names(struct atlas_builder *b);

/* Takes one area; countries come first. */
bool builder_on_area(const struct stored_area *area, void *ctx, struct error *e);

/* Finds places for the outlines that no name told, makes those that are still missing, puts
 * the outlines of each place together and says which reach into which square degree. */
void builder_finish_areas(struct atlas_builder *b);

#endif
