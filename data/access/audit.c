/* SPDX-License-Identifier: Apache-2.0 */
#include "data/access/audit.h"

#include <assert.h>
#include <string.h>

#include "data/access/access_private.h"

static const char *const kinds[] = {"key", "user", "command"};

const char *actor_kind_name(enum actor_kind kind) {
    assert((size_t)kind < sizeof kinds / sizeof *kinds);
    return kinds[kind];
}

static enum actor_kind kind_find(const char *name) {
    int kind = ACTOR_COMMAND;
    while (kind > 0 && strcmp(kinds[kind], name) != 0)
        kind--;
    return (enum actor_kind)kind;
}

static const char sql_add[] =
    "INSERT INTO audit (day, kind, actor, action, object, count) "
    "VALUES (date(:now, 'unixepoch'), :kind, :actor, :action, :object, :count) "
    "ON CONFLICT (day, kind, actor, action, object) DO UPDATE SET count = count + :count";

bool audit_add(struct access_db *a, const struct audit_entry *entry, int64_t now,
               struct error *e) {
    struct statement *s = db_prepare(a->db, sql_add, e);
    if (s == NULL)
        return false;
    db_bind_integer(s, ":now", now);
    db_bind_text(s, ":kind", actor_kind_name(entry->kind));
    db_bind_text(s, ":actor", entry->actor);
    db_bind_text(s, ":action", entry->action);
    db_bind_text(s, ":object", entry->object);
    db_bind_integer(s, ":count", entry->count);
    return db_run(s, e);
}

static const char sql_each[] =
    "SELECT day, kind, actor, action, object, count FROM audit WHERE day >= :from "
    "ORDER BY day DESC, kind DESC, actor DESC, action DESC, object DESC LIMIT :limit";

bool audit_each(struct access_db *a, const char *from_day, int limit,
                void (*each)(const struct audit_entry *entry, void *ctx), void *ctx,
                struct error *e) {
    struct statement *s = db_prepare(a->db, sql_each, e);
    int got;
    if (s == NULL)
        return false;
    db_bind_text(s, ":from", from_day);
    db_bind_integer(s, ":limit", limit);
    while ((got = db_step(s, e)) == 1) {
        const struct audit_entry entry = {.day = db_text(s, 0),
                                          .kind = kind_find(db_text(s, 1)),
                                          .actor = db_text(s, 2),
                                          .action = db_text(s, 3),
                                          .object = db_text(s, 4),
                                          .count = db_integer(s, 5)};
        each(&entry, ctx);
    }
    return got == 0;
}

static const char sql_distinct[] =
    "SELECT count(*) FROM audit WHERE day = date(:now, 'unixepoch') AND kind = :kind "
    "AND actor = :actor AND action = :action";

bool audit_distinct_today(struct access_db *a, enum actor_kind kind, const char *actor,
                          const char *action, int64_t now, int64_t *out,
                          struct error *e) {
    struct statement *s = db_prepare(a->db, sql_distinct, e);
    if (s == NULL)
        return false;
    db_bind_integer(s, ":now", now);
    db_bind_text(s, ":kind", actor_kind_name(kind));
    db_bind_text(s, ":actor", actor);
    db_bind_text(s, ":action", action);
    if (db_step(s, e) != 1)
        return false;
    *out = db_integer(s, 0);
    db_reset(s);
    return true;
}

static const char sql_expire[] =
    "DELETE FROM audit WHERE day < date(:now, 'unixepoch', -:days || ' days')";

bool audit_expire(struct access_db *a, int64_t now, struct error *e) {
    struct statement *s = db_prepare(a->db, sql_expire, e);
    if (s == NULL)
        return false;
    db_bind_integer(s, ":now", now);
    db_bind_integer(s, ":days", AUDIT_DAYS);
    return db_run(s, e);
}
