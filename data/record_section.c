/* SPDX-License-Identifier: Apache-2.0
 *
 * Single cells into the tables: the parameters of each INSERT carry the names of flat
 * columns, so that the SQL alone says what goes where. A section with nothing stated
 * writes no row.
 */
#include <assert.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "data/record_private.h"

/* ---- special parameters ---------------------------------------------------------- */

enum special_type { SPECIAL_INTEGER, SPECIAL_TEXT, SPECIAL_BLOB };

static const struct special {
    const char *name;
    enum special_type type;
    size_t offset; /* in struct row */
} specials[] = {
    {":key", SPECIAL_INTEGER, offsetof(struct row, key)},
    {":organization_key", SPECIAL_INTEGER, offsetof(struct row, organization_key)},
    {":organization_name", SPECIAL_TEXT, offsetof(struct row, organization_name)},
    {":own_acronym", SPECIAL_TEXT, offsetof(struct row, organization_acronym)},
    {":source_key", SPECIAL_INTEGER, offsetof(struct row, source_key)},
    {":run_key", SPECIAL_INTEGER, offsetof(struct row, run_key)},
    {":service_at_location_id", SPECIAL_BLOB, offsetof(struct row, ids[0])},
    {":service_id", SPECIAL_BLOB, offsetof(struct row, ids[1])},
    {":location_id", SPECIAL_BLOB, offsetof(struct row, ids[2])},
    {":digest", SPECIAL_BLOB, offsetof(struct row, digest)},
    {":default_code", SPECIAL_TEXT, offsetof(struct row, visibility.default_code)},
    {":own", SPECIAL_TEXT, offsetof(struct row, visibility.own)},
    {":own_kept", SPECIAL_TEXT, offsetof(struct row, visibility.own_kept)},
    {":effective", SPECIAL_TEXT, offsetof(struct row, visibility.effective)},
    {":decided_by", SPECIAL_TEXT, offsetof(struct row, visibility.decided_by)},
    {":bound_by", SPECIAL_INTEGER, offsetof(struct row, visibility.bound_by)},
};

static void bind_special(struct statement *s, int parameter, const struct special *p,
                         const struct row *row) {
    const char *at = (const char *)row + p->offset;
    switch (p->type) {
    case SPECIAL_INTEGER:
        db_bind_integer_at(s, parameter, *(const int64_t *)(const void *)at);
        break;
    case SPECIAL_TEXT:
        db_bind_text_at(s, parameter, *(const char *const *)(const void *)at);
        break;
    case SPECIAL_BLOB:
        db_bind_blob_at(s, parameter, at, ID_BYTES);
        break;
    }
}

/* ---- sections -------------------------------------------------------------------- */

static const char sql_service[] =
    "INSERT INTO service (key, id, organization_key, organization_name,"
    " organization_acronym, organization_aliases, name, alternate_name, description, kind,"
    " sector, status, remote, email, url, contact, documents_issued, transport_paid,"
    " childcare, lodging, trades, course_days, follow_up_months)"
    " VALUES (:key, :service_id, :organization_key, :organization_name, :own_acronym,"
    " :organization_aliases, :service, :public_name, :description, :kind, :sector,"
    " :status, :remote, :email, :url, :contact, :documents_issued, :transport_paid,"
    " :childcare, :lodging, :trades, :course_days, :follow_up_months)"
    " ON CONFLICT (key) DO UPDATE SET organization_key = excluded.organization_key,"
    " organization_name = excluded.organization_name,"
    " organization_acronym = excluded.organization_acronym,"
    " organization_aliases = excluded.organization_aliases, name = excluded.name,"
    " alternate_name = excluded.alternate_name, description = excluded.description,"
    " kind = excluded.kind, sector = excluded.sector, status = excluded.status,"
    " remote = excluded.remote, email = excluded.email, url = excluded.url,"
    " contact = excluded.contact, documents_issued = excluded.documents_issued,"
    " transport_paid = excluded.transport_paid, childcare = excluded.childcare,"
    " lodging = excluded.lodging, trades = excluded.trades,"
    " course_days = excluded.course_days, follow_up_months = excluded.follow_up_months";

static const char sql_location[] =
    "INSERT INTO location (key, id, country, latitude, longitude, precision, time_zone,"
    " point) VALUES (:key, :location_id, :country, :lat, :lon, :precision, :time_zone,"
    " MakePoint(:lon, :lat, 4326))"
    " ON CONFLICT (key) DO UPDATE SET country = excluded.country,"
    " latitude = excluded.latitude, longitude = excluded.longitude,"
    " precision = excluded.precision, time_zone = excluded.time_zone,"
    " point = excluded.point";

static const char sql_service_at_location[] =
    "INSERT INTO service_at_location (key, id, source_key, source_id, source,"
    " source_date, verified_on, valid_until, evidence, digest, changed_run)"
    " VALUES (:key, :service_at_location_id, :source_key, :id, :source, :source_date,"
    " :verified_on, :valid_until, :evidence, :digest, :run_key)"
    " ON CONFLICT (key) DO UPDATE SET source = excluded.source,"
    " source_date = excluded.source_date, verified_on = excluded.verified_on,"
    " valid_until = excluded.valid_until, evidence = excluded.evidence,"
    " digest = excluded.digest, changed_run = excluded.changed_run, retired_run = NULL";

static const char sql_visibility[] =
    "INSERT INTO visibility (service_key, stated, default_code, own, own_kept, effective,"
    " decided_by, bound_by) VALUES (:key, :visibility, :default_code, :own, :own_kept,"
    " :effective, :decided_by, nullif(:bound_by, 0))"
    " ON CONFLICT (service_key) DO UPDATE SET stated = excluded.stated,"
    " default_code = excluded.default_code, own = excluded.own,"
    " own_kept = excluded.own_kept,"
    " effective = excluded.effective, decided_by = excluded.decided_by,"
    " bound_by = excluded.bound_by";

static const char sql_address[] =
    "INSERT INTO address (service_key, address_1, village, commune, district,"
    " state_province) VALUES (:key, :address, :village, :commune, :district, :province)";

static const char sql_schedule[] =
    "INSERT INTO schedule (service_key, opening_hours) VALUES (:key, :hours)";

static const char sql_cost_option[] =
    "INSERT INTO cost_option (service_key, option, fee_waiver)"
    " VALUES (:key, :fee, :fee_waiver)";

static const char sql_stay[] =
    "INSERT INTO stay (service_key, capacity, available, available_for, available_at,"
    " stay_min_days, stay_typical_days, stay_max_days, stay_max_hours, may_leave,"
    " may_work, phone_allowed, tied_to_case) VALUES (:key, :capacity, :available,"
    " :available_for, :available_at, :stay_min_days, :stay_typical_days, :stay_max_days,"
    " :stay_max_hours, :may_leave, :may_work, :phone_allowed, :tied_to_case)";

static const char sql_eligibility[] =
    "INSERT INTO eligibility (service_key, rule, genders, age_min, age_max, ages_case,"
    " forms, forms_excluded, case_types, nationalities, returning_from, stages,"
    " referred_by, official_status, residents_only, survivors_only, serves_family,"
    " accepts_children, disability, conditions, literacy, contacts_authorities)"
    " VALUES (:key, 0, :genders, :age_min, :age_max, :ages_case, :forms,"
    " :forms_excluded, :case_types, :nationalities, :returning_from, :stages,"
    " :referred_by, :official_status, :residents_only, :survivors_only, :serves_family,"
    " :accepts_children, :disability, :conditions, :literacy, :contacts_authorities)";

/* In an order that sets what others refer to first. */
static const struct section {
    const char *sql;
    bool always; /* a row even when no column of it is stated */
} sections[SECTION_COUNT] = {
    {sql_service, true},      {sql_location, true}, {sql_service_at_location, true},
    {sql_visibility, true},   {sql_address, false}, {sql_schedule, false},
    {sql_cost_option, false}, {sql_stay, false},    {sql_eligibility, true},
};

static short resolve(const char *name) {
    int column = column_find(name + 1, strlen(name + 1));
    if (column >= 0)
        return (short)column;
    for (size_t i = 0; i < sizeof specials / sizeof *specials; i++)
        if (strcmp(specials[i].name, name) == 0)
            return (short)(COL_COUNT + i);
    return -1;
}

bool put_prepare(struct import_run *run, struct error *e) {
    for (int i = 0; i < SECTION_COUNT; i++) {
        struct section_map *map = &run->map[i];
        struct statement *s = db_prepare(run->db, sections[i].sql, e);
        if (s == NULL)
            return false;
        map->count = db_parameters(s);
        assert(map->count <= SECTION_PARAMETERS);
        for (int p = 0; p < map->count; p++) {
            map->parameter[p] = resolve(db_parameter_name(s, p + 1));
            assert(map->parameter[p] >= 0);
        }
    }
    return true;
}

static void bind_cell(struct statement *s, int parameter, enum column column,
                      const char *cell) {
    if (columns[column].type == CELL_INTEGER)
        db_bind_integer_at(s, parameter, strtoll(cell, NULL, 10));
    else if (columns[column].type == CELL_DECIMAL)
        db_bind_real_at(s, parameter, strtod(cell, NULL));
    else
        db_bind_text_at(s, parameter, cell);
}

static bool is_stated(const struct section_map *map, const struct flat *flat) {
    for (int p = 0; p < map->count; p++)
        if (map->parameter[p] < COL_COUNT && flat->cell[map->parameter[p]][0] != '\0')
            return true;
    return false;
}

static bool section_put(struct import_run *run, int i, const struct row *row,
                        struct error *e) {
    const struct section_map *map = &run->map[i];
    if (!sections[i].always && !is_stated(map, row->flat))
        return true;
    struct statement *s = db_prepare(run->db, sections[i].sql, e);
    if (s == NULL)
        return false;
    for (int p = 0; p < map->count; p++) {
        int what = map->parameter[p];
        if (what >= COL_COUNT)
            bind_special(s, p + 1, &specials[what - COL_COUNT], row);
        else if (row->flat->cell[what][0] != '\0')
            bind_cell(s, p + 1, (enum column)what, row->flat->cell[what]);
    }
    return db_run(s, e);
}

bool sections_put(struct import_run *run, const struct row *row, struct error *e) {
    for (int i = 0; i < SECTION_COUNT; i++)
        if (!section_put(run, i, row, e))
            return false;
    return true;
}
