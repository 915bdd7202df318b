/* SPDX-License-Identifier: Apache-2.0
 *
 * One service into the tables. Sections take single cells: the parameters of their INSERT
 * carry the names of flat columns, so that the SQL alone says what goes where. Lists take
 * the items of one cell, a row each. A section or list with nothing stated writes no row.
 */
#include <assert.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "data/crypto.h"
#include "data/mem.h"
#include "data/record_private.h"
#include "data/text.h"

/* One service on its way in: the columns, and what the program adds to them. */
struct row {
    const struct flat *flat;
    int64_t key;
    int64_t organization_key;
    const char *organization_name;    /* NULL: as in organization */
    const char *organization_acronym; /* likewise */
    int64_t source_key;
    int64_t run_key;
    uint8_t ids[3][ID_BYTES]; /* of a new service_at_location, service, location */
    uint8_t digest[DIGEST_BYTES];
    struct visibility_row visibility;
};

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
    " organization_acronym, name, alternate_name, description, kind, sector, status,"
    " remote, email, url, contact, documents_issued, transport_paid, childcare, lodging,"
    " trades, course_days, follow_up_months)"
    " VALUES (:key, :service_id, :organization_key, :organization_name, :own_acronym,"
    " :service, :public_name, :description, :kind, :sector, :status, :remote, :email,"
    " :url, :contact, :documents_issued, :transport_paid, :childcare, :lodging, :trades,"
    " :course_days, :follow_up_months)"
    " ON CONFLICT (key) DO UPDATE SET organization_key = excluded.organization_key,"
    " organization_name = excluded.organization_name,"
    " organization_acronym = excluded.organization_acronym, name = excluded.name,"
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
    "INSERT INTO visibility (service_key, stated, default_code, own, effective,"
    " decided_by, bound_by) VALUES (:key, :visibility, :default_code, :own, :effective,"
    " :decided_by, nullif(:bound_by, 0))"
    " ON CONFLICT (service_key) DO UPDATE SET stated = excluded.stated,"
    " default_code = excluded.default_code, own = excluded.own,"
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

/* ---- lists ----------------------------------------------------------------------- */

static const char sql_need[] =
    "INSERT INTO attribute (service_key, taxonomy, position, value)"
    " VALUES (:key, 'need', :position, :value)";
static const char sql_language[] =
    "INSERT INTO language (service_key, spoken_by, position, value)"
    " VALUES (:key, 'staff', :position, :value)";
static const char sql_interpreter[] =
    "INSERT INTO language (service_key, spoken_by, position, value)"
    " VALUES (:key, 'interpreter', :position, :value)";
static const char sql_service_area[] =
    "INSERT INTO service_area (service_key, position, value)"
    " VALUES (:key, :position, :value)";
static const char sql_required_document[] =
    "INSERT INTO required_document (service_key, position, value)"
    " VALUES (:key, :position, :value)";
static const char sql_phone[] =
    "INSERT INTO phone (service_key, position, value) VALUES (:key, :position, :value)";
static const char sql_claim[] =
    "INSERT INTO claim (service_key, position, value) VALUES (:key, :position, :value)";
static const char sql_refers_to[] =
    "INSERT INTO referral (service_key, kind, position, value)"
    " VALUES (:key, 'refers_to', :position, :value)";
static const char sql_only_where_absent[] =
    "INSERT INTO referral (service_key, kind, position, value)"
    " VALUES (:key, 'only_where_absent', :position, :value)";
static const char sql_requires_service[] =
    "INSERT INTO referral (service_key, kind, position, value)"
    " VALUES (:key, 'requires_service', :position, :value)";

/* A rule's lists are JSON arrays; here they become lists like those of rule 0. */
static const char sql_rule[] =
    "INSERT INTO eligibility (service_key, rule, genders, age_min, age_max, ages_case,"
    " forms, forms_excluded, case_types, nationalities, returning_from, stages,"
    " referred_by, official_status, residents_only, survivors_only, serves_family,"
    " accepts_children, disability, conditions, literacy, contacts_authorities,"
    " accompanied_by, stated) SELECT :key, :position + 1,"
    " (SELECT group_concat(value, ';') FROM json_each(:value, '$.genders')),"
    " json_extract(:value, '$.age_min'), json_extract(:value, '$.age_max'),"
    " (SELECT group_concat(value, ';') FROM json_each(:value, '$.ages_case')),"
    " (SELECT group_concat(value, ';') FROM json_each(:value, '$.forms')),"
    " (SELECT group_concat(value, ';') FROM json_each(:value, '$.forms_excluded')),"
    " (SELECT group_concat(value, ';') FROM json_each(:value, '$.case_types')),"
    " (SELECT group_concat(value, ';') FROM json_each(:value, '$.nationalities')),"
    " (SELECT group_concat(value, ';') FROM json_each(:value, '$.returning_from')),"
    " (SELECT group_concat(value, ';') FROM json_each(:value, '$.stages')),"
    " (SELECT group_concat(value, ';') FROM json_each(:value, '$.referred_by')),"
    " json_extract(:value, '$.official_status'), json_extract(:value, '$.residents_only'),"
    " json_extract(:value, '$.survivors_only'),"
    " (SELECT group_concat(value, ';') FROM json_each(:value, '$.serves_family')),"
    " (SELECT group_concat(value, ';') FROM json_each(:value, '$.accepts_children')),"
    " (SELECT group_concat(value, ';') FROM json_each(:value, '$.disability')),"
    " (SELECT group_concat(value, ';') FROM json_each(:value, '$.conditions')),"
    " json_extract(:value, '$.literacy'), json_extract(:value, '$.contacts_authorities'),"
    " (SELECT group_concat(value, ';') FROM json_each(:value, '$.accompanied_by')),"
    " :value";

static const struct list {
    enum column column;
    const char *sql;
} lists[] = {
    {COL_NEEDS, sql_need},
    {COL_LANGUAGES, sql_language},
    {COL_INTERPRETERS, sql_interpreter},
    {COL_COVERS, sql_service_area},
    {COL_DOCUMENTS_REQUIRED, sql_required_document},
    {COL_PHONES, sql_phone},
    {COL_RULES, sql_rule},
    {COL_CLAIMS, sql_claim},
    {COL_REFERS_TO, sql_refers_to},
    {COL_ONLY_WHERE_ABSENT, sql_only_where_absent},
    {COL_REQUIRES_SERVICE, sql_requires_service},
};

static bool is_json(enum column column) {
    enum cell_type type = columns[column].type;
    return type == CELL_PHONES || type == CELL_RULES || type == CELL_CLAIMS;
}

/* Cuts `*rest`, the inside of a JSON array, at its next comma of the outermost level;
 * works as slice_next(). What is between the commas need not be valid: SQLite checks. */
static bool json_next(struct slice *rest, struct slice *part) {
    if (rest->at == NULL)
        return false;
    int depth = 0;
    bool quoted = false;
    size_t i = 0;
    for (; i < rest->len; i++) {
        char c = rest->at[i];
        if (quoted && c == '\\')
            i++;
        else if (c == '"')
            quoted = !quoted;
        else if (!quoted && (c == '{' || c == '['))
            depth++;
        else if (!quoted && (c == '}' || c == ']'))
            depth--;
        else if (!quoted && depth == 0 && c == ',')
            break;
    }
    bool last = i >= rest->len;
    *part = (struct slice){rest->at, last ? rest->len : i};
    *rest = last ? (struct slice){NULL, 0}
                 : (struct slice){rest->at + i + 1, rest->len - i - 1};
    return true;
}

static bool item_put(struct import_run *run, const struct list *list, int64_t key,
                     int64_t position, struct slice item, struct error *e) {
    struct statement *s = db_prepare(run->db, list->sql, e);
    if (s == NULL)
        return false;
    run->scratch.len = 0;
    buf_add(&run->scratch, item.at, item.len);
    db_bind_integer_at(s, 1, key);
    db_bind_integer_at(s, 2, position);
    db_bind_text_at(s, 3, buf_text(&run->scratch));
    return db_run(s, e) || error_prefix(e, "%s, item %lld: ", columns[list->column].name,
                                        (long long)position + 1);
}

static bool list_put(struct import_run *run, const struct list *list,
                     const struct row *row, struct error *e) {
    struct slice rest = slice_of(row->flat->cell[list->column]), item;
    if (rest.len == 0)
        return true;
    bool json = is_json(list->column);
    if (json)
        rest = (struct slice){rest.at + 1, rest.len - 2};
    for (int64_t position = 0;
         json ? json_next(&rest, &item) : slice_next(&rest, ';', &item); position++)
        if (!item_put(run, list, row->key, position, item, e))
            return false;
    return true;
}

static const char sql_text[] = "INSERT INTO text (service_key, field, language, value)"
                               " VALUES (:key, :field, :language, :value)";

static bool translations_put(struct import_run *run, const struct row *row,
                             struct error *e) {
    for (size_t i = 0; i < row->flat->translation_count; i++) {
        const struct translation *t = &row->flat->translations[i];
        struct statement *s = db_prepare(run->db, sql_text, e);
        if (s == NULL)
            return false;
        db_bind_integer(s, ":key", row->key);
        db_bind_text(s, ":field", columns[t->column].name);
        db_bind_text(s, ":language", t->language);
        db_bind_text(s, ":value", t->value);
        if (!db_run(s, e))
            return error_prefix(e, "%s@%s: ", columns[t->column].name, t->language);
    }
    return true;
}

/* ---- organizations --------------------------------------------------------------- */

/* The lower case of a capital letter of the Latin alphabets, Vietnamese included. */
static uint32_t lower(uint32_t c) {
    if ((c >= 'A' && c <= 'Z') || (c >= 0xc0 && c <= 0xde && c != 0xd7))
        return c + 32;
    bool even_capital = (c >= 0x100 && c <= 0x137) || (c >= 0x14a && c <= 0x177) ||
                        c == 0x1a0 || (c >= 0x1e00 && c <= 0x1e95) ||
                        (c >= 0x1ea0 && c <= 0x1eff);
    bool odd_capital =
        (c >= 0x139 && c <= 0x148) || (c >= 0x179 && c <= 0x17e) || c == 0x1af;
    if ((even_capital && c % 2 == 0) || (odd_capital && c % 2 == 1))
        return c + 1;
    return c;
}

/* Writes `name` trimmed and in lower case. Longer sequences than three bytes have no
 * capitals here and are copied. */
static void fold(const char *name, struct buf *out) {
    struct slice s = slice_trim(slice_of(name));
    const unsigned char *at = (const unsigned char *)s.at, *end = at + s.len;
    out->len = 0;
    while (at < end) {
        uint32_t c = *at;
        if (c < 0x80) {
            buf_char(out, (char)lower(c));
            at++;
        } else if (c >= 0xc3 && c <= 0xc6 && end - at >= 2) {
            c = lower((c & 0x1f) << 6 | (at[1] & 0x3f));
            buf_char(out, (char)(0xc0 | c >> 6));
            buf_char(out, (char)(0x80 | (c & 0x3f)));
            at += 2;
        } else if (c == 0xe1 && end - at >= 3) {
            c = lower(0x1000 | (at[1] & 0x3fu) << 6 | (at[2] & 0x3fu));
            buf_char(out, (char)0xe1);
            buf_char(out, (char)(0x80 | (c >> 6 & 0x3f)));
            buf_char(out, (char)(0x80 | (c & 0x3f)));
            at += 3;
        } else {
            buf_char(out, (char)*at++);
        }
    }
}

static const char sql_organization_find[] =
    "SELECT key, name, coalesce(alternate_name, '') FROM organization"
    " WHERE country = :country AND name_folded = :folded";
static const char sql_organization_add[] =
    "INSERT INTO organization (id, country, name, alternate_name, name_folded)"
    " VALUES (:id, :country, :name, nullif(:acronym, ''), :folded)";

static bool organization_add(struct import_run *run, struct row *row, const char *folded,
                             struct error *e) {
    uint8_t id[ID_BYTES];
    struct statement *s = db_prepare(run->db, sql_organization_add, e);
    if (s == NULL)
        return false;
    crypto_random(id, sizeof id);
    db_bind_blob(s, ":id", id, sizeof id);
    db_bind_text(s, ":country", row->flat->cell[COL_COUNTRY]);
    db_bind_text(s, ":name", row->flat->cell[COL_ORGANIZATION]);
    db_bind_text(s, ":acronym", row->flat->cell[COL_ORGANIZATION_ACRONYM]);
    db_bind_text(s, ":folded", folded);
    if (!db_run(s, e))
        return false;
    row->organization_key = db_last_key(run->db);
    return true;
}

/* Finds or makes the organization; keeps the row's own spelling where it differs. */
static bool organization_put(struct import_run *run, struct row *row, struct error *e) {
    const char *name = row->flat->cell[COL_ORGANIZATION];
    const char *acronym = row->flat->cell[COL_ORGANIZATION_ACRONYM];
    struct statement *s = db_prepare(run->db, sql_organization_find, e);
    if (s == NULL)
        return false;
    fold(name, &run->scratch);
    db_bind_text(s, ":country", row->flat->cell[COL_COUNTRY]);
    db_bind_text(s, ":folded", buf_text(&run->scratch));
    int got = db_step(s, e);
    if (got < 0)
        return false;
    if (got == 0)
        return organization_add(run, row, buf_text(&run->scratch), e);
    row->organization_key = db_integer(s, 0);
    row->organization_name = strcmp(db_text(s, 1), name) != 0 ? name : NULL;
    row->organization_acronym = strcmp(db_text(s, 2), acronym) != 0 ? acronym : NULL;
    db_reset(s);
    return true;
}

/* ---- one service ----------------------------------------------------------------- */

/* What an update writes anew. */
static const char *const sql_delete[] = {
    "DELETE FROM address WHERE service_key = :key",
    "DELETE FROM schedule WHERE service_key = :key",
    "DELETE FROM cost_option WHERE service_key = :key",
    "DELETE FROM stay WHERE service_key = :key",
    "DELETE FROM eligibility WHERE service_key = :key",
    "DELETE FROM attribute WHERE service_key = :key",
    "DELETE FROM language WHERE service_key = :key",
    "DELETE FROM service_area WHERE service_key = :key",
    "DELETE FROM required_document WHERE service_key = :key",
    "DELETE FROM phone WHERE service_key = :key",
    "DELETE FROM referral WHERE service_key = :key",
    "DELETE FROM claim WHERE service_key = :key",
    "DELETE FROM text WHERE service_key = :key",
};

static bool details_delete(struct import_run *run, int64_t key, struct error *e) {
    for (size_t i = 0; i < sizeof sql_delete / sizeof *sql_delete; i++) {
        struct statement *s = db_prepare(run->db, sql_delete[i], e);
        if (s == NULL)
            return false;
        db_bind_integer_at(s, 1, key);
        if (!db_run(s, e))
            return false;
    }
    return true;
}

static bool row_write(struct import_run *run, const struct row *row, struct error *e) {
    if (!index_write(&run->index, run->db, e))
        return false;
    for (int i = 0; i < SECTION_COUNT; i++)
        if (!section_put(run, i, row, e))
            return false;
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        if (!list_put(run, &lists[i], row, e))
            return false;
    return translations_put(run, row, e);
}

/* What stands under the same source and id. */
struct standing {
    int64_t key; /* 0: nothing */
    bool retired;
    bool same; /* the same digest */
    struct visibility_row visibility;
};

static const char sql_standing[] =
    "SELECT key, retired_run, digest, visibility.own, visibility.effective,"
    " visibility.decided_by, visibility.bound_by"
    " FROM service_at_location JOIN visibility ON visibility.service_key = key"
    " WHERE source_key = :source_key AND source_id = :id";

/* The static name of a code that stands in the record. */
static const char *static_name(const char *code) {
    enum visibility v = VISIBLE_STAFF;
    visibility_find(code, &v);
    return visibility_name(v);
}

static const char *decided_name(const char *text) {
    static const char *const names[] = {"stated", "default", "kept", "site", "steward"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i], text) == 0)
            return names[i];
    return "kept";
}

static bool standing_find(struct import_run *run, const struct row *row,
                          struct standing *out, struct error *e) {
    *out = (struct standing){0};
    if (run->source_key == 0)
        return true;
    struct statement *s = db_prepare(run->db, sql_standing, e);
    if (s == NULL)
        return false;
    db_bind_integer(s, ":source_key", run->source_key);
    db_bind_text(s, ":id", row->flat->cell[COL_ID]);
    int got = db_step(s, e);
    if (got != 1)
        return got == 0;
    out->key = db_integer(s, 0);
    out->retired = !db_is_null(s, 1);
    out->same = db_bytes(s, 2) == DIGEST_BYTES &&
                memcmp(db_blob(s, 2), row->digest, DIGEST_BYTES) == 0;
    out->visibility = (struct visibility_row){
        .own = static_name(db_text(s, 3)),
        .effective = static_name(db_text(s, 4)),
        .decided_by = decided_name(db_text(s, 5)),
        .bound_by = db_integer(s, 6),
    };
    db_reset(s);
    return true;
}

static bool row_store(struct import_run *run, struct row *row,
                      const struct standing *standing, struct error *e) {
    bool is_new = standing->key == 0;
    if (!run_changes(run, e))
        return false;
    row->source_key = run->source_key;
    row->run_key = run->key;
    row->key = standing->key;
    if (is_new)
        row->key = run->next_key++;
    else if (!details_delete(run, row->key, e))
        return false;
    crypto_random(row->ids, sizeof row->ids);
    visibility_decide(row->flat, is_new ? NULL : &standing->visibility, &row->visibility);
    return organization_put(run, row, e) && row_write(run, row, e);
}

/* What the tables could not hold. Importers refuse it before, with the line. */
static bool acceptable(const struct flat *flat, struct error *e) {
    if (flat->cell[COL_ID][0] == '\0')
        return error_set(e, ERR_DATA, "id: missing");
    if (strlen(flat->cell[COL_COUNTRY]) != 2)
        return error_set(e, ERR_DATA, "country: two letters wanted");
    if ((flat->cell[COL_LAT][0] == '\0') != (flat->cell[COL_LON][0] == '\0'))
        return error_set(e, ERR_DATA, "lat, lon: one of them is missing");
    for (int i = 0; i < COL_COUNT; i++) {
        size_t len = strlen(flat->cell[i]);
        if (is_json((enum column)i) && len > 0 &&
            (len < 2 || flat->cell[i][0] != '[' || flat->cell[i][len - 1] != ']'))
            return error_set(e, ERR_DATA, "%s: a JSON list is wanted", columns[i].name);
    }
    return true;
}

enum put_result import_put(struct import_run *run, const struct flat *flat,
                           struct error *e) {
    struct flat given = *flat;
    struct row row = {.flat = &given};
    struct standing standing;
    for (int i = 0; i < COL_COUNT; i++)
        if (is_json((enum column)i) && strcmp(given.cell[i], "[]") == 0)
            given.cell[i] = ""; /* a list of nothing states nothing */
    if (!acceptable(&given, e))
        return PUT_FAILED;
    flat_digest(&given, &run->scratch, row.digest);
    if (!standing_find(run, &row, &standing, e))
        return PUT_FAILED;
    if (standing.key != 0 && run_seen(run, standing.key)) {
        error_set(e, ERR_DATA, "id: \"%.100s\" stands twice", given.cell[COL_ID]);
        return PUT_FAILED;
    }
    if (standing.key != 0 && standing.same && !standing.retired) {
        run_mark_seen(run, standing.key);
        run->unchanged++;
        return PUT_UNCHANGED;
    }
    if (!row_store(run, &row, &standing, e)) {
        run->broken = true;
        return PUT_FAILED;
    }
    run_mark_seen(run, row.key);
    bool is_added = standing.key == 0 || standing.retired;
    *(is_added ? &run->added : &run->updated) += 1;
    return is_added ? PUT_ADDED : PUT_UPDATED;
}
