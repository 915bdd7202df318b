/* SPDX-License-Identifier: Apache-2.0 */
#include "data/access/user.h"

#include <string.h>

#include "data/access/access_private.h"

/* ---- add ------------------------------------------------------------------------- */

static const char sql_add[] =
    "INSERT INTO user (name, role, organization, password, must_change, created) "
    "VALUES (:name, :role, :organization, :password, :must_change, date('now')) "
    "ON CONFLICT (name) DO NOTHING RETURNING 1";

bool user_add(struct access_db *a, const struct user *user, struct error *e) {
    const struct holder *h = &user->holder;
    const uint8_t *organization = h->has_organization ? h->organization : NULL;
    struct statement *s;
    if (!holder_check("an account", h->name, h->role, organization, e) ||
        (s = db_prepare(a->db, sql_add, e)) == NULL)
        return false;
    db_bind_text(s, ":name", h->name);
    db_bind_text(s, ":role", role_name(h->role));
    bind_organization(s, organization);
    db_bind_text(s, ":password", user->password);
    db_bind_integer(s, ":must_change", user->must_change);
    int got = run_returning(s, e);
    if (got == 0)
        error_set(e, ERR_DATA, "an account is called \"%s\": choose another name",
                  h->name);
    return got == 1;
}

/* ---- find, list ------------------------------------------------------------------ */

#define COLUMNS                                                                          \
    "user, name, role, organization, password, must_change, disabled, totp_secret, "     \
    "totp_step, created"

static const char sql_find[] = "SELECT " COLUMNS " FROM user WHERE name = :name";
static const char sql_each[] = "SELECT " COLUMNS " FROM user /*scan*/ ORDER BY name";

static bool user_read(struct statement *s, struct user *out) {
    struct holder *h = &out->holder;
    *out = (struct user){.id = db_integer(s, 0),
                         .must_change = db_integer(s, 5) != 0,
                         .disabled = db_integer(s, 6) != 0,
                         .totp_step = db_integer(s, 8)};
    column_text(s, 1, h->name, sizeof h->name);
    h->has_organization = column_blob(s, 3, h->organization, sizeof h->organization);
    column_text(s, 4, out->password, sizeof out->password);
    out->has_totp = column_blob(s, 7, out->totp_secret, USER_TOTP_BYTES);
    column_text(s, 9, out->created, sizeof out->created);
    return role_find(db_text(s, 2), db_bytes(s, 2), &h->role);
}

int user_find(struct access_db *a, const char *name, struct user *out, struct error *e) {
    struct statement *s = db_prepare(a->db, sql_find, e);
    if (s == NULL)
        return -1;
    db_bind_text(s, ":name", name);
    int got = db_step(s, e);
    if (got == 1 && !user_read(s, out))
        got = 0;
    db_reset(s);
    return got;
}

bool user_each(struct access_db *a, void (*each)(const struct user *user, void *ctx),
               void *ctx, struct error *e) {
    struct statement *s = db_prepare(a->db, sql_each, e);
    struct user user;
    int got;
    if (s == NULL)
        return false;
    while ((got = db_step(s, e)) == 1)
        if (user_read(s, &user))
            each(&user, ctx);
    crypto_wipe(&user, sizeof user);
    return got == 0;
}

/* ---- change ---------------------------------------------------------------------- */

static const char sql_password[] = "UPDATE user SET password = :password, "
                                   "must_change = :must_change WHERE user = :user";

bool user_set_password(struct access_db *a, int64_t id, const char *hash,
                       bool must_change, struct error *e) {
    struct statement *s = db_prepare(a->db, sql_password, e);
    if (s == NULL)
        return false;
    db_bind_integer(s, ":user", id);
    db_bind_text(s, ":password", hash);
    db_bind_integer(s, ":must_change", must_change);
    return db_run(s, e);
}

static const char sql_disabled[] =
    "UPDATE user SET disabled = :disabled WHERE user = :user";

bool user_set_disabled(struct access_db *a, int64_t id, bool disabled, struct error *e) {
    struct statement *s = db_prepare(a->db, sql_disabled, e);
    if (s == NULL)
        return false;
    db_bind_integer(s, ":user", id);
    db_bind_integer(s, ":disabled", disabled);
    return db_run(s, e);
}

static const char sql_totp[] =
    "UPDATE user SET totp_secret = :secret, totp_step = :step WHERE user = :user";

bool user_set_totp(struct access_db *a, int64_t id, const uint8_t *secret, int64_t step,
                   struct error *e) {
    struct statement *s = db_prepare(a->db, sql_totp, e);
    if (s == NULL)
        return false;
    db_bind_integer(s, ":user", id);
    if (secret != NULL)
        db_bind_blob(s, ":secret", secret, USER_TOTP_BYTES);
    db_bind_integer(s, ":step", step);
    return db_run(s, e);
}

static const char sql_use_totp[] = "UPDATE user SET totp_step = :step WHERE user = :user "
                                   "AND totp_step < :step RETURNING 1";

int user_use_totp(struct access_db *a, int64_t id, int64_t step, struct error *e) {
    struct statement *s = db_prepare(a->db, sql_use_totp, e);
    if (s == NULL)
        return -1;
    db_bind_integer(s, ":user", id);
    db_bind_integer(s, ":step", step);
    return run_returning(s, e);
}
