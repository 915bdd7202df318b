/* SPDX-License-Identifier: Apache-2.0
 *
 * The record's file, for workers that read or change single records. Each opens a handle of
 * its own and closes it again; those that write take turns.
 */
#ifndef SERVER_API_RECORD_HOME_H
#define SERVER_API_RECORD_HOME_H

#include <pthread.h>

#include "data/record.h"

struct record_home {
    const char *db, *share; /* paths; borrowed */
    pthread_mutex_t writing;
};

void record_home_init(struct record_home *h, const char *db, const char *share);
void record_home_clear(struct record_home *h);

/* A handle that can only read; close it with record_close(). NULL: `e` says why. */
struct record *record_home_read(const struct record_home *h, struct error *e);

/* The handle that writes, until record_home_written(). NULL: `e` says why, and nothing is
 * to be given back. */
struct record *record_home_write(struct record_home *h, struct error *e);
void record_home_written(struct record_home *h, struct record *r);

#endif
