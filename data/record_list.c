/* SPDX-License-Identifier: Apache-2.0
 *
 * Cells of several items into the tables, a row an item: lists, JSON lists, and texts in
 * further languages.
 */
#include <string.h>

#include "data/record_private.h"
#include "data/text.h"

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

bool list_is_json(enum column column) {
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
    bool json = list_is_json(list->column);
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

bool lists_put(struct import_run *run, const struct row *row, struct error *e) {
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        if (!list_put(run, &lists[i], row, e))
            return false;
    return translations_put(run, row, e);
}
