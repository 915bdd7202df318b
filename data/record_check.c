/* SPDX-License-Identifier: Apache-2.0
 *
 * Is the record whole? Each question is one SELECT that returns a fault a row; the last
 * one reads every service as the server would and compares its digest. (The spatial index
 * is compared here in SQL, since CheckSpatialIndex() wants to write.)
 */
#include <stdio.h>
#include <string.h>

#include "data/record_private.h"
#include "data/text.h"
#include "data/vocabulary.h"

struct check {
    struct record *record;
    void (*say)(const char *fault, void *ctx);
    void *ctx;
    int64_t faults;
    struct buf fault; /* text of the one being said */
    struct buf scratch;
};

/* Says what stands in `c->fault` and empties it. */
static void say(struct check *c) {
    c->faults++;
    c->say(buf_text(&c->fault), c->ctx);
    c->fault.len = 0;
}

/* ---- questions ------------------------------------------------------------------- */

static const struct question {
    const char *fault; /* said before the row's text */
    const char *sql;   /* rows of one text */
} questions[] = {
    {"file: ", "SELECT * FROM pragma_integrity_check WHERE integrity_check <> 'ok'"},
    {"foreign key: ",
     "SELECT \"table\" || ' row ' || coalesce(rowid, '?') || ' refers to a"
     " row of ' || parent || ' that is not there'"
     " FROM pragma_foreign_key_check"},
    {"directory: ", "SELECT 'not one row' WHERE (SELECT count(*) FROM directory) <> 1"},
    {"directory: ", "SELECT 'revision before that of import ' || key FROM import_run"
                    " WHERE revision > (SELECT revision FROM directory)"},
    {"spatial index: ", "SELECT 'entries and points differ in number' WHERE"
                        " (SELECT count(*) FROM idx_location_point) <>"
                        " (SELECT count(*) FROM location WHERE point IS NOT NULL)"},
    {"spatial index: ", "SELECT 'does not hold the point of location ' || key"
                        " FROM location WHERE point IS NOT NULL AND NOT EXISTS"
                        " (SELECT 1 FROM idx_location_point WHERE pkid = key"
                        " AND longitude BETWEEN xmin AND xmax AND xmax - xmin < 0.001"
                        " AND latitude BETWEEN ymin AND ymax AND ymax - ymin < 0.001)"},
    {"spatial index: ", "SELECT rtreecheck('idx_location_point') WHERE"
                        " rtreecheck('idx_location_point') <> 'ok'"},
    {"index: ", "SELECT 'one of the ids is missing' WHERE (SELECT count(*) FROM"
                " sqlite_schema WHERE type = 'index' AND name IN ('service_id',"
                " 'location_id', 'service_at_location_id')) <> 3"},
    {"spatial index: ", "SELECT 'not kept up: a trigger of location is missing' WHERE"
                        " (SELECT count(*) FROM sqlite_schema WHERE type = 'trigger'"
                        " AND tbl_name = 'location' AND name GLOB 'gi[iud]_*') <> 3"},
    {"location ", "SELECT key || ': geometry and coordinates differ' FROM location"
                  " WHERE point IS NOT MakePoint(longitude, latitude, 4326)"},
    {"service ", "SELECT key || ': no location' FROM service"
                 " WHERE key NOT IN (SELECT key FROM service_at_location)"},
    {"location ", "SELECT key || ': no service' FROM location"
                  " WHERE key NOT IN (SELECT key FROM service_at_location)"},
    {"service ",
     "SELECT key || ': no admission rule 0' FROM service_at_location WHERE NOT"
     " EXISTS (SELECT 1 FROM eligibility WHERE service_key = key AND rule = 0)"},
    {"service ", "SELECT key || ': no visibility' FROM service_at_location WHERE NOT"
                 " EXISTS (SELECT 1 FROM visibility WHERE service_key = key)"},
    {"need: unknown code ", "SELECT DISTINCT value FROM attribute WHERE taxonomy = 'need'"
                            " AND value <> 'none' AND value NOT IN (SELECT code FROM"
                            " taxonomy_term JOIN taxonomy ON taxonomy.key = taxonomy_key"
                            " WHERE taxonomy.name = 'need')"},
    {"text: unknown field of service ", "SELECT service_key || ': ' || field FROM text"
                                        " WHERE field NOT IN ('organization', 'service',"
                                        " 'public_name', 'description')"},
    {"place: unknown kind ", "SELECT DISTINCT kind FROM place WHERE kind NOT IN (SELECT code"
                             " FROM taxonomy_term JOIN taxonomy ON taxonomy.key = taxonomy_key"
                             " WHERE taxonomy.name = 'place_kind')"},
    {"place ", "SELECT place.source_id || ': its parent is retired, or of another country'"
               " FROM place JOIN place AS parent ON parent.key = place.parent_key"
               " WHERE place.retired_run IS NULL AND"
               " (parent.retired_run IS NOT NULL OR parent.country <> place.country)"},
    {"place ", "SELECT place.source_id || ': no level above it holds it' FROM place"
               " JOIN place AS parent ON parent.key = place.parent_key"
               " JOIN taxonomy_term AS mine ON mine.code = place.kind"
               " JOIN taxonomy_term AS theirs ON theirs.code = parent.kind"
               " AND theirs.taxonomy_key = mine.taxonomy_key"
               " JOIN taxonomy ON taxonomy.key = mine.taxonomy_key"
               " WHERE taxonomy.name = 'place_kind'"
               " AND min(mine.position, 5) <= min(theirs.position, 5)"},
    {"area ", "SELECT source_id || ' (' || name || '): its outline is not sound: ' ||"
              " coalesce(IsValidReason(outline), 'none') FROM area"
              " WHERE IsValid(outline) IS NOT 1"},
    {"area index: ", "SELECT 'entries and areas differ in number' WHERE"
                     " (SELECT count(*) FROM idx_area_outline) <> (SELECT count(*) FROM area)"},
    {"referral of service ", "SELECT service_key || ': to itself' FROM referral"
                             " WHERE target_key = service_key"},
};

static bool ask(struct check *c, const struct question *q, struct error *e) {
    struct statement *s = db_prepare(c->record->db, q->sql, e);
    int got;
    if (s == NULL)
        return false;
    while ((got = db_step(s, e)) == 1) {
        buf_printf(&c->fault, "%s%s", q->fault, db_text(s, 0));
        say(c);
    }
    return got == 0;
}

/* ---- every service --------------------------------------------------------------- */

/* The code of a list's item: "male:case" and "!male" are about "male". */
static struct slice item_code(struct slice item) {
    if (item.len > 0 && item.at[0] == '!')
        item = (struct slice){item.at + 1, item.len - 1};
    const char *colon = memchr(item.at, ':', item.len);
    return colon != NULL ? (struct slice){item.at, (size_t)(colon - item.at)} : item;
}

static bool has_codes(enum cell_type type) {
    return type == CELL_CODE || type == CELL_CODES || type == CELL_CHOICE ||
           type == CELL_INTERPRETERS || type == CELL_CHILDREN;
}

static void codes_check(struct check *c, const struct stored_service *service,
                        int column) {
    struct slice rest = slice_of(service->flat.cell[column]), item;
    if (rest.len == 0)
        return;
    while (slice_next(&rest, ';', &item)) {
        struct slice code = item_code(item);
        bool word = slice_is(code, "any") || slice_is(code, "none");
        if (word || vocabulary_find((enum vocabulary_id)columns[column].low, code.at,
                                    code.len) >= 0)
            continue;
        buf_printf(&c->fault, "%s of source %s: %s: unknown code %.*s",
                   service->flat.cell[COL_ID], service->source, columns[column].name,
                   (int)code.len, code.at);
        say(c);
    }
}

static const char sql_digest[] = "SELECT digest FROM service_at_location WHERE id = :id";

static bool digest_check(struct check *c, const struct stored_service *service,
                         struct error *e) {
    uint8_t digest[DIGEST_BYTES];
    struct statement *s = db_prepare(c->record->db, sql_digest, e);
    if (s == NULL)
        return false;
    flat_digest(&service->flat, &c->scratch, digest);
    db_bind_blob(s, ":id", service->id, ID_BYTES);
    int got = db_step(s, e);
    bool same = got == 1 && db_bytes(s, 0) == DIGEST_BYTES &&
                memcmp(db_blob(s, 0), digest, DIGEST_BYTES) == 0;
    db_reset(s);
    if (got >= 0 && !same) {
        buf_printf(&c->fault, "%s of source %s: its digest is of other content",
                   service->flat.cell[COL_ID], service->source);
        say(c);
    }
    return got >= 0;
}

static bool service_check(const struct stored_service *service, void *ctx,
                          struct error *e) {
    struct check *c = ctx;
    for (int i = 0; i < COL_COUNT; i++)
        if (has_codes(columns[i].type))
            codes_check(c, service, i);
    return digest_check(c, service, e);
}

bool record_check(struct record *r, void (*report)(const char *fault, void *ctx),
                  void *ctx, int64_t *faults, struct error *e) {
    struct check c = {.record = r, .say = report, .ctx = ctx};
    int64_t revision;
    bool ok = true;
    for (size_t i = 0; ok && i < sizeof questions / sizeof *questions; i++)
        ok = ask(&c, &questions[i], e);
    ok = ok && record_each(r, &revision, service_check, &c, e);
    *faults = c.faults;
    buf_free(&c.fault);
    buf_free(&c.scratch);
    return ok;
}
