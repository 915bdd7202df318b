/* SPDX-License-Identifier: Apache-2.0 */
#include "data/snapshot_feed.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "data/mem.h"

#define BATCH 256 /* services */

/* Services with texts of their own. */
struct batch {
    size_t count; /* 0: there are no more */
    struct stored_service service[BATCH];
    struct arena arena;
};

struct taker {
    struct snapshot_feed *feed;
    struct snapshot_builder *builder;
    pthread_t thread;
    atomic_bool failed;
    struct error error; /* its thread's, until that has ended */
};

struct snapshot_feed {
    struct batch batch[2];
    size_t turn; /* of the reader: it fills batch[turn % 2] */
    pthread_barrier_t barrier;
    pthread_mutex_t start; /* held while threads are started */
    bool given_up;         /* not all could be */
    int count;
    struct taker taker[VIEWS_MAX];
};

/* ---- the builders' side ----------------------------------------------------------------- */

static void take(struct taker *t, const struct batch *b) {
    for (size_t i = 0; i < b->count && !atomic_load(&t->failed); i++)
        if (!snapshot_builder_add(t->builder, &b->service[i], &t->error))
            atomic_store(&t->failed, true);
}

static void *take_all(void *ctx) {
    struct taker *t = ctx;
    struct snapshot_feed *f = t->feed;
    pthread_mutex_lock(&f->start);
    bool given_up = f->given_up;
    pthread_mutex_unlock(&f->start);
    for (size_t turn = 0; !given_up; turn++) {
        pthread_barrier_wait(&f->barrier);
        const struct batch *b = &f->batch[turn % 2];
        if (b->count == 0)
            break;
        take(t, b);
    }
    return NULL;
}

/* ---- the reader's side ------------------------------------------------------------------ */

static const char *kept(struct arena *arena, const char *text) {
    return text[0] != '\0' ? arena_strndup(arena, text, strlen(text)) : "";
}

static void copy(struct batch *b, const struct stored_service *from) {
    struct stored_service *to = &b->service[b->count++];
    size_t count = from->flat.translation_count;
    *to = *from;
    to->source = kept(&b->arena, from->source);
    to->visibility = kept(&b->arena, from->visibility);
    for (int c = 0; c < COL_COUNT; c++)
        to->flat.cell[c] = kept(&b->arena, from->flat.cell[c]);
    struct translation *texts = count > 0 ? arena_alloc(&b->arena, count * sizeof *texts) : NULL;
    for (size_t i = 0; i < count; i++) {
        texts[i] = from->flat.translations[i];
        texts[i].value = kept(&b->arena, texts[i].value);
    }
    to->flat.translations = texts;
}

/* Hands the batch over; the other one, which all have taken in, is to be filled. */
static void hand_over(struct snapshot_feed *f) {
    pthread_barrier_wait(&f->barrier);
    struct batch *next = &f->batch[++f->turn % 2];
    next->count = 0;
    arena_reset(&next->arena);
}

static struct taker *first_failed(struct snapshot_feed *f) {
    for (int i = 0; i < f->count; i++)
        if (atomic_load(&f->taker[i].failed))
            return &f->taker[i];
    return NULL;
}

bool snapshot_feed_add(const struct stored_service *service, void *ctx, struct error *e) {
    struct snapshot_feed *f = ctx;
    copy(&f->batch[f->turn % 2], service);
    if (f->batch[f->turn % 2].count < BATCH)
        return true;
    hand_over(f);
    return first_failed(f) == NULL ||
           error_set(e, ERR_DATA, "%s", ""); /* what it was, snapshot_feed_end() says */
}

static void feed_free(struct snapshot_feed *f) {
    arena_free(&f->batch[0].arena);
    arena_free(&f->batch[1].arena);
    pthread_barrier_destroy(&f->barrier);
    pthread_mutex_destroy(&f->start);
    free(f);
}

static void join(struct snapshot_feed *f, int count) {
    for (int i = 0; i < count; i++)
        pthread_join(f->taker[i].thread, NULL);
}

struct snapshot_feed *snapshot_feed_new(struct snapshot_builder *const *builders, int count,
                                        struct error *e) {
    struct snapshot_feed *f = xcalloc(1, sizeof *f);
    int started = 0;
    f->count = count;
    pthread_barrier_init(&f->barrier, NULL, (unsigned)count + 1);
    pthread_mutex_init(&f->start, NULL);
    pthread_mutex_lock(&f->start);
    for (; started < count; started++) {
        struct taker *t = &f->taker[started];
        t->feed = f;
        t->builder = builders[started];
        if (pthread_create(&t->thread, NULL, take_all, t) != 0)
            break;
    }
    f->given_up = started < count;
    pthread_mutex_unlock(&f->start);
    if (!f->given_up)
        return f;
    join(f, started);
    feed_free(f);
    error_set(e, ERR_ENVIRONMENT, "no thread to make a snapshot in");
    return NULL;
}

bool snapshot_feed_end(struct snapshot_feed *f, struct error *e) {
    if (f->batch[f->turn % 2].count > 0)
        hand_over(f);
    pthread_barrier_wait(&f->barrier); /* with an empty batch */
    join(f, f->count);
    const struct taker *failed = first_failed(f);
    if (failed != NULL)
        *e = failed->error;
    bool done = failed == NULL;
    feed_free(f);
    return done;
}
