/* SPDX-License-Identifier: Apache-2.0 */
#include "server/http/workers.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "data/mem.h"

struct workers {
    struct workers_options options;
    pthread_mutex_t lock; /* of what follows */
    pthread_cond_t some;  /* a job waits, or the pool stops */
    bool stopping;
    int first, count; /* of the ring */
    void *job[WORKERS_QUEUE];
    int threads;
    pthread_t thread[];
};

/* The job that waited longest; call it with the lock. */
static void *take(struct workers *w) {
    void *job = w->job[w->first];
    w->first = (w->first + 1) % WORKERS_QUEUE;
    w->count--;
    return job;
}

static void *work(void *ctx) {
    struct workers *w = ctx;
    pthread_mutex_lock(&w->lock);
    for (;;) {
        while (w->count == 0 && !w->stopping)
            pthread_cond_wait(&w->some, &w->lock);
        if (w->stopping)
            break;
        void *job = take(w);
        pthread_mutex_unlock(&w->lock);
        w->options.run(w->options.ctx, job);
        pthread_mutex_lock(&w->lock);
    }
    pthread_mutex_unlock(&w->lock);
    return NULL;
}

static int default_threads(void) {
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    return cores < 4 ? 4 : cores > 8 ? 8 : (int)cores;
}

struct workers *workers_start(const struct workers_options *options, struct error *e) {
    int threads = options->threads > 0 ? options->threads : default_threads();
    struct workers *w = xcalloc(1, sizeof *w + (size_t)threads * sizeof *w->thread);
    w->options = *options;
    pthread_mutex_init(&w->lock, NULL);
    pthread_cond_init(&w->some, NULL);
    int wrong = 0;
    while (w->threads < threads && wrong == 0) {
        wrong = pthread_create(&w->thread[w->threads], NULL, work, w);
        w->threads += wrong == 0;
    }
    if (wrong == 0)
        return w;
    error_set(e, ERR_ENVIRONMENT, "worker %d of %d does not start: %s", w->threads + 1,
              threads, strerror(wrong));
    workers_stop(w);
    workers_free(w);
    return NULL;
}

bool workers_add(struct workers *w, void *job) {
    pthread_mutex_lock(&w->lock);
    bool fits = !w->stopping && w->count < WORKERS_QUEUE;
    if (fits) {
        w->job[(w->first + w->count++) % WORKERS_QUEUE] = job;
        pthread_cond_signal(&w->some);
    }
    pthread_mutex_unlock(&w->lock);
    return fits;
}

void workers_stop(struct workers *w) {
    pthread_mutex_lock(&w->lock);
    w->stopping = true;
    pthread_cond_broadcast(&w->some);
    pthread_mutex_unlock(&w->lock);
    for (int i = 0; i < w->threads; i++)
        pthread_join(w->thread[i], NULL);
    while (w->count > 0)
        w->options.drop(w->options.ctx, take(w));
}

void workers_free(struct workers *w) {
    pthread_cond_destroy(&w->some);
    pthread_mutex_destroy(&w->lock);
    free(w);
}
