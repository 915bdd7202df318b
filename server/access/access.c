/* SPDX-License-Identifier: Apache-2.0 */
#include "server/access/access.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "data/access/key.h"
#include "data/buf.h"
#include "data/mem.h"
#include "data/text.h"
#include "data/timezone.h"
#include "server/access/access_private.h"

#define IDLE_S 1800
#define ABSOLUTE_S 43200
#define PLACES_AN_HOUR 20

#define USES_EVERY_S 5
#define SESSIONS_EVERY_S 60
#define AUDIT_EVERY_S 86400

static int or_default(int value, int standard) {
    return value != 0 ? value : standard;
}

/* Keys as they are now, and of which version. */
static struct key_set *keys_load(struct access_control *a, int64_t *version,
                                 struct error *e) {
    struct access_db *db = store_take(a->store);
    struct key_set *set =
        access_db_data_version(db, version, e) ? key_set_load(db, e) : NULL;
    store_give(a->store);
    return set;
}

/* ---- what was taken before a restart ----------------------------------------------- */

struct retaking {
    struct allowance *places;
    int64_t at;
};

static void actor_text(struct buf *out, enum actor_kind kind, const char *name) {
    buf_printf(out, "%s %s", actor_kind_name(kind), name);
}

static void retake(const struct audit_entry *entry, void *ctx) {
    const struct retaking *r = ctx;
    struct buf actor = {0};
    uint8_t id[16];
    if (strcmp(entry->action, ACCESS_EXACT_PLACE) != 0 ||
        !uuid_decode(slice_of(entry->object), id))
        return;
    actor_text(&actor, entry->kind, entry->actor);
    allowance_put(r->places, buf_text(&actor), id, r->at);
    buf_free(&actor);
}

/* The audit knows the day and not the hour: what was taken today counts as taken an hour
 * ago, or as the day began, so that a restart gives nobody a second day. */
static bool places_retake(struct access_control *a, int64_t now, struct error *e) {
    int64_t day = now - now % 86400;
    struct retaking r = {a->places, day > now - 3600 ? day : now - 3600};
    char today[32];
    timestamp_format(now, 0, today);
    today[10] = '\0';
    bool done = audit_each(store_take(a->store), today, INT_MAX, retake, &r, e);
    store_give(a->store);
    return done;
}

struct access_control *access_open(const char *record_path, const char *share,
                                   const struct access_options *options,
                                   struct error *e) {
    struct access_control *a = xcalloc(1, sizeof *a);
    struct key_set *set = NULL;
    a->guard = guard_new();
    a->places = allowance_new(or_default(options->places_an_hour, PLACES_AN_HOUR));
    a->uses = uses_new();
    bool done = (a->store = store_open(record_path, share, e)) != NULL &&
                places_retake(a, time(NULL), e) &&
                (set = keys_load(a, &a->version, e)) != NULL &&
                (a->sessions = sessions_new(a->store, or_default(options->idle_s, IDLE_S),
                                            or_default(options->absolute_s, ABSOLUTE_S),
                                            e)) != NULL;
    swap_init(&a->key_set, set);
    if (done)
        return a;
    access_close(a);
    return NULL;
}

void access_close(struct access_control *a) {
    struct error e = {0};
    if (a == NULL)
        return;
    if (a->store != NULL && !uses_flush(a->uses, a->store, &e))
        fprintf(stderr, "haven: the last uses of keys and accounts are lost: %s\n",
                e.message);
    key_set_free(swap_replace(&a->key_set, NULL));
    sessions_free(a->sessions);
    uses_free(a->uses);
    allowance_free(a->places);
    guard_free(a->guard);
    store_close(a->store);
    free(a);
}

void access_each_session(struct access_control *a, const struct caller *caller,
                         void (*each)(const struct session *session, void *ctx),
                         void *ctx) {
    sessions_each(a->sessions, sessions_user(a->sessions, caller->session), each, ctx);
}

struct store *access_store(struct access_control *a) {
    return a->store;
}

/* ---- refresh --------------------------------------------------------------------- */

static bool version_moved(struct access_control *a, bool *out, struct error *e) {
    int64_t version;
    bool done = access_db_data_version(store_take(a->store), &version, e);
    store_give(a->store);
    *out = done && version != a->version;
    return done;
}

static bool reload(struct access_control *a, struct error *e) {
    int64_t version;
    struct key_set *set = keys_load(a, &version, e);
    if (set == NULL)
        return false;
    key_set_free(swap_replace(&a->key_set, set));
    if (!sessions_reload(a->sessions, e))
        return false;
    a->version = version;
    return true;
}

static bool expire_audit(struct access_control *a, int64_t now, struct error *e) {
    bool done = audit_expire(store_take(a->store), now, e);
    store_give(a->store);
    return done;
}

/* True when `every_s` have passed since `*last`, which is then `now`: a write that fails is
 * tried again after the same while. */
static bool is_due(int64_t *last, int64_t now, int every_s) {
    if (now - *last < every_s && now >= *last)
        return false;
    *last = now;
    return true;
}

bool access_refresh(struct access_control *a, int64_t now, struct error *e) {
    bool moved, done = version_moved(a, &moved, e);
    if (moved)
        done = reload(a, e);
    if (is_due(&a->uses_at, now, USES_EVERY_S))
        done = uses_flush(a->uses, a->store, e) && done;
    if (is_due(&a->sessions_at, now, SESSIONS_EVERY_S))
        done = sessions_flush(a->sessions, now, e) && done;
    if (is_due(&a->audit_at, now, AUDIT_EVERY_S))
        done = expire_audit(a, now, e) && done;
    return done;
}

/* ---- identify -------------------------------------------------------------------- */

/* The value of our cookie; `at` NULL when it was not sent. */
static struct slice cookie_value(const char *header) {
    struct slice rest = slice_of(header), part, name;
    while (slice_next(&rest, ';', &part)) {
        struct slice value = part;
        if (slice_next(&value, '=', &name) && value.at != NULL &&
            slice_is(slice_trim(name), ACCESS_COOKIE))
            return slice_trim(value);
    }
    return (struct slice){0};
}

static bool identify_key(struct access_control *a, const char *bearer, size_t len,
                         int64_t now, struct caller *out) {
    unsigned slot;
    struct holder holder;
    const struct key_set *set = swap_take(&a->key_set, &slot);
    bool known = key_set_match(set, bearer, len, now, &holder);
    swap_return(&a->key_set, slot);
    if (!known)
        return false;
    out->kind = CALLER_KEY;
    out->role = holder.role;
    memcpy(out->name, holder.name, sizeof out->name);
    out->has_organization = holder.has_organization;
    memcpy(out->organization, holder.organization, sizeof out->organization);
    return true;
}

bool access_identify(struct access_control *a, const char *bearer, size_t len,
                     const char *cookie, int64_t now, struct caller *out) {
    *out = (struct caller){.role = ROLE_PUBLIC};
    if (bearer != NULL)
        return identify_key(a, bearer, len, now, out);
    struct slice token = cookie_value(cookie);
    return token.at == NULL || sessions_find(a->sessions, token.at, token.len, now, out);
}

/* ---- what callers did ------------------------------------------------------------ */

static enum actor_kind actor_of(const struct caller *caller) {
    return caller->kind == CALLER_KEY ? ACTOR_KEY : ACTOR_USER;
}

void access_used(struct access_control *a, const struct caller *caller,
                 const char *action, int64_t now) {
    if (caller->kind != CALLER_NOBODY)
        uses_count(a->uses, actor_of(caller), caller->name, action, now);
}

bool access_audit(struct access_control *a, const struct caller *caller,
                  const char *action, const char *object, int64_t now, struct error *e) {
    const struct audit_entry entry = {.kind = actor_of(caller),
                                      .actor = caller->name,
                                      .action = action,
                                      .object = object,
                                      .count = 1};
    bool done = audit_add(store_take(a->store), &entry, now, e);
    store_give(a->store);
    return done;
}

bool access_take_place(struct access_control *a, const struct caller *caller,
                       const uint8_t id[16], int64_t now, int *retry_s) {
    struct buf actor = {0};
    actor_text(&actor, actor_of(caller), caller->name);
    bool taken = allowance_take(a->places, buf_text(&actor), id, now, retry_s);
    buf_free(&actor);
    return taken;
}

bool access_sign_out(struct access_control *a, const struct caller *caller,
                     bool everywhere, struct error *e) {
    int64_t user = sessions_user(a->sessions, caller->session);
    return everywhere && user != 0 ? sessions_close_all(a->sessions, user, NULL, e)
                                   : sessions_close(a->sessions, caller->session, e);
}
