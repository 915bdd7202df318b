/* SPDX-License-Identifier: Apache-2.0
 *
 * Snapshots made by hand, for tests: a service with every cell empty, to be filled in,
 * and a block of several of them. To be included after <cmocka.h>.
 */
#ifndef TESTS_UNIT_BY_HAND_H
#define TESTS_UNIT_BY_HAND_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "data/snapshot_build.h"

#define BY_HAND_NOW 1763769600 /* 2025-11-22 */

struct block {
    void *bytes;
    size_t size;
};

/* An atlas that knows no place. */
static inline const struct atlas *no_atlas(void) {
    static struct atlas *empty;
    if (empty == NULL)
        empty = atlas_empty();
    return empty;
}

/* Clinic number `number` of Cambodia, shown with its exact place; ids sort by number. */
static inline struct stored_service service_by_hand(uint32_t number) {
    struct stored_service s = {.source = "test", .visibility = "exact"};
    for (int c = 0; c < COL_COUNT; c++)
        s.flat.cell[c] = "";
    for (int i = 0; i < 4; i++)
        s.id[i] = (uint8_t)(number >> (24 - 8 * i));
    for (int i = 4; i < ID_BYTES; i++)
        s.id[i] = (uint8_t)(number * 37 + (uint32_t)i * 101 + 5);
    memset(s.organization_id, (int)(number % 5) + 1, ID_BYTES);
    s.flat.cell[COL_ID] = "an-id-of-the-source";
    s.flat.cell[COL_ORGANIZATION] = "Organization";
    s.flat.cell[COL_SERVICE] = "Service";
    s.flat.cell[COL_NEEDS] = "health.clinic";
    s.flat.cell[COL_COUNTRY] = "KH";
    return s;
}

static inline struct block block_by_hand(enum role role,
                                         const struct stored_service *services,
                                         size_t count, int64_t revision) {
    struct error e = {0};
    struct block b = {0};
    struct view view;
    view_of_role(role, VIEW_FAR, &view);
    struct snapshot_builder *builder =
        snapshot_builder_new(&view, no_atlas(), NULL, BY_HAND_NOW);
    for (size_t i = 0; i < count; i++)
        if (!snapshot_builder_add(builder, &services[i], &e))
            fail_msg("service %zu: %s", i, e.message);
    snapshot_builder_holiday(builder, "KH", "2026-01-07");
    b.bytes = snapshot_builder_finish(builder, revision, &b.size, &e);
    snapshot_builder_free(builder);
    if (b.bytes == NULL)
        fail_msg("%s", e.message);
    return b;
}

static inline void attach(struct snapshot *s, const struct block *b) {
    struct error e = {0};
    if (!snapshot_attach(s, b->bytes, b->size, no_atlas(), &e))
        fail_msg("%s", e.message);
}

static inline int load_vocabularies(void **state) {
    struct error e = {0};
    (void)state;
    if (vocabularies_load("data/vocabulary", &e))
        return 0;
    fprintf(stderr, "%s\n", e.message);
    return -1;
}

#endif
