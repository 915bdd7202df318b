/* SPDX-License-Identifier: Apache-2.0 */
#include "server/access/sign_in.h"

#include <string.h>

#include "data/crypto.h"
#include "server/access/access_private.h"
#include "server/access/password.h"

/* Fewer than there are workers, so that a flood of passwords does not keep other work from
 * them; and each takes CRYPTO_PASSWORD_MEMORY. */
#define HASHING_MAX 2

/* ---- the password ---------------------------------------------------------------- */

static bool hashing_begins(struct access_control *a) {
    if (atomic_fetch_add(&a->hashing, 1) < HASHING_MAX)
        return true;
    atomic_fetch_sub(&a->hashing, 1);
    return false;
}

static void hashing_ends(struct access_control *a) {
    atomic_fetch_sub(&a->hashing, 1);
}

/* As user_find(), but an account that is disabled is none. */
static int find_user(struct access_control *a, const char *name, struct user *out,
                     struct error *e) {
    int got = user_find(store_take(a->store), name, out, e);
    store_give(a->store);
    return got == 1 && out->disabled ? 0 : got;
}

static bool is_right(struct access_control *a, const struct user *user, int found,
                     const char *password, int64_t now) {
    bool right = crypto_password_verify(found == 1 ? user->password : NULL, password,
                                        strlen(password));
    if (!right && found == 1)
        uses_count(a->uses, ACTOR_USER, user->holder.name, "sign_in_refused", now);
    return right;
}

/* Looks at the password of the account `name`. SIGN_IN_DONE: it is right, `*user` is set and
 * the guard waits for the end of `*ticket`. */
static enum sign_in_result check_password(struct access_control *a, const char *name,
                                          const struct credentials *c, int64_t now,
                                          struct user *user, struct guard_ticket *ticket,
                                          int *wait_s, struct error *e) {
    *wait_s = 1;
    if (!hashing_begins(a))
        return SIGN_IN_WAIT;
    enum sign_in_result result = SIGN_IN_WAIT;
    *wait_s = guard_try(a->guard, name, c->client, now, ticket);
    if (*wait_s == 0) {
        int found = find_user(a, name, user, e);
        result = found < 0                                    ? SIGN_IN_FAILED
                 : is_right(a, user, found, c->password, now) ? SIGN_IN_DONE
                                                              : SIGN_IN_WRONG;
        if (result == SIGN_IN_FAILED)
            guard_withdraw(a->guard, ticket, now);
    }
    hashing_ends(a);
    return result;
}

/* ---- sign in --------------------------------------------------------------------- */

static enum sign_in_result check_code(struct access_control *a, const struct user *user,
                                      const char *code, int64_t now,
                                      const struct guard_ticket *ticket,
                                      struct error *e) {
    int64_t step;
    if (!user->has_totp)
        return SIGN_IN_DONE;
    if (code[0] == '\0') {
        guard_withdraw(a->guard, ticket, now);
        return SIGN_IN_CODE_NEEDED;
    }
    if (!totp_check(user->totp_secret, code, now, user->totp_step, &step))
        return SIGN_IN_WRONG;
    int used = user_use_totp(store_take(a->store), user->id, step, e);
    store_give(a->store);
    return used < 0 ? SIGN_IN_FAILED : used == 1 ? SIGN_IN_DONE : SIGN_IN_WRONG;
}

/* Hashes made with other costs are made anew while the password is at hand. */
static bool renew_hash(struct access_control *a, struct user *user, const char *password,
                       struct error *e) {
    if (!crypto_password_outdated(user->password))
        return true;
    if (!crypto_password_hash(password, strlen(password), user->password, e))
        return false;
    bool done = user_set_password(store_take(a->store), user->id, user->password,
                                  user->must_change, e);
    store_give(a->store);
    return done;
}

static enum sign_in_result open_session(struct access_control *a, struct user *user,
                                        const char *password, int64_t now,
                                        struct signed_in *out, struct error *e) {
    if (!renew_hash(a, user, password, e))
        return SIGN_IN_FAILED;
    int opened = sessions_open(a->sessions, user, now, out->token, e);
    if (opened != 1)
        return opened < 0 ? SIGN_IN_FAILED : SIGN_IN_WRONG;
    out->holder = user->holder;
    out->must_change = user->must_change;
    uses_count(a->uses, ACTOR_USER, user->holder.name, "sign_in", now);
    return SIGN_IN_DONE;
}

enum sign_in_result sign_in(struct access_control *a, const struct credentials *c,
                            int64_t now, struct signed_in *out, struct error *e) {
    struct user user;
    struct guard_ticket ticket;
    *out = (struct signed_in){0};
    enum sign_in_result result =
        check_password(a, c->name, c, now, &user, &ticket, &out->wait_s, e);
    if (result == SIGN_IN_DONE)
        result = check_code(a, &user, c->code, now, &ticket, e);
    if (result == SIGN_IN_DONE)
        result = open_session(a, &user, c->password, now, out, e);
    if (result == SIGN_IN_DONE)
        guard_passed(a->guard, &ticket, now);
    crypto_wipe(&user, sizeof user);
    return result;
}

/* ---- changes by who is signed in -------------------------------------------------- */

/* The caller's account, once its password was given; its tries are then forgotten. */
static enum sign_in_result reauthenticate(struct access_control *a,
                                          const struct caller *caller,
                                          const struct credentials *c, int64_t now,
                                          struct user *user, int *wait_s,
                                          struct error *e) {
    struct guard_ticket ticket;
    *wait_s = 0;
    if (caller->kind != CALLER_SESSION) {
        error_set(e, ERR_USAGE, "only who is signed in has an account to change");
        return SIGN_IN_FAILED;
    }
    enum sign_in_result result =
        check_password(a, caller->name, c, now, user, &ticket, wait_s, e);
    if (result == SIGN_IN_DONE)
        guard_passed(a->guard, &ticket, now);
    return result;
}

static bool audit_own(struct access_db *db, const struct user *user, const char *action,
                      int64_t now, struct error *e) {
    const struct audit_entry entry = {.kind = ACTOR_USER,
                                      .actor = user->holder.name,
                                      .action = action,
                                      .object = user->holder.name,
                                      .count = 1};
    return audit_add(db, &entry, now, e);
}

static bool write_password(struct access_control *a, const struct user *user,
                           const char *hash, const uint8_t *session, int64_t now,
                           struct error *e) {
    struct access_db *db = store_take(a->store);
    bool done = access_db_begin(db, e) &&
                user_set_password(db, user->id, hash, false, e) &&
                session_delete_user(db, user->id, session, e) &&
                audit_own(db, user, "password_change", now, e) && access_db_commit(db, e);
    store_give(a->store);
    return done && sessions_reload(a->sessions, e);
}

static bool set_password(struct access_control *a, const struct user *user,
                         const char *password, const uint8_t *session, int64_t now,
                         struct error *e) {
    char hash[CRYPTO_PASSWORD_SIZE];
    return password_check(password, strlen(password), user->holder.name, e) &&
           crypto_password_hash(password, strlen(password), hash, e) &&
           write_password(a, user, hash, session, now, e);
}

enum sign_in_result change_password(struct access_control *a, const struct caller *caller,
                                    const struct credentials *c, const char *new_password,
                                    int64_t now, int *wait_s, struct error *e) {
    struct user user;
    enum sign_in_result result = reauthenticate(a, caller, c, now, &user, wait_s, e);
    if (result == SIGN_IN_DONE && strcmp(new_password, c->password) == 0) {
        error_set(e, ERR_USAGE, "the new password is the old one");
        result = SIGN_IN_FAILED;
    }
    if (result == SIGN_IN_DONE &&
        !set_password(a, &user, new_password, caller->session, now, e))
        result = SIGN_IN_FAILED;
    crypto_wipe(&user, sizeof user);
    return result;
}

/* ---- the second factor ------------------------------------------------------------ */

enum sign_in_result totp_begin(struct access_control *a, const struct caller *caller,
                               const struct credentials *c, int64_t now,
                               struct totp_offer *out, int *wait_s, struct error *e) {
    struct user user;
    uint8_t secret[TOTP_SECRET_BYTES];
    enum sign_in_result result = reauthenticate(a, caller, c, now, &user, wait_s, e);
    if (result == SIGN_IN_DONE) {
        totp_secret_make(secret);
        sessions_set_pending(a->sessions, caller->session, secret);
        totp_text(secret, out->text);
        totp_uri(secret, user.holder.name, out->uri);
    }
    crypto_wipe(secret, sizeof secret);
    crypto_wipe(&user, sizeof user);
    return result;
}

/* Sets or, with NULL, takes away. */
static bool write_totp(struct access_control *a, const struct user *user,
                       const uint8_t *secret, int64_t step, int64_t now,
                       struct error *e) {
    struct access_db *db = store_take(a->store);
    bool done =
        access_db_begin(db, e) && user_set_totp(db, user->id, secret, step, e) &&
        audit_own(db, user, secret != NULL ? "totp_set" : "totp_remove", now, e) &&
        access_db_commit(db, e);
    store_give(a->store);
    return done;
}

enum sign_in_result totp_confirm(struct access_control *a, const struct caller *caller,
                                 const char *code, int64_t now, struct error *e) {
    struct user user;
    uint8_t secret[TOTP_SECRET_BYTES];
    int64_t step;
    enum sign_in_result result = SIGN_IN_WRONG;
    if (!sessions_get_pending(a->sessions, caller->session, secret)) {
        error_set(e, ERR_USAGE,
                  "no second factor waits to be confirmed: ask for one first");
        return SIGN_IN_FAILED;
    }
    if (totp_check(secret, code, now, 0, &step)) {
        int found = find_user(a, caller->name, &user, e);
        result = found == 0 ? SIGN_IN_WRONG
                 : found == 1 && write_totp(a, &user, secret, step, now, e)
                     ? SIGN_IN_DONE
                     : SIGN_IN_FAILED;
    }
    if (result == SIGN_IN_DONE)
        sessions_set_pending(a->sessions, caller->session, NULL);
    crypto_wipe(secret, sizeof secret);
    crypto_wipe(&user, sizeof user);
    return result;
}

enum sign_in_result totp_remove(struct access_control *a, const struct caller *caller,
                                const struct credentials *c, int64_t now, int *wait_s,
                                struct error *e) {
    struct user user;
    enum sign_in_result result = reauthenticate(a, caller, c, now, &user, wait_s, e);
    if (result == SIGN_IN_DONE && !write_totp(a, &user, NULL, 0, now, e))
        result = SIGN_IN_FAILED;
    crypto_wipe(&user, sizeof user);
    return result;
}
