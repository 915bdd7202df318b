/* SPDX-License-Identifier: Apache-2.0
 *
 * Packing the trees: for every need (and for all services together) the sites along a
 * Hilbert curve, twelve to a node, each node with the union of what its services could admit.
 */
#ifndef DATA_SNAPSHOT_TREE_H
#define DATA_SNAPSHOT_TREE_H

#include "data/snapshot.h"

/* What the trees are made from: services sorted by site, then id. */
struct tree_input {
    const struct snap_service *services;
    const uint32_t *by_id; /* the services by their ids */
    const struct snap_signature *signatures;
    const struct snap_site *sites; /* in the order of the curve */
    uint32_t service_count;
};

struct tree_output {
    struct snap_tree *trees; /* one a need, then one of all services */
    struct snap_node *nodes;
    struct snap_entry *entries;
    uint32_t *items;
    size_t node_capacity, entry_capacity, item_capacity;
    uint32_t tree_count, node_count, entry_count, item_count;
};

/* Fills `out` (zero-initialised; its arrays are malloc()ed and the caller's). */
void tree_pack(const struct tree_input *in, struct tree_output *out);

/* Place of a point on a Hilbert curve over longitude and latitude, 32 bits. */
uint32_t tree_hilbert(struct point p);

#endif
