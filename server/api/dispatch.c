/* SPDX-License-Identifier: Apache-2.0 */
#include "server/api/dispatch.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "data/crypto.h"
#include "server/api/handlers.h"
#include "server/http/log.h"

static pthread_key_t searcher_key;
static pthread_once_t searcher_once = PTHREAD_ONCE_INIT;

static void free_searcher(void *searcher) {
    searcher_free(searcher);
}

static void make_searcher_key(void) {
    pthread_key_create(&searcher_key, free_searcher);
}

static struct searcher *searcher_of_thread(void) {
    pthread_once(&searcher_once, make_searcher_key);
    struct searcher *s = pthread_getspecific(searcher_key);
    if (s == NULL) {
        s = searcher_new();
        pthread_setspecific(searcher_key, s);
    }
    return s;
}

void set_validator(const struct context *c, const struct request *q, struct response *r) {
    uint8_t digest[16];
    struct buf what = {0};
    buf_add(&what, c->snapshot->header->digest, sizeof digest); /* a revision may come twice */
    buf_add(&what, c->snapshot->atlas->digest, sizeof c->snapshot->atlas->digest);
    buf_str(&what, role_name(c->role));
    buf_str(&what, q->path);
    buf_printf(&what, " %d", (int)(c->now / 86400)); /* `valid_until` passes by the day */
    for (int i = 0; i < q->args.count; i++) {
        const struct arg *a = &q->args.arg[i];
        buf_printf(&what, "\n%zu %d ", a->name.len, a->count);
        buf_add(&what, a->name.at, a->name.len);
        for (int k = 0; k < a->count; k++) {
            buf_printf(&what, "\n%zu ", a->item[k].text.len);
            buf_add(&what, a->item[k].text.at, a->item[k].text.len);
        }
    }
    crypto_digest(what.data, what.len, digest, sizeof digest);
    buf_free(&what);
    r->etag[0] = '"';
    hex_encode(digest, sizeof digest, r->etag + 1);
    strcat(r->etag, "\"");
    r->caching = c->role == ROLE_PUBLIC ? CACHE_PUBLIC : CACHE_PRIVATE;
}

/* True unless the caller names a key that is none: a mistyped key must not be taken for
 * "no key" and answered with less. */
static bool find_role(struct dispatcher *d, const struct request *q, enum role *out) {
    static const char scheme[] = "Bearer ";
    *out = ROLE_PUBLIC;
    if (q->authorization[0] == '\0')
        return true;
    if (strncasecmp(q->authorization, scheme, strlen(scheme)) != 0)
        return false;
    struct slice token = slice_trim(slice_of(q->authorization + strlen(scheme)));
    return directory_role(d->directory, token.at, token.len, out);
}

/* True when an Accept list takes `media` (RFC 9110 section 12.5.1); q=0 refuses. */
static bool accepts(const char *accept, const char *media) {
    struct slice rest = slice_of(accept), item;
    size_t kind = (size_t)(strchr(media, '/') - media) + 1;
    if (accept[0] == '\0')
        return true;
    while (slice_next(&rest, ',', &item)) {
        struct slice params = item, type;
        slice_next(&params, ';', &type);
        type = slice_trim(type);
        bool refused = params.at != NULL && memmem(params.at, params.len, "q=0", 3) != NULL &&
                       memmem(params.at, params.len, "q=0.", 4) == NULL;
        bool meant = slice_is(type, "*/*") ||
                     (type.len == strlen(media) && strncasecmp(type.at, media, type.len) == 0) ||
                     (type.len == kind + 1 && type.at[kind] == '*' &&
                      strncasecmp(type.at, media, kind) == 0);
        if (meant && !refused)
            return true;
    }
    return false;
}

static bool is_json(const char *content_type) {
    struct slice rest = slice_of(content_type), type;
    slice_next(&rest, ';', &type);
    type = slice_trim(type);
    return type.len == 16 && strncasecmp(type.at, "application/json", 16) == 0;
}

static bool read_body(struct request *q, struct response *r) {
    struct error e = {0};
    if (!is_json(q->content_type)) {
        problem(r, 415, "The body must be JSON: Content-Type: application/json.", NULL);
        return false;
    }
    if (q->args.count > 0) {
        problem(r, 400, "With POST all parameters belong in the body, none in the URL.", NULL);
        return false;
    }
    if (!args_read_json(&q->args, q->body, q->body_len, &e)) {
        problem(r, 400, e.message, NULL);
        return false;
    }
    return true;
}

static const struct route *find_route(struct request *q, struct response *r) {
    unsigned allowed;
    const struct route *route = route_match(routes, q->path, q->method, q->value, &allowed);
    if (allowed == 0) {
        problem(r, 404, NULL, NULL);
        return NULL;
    }
    if (route != NULL)
        return route;
    route_allow(allowed, r->allow, sizeof r->allow);
    if (q->method == METHOD_OPTIONS)
        r->status = 204;
    else
        problem(r, 405, NULL, NULL);
    return NULL;
}

static void run(struct dispatcher *d, const struct route *route, struct request *q,
                struct response *r) {
    struct directory_view view = directory_take(d->directory);
    struct context c = {
        .snapshot = directory_snapshot(view, q->role, VIEW_FAR),
        .close = directory_snapshot(view, q->role, VIEW_CLOSE),
        .role = q->role,
        .borders = d->borders,
        .searcher = searcher_of_thread(),
        .openapi = &d->openapi,
        .now = time(NULL),
    };
    route->handle(&c, q, r);
    directory_return(d->directory, view);
    if (r->status == 200 && etag_matches(q->if_none_match, r->etag)) {
        r->status = 304;
        r->body.len = 0;
    }
}

/* The name of the route for the log, or of what there was no route for. */
static const char *answer_request(struct dispatcher *d, struct request *q, struct response *r) {
    const struct route *route = find_route(q, r);
    if (route == NULL)
        return "none";
    if (!find_role(d, q, &q->role)) {
        r->challenge = "Bearer";
        problem(r, 401, "This key is not known.", NULL);
    } else if (!access_allows(route->access, q->role)) {
        problem(r, q->role == ROLE_PUBLIC ? 401 : 403, NULL, NULL);
    } else if (!accepts(q->accept, route->media)) {
        problem(r, 406, "This address answers with application/json.", NULL);
    } else if (q->method != METHOD_POST || read_body(q, r)) {
        run(d, route, q, r);
    }
    return route->name;
}

static int64_t milliseconds(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

void dispatch(void *ctx, struct request *q, struct response *r) {
    int64_t start = milliseconds();
    const char *name = answer_request(ctx, q, r);
    log_request(name, r->status, milliseconds() - start);
}
