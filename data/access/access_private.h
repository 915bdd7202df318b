/* SPDX-License-Identifier: Apache-2.0
 *
 * What the files of data/access/ share.
 */
#ifndef DATA_ACCESS_ACCESS_PRIVATE_H
#define DATA_ACCESS_ACCESS_PRIVATE_H

#include "data/access/access_db.h"
#include "data/db.h"

struct access_db {
    struct db *db;
};

/* Copies the text of a column; longer text is cut. */
void column_text(struct statement *s, int column, char *out, size_t size);

/* Copies a blob of just `size` bytes; false when the column holds none. */
bool column_blob(struct statement *s, int column, uint8_t *out, size_t size);

/* Binds 16 bytes, or NULL. */
void bind_organization(struct statement *s, const uint8_t *organization);

/* Steps to the end a statement that returns one row where it wrote, and none where it did
 * not: 1 it wrote, 0 it did not, -1 error. */
int run_returning(struct statement *s, struct error *e);

#endif
