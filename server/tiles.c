/* SPDX-License-Identifier: Apache-2.0
 *
 * haven tiles build: the basemap of a record, as an MBTiles file beside it.
 */
#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "data/share.h"
#include "data/text.h"
#include "server/commands.h"
#include "tiles/basemap.h"

#define SHOW_MS 200 /* a line of progress at most so often, on a terminal */

static const char help[] =
    "usage: haven tiles build --db FILE.db [options]\n\n"
    "Cuts land, waters, borders, roads and names of a record into vector tiles: an MBTiles\n"
    "file, which haven serve finds beside the record. What the record does not have of land\n"
    "and borders comes with the program.\n\n"
    "  --db FILE.db          the record; it is only read\n"
    "  --out FILE.mbtiles    default: the record's name with .mbtiles for .db\n"
    "  --max-zoom N          0 to 14, default 11; clients enlarge the last\n"
    "  --bbox W,S,E,N        in degrees; default: places and areas of the record, and some\n"
    "                        room. The whole world is cut up to zoom 5 in any case\n"
    "  --attribution TEXT    whose the imported data are, to be shown on the map beside\n"
    "                        Natural Earth, whose land and borders come with the program\n"
    "  --threads N           default: one a core\n"
    "  --resume              go on where a build was stopped, and leave a file that is\n"
    "                        complete, if record and options are the same; else begin anew\n"
    "\n"
    "Exit codes: 0 done, 1 data refused, 2 wrong use, 3 the environment failed.\n";

static int wrong_use(const char *what) {
    fprintf(stderr, "haven tiles: %s\n\n%s", what, help);
    return ERR_USAGE;
}

/* ---- options ------------------------------------------------------------------------------- */

static bool read_box(const char *text, struct box *out) {
    double n[4];
    char *end;
    for (int i = 0; i < 4; i++) {
        n[i] = strtod(text, &end);
        if (end == text || !isfinite(n[i]) || *end != (i < 3 ? ',' : '\0'))
            return false;
        text = end + 1;
    }
    *out = (struct box){n[0], n[1], n[2], n[3]};
    return n[0] >= -180 && n[2] <= 180 && n[0] < n[2] && n[1] >= -90 && n[3] <= 90 &&
           n[1] < n[3];
}

static bool read_count(const char *text, int low, int high, int *out) {
    int64_t value;
    if (!slice_integer(slice_of(text), &value) || value < low || value > high)
        return false;
    *out = (int)value;
    return true;
}

/* What is wrong with an option, or NULL. */
static const char *set_option(struct basemap_options *o, int id, const char *value) {
    switch (id) {
    case 'd':
        o->db = value;
        return NULL;
    case 'o':
        o->out = value;
        return NULL;
    case 'z':
        return read_count(value, 0, BASEMAP_ZOOM_MAX, &o->max_zoom)
                   ? NULL
                   : "--max-zoom: allowed: 0 to 14";
    case 'b':
        o->has_box = true;
        return read_box(value, &o->box)
                   ? NULL
                   : "--bbox: allowed: west,south,east,north in degrees, west < east";
    case 't':
        return read_count(value, 1, 256, &o->threads) ? NULL
                                                      : "--threads: allowed: 1 to 256";
    case 'a':
        o->attribution = value;
        return text_utf8(value, strlen(value), NULL) ? NULL : "--attribution: not UTF-8";
    case 'r':
        o->resume = true;
        return NULL;
    default:
        return "an option is wrong";
    }
}

/* ---- progress ------------------------------------------------------------------------------ */

struct show {
    struct timespec start;
    double shown_s;
    int64_t first; /* done before the first call: by an earlier run, or not yet known */
    int zoom;
    bool terminal, begun;
};

static double seconds_since(const struct timespec *start) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)(now.tv_sec - start->tv_sec) +
           (double)(now.tv_nsec - start->tv_nsec) / 1e9;
}

static void on_begin(struct box box, int64_t kept, void *ctx) {
    struct show *s = ctx;
    fprintf(stderr, "haven tiles: %.2f,%.2f,%.2f,%.2f", box.west, box.south, box.east,
            box.north);
    if (kept > 0)
        fprintf(stderr, "; %lld blocks of tiles were cut before", (long long)kept);
    fputc('\n', stderr);
    clock_gettime(CLOCK_MONOTONIC, &s->start);
}

/* On a terminal one line that moves; else a line at each zoom. */
static void on_progress(int64_t done, int64_t total, int zoom, void *ctx) {
    struct show *s = ctx;
    double now = seconds_since(&s->start);
    bool time = now - s->shown_s >= SHOW_MS / 1000.0 || done == total;
    if (!s->begun)
        s->first = done;
    bool say = s->terminal ? time : !s->begun || zoom != s->zoom || done == total;
    s->begun = true;
    s->zoom = zoom;
    if (!say)
        return;
    s->shown_s = now;
    double rate = now > 0 ? (double)(done - s->first) / now : 0;
    fprintf(stderr, "%szoom %d: %d %%, %.0f tiles/s, %.0f s left%s",
            s->terminal ? "\r\033[K" : "", zoom, (int)(100 * done / total), rate,
            rate > 0 ? (double)(total - done) / rate : 0.0,
            !s->terminal || done == total ? "\n" : "");
}

/* ---- build --------------------------------------------------------------------------------- */

static int build(struct basemap_options *o) {
    char share[SHARE_PATH_MAX], builtin[SHARE_PATH_MAX], beside[SHARE_PATH_MAX];
    struct show show = {.terminal = isatty(STDERR_FILENO)};
    struct basemap_result result = {0};
    struct error e = {0};
    if (!basemap_beside(o->db, beside, sizeof beside))
        return wrong_use("the name of the record is too long");
    o->out = o->out != NULL ? o->out : beside;
    o->share = share;
    o->builtin = builtin;
    o->begin = on_begin;
    o->say = on_progress;
    o->ctx = &show;
    clock_gettime(CLOCK_MONOTONIC, &show.start);
    bool done = share_open(share, &e) && share_file(share, "basemap.bin", builtin, &e) &&
                basemap_build(o, &result, &e);
    if (done && result.same)
        printf("%s: made of the same already\n", o->out);
    else if (done)
        printf("%s: %lld tiles cut\n", o->out, (long long)result.tiles);
    else
        fprintf(stderr, "haven tiles: %s\n", e.message);
    return done ? ERR_NONE : e.code;
}

int command_tiles(int argc, char **argv) {
    static const struct option options[] = {
        {"db", required_argument, NULL, 'd'},
        {"out", required_argument, NULL, 'o'},
        {"max-zoom", required_argument, NULL, 'z'},
        {"bbox", required_argument, NULL, 'b'},
        {"threads", required_argument, NULL, 't'},
        {"attribution", required_argument, NULL, 'a'},
        {"resume", no_argument, NULL, 'r'},
        {"help", no_argument, NULL, 'h'},
        {0},
    };
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    struct basemap_options o = {.max_zoom = 11, .threads = cores > 0 ? (int)cores : 1};
    for (int id; (id = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        if (id == 'h') {
            fputs(help, stdout);
            return ERR_NONE;
        }
        const char *wrong = set_option(&o, id, optarg);
        if (wrong != NULL)
            return wrong_use(wrong);
    }
    if (optind + 1 != argc || strcmp(argv[optind], "build") != 0)
        return wrong_use("what shall be done? allowed: build");
    if (o.db == NULL)
        return wrong_use("--db FILE.db is needed");
    return build(&o);
}
