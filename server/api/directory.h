/* SPDX-License-Identifier: Apache-2.0
 *
 * The directory that is being served: its snapshots, loaded from the record and swapped
 * while requests run on the old ones.
 */
#ifndef SERVER_API_DIRECTORY_H
#define SERVER_API_DIRECTORY_H

#include "data/error.h"
#include "data/snapshot.h"
#include "data/view.h"
#include "tiles/services.h"

struct directory;

/* Loads the record at `path`. NULL: `e` says why. */
struct directory *directory_open(const char *path, const char *share, struct error *e);
void directory_close(struct directory *d);

/* Looks whether the record changed, and swaps in what is new. Called from one
 * thread, a few times a second. False: what is served stays; `e` says what went wrong. */
bool directory_refresh(struct directory *d, struct error *e);

/* The snapshots for one request, until directory_return(). */
struct generation;
struct directory_view {
    const struct generation *generation;
    unsigned slot;
};
struct directory_view directory_take(struct directory *d);
void directory_return(struct directory *d, struct directory_view view);

/* What a role may see: in general, or of one service that it asked for by its id. */
const struct snapshot *directory_snapshot(struct directory_view view, enum role role,
                                          enum nearness nearness);

/* The services of what it sees in general, sorted for tiles. */
const struct service_index *directory_services(struct directory_view view, enum role role);

#endif
