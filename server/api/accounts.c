/* SPDX-License-Identifier: Apache-2.0
 *
 * For admins: the accounts, the keys, and the audit trail. They are made and ended by
 * command (haven user, haven key).
 */
#include <string.h>

#include "data/access/audit.h"
#include "data/access/key.h"
#include "data/access/user.h"
#include "server/access/access.h"
#include "server/api/failure.h"
#include "server/api/fields.h"
#include "server/api/handlers.h"
#include "server/api/params.h"
#include "server/http/metrics.h"

#define AUDIT_LIMIT 10000

const struct param audit_params[] = {
    {"from", PARAM_STRING, -1, 10, 10, NULL, "first day, YYYY-MM-DD; default all",
     .in_url = true},
    {"limit", PARAM_INTEGER, -1, 1, AUDIT_LIMIT, NULL, "most, default 10000",
     .in_url = true},
    {0},
};

struct listing {
    const struct context *c;
    struct buf *b;
};

static void add_organization(struct listing *l, enum field_id field, const uint8_t *id) {
    char text[37];
    if (id != NULL)
        uuid_encode(id, text);
    add_text_field(l->b, l->c, field, id != NULL ? text : NULL);
}

static void add_user(const struct user *user, void *ctx) {
    struct listing *l = ctx;
    buf_json_comma(l->b);
    buf_char(l->b, '{');
    add_text_field(l->b, l->c, FIELD_USER_NAME, user->holder.name);
    add_text_field(l->b, l->c, FIELD_USER_ROLE, role_name(user->holder.role));
    add_organization(l, FIELD_USER_ORGANIZATION_ID,
                     user->holder.has_organization ? user->holder.organization : NULL);
    add_text_field(l->b, l->c, FIELD_USER_CREATED, user->created);
    add_bool_field(l->b, l->c, FIELD_USER_DISABLED, user->disabled);
    add_bool_field(l->b, l->c, FIELD_USER_MUST_CHANGE, user->must_change);
    add_bool_field(l->b, l->c, FIELD_USER_SECOND_FACTOR, user->has_totp);
    buf_char(l->b, '}');
}

static void add_key(const struct key_info *key, void *ctx) {
    struct listing *l = ctx;
    buf_json_comma(l->b);
    buf_char(l->b, '{');
    add_text_field(l->b, l->c, FIELD_KEY_NAME, key->name);
    add_text_field(l->b, l->c, FIELD_KEY_ROLE, role_name(key->role));
    add_organization(l, FIELD_KEY_ORGANIZATION_ID, key->organization);
    add_text_field(l->b, l->c, FIELD_KEY_CREATED, key->created);
    add_text_field(l->b, l->c, FIELD_KEY_EXPIRES, key->expires[0] ? key->expires : NULL);
    add_bool_field(l->b, l->c, FIELD_KEY_REVOKED, key->revoked);
    buf_char(l->b, '}');
}

static void add_entry(const struct audit_entry *entry, void *ctx) {
    struct listing *l = ctx;
    buf_json_comma(l->b);
    buf_char(l->b, '{');
    add_text_field(l->b, l->c, FIELD_ENTRY_DAY, entry->day);
    add_text_field(l->b, l->c, FIELD_ENTRY_KIND, actor_kind_name(entry->kind));
    add_text_field(l->b, l->c, FIELD_ENTRY_ACTOR, entry->actor);
    add_text_field(l->b, l->c, FIELD_ENTRY_ACTION, entry->action);
    add_text_field(l->b, l->c, FIELD_ENTRY_OBJECT, entry->object);
    add_integer_field(l->b, l->c, FIELD_ENTRY_COUNT, entry->count);
    buf_char(l->b, '}');
}

/* The three lists differ in what they read. */
struct asked_list {
    enum field_id field;
    char from[11];
    int limit;
};

static bool each(struct access_db *db, const struct asked_list *asked, struct listing *l,
                 struct error *e) {
    if (asked->field == FIELD_USERS_USERS)
        return user_each(db, add_user, l, e);
    if (asked->field == FIELD_KEYS_KEYS)
        return key_each(db, add_key, l, e);
    return audit_each(db, asked->from, asked->limit, add_entry, l, e);
}

static void list(struct context *c, const struct asked_list *asked, struct response *r) {
    struct listing l = {c, &r->body};
    struct error e = {0};
    bool done = true;
    respond_json(r);
    buf_char(&r->body, '{');
    if (add_field(&r->body, c, asked->field)) {
        buf_char(&r->body, '[');
        done = each(store_take(access_store(c->access)), asked, &l, &e);
        store_give(access_store(c->access));
        buf_char(&r->body, ']');
    }
    buf_char(&r->body, '}');
    if (!done)
        respond_failure(r, &e);
}

static void list_plain(struct context *c, enum field_id field, struct request *q,
                       struct response *r) {
    struct faults faults = {0};
    if (params_known(&q->args, NULL, &faults))
        list(c, &(struct asked_list){.field = field}, r);
    else
        problem(r, 400, NULL, &faults);
}

void handle_users(struct context *c, struct request *q, struct response *r) {
    list_plain(c, FIELD_USERS_USERS, q, r);
}

void handle_keys(struct context *c, struct request *q, struct response *r) {
    list_plain(c, FIELD_KEYS_KEYS, q, r);
}

static bool read_day(const struct arg *a, char out[11], struct faults *f) {
    struct slice text;
    if (!param_string(a, &text, f))
        return false;
    bool good = text.len == 10;
    for (size_t i = 0; good && i < text.len; i++)
        good =
            i == 4 || i == 7 ? text.at[i] == '-' : text.at[i] >= '0' && text.at[i] <= '9';
    if (!good)
        return fault_add(f, a->name, "must be a day like 2026-11-22");
    memcpy(out, text.at, 10);
    out[10] = '\0';
    return true;
}

void handle_audit(struct context *c, struct request *q, struct response *r) {
    struct asked_list asked = {FIELD_AUDIT_ENTRIES, "0000-00-00", AUDIT_LIMIT};
    struct faults faults = {0};
    const struct arg *from = param_get(&q->args, "from"),
                     *limit = param_get(&q->args, "limit");
    if (!params_known(&q->args, audit_params, &faults) ||
        (from != NULL && !read_day(from, asked.from, &faults)) ||
        (limit != NULL && !param_integer(limit, 1, AUDIT_LIMIT, &asked.limit, &faults)))
        problem(r, 400, NULL, &faults);
    else
        list(c, &asked, r);
}

void handle_metrics(struct context *c, struct request *q, struct response *r) {
    (void)c;
    (void)q;
    r->status = 200;
    r->content_type = "text/plain; version=0.0.4";
    metrics_write(&r->body);
}
