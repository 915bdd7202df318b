/* SPDX-License-Identifier: Apache-2.0 */
#include "server/http/exchange.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "data/mem.h"

/* Each thread keeps its exchanges for the next requests, and frees them when it ends. */
static pthread_key_t free_exchanges;
static pthread_once_t free_exchanges_once = PTHREAD_ONCE_INIT;

static _Atomic int large_bodies; /* under way */

static void free_list(void *first) {
    for (struct exchange *x = first, *next; x != NULL; x = next) {
        next = x->next_free;
        buf_wipe(&x->body);
        buf_wipe(&x->response.body);
        free(x);
    }
}

static void make_key(void) {
    pthread_key_create(&free_exchanges, free_list);
}

static void set_empty(struct exchange *x) {
    struct request *q = &x->request;
    q->path = q->content_type = q->accept = "";
    q->accept_encoding = q->accept_language = q->if_none_match = q->if_match = "";
    q->authorization = q->cookie = q->origin = q->fetch_site = q->host = q->body = "";
    x->content_length = x->coding = x->forwarded_for = x->forwarded_proto = "";
    x->body_max = BODY_MAX;
    x->body.secret = x->response.body.secret = true;
}

struct exchange *exchange_new(void) {
    pthread_once(&free_exchanges_once, make_key);
    struct exchange *x = pthread_getspecific(free_exchanges);
    if (x != NULL)
        pthread_setspecific(free_exchanges, x->next_free);
    else
        x = xcalloc(1, sizeof *x);
    set_empty(x);
    return x;
}

/* Wipes a buffer and empties it; only up to `kept` bytes stay allocated. The whole of it:
 * a handler may have written more than it left (a 304, a problem half-way). */
static void wipe(struct buf *b, size_t kept) {
    if (b->data != NULL)
        explicit_bzero(b->data, b->capacity);
    b->len = 0;
    if (b->capacity > kept)
        buf_free(b);
}

void exchange_release(struct exchange *x) {
    struct buf body = x->body, answer = x->response.body;
    wipe(&body, BODY_MAX);
    if (x->response.caching != CACHE_PUBLIC || answer.capacity > KEPT_ANSWER)
        wipe(&answer, KEPT_ANSWER);
    answer.len = 0;
    if (x->large)
        atomic_fetch_sub(&large_bodies, 1);
    args_clear(&x->request.args);
    explicit_bzero(x, sizeof *x);
    x->body = body;
    x->response.body = answer;
    x->next_free = pthread_getspecific(free_exchanges);
    pthread_setspecific(free_exchanges, x);
}

/* ---- bodies ------------------------------------------------------------------------- */

static bool claim_large(struct exchange *x) {
    if (x->large)
        return true;
    x->large = atomic_fetch_add(&large_bodies, 1) < LARGE_BODIES;
    if (!x->large)
        atomic_fetch_sub(&large_bodies, 1);
    return x->large;
}

/* What is wrong with a body of that many bytes: a status, or 0. */
static int too_large(struct exchange *x, uint64_t len) {
    return len > x->body_max ? 413 : len > BODY_MAX && !claim_large(x) ? 503 : 0;
}

bool exchange_has_body(const struct exchange *x) {
    return x->content_length[0] != '\0' || x->coding[0] != '\0';
}

void exchange_expect_body(struct exchange *x) {
    if (x->content_length[0] != '\0')
        x->early_status = too_large(x, strtoull(x->content_length, NULL, 10));
}

bool exchange_take_body(struct exchange *x, const char *data, size_t len) {
    if (x->early_status == 0)
        x->early_status = too_large(x, (uint64_t)x->body.len + len);
    if (x->early_status == 0) {
        buf_add(&x->body, data, len);
        return true;
    }
    wipe(&x->body, BODY_MAX);
    x->discarded += len;
    return x->discarded <= DISCARD_MAX;
}

void exchange_refuse(struct exchange *x) {
    bool busy = x->early_status == 503;
    const char *why = busy                  ? "The server is busy. Please ask again."
                      : x->error.message[0] ? x->error.message
                                            : NULL;
    problem(&x->response, x->early_status, why, NULL);
    x->response.retry_after_s = busy ? 1 : 0;
}
