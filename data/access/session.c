/* SPDX-License-Identifier: Apache-2.0 */
#include "data/access/session.h"

#include "data/access/access_private.h"

/* One statement: a password that is reset while a hash is being made opens no session. */
static const char sql_add[] =
    "INSERT INTO session (hash, user, created, last_seen, ends) "
    "SELECT :hash, user, :created, :last_seen, :ends FROM user "
    "WHERE user = :user AND disabled = 0 AND password = :password RETURNING 1";

int session_add(struct access_db *a, const struct session *session, const char *password,
                struct error *e) {
    struct statement *s = db_prepare(a->db, sql_add, e);
    if (s == NULL)
        return -1;
    db_bind_blob(s, ":hash", session->hash, SESSION_HASH_BYTES);
    db_bind_integer(s, ":user", session->user);
    db_bind_integer(s, ":created", session->created);
    db_bind_integer(s, ":last_seen", session->last_seen);
    db_bind_integer(s, ":ends", session->ends);
    db_bind_text(s, ":password", password);
    return run_returning(s, e);
}

static const char sql_seen[] =
    "UPDATE session SET last_seen = :last_seen WHERE hash = :hash";

bool session_seen(struct access_db *a, const uint8_t hash[SESSION_HASH_BYTES],
                  int64_t last_seen, struct error *e) {
    struct statement *s = db_prepare(a->db, sql_seen, e);
    if (s == NULL)
        return false;
    db_bind_blob(s, ":hash", hash, SESSION_HASH_BYTES);
    db_bind_integer(s, ":last_seen", last_seen);
    return db_run(s, e);
}

static const char sql_delete[] = "DELETE FROM session WHERE hash = :hash";

bool session_delete(struct access_db *a, const uint8_t hash[SESSION_HASH_BYTES],
                    struct error *e) {
    struct statement *s = db_prepare(a->db, sql_delete, e);
    if (s == NULL)
        return false;
    db_bind_blob(s, ":hash", hash, SESSION_HASH_BYTES);
    return db_run(s, e);
}

static const char sql_delete_user[] =
    "DELETE FROM session WHERE user = :user AND hash IS NOT :but";

bool session_delete_user(struct access_db *a, int64_t user, const uint8_t *but,
                         struct error *e) {
    struct statement *s = db_prepare(a->db, sql_delete_user, e);
    if (s == NULL)
        return false;
    db_bind_integer(s, ":user", user);
    if (but != NULL)
        db_bind_blob(s, ":but", but, SESSION_HASH_BYTES);
    return db_run(s, e);
}

static const char sql_delete_expired[] =
    "DELETE FROM session /*scan*/ WHERE ends <= :now OR last_seen <= :idle_since";

bool session_delete_expired(struct access_db *a, int64_t now, int64_t idle_since,
                            struct error *e) {
    struct statement *s = db_prepare(a->db, sql_delete_expired, e);
    if (s == NULL)
        return false;
    db_bind_integer(s, ":now", now);
    db_bind_integer(s, ":idle_since", idle_since);
    return db_run(s, e);
}

static const char sql_each[] =
    "SELECT s.hash, s.user, s.created, s.last_seen, s.ends, u.name, u.role, "
    "u.organization, u.must_change FROM session s /*scan*/ JOIN user u USING (user) "
    "WHERE u.disabled = 0";

static bool session_read(struct statement *s, struct session *out) {
    struct holder *h = &out->holder;
    *out = (struct session){.user = db_integer(s, 1),
                            .created = db_integer(s, 2),
                            .last_seen = db_integer(s, 3),
                            .ends = db_integer(s, 4),
                            .must_change = db_integer(s, 8) != 0};
    column_text(s, 5, h->name, sizeof h->name);
    h->has_organization = column_blob(s, 7, h->organization, sizeof h->organization);
    return column_blob(s, 0, out->hash, SESSION_HASH_BYTES) &&
           role_find(db_text(s, 6), db_bytes(s, 6), &h->role);
}

bool session_each(struct access_db *a,
                  void (*each)(const struct session *session, void *ctx), void *ctx,
                  struct error *e) {
    struct statement *s = db_prepare(a->db, sql_each, e);
    struct session session;
    int got;
    if (s == NULL)
        return false;
    while ((got = db_step(s, e)) == 1)
        if (session_read(s, &session))
            each(&session, ctx);
    return got == 0;
}
