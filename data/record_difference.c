/* SPDX-License-Identifier: Apache-2.0
 *
 * What an import that is still open changes, service by service. Rows of `change` are read
 * in the order of services, so that no more than one service is held at a time.
 */
#include <stdlib.h>
#include <string.h>

#include "data/record_private.h"

struct difference {
    struct db *db;
    import_change_each *each;
    void *ctx;
    int64_t room; /* how many more may be told */
    int64_t left_out;
    int64_t key; /* of the service whose rows are being gathered; 0: none */
    bool is_new, returns, retires;
    struct run_field *field;
    size_t count, capacity;
    struct arena arena; /* their texts */
};

static const char sql_service[] =
    "SELECT s.id, source.name, s.source_id,"
    " coalesce(service.organization_name, organization.name), service.name,"
    " location.latitude, location.longitude, visibility.effective"
    " FROM service_at_location AS s CROSS JOIN service ON service.key = s.key"
    " CROSS JOIN location ON location.key = s.key"
    " CROSS JOIN visibility ON visibility.service_key = s.key"
    " CROSS JOIN organization ON organization.key = service.organization_key"
    " CROSS JOIN source ON source.key = s.source_key WHERE s.key = :key";

/* ---- one service ----------------------------------------------------------------- */

static void add(struct difference *d, const char *name, const char *old,
                const char *new) {
    d->field = xgrow(d->field, &d->capacity, d->count, sizeof *d->field);
    d->field[d->count++] = (struct run_field){name, old, new};
}

static const char *old_value(const struct difference *d, const char *name) {
    for (size_t i = 0; i < d->count; i++)
        if (strcmp(d->field[i].name, name) == 0)
            return d->field[i].old;
    return NULL;
}

/* A coordinate before: the cell that changed, or what stands. False: there was none. */
static bool coordinate(const struct difference *d, const char *name, bool stands,
                       double now, double *out) {
    const char *old = old_value(d, name);
    *out = old != NULL ? strtod(old, NULL) : now;
    return old != NULL ? old[0] != '\0' : stands;
}

static void points(const struct difference *d, struct statement *s,
                   struct run_change *c) {
    bool stands = !db_is_null(s, 5);
    struct point now = {.lon = db_real(s, 6), .lat = db_real(s, 5)};
    bool lat = coordinate(d, "lat", stands, now.lat, &c->before.lat);
    bool lon = coordinate(d, "lon", stands, now.lon, &c->before.lon);
    bool stood = !d->is_new && !d->returns;
    c->had_point = stood && lat && lon;
    c->has_point = !d->retires && stands;
    c->after = now;
}

static enum run_change_kind kind_of(const struct difference *d) {
    return d->is_new || d->returns ? CHANGE_ADDED
           : d->retires            ? CHANGE_RETIRED
                                   : CHANGE_UPDATED;
}

static bool tell(struct difference *d, struct error *e) {
    struct run_change c = {.kind = kind_of(d), .is_new = d->is_new};
    struct statement *s = db_prepare(d->db, sql_service, e);
    if (s == NULL)
        return false;
    db_bind_integer(s, ":key", d->key);
    int got = db_step(s, e);
    if (got == 0 || (got == 1 && db_bytes(s, 0) != ID_BYTES))
        error_set(e, ERR_DATA, "the record is damaged: service %lld", (long long)d->key);
    bool ok = got == 1 && db_bytes(s, 0) == ID_BYTES;
    if (ok) {
        memcpy(c.id, db_blob(s, 0), ID_BYTES);
        c.source = db_text(s, 1);
        c.source_id = db_text(s, 2);
        c.organization = db_text(s, 3);
        c.service = db_text(s, 4);
        points(d, s, &c);
        if (d->is_new)
            add(d, "visibility", NULL, db_text(s, 7));
        c.fields = d->field;
        c.field_count = d->count;
        ok = d->each(&c, d->ctx, e);
    }
    db_reset(s);
    return ok;
}

/* Ends the service whose rows were gathered. */
static bool flush(struct difference *d, struct error *e) {
    if (d->key == 0)
        return true;
    bool ok = true;
    if (d->room > 0) {
        d->room--;
        ok = tell(d, e);
    } else {
        d->left_out++;
    }
    arena_reset(&d->arena);
    d->count = 0;
    d->is_new = d->returns = d->retires = false;
    return ok;
}

/* ---- rows ------------------------------------------------------------------------ */

/* Rows below a steward's cell change nothing that is shown: they are notes of the run. */
static const char sql_rows[] =
    "SELECT service_key, layer = 'event', field, old, new FROM change"
    " WHERE run_key = :run AND NOT (layer = 'source' AND beside IS NOT NULL)"
    " ORDER BY service_key, layer, field";

static const char *keep(struct difference *d, struct statement *s, int column) {
    return db_is_null(s, column)
               ? NULL
               : arena_strndup(&d->arena, db_text(s, column), db_bytes(s, column));
}

static void take_event(struct difference *d, struct statement *s) {
    const char *name = db_text(s, 2);
    if (strcmp(name, "added") == 0) {
        d->is_new = true;
    } else if (strcmp(name, "retired") == 0) {
        d->retires = strcmp(db_text(s, 4), "yes") == 0;
        d->returns = !d->retires;
        if (d->returns)
            add(d, "retired", "yes", "no");
    } else if (!d->is_new) { /* what a new one comes to is told at its end */
        add(d, keep(d, s, 2), keep(d, s, 3), keep(d, s, 4));
    }
}

static void take_row(struct difference *d, struct statement *s) {
    if (d->room == 0)
        return; /* it is only counted */
    bool stated = strcmp(db_text(s, 2), columns[COL_VISIBILITY].name) == 0;
    if (db_integer(s, 1) != 0)
        take_event(d, s);
    else
        add(d, stated ? "visibility_stated" : keep(d, s, 2), keep(d, s, 3),
            keep(d, s, 4));
}

bool import_changes(struct import_run *run, int64_t limit, import_change_each *each,
                    void *ctx, int64_t *left_out, struct error *e) {
    struct difference d = {.db = run->db, .each = each, .ctx = ctx, .room = limit};
    struct statement *s = db_prepare(run->db, sql_rows, e);
    int got = -1;
    bool ok = s != NULL;
    if (ok)
        db_bind_integer(s, ":run", run->key);
    while (ok && (got = db_step(s, e)) == 1) {
        if (db_integer(s, 0) != d.key)
            ok = flush(&d, e);
        d.key = db_integer(s, 0);
        take_row(&d, s);
    }
    if (s != NULL)
        db_reset(s);
    ok = ok && got == 0 && flush(&d, e);
    *left_out = d.left_out;
    free(d.field);
    arena_free(&d.arena);
    return ok;
}
