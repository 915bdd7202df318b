/* SPDX-License-Identifier: Apache-2.0 */
#include "server/http/headers.h"

#include <stdio.h>

/* Facts about an exchange that headers depend on. */
enum fact {
    ALWAYS = 0,
    PUBLIC = 1,    /* asked by nobody in particular */
    PERSONAL = 2,  /* asked with a key or a cookie */
    SECURE = 4,    /* over TLS */
    PREFLIGHT = 8, /* OPTIONS */
    TAGGED = 16,   /* the answer has a validator */
    PLAIN = 32,    /* the coding does not depend on Accept-Encoding */
    CODED = 64,    /* it does */
    ANSWER = 128,  /* for programs */
    PAGE = 256,    /* for a browser to show, or part of it: it brings its own policy */
    UNFRAMED = 512, /* no page of another host may frame it */
    SPOKEN = 1024, /* the language depends on Accept-Language */
};

static const struct {
    unsigned needs; /* all of these facts */
    const char *name, *value;
} fixed[] = {
    {PLAIN, "Vary", "Authorization, Cookie"},
    {CODED, "Vary", "Authorization, Cookie, Accept-Encoding"},
    {SPOKEN, "Vary", "Accept-Language"},
    {ANSWER, "Content-Security-Policy",
     "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"},
    {ALWAYS, "Referrer-Policy", "no-referrer"},
    {ALWAYS, "Permissions-Policy",
     "accelerometer=(), autoplay=(), browsing-topics=(), camera=(), display-capture=(), "
     "geolocation=(self), gyroscope=(), magnetometer=(), "
     "microphone=(), midi=(), payment=(), publickey-credentials-get=(), "
     "screen-wake-lock=(), serial=(), usb=(), xr-spatial-tracking=()"},
    {ALWAYS, "X-Content-Type-Options", "nosniff"},
    {UNFRAMED, "X-Frame-Options", "DENY"},
    {ALWAYS, "Cross-Origin-Opener-Policy", "same-origin"},
    {PUBLIC, "Cross-Origin-Resource-Policy", "cross-origin"},
    {PERSONAL, "Cross-Origin-Resource-Policy", "same-origin"},
    {SECURE, "Strict-Transport-Security", "max-age=63072000"},
    {PUBLIC, "Access-Control-Allow-Origin", "*"},
    {PUBLIC | TAGGED, "Access-Control-Expose-Headers", "ETag, Link"},
    {PUBLIC | PREFLIGHT, "Access-Control-Allow-Headers", "Content-Type, If-None-Match"},
    {PUBLIC | PREFLIGHT, "Access-Control-Max-Age", "86400"},
};

/* What depends on who asks must never be handed to somebody else by a cache. */
static const char *const cache_control[] = {
    [CACHE_NEVER] = "no-store",
    [CACHE_PUBLIC] = "public, no-cache",
    [CACHE_PRIVATE] = "private, no-cache",
    [CACHE_FOREVER] = "public, max-age=31536000, immutable",
};

static unsigned facts_of(const struct request *q, const struct response *r) {
    bool nobody =
        q->role == ROLE_PUBLIC && q->cookie[0] == '\0' && q->authorization[0] == '\0';
    return (nobody ? PUBLIC : PERSONAL) | (q->secure ? SECURE : 0) |
           (q->method == METHOD_OPTIONS ? PREFLIGHT : 0) |
           (r->etag[0] != '\0' ? TAGGED : 0) | (r->negotiated ? CODED : PLAIN) |
           (r->policy != NULL ? PAGE : ANSWER) | (r->framed ? 0 : UNFRAMED) |
           (r->by_language ? SPOKEN : 0);
}

void headers_each(const struct request *q, const struct response *r,
                  void (*add)(void *ctx, const char *name, const char *value),
                  void *ctx) {
    unsigned facts = facts_of(q, r);
    char seconds[16] = "";
    if (r->retry_after_s > 0)
        snprintf(seconds, sizeof seconds, "%d", r->retry_after_s);
    const struct {
        const char *name, *value; /* NULL or "": not sent */
    } own[] = {
        {"Content-Type", r->content_type},
        {"Content-Encoding", r->coding},
        {"Cache-Control", cache_control[r->caching]},
        {"Content-Security-Policy", r->policy},
        {"ETag", r->etag},
        {"Allow", r->allow},
        {"Link", r->link},
        {"WWW-Authenticate", r->challenge},
        {"Set-Cookie", r->cookie},
        {"Retry-After", seconds},
        {"Access-Control-Allow-Methods",
         (facts & (PUBLIC | PREFLIGHT)) == (PUBLIC | PREFLIGHT) ? r->allow : NULL},
    };
    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
        if (own[i].value != NULL && own[i].value[0] != '\0')
            add(ctx, own[i].name, own[i].value);
    for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++)
        if ((facts & fixed[i].needs) == fixed[i].needs)
            add(ctx, fixed[i].name, fixed[i].value);
}
