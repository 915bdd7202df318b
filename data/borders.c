/* SPDX-License-Identifier: Apache-2.0
 *
 * The file is described in borders.mjs, which makes it. Everything in it is checked when
 * it is opened, so that a lookup needs no check.
 *
 * A lookup takes the cell of the point. Most cells lie wholly in one country. In the
 * others every edge in or near the cell is looked at once:
 *
 *      +-----------/------+     the country at the centre c is known; from c to the point
 *      |    c     / B     |     p each edge that is crossed swaps the countries beside
 *      |  A   \  /        |     it; the distance from p to the edge is the distance to
 *      |       \/  p      |     both
 *      |       /          |
 *      +------/-----------+
 *
 * Whether two segments cross is decided in exact integers. Distances are flat, degrees of
 * longitude shortened by the cosine of the latitude: within 1 % over BORDERS_NEAR_M.
 */
#include "data/borders.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "data/mem.h"

#define MAGIC 0x42564148u /* "HAVB"; read the other way round by a big-endian machine */
#define VERSION 1
#define COLUMNS 1440
#define ROWS 720
#define MOST_AROUND 16    /* countries by one cell: MOST_IN_A_CELL in borders.mjs */
#define QUARTER (1 << 30) /* 90 degrees */
#define UNITS_PER_DEGREE (4294967296.0 / 360)
#define METRES_PER_UNIT (111195.0 / UNITS_PER_DEGREE)
#define CODE_BYTES 4
#define SEA 0

struct header {
    uint32_t magic, version, size, checksum;
    uint32_t near_m, countries, spots, runs, vertices;
};

struct spot {
    uint32_t first_run, runs;
    uint32_t country; /* at the centre of its cell */
};

struct run {
    uint32_t first, edges; /* vertices first..first + edges */
    uint16_t side[2];      /* countries */
};

/* Also a difference of two: of longitudes, the short way round. */
struct vertex {
    int32_t lon, lat;
};

struct borders {
    const struct header *header;
    const uint32_t *cells;
    const struct spot *spots;
    const struct run *runs;
    const struct vertex *vertices;
    const char *codes; /* CODE_BYTES a country */
};

/* A country that has an edge in or near the cell, or holds its centre. */
struct neighbour {
    uint16_t country;
    bool inside;
    double squared; /* metres to the nearest of its edges, squared */
};

struct around {
    int count;
    struct neighbour at[MOST_AROUND];
};

static struct vertex minus(struct vertex a, struct vertex b) {
    return (struct vertex){(int32_t)((uint32_t)a.lon - (uint32_t)b.lon), a.lat - b.lat};
}

/* True when `p` lies on the left of the line along `d`, or on it. Latitudes are within
 * QUARTER, so neither product reaches 2^62. */
static bool left_of(struct vertex d, struct vertex p) {
    return (int64_t)d.lon * p.lat - (int64_t)d.lat * p.lon >= 0;
}

/* --- opening -------------------------------------------------------------------- */

static uint32_t checksum(const struct header *h) {
    const uint32_t *at = &h->near_m, *end = (const uint32_t *)h + h->size / 4;
    uint32_t hash = 0x811c9dc5u;
    for (; at < end; at++)
        hash = (hash ^ *at) * 0x01000193u;
    return hash;
}

static uint64_t size_by_counts(const struct header *h) {
    return sizeof *h + COLUMNS * ROWS * sizeof(uint32_t) +
           (uint64_t)h->spots * sizeof(struct spot) +
           (uint64_t)h->runs * sizeof(struct run) +
           (uint64_t)h->vertices * sizeof(struct vertex) +
           (uint64_t)h->countries * CODE_BYTES;
}

static bool header_ok(const struct header *h, uint64_t size, struct error *e) {
    if (size < sizeof *h || h->magic != MAGIC)
        return error_set(e, ERR_DATA, "not a file of borders");
    if (h->version != VERSION || h->near_m != (uint32_t)BORDERS_NEAR_M)
        return error_set(e, ERR_DATA, "version %u for %u m, need version %d for %.0f m",
                         h->version, h->near_m, VERSION, BORDERS_NEAR_M);
    if (h->size != size || size_by_counts(h) != size)
        return error_set(e, ERR_DATA, "%llu bytes, should have %u: cut short?",
                         (unsigned long long)size, h->size);
    if (checksum(h) != h->checksum)
        return error_set(e, ERR_DATA, "damaged: its checksum is wrong");
    return true;
}

static void lay_out(struct borders *b, const struct header *h) {
    b->header = h;
    b->cells = (const uint32_t *)(h + 1);
    b->spots = (const struct spot *)(b->cells + COLUMNS * ROWS);
    b->runs = (const struct run *)(b->spots + h->spots);
    b->vertices = (const struct vertex *)(b->runs + h->runs);
    b->codes = (const char *)(b->vertices + h->vertices);
}

/* The code of `country`, "" for the sea and for what has none. */
static const char *code_of(const struct borders *b, uint32_t country) {
    return b->codes + (size_t)country * CODE_BYTES;
}

static bool code_ok(const char *code) {
    bool letters = code[0] >= 'A' && code[0] <= 'Z' && code[1] >= 'A' && code[1] <= 'Z';
    return (letters || (code[0] == '\0' && code[1] == '\0')) && code[2] == '\0';
}

static bool run_ok(const struct header *h, const struct run *r) {
    return r->first < h->vertices && r->edges < h->vertices - r->first &&
           r->side[0] < h->countries && r->side[1] < h->countries;
}

static bool spot_ok(const struct header *h, const struct spot *s) {
    return s->first_run <= h->runs && s->runs <= h->runs - s->first_run &&
           s->country < h->countries;
}

static bool contents_ok(const struct borders *b) {
    const struct header *h = b->header;
    bool ok =
        h->countries > 0 && h->countries <= UINT16_MAX && code_of(b, SEA)[0] == '\0';
    for (uint32_t i = 0; ok && i < h->countries; i++)
        ok = code_ok(code_of(b, i));
    for (uint32_t i = 0; ok && i < COLUMNS * ROWS; i++)
        ok = b->cells[i] < h->countries || b->cells[i] - h->countries < h->spots;
    for (uint32_t i = 0; ok && i < h->spots; i++)
        ok = spot_ok(h, &b->spots[i]);
    for (uint32_t i = 0; ok && i < h->runs; i++)
        ok = run_ok(h, &b->runs[i]);
    for (uint32_t i = 0; ok && i < h->vertices; i++)
        ok = b->vertices[i].lat > -QUARTER && b->vertices[i].lat < QUARTER;
    return ok;
}

/* The whole file, for reading; NULL with errno set. */
static const void *map(const char *path, uint64_t *size) {
    void *bytes = MAP_FAILED;
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return NULL;
    if (fstat(fd, &st) == 0) {
        *size = (uint64_t)st.st_size;
        errno = ENODATA;
        if (*size > 0)
            bytes = mmap(NULL, *size, PROT_READ, MAP_PRIVATE, fd, 0);
    }
    int why = errno;
    close(fd);
    errno = why;
    return bytes == MAP_FAILED ? NULL : bytes;
}

static void unmap(const void *bytes, size_t size) {
    munmap((void *)(uintptr_t)bytes, size);
}

struct borders *borders_open(const char *path, struct error *e) {
    uint64_t size;
    struct borders b;
    const struct header *h = map(path, &size);
    if (h == NULL) {
        error_set(e, ERR_ENVIRONMENT, "%s: cannot be read: %s", path, strerror(errno));
        return NULL;
    }
    bool ok = header_ok(h, size, e);
    if (ok) {
        lay_out(&b, h);
        ok = contents_ok(&b) || error_set(e, ERR_DATA, "damaged: its contents disagree");
    }
    if (!ok) {
        error_prefix(e, "%s: ", path);
        unmap(h, size);
        return NULL;
    }
    struct borders *opened = xmalloc(sizeof *opened);
    *opened = b;
    return opened;
}

void borders_close(struct borders *b) {
    if (b == NULL)
        return;
    unmap(b->header, b->header->size);
    free(b);
}

/* --- looking up ----------------------------------------------------------------- */

static struct vertex vertex_of(struct point p) {
    int64_t lat = llround(p.lat * UNITS_PER_DEGREE);
    if (lat >= QUARTER)
        lat = QUARTER - 1;
    if (lat <= -QUARTER)
        lat = 1 - QUARTER;
    return (struct vertex){(int32_t)(uint32_t)llround(p.lon * UNITS_PER_DEGREE),
                           (int32_t)lat};
}

static uint32_t column_of(struct vertex v) {
    return (uint32_t)((uint64_t)(uint32_t)v.lon * COLUMNS >> 32);
}

static uint32_t row_of(struct vertex v) {
    return (uint32_t)((uint64_t)(v.lat + (int64_t)QUARTER) * ROWS >> 31);
}

static struct vertex centre_of(uint32_t row, uint32_t column) {
    uint64_t lon = (2 * (uint64_t)column + 1) * 2 * QUARTER / COLUMNS;
    uint64_t lat = (2 * (uint64_t)row + 1) * QUARTER / ROWS;
    return (struct vertex){(int32_t)(uint32_t)lon, (int32_t)lat - QUARTER};
}

/* The place of `country` in `around`, or NULL for the sea. */
static struct neighbour *neighbour(struct around *around, uint16_t country) {
    if (country == SEA)
        return NULL;
    for (int i = 0; i < around->count; i++)
        if (around->at[i].country == country)
            return &around->at[i];
    if (around->count == MOST_AROUND)
        return NULL;
    struct neighbour *n = &around->at[around->count++];
    *n = (struct neighbour){country, false, INFINITY};
    return n;
}

/* Metres, squared, from the origin to the segment between (x, y) and (x + dx, y + dy). */
static double segment_squared(double x, double y, double dx, double dy) {
    double along = -(x * dx + y * dy), length = dx * dx + dy * dy;
    if (along > 0 && along < length) {
        double across = x * dy - y * dx;
        return across * across / length;
    }
    if (along > 0) {
        x += dx;
        y += dy;
    }
    return x * x + y * y;
}

/* What one run of edges says of the point `p`. */
struct passage {
    bool crossed; /* an odd number of times, from the centre of the cell */
    double squared;
};

static struct passage pass(const struct vertex *v, uint32_t edges, struct vertex p,
                           struct vertex centre, double metres_per_lon) {
    struct passage passage = {false, INFINITY};
    struct vertex home = minus(centre, p), from = minus(v[0], p);
    bool from_left = left_of(home, from);
    for (uint32_t i = 1; i <= edges; i++) {
        struct vertex to = minus(v[i], p), edge = minus(v[i], v[i - 1]);
        bool to_left = left_of(home, to);
        if (from_left != to_left &&
            left_of(edge, minus(p, v[i - 1])) != left_of(edge, minus(centre, v[i - 1])))
            passage.crossed = !passage.crossed;
        double squared =
            segment_squared(from.lon * metres_per_lon, from.lat * METRES_PER_UNIT,
                            edge.lon * metres_per_lon, edge.lat * METRES_PER_UNIT);
        if (squared < passage.squared)
            passage.squared = squared;
        from = to;
        from_left = to_left;
    }
    return passage;
}

static void look_around(const struct borders *b, const struct spot *spot, struct vertex p,
                        struct vertex centre, struct around *around) {
    double metres_per_lon = METRES_PER_UNIT * cos(p.lat * (M_PI_2 / QUARTER));
    struct neighbour *home = neighbour(around, (uint16_t)spot->country);
    if (home != NULL)
        home->inside = true;
    for (uint32_t i = 0; i < spot->runs; i++) {
        const struct run *run = &b->runs[spot->first_run + i];
        struct passage passage =
            pass(b->vertices + run->first, run->edges, p, centre, metres_per_lon);
        for (int side = 0; side < 2; side++) {
            struct neighbour *n = neighbour(around, run->side[side]);
            if (n == NULL)
                continue;
            n->inside ^= passage.crossed;
            n->squared = fmin(n->squared, passage.squared);
        }
    }
}

static void sort_by_distance(struct around *around) {
    for (int i = 1; i < around->count; i++) {
        struct neighbour n = around->at[i];
        int at = i;
        for (; at > 0 && around->at[at - 1].squared > n.squared; at--)
            around->at[at] = around->at[at - 1];
        around->at[at] = n;
    }
}

static void add_candidate(struct borders_answer *answer, const char *code) {
    if (code[0] != '\0' && answer->count < BORDERS_CANDIDATES)
        memcpy(answer->candidate[answer->count++], code, sizeof answer->candidate[0]);
}

/* The answer when the point lies in `country` with none other near. */
static struct borders_answer answer_inside(const struct borders *b, uint32_t country) {
    struct borders_answer answer = {.count = 0};
    memcpy(answer.country, code_of(b, country), sizeof answer.country);
    add_candidate(&answer, code_of(b, country));
    return answer;
}

static struct borders_answer answer_of(const struct borders *b,
                                       const struct around *around) {
    uint16_t holder = SEA;
    for (int i = 0; i < around->count && holder == SEA; i++)
        if (around->at[i].inside)
            holder = around->at[i].country;
    struct borders_answer answer = answer_inside(b, holder);
    for (int i = 0; i < around->count; i++) {
        const struct neighbour *n = &around->at[i];
        if (n->country != holder && n->squared <= BORDERS_NEAR_M * BORDERS_NEAR_M)
            add_candidate(&answer, code_of(b, n->country));
    }
    return answer;
}

struct borders_answer borders_at(const struct borders *b, struct point p) {
    assert(isfinite(p.lon) && isfinite(p.lat));
    struct vertex at = vertex_of(p);
    uint32_t row = row_of(at), column = column_of(at);
    uint32_t cell = b->cells[row * COLUMNS + column];
    if (cell < b->header->countries)
        return answer_inside(b, cell);
    struct around around = {.count = 0};
    look_around(b, &b->spots[cell - b->header->countries], at, centre_of(row, column),
                &around);
    sort_by_distance(&around);
    return answer_of(b, &around);
}
