/* SPDX-License-Identifier: Apache-2.0
 *
 * SpatiaLite keeps its R*Tree by triggers, and an index over random ids is written all
 * over: together they cost as much as the rows. A run that writes a good part of the
 * record drops them and makes them again at its end, all in its one transaction.
 */
#include <stdlib.h>

#include "data/mem.h"
#include "data/record_private.h"

#define PUT_OFF_FROM 1000 /* writes; and at least a quarter of what stood before */

static const char sql_dropped[] =
    "SELECT type, name, sql FROM sqlite_schema /*scan*/"
    " WHERE (type = 'trigger' AND tbl_name = 'location') OR (type = 'index' AND name IN"
    " ('service_id', 'location_id', 'service_at_location_id'))";

/* Keeps the SQL of each, and writes the statements that drop them. */
static bool dropped_read(struct index_state *x, struct db *db, struct buf *drop,
                         struct error *e) {
    struct statement *s = db_prepare(db, sql_dropped, e);
    size_t capacity = 0;
    int got;
    if (s == NULL)
        return false;
    while ((got = db_step(s, e)) == 1) {
        x->later = xgrow(x->later, &capacity, x->later_count, sizeof *x->later);
        buf_printf(drop, "DROP %s \"%s\";", db_text(s, 0), db_text(s, 1));
        x->later[x->later_count++] = xstrndup(db_text(s, 2), db_bytes(s, 2));
    }
    return got == 0;
}

static bool put_off(struct index_state *x, struct db *db, struct error *e) {
    struct buf drop = {0};
    bool ok = dropped_read(x, db, &drop, e) && db_exec(db, buf_text(&drop), e);
    buf_free(&drop);
    return ok;
}

bool index_write(struct index_state *x, struct db *db, struct error *e) {
    x->written++;
    bool now =
        x->later == NULL && x->written >= PUT_OFF_FROM && x->written >= x->before / 4;
    return !now || put_off(x, db, e);
}

static const char sql_clear[] = "DELETE FROM idx_location_point";

bool index_finish(struct index_state *x, struct db *db, struct error *e) {
    if (x->later == NULL)
        return true;
    bool ok = run_sql(db, sql_clear, e) && tree_fill(db, e);
    for (size_t i = 0; ok && i < x->later_count; i++)
        ok = db_exec(db, x->later[i], e);
    return ok;
}

void index_free(struct index_state *x) {
    for (size_t i = 0; i < x->later_count; i++)
        free(x->later[i]);
    free(x->later);
}
