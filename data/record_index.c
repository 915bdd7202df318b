/* SPDX-License-Identifier: Apache-2.0
 *
 * SpatiaLite keeps its R*Tree by triggers, at several microseconds a row. A run that
 * writes a good part of the record drops them, fills the tree once at its end, and makes
 * them again, all in its one transaction.
 */
#include <stdlib.h>
#include <string.h>

#include "data/mem.h"
#include "data/record_private.h"

#define PUT_OFF_FROM 1000 /* writes; and at least a quarter of what stood before */

static const char sql_triggers[] =
    "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = 'location'";

/* Keeps the SQL of every trigger, and writes the statements that drop them. */
static bool triggers_read(struct index_state *x, struct db *db, struct buf *drop,
                          struct error *e) {
    struct statement *s = db_prepare(db, sql_triggers, e);
    size_t capacity = 0;
    int got;
    if (s == NULL)
        return false;
    while ((got = db_step(s, e)) == 1) {
        x->triggers = xgrow(x->triggers, &capacity, x->trigger_count, sizeof *x->triggers);
        x->triggers[x->trigger_count++] = xstrndup(db_text(s, 1), db_bytes(s, 1));
        buf_printf(drop, "DROP TRIGGER \"%s\";", db_text(s, 0));
    }
    return got == 0;
}

static bool put_off(struct index_state *x, struct db *db, struct error *e) {
    struct buf drop = {0};
    bool ok = triggers_read(x, db, &drop, e) && db_exec(db, buf_text(&drop), e);
    buf_free(&drop);
    return ok;
}

bool index_write(struct index_state *x, struct db *db, struct error *e) {
    x->written++;
    bool now = x->triggers == NULL && x->written >= PUT_OFF_FROM &&
               x->written >= x->before / 4;
    return !now || put_off(x, db, e);
}

static const char sql_clear[] = "DELETE FROM idx_location_point";

/* In strips of a tenth of a degree from west to east, so that neighbours in the tree are
 * neighbours on the ground and the pages being filled stay in the cache. */
static const char sql_fill[] =
    "INSERT INTO idx_location_point (pkid, xmin, xmax, ymin, ymax)"
    " SELECT key, longitude, longitude, latitude, latitude FROM location"
    " WHERE point IS NOT NULL ORDER BY CAST(longitude * 10 AS INTEGER), latitude";

bool index_finish(struct index_state *x, struct db *db, struct error *e) {
    if (x->triggers == NULL)
        return true;
    bool ok = run_sql(db, sql_clear, e) && run_sql(db, sql_fill, e);
    for (size_t i = 0; ok && i < x->trigger_count; i++)
        ok = db_exec(db, x->triggers[i], e);
    return ok;
}

void index_free(struct index_state *x) {
    for (size_t i = 0; i < x->trigger_count; i++)
        free(x->triggers[i]);
    free(x->triggers);
}
