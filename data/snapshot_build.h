/* SPDX-License-Identifier: Apache-2.0
 *
 * Making a snapshot from the record: services are added one by one, then sites, trees and
 * texts are laid out into one block.
 */
#ifndef DATA_SNAPSHOT_BUILD_H
#define DATA_SNAPSHOT_BUILD_H

#include "data/record.h"
#include "data/facility.h"
#include "data/snapshot.h"
#include "data/view.h"

struct snapshot_builder;

/* A builder of one view. `now` (seconds since 1970) is where time zones are centred; `atlas`
 * and `facilities` are borrowed; without these (NULL) no district is too small to be
 * published. */
struct snapshot_builder *snapshot_builder_new(const struct view *view,
                                              const struct atlas *atlas,
                                              const struct facilities *facilities,
                                              int64_t now);
void snapshot_builder_free(struct snapshot_builder *b);

/* Adds a service (the public view leaves out what the public may not know). */
bool snapshot_builder_add(struct snapshot_builder *b,
                          const struct stored_service *service, struct error *e);
void snapshot_builder_holiday(struct snapshot_builder *b, const char *country,
                              const char *date);

/* Lays out the block: malloc()ed, the caller's, `*size` bytes. NULL: `e` says why (more
 * than 4 GiB of text). The builder can only be freed afterwards. */
void *snapshot_builder_finish(struct snapshot_builder *b, int64_t revision, size_t *size,
                              struct error *e);

/* Every view of a record in one reading: block `i` is that of views.view[i]. The blocks are
 * malloc()ed; snapshot_set_free() frees them. */
struct snapshot_set {
    struct views views;
    void *block[VIEWS_MAX];
    size_t size[VIEWS_MAX];
    int64_t revision;
};
bool snapshot_build(struct record *record, const struct atlas *atlas, int64_t now,
                    struct snapshot_set *out, struct error *e);
void snapshot_set_free(struct snapshot_set *set);

#endif
