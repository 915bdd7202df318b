/* SPDX-License-Identifier: Apache-2.0
 *
 * Which places of several sources are one (data/atlas_link.c), clause by clause. Every test
 * starts from two provinces of the source "first":
 *
 *   Cambodia ── West ── Ford ── Sand (commune) ── Svay, Kouk (villages, no points)
 *           │       └── Mill ── Clay (commune) ── Svay
 *           └── East ── Lake
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "data/record_private.h"
#include "tests/unit/by_hand.h"
#include "tests/unit/atlas_by_hand.h"

/* A place as a test writes it down; NULL is "". */
struct told {
    const char *id, *kind, *parent, *name, *km, *alias, *lat, *lon;
};

static const char *or_empty(const char *s) {
    return s ? s : "";
}

static void put_row(struct import_run *run, const struct told *r) {
    struct error e = {0};
    struct place_name names[2];
    size_t count = 0;
    if (r->alias)
        names[count++] = (struct place_name){"", r->alias};
    if (r->km)
        names[count++] = (struct place_name){"km", r->km};
    const struct place_row row = {.id = r->id,
                                  .kind = r->kind,
                                  .parent = or_empty(r->parent),
                                  .country = "KH",
                                  .code = "",
                                  .name = r->name,
                                  .lat = or_empty(r->lat),
                                  .lon = or_empty(r->lon),
                                  .population = "",
                                  .evidence = "",
                                  .names = names,
                                  .name_count = count};
    if (place_put(run, &row, &e) == PUT_FAILED)
        fail_msg("%s: %s", r->id, e.message);
}

static void put_rows(struct record *r, const char *source, const struct told *rows,
                     size_t count) {
    struct import_run *run = begin_by_hand(r, source);
    for (size_t i = 0; i < count; i++)
        put_row(run, &rows[i]);
    commit_by_hand(run);
}
#define PUT(record, source, rows)                                                        \
    put_rows(record, source, rows, sizeof rows / sizeof *rows)

static const struct told first[] = {
    {"kh", "country", .name = "Cambodia"},
    {"west", "province", "kh", "West", .km = "ខាងលិច", .lat = "12", .lon = "103"},
    {"east", "province", "kh", "East", .lat = "12", .lon = "105"},
    {"ford", "district", "west", "Ford", .lat = "12", .lon = "103"},
    {"mill", "district", "west", "Mill", .lat = "12", .lon = "103.3"},
    {"lake", "district", "east", "Lake", .lat = "12", .lon = "105"},
    {"sand", "commune", "ford", "Sand", .lat = "12.05", .lon = "103"},
    {"clay", "commune", "mill", "Clay", .lat = "12.05", .lon = "103.3"},
    {"svay", "village", "sand", "Svay", .km = "ស្វាយ"},
    {"kouk", "village", "sand", .name = "Kouk"},
    {"mill-svay", "village", "clay", .name = "Svay"},
};

/* The country and the upper places once more, as every second source has them. */
static const struct told second[] = {
    {"C", "country", .name = "Kingdom of Cambodia"},
    {"W", "province", "C", "West Province", .lat = "12.1", .lon = "103.1"},
    {"F", "district", "W", .name = "FORD"},
    {"M", "district", "W", .name = "Mill"},
};

static void fill_first(struct record *r) {
    PUT(r, "first", first);
}

static struct record *record_first(void) {
    return record_by_hand(fill_first);
}

static struct atlas *build(struct record *r) {
    struct error e = {0};
    struct atlas *a = atlas_build(r, &e);
    if (a == NULL)
        fail_msg("%s", e.message);
    record_close(r);
    return a;
}

/* An atlas of "first", the upper places of "second" and `rows` of "second". */
static struct atlas *linked(const struct told *rows, size_t count) {
    struct record *r = record_first();
    PUT(r, "second", second);
    put_rows(r, "second", rows, count);
    return build(r);
}
#define LINKED(rows) linked(rows, sizeof rows / sizeof *rows)

#define FIRST 11 /* places of "first"; those of `second` are among them */

static void check(struct atlas *a, uint32_t places) {
    if (a->place_count != places)
        for (uint32_t i = 0; i < a->place_count; i++)
            print_message("%s\n", atlas_name(a, i));
    assert_int_equal(a->place_count, places);
}

static const char *parent_of(const struct atlas *a, uint32_t place) {
    return atlas_name(a, a->places[place].parent);
}

static bool has_alias(const struct atlas *a, uint32_t place, const char *text) {
    struct atlas_run run = a->places[place].names;
    int found = 0;
    for (uint32_t i = run.first; i < run.first + run.count; i++)
        found += a->names[i].use == NAME_OTHER && strcmp(a->names[i].text, text) == 0;
    assert_true(found < 2);
    return found == 1;
}

/* ---- what is one --------------------------------------------------------------------------- */

static void test_upper_places(void **state) {
    (void)state;
    struct atlas *a = linked(NULL, 0);
    uint32_t west = named(a, "West");
    check(a, FIRST);
    assert_true(a->places[west].point.lon == 103);
    assert_true(has_alias(a, west, "West Province"));
    assert_true(has_alias(a, named(a, "Ford"), "FORD"));
    assert_string_equal(atlas_name(a, named(a, "Ford")), "Ford");
    assert_true(has_alias(a, named(a, "Cambodia"), "Kingdom of Cambodia"));
    atlas_free(a);
}

/* A village straight in the district is that of a commune of it; its point is taken, and
 * what lies in it hangs under the one. */
static void test_point_and_children(void **state) {
    static const struct told rows[] = {
        {"1", "village", "F", "Phumi Svay", .lat = "12.06", .lon = "103.01"},
        {"2", "crossing", "1", "Svay Gate", .lat = "12.061", .lon = "103.01"},
    };
    (void)state;
    struct atlas *a = LINKED(rows);
    uint32_t svay = named(a, "Svay, Ford"), gate = named(a, "Svay Gate");
    check(a, FIRST + 1);
    assert_int_equal(svay, named(a, "Phumi Svay"));
    assert_int_equal(a->places[svay].pointed, svay);
    assert_true(a->places[svay].point.lat == 12.06);
    assert_string_equal(parent_of(a, svay), "Sand");
    assert_int_equal(a->places[gate].parent, svay);
    uint32_t other = named(a, "Svay, Mill");
    assert_int_equal(a->places[other].pointed, named(a, "Clay"));
    atlas_free(a);
}

/* The other way round the finer parent comes from the second source. */
static void test_finest_parent(void **state) {
    static const struct told rows[] = {
        {"c", "commune", "F", "Loam", .lat = "12", .lon = "103"},
        {"v", "village", "c", "Thmei", .lat = "12", .lon = "103"},
    };
    static const struct told third[] = {
        {"kh", "country", .name = "Cambodia"},
        {"w", "province", "kh", .name = "West"},
        {"f", "district", "w", .name = "Ford"},
        {"v", "village", "f", "Phum Thmei", .lat = "12.01", .lon = "103"},
    };
    (void)state;
    struct record *r = record_first();
    PUT(r, "another", third);
    PUT(r, "second", second);
    PUT(r, "second", rows);
    struct atlas *a = build(r);
    check(a, FIRST + 2);
    uint32_t thmei = named(a, "Thmei");
    assert_string_equal(atlas_name(a, thmei), "Phum Thmei"); /* imported before */
    assert_string_equal(parent_of(a, thmei), "Loam");
    assert_true(a->places[thmei].point.lat == 12.01);
    atlas_free(a);
}

static void test_local_script(void **state) {
    static const struct told rows[] = {
        {"1", "village", "F", "Something", .km = "ភូមិ ស្វាយ", .lat = "12", .lon = "103"},
    };
    (void)state;
    struct atlas *a = LINKED(rows);
    uint32_t svay = named(a, "Something");
    check(a, FIRST);
    assert_string_equal(atlas_name(a, svay), "Svay");
    assert_string_equal(atlas_label(a, svay, "km", NULL),
                        "ស្វាយ"); /* the first source's */
    assert_true(has_alias(a, svay, "ភូមិ ស្វាយ"));
    assert_true(has_alias(a, svay, "Something"));
    atlas_free(a);
}

/* ---- what stays apart ------------------------------------------------------------------------ */

static void apart(const struct told *row, uint32_t places) {
    struct atlas *a = linked(row, 1);
    check(a, places);
    atlas_free(a);
}

static void test_levels(void **state) {
    static const struct told town = {"1",    "town",         "F",
                                     "Svay", .lat = "12.06", .lon = "103"};
    static const struct told seat = {"1", "town", "W", "Ford", .lat = "12", .lon = "103"};
    static const struct told gate = {"1",    "crossing",  "F",
                                     "Svay", .lat = "12", .lon = "103"};
    static const struct told commune = {"1", "commune", "F", .name = "Svay"};
    (void)state;
    apart(&town, FIRST);     /* a village by another word */
    apart(&seat, FIRST + 1); /* never the district */
    apart(&gate, FIRST + 1);
    apart(&commune, FIRST + 1);
}

static void test_town_and_parent(void **state) {
    static const struct told rows[] = {
        {"1", "village", "F", "Port", .lat = "12", .lon = "103"},
        {"2", "crossing", "1", "Gate", .lat = "12", .lon = "103"},
    };
    static const struct told third[] = {
        {"kh", "country", .name = "Cambodia"},
        {"t", "town", "kh", "Port", .lat = "12", .lon = "103"},
    };
    (void)state;
    struct record *r = record_first();
    PUT(r, "second", second);
    PUT(r, "second", rows);
    PUT(r, "third", third);
    struct atlas *a = build(r);
    check(a, FIRST + 3); /* a village that something lies in is no town */
    atlas_free(a);
}

static void test_parents(void **state) {
    static const struct told elsewhere = {"1", "village", "M", .name = "Kouk"};
    static const struct told above = {"1", "village", "W", .name = "Kouk"};
    static const struct told far = {"1",    "village",     "F",
                                    "Kouk", .lat = "12.4", .lon = "103"};
    static const struct told near = {"1",    "village",     "F",
                                     "Kouk", .lat = "12.2", .lon = "103"};
    (void)state;
    apart(&elsewhere, FIRST + 1);
    apart(&above, FIRST);   /* the province holds the commune */
    apart(&far, FIRST + 1); /* 39 km from the middle of the commune */
    apart(&near, FIRST);
}

/* Points of their own: villages may be drawn 5 km apart. */
static void test_distance(void **state) {
    static const struct told rows[] = {
        {"1", "village", "F", "Bos", .lat = "12", .lon = "103"},
        {"2", "village", "F", "Char", .lat = "12", .lon = "103"},
    };
    static const struct told third[] = {
        {"kh", "country", .name = "Cambodia"},
        {"w", "province", "kh", .name = "West"},
        {"1", "village", "w", "Bos", .lat = "12.04", .lon = "103"},
        {"2", "village", "w", "Char", .lat = "12.05", .lon = "103"},
    };
    (void)state;
    struct record *r = record_first();
    PUT(r, "second", second);
    PUT(r, "second", rows);
    PUT(r, "third", third);
    struct atlas *a = build(r);
    check(a, FIRST + 3); /* Bos is one, Char two */
    assert_true(named(a, "Bos") < a->place_count);
    assert_int_equal(named(a, "Char"), ATLAS_AMBIGUOUS);
    atlas_free(a);
}

/* Both Svay may be meant where the parent tells only the province; and two of the second
 * source may be one of the first. */
static void test_ambiguous(void **state) {
    static const struct told either = {"1",    "village",      "W",
                                       "Svay", .lat = "12.06", .lon = "103.15"};
    static const struct told two[] = {
        {"1", "village", "F", "Kouk", .lat = "12.06", .lon = "103"},
        {"2", "village", "F", "Phum Kouk", .lat = "12.05", .lon = "103"},
        {"3", "village", "F", "Kouk", .lat = "12.04", .lon = "103"},
    };
    (void)state;
    apart(&either, FIRST + 1);
    struct atlas *a = LINKED(two);
    check(a, FIRST + 3);
    atlas_free(a);
}

/* "Port" is a spelling of both and the name of one: that one is meant. With it gone, the
 * other is alone. */
static void test_best_names_first(void **state) {
    static const struct told rows[] = {
        {"1", "district", "W", "Port", .alias = "Hill", .lat = "12", .lon = "103"},
        {"2", "district", "W", "Hill", .alias = "Port", .lat = "12", .lon = "103"},
        {"3", "district", "W", "Rock", .alias = "Dune", .lat = "12", .lon = "103"},
    };
    static const struct told third[] = {
        {"kh", "country", .name = "Cambodia"},
        {"w", "province", "kh", .name = "West"},
        {"1", "district", "w", "Hill", .alias = "Port"},
        {"2", "district", "w", "Krong Port", .alias = "Hill"},
        {"3", "district", "w", "Dune", .alias = "Port"},
    };
    (void)state;
    struct record *r = record_first();
    PUT(r, "second", second);
    PUT(r, "second", rows);
    PUT(r, "third", third);
    struct atlas *a = build(r);
    check(a, FIRST + 3);
    for (uint32_t i = 0; i < a->place_count; i++) {
        const char *name = atlas_name(a, i);
        assert_true(strcmp(name, "Port") != 0 || has_alias(a, i, "Krong Port"));
        assert_true(strcmp(name, "Rock") != 0 || has_alias(a, i, "Dune"));
    }
    atlas_free(a);
}

/* Two are romanised alike; their own script tells which is which. */
static void test_local_names_tell(void **state) {
    static const struct told rows[] = {
        {"1", "village", "F", "Roka", .km = "រកា", .lat = "12.06", .lon = "103"},
        {"2", "village", "F", "Roka", .km = "រការ", .lat = "12.04", .lon = "103"},
    };
    static const struct told third[] = {
        {"kh", "country", .name = "Cambodia"},
        {"w", "province", "kh", .name = "West"},
        {"f", "district", "w", .name = "Ford"},
        {"1", "village", "f", "Roka", .km = "ភូមិ រការ"},
        {"2", "village", "f", "Kapok", .km = "រកា"},
    };
    (void)state;
    struct record *r = record_first();
    PUT(r, "second", second);
    PUT(r, "second", rows);
    PUT(r, "third", third);
    struct atlas *a = build(r);
    check(a, FIRST + 2);
    assert_true(has_alias(a, named(a, "រការ"), "ភូមិ រការ"));
    assert_int_equal(named(a, "Kapok"), named(a, "រកា"));
    atlas_free(a);
}

/* One lies in the district, the other may lie anywhere in the country. */
static void test_parents_tell_first(void **state) {
    static const struct told rows[] = {
        {"1", "village", "C", "Kouk", .lat = "12.07", .lon = "103"},
        {"2", "village", "F", "Kouk", .lat = "12.06", .lon = "103"},
    };
    (void)state;
    struct atlas *a = LINKED(rows);
    check(a, FIRST + 1);
    assert_true(a->places[named(a, "Kouk, Sand")].point.lat == 12.06);
    apart(rows, FIRST); /* without the other it is the one */
    atlas_free(a);
}

static void test_three_sources(void **state) {
    static const struct told rows[] = {
        {"1", "village", "F", "Svay", .alias = "Mango", .lat = "12.06", .lon = "103"},
    };
    static const struct told third[] = {
        {"kh", "country", .name = "Cambodia"},
        {"w", "province", "kh", .name = "West"},
        {"1", "village", "w", "Mango", .lat = "12.07",
         .lon = "103"}, /* by the second's */
        {"2", "village", "w", "Mango", .lat = "12.20", .lon = "103"},
    };
    (void)state;
    struct record *r = record_first();
    PUT(r, "second", second);
    PUT(r, "second", rows);
    PUT(r, "third", third);
    struct atlas *a = build(r);
    check(a, FIRST + 1);
    assert_int_equal(named(a, "Mango, Ford"), named(a, "Svay, Ford"));
    assert_true(a->places[named(a, "Svay, Ford")].point.lat == 12.06);
    atlas_free(a);
}

/* ---- no parent ------------------------------------------------------------------------------- */

static void test_no_parent(void **state) {
    static const struct told rows[] = {
        {"n", "province", "C", "North", .lat = "14", .lon = "104"},
        {"1", "village", "F", "Kouk", .lat = "12.06", .lon = "103"},
        {"2", "village", "F", .name = "Bos"},
        {"3", "village", "F", "Char", .lat = "12.06", .lon = "103"},
    };
    static const struct told third[] = {
        {"kh", "country", .name = "Cambodia"},
        {"w", "province", "kh", .name = "West"},
        {"2", "village", "w", .name = "Bos"},
        {"3", "village", "w", .name = "Char"},
    };
    struct error e = {0};
    (void)state;
    struct record *r = record_first();
    PUT(r, "second", second);
    PUT(r, "second", rows);
    PUT(r, "third", third);
    assert_true(db_exec(r->db,
                        "UPDATE place SET parent_key = NULL WHERE source_id IN"
                        " ('n', '1', 'W') OR (source_id IN ('2', '3') AND name <> 'Kouk'"
                        " AND latitude IS NULL AND source_key = (SELECT key FROM source"
                        " WHERE name = 'third'))",
                        &e));
    struct atlas *a = build(r);
    uint32_t kouk = named(a, "Kouk"), north = named(a, "North");
    check(a, FIRST + 5); /* North, two Bos, two Char */
    assert_string_equal(parent_of(a, kouk), "Sand");
    assert_true(a->places[kouk].point.lat == 12.06);
    assert_string_equal(parent_of(a, north), "Cambodia");
    assert_string_equal(parent_of(a, named(a, "West")), "Cambodia");
    for (uint32_t i = 0; i < a->place_count; i++)
        assert_true(a->places[i].level == LEVEL_COUNTRY ||
                    a->places[i].parent < a->place_count);
    atlas_free(a);
}

/* ---- the order of rows, and crowds ---------------------------------------------------------- */

/* What can be asked of an atlas, in an order of its own. */
static int compare_lines(const void *x, const void *y) {
    return strcmp(x, y);
}

static struct buf content(const struct atlas *a) {
    static char line[64][400];
    struct buf out = {0};
    assert_true(a->place_count <= 64);
    for (uint32_t i = 0; i < a->place_count; i++) {
        const struct atlas_place *p = &a->places[i];
        int n = snprintf(line[i], sizeof line[i], "%d %s %g %g", p->level,
                         p->parent == ATLAS_NONE ? "" : atlas_name(a, p->parent),
                         p->point.lat, p->point.lon);
        for (uint32_t k = p->names.first; k < p->names.first + p->names.count; k++)
            n += snprintf(line[i] + n, sizeof line[i] - (size_t)n, "|%d %s %s",
                          a->names[k].use, a->names[k].language, a->names[k].text);
        assert_true(n < (int)sizeof line[i]);
    }
    qsort(line, a->place_count, sizeof *line, compare_lines);
    for (uint32_t i = 0; i < a->place_count; i++)
        buf_printf(&out, "%s\n", line[i]);
    return out;
}

static void test_order_of_rows(void **state) {
    static const struct told rows[] = {
        {"1", "village", "F", "Svay", .lat = "12.06", .lon = "103"},
        {"2", "village", "F", "Phumi Svay", .lat = "12.07", .lon = "103"},
        {"3", "village", "F", "Kouk", .km = "ស្វាយ", .lat = "12.05", .lon = "103"},
        {"4", "town", "F", "Kouk Thmei", .alias = "Kouk", .lat = "12.05", .lon = "103"},
        {"5", "village", "M", "Svay", .lat = "12.05", .lon = "103.3"},
    };
    enum { COUNT = sizeof rows / sizeof *rows };
    (void)state;
    struct atlas *a = LINKED(rows);
    struct buf wanted = content(a);
    atlas_free(a);
    for (int turn = 1; turn < COUNT; turn++) {
        struct told turned[COUNT];
        for (int i = 0; i < COUNT; i++)
            turned[i] = rows[(i * (turn % 2 ? 1 : COUNT - 1) + turn) % COUNT];
        a = LINKED(turned);
        struct buf got = content(a);
        assert_string_equal(buf_text(&got), buf_text(&wanted));
        buf_free(&got);
        atlas_free(a);
    }
    buf_free(&wanted);
}

enum { CROWD = 1500 };

static void put_crowd(struct record *r, const char *source, const char *parent) {
    struct import_run *run = begin_by_hand(r, source);
    for (int i = 0; i < CROWD; i++) {
        char id[20];
        snprintf(id, sizeof id, "crowd-%d", i);
        put_row(run, &(struct told){id, "village", parent, .name = "Na"});
    }
    commit_by_hand(run);
}

/* A name that very many places have tells nothing, also where it would be alone. */
static void test_crowd(void **state) {
    static const struct told alone[] = {
        {"2", "village", "M", .name = "Na"},
        {"3", "village", "M", .name = "Ko"},
    };
    static const struct told alone_first[] = {
        {"2", "village", "mill", .name = "Na"},
        {"3", "village", "mill", .name = "Ko"},
    };
    (void)state;
    struct record *r = record_first();
    PUT(r, "second", second);
    put_crowd(r, "first", "ford");
    PUT(r, "first", alone_first);
    PUT(r, "second", alone);
    struct atlas *a = build(r);
    check(a, FIRST + CROWD + 3); /* Ko is one, Na in Mill are two */
    assert_true(named(a, "Ko, Mill") < a->place_count);
    assert_int_equal(named(a, "Na, Mill"), ATLAS_AMBIGUOUS);
    atlas_free(a);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_upper_places),  cmocka_unit_test(test_point_and_children),
        cmocka_unit_test(test_finest_parent), cmocka_unit_test(test_local_script),
        cmocka_unit_test(test_levels),        cmocka_unit_test(test_town_and_parent),
        cmocka_unit_test(test_parents),       cmocka_unit_test(test_distance),
        cmocka_unit_test(test_ambiguous),     cmocka_unit_test(test_best_names_first),
        cmocka_unit_test(test_local_names_tell),
        cmocka_unit_test(test_parents_tell_first),
        cmocka_unit_test(test_three_sources), cmocka_unit_test(test_no_parent),
        cmocka_unit_test(test_order_of_rows), cmocka_unit_test(test_crowd),
    };
    return cmocka_run_group_tests(tests, load_vocabularies, NULL);
}
