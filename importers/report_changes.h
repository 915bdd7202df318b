/* SPDX-License-Identifier: Apache-2.0
 *
 * The difference that an import makes, service by service, in its report:
 *
 *   "changes": [{"id": "...", "source": "...", "source_id": "...",
 *                "kind": "added" | "updated" | "retired",
 *                "name": {"organization": "...", "service": "..."},
 *                "point": null | {"before": null | {"lat": 13.1, "lon": 103.2},
 *                                 "after": ...},
 *                "fields": [{"field": "status", "old": "open", "new": "closed"}]}],
 *   "changes_left_out": 0
 *
 * Each is written as it is read from the record: no second copy of them stands in memory.
 */
#ifndef IMPORTERS_REPORT_CHANGES_H
#define IMPORTERS_REPORT_CHANGES_H

#include "data/record.h"
#include "importers/report.h"

/* Writes the counts, the lists and the changes of the run, which is settled and still open,
 * so that a report that cannot be written stops the import. With `dry_run` a new service has
 * no id yet, and the run no number. At most REPORT_WRITTEN_MAX are listed. */
bool report_changes(struct report *r, struct import_run *run, bool dry_run,
                    struct error *e);

#endif
