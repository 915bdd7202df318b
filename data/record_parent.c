/* SPDX-License-Identifier: Apache-2.0
 *
 * What a place lies in. A row may name a place that comes later in the file, so a parent
 * that is not there yet is looked for again when all rows are in:
 *
 *   put a (parent b)   b stands: a's parent, at once
 *   put c (parent d)   d does not: pending
 *   put d
 *   settle             d stands now: c's parent. What names nothing then is at fault
 *
 * The levels are looked at last, when every row is as it will stay. A parent is of a
 * broader level than what lies in it, so no place can come to lie in itself.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "data/place.h"
#include "data/record_private.h"
#include "data/vocabulary.h"

/* A row that was put. */
struct put_place {
    int64_t key, line, number;
    const char *parents; /* still to be found, or NULL */
    bool unchanged;
};

struct parents {
    struct put_place *put;
    size_t count, capacity;
    struct arena texts;
    bool sorted; /* by key */
};

static struct parents *parents_of(struct import_run *run) {
    if (run->parents == NULL)
        run->parents = xcalloc(1, sizeof *run->parents);
    return run->parents;
}

void parents_free(struct import_run *run) {
    if (run->parents == NULL)
        return;
    free(run->parents->put);
    arena_free(&run->parents->texts);
    free(run->parents);
}

void parents_note(struct import_run *run, const struct place_row *row, int64_t key,
                  bool pending, bool unchanged) {
    struct parents *p = parents_of(run);
    p->put = xgrow(p->put, &p->capacity, p->count, sizeof *p->put);
    p->put[p->count++] = (struct put_place){
        .key = key,
        .line = row->line,
        .number = row->number,
        .parents = pending ? arena_strndup(&p->texts, row->parent, strlen(row->parent))
                           : NULL,
        .unchanged = unchanged};
}

/* ---- finding one ------------------------------------------------------------------- */

static const char sql_find[] =
    "SELECT key, country FROM place WHERE source_key = :source_key"
    " AND source_id = :id AND retired_run IS NULL";

/* The key of the place of the source with this id, 0 where none stands in `country`;
 * `elsewhere` (may be NULL) is the country that it stands in, where that is another. */
static bool find(struct import_run *run, struct slice id, const char *country,
                 int64_t *out, char elsewhere[3], struct error *e) {
    struct statement *s = db_prepare(run->db, sql_find, e);
    if (s == NULL)
        return false;
    run->scratch.len = 0;
    buf_add(&run->scratch, id.at, id.len);
    db_bind_integer(s, ":source_key", run->source_key);
    db_bind_text(s, ":id", buf_text(&run->scratch));
    int got = db_step(s, e);
    bool here = got == 1 && strcmp(db_text(s, 1), country) == 0;
    *out = here ? db_integer(s, 0) : 0;
    if (got == 1 && !here && elsewhere != NULL)
        snprintf(elsewhere, 3, "%.2s", db_text(s, 1));
    db_reset(s);
    return got >= 0;
}

/* The next id of a list that is not the place's own. */
static bool next_id(struct slice *rest, const char *own, struct slice *id) {
    while (slice_next(rest, ';', id))
        if (id->len > 0 && !slice_is(*id, own))
            return true;
    return false;
}

bool parent_find(struct import_run *run, const struct place_row *row, int64_t *out,
                 bool *pending, struct error *e) {
    struct slice rest = slice_of(row->parent), id;
    *out = 0;
    *pending = false;
    if (!next_id(&rest, row->id, &id))
        return true;
    if (!find(run, id, row->country, out, NULL, e))
        return false;
    *pending = *out == 0;
    return true;
}

/* ---- settling ---------------------------------------------------------------------- */

struct settling {
    struct import_run *run;
    place_fault *fault; /* or NULL */
    void *ctx;
    struct error first; /* for who does not listen */
    int64_t faults, moved;
};

static void tell(struct settling *s, const struct put_place *p, const char *message) {
    if (s->faults++ == 0)
        error_set(&s->first, ERR_DATA, "%s", message);
    if (s->fault != NULL)
        s->fault(p->line, p->number, message, s->ctx);
}

static const char sql_child[] =
    "SELECT source_id, country, parent_key FROM place WHERE key = :key";
static const char sql_set[] =
    "UPDATE place SET parent_key = nullif(:parent_key, 0), changed_run = :run_key"
    " WHERE key = :key";

static bool set_parent(struct settling *s, struct put_place *p, int64_t parent,
                       struct error *e) {
    if (!run_changes(s->run, e))
        return false;
    struct statement *set = db_prepare(s->run->db, sql_set, e);
    if (set == NULL)
        return false;
    db_bind_integer(set, ":parent_key", parent);
    db_bind_integer(set, ":run_key", s->run->key);
    db_bind_integer(set, ":key", p->key);
    if (!db_run(set, e))
        return false;
    s->moved += p->unchanged;
    s->run->unchanged -= p->unchanged;
    s->run->updated += p->unchanged;
    p->unchanged = false;
    return true;
}

/* The first of the list that stands in the country. The country's own code is the country,
 * where no place of the source has it for its id. `*known` false: the list names nothing
 * that there is. */
static bool choose(struct settling *s, const char *own, const char *country,
                   const char *list, int64_t *out, bool *known, char elsewhere[3],
                   struct error *e) {
    struct slice rest = slice_of(list), id;
    *out = 0;
    *known = false;
    while (!*known && next_id(&rest, own, &id)) {
        if (!find(s->run, id, country, out, elsewhere, e))
            return false;
        *known = *out != 0 || slice_is(id, country);
    }
    return true;
}

static void tell_unknown(struct settling *s, const struct put_place *p,
                         const char *country, const char *elsewhere) {
    char message[400];
    if (elsewhere[0] != '\0')
        snprintf(message, sizeof message,
                 "parent: \"%.100s\" is of the country %s, not %s", p->parents, elsewhere,
                 country);
    else
        snprintf(message, sizeof message,
                 "parent: no place has the id \"%.100s\"; allowed: an id of this file or "
                 "of the same source, or %s, the country",
                 p->parents, country);
    tell(s, p, message);
}

static bool settle_one(struct settling *s, struct put_place *p, struct error *e) {
    char own[PLACE_ID_BYTES_MAX + 1], country[3], elsewhere[3] = "";
    struct statement *child = db_prepare(s->run->db, sql_child, e);
    if (child == NULL)
        return false;
    db_bind_integer(child, ":key", p->key);
    if (db_step(child, e) != 1)
        return false;
    snprintf(own, sizeof own, "%s", db_text(child, 0));
    snprintf(country, sizeof country, "%.2s", db_text(child, 1));
    int64_t before = db_integer(child, 2), parent;
    bool known;
    db_reset(child);
    if (!choose(s, own, country, p->parents, &parent, &known, elsewhere, e))
        return false;
    if (known)
        return parent == before || set_parent(s, p, parent, e);
    tell_unknown(s, p, country, elsewhere);
    return true;
}

static int by_key(const void *a, const void *b) {
    const struct put_place *x = a, *y = b;
    return x->key < y->key ? -1 : x->key > y->key;
}

static const struct put_place *put_of(struct parents *p, int64_t key) {
    const struct put_place wanted = {.key = key};
    if (!p->sorted)
        qsort(p->put, p->count, sizeof *p->put, by_key);
    p->sorted = true;
    return bsearch(&wanted, p->put, p->count, sizeof *p->put, by_key);
}

static enum place_level level_of(const char *kind) {
    return place_level(vocabulary_find(VOC_PLACE_KIND, kind, strlen(kind)));
}

/* A pair of which the child, or where that is not in the file the parent, is at fault. */
static void judge(struct settling *s, struct statement *pair) {
    const char *child = db_text(pair, 1), *kind = db_text(pair, 2);
    const char *country = db_text(pair, 3), *parent = db_text(pair, 5);
    const char *parent_kind = db_text(pair, 6), *parent_country = db_text(pair, 7);
    bool same = strcmp(country, parent_country) == 0;
    char message[400];
    if (same && level_of(parent_kind) < level_of(kind))
        return;
    const struct put_place *put = put_of(s->run->parents, db_integer(pair, 0));
    if (!same)
        snprintf(message, sizeof message,
                 "parent: \"%.100s\" is of the country %.2s, not %.2s", parent,
                 parent_country, country);
    else
        snprintf(message, sizeof message,
                 "parent: \"%.100s\" is a %.20s, and cannot hold a %.20s", parent,
                 parent_kind, kind);
    if (put == NULL) {
        put = put_of(s->run->parents, db_integer(pair, 4));
        snprintf(message, sizeof message,
                 "it cannot be a %.20s of %.2s while \"%.100s\", a %.20s of %.2s, lies in "
                 "it",
                 parent_kind, parent_country, child, kind, country);
    }
    if (put != NULL)
        tell(s, put, message);
}

static const char sql_pairs[] =
    "SELECT place.key, place.source_id, place.kind, place.country, parent.key,"
    " parent.source_id, parent.kind, parent.country FROM place"
    " CROSS JOIN place AS parent ON parent.key = place.parent_key"
    " WHERE place.source_key = :source_key AND place.retired_run IS NULL";

static bool judge_all(struct settling *s, struct error *e) {
    struct statement *pairs = db_prepare(s->run->db, sql_pairs, e);
    int got;
    if (pairs == NULL)
        return false;
    db_bind_integer(pairs, ":source_key", s->run->source_key);
    while ((got = db_step(pairs, e)) == 1)
        judge(s, pairs);
    return got == 0;
}

static bool settle_all(struct settling *s, struct error *e) {
    struct parents *p = s->run->parents;
    for (size_t i = 0; i < p->count; i++)
        if (p->put[i].parents != NULL && !settle_one(s, &p->put[i], e))
            return false;
    return s->run->key == 0 || judge_all(s, e);
}

bool places_settle(struct import_run *run, place_fault *fault, void *ctx, int64_t *moved,
                   struct error *e) {
    struct settling s = {.run = run, .fault = fault, .ctx = ctx};
    if (run->parents == NULL || run->parents_settled)
        return true;
    run->parents_settled = settle_all(&s, e);
    run->broken = run->broken || !run->parents_settled || s.faults > 0;
    if (moved != NULL)
        *moved = s.moved;
    if (run->parents_settled && s.faults > 0 && fault == NULL)
        *e = s.first;
    return run->parents_settled && (s.faults == 0 || fault != NULL);
}

/* ---- retiring ---------------------------------------------------------------------- */

static const char sql_orphan[] =
    "SELECT place.source_id, parent.source_id FROM place"
    " CROSS JOIN place AS parent ON parent.key = place.parent_key"
    " WHERE place.source_key = :source_key AND place.retired_run IS NULL"
    " AND parent.retired_run IS NOT NULL LIMIT 1";

bool parents_stand(struct import_run *run, struct error *e) {
    struct statement *s = db_prepare(run->db, sql_orphan, e);
    if (s == NULL)
        return false;
    db_bind_integer(s, ":source_key", run->source_key);
    int got = db_step(s, e);
    if (got == 1)
        error_set(e, ERR_DATA,
                  "\"%.100s\" would be retired while \"%.100s\" lies in it; import the "
                  "file of what lies in it first",
                  db_text(s, 1), db_text(s, 0));
    db_reset(s);
    return got == 0;
}
