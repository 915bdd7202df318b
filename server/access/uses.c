/* SPDX-License-Identifier: Apache-2.0
 *
 * There are no more entries than pairs of a key or account and an action of the program.
 */
#include "server/access/uses.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "data/access/holder.h"
#include "data/mem.h"

#define BUCKETS 512
#define DAY_S 86400

struct use {
    struct use *next;
    int64_t day, count;
    const char *action;
    enum actor_kind kind;
    char actor[HOLDER_NAME_SIZE];
};

struct uses {
    pthread_mutex_t lock;
    struct use *bucket[BUCKETS];
};

struct uses *uses_new(void) {
    struct uses *u = xcalloc(1, sizeof *u);
    pthread_mutex_init(&u->lock, NULL);
    return u;
}

static void free_all(struct use *use) {
    while (use != NULL) {
        struct use *next = use->next;
        free(use);
        use = next;
    }
}

void uses_free(struct uses *u) {
    if (u == NULL)
        return;
    for (size_t i = 0; i < BUCKETS; i++)
        free_all(u->bucket[i]);
    pthread_mutex_destroy(&u->lock);
    free(u);
}

/* FNV-1a: names of keys are no secret, and nobody outside chooses them. */
static size_t bucket_of(const char *actor, const char *action) {
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (; *actor != '\0'; actor++)
        hash = (hash ^ (unsigned char)*actor) * UINT64_C(0x100000001b3);
    for (; *action != '\0'; action++)
        hash = (hash ^ (unsigned char)*action) * UINT64_C(0x100000001b3);
    return hash % BUCKETS;
}

static bool is_same(const struct use *a, const struct use *b) {
    return a->day == b->day && a->kind == b->kind && strcmp(a->actor, b->actor) == 0 &&
           strcmp(a->action, b->action) == 0;
}

static void count(struct uses *u, const struct use *use) {
    struct use **link = &u->bucket[bucket_of(use->actor, use->action)];
    while (*link != NULL && !is_same(*link, use))
        link = &(*link)->next;
    if (*link == NULL) {
        *link = xmalloc(sizeof **link);
        **link = *use;
    } else {
        (*link)->count += use->count;
    }
}

void uses_count(struct uses *u, enum actor_kind kind, const char *actor,
                const char *action, int64_t now) {
    struct use use = {.day = now / DAY_S, .count = 1, .action = action, .kind = kind};
    strncpy(use.actor, actor, sizeof use.actor - 1);
    pthread_mutex_lock(&u->lock);
    count(u, &use);
    pthread_mutex_unlock(&u->lock);
}

/* ---- flush ----------------------------------------------------------------------- */

/* Takes everything out as one list. */
static struct use *take_all(struct uses *u) {
    struct use *all = NULL;
    pthread_mutex_lock(&u->lock);
    for (size_t i = 0; i < BUCKETS; i++)
        while (u->bucket[i] != NULL) {
            struct use *use = u->bucket[i];
            u->bucket[i] = use->next;
            use->next = all;
            all = use;
        }
    pthread_mutex_unlock(&u->lock);
    return all;
}

static bool write_all(struct access_db *db, const struct use *use, struct error *e) {
    if (!access_db_begin(db, e))
        return false;
    for (; use != NULL; use = use->next) {
        const struct audit_entry entry = {.kind = use->kind,
                                          .actor = use->actor,
                                          .action = use->action,
                                          .object = "",
                                          .count = use->count};
        if (!audit_add(db, &entry, use->day * DAY_S, e))
            return false;
    }
    return access_db_commit(db, e);
}

bool uses_flush(struct uses *u, struct store *store, struct error *e) {
    struct use *all = take_all(u);
    if (all == NULL)
        return true;
    bool done = write_all(store_take(store), all, e);
    store_give(store);
    pthread_mutex_lock(&u->lock);
    for (struct use *use = all; !done && use != NULL; use = use->next) {
        struct use alone = *use;
        alone.next = NULL;
        count(u, &alone);
    }
    pthread_mutex_unlock(&u->lock);
    free_all(all);
    return done;
}
