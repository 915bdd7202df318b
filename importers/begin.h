/* SPDX-License-Identifier: Apache-2.0
 *
 * How every import begins its run: by whom, and on which state of the record.
 */
#ifndef IMPORTERS_BEGIN_H
#define IMPORTERS_BEGIN_H

#include "data/record.h"
#include "importers/importer.h"

/* Begins a run of `o->source` by `o->by`; `*revision` is that of the record, which stays
 * until the run ends. NULL: `e` says why; ERR_DATA when it is not `o->expect_revision`. */
struct import_run *begin_run(struct record *r, const struct import_options *o,
                             int64_t *revision, struct error *e);

#endif
