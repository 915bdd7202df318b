/* SPDX-License-Identifier: Apache-2.0
 *
 * A second connection reads: it sees the record as it was before the run that is open.
 */
#include "importers/standing.h"

#include <string.h>

struct scan {
    const char *source;
    struct id_set *ids;
    struct import_run *run; /* or NULL */
};

static bool on_service(const struct stored_service *service, void *ctx, struct error *e) {
    struct scan *scan = ctx;
    if (strcmp(service->source, scan->source) != 0)
        return true;
    struct id_entry *entry = id_set_find(scan->ids, slice_of(service->flat.cell[COL_ID]));
    if (entry == NULL)
        return true;
    entry->stands = true;
    return scan->run == NULL || !entry->rejected ||
           import_put(scan->run, &service->flat, e) != PUT_FAILED;
}

static bool scan_record(const char *db, const char *share, struct scan *scan,
                        struct error *e) {
    int64_t revision;
    struct record *record = record_open(db, share, DB_READ, e);
    if (record == NULL)
        return false;
    bool good = record_each(record, &revision, on_service, scan, e);
    record_close(record);
    return good;
}

bool standing_mark(const char *db, const char *share, const char *source,
                   struct id_set *ids, struct error *e) {
    return scan_record(db, share, &(struct scan){source, ids, NULL}, e);
}

bool standing_keep(const char *db, const char *share, const char *source,
                   struct id_set *ids, struct import_run *run, struct error *e) {
    return scan_record(db, share, &(struct scan){source, ids, run}, e);
}
