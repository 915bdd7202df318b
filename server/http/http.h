/* SPDX-License-Identifier: Apache-2.0
 *
 * A request and its response, without the types of any web server. Handlers read the one
 * and fill the other; mhd.c moves both over the wire.
 */
#ifndef SERVER_HTTP_HTTP_H
#define SERVER_HTTP_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "data/buf.h"
#include "data/role.h"
#include "data/text.h"
#include "server/http/args.h"

enum method {
    METHOD_GET = 1, METHOD_HEAD = 2, METHOD_POST = 4, METHOD_OPTIONS = 8, METHOD_PATCH = 16,
    METHOD_DELETE = 32
};

#define BODY_MAX 65536 /* bytes of a request body, where its route does not say more */
#define URL_MAX 4096   /* bytes of path and query */
#define PATH_VALUES 3  /* `{id}` parts of a path */

struct request {
    enum method method;
    const char *path;
    const char *content_type;  /* or "" */
    const char *accept;        /* or "" */
    const char *accept_encoding; /* or "" */
    const char *accept_language; /* or "" */
    const char *if_none_match; /* or "" */
    const char *if_match;      /* or "" */
    const char *authorization; /* or "" */
    const char *cookie;        /* or "" */
    const char *origin;        /* or "" */
    const char *fetch_site;    /* of Sec-Fetch-Site, or "" */
    const char *host;          /* or "" */
    bool secure;               /* came over TLS, here or up to the proxy */
    uint8_t client[16];        /* IPv6 address of the client, IPv4 mapped into it; never kept */
    enum role role;            /* of the key; ROLE_PUBLIC without one */
    struct args args;          /* of the query part, then of the body */
    struct slice value[PATH_VALUES]; /* what stood for `{id}` in the path */
    const char *body;
    size_t body_len;
    int64_t since_ms; /* on the monotonic clock: when answering began */
};

enum caching {
    CACHE_NEVER,  /* no-store: an answer about a person */
    CACHE_PUBLIC, /* a public read: shared caches may keep it and must revalidate */
    CACHE_PRIVATE, /* staff: only the caller's own cache, revalidated */
    CACHE_FOREVER, /* what never changes under its name */
};

struct response {
    int status;
    const char *content_type; /* static */
    const char *coding;       /* of Content-Encoding: static, or NULL where the body is plain */
    bool negotiated;          /* another Accept-Encoding might be answered in another coding */
    bool by_language;         /* another Accept-Language might be answered otherwise */
    const char *policy;       /* Content-Security-Policy of a page; NULL: of what is none */
    bool framed;              /* pages of other hosts may frame it: `policy` says which */
    struct buf body;
    struct slice lasting; /* instead of `body`, where not NULL: outlives every answer */
    char etag[80];       /* with its quotes, or "" */
    char allow[40];      /* with 405 */
    char link[600];      /* RFC 8288, or "" */
    enum caching caching;
    const char *challenge; /* of WWW-Authenticate with 401, or NULL */
    char cookie[200];      /* of Set-Cookie, or "" */
    int retry_after_s;     /* with 429 and 503; 0: not said */
};

/* One thing that is wrong with one parameter. */
struct fault {
    char parameter[64];
    char detail[200];
};

#define FAULTS_MAX 16

/* What is wrong with a request, gathered so that all is told at once. */
struct faults {
    int count;
    struct fault at[FAULTS_MAX];
};

/* Adds a fault; returns false, so that a check can `return fault_add(...)`. The detail
 * never repeats a value that was sent: it could be about a person. */
bool fault_add(struct faults *f, struct slice parameter, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Fills the response with an RFC 9457 problem. `detail` may be NULL, `faults` too. */
void problem(struct response *r, int status, const char *detail, const struct faults *faults);

/* Sets a JSON content type and status 200. */
void respond_json(struct response *r);

/* True when `if_none_match` names the response's ETag, weakly compared (RFC 9110). */
bool etag_matches(const char *if_none_match, const char *etag);

#endif
