/* SPDX-License-Identifier: Apache-2.0
 *
 * data/borders: known places; random points against a plain search through every ring of
 * world-atlas (where its package is installed); damaged files.
 *
 * Reads build/share/borders.bin, or that of the directory HAVEN_SHARE. TEST_SEED repeats
 * a run of the random tests.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "data/borders.h"
#include "data/json_read.h"
#include "data/mem.h"

#define ATLAS "web/node_modules/world-atlas/countries-10m.json"
#define COUNTRY_CSV "data/vocabulary/country.csv"
#define METRES_PER_DEGREE 111195.0

static char borders_path[4096];
static struct borders *borders;

static char *read_file(const char *path, size_t *len) {
    FILE *f = fopen(path, "rb");
    if (f == NULL)
        return NULL;
    fseek(f, 0, SEEK_END);
    *len = (size_t)ftell(f);
    rewind(f);
    char *text = xmalloc(*len + 1);
    assert_int_equal(fread(text, 1, *len, f), *len);
    text[*len] = '\0';
    fclose(f);
    return text;
}

/* "KH TH": the candidates, after a '-' when the point is in none of them. */
static const char *shown(struct borders_answer a, char out[64]) {
    strcpy(out, a.country[0] == '\0' ? "-" : "");
    for (int i = 0; i < a.count; i++) {
        strcat(out, i > 0 || a.country[0] == '\0' ? " " : "");
        strcat(out, a.candidate[i]);
    }
    return out;
}

/* --- known places ------------------------------------------------------------------- */

static void test_known_places(void **state) {
    (void)state;
    static const struct {
        const char *name;
        double lat, lon;
        const char *shown;
    } places[] = {
        {"Phnom Penh", 11.5564, 104.9282, "KH"},
        {"Sihanoukville, by the sea", 10.62, 103.52, "KH"},
        {"Vientiane, by the Mekong", 17.9757, 102.6331, "LA TH"},
        {"Bangkok", 13.7563, 100.5018, "TH"},
        {"Hanoi", 21.0278, 105.8342, "VN"},
        {"Jakarta", -6.2088, 106.8456, "ID"},
        {"Poipet, a border crossing", 13.6564, 102.5633, "KH TH"},
        {"Savannakhet, a border crossing", 16.5562, 104.7572, "LA TH"},
        {"Bavet, a border crossing", 11.08, 106.13, "KH VN"},
        {"Mae Sai, a border crossing", 20.43, 99.88, "TH MM"},
        {"Myawaddy, on the wrong side of a coarse line", 16.6891, 98.5089, "TH MM"},
        {"Singapore, 20 km from Johor", 1.2903, 103.852, "SG"},
        {"Johor, across the strait", 1.4927, 103.7414, "MY SG"},
        {"at sea, 5 km from Sihanoukville", 10.62, 103.43, "- KH"},
        {"Maseru, at the edge of a country inside another", -29.31, 27.48, "LS ZA"},
        {"the Pacific", 0, -140, "-"},
        {"nowhere: 0, 0", 0, 0, "-"},
        {"north pole", 90, 0, "-"},
        {"south pole", -90, 0, "AQ"},
        {"south pole again", -90, -180, "AQ"},
        {"Taveuni, west of 180", -16.88, 179.99, "FJ"},
        {"Taveuni, east of 180", -16.88, -179.99, "FJ"},
        {"Wrangel Island, west of 180", 71.2, 179.5, "RU"},
        {"Wrangel Island, on 180", 71.2, 180, "RU"},
        {"Wrangel Island, east of 180", 71.2, -179.0, "RU"},
        {"Chukotka, on 180", 68, -180, "RU"},
        {"Hargeisa: an area without a code", 9.56, 44.065, "-"},
    };
    int wrong = 0;
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        char got[64];
        shown(borders_at(borders, (struct point){places[i].lon, places[i].lat}), got);
        if (strcmp(got, places[i].shown) == 0)
            continue;
        print_error("%s: %s, not %s\n", places[i].name, got, places[i].shown);
        wrong++;
    }
    assert_int_equal(wrong, 0);
}

static void test_all_round_the_frame(void **state) {
    (void)state;
    for (int lat = -90; lat <= 90; lat++) {
        char west[64], east[64];
        shown(borders_at(borders, (struct point){-180, lat}), west);
        shown(borders_at(borders, (struct point){180, lat}), east);
        assert_string_equal(west, east);
    }
    for (int lon = -180; lon <= 180; lon++) {
        char got[64];
        assert_string_equal(shown(borders_at(borders, (struct point){lon, 90}), got),
                            "-");
        assert_string_equal(shown(borders_at(borders, (struct point){lon, -90}), got),
                            "AQ");
    }
}

/* --- the plain search ------------------------------------------------------------------
 *
 * Rings in degrees, their longitudes running on past 180 rather than jumping. A ring that
 * comes back a whole turn away holds the south pole and is closed along it.
 */

struct ring {
    int feature;
    size_t count;
    struct point *at; /* first and last are the same */
    double west, east, south, north;
};

static struct {
    struct json *topology;
    size_t features;
    char (*codes)[3];
    struct ring *rings;
    size_t ring_count, ring_capacity;
    double scale[2], translate[2];
} atlas;

static void add_vertex(struct ring *ring, size_t *capacity, struct point p) {
    if (ring->count > 0)
        p.lon = ring->at[ring->count - 1].lon +
                remainder(p.lon - ring->at[ring->count - 1].lon, 360);
    ring->at = xgrow(ring->at, capacity, ring->count, sizeof *ring->at);
    ring->at[ring->count++] = p;
}

static void add_arc(struct ring *ring, size_t *capacity, int64_t which) {
    const struct json *arc =
        json_at(json_get(atlas.topology, "arcs"), (size_t)(which < 0 ? ~which : which));
    size_t count = json_count(arc);
    struct point *points = xcalloc(count, sizeof *points);
    int64_t x = 0, y = 0;
    for (size_t i = 0; i < count; i++) {
        x += json_whole(json_at(json_at(arc, i), 0));
        y += json_whole(json_at(json_at(arc, i), 1));
        points[i].lon = (double)x * atlas.scale[0] + atlas.translate[0];
        points[i].lat = (double)y * atlas.scale[1] + atlas.translate[1];
    }
    for (size_t i = 0; i < count; i++)
        add_vertex(ring, capacity, points[which < 0 ? count - 1 - i : i]);
    free(points);
}

static void close_over_pole(struct ring *ring, size_t *capacity) {
    struct point first = ring->at[0], last = ring->at[ring->count - 1];
    if (fabs(last.lon - first.lon) < 180)
        return;
    const struct point corners[] = {{last.lon, -90}, {first.lon, -90}, first};
    for (int i = 0; i < 3; i++) {
        ring->at = xgrow(ring->at, capacity, ring->count, sizeof *ring->at);
        ring->at[ring->count++] = corners[i];
    }
}

static void add_ring(const struct json *arcs, int feature) {
    struct ring ring = {
        .feature = feature, .west = 999, .east = -999, .south = 99, .north = -99};
    size_t capacity = 0;
    for (size_t i = 0; i < json_count(arcs); i++)
        add_arc(&ring, &capacity, json_whole(json_at(arcs, i)));
    close_over_pole(&ring, &capacity);
    for (size_t i = 0; i < ring.count; i++) {
        ring.west = fmin(ring.west, ring.at[i].lon);
        ring.east = fmax(ring.east, ring.at[i].lon);
        ring.south = fmin(ring.south, ring.at[i].lat);
        ring.north = fmax(ring.north, ring.at[i].lat);
    }
    atlas.rings = xgrow(atlas.rings, &atlas.ring_capacity, atlas.ring_count, sizeof ring);
    atlas.rings[atlas.ring_count++] = ring;
}

/* Arc numbers stand at the bottom of nested lists; a list of numbers is a ring. */
static void add_rings(const struct json *arcs, int feature) {
    if (json_kind(json_at(arcs, 0)) == KIND_INTEGER) {
        add_ring(arcs, feature);
        return;
    }
    for (size_t i = 0; i < json_count(arcs); i++)
        add_rings(json_at(arcs, i), feature);
}

/* The code of numeric id `number` by the lines "KH,,,116,..." of `csv`. */
static void find_code(const char *csv, const char *number, char code[3]) {
    char wanted[16];
    snprintf(wanted, sizeof wanted, ",,,%s,", number);
    const char *at = strstr(csv, wanted);
    assert_non_null(at);
    assert_true(at[-3] == '\n');
    memcpy(code, at - 2, 2);
}

static void name_feature(const struct json *country, const char *csv, char code[3]) {
    const struct json *id = json_get(country, "id");
    const struct json *name = json_get(json_get(country, "properties"), "name");
    if (id != NULL)
        find_code(csv, json_text(id, NULL), code);
    else if (strcmp(json_text(name, NULL), "Kosovo") == 0 && strstr(csv, "\nXK,") != NULL)
        strcpy(code, "XK");
}

static bool atlas_load(void) {
    struct error e;
    size_t len;
    char *text = read_file(ATLAS, &len), *csv = read_file(COUNTRY_CSV, &(size_t){0});
    if (text == NULL || csv == NULL)
        return false;
    atlas.topology = json_parse(text, len, &e);
    assert_non_null(atlas.topology);
    const struct json *transform = json_get(atlas.topology, "transform");
    for (size_t i = 0; i < 2; i++) {
        atlas.scale[i] = json_number(json_at(json_get(transform, "scale"), i));
        atlas.translate[i] = json_number(json_at(json_get(transform, "translate"), i));
    }
    const struct json *countries = json_get(
        json_get(json_get(atlas.topology, "objects"), "countries"), "geometries");
    atlas.features = json_count(countries);
    atlas.codes = xcalloc(atlas.features, sizeof *atlas.codes);
    for (size_t i = 0; i < atlas.features; i++) {
        const struct json *country = json_at(countries, i);
        name_feature(country, csv, atlas.codes[i]);
        add_rings(json_get(country, "arcs"), (int)i);
    }
    free(text);
    free(csv);
    return true;
}

static void atlas_free(void) {
    for (size_t i = 0; i < atlas.ring_count; i++)
        free(atlas.rings[i].at);
    free(atlas.rings);
    free(atlas.codes);
    json_free(atlas.topology);
}

static bool holds(const struct ring *ring, double lon, double lat) {
    bool inside = false;
    for (size_t i = 1; i < ring->count; i++) {
        struct point a = ring->at[i - 1], b = ring->at[i];
        if ((a.lat > lat) != (b.lat > lat) &&
            lon < a.lon + (lat - a.lat) / (b.lat - a.lat) * (b.lon - a.lon))
            inside = !inside;
    }
    return inside;
}

static double metres_to(const struct ring *ring, double lon, double lat) {
    double least = DBL_MAX, shorter = cos(lat * M_PI / 180);
    for (size_t i = 1; i < ring->count; i++) {
        double x1 = (ring->at[i - 1].lon - lon) * shorter, y1 = ring->at[i - 1].lat - lat;
        double x2 = (ring->at[i].lon - lon) * shorter, y2 = ring->at[i].lat - lat;
        double length = (x2 - x1) * (x2 - x1) + (y2 - y1) * (y2 - y1);
        double t = length > 0 ? -(x1 * (x2 - x1) + y1 * (y2 - y1)) / length : 0;
        t = fmin(fmax(t, 0), 1);
        least = fmin(least, hypot(x1 + t * (x2 - x1), y1 + t * (y2 - y1)));
    }
    return least * METRES_PER_DEGREE;
}

/* What the plain search knows of a point: its feature or -1, metres to each feature's
 * edges (DBL_MAX: far), and to the nearest of all. */
struct plain {
    int holder;
    double nearest;
    double metres[300];
};

static void plain_search(struct point p, struct plain *plain) {
    double pad = 0.2, wide = pad / cos(p.lat * M_PI / 180);
    bool inside[300] = {false};
    *plain = (struct plain){.holder = -1, .nearest = DBL_MAX};
    assert_true(atlas.features <= 300);
    for (size_t i = 0; i < atlas.features; i++)
        plain->metres[i] = DBL_MAX;
    for (size_t i = 0; i < atlas.ring_count; i++) {
        const struct ring *r = &atlas.rings[i];
        for (double lon = p.lon - 720; lon <= p.lon + 720; lon += 360) {
            if (lon < r->west - wide || lon > r->east + wide || p.lat < r->south - pad ||
                p.lat > r->north + pad)
                continue;
            inside[r->feature] ^= holds(r, lon, p.lat);
            double metres = metres_to(r, lon, p.lat);
            plain->metres[r->feature] = fmin(plain->metres[r->feature], metres);
            plain->nearest = fmin(plain->nearest, metres);
        }
    }
    for (size_t i = 0; i < atlas.features; i++)
        if (inside[i])
            plain->holder = (int)i;
}

static double metres_to_code(const struct plain *plain, const char *code) {
    double least = DBL_MAX;
    for (size_t i = 0; i < atlas.features; i++)
        if (strcmp(atlas.codes[i], code) == 0)
            least = fmin(least, plain->metres[i]);
    return least;
}

static bool listed(const struct borders_answer *a, const char *code) {
    for (int i = 0; i < a->count; i++)
        if (strcmp(a->candidate[i], code) == 0)
            return true;
    return false;
}

/* What is wrong with the answer, or NULL. Within a metre of a limit both are right. */
static const char *disagreement(const struct borders_answer *a,
                                const struct plain *plain) {
    const char *holder = plain->holder < 0 ? "" : atlas.codes[plain->holder];
    if (plain->nearest > 1 && strcmp(a->country, holder) != 0)
        return "another country";
    if (a->country[0] != '\0' && strcmp(a->candidate[0], a->country) != 0)
        return "its country is not the first candidate";
    for (size_t i = 0; i < atlas.features; i++) {
        const char *code = atlas.codes[i];
        if (code[0] == '\0' || strcmp(code, a->country) == 0)
            continue;
        double metres = metres_to_code(plain, code);
        if (fabs(metres - BORDERS_NEAR_M) > 1 &&
            (metres < BORDERS_NEAR_M) != listed(a, code))
            return "another set of candidates";
    }
    for (int i = a->country[0] == '\0' ? 1 : 2; i < a->count; i++)
        if (metres_to_code(plain, a->candidate[i]) <
            metres_to_code(plain, a->candidate[i - 1]) - 1)
            return "candidates out of order";
    return NULL;
}

static double uniform(double low, double high) {
    return low + drand48() * (high - low);
}

/* Anywhere; in the region; about 180 degrees; or within some 20 km of an edge. */
static struct point random_point(int i) {
    if (i % 8 == 0)
        return (struct point){uniform(-180, 180), uniform(-90, 90)};
    if (i % 8 == 1)
        return (struct point){uniform(92, 110), uniform(-9, 29)};
    if (i % 8 == 2)
        return (struct point){remainder(uniform(179, 181), 360), uniform(65, 72)};
    if (i % 8 == 3)
        return (struct point){remainder(uniform(179, 181), 360), uniform(-17, -15)};
    const struct ring *r = &atlas.rings[(size_t)(drand48() * (double)atlas.ring_count)];
    struct point v = r->at[(size_t)(drand48() * (double)r->count)];
    double lat = fmin(fmax(v.lat + uniform(-0.2, 0.2), -90), 90);
    return (struct point){remainder(v.lon + uniform(-0.2, 0.2), 360), lat};
}

static void test_against_plain_search(void **state) {
    (void)state;
    if (!atlas_load()) {
        print_message("%s is not installed\n", ATLAS);
        skip();
    }
    const char *given = getenv("TEST_SEED");
    long seed = given != NULL ? atol(given) : (long)time(NULL);
    print_message("TEST_SEED=%ld\n", seed);
    srand48(seed);
    int near = 0, wrong = 0;
    for (int i = 0; i < 8000; i++) {
        struct point p = random_point(i);
        struct borders_answer a = borders_at(borders, p);
        struct plain plain;
        plain_search(p, &plain);
        const char *why = disagreement(&a, &plain);
        if (why != NULL)
            print_error("%.7f %.7f: %s: %s\n", p.lat, p.lon, why,
                        shown(a, (char[64]){0}));
        wrong += why != NULL;
        near += a.count > 1;
    }
    atlas_free();
    assert_int_equal(wrong, 0);
    assert_true(near > 20);
}

/* --- damaged files ------------------------------------------------------------------ */

#define HEADER_WORDS 9

struct copy {
    char path[64];
    uint32_t *words;
    size_t len;
};

static void copy_make(struct copy *c) {
    strcpy(c->path, "/tmp/test_borders.XXXXXX");
    int fd = mkstemp(c->path);
    assert_true(fd >= 0);
    close(fd);
    c->words = (uint32_t *)(void *)read_file(borders_path, &c->len);
}

static void copy_free(struct copy *c) {
    unlink(c->path);
    free(c->words);
}

/* Writes the first `len` bytes and opens them. */
static struct borders *copy_open(const struct copy *c, size_t len, struct error *e) {
    FILE *f = fopen(c->path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(c->words, 1, len, f), len);
    fclose(f);
    return borders_open(c->path, e);
}

static void copy_seal(struct copy *c) {
    uint32_t hash = 0x811c9dc5u;
    for (size_t i = 4; i < c->len / 4; i++)
        hash = (hash ^ c->words[i]) * 0x01000193u;
    c->words[3] = hash;
}

static void test_files_that_are_none(void **state) {
    (void)state;
    struct error e;
    assert_null(borders_open("/nonexistent/borders.bin", &e));
    assert_int_equal(e.code, ERR_ENVIRONMENT);
    assert_non_null(strstr(e.message, "/nonexistent/borders.bin: cannot be read: "));
    assert_null(borders_open("/tmp", &e));
    assert_int_equal(e.code, ERR_ENVIRONMENT);
    assert_null(borders_open("Makefile", &e));
    assert_non_null(strstr(e.message, "not a file of borders"));
}

static void test_truncated(void **state) {
    (void)state;
    struct copy c;
    struct error e;
    copy_make(&c);
    const size_t lengths[] = {0, 1, 35, 36, 40, c.len / 2, c.len - 4, c.len - 1};
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++)
        assert_null(copy_open(&c, lengths[i], &e));
    assert_non_null(strstr(e.message, "cut short"));
    copy_free(&c);
}

static void test_any_changed_word_is_noticed(void **state) {
    (void)state;
    struct copy c;
    struct error e;
    copy_make(&c);
    for (size_t i = 0; i < HEADER_WORDS + 30; i++) {
        size_t at = i < HEADER_WORDS ? i : (size_t)(drand48() * (double)(c.len / 4));
        uint32_t bit = 1u << (lrand48() & 31);
        c.words[at] ^= bit;
        assert_null(copy_open(&c, c.len, &e));
        c.words[at] ^= bit;
    }
    copy_free(&c);
}

/* A wrong word under a right checksum: refused, or harmless. */
static void test_forged(void **state) {
    (void)state;
    struct copy c;
    struct error e;
    int refused = 0;
    copy_make(&c);
    for (int i = 0; i < 40; i++) {
        size_t body = c.len / 4 - HEADER_WORDS;
        size_t at = HEADER_WORDS + (size_t)(drand48() * (double)body);
        uint32_t before = c.words[at];
        c.words[at] = (uint32_t)mrand48();
        copy_seal(&c);
        struct borders *b = copy_open(&c, c.len, &e);
        refused += b == NULL;
        for (int j = 0; b != NULL && j < 20000; j++)
            borders_at(b, (struct point){uniform(-180, 180), uniform(-90, 90)});
        borders_close(b);
        c.words[at] = before;
    }
    copy_free(&c);
    assert_true(refused > 0);
}

static int open_borders(void **state) {
    (void)state;
    struct error e;
    const char *share = getenv("HAVEN_SHARE");
    snprintf(borders_path, sizeof borders_path, "%s/borders.bin",
             share != NULL ? share : "build/share");
    borders = borders_open(borders_path, &e);
    if (borders == NULL)
        print_error("%s\n", e.message);
    return borders == NULL;
}

static int close_borders(void **state) {
    (void)state;
    borders_close(borders);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known_places),
        cmocka_unit_test(test_all_round_the_frame),
        cmocka_unit_test(test_against_plain_search),
        cmocka_unit_test(test_files_that_are_none),
        cmocka_unit_test(test_truncated),
        cmocka_unit_test(test_any_changed_word_is_noticed),
        cmocka_unit_test(test_forged),
    };
    return cmocka_run_group_tests(tests, open_borders, close_borders);
}
