/* SPDX-License-Identifier: Apache-2.0 */
#include "server/access/allowance.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "data/crypto.h"
#include "data/mem.h"

#define HOUR_S 3600
#define DAY_S 86400

/* What one actor took in the last day, oldest first: at most 24 hours' worth. */
struct actor {
    uint8_t hash[16];
    struct taken {
        uint8_t object[16];
        int64_t at;
    } * taken;
    size_t count, capacity;
    int64_t last;
};

struct allowance {
    pthread_mutex_t lock;
    size_t an_hour, count;
    struct actor actor[ALLOWANCE_ACTORS];
};

struct allowance *allowance_new(int an_hour) {
    assert(an_hour >= 1 && an_hour <= 1000);
    struct allowance *a = xcalloc(1, sizeof *a);
    a->an_hour = (size_t)an_hour;
    pthread_mutex_init(&a->lock, NULL);
    return a;
}

void allowance_free(struct allowance *a) {
    if (a == NULL)
        return;
    for (size_t i = 0; i < a->count; i++)
        free(a->actor[i].taken);
    pthread_mutex_destroy(&a->lock);
    free(a);
}

/* The actor's entry, or a new one, in place of the one idle for longest when all are used. */
static struct actor *actor_of(struct allowance *a, const char *name) {
    uint8_t hash[16];
    struct actor *idle = &a->actor[0];
    crypto_digest(name, strlen(name), hash, sizeof hash);
    for (size_t i = 0; i < a->count; i++) {
        if (memcmp(a->actor[i].hash, hash, sizeof hash) == 0)
            return &a->actor[i];
        if (a->actor[i].last < idle->last)
            idle = &a->actor[i];
    }
    if (a->count < ALLOWANCE_ACTORS)
        idle = &a->actor[a->count++];
    free(idle->taken);
    *idle = (struct actor){0};
    memcpy(idle->hash, hash, sizeof hash);
    return idle;
}

static void forget_old(struct actor *actor, int64_t now) {
    size_t old = 0;
    while (old < actor->count && actor->taken[old].at <= now - DAY_S)
        old++;
    actor->count -= old;
    if (old > 0)
        memmove(actor->taken, actor->taken + old, actor->count * sizeof *actor->taken);
}

static bool has(const struct actor *actor, const uint8_t object[16]) {
    for (size_t i = 0; i < actor->count; i++)
        if (memcmp(actor->taken[i].object, object, 16) == 0)
            return true;
    return false;
}

/* Seconds until one more may be taken, when `most` were within the last `window_s`. */
static int wait_for(const struct actor *actor, size_t most, int window_s, int64_t now) {
    if (actor->count < most)
        return 0;
    int64_t free_at = actor->taken[actor->count - most].at + window_s;
    return free_at > now ? (int)(free_at - now) : 0;
}

static void put(struct actor *actor, const uint8_t object[16], int64_t at) {
    actor->taken =
        xgrow(actor->taken, &actor->capacity, actor->count, sizeof *actor->taken);
    struct taken *taken = &actor->taken[actor->count++];
    memcpy(taken->object, object, 16);
    taken->at = at;
    actor->last = at;
}

static bool take(struct allowance *a, struct actor *actor, const uint8_t object[16],
                 int64_t now, int *retry_s) {
    forget_old(actor, now);
    actor->last = now;
    if (has(actor, object))
        return true;
    int hour = wait_for(actor, a->an_hour, HOUR_S, now);
    int day = wait_for(actor, a->an_hour * ALLOWANCE_DAY, DAY_S, now);
    *retry_s = hour > day ? hour : day;
    if (*retry_s > 0)
        return false;
    put(actor, object, now);
    return true;
}

bool allowance_take(struct allowance *a, const char *actor, const uint8_t object[16],
                    int64_t now, int *retry_s) {
    *retry_s = 0;
    pthread_mutex_lock(&a->lock);
    bool taken = take(a, actor_of(a, actor), object, now, retry_s);
    pthread_mutex_unlock(&a->lock);
    return taken;
}

void allowance_put(struct allowance *a, const char *actor, const uint8_t object[16],
                   int64_t at) {
    pthread_mutex_lock(&a->lock);
    put(actor_of(a, actor), object, at);
    pthread_mutex_unlock(&a->lock);
}
