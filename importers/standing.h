/* SPDX-License-Identifier: Apache-2.0
 *
 * What the record holds of a source already. It is read only when an import needs it: for
 * references to services that are not in the file, and to keep refused rows from being
 * retired.
 */
#ifndef IMPORTERS_STANDING_H
#define IMPORTERS_STANDING_H

#include "data/record.h"
#include "importers/id_set.h"

/* Sets `stands` of each id in `ids` that the record at `db` holds, as last committed. */
bool standing_mark(const char *db, const char *share, const char *source,
                   struct id_set *ids, struct error *e);

/* Puts each service whose row was rejected into `run` as it stands: unchanged. */
bool standing_keep(const char *db, const char *share, const char *source,
                   struct id_set *ids, struct import_run *run, struct error *e);

#endif
