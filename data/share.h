/* SPDX-License-Identifier: Apache-2.0
 *
 * The program's own files (vocabularies, schema, borders): the folder `share` beside the
 * executable, wherever it is run from.
 */
#ifndef DATA_SHARE_H
#define DATA_SHARE_H

#include <stdbool.h>
#include <stddef.h>

#include "data/error.h"

#define SHARE_PATH_MAX 4096

/* Writes the folder's path and loads the vocabularies in it. */
bool share_open(char path[SHARE_PATH_MAX], struct error *e);

/* Writes PATH/NAME; false when it is too long. */
bool share_file(const char *path, const char *name, char out[SHARE_PATH_MAX],
                struct error *e);

#endif
