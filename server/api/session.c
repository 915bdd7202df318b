/* SPDX-License-Identifier: Apache-2.0
 *
 * Signing in and out, one's own sessions, password and second factor. All but asking who one
 * is goes to a worker: passwords take time by design.
 */
#include <stdio.h>
#include <string.h>

#include "data/crypto.h"
#include "server/access/sign_in.h"
#include "server/api/failure.h"
#include "server/api/fields.h"
#include "server/api/handlers.h"
#include "server/api/params.h"

#define SECRET_BYTES 1024 /* of a name, a password or a code, as sent */

const struct param sign_in_params[] = {
    {"user", PARAM_STRING, -1, 1, 100, NULL, "name of the account", .in_url = false},
    {"password", PARAM_STRING, -1, 1, 200, NULL, "its password", .in_url = false},
    {"code", PARAM_STRING, -1, 6, 10, NULL, "of the second factor, where there is one",
     .in_url = false},
    {0},
};

const struct param password_params[] = {
    {"old", PARAM_STRING, -1, 1, 200, NULL, "the password as it is now", .in_url = false},
    {"new", PARAM_STRING, -1, 12, 200, NULL, "the new one: 12 bytes at least",
     .in_url = false},
    {0},
};

const struct param totp_params[] = {
    {"password", PARAM_STRING, -1, 1, 200, NULL,
     "to get the secret of a new second factor", .in_url = false},
    {"code", PARAM_STRING, -1, 6, 10, NULL, "to confirm it: the code that it makes now",
     .in_url = false},
    {0},
};

const struct param totp_remove_params[] = {
    {"password", PARAM_STRING, -1, 1, 200, NULL, "the password as it is now",
     .in_url = false},
    {0},
};

/* Texts of a request that are wiped when it is answered. */
struct secrets {
    char user[SECRET_BYTES], password[SECRET_BYTES], code[SECRET_BYTES],
        new[SECRET_BYTES];
};

/* Copies a string argument; false: a fault. A missing one is "", a fault where needed. */
static bool take(const struct args *args, const char *name, bool needed,
                 char out[SECRET_BYTES], struct faults *f) {
    const struct arg *a = param_get(args, name);
    struct slice text;
    out[0] = '\0';
    if (a == NULL)
        return !needed || fault_add(f, slice_of(name), "is missing");
    if (!param_string(a, &text, f))
        return false;
    if (text.len >= SECRET_BYTES || memchr(text.at, '\0', text.len) != NULL)
        return fault_add(f, a->name, "is too long");
    memcpy(out, text.at, text.len);
    out[text.len] = '\0';
    return true;
}

static struct credentials credentials_of(const struct secrets *s,
                                         const struct request *q) {
    return (struct credentials){s->user, s->password, s->code, q->client};
}

/* What asks for a second factor has to come with one of two things. */
static bool take_totp(const struct args *args, struct secrets *s, struct faults *f) {
    take(args, "password", false, s->password, f);
    take(args, "code", false, s->code, f);
    if (f->count == 0 && s->password[0] == '\0' && s->code[0] == '\0')
        fault_add(f, slice_of("password"),
                  "is missing: the password to begin, or the code to confirm");
    return f->count == 0;
}

/* What did not come to SIGN_IN_DONE. */
static void respond_refused(struct response *r, enum sign_in_result result, int wait_s,
                            const struct error *e) {
    switch (result) {
    case SIGN_IN_WAIT:
        problem(r, 429, "Too many tries, or too many at once. Wait, then try again.", NULL);
        r->retry_after_s = wait_s;
        break;
    case SIGN_IN_CODE_NEEDED: {
        struct faults faults = {0};
        fault_add(&faults, slice_of("code"),
                  "is missing: this account has a second factor");
        problem(r, 401, "A code of the second factor is needed.", &faults);
        break;
    }
    case SIGN_IN_WRONG:
        problem(r, 401, "The name, the password or the code is wrong.", NULL);
        break;
    default:
        respond_failure(r, e);
    }
}

static void respond_nothing(struct response *r) {
    r->status = 204;
    r->caching = CACHE_NEVER;
}

/* 204 for what is done; else why it is not. */
static void respond_done(struct response *r, enum sign_in_result result, int wait_s,
                         const struct error *e) {
    if (result == SIGN_IN_DONE)
        respond_nothing(r);
    else
        respond_refused(r, result, wait_s, e);
}

static void set_cookie(struct response *r, const char *token) {
    snprintf(r->cookie, sizeof r->cookie,
             ACCESS_COOKIE "=%s; Path=/; Secure; HttpOnly; SameSite=Strict%s", token,
             token[0] == '\0' ? "; Max-Age=0" : "");
}

void clear_session_cookie(struct response *r) {
    set_cookie(r, "");
}

/* ---- in and out ------------------------------------------------------------------------- */

static void add_who(struct context *c, struct buf *b, enum role role, const char *name,
                    bool must_change) {
    buf_char(b, '{');
    add_text_field(b, c, FIELD_SESSION_ROLE, role_name(role));
    add_text_field(b, c, FIELD_SESSION_NAME, name);
    add_bool_field(b, c, FIELD_SESSION_MUST_CHANGE, must_change);
    buf_char(b, '}');
}

void handle_sign_in(struct context *c, struct request *q, struct response *r) {
    struct secrets s;
    struct faults faults = {0};
    struct signed_in in = {0};
    struct error e = {0};
    if (params_known(&q->args, sign_in_params, &faults)) {
        take(&q->args, "user", true, s.user, &faults);
        take(&q->args, "password", true, s.password, &faults);
        take(&q->args, "code", false, s.code, &faults);
    }
    if (faults.count > 0) {
        problem(r, 400, NULL, &faults);
        return;
    }
    struct credentials credentials = credentials_of(&s, q);
    enum sign_in_result result = sign_in(c->access, &credentials, c->now, &in, &e);
    crypto_wipe(&s, sizeof s);
    if (result != SIGN_IN_DONE) {
        respond_refused(r, result, in.wait_s, &e);
        return;
    }
    respond_json(r);
    set_cookie(r, in.token);
    add_who(c, &r->body, in.holder.role, in.holder.name, in.must_change);
    crypto_wipe(&in, sizeof in);
}

void handle_session(struct context *c, struct request *q, struct response *r) {
    struct faults faults = {0};
    if (!params_known(&q->args, NULL, &faults)) {
        problem(r, 400, NULL, &faults);
        return;
    }
    respond_json(r);
    add_who(c, &r->body, c->role,
            c->caller->kind == CALLER_NOBODY ? NULL : c->caller->name,
            c->caller->must_change);
}

static void sign_out(struct context *c, struct response *r, bool everywhere) {
    struct error e = {0};
    if (c->caller->kind != CALLER_SESSION)
        problem(r, 400, "Only a session can be ended.", NULL);
    else if (!access_sign_out(c->access, c->caller, everywhere, &e))
        respond_failure(r, &e);
    else
        respond_nothing(r);
    clear_session_cookie(r);
}

void handle_sign_out(struct context *c, struct request *q, struct response *r) {
    (void)q;
    sign_out(c, r, false);
}

void handle_sign_out_everywhere(struct context *c, struct request *q,
                                struct response *r) {
    (void)q;
    sign_out(c, r, true);
}

/* ---- one's own sessions ----------------------------------------------------------------- */

struct listing {
    const struct context *c;
    struct buf *b;
};

static void add_session(const struct session *session, void *ctx) {
    struct listing *l = ctx;
    buf_json_comma(l->b);
    buf_char(l->b, '{');
    add_time_field(l->b, l->c, FIELD_OPEN_CREATED, session->created);
    add_time_field(l->b, l->c, FIELD_OPEN_LAST_SEEN, session->last_seen);
    add_time_field(l->b, l->c, FIELD_OPEN_ENDS, session->ends);
    add_bool_field(l->b, l->c, FIELD_OPEN_CURRENT,
                   memcmp(session->hash, l->c->caller->session, SESSION_HASH_BYTES) == 0);
    buf_char(l->b, '}');
}

void handle_sessions(struct context *c, struct request *q, struct response *r) {
    struct listing l = {c, &r->body};
    (void)q;
    respond_json(r);
    buf_char(&r->body, '{');
    if (add_field(&r->body, c, FIELD_SESSIONS_SESSIONS)) {
        buf_char(&r->body, '[');
        if (c->caller->kind == CALLER_SESSION)
            access_each_session(c->access, c->caller, add_session, &l);
        buf_char(&r->body, ']');
    }
    buf_char(&r->body, '}');
}

/* ---- password and second factor --------------------------------------------------------- */

/* True for a person who is signed in; else answered: a key has no password. */
static bool is_person(struct context *c, struct response *r) {
    if (c->caller->kind == CALLER_SESSION)
        return true;
    problem(r, 400, "Only a person who is signed in has a password.", NULL);
    return false;
}

void handle_password(struct context *c, struct request *q, struct response *r) {
    struct secrets s;
    struct faults faults = {0};
    struct error e = {0};
    int wait_s = 0;
    if (!is_person(c, r))
        return;
    if (params_known(&q->args, password_params, &faults)) {
        take(&q->args, "old", true, s.password, &faults);
        take(&q->args, "new", true, s.new, &faults);
    }
    if (faults.count > 0) {
        problem(r, 400, NULL, &faults);
        return;
    }
    s.user[0] = s.code[0] = '\0';
    struct credentials credentials = credentials_of(&s, q);
    enum sign_in_result result =
        change_password(c->access, c->caller, &credentials, s.new, c->now, &wait_s, &e);
    crypto_wipe(&s, sizeof s);
    respond_done(r, result, wait_s, &e);
}

static void begin_totp(struct context *c, const struct credentials *credentials,
                       struct response *r) {
    struct totp_offer offer;
    struct error e = {0};
    int wait_s = 0;
    enum sign_in_result result =
        totp_begin(c->access, c->caller, credentials, c->now, &offer, &wait_s, &e);
    if (result != SIGN_IN_DONE) {
        respond_refused(r, result, wait_s, &e);
        return;
    }
    respond_json(r);
    buf_char(&r->body, '{');
    add_text_field(&r->body, c, FIELD_TOTP_SECRET, offer.text);
    add_text_field(&r->body, c, FIELD_TOTP_URI, offer.uri);
    buf_char(&r->body, '}');
    crypto_wipe(&offer, sizeof offer);
}

void handle_totp(struct context *c, struct request *q, struct response *r) {
    struct secrets s;
    struct faults faults = {0};
    struct error e = {0};
    if (!is_person(c, r))
        return;
    if (!params_known(&q->args, totp_params, &faults) ||
        !take_totp(&q->args, &s, &faults)) {
        problem(r, 400, NULL, &faults);
        return;
    }
    s.user[0] = '\0';
    struct credentials credentials = credentials_of(&s, q);
    if (s.code[0] == '\0') {
        begin_totp(c, &credentials, r);
    } else {
        enum sign_in_result result =
            totp_confirm(c->access, c->caller, s.code, c->now, &e);
        respond_done(r, result, 0, &e);
    }
    crypto_wipe(&s, sizeof s);
}

void handle_totp_remove(struct context *c, struct request *q, struct response *r) {
    struct secrets s;
    struct faults faults = {0};
    struct error e = {0};
    int wait_s = 0;
    if (!is_person(c, r))
        return;
    if (!params_known(&q->args, totp_remove_params, &faults) ||
        !take(&q->args, "password", true, s.password, &faults)) {
        problem(r, 400, NULL, &faults);
        return;
    }
    s.user[0] = s.code[0] = '\0';
    struct credentials credentials = credentials_of(&s, q);
    enum sign_in_result result =
        totp_remove(c->access, c->caller, &credentials, c->now, &wait_s, &e);
    crypto_wipe(&s, sizeof s);
    respond_done(r, result, wait_s, &e);
}
