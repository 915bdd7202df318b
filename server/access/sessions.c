/* SPDX-License-Identifier: Apache-2.0
 *
 * Two locks: the store's, for whoever writes, then the table's, held for a moment only.
 * Whoever changes the set of sessions holds both, so that the table never falls behind a
 * change that it does not know of.
 */
#include "server/access/sessions.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "data/crypto.h"
#include "data/mem.h"

#define BUCKETS 1024 /* chains stay short: some hundred people are signed in */

struct live {
    struct live *next;
    struct session session;
    int64_t written; /* last_seen in the store */
    bool has_pending;
    uint8_t pending[USER_TOTP_BYTES];
};

struct table {
    struct live *bucket[BUCKETS];
};

struct sessions {
    struct store *store;
    int idle_s, absolute_s;
    pthread_mutex_t lock; /* of the table */
    struct table table;
};

/* ---- the table ------------------------------------------------------------------- */

/* The address of the link that leads to the session, or to the end of its chain. */
static struct live **link_of(struct table *t, const uint8_t hash[SESSION_HASH_BYTES]) {
    struct live **link = &t->bucket[((unsigned)hash[0] << 8 | hash[1]) % BUCKETS];
    while (*link != NULL &&
           !crypto_equal((*link)->session.hash, hash, SESSION_HASH_BYTES))
        link = &(*link)->next;
    return link;
}

static void put(struct table *t, const struct session *session) {
    struct live **link = link_of(t, session->hash);
    if (*link == NULL)
        *link = xcalloc(1, sizeof **link);
    (*link)->session = *session;
    (*link)->written = session->last_seen;
}

static void cut(struct live **link) {
    struct live *gone = *link;
    *link = gone->next;
    crypto_wipe(gone, sizeof *gone);
    free(gone);
}

static void clear(struct table *t) {
    for (size_t i = 0; i < BUCKETS; i++)
        while (t->bucket[i] != NULL)
            cut(&t->bucket[i]);
}

typedef bool choose_fn(const struct session *session, const void *ctx);

static void cut_if(struct table *t, choose_fn *choose, const void *ctx) {
    for (size_t i = 0; i < BUCKETS; i++)
        for (struct live **link = &t->bucket[i]; *link != NULL;)
            if (choose(&(*link)->session, ctx))
                cut(link);
            else
                link = &(*link)->next;
}

/* ---- new, reload ----------------------------------------------------------------- */

static void load_one(const struct session *session, void *ctx) {
    put(ctx, session);
}

/* Carries over what the store does not know. */
static void keep_newer(struct table *now, const struct table *before) {
    for (size_t i = 0; i < BUCKETS; i++)
        for (const struct live *old = before->bucket[i]; old != NULL; old = old->next) {
            struct live *live = *link_of(now, old->session.hash);
            if (live == NULL)
                continue;
            if (live->session.last_seen < old->session.last_seen)
                live->session.last_seen = old->session.last_seen;
            live->has_pending = old->has_pending;
            memcpy(live->pending, old->pending, sizeof live->pending);
        }
}

/* The store is taken. */
static bool reload_from(struct sessions *s, struct access_db *db, struct error *e) {
    struct table *fresh = xcalloc(1, sizeof *fresh);
    bool done = session_each(db, load_one, fresh, e);
    pthread_mutex_lock(&s->lock);
    if (done) {
        keep_newer(fresh, &s->table);
        struct table old = s->table;
        s->table = *fresh;
        *fresh = old;
    }
    pthread_mutex_unlock(&s->lock);
    clear(fresh);
    free(fresh);
    return done;
}

bool sessions_reload(struct sessions *s, struct error *e) {
    bool done = reload_from(s, store_take(s->store), e);
    store_give(s->store);
    return done;
}

struct sessions *sessions_new(struct store *store, int idle_s, int absolute_s,
                              struct error *e) {
    struct sessions *s = xcalloc(1, sizeof *s);
    s->store = store;
    s->idle_s = idle_s;
    s->absolute_s = absolute_s;
    pthread_mutex_init(&s->lock, NULL);
    if (sessions_reload(s, e))
        return s;
    sessions_free(s);
    return NULL;
}

void sessions_free(struct sessions *s) {
    if (s == NULL)
        return;
    clear(&s->table);
    pthread_mutex_destroy(&s->lock);
    free(s);
}

/* ---- open ------------------------------------------------------------------------ */

static void token_make(char token[SESSION_TOKEN_SIZE], uint8_t hash[SESSION_HASH_BYTES]) {
    uint8_t secret[32];
    crypto_random(secret, sizeof secret);
    crypto_base64url(secret, sizeof secret, token);
    crypto_digest(token, SESSION_TOKEN_SIZE - 1, hash, SESSION_HASH_BYTES);
    crypto_wipe(secret, sizeof secret);
}

struct oldest {
    int64_t user;
    int count;
    struct session session;
};

static void look_for_oldest(const struct session *session, void *ctx) {
    struct oldest *o = ctx;
    if (o->count++ == 0 || session->created < o->session.created)
        o->session = *session;
}

/* Makes room for one more of the account, in the store; the table follows. The transaction
 * is the caller's. */
static bool make_room(struct sessions *s, struct access_db *db, struct oldest *oldest,
                      struct error *e) {
    sessions_each(s, oldest->user, look_for_oldest, oldest);
    return oldest->count < SESSIONS_OF_ONE || session_delete(db, oldest->session.hash, e);
}

int sessions_open(struct sessions *s, const struct user *user, int64_t now,
                  char token[SESSION_TOKEN_SIZE], struct error *e) {
    struct session session = {.user = user->id,
                              .created = now,
                              .last_seen = now,
                              .ends = now + s->absolute_s,
                              .holder = user->holder,
                              .must_change = user->must_change};
    struct oldest oldest = {.user = user->id};
    struct access_db *db = store_take(s->store);
    token_make(token, session.hash);
    int added = access_db_begin(db, e) && make_room(s, db, &oldest, e)
                    ? session_add(db, &session, user->password, e)
                    : -1;
    if (added == 1 && !access_db_commit(db, e))
        added = -1;
    if (added == 1) {
        pthread_mutex_lock(&s->lock);
        struct live **link = link_of(&s->table, oldest.session.hash);
        if (oldest.count >= SESSIONS_OF_ONE && *link != NULL)
            cut(link);
        put(&s->table, &session);
        pthread_mutex_unlock(&s->lock);
    } else {
        crypto_wipe(token, SESSION_TOKEN_SIZE);
    }
    store_give(s->store);
    return added;
}

/* ---- find ------------------------------------------------------------------------ */

static bool is_open(const struct sessions *s, const struct session *session,
                    int64_t now) {
    return now < session->ends && now < session->last_seen + s->idle_s &&
           now < session->created + s->absolute_s;
}

static void tell(const struct session *session, struct caller *out) {
    const struct holder *h = &session->holder;
    *out = (struct caller){.role = h->role,
                           .kind = CALLER_SESSION,
                           .has_organization = h->has_organization,
                           .must_change = session->must_change};
    memcpy(out->name, h->name, sizeof out->name);
    memcpy(out->organization, h->organization, sizeof out->organization);
    memcpy(out->session, session->hash, sizeof out->session);
}

bool sessions_find(struct sessions *s, const char *token, size_t len, int64_t now,
                   struct caller *out) {
    uint8_t hash[SESSION_HASH_BYTES];
    *out = (struct caller){.role = ROLE_PUBLIC};
    if (len != SESSION_TOKEN_SIZE - 1)
        return false;
    crypto_digest(token, len, hash, sizeof hash);
    pthread_mutex_lock(&s->lock);
    struct live *live = *link_of(&s->table, hash);
    bool open = live != NULL && is_open(s, &live->session, now);
    if (open) {
        if (live->session.last_seen < now)
            live->session.last_seen = now;
        tell(&live->session, out);
    }
    pthread_mutex_unlock(&s->lock);
    return open;
}

int64_t sessions_user(struct sessions *s, const uint8_t hash[SESSION_HASH_BYTES]) {
    pthread_mutex_lock(&s->lock);
    const struct live *live = *link_of(&s->table, hash);
    int64_t user = live != NULL ? live->session.user : 0;
    pthread_mutex_unlock(&s->lock);
    return user;
}

void sessions_each(struct sessions *s, int64_t user,
                   void (*each)(const struct session *session, void *ctx), void *ctx) {
    pthread_mutex_lock(&s->lock);
    for (size_t i = 0; i < BUCKETS; i++)
        for (const struct live *l = s->table.bucket[i]; l != NULL; l = l->next)
            if (l->session.user == user)
                each(&l->session, ctx);
    pthread_mutex_unlock(&s->lock);
}

void sessions_set_pending(struct sessions *s, const uint8_t hash[SESSION_HASH_BYTES],
                          const uint8_t secret[USER_TOTP_BYTES]) {
    pthread_mutex_lock(&s->lock);
    struct live *live = *link_of(&s->table, hash);
    if (live != NULL) {
        live->has_pending = secret != NULL;
        crypto_wipe(live->pending, USER_TOTP_BYTES);
        if (secret != NULL)
            memcpy(live->pending, secret, USER_TOTP_BYTES);
    }
    pthread_mutex_unlock(&s->lock);
}

bool sessions_get_pending(struct sessions *s, const uint8_t hash[SESSION_HASH_BYTES],
                          uint8_t secret[USER_TOTP_BYTES]) {
    pthread_mutex_lock(&s->lock);
    const struct live *live = *link_of(&s->table, hash);
    bool has = live != NULL && live->has_pending;
    if (has)
        memcpy(secret, live->pending, USER_TOTP_BYTES);
    pthread_mutex_unlock(&s->lock);
    return has;
}

/* ---- close ----------------------------------------------------------------------- */

bool sessions_close(struct sessions *s, const uint8_t hash[SESSION_HASH_BYTES],
                    struct error *e) {
    struct access_db *db = store_take(s->store);
    pthread_mutex_lock(&s->lock);
    struct live **link = link_of(&s->table, hash);
    if (*link != NULL)
        cut(link);
    pthread_mutex_unlock(&s->lock);
    bool done = session_delete(db, hash, e);
    store_give(s->store);
    return done;
}

struct chosen {
    int64_t user;
    const uint8_t *but;
};

static bool is_of_user(const struct session *session, const void *ctx) {
    const struct chosen *c = ctx;
    return session->user == c->user &&
           (c->but == NULL || memcmp(session->hash, c->but, SESSION_HASH_BYTES) != 0);
}

bool sessions_close_all(struct sessions *s, int64_t user, const uint8_t *but,
                        struct error *e) {
    const struct chosen chosen = {user, but};
    struct access_db *db = store_take(s->store);
    pthread_mutex_lock(&s->lock);
    cut_if(&s->table, is_of_user, &chosen);
    pthread_mutex_unlock(&s->lock);
    bool done = session_delete_user(db, user, but, e);
    store_give(s->store);
    return done;
}

/* ---- flush ----------------------------------------------------------------------- */

/* Hashes and moments of those that were seen since they were written. */
struct seen {
    struct one {
        uint8_t hash[SESSION_HASH_BYTES];
        int64_t at;
    } * one;
    size_t count, capacity;
};

static void gather_seen(struct sessions *s, int64_t now, struct seen *out) {
    pthread_mutex_lock(&s->lock);
    for (size_t i = 0; i < BUCKETS; i++)
        for (struct live *l = s->table.bucket[i]; l != NULL; l = l->next) {
            if (l->session.last_seen == l->written ||
                now < l->written + SESSION_SEEN_EVERY_S)
                continue;
            out->one = xgrow(out->one, &out->capacity, out->count, sizeof *out->one);
            struct one *one = &out->one[out->count++];
            memcpy(one->hash, l->session.hash, sizeof one->hash);
            one->at = l->session.last_seen;
        }
    pthread_mutex_unlock(&s->lock);
}

static void mark_written(struct sessions *s, const struct seen *seen) {
    pthread_mutex_lock(&s->lock);
    for (size_t i = 0; i < seen->count; i++) {
        struct live *live = *link_of(&s->table, seen->one[i].hash);
        if (live != NULL)
            live->written = seen->one[i].at;
    }
    pthread_mutex_unlock(&s->lock);
}

struct moment {
    const struct sessions *sessions;
    int64_t now;
};

static bool has_ended(const struct session *session, const void *ctx) {
    const struct moment *m = ctx;
    return !is_open(m->sessions, session, m->now);
}

static bool write_seen(struct access_db *db, const struct seen *seen, int64_t now,
                       int64_t idle_since, struct error *e) {
    if (!access_db_begin(db, e))
        return false;
    for (size_t i = 0; i < seen->count; i++)
        if (!session_seen(db, seen->one[i].hash, seen->one[i].at, e))
            return false;
    return session_delete_expired(db, now, idle_since, e) && access_db_commit(db, e);
}

/* A row says when its session was seen as of up to a minute ago: it is not deleted before
 * that minute is over too. */
bool sessions_flush(struct sessions *s, int64_t now, struct error *e) {
    const struct moment moment = {s, now};
    struct seen seen = {0};
    struct access_db *db = store_take(s->store);
    gather_seen(s, now, &seen);
    bool done = write_seen(db, &seen, now, now - s->idle_s - SESSION_SEEN_EVERY_S, e);
    if (done)
        mark_written(s, &seen);
    store_give(s->store);
    pthread_mutex_lock(&s->lock);
    cut_if(&s->table, has_ended, &moment);
    pthread_mutex_unlock(&s->lock);
    free(seen.one);
    return done;
}
