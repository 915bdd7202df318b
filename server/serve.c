/* SPDX-License-Identifier: Apache-2.0
 *
 * haven serve: load, listen, watch for changes, stop on a signal.
 */
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <time.h>

#include "data/share.h"
#include "server/api/dispatch.h"
#include "server/api/handlers.h"
#include "server/api/openapi.h"
#include "server/commands.h"
#include "server/http/log.h"
#include "server/http/mhd.h"
#include "tiles/basemap.h"

#define LOOK_MS 200 /* how often the record and the keys are looked at */

static const char help[] =
    "usage: haven serve --db FILE.db [options]\n\n"
    "  --db FILE.db            the record to answer from\n"
    "  --basemap FILE.mbtiles  default: the record's name with .mbtiles for .db, if there\n"
    "                          is such a file (haven tiles build makes it)\n"
    "  --listen ADDRESS:PORT   default 127.0.0.1:8080; port 0 takes any free one\n"
    "  --threads N             default: one a core\n"
    "  --workers N             for requests that wait, default: one a core, from 4 to 8\n"
    "  --connections N         most at once, default 4000\n"
    "  --timeout SECONDS       close a connection that makes no progress, default 20\n"
    "  --request-time SECONDS  close one that completes no request, default 60\n"
    "  --proxy ADDRESS         a reverse proxy: its X-Forwarded-For and -Proto count\n"
    "  --tls-cert FILE         PEM certificate and its chain: speak HTTPS\n"
    "  --tls-key FILE          its key, not readable by everybody\n"
    "  --session-idle MINUTES  sign out who asks nothing for so long, default 30\n"
    "  --session-hours HOURS   and so long after signing in, default 12\n"
    "  --places-an-hour N      exact places of hidden services that one operator or\n"
    "                          caseworker may read, default 20\n"
    "  --embed https://HOST    whose pages may frame ours (/?embed=1); up to 16 times,\n"
    "                          default nobody's\n"
    "  --tile-cache MEGABYTES  for finished tiles, default 64; 0 keeps none\n\n"
    "Imports and keys are noticed within a second, without a restart;\n"
    "so is a renewed certificate, and connections go on.\n";

struct serve_options {
    const char *db;
    const char *basemap; /* or NULL */
    char host[256];
    struct http_options http;
    struct access_options access;
    int tile_cache_mb;
    const char *embed[EMBED_MAX];
    int embed_count;
};

static int wrong_use(const char *what) {
    fprintf(stderr, "haven serve: %s\n\n%s", what, help);
    return 2;
}

/* "127.0.0.1:8080", "[::1]:8080", "localhost:0". */
static bool read_listen(const char *text, struct serve_options *o) {
    const char *colon = strrchr(text, ':');
    int64_t port;
    if (colon == NULL || !slice_integer(slice_of(colon + 1), &port) || port < 0 ||
        port > 65535)
        return false;
    struct slice host = {text, (size_t)(colon - text)};
    if (host.len > 2 && host.at[0] == '[' && host.at[host.len - 1] == ']')
        host = (struct slice){host.at + 1, host.len - 2};
    if (host.len == 0 || host.len >= sizeof o->host)
        return false;
    memcpy(o->host, host.at, host.len);
    o->host[host.len] = '\0';
    o->http.host = o->host;
    o->http.port = (int)port;
    return true;
}

static bool read_count(const char *text, int low, int high, int *out) {
    int64_t value;
    if (!slice_integer(slice_of(text), &value) || value < low || value > high)
        return false;
    *out = (int)value;
    return true;
}

enum option_id {
    OPT_DB = 1,
    OPT_BASEMAP,
    OPT_LISTEN,
    OPT_THREADS,
    OPT_WORKERS,
    OPT_CONNECTIONS,
    OPT_TIMEOUT,
    OPT_REQUEST_TIME,
    OPT_PROXY,
    OPT_TLS_CERT,
    OPT_TLS_KEY,
    OPT_SESSION_IDLE,
    OPT_SESSION_HOURS,
    OPT_PLACES,
    OPT_TILE_CACHE,
    OPT_EMBED,
    OPT_HELP
};

/* A count from 1 to `most` of `seconds` each. */
static bool read_times(const char *text, int most, int seconds, int *out) {
    if (!read_count(text, 1, most, out))
        return false;
    *out *= seconds;
    return true;
}

static bool add_embed(struct serve_options *o, const char *origin) {
    if (o->embed_count == EMBED_MAX || !embed_origin(origin))
        return false;
    o->embed[o->embed_count++] = origin;
    return true;
}

static bool set_option(struct serve_options *o, int id, const char *value) {
    switch (id) {
    case OPT_DB:
        o->db = value;
        return true;
    case OPT_BASEMAP:
        o->basemap = value;
        return true;
    case OPT_LISTEN:
        return read_listen(value, o);
    case OPT_THREADS:
        return read_count(value, 1, 256, &o->http.threads);
    case OPT_WORKERS:
        return read_count(value, 1, 64, &o->http.workers);
    case OPT_CONNECTIONS:
        return read_count(value, 1, 100000, &o->http.connections);
    case OPT_TIMEOUT:
        return read_count(value, 1, 3600, &o->http.timeout_s);
    case OPT_REQUEST_TIME:
        return read_count(value, 1, 3600, &o->http.request_s);
    case OPT_PROXY:
        o->http.proxy = value;
        return true;
    case OPT_TLS_CERT:
        o->http.tls_cert = value;
        return true;
    case OPT_TLS_KEY:
        o->http.tls_key = value;
        return true;
    case OPT_SESSION_IDLE:
        return read_times(value, 1440, 60, &o->access.idle_s);
    case OPT_SESSION_HOURS:
        return read_times(value, 168, 3600, &o->access.absolute_s);
    case OPT_PLACES:
        return read_count(value, 1, 1000, &o->access.places_an_hour);
    case OPT_TILE_CACHE:
        return read_count(value, 0, 16384, &o->tile_cache_mb);
    case OPT_EMBED:
        return add_embed(o, value);
    default:
        return false;
    }
}

/* Memory of this process holds what people were searched for. */
static void forbid_core_dumps(void) {
    const struct rlimit none = {0, 0};
    setrlimit(RLIMIT_CORE, &none);
    prctl(PR_SET_DUMPABLE, 0);
}

static void each_second(struct http_server *http) {
    struct error e = {0};
    bool renewed;
    http_reap(http);
    if (!http_look(http, &renewed, &e))
        fprintf(stderr, "haven: still using the old certificate: %s\n", e.message);
    else if (renewed)
        fprintf(stderr, "haven: using the renewed certificate\n");
}

/* Says what went wrong, when it is not what was said last. */
static void say_once(struct error *last, const struct error *now, const char *so) {
    if (now->message[0] != '\0' && strcmp(now->message, last->message) != 0)
        fprintf(stderr, "haven: %s: %s\n", so, now->message);
    *last = *now;
}

/* Until SIGINT or SIGTERM: looks for changes, closes slow connections, writes the log. */
static void watch(struct dispatcher *d, struct http_server *http,
                  const sigset_t *signals) {
    const struct timespec pause = {0, LOOK_MS * 1000000L};
    struct error directory = {0}, access = {0}, basemap = {0};
    for (unsigned n = 0; sigtimedwait(signals, NULL, &pause) < 0; n++) {
        struct error e = {0};
        directory_refresh(d->directory, &e);
        say_once(&directory, &e, "still serving the old directory");
        e = (struct error){0};
        access_refresh(d->access, time(NULL), &e);
        say_once(&access, &e, "accounts and keys are as they were");
        e = (struct error){0};
        basemap_refresh(d->basemap, &e);
        say_once(&basemap, &e, "the basemap is as it was");
        if (n % (1000 / LOOK_MS) == 0)
            each_second(http);
        log_flush();
    }
}

/* A key or a password that is sent over an open line is anybody's on the way. */
static void warn_of_open_line(const struct serve_options *o) {
    bool own = strncmp(o->host, "127.", 4) == 0 || strcmp(o->host, "::1") == 0 ||
               strcmp(o->host, "localhost") == 0;
    if (o->http.tls_cert == NULL && !own)
        fprintf(stderr,
                "haven: warning: no TLS on %s: keys, passwords and hidden places can be "
                "read on the way there; give --tls-cert and --tls-key, or listen on "
                "127.0.0.1 behind a proxy\n",
                o->host);
}

/* The basemap that was named, or the one beside the record. */
static struct basemap *find_basemap(const struct serve_options *o, const char *db,
                                    struct error *e) {
    char beside[SHARE_PATH_MAX];
    struct error ignored = {0};
    if (o->basemap != NULL)
        return basemap_open(o->basemap, true, e);
    if (!basemap_beside(db, beside, sizeof beside))
        return error_set(e, ERR_USAGE, "%s: the name is too long", db), NULL;
    struct basemap *b = basemap_open(beside, false, e);
    basemap_refresh(b, &ignored); /* watch() says what is wrong */
    return b;
}

static int serve(const struct serve_options *o) {
    char share[SHARE_PATH_MAX], borders[SHARE_PATH_MAX];
    struct error e = {0};
    struct dispatcher d = {0};
    struct borders *b = NULL;
    struct http_server *http = NULL;
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &signals, NULL);
    signal(SIGPIPE, SIG_IGN);
    forbid_core_dumps();
    char *db = realpath(o->db, NULL); /* wherever a process of its own looks for it */
    bool ready = (db != NULL || error_set(&e, ERR_ENVIRONMENT, "%s: %m", o->db)) &&
                 share_open(share, &e) && share_file(share, "borders.bin", borders, &e) &&
                 (b = borders_open(borders, &e)) != NULL &&
                 (d.directory = directory_open(db, share, &e)) != NULL &&
                 (d.pages = pages_open(share, o->embed, o->embed_count, &e)) != NULL &&
                 (d.basemap = find_basemap(o, db, &e)) != NULL &&
                 (d.access = access_open(db, share, &o->access, &e)) != NULL;
    d.borders = b;
    record_home_init(&d.home, db, share);
    if (ready) {
        openapi_write(&d.openapi, routes);
        d.uploads = uploads_new(db);
        d.tiles = tile_cache_new((size_t)o->tile_cache_mb << 20);
        const struct http_handler handler = {dispatch, dispatch_work, dispatch_body_max,
                                             &d};
        http = http_start(&o->http, &handler, &e);
    }
    if (http != NULL) {
        bool v6 = strchr(o->host, ':') != NULL;
        fprintf(stderr, "haven: listening on %s://%s%s%s:%d\n",
                o->http.tls_cert ? "https" : "http", v6 ? "[" : "", o->host,
                v6 ? "]" : "", http_port(http));
        warn_of_open_line(o);
        watch(&d, http, &signals);
        http_stop(http);
        log_flush();
    } else {
        fprintf(stderr, "haven serve: %s\n", e.message);
    }
    uploads_free(d.uploads);
    tile_cache_free(d.tiles);
    basemap_close(d.basemap);
    pages_close(d.pages);
    access_close(d.access);
    record_home_clear(&d.home);
    directory_close(d.directory);
    borders_close(b);
    buf_free(&d.openapi);
    free(db);
    return http != NULL ? 0 : e.code;
}

int command_serve(int argc, char **argv) {
    static const struct option options[] = {
        {"db", required_argument, NULL, OPT_DB},
        {"basemap", required_argument, NULL, OPT_BASEMAP},
        {"listen", required_argument, NULL, OPT_LISTEN},
        {"threads", required_argument, NULL, OPT_THREADS},
        {"workers", required_argument, NULL, OPT_WORKERS},
        {"connections", required_argument, NULL, OPT_CONNECTIONS},
        {"timeout", required_argument, NULL, OPT_TIMEOUT},
        {"request-time", required_argument, NULL, OPT_REQUEST_TIME},
        {"proxy", required_argument, NULL, OPT_PROXY},
        {"tls-cert", required_argument, NULL, OPT_TLS_CERT},
        {"tls-key", required_argument, NULL, OPT_TLS_KEY},
        {"session-idle", required_argument, NULL, OPT_SESSION_IDLE},
        {"session-hours", required_argument, NULL, OPT_SESSION_HOURS},
        {"places-an-hour", required_argument, NULL, OPT_PLACES},
        {"tile-cache", required_argument, NULL, OPT_TILE_CACHE},
        {"embed", required_argument, NULL, OPT_EMBED},
        {"help", no_argument, NULL, OPT_HELP},
        {0},
    };
    struct serve_options o = {
        .http = {.connections = 4000, .timeout_s = 20, .request_s = 60},
        .tile_cache_mb = 64};
    read_listen("127.0.0.1:8080", &o);
    for (int id; (id = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        if (id == OPT_HELP) {
            fputs(help, stdout);
            return 0;
        }
        if (!set_option(&o, id, optarg))
            return wrong_use("an option or its value is wrong");
    }
    if (o.db == NULL || optind < argc)
        return wrong_use("--db FILE.db is needed, and nothing but options");
    if ((o.http.tls_cert == NULL) != (o.http.tls_key == NULL))
        return wrong_use("--tls-cert and --tls-key need each other");
    return serve(&o);
}
