/* SPDX-License-Identifier: Apache-2.0
 *
 * Three tables of the same make. A row of WAYS slots is chosen by the hash, so that to push
 * one entry out takes entries of the same row, which nobody can aim at without the key.
 */
#include "server/access/guard.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "data/crypto.h"
#include "data/mem.h"

#define WAYS 8
#define ROWS (GUARD_SLOTS / WAYS)
#define DAY_S 86400
#define MAPPED 12 /* bytes before an IPv4 address that is mapped into IPv6 */

struct slot {
    uint8_t hash[16]; /* all 0: free */
    int64_t last;     /* when it was last written */
    int64_t until;    /* no try before */
    int failures;
    unsigned serial; /* of its last try */
};

struct guard {
    pthread_mutex_t lock;
    int64_t day; /* of the key */
    uint8_t key[CRYPTO_KEY_BYTES];
    struct slot slot[GUARD_TABLES][GUARD_SLOTS]; /* GUARD_TRUSTED: pairs that signed in */
};

struct guard *guard_new(void) {
    struct guard *g = xcalloc(1, sizeof *g);
    pthread_mutex_init(&g->lock, NULL);
    crypto_random(g->key, sizeof g->key);
    return g;
}

void guard_free(struct guard *g) {
    if (g == NULL)
        return;
    pthread_mutex_destroy(&g->lock);
    crypto_wipe(g, sizeof *g);
    free(g);
}

/* ---- hashes ---------------------------------------------------------------------- */

/* A new day, a new key: clients of yesterday cannot be told from others. Accounts are then
 * forgotten as well, which gives away three tries a day. */
static void renew_key(struct guard *g, int64_t now) {
    if (now / DAY_S == g->day)
        return;
    g->day = now / DAY_S;
    crypto_random(g->key, sizeof g->key);
    memset(g->slot, 0, sizeof g->slot);
}

/* Account names are told apart without the case of ASCII letters. */
static size_t fold_name(const char *name, uint8_t *out, size_t size) {
    size_t len = 0;
    for (; len < size && name[len] != '\0'; len++)
        out[len] = (uint8_t)(name[len] >= 'A' && name[len] <= 'Z' ? name[len] | 0x20
                                                                  : name[len]);
    return len;
}

static size_t client_bytes(const uint8_t client[16]) {
    static const uint8_t mapped[MAPPED] = {[10] = 0xff, [11] = 0xff};
    return memcmp(client, mapped, MAPPED) == 0 ? 16 : 8;
}

static void hash_all(struct guard *g, const char *name, const uint8_t client[16],
                     struct guard_ticket *out) {
    uint8_t text[1 + 16 + 200] = {GUARD_NAME};
    size_t len = 17 + fold_name(name, text + 17, sizeof text - 17);
    crypto_keyed_digest(text, len, g->key, out->hash[GUARD_NAME], 16);
    memcpy(text + 1, client, client_bytes(client));
    text[0] = GUARD_TRUSTED;
    crypto_keyed_digest(text, len, g->key, out->hash[GUARD_TRUSTED], 16);
    text[0] = GUARD_CLIENT;
    crypto_keyed_digest(text, 17, g->key, out->hash[GUARD_CLIENT], 16);
    crypto_wipe(text, sizeof text);
}

/* ---- slots ----------------------------------------------------------------------- */

static const int free_failures[GUARD_TABLES] = {GUARD_FREE_NAME, GUARD_FREE_CLIENT, 0};

#define STEPS 11 /* waits of 1 2 4 ... 512 900 seconds: more failures are not counted */

static int failures_at(const struct slot *s, int64_t now) {
    int64_t quiet = (now - s->last) / GUARD_WAIT_MAX;
    return quiet < s->failures ? s->failures - (int)quiet : 0;
}

static struct slot *row_of(struct guard *g, enum guard_table table,
                           const uint8_t hash[16]) {
    unsigned row = ((unsigned)hash[0] << 8 | hash[1]) % ROWS;
    return &g->slot[table][row * WAYS];
}

static struct slot *find(struct guard *g, enum guard_table table,
                         const struct guard_ticket *t) {
    struct slot *row = row_of(g, table, t->hash[table]);
    for (int i = 0; i < WAYS; i++)
        if (memcmp(row[i].hash, t->hash[table], 16) == 0)
            return &row[i];
    return NULL;
}

static bool weighs_less(const struct slot *a, const struct slot *b, int64_t now) {
    int of_a = failures_at(a, now), of_b = failures_at(b, now);
    return of_a != of_b ? of_a < of_b : a->last < b->last;
}

/* The entry's slot, or that of who failed least and longest ago, made free for it. */
static struct slot *claim(struct guard *g, enum guard_table table,
                          const struct guard_ticket *t, int64_t now) {
    struct slot *found = find(g, table, t);
    struct slot *row = row_of(g, table, t->hash[table]), *least = row;
    if (found != NULL)
        return found;
    for (int i = 1; i < WAYS; i++)
        if (weighs_less(&row[i], least, now))
            least = &row[i];
    *least = (struct slot){.last = now};
    memcpy(least->hash, t->hash[table], 16);
    return least;
}

/* ---- waiting --------------------------------------------------------------------- */

static int wait_of(const struct slot *s, int64_t now) {
    return s != NULL && s->until > now ? (int)(s->until - now) : 0;
}

static void count_try(struct guard *g, enum guard_table table, struct guard_ticket *t,
                      int64_t now) {
    struct slot *s = claim(g, table, t, now);
    int failures = failures_at(s, now) + 1, over = failures - free_failures[table];
    s->failures = over < STEPS ? failures : failures - 1;
    s->last = now;
    s->until = over < 0 ? 0 : over < STEPS - 1 ? now + (1 << over) : now + GUARD_WAIT_MAX;
    t->serial[table] = ++s->serial;
}

/* Takes one try back. What it made later ones wait goes too, unless one began meanwhile. */
static void uncount(struct guard *g, enum guard_table table, const struct guard_ticket *t,
                    int64_t now) {
    struct slot *s = find(g, table, t);
    if (s == NULL)
        return;
    int failures = failures_at(s, now);
    s->failures = failures > 0 ? failures - 1 : 0;
    s->last = now;
    if (s->serial == t->serial[table])
        s->until = 0;
}

int guard_try(struct guard *g, const char *name, const uint8_t client[16], int64_t now,
              struct guard_ticket *out) {
    pthread_mutex_lock(&g->lock);
    renew_key(g, now);
    hash_all(g, name, client, out);
    bool trusted = find(g, GUARD_TRUSTED, out) != NULL;
    int wait = trusted ? 0 : wait_of(find(g, GUARD_NAME, out), now);
    int of_client = wait_of(find(g, GUARD_CLIENT, out), now);
    if (of_client > wait)
        wait = of_client;
    if (wait == 0) {
        count_try(g, GUARD_NAME, out, now);
        count_try(g, GUARD_CLIENT, out, now);
    }
    pthread_mutex_unlock(&g->lock);
    return wait;
}

/* The client is forgiven this try alone: else who has an account could wash away with it
 * what was tried at others. */
void guard_passed(struct guard *g, const struct guard_ticket *ticket, int64_t now) {
    pthread_mutex_lock(&g->lock);
    struct slot *s = find(g, GUARD_NAME, ticket);
    if (s != NULL)
        *s = (struct slot){0};
    uncount(g, GUARD_CLIENT, ticket, now);
    claim(g, GUARD_TRUSTED, ticket, now)->last = now;
    pthread_mutex_unlock(&g->lock);
}

void guard_withdraw(struct guard *g, const struct guard_ticket *ticket, int64_t now) {
    pthread_mutex_lock(&g->lock);
    uncount(g, GUARD_NAME, ticket, now);
    uncount(g, GUARD_CLIENT, ticket, now);
    pthread_mutex_unlock(&g->lock);
}
