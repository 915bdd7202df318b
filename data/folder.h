/* SPDX-License-Identifier: Apache-2.0
 *
 * A folder in which files appear whole or not at all: each is written under the name of
 * its part (NAME.haven-part) and gets its own name when it is complete and on disk. One
 * program at a time works in a folder so; what a killed one left is removed by the next.
 */
#ifndef DATA_FOLDER_H
#define DATA_FOLDER_H

#include <stdbool.h>
#include <stddef.h>

#include "data/buf.h"
#include "data/error.h"

struct folder;

/* Opens the folder that the file at `path` is in, or would be, and removes leftovers.
 * NULL: `e` says why; another program at work in it is an ERR_ENVIRONMENT. */
struct folder *folder_of(const char *path, struct error *e);
void folder_close(struct folder *f);

/* Adds the name under which the file at `path` is written. */
void folder_part(const char *path, struct buf *out);

/* Gives a part its own name, `path`; lasts after folder_sync(). A file of that name is
 * never replaced: ERR_USAGE. */
bool folder_publish(const char *path, struct error *e);

/* The same, and takes the place of a file of that name at once. */
bool folder_replace(const char *path, struct error *e);

/* Makes removals, links and renames in the folder last. */
bool folder_sync(struct folder *f, struct error *e);

/* Makes a file belong to whom the folder belongs to, when this is root at work. */
bool folder_own(struct folder *f, const char *path, struct error *e);

/* Calls `each` with the name of every file in the folder, until it returns false, which
 * is a failure whose reason is errno. */
bool folder_each(struct folder *f, bool (*each)(const char *name, void *ctx), void *ctx,
                 struct error *e);

#endif
