/* SPDX-License-Identifier: Apache-2.0
 *
 * Making a snapshot from the record: services are added one by one, then sites, trees and
 * texts are laid out into one block.
 */
#ifndef DATA_SNAPSHOT_BUILD_H
#define DATA_SNAPSHOT_BUILD_H

#include "data/record.h"
#include "data/snapshot.h"

struct snapshot_builder;

/* A builder of one view. `now` (seconds since 1970) is where time zones are centred; `atlas`
 * is borrowed. */
struct snapshot_builder *snapshot_builder_new(enum snap_view view, const struct atlas *atlas,
                                              int64_t now);
void snapshot_builder_free(struct snapshot_builder *b);

/* Adds a service (the public view leaves out what the public may not know). */
bool snapshot_builder_add(struct snapshot_builder *b, const struct stored_service *service,
                          struct error *e);
void snapshot_builder_holiday(struct snapshot_builder *b, const char *country,
                              const char *date);

/* Lays out the block: malloc()ed, the caller's, `*size` bytes. NULL: `e` says why (more
 * than 4 GiB of text). The builder can only be freed afterwards. */
void *snapshot_builder_finish(struct snapshot_builder *b, int64_t revision, size_t *size,
                              struct error *e);

/* Both views of a record in one reading. The blocks are malloc()ed and the caller's. */
struct snapshot_pair {
    void *staff, *public;
    size_t staff_size, public_size;
    int64_t revision;
};
bool snapshot_build(struct record *record, const struct atlas *atlas, int64_t now,
                    struct snapshot_pair *out, struct error *e);

#endif
