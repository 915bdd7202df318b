/* SPDX-License-Identifier: Apache-2.0
 *
 * The access database as the server uses it: one handle, which threads take in turn. They
 * wait for the disk, so the threads that answer HTTP never take it; workers and the thread
 * that watches do.
 */
#ifndef SERVER_ACCESS_STORE_H
#define SERVER_ACCESS_STORE_H

#include "data/access/access_db.h"

struct store;

/* Opens the access database of the record at `record_path`. NULL: `e` says why. */
struct store *store_open(const char *record_path, const char *share, struct error *e);
void store_close(struct store *s);

/* Waits for the handle; it is the caller's until store_give(). A transaction that was begun
 * and not committed is then rolled back. */
struct access_db *store_take(struct store *s);
void store_give(struct store *s);

#endif
