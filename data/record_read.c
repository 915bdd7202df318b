/* SPDX-License-Identifier: Apache-2.0
 *
 * Services out: every one, or a single one. Each table is one cursor over a range of keys
 * in their order, and the cursors walk side by side: the first, over service_at_location,
 * leads, and each other one is moved up to its key. Of all services, no statement is run
 * for a single one.
 *
 * Columns of a SELECT are named after flat columns; that is all the mapping there is.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "data/mem.h"
#include "data/record_private.h"

/* How the rows of a cursor make cells. */
enum shape {
    SHAPE_ROW,  /* one row a service: each column is a cell */
    SHAPE_LIST, /* a row an item: "a;b" */
    SHAPE_JSON, /* a row an item: [a,b] */
    SHAPE_TEXT, /* a row a translation */
};

/* The first column is the key. The leading cursor has LEAD_COLUMNS more of its own. */
#define LEAD_COLUMNS 5

static const char sql_lead[] =
    "SELECT s.key, s.id, organization.id, source.name, visibility.effective,"
    " s.source_id AS id, s.source AS source, s.source_date AS source_date,"
    " s.verified_on AS verified_on, s.valid_until AS valid_until,"
    " s.evidence AS evidence, visibility.stated AS visibility,"
    " coalesce(service.organization_name, organization.name) AS organization,"
    " coalesce(service.organization_acronym, organization.alternate_name)"
    " AS organization_acronym, service.organization_aliases AS organization_aliases,"
    " service.name AS service,"
    " service.alternate_name AS public_name, service.description AS description,"
    " service.kind AS kind, service.sector AS sector, service.status AS status,"
    " service.remote AS remote, service.email AS email, service.url AS url,"
    " service.contact AS contact, service.documents_issued AS documents_issued,"
    " service.transport_paid AS transport_paid, service.childcare AS childcare,"
    " service.lodging AS lodging, service.trades AS trades,"
    " service.course_days AS course_days, service.follow_up_months AS follow_up_months,"
    " location.country AS country, location.latitude AS lat, location.longitude AS lon,"
    " location.precision AS precision, location.time_zone AS time_zone"
    " FROM service_at_location AS s /*scan*/"
    " CROSS JOIN service ON service.key = s.key"
    " CROSS JOIN location ON location.key = s.key"
    " CROSS JOIN visibility ON visibility.service_key = s.key"
    " CROSS JOIN organization ON organization.key = service.organization_key"
    " CROSS JOIN source ON source.key = s.source_key"
    " WHERE s.key BETWEEN :low AND :high AND (s.retired_run IS NULL OR :retired)"
    " ORDER BY s.key";

/* Of the tables below service_at_location. */
#define IN_RANGE " WHERE service_key BETWEEN :low AND :high"

static const struct cursor_spec {
    enum shape shape;
    const char *sql;
} specs[] = {
    {SHAPE_ROW, sql_lead},
    {SHAPE_ROW, "SELECT service_key, address_1 AS address, village AS village,"
                " commune AS commune, district AS district, state_province AS province"
                " FROM address /*scan*/" IN_RANGE " ORDER BY service_key"},
    {SHAPE_ROW,
     "SELECT service_key, opening_hours AS hours FROM schedule /*scan*/" IN_RANGE
     " ORDER BY service_key"},
    {SHAPE_ROW, "SELECT service_key, option AS fee, fee_waiver AS fee_waiver"
                " FROM cost_option /*scan*/" IN_RANGE " ORDER BY service_key"},
    {SHAPE_ROW, "SELECT service_key, capacity AS capacity, available AS available,"
                " available_for AS available_for, available_at AS available_at,"
                " stay_min_days AS stay_min_days, stay_typical_days AS stay_typical_days,"
                " stay_max_days AS stay_max_days, stay_max_hours AS stay_max_hours,"
                " may_leave AS may_leave, may_work AS may_work,"
                " phone_allowed AS phone_allowed, tied_to_case AS tied_to_case"
                " FROM stay /*scan*/" IN_RANGE " ORDER BY service_key"},
    {SHAPE_ROW,
     "SELECT service_key, genders AS genders, age_min AS age_min,"
     " age_max AS age_max, ages_case AS ages_case, forms AS forms,"
     " forms_excluded AS forms_excluded, case_types AS case_types,"
     " nationalities AS nationalities, returning_from AS returning_from,"
     " stages AS stages, referred_by AS referred_by,"
     " official_status AS official_status, residents_only AS residents_only,"
     " survivors_only AS survivors_only, serves_family AS serves_family,"
     " accepts_children AS accepts_children, disability AS disability,"
     " conditions AS conditions, literacy AS literacy,"
     " contacts_authorities AS contacts_authorities"
     " FROM eligibility /*scan*/" IN_RANGE " AND rule = 0 ORDER BY service_key"},
    {SHAPE_JSON, "SELECT service_key, stated AS rules FROM eligibility /*scan*/" IN_RANGE
                 " AND rule > 0 ORDER BY service_key, rule"},
    {SHAPE_LIST, "SELECT service_key, value AS needs FROM attribute /*scan*/" IN_RANGE
                 " AND taxonomy = 'need' ORDER BY service_key, position"},
    {SHAPE_LIST, "SELECT service_key, value AS languages FROM language /*scan*/" IN_RANGE
                 " AND spoken_by = 'staff' ORDER BY service_key, position"},
    {SHAPE_LIST,
     "SELECT service_key, value AS interpreters FROM language /*scan*/" IN_RANGE
     " AND spoken_by = 'interpreter' ORDER BY service_key, position"},
    {SHAPE_LIST, "SELECT service_key, value AS covers FROM service_area /*scan*/" IN_RANGE
                 " ORDER BY service_key, position"},
    {SHAPE_LIST,
     "SELECT service_key, value AS documents_required"
     " FROM required_document /*scan*/" IN_RANGE " ORDER BY service_key, position"},
    {SHAPE_JSON, "SELECT service_key, value AS phones FROM phone /*scan*/" IN_RANGE
                 " ORDER BY service_key, position"},
    {SHAPE_JSON, "SELECT service_key, value AS claims FROM claim /*scan*/" IN_RANGE
                 " ORDER BY service_key, position"},
    {SHAPE_LIST, "SELECT service_key, value AS refers_to FROM referral /*scan*/" IN_RANGE
                 " AND kind = 'refers_to' ORDER BY service_key, position"},
    {SHAPE_LIST,
     "SELECT service_key, value AS only_where_absent FROM referral /*scan*/" IN_RANGE
     " AND kind = 'only_where_absent' ORDER BY service_key, position"},
    {SHAPE_LIST,
     "SELECT service_key, value AS requires_service FROM referral /*scan*/" IN_RANGE
     " AND kind = 'requires_service' ORDER BY service_key, position"},
    {SHAPE_TEXT, "SELECT service_key, field, language, value FROM text /*scan*/" IN_RANGE
                 " ORDER BY service_key, field, language"},
};

#define CURSOR_COUNT (sizeof specs / sizeof *specs)
#define CURSOR_COLUMNS 48

struct cursor {
    enum shape shape;
    struct statement *statement;
    bool done;
    int64_t key; /* of the row it stands on */
    int columns;
    short column[CURSOR_COLUMNS]; /* flat column of each result column, or -1 */
    struct buf cell;              /* SHAPE_LIST, SHAPE_JSON: the joined cell */
};

struct reading {
    int64_t low, high; /* keys */
    bool retired;      /* those too */
    struct cursor cursor[CURSOR_COUNT];
    struct flat blank;  /* every cell "" */
    struct arena arena; /* of one service */
    struct buf number;
    struct translation *translations;
    size_t translation_capacity;
    struct flat_copy one; /* the single service that was read last */
};

/* ---- cursors --------------------------------------------------------------------- */

static bool advance(struct cursor *c, struct error *e) {
    int got = db_step(c->statement, e);
    c->done = got != 1;
    if (got == 1)
        c->key = db_integer(c->statement, 0);
    return got >= 0;
}

/* Which result columns are which flat columns; the first `own` are none. */
static void cursor_columns(struct cursor *c, int own) {
    c->columns = db_columns(c->statement);
    assert(c->columns <= CURSOR_COLUMNS);
    for (int i = 0; i < c->columns; i++) {
        const char *name = db_column_name(c->statement, i);
        c->column[i] = i < own ? -1 : (short)column_find(name, strlen(name));
        assert(i < own || c->column[i] >= 0 || c->shape == SHAPE_TEXT);
    }
}

static bool cursor_open(struct reading *r, size_t i, struct db *db, struct error *e) {
    struct cursor *c = &r->cursor[i];
    const struct cursor_spec *spec = &specs[i];
    c->shape = spec->shape;
    c->statement = db_prepare(db, spec->sql, e);
    if (c->statement == NULL)
        return false;
    db_bind_integer_at(c->statement, 1, r->low);
    db_bind_integer_at(c->statement, 2, r->high);
    if (i == 0)
        db_bind_integer_at(c->statement, 3, r->retired);
    if (c->columns == 0)
        cursor_columns(c, spec->sql == sql_lead ? LEAD_COLUMNS : 1);
    return advance(c, e);
}
/* Coordinates as they were written: SQLite would write 13 as "13.0". */
static const char *decimal(struct reading *r, struct cursor *c, int i) {
    r->number.len = 0;
    buf_decimal(&r->number, db_real(c->statement, i), 7);
    return arena_strndup(&r->arena, r->number.data, r->number.len);
}

static void take_row(struct reading *r, struct cursor *c, struct flat *flat) {
    for (int i = 1; i < c->columns; i++) {
        int column = c->column[i];
        if (column < 0 || db_is_null(c->statement, i))
            continue;
        flat->cell[column] = columns[column].type == CELL_DECIMAL
                                 ? decimal(r, c, i)
                                 : db_text(c->statement, i);
    }
}

static void add_item(struct cursor *c) {
    bool json = c->shape == SHAPE_JSON, first = c->cell.len == 0;
    if (json || !first)
        buf_char(&c->cell, !json ? ';' : first ? '[' : ',');
    buf_add(&c->cell, db_text(c->statement, 1), db_bytes(c->statement, 1));
}

static bool take_items(struct cursor *c, int64_t key, struct flat *flat,
                       struct error *e) {
    bool first = true;
    c->cell.len = 0;
    for (; !c->done && c->key == key; first = false) {
        add_item(c);
        if (!advance(c, e))
            return false;
    }
    if (first)
        return true;
    if (c->shape == SHAPE_JSON)
        buf_char(&c->cell, ']');
    flat->cell[c->column[1]] = buf_text(&c->cell);
    return true;
}

/* By column, as flat.h wants; the cursor has sorted each column's by language. */
static void insert_translation(struct reading *r, size_t count, struct translation new) {
    struct translation *at = r->translations + count;
    for (; at > r->translations && at[-1].column > new.column; at--)
        *at = at[-1];
    *at = new;
}

static bool take_texts(struct reading *r, struct cursor *c, int64_t key,
                       struct flat *flat, struct error *e) {
    size_t count = 0;
    for (; !c->done && c->key == key; count++) {
        struct statement *s = c->statement;
        struct translation t = {0};
        int column = column_find(db_text(s, 1), db_bytes(s, 1));
        if (column < 0 || db_bytes(s, 2) >= sizeof t.language)
            return error_set(e, ERR_DATA, "the record is damaged: text %s@%s",
                             db_text(s, 1), db_text(s, 2));
        t.column = (enum column)column;
        memcpy(t.language, db_text(s, 2), db_bytes(s, 2));
        t.value = arena_strndup(&r->arena, db_text(s, 3), db_bytes(s, 3));
        r->translations = xgrow(r->translations, &r->translation_capacity, count,
                                sizeof *r->translations);
        insert_translation(r, count, t);
        if (!advance(c, e))
            return false;
    }
    flat->translations = r->translations;
    flat->translation_count = count;
    return true;
}

/* Moves `c` up to `key` and takes what it has there. A row stays where it is until the
 * next service, since its cells are borrowed. */
static bool take(struct reading *r, struct cursor *c, int64_t key, struct flat *flat,
                 struct error *e) {
    while (!c->done && c->key < key)
        if (!advance(c, e))
            return false;
    if (c->done || c->key != key)
        return true;
    switch (c->shape) {
    case SHAPE_ROW:
        take_row(r, c, flat);
        return true;
    case SHAPE_TEXT:
        return take_texts(r, c, key, flat, e);
    default:
        return take_items(c, key, flat, e);
    }
}

/* ---- services -------------------------------------------------------------------- */

static bool id_read(struct statement *s, int column, uint8_t out[ID_BYTES],
                    struct error *e) {
    if (db_bytes(s, column) != ID_BYTES)
        return error_set(e, ERR_DATA, "the record is damaged: an id of %zu bytes",
                         db_bytes(s, column));
    memcpy(out, db_blob(s, column), ID_BYTES);
    return true;
}

/* The service on which the leading cursor stands. */
static bool service_read(struct reading *r, struct stored_service *out, struct error *e) {
    struct statement *s = r->cursor[0].statement;
    int64_t key = r->cursor[0].key;
    arena_reset(&r->arena);
    out->flat = r->blank;
    for (size_t i = 0; i < CURSOR_COUNT; i++)
        if (!take(r, &r->cursor[i], key, &out->flat, e))
            return false;
    out->source = db_text(s, 3);
    out->visibility = db_text(s, 4);
    return id_read(s, 1, out->id, e) && id_read(s, 2, out->organization_id, e);
}

static bool services_each(struct reading *r,
                          bool (*each)(const struct stored_service *, void *,
                                       struct error *),
                          void *ctx, struct error *e) {
    struct stored_service service;
    while (!r->cursor[0].done)
        if (!service_read(r, &service, e) || !each(&service, ctx, e) ||
            !advance(&r->cursor[0], e))
            return false;
    return true;
}

static struct reading *reading_new(void) {
    struct reading *r = xcalloc(1, sizeof *r);
    for (int i = 0; i < COL_COUNT; i++)
        r->blank.cell[i] = "";
    return r;
}

static bool reading_open(struct reading *r, struct db *db, struct error *e) {
    for (size_t i = 0; i < CURSOR_COUNT; i++)
        if (!cursor_open(r, i, db, e))
            return false;
    return true;
}

static void reading_close(struct reading *r) {
    for (size_t i = 0; i < CURSOR_COUNT; i++)
        if (r->cursor[i].statement != NULL)
            db_reset(r->cursor[i].statement);
}

void reading_free(struct reading *r) {
    if (r == NULL)
        return;
    reading_close(r);
    for (size_t i = 0; i < CURSOR_COUNT; i++)
        buf_free(&r->cursor[i].cell);
    arena_free(&r->arena);
    buf_free(&r->number);
    free(r->translations);
    flat_copy_free(&r->one);
    free(r);
}

bool record_each(struct record *r, int64_t *revision,
                 bool (*each)(const struct stored_service *service, void *ctx,
                              struct error *e),
                 void *ctx, struct error *e) {
    if (!db_exec(r->db, "BEGIN", e))
        return false;
    struct reading *reading = reading_new();
    reading->low = INT64_MIN;
    reading->high = INT64_MAX;
    bool ok = record_revision(r, revision, e) && reading_open(reading, r->db, e) &&
              services_each(reading, each, ctx, e);
    reading_free(reading);
    db_rollback(r->db);
    return ok;
}

/* Reads service `key`, retired or not; borrowed until reading_close(). */
static bool one_read(struct reading *r, struct db *db, int64_t key,
                     struct stored_service *out, struct error *e) {
    r->low = r->high = key;
    r->retired = true;
    if (!reading_open(r, db, e))
        return false;
    if (r->cursor[0].done)
        return error_set(e, ERR_DATA, "the record is damaged: service %lld",
                         (long long)key);
    return service_read(r, out, e);
}

bool run_read(struct import_run *run, int64_t key, struct flat **out, struct error *e) {
    struct stored_service service;
    if (run->reading == NULL)
        run->reading = reading_new();
    bool ok = one_read(run->reading, run->db, key, &service, e);
    if (ok)
        flat_copy_init(&run->reading->one, &service.flat);
    reading_close(run->reading);
    *out = &run->reading->one.flat;
    return ok;
}

bool service_by_key(struct db *db, int64_t key,
                    bool (*each)(const struct stored_service *service, void *ctx,
                                 struct error *e),
                    void *ctx, struct error *e) {
    struct stored_service service;
    struct reading *r = reading_new();
    bool ok = one_read(r, db, key, &service, e) && each(&service, ctx, e);
    reading_free(r);
    return ok;
}

/* ---- holidays -------------------------------------------------------------------- */

static const char sql_holidays[] =
    "SELECT country, date FROM holiday /*scan*/ ORDER BY country, date";

bool record_each_holiday(struct record *r,
                         void (*each)(const char *country, const char *date, void *ctx),
                         void *ctx, struct error *e) {
    struct statement *s = db_prepare(r->db, sql_holidays, e);
    int got;
    if (s == NULL)
        return false;
    while ((got = db_step(s, e)) == 1)
        each(db_text(s, 0), db_text(s, 1), ctx);
    return got == 0;
}
