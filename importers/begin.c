/* SPDX-License-Identifier: Apache-2.0 */
#include "importers/begin.h"

#include "data/text.h"

/* Inside the transaction, so that nobody can move the record on after it was looked at. */
static bool as_expected(struct record *r, const struct import_options *o,
                        int64_t *revision, struct error *e) {
    int64_t expected;
    if (!record_revision(r, revision, e))
        return false;
    if (o->expect_revision == NULL ||
        (slice_integer(slice_of(o->expect_revision), &expected) && expected == *revision))
        return true;
    return error_set(
        e, ERR_DATA,
        "the record has moved on: it is at revision %lld, and %s was expected; "
        "nothing is changed (--dry-run shows what the file would change now)",
        (long long)*revision, o->expect_revision);
}

struct import_run *begin_run(struct record *r, const struct import_options *o,
                             int64_t *revision, struct error *e) {
    struct import_run *run = import_begin(r, o->source, e);
    if (run == NULL)
        return NULL;
    import_made_by(run, o->by);
    if (as_expected(r, o, revision, e))
        return run;
    import_abort(run);
    return NULL;
}
