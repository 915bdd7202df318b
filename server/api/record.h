/* SPDX-License-Identifier: Apache-2.0
 *
 * Changing one record as a steward.
 */
#ifndef SERVER_API_RECORD_H
#define SERVER_API_RECORD_H

#include "server/api/context.h"
#include "server/api/record_cells.h"

/* Puts cells over those of the source, as an edit by the caller; `expect` is the tag of the
 * record as it was read, or NULL. False: `r` says why not. */
bool record_change(struct context *c, const uint8_t id[ID_BYTES],
                   const struct record_cells *cells, const char *expect,
                   struct response *r);

#endif
