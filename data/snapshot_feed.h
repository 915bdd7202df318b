/* SPDX-License-Identifier: Apache-2.0
 *
 * Services read once, into several builders at a time: the reader fills a batch while each
 * builder, in a thread of its own, takes in the one before.
 *
 *   reader    fill 0 │ fill 1 │ fill 0 │ ...      │ a barrier
 *   builders         │ take 0 │ take 1 │ ...
 */
#ifndef DATA_SNAPSHOT_FEED_H
#define DATA_SNAPSHOT_FEED_H

#include "data/snapshot_build.h"

struct snapshot_feed;

/* Starts a thread for each of `count` builders (at most VIEWS_MAX), which are its alone until
 * snapshot_feed_end(). NULL: `e` says why, and no builder was touched. */
struct snapshot_feed *snapshot_feed_new(struct snapshot_builder *const *builders, int count,
                                        struct error *e);

/* Gives a service to all builders: a callback of record_each(), `ctx` is the feed. False, `e`
 * set, when one of them could not take an earlier one. */
bool snapshot_feed_add(const struct stored_service *service, void *ctx, struct error *e);

/* Waits until all is taken in, ends the threads and frees the feed. False, `e` set, when a
 * builder could not take a service. */
bool snapshot_feed_end(struct snapshot_feed *f, struct error *e);

#endif
