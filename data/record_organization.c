/* SPDX-License-Identifier: Apache-2.0
 *
 * Organizations: rows of one country whose names fold to the same share one, and so do
 * rows whose name is an alias that another row gives (`organization_aliases`). Each row
 * keeps its own spelling.
 *
 * An alias that is the name of an organization which stands already is reported, never
 * merged. One that came with this very run, or of which nothing stands, is merged at its
 * end, so that the order of the rows in a file does not matter.
 */
#include <stdlib.h>
#include <string.h>

#include "data/crypto.h"
#include "data/names/fold.h"
#include "data/mem.h"
#include "data/record_private.h"
#include "data/text.h"

#define NOBODY "unnamed"

/* An alias that is the name of another organization. */
struct alias_clash {
    char *alias;         /* as written */
    int64_t service_key; /* of the row that gives it */
    int64_t other;       /* 0: the alias is one of another organization */
    int64_t into;
};

/* A name of which nothing can be folded ("???") stands for itself. */
void organization_fold(struct slice name, struct buf *out) {
    name = slice_trim(name);
    out->len = 0;
    fold(name.at, name.len, out);
    if (out->len == 0)
        buf_add(out, name.at, name.len);
}

/* ---- the organization of a row --------------------------------------------------- */

static const char sql_find[] =
    "SELECT key, name, coalesce(alternate_name, '') FROM organization WHERE key = coalesce("
    "(SELECT organization_key FROM organization_alias"
    " WHERE country = :country AND name_folded = :folded LIMIT 1),"
    "(SELECT key FROM organization WHERE country = :country AND name_folded = :folded))";
static const char sql_add[] =
    "INSERT INTO organization (id, country, name, alternate_name, name_folded)"
    " VALUES (:id, :country, :name, nullif(:acronym, ''), :folded)";

static bool organization_add(struct import_run *run, struct row *row, const char *folded,
                             struct error *e) {
    uint8_t id[ID_BYTES];
    struct statement *s = db_prepare(run->db, sql_add, e);
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

bool organization_put(struct import_run *run, struct row *row, struct error *e) {
    const char *name = row->flat->cell[COL_ORGANIZATION];
    const char *acronym = row->flat->cell[COL_ORGANIZATION_ACRONYM];
    struct statement *s = db_prepare(run->db, sql_find, e);
    if (s == NULL)
        return false;
    organization_fold(slice_of(name), &run->scratch);
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

/* ---- aliases --------------------------------------------------------------------- */

static const char sql_named[] =
    "SELECT key FROM organization WHERE country = :country AND name_folded = :folded";
static const char sql_elsewhere[] =
    "SELECT organization_key FROM organization_alias WHERE country = :country"
    " AND name_folded = :folded AND organization_key <> :organization_key LIMIT 1";
static const char sql_alias[] =
    "INSERT OR IGNORE INTO organization_alias (country, name_folded, service_key,"
    " organization_key) VALUES (:country, :folded, :service_key, :organization_key)";
static const char sql_aliases_delete[] =
    "DELETE FROM organization_alias WHERE service_key = :service_key";

/* The first integer of `s`, or 0 where it has no row. */
static bool first_integer(struct statement *s, int64_t *out, struct error *e) {
    int got = db_step(s, e);
    *out = got == 1 ? db_integer(s, 0) : 0;
    db_reset(s);
    return got >= 0;
}

static struct statement *prepare_alias(struct import_run *run, const char *sql,
                                       const struct row *row, struct error *e) {
    struct statement *s = db_prepare(run->db, sql, e);
    if (s != NULL) {
        db_bind_text(s, ":country", row->flat->cell[COL_COUNTRY]);
        db_bind_text(s, ":folded", buf_text(&run->scratch));
    }
    return s;
}

static void clash_add(struct import_run *run, const struct row *row, struct slice alias,
                      int64_t other) {
    run->clash =
        xgrow(run->clash, &run->clash_capacity, run->clash_count, sizeof *run->clash);
    run->clash[run->clash_count++] = (struct alias_clash){
        .alias = xstrndup(alias.at, alias.len),
        .service_key = row->key,
        .other = other,
        .into = row->organization_key,
    };
}

static bool alias_write(struct import_run *run, const struct row *row, struct error *e) {
    struct statement *s = prepare_alias(run, sql_alias, row, e);
    if (s == NULL)
        return false;
    db_bind_integer(s, ":service_key", row->key);
    db_bind_integer(s, ":organization_key", row->organization_key);
    return db_run(s, e);
}

static bool alias_put(struct import_run *run, const struct row *row, struct slice alias,
                      struct error *e) {
    int64_t other, elsewhere;
    organization_fold(alias, &run->scratch);
    if (run->scratch.len == 0 || strcmp(buf_text(&run->scratch), NOBODY) == 0)
        return true;
    struct statement *s = prepare_alias(run, sql_named, row, e);
    if (s == NULL || !first_integer(s, &other, e))
        return false;
    if (other == row->organization_key)
        return true;
    s = prepare_alias(run, sql_elsewhere, row, e);
    if (s == NULL)
        return false;
    db_bind_integer(s, ":organization_key", row->organization_key);
    if (!first_integer(s, &elsewhere, e))
        return false;
    if (other != 0 || elsewhere != 0)
        clash_add(run, row, alias, elsewhere != 0 ? 0 : other);
    bool settled_later =
        elsewhere != 0 || (other != 0 && other <= run->organizations_before);
    return settled_later || alias_write(run, row, e);
}

bool aliases_put(struct import_run *run, const struct row *row, struct error *e) {
    struct slice rest = slice_of(row->flat->cell[COL_ORGANIZATION_ALIASES]), alias;
    if (!row->is_new) {
        struct statement *s = db_prepare(run->db, sql_aliases_delete, e);
        if (s == NULL)
            return false;
        db_bind_integer(s, ":service_key", row->key);
        if (!db_run(s, e))
            return false;
    }
    while (rest.len > 0 && slice_next(&rest, ';', &alias))
        if (!alias_put(run, row, alias, e))
            return false;
    return true;
}

/* ---- merging --------------------------------------------------------------------- */

static const char sql_same_table[] =
    "CREATE TEMP TABLE IF NOT EXISTS organization_same"
    " (from_key INTEGER PRIMARY KEY, into_key INTEGER NOT NULL);"
    "DELETE FROM organization_same";
static const char sql_same[] =
    "INSERT OR IGNORE INTO organization_same (from_key, into_key) VALUES (:from, :into)";

/* In one pass over the services. What each of them says of its organization stays. */
static const char sql_merge[] =
    "UPDATE service SET organization_key = t.key,"
    " organization_name = coalesce(service.organization_name, nullif(f.name, t.name)),"
    " organization_acronym = coalesce(service.organization_acronym,"
    "  nullif(coalesce(f.alternate_name, ''), coalesce(t.alternate_name, '')))"
    " FROM organization_same AS m"
    " JOIN organization AS f ON f.key = m.from_key"
    " JOIN organization AS t ON t.key = m.into_key"
    " WHERE service.organization_key = m.from_key";
static const char sql_merge_aliases[] =
    "UPDATE organization_alias SET organization_key = m.into_key"
    " FROM organization_same AS m WHERE organization_key = m.from_key";
static const char sql_name_is_alias[] =
    "INSERT OR IGNORE INTO organization_alias (country, name_folded, service_key,"
    " organization_key) SELECT country, name_folded, :service_key, :into"
    " FROM organization WHERE key = :other";
static const char sql_merged[] =
    "DELETE FROM organization WHERE key IN (SELECT from_key FROM organization_same)";

static bool same_add(struct db *db, int64_t from, int64_t into, struct error *e) {
    struct statement *s = db_prepare(db, sql_same, e);
    if (s == NULL)
        return false;
    db_bind_integer(s, ":from", from);
    db_bind_integer(s, ":into", into);
    return db_run(s, e);
}

static bool merge(struct db *db, struct error *e) {
    return run_sql(db, sql_merge, e) && run_sql(db, sql_merge_aliases, e) &&
           run_sql(db, sql_merged, e);
}

/* ---- aliases, at the end of a run ------------------------------------------------ */

struct keys_set {
    int64_t *key; /* sorted */
    size_t count, capacity;
};

static const char sql_standing[] =
    "SELECT DISTINCT organization_key FROM service_at_location AS s /*scan*/"
    " CROSS JOIN service ON service.key = s.key WHERE s.retired_run IS NULL"
    " ORDER BY organization_key /*sort*/";

/* The organizations that have a standing service. */
static bool standing_organizations(struct db *db, struct keys_set *out, struct error *e) {
    struct statement *s = db_prepare(db, sql_standing, e);
    int got;
    if (s == NULL)
        return false;
    while ((got = db_step(s, e)) == 1) {
        out->key = xgrow(out->key, &out->capacity, out->count, sizeof *out->key);
        out->key[out->count++] = db_integer(s, 0);
    }
    return got == 0;
}

static int by_key(const void *a, const void *b) {
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static bool stands(const struct keys_set *all, int64_t key) {
    return all->count > 0 &&
           bsearch(&key, all->key, all->count, sizeof *all->key, by_key) != NULL;
}

/* One organization that becomes another; sorted by `from`. */
struct merging {
    int64_t from, into;
};

/* Where `key` ends; chains are as long as a file makes them, so they are shortened. */
static int64_t end_of(struct merging *all, size_t count, int64_t key) {
    struct merging *m;
    int64_t end = key;
    while (count > 0 && (m = bsearch(&end, all, count, sizeof *all, by_key)) != NULL &&
           m->into != 0)
        end = m->into;
    while (key != end) {
        m = bsearch(&key, all, count, sizeof *all, by_key);
        key = m->into;
        m->into = end;
    }
    return end;
}

/* Sorted; several rows may give the same alias. */
static size_t distinct(struct merging *all, size_t count) {
    size_t kept = 0;
    for (size_t i = 0; i < count; i++)
        if (i == 0 || all[i].from != all[kept - 1].from)
            all[kept++] = all[i];
    return kept;
}

static bool name_is_alias(struct db *db, const struct alias_clash *c, struct error *e) {
    struct statement *s = db_prepare(db, sql_name_is_alias, e);
    if (s == NULL)
        return false;
    db_bind_integer(s, ":service_key", c->service_key);
    db_bind_integer(s, ":into", c->into);
    db_bind_integer(s, ":other", c->other);
    return db_run(s, e);
}

static bool merges_write(struct import_run *run, struct merging *all, size_t count,
                         struct error *e) {
    bool ok = db_exec(run->db, sql_same_table, e);
    qsort(all, count, sizeof *all, by_key);
    count = distinct(all, count);
    for (size_t i = 0; ok && i < run->clash_count; i++) {
        const struct alias_clash *c = &run->clash[i];
        struct merging *m = bsearch(&c->other, all, count, sizeof *all, by_key);
        if (m == NULL || m->into != 0 || end_of(all, count, c->into) == c->other)
            continue; /* a ring of aliases stays open at its last link */
        m->into = c->into;
        ok = name_is_alias(run->db, c, e);
    }
    for (size_t i = 0; ok && i < count; i++)
        if (all[i].into != 0)
            ok = same_add(run->db, all[i].from, end_of(all, count, all[i].from), e);
    return ok && merge(run->db, e);
}

bool organizations_settle(struct import_run *run, struct error *e) {
    struct keys_set standing = {0};
    if (run->clash_count == 0)
        return true;
    struct merging *all = xcalloc(run->clash_count, sizeof *all);
    size_t count = 0;
    bool ok = standing_organizations(run->db, &standing, e);
    for (size_t i = 0; ok && i < run->clash_count; i++) {
        const struct alias_clash *c = &run->clash[i];
        bool may_merge = c->other > run->organizations_before ||
                         (c->other != 0 && !stands(&standing, c->other));
        if (may_merge)
            all[count++].from = c->other;
        else
            ok = run_note(run, (struct run_note){.kind = NOTE_ALIAS, .value = c->alias},
                          c->service_key, 0, e);
    }
    ok = ok && (count == 0 || merges_write(run, all, count, e));
    free(all);
    free(standing.key);
    return ok;
}

void organizations_free(struct import_run *run) {
    for (size_t i = 0; i < run->clash_count; i++)
        free(run->clash[i].alias);
    free(run->clash);
}

/* ---- folding anew ---------------------------------------------------------------- */

struct name {
    int64_t key;
    char country[3];
    char *folded;
};

static int by_name(const void *a, const void *b) {
    const struct name *x = a, *y = b;
    int order = strcmp(x->country, y->country);
    if (order == 0)
        order = strcmp(x->folded, y->folded);
    return order != 0 ? order : (x->key > y->key) - (x->key < y->key);
}

static const char sql_names[] = "SELECT key, country, name FROM organization /*scan*/";

static bool names_read(struct db *db, struct name **out, size_t *count, struct error *e) {
    struct statement *s = db_prepare(db, sql_names, e);
    struct buf folded = {0};
    size_t capacity = 0;
    int got;
    if (s == NULL)
        return false;
    while ((got = db_step(s, e)) == 1) {
        *out = xgrow(*out, &capacity, *count, sizeof **out);
        struct name *n = &(*out)[(*count)++];
        organization_fold(slice_of(db_text(s, 2)), &folded);
        *n = (struct name){.key = db_integer(s, 0)};
        memcpy(n->country, db_text(s, 1), 2);
        n->folded = xstrndup(folded.data, folded.len);
    }
    buf_free(&folded);
    return got == 0;
}

/* No folded name has a '/' and a digit, so that none meets another on the way. */
static const char sql_unfold[] = "UPDATE organization SET name_folded = '/' || key";
static const char sql_fold[] =
    "UPDATE organization SET name_folded = :folded WHERE key = :key";

static bool name_write(struct db *db, const struct name *n, struct error *e) {
    struct statement *s = db_prepare(db, sql_fold, e);
    if (s == NULL)
        return false;
    db_bind_text(s, ":folded", n->folded);
    db_bind_integer(s, ":key", n->key);
    return db_run(s, e);
}

static bool same_name(const struct name *a, const struct name *b) {
    return strcmp(a->country, b->country) == 0 && strcmp(a->folded, b->folded) == 0;
}

bool organizations_refold(struct db *db, struct error *e) {
    struct name *names = NULL;
    size_t count = 0, first = 0;
    bool ok = names_read(db, &names, &count, e) && db_exec(db, sql_same_table, e) &&
              run_sql(db, sql_unfold, e);
    if (count > 0)
        qsort(names, count, sizeof *names, by_name);
    for (size_t i = 0; ok && i < count; i++) {
        if (i > 0 && same_name(&names[first], &names[i])) {
            ok = same_add(db, names[i].key, names[first].key, e);
            continue;
        }
        first = i;
        ok = name_write(db, &names[i], e);
    }
    ok = ok && merge(db, e);
    for (size_t i = 0; i < count; i++)
        free(names[i].folded);
    free(names);
    return ok;
}

/* ---- is there one ---------------------------------------------------------------- */

static const char sql_has[] =
    "SELECT 1 FROM organization WHERE id = :id AND name_folded <> '" NOBODY "'";

bool record_has_organization(struct record *r, const uint8_t id[16], bool *out,
                             struct error *e) {
    struct statement *s = db_prepare(r->db, sql_has, e);
    if (s == NULL)
        return false;
    db_bind_blob(s, ":id", id, 16);
    int got = db_step(s, e);
    db_reset(s);
    *out = got == 1;
    return got >= 0;
}
