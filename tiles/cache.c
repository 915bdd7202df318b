/* SPDX-License-Identifier: Apache-2.0
 *
 * Shards, each with a lock of its own that is held to look up and to link, never to cut or to
 * copy. A tile is counted by whoever holds it, the shard among them. Within a shard a
 * hand goes round the tiles ("clock"): one that was asked for since it last came is passed
 * over once, another goes.
 */
#include "tiles/cache.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "data/crypto.h"
#include "data/mem.h"
#include "data/text.h"
#include "tiles/gzip.h"

#define SHARDS 16
#define BUCKETS 1024 /* of a shard */

struct key {
    uint8_t digest[16];
    uint32_t form; /* set, and whether packed */
    uint32_t z, x, y;
};

struct entry {
    struct tile_made made; /* first: what callers hold */
    struct key key;
    struct entry *next;           /* in its bucket */
    struct entry *before, *after; /* in the ring of its shard */
    size_t bytes;
    bool asked; /* since the hand came by */
    _Atomic unsigned holders;
};

struct shard {
    pthread_mutex_t lock;
    struct entry *bucket[BUCKETS];
    struct entry *hand;
    size_t bytes;
};

struct tile_cache {
    struct shard shard[SHARDS];
    size_t most; /* bytes of a shard */
};

struct tile_cache *tile_cache_new(size_t bytes) {
    struct tile_cache *c = xcalloc(1, sizeof *c);
    c->most = bytes / SHARDS;
    for (int i = 0; i < SHARDS; i++)
        pthread_mutex_init(&c->shard[i].lock, NULL);
    return c;
}

void tile_made_release(const struct tile_made *tile) {
    struct entry *n = (struct entry *)(uintptr_t)tile;
    if (n == NULL || atomic_fetch_sub(&n->holders, 1) > 1)
        return;
    buf_free(&n->made.body);
    free(n);
}

/* ---- a shard, with its lock held ----------------------------------------------------------- */

static uint64_t hash_of(const struct key *k) {
    uint64_t h = UINT64_C(14695981039346656037), part;
    for (size_t i = 0; i < sizeof *k; i += sizeof part) {
        memcpy(&part, (const uint8_t *)k + i, sizeof part);
        h = (h ^ part) * UINT64_C(0x9e3779b97f4a7c15);
        h ^= h >> 29;
    }
    return h;
}

static struct entry **place_of(struct shard *s, const struct key *k, uint64_t hash) {
    struct entry **at = &s->bucket[hash / SHARDS % BUCKETS];
    while (*at != NULL && memcmp(&(*at)->key, k, sizeof *k) != 0)
        at = &(*at)->next;
    return at;
}

static void remove_entry(struct shard *s, struct entry *n) {
    struct entry **at = place_of(s, &n->key, hash_of(&n->key));
    *at = n->next;
    n->before->after = n->after;
    n->after->before = n->before;
    if (s->hand == n)
        s->hand = n->after == n ? NULL : n->after;
    s->bytes -= n->bytes;
    tile_made_release(&n->made);
}

/* Lets tiles go until `more` bytes fit. */
static void make_room(struct shard *s, size_t more, size_t most) {
    while (s->hand != NULL && s->bytes + more > most) {
        if (s->hand->asked) {
            s->hand->asked = false;
            s->hand = s->hand->after;
        } else {
            remove_entry(s, s->hand);
        }
    }
}

/* Behind the hand, which comes there last. */
static void add_entry(struct shard *s, struct entry **at, struct entry *n) {
    n->next = NULL;
    *at = n;
    if (s->hand == NULL) {
        s->hand = n->before = n->after = n;
    } else {
        n->after = s->hand;
        n->before = s->hand->before;
        n->before->after = n->after->before = n;
    }
    s->bytes += n->bytes;
}

/* ---- tiles ------------------------------------------------------------------------------------ */

/* Exactly as large as what it holds: it is counted, and stays for long. */
static void fit(struct buf *b) {
    if (b->len == 0)
        buf_free(b);
    else
        b->data = xrealloc(b->data, b->capacity = b->len, 1);
}

/* Takes the form that is wanted from what the source gave, or makes it. */
static bool finish(struct tile_bytes *from, bool packed, struct tile_made *out,
                   struct error *e) {
    if (packed && from->gzip.len == 0 && from->plain.len > 0)
        gzip_pack(from->plain.data, from->plain.len, &from->gzip);
    if (!packed && from->plain.len == 0 && from->gzip.len > 0 &&
        !gzip_unpack(from->gzip.data, from->gzip.len, TILE_BYTES_MAX, &from->plain, e))
        return false;
    bool smaller = from->plain.len == 0 || from->gzip.len < from->plain.len;
    struct buf *taken =
        packed && from->gzip.len > 0 && smaller ? &from->gzip : &from->plain;
    uint8_t digest[16];
    crypto_digest(taken->data, taken->len, digest, sizeof digest);
    hex_encode(digest, sizeof digest, out->digest);
    out->packed = taken == &from->gzip;
    out->body = *taken;
    *taken = (struct buf){0};
    fit(&out->body);
    return true;
}

static struct entry *cut(const struct tile_source *source, const struct key *key,
                         struct tile t, struct error *e) {
    struct tile_bytes bytes = {{0}, {0}};
    struct entry *n = xcalloc(1, sizeof *n);
    n->key = *key;
    n->holders = 1;
    bool done = source->cut(source->from, t, &bytes, e) &&
                finish(&bytes, source->packed, &n->made, e);
    buf_free(&bytes.plain);
    buf_free(&bytes.gzip);
    n->bytes = sizeof *n + n->made.body.len;
    if (done)
        return n;
    tile_made_release(&n->made);
    return NULL;
}

static struct key key_of(const struct tile_source *source, struct tile t) {
    struct key key = {.form = (uint32_t)source->set << 1 | source->packed,
                      .z = t.z,
                      .x = t.x,
                      .y = t.y};
    memcpy(key.digest, source->digest, sizeof key.digest);
    return key;
}

bool tile_cache_has(struct tile_cache *c, const struct tile_source *source,
                    struct tile t) {
    struct key key = key_of(source, t);
    uint64_t hash = hash_of(&key);
    struct shard *s = &c->shard[hash % SHARDS];
    pthread_mutex_lock(&s->lock);
    bool has = *place_of(s, &key, hash) != NULL;
    pthread_mutex_unlock(&s->lock);
    return has;
}

const struct tile_made *tile_cache_get(struct tile_cache *c,
                                       const struct tile_source *source, struct tile t,
                                       struct error *e) {
    struct key key = key_of(source, t);
    uint64_t hash = hash_of(&key);
    struct shard *s = &c->shard[hash % SHARDS];
    pthread_mutex_lock(&s->lock);
    struct entry *n = *place_of(s, &key, hash);
    if (n != NULL) {
        n->asked = true;
        atomic_fetch_add(&n->holders, 1);
    }
    pthread_mutex_unlock(&s->lock);
    if (n != NULL || (n = cut(source, &key, t, e)) == NULL || n->bytes > c->most)
        return n != NULL ? &n->made : NULL;
    pthread_mutex_lock(&s->lock);
    make_room(s, n->bytes, c->most);
    struct entry **at = place_of(s, &key, hash);
    if (*at == NULL) { /* nobody else was faster */
        atomic_fetch_add(&n->holders, 1);
        add_entry(s, at, n);
    }
    pthread_mutex_unlock(&s->lock);
    return &n->made;
}

size_t tile_cache_bytes(struct tile_cache *c) {
    size_t sum = 0;
    for (int i = 0; i < SHARDS; i++) {
        pthread_mutex_lock(&c->shard[i].lock);
        sum += c->shard[i].bytes;
        pthread_mutex_unlock(&c->shard[i].lock);
    }
    return sum;
}

void tile_cache_free(struct tile_cache *c) {
    if (c == NULL)
        return;
    for (int i = 0; i < SHARDS; i++) {
        make_room(&c->shard[i], c->most + 1, c->most);
        pthread_mutex_destroy(&c->shard[i].lock);
    }
    free(c);
}

/* ---- the services ------------------------------------------------------------------------------ */

static bool cut_services(const void *from, struct tile t, struct tile_bytes *out,
                         struct error *e) {
    return service_tile(from, t, &out->plain, e);
}

struct tile_source service_source(const struct service_index *x,
                                  const struct snapshot *snapshot) {
    struct tile_source s = {.set = TILE_SET_SERVICES, .cut = cut_services, .from = x};
    memcpy(s.digest, snapshot->header->digest, sizeof s.digest);
    return s;
}
