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
    buf_add(&what, c->snapshot->header->digest,
            sizeof digest); /* a revision may come twice */
    buf_add(&what, c->snapshot->atlas->digest, sizeof c->snapshot->atlas->digest);
    buf_str(&what, role_name(c->role));
    if (c->caller->has_organization) /* of which its partner sees more */
        buf_add(&what, c->caller->organization, sizeof c->caller->organization);
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

/* Who sent the request. False: a key or a session that opens nothing. A mistyped key, or a
 * session that has ended, must not be taken for nobody's and answered with less. */
static bool identify(struct dispatcher *d, const struct request *q, struct caller *out) {
    static const char scheme[] = "Bearer ";
    const char *sent = q->authorization;
    struct slice token = {NULL, 0};
    *out = (struct caller){0};
    if (sent[0] != '\0' && strncasecmp(sent, scheme, strlen(scheme)) != 0)
        return false;
    if (sent[0] != '\0')
        token = slice_trim(slice_of(sent + strlen(scheme)));
    return access_identify(d->access, token.at, token.len, q->cookie, time(NULL), out);
}

/* True when the origin is this host, as the browser names it. Over TLS it has to say so too:
 * anybody on an open line can make a page of `http://` this host. */
static bool is_own_origin(const struct request *q) {
    static const char secure[] = "https://";
    const char *host = strstr(q->origin, "://");
    if (q->secure && strncasecmp(q->origin, secure, strlen(secure)) != 0)
        return false;
    return host != NULL && q->host[0] != '\0' && strcasecmp(host + 3, q->host) == 0;
}

/* True when no page of another host is behind what a session does, or behind a sign-in.
 * Browsers say in Sec-Fetch-Site, or else in Origin, whose page it is; with a session one of
 * them is needed. A key is known to who sends it, and what anybody may ask, any page may. */
static bool is_own_page(const struct route *route, const struct request *q,
                        const struct caller *caller) {
    bool matters = caller->kind == CALLER_SESSION || route->own_pages;
    if (!matters || q->method == METHOD_GET || q->method == METHOD_HEAD)
        return true;
    if (q->fetch_site[0] != '\0')
        return strcmp(q->fetch_site, "same-origin") == 0;
    if (q->origin[0] != '\0')
        return is_own_origin(q);
    return caller->kind != CALLER_SESSION;
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
        bool refused = params.at != NULL &&
                       memmem(params.at, params.len, "q=0", 3) != NULL &&
                       memmem(params.at, params.len, "q=0.", 4) == NULL;
        bool meant =
            slice_is(type, "*/*") ||
            (type.len == strlen(media) && strncasecmp(type.at, media, type.len) == 0) ||
            (type.len == kind + 1 && type.at[kind] == '*' &&
             strncasecmp(type.at, media, kind) == 0);
        if (meant && !refused)
            return true;
    }
    return false;
}

static bool is_media(const char *content_type, const char *media) {
    struct slice rest = slice_of(content_type), type;
    slice_next(&rest, ';', &type);
    type = slice_trim(type);
    return type.len == strlen(media) && strncasecmp(type.at, media, type.len) == 0;
}

static bool refuse_body(struct response *r, const char *media) {
    char detail[120];
    snprintf(detail, sizeof detail, "The body must be sent as Content-Type: %s.", media);
    problem(r, 415, detail, NULL);
    return false;
}

/* Reads the parameters of a body, unless the route takes the body as it is. */
static bool read_body(const struct route *route, struct request *q, struct response *r) {
    static const char json[] = "application/json";
    struct error e = {0};
    if (route->takes != NULL)
        return is_media(q->content_type, route->takes) || refuse_body(r, route->takes);
    if (!is_media(q->content_type, json))
        return refuse_body(r, json);
    if (q->args.count > 0) {
        problem(r, 400, "With POST all parameters belong in the body, none in the URL.",
                NULL);
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
    const struct route *route =
        route_match(routes, q->path, q->method, q->value, &allowed);
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

static void run(struct dispatcher *d, const struct route *route,
                const struct caller *caller, struct request *q, struct response *r) {
    /* Who holds a snapshot keeps the next one waiting. */
    bool holds = route->waits != WAITS_LONG;
    struct directory_view view = {0};
    if (holds)
        view = directory_take(d->directory);
    struct context c = {
        .snapshot = holds ? directory_snapshot(view, caller->role, VIEW_FAR) : NULL,
        .close = holds ? directory_snapshot(view, caller->role, VIEW_CLOSE) : NULL,
        .services = holds ? directory_services(view, caller->role) : NULL,
        .tiles = d->tiles,
        .role = caller->role,
        .borders = d->borders,
        .searcher = searcher_of_thread(),
        .openapi = &d->openapi,
        .caller = caller,
        .access = d->access,
        .home = &d->home,
        .uploads = d->uploads,
        .pages = d->pages,
        .basemap = d->basemap,
        .now = time(NULL),
    };
    route->handle(&c, q, r);
    if (holds)
        directory_return(d->directory, view);
    if (r->status == 200 && etag_matches(q->if_none_match, r->etag)) {
        r->status = 304;
        r->body.len = 0;
        r->lasting = (struct slice){NULL, 0};
    }
}

/* What a person who has to change the password may do before. */
static bool is_before_password(const struct route *route) {
    return route->handle == handle_password || route->handle == handle_session ||
           route->handle == handle_sign_out ||
           route->handle == handle_sign_out_everywhere;
}

/* True when the caller may use the route; else answered. */
static bool admit(const struct route *route, const struct caller *caller,
                  const struct request *q, struct response *r) {
    if (!is_own_page(route, q, caller)) {
        problem(r, 403, "This was sent by a page of another host.", NULL);
        return false;
    }
    if (!access_allows(route->access, caller->role)) {
        bool nobody = caller->kind == CALLER_NOBODY;
        r->challenge = nobody ? "Bearer" : NULL;
        problem(r, nobody ? 401 : 403, NULL, NULL);
        return false;
    }
    if (caller->must_change && !is_before_password(route)) {
        problem(r, 403, "Change the password first: POST /api/v1/password.", NULL);
        return false;
    }
    return true;
}

static void refuse_credential(const struct request *q, struct response *r) {
    r->challenge = "Bearer";
    problem(r, 401, "This key or session is not known, or has ended.", NULL);
    if (q->authorization[0] == '\0')
        clear_session_cookie(r);
}

static bool waits(struct dispatcher *d, const struct route *route,
                  const struct request *q) {
    return route->waits == WAITS || route->waits == WAITS_LONG ||
           (route->waits == WAITS_FOR_STAFF && q->role >= ROLE_OPERATOR) ||
           (route->waits == WAITS_FOR_TILE &&
            !basemap_ready(d->basemap, d->tiles, q));
}

/* Answers, or finds that a worker has to: false. `working`: the caller is one. */
static bool answer_request(struct dispatcher *d, struct request *q, struct response *r,
                           bool working, const char **name) {
    struct caller caller;
    const struct route *route = find_route(q, r);
    if (route == NULL)
        return true;
    *name = route->name;
    if (route->page)
        caller = (struct caller){0}; /* for everybody the same */
    else if (!identify(d, q, &caller)) {
        refuse_credential(q, r);
        return true;
    }
    q->role = caller.role;
    if (!admit(route, &caller, q, r))
        return true;
    if (!route->page && !accepts(q->accept, route->media)) {
        problem(r, 406, "This address answers with another media type.", NULL);
        return true;
    }
    bool has_body = q->method == METHOD_POST || q->method == METHOD_PATCH;
    if (has_body && !working && !read_body(route, q, r))
        return true;
    if (!working && waits(d, route, q))
        return false;
    if (!route->page)
        access_used(d->access, &caller, route->name, time(NULL));
    run(d, route, &caller, q, r);
    return true;
}

static int64_t milliseconds(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static bool answer(struct dispatcher *d, struct request *q, struct response *r,
                   bool working) {
    const char *name = "none";
    if (!answer_request(d, q, r, working, &name))
        return false;
    log_request(name, r->status, milliseconds() - q->since_ms);
    return true;
}

bool dispatch(void *ctx, struct request *q, struct response *r) {
    q->since_ms = milliseconds();
    return answer(ctx, q, r, false);
}

void dispatch_work(void *ctx, struct request *q, struct response *r) {
    answer(ctx, q, r, true);
}

size_t dispatch_body_max(void *ctx, const struct request *q) {
    struct slice unused[PATH_VALUES];
    struct caller caller;
    unsigned allowed;
    const struct route *route = route_match(routes, q->path, q->method, unused, &allowed);
    bool more = route != NULL && route->body_max > BODY_MAX &&
                identify(ctx, q, &caller) && access_allows(route->access, caller.role);
    return more ? route->body_max : BODY_MAX;
}
