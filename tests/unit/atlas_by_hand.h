/* SPDX-License-Identifier: Apache-2.0
 *
 * A small country for tests, in a record of its own: KH, two provinces side by side, with
 * districts, and one district name that both have.
 *
 *   lat 2 ┌──────────────┬──────────────┐
 *         │ West         │ East         │   provinces, with outlines
 *   lat 1 │ ┌────┬────┐  │  ┌────┐      │
 *         │ │Ford│Mill│  │  │Ford│ Hill │   districts: Ford and Mill of West and Ford of
 *   lat 0 └─┴────┴────┴──┴──┴────┴──────┘   East have outlines, Hill has a point only
 *        lon 0   .5   1  2  2.5  3      4
 *
 * To be included after <cmocka.h> and by_hand.h.
 */
#ifndef TESTS_UNIT_ATLAS_BY_HAND_H
#define TESTS_UNIT_ATLAS_BY_HAND_H

#include <unistd.h>

#include "data/atlas.h"
#include "data/record.h"

/* A rectangle as WKB. */
static inline void rectangle(struct buf *out, struct box box) {
    const double ring[5][2] = {{box.west, box.south},
                               {box.east, box.south},
                               {box.east, box.north},
                               {box.west, box.north},
                               {box.west, box.south}};
    static const unsigned char head[] = {1, 6, 0, 0, 0, 1, 0, 0, 0, /* one polygon */
                                         1, 3, 0, 0, 0, 1, 0, 0, 0, /* of one ring */
                                         5, 0, 0, 0};
    out->len = 0;
    buf_add(out, head, sizeof head);
    buf_add(out, ring, sizeof ring); /* the machine is little-endian, as the head says */
}

static inline void put_place_by_hand(struct import_run *run, const char *id,
                                     const char *kind, const char *parent,
                                     const char *name, const char *lat, const char *lon) {
    struct error e = {0};
    struct place_name alias = {"", "Another Name"}, local = {"km", "ឈ្មោះ"};
    struct place_name names[] = {alias, local};
    const struct place_row row = {.id = id,
                                  .kind = kind,
                                  .parent = parent,
                                  .country = "KH",
                                  .code = "",
                                  .name = name,
                                  .lat = lat,
                                  .lon = lon,
                                  .population = "",
                                  .evidence = "",
                                  .names = names,
                                  .name_count = strcmp(name, "Mill") == 0 ? 2 : 0};
    if (place_put(run, &row, &e) == PUT_FAILED)
        fail_msg("%s", e.message);
}

static inline void put_area_by_hand(struct import_run *run, const char *id, int level,
                                    const char *name, struct box box) {
    struct error e = {0};
    struct buf wkb = {0};
    rectangle(&wkb, box);
    const struct area_row row = {.id = id,
                                 .level = level,
                                 .country = "KH",
                                 .code = "",
                                 .name = name,
                                 .name_local = "",
                                 .wkb = wkb.data,
                                 .wkb_len = wkb.len};
    if (area_put(run, &row, &e) == PUT_FAILED)
        fail_msg("%s", e.message);
    buf_free(&wkb);
}

static inline struct import_run *begin_by_hand(struct record *r, const char *source) {
    struct error e = {0};
    struct import_run *run = import_begin(r, source, &e);
    if (run == NULL)
        fail_msg("%s", e.message);
    return run;
}

static inline void commit_by_hand(struct import_run *run) {
    struct error e = {0};
    if (!import_commit(run, &e))
        fail_msg("%s", e.message);
}

static inline void fill_country(struct record *r) {
    struct import_run *run = begin_by_hand(r, "gazetteer");
    put_place_by_hand(run, "kh", "country", "", "Cambodia", "1", "2");
    put_place_by_hand(run, "west", "province", "kh", "West", "1.5", "1");
    put_place_by_hand(run, "east", "province", "kh", "East", "1.5", "3");
    put_place_by_hand(run, "ford", "district", "west", "Ford", "0.5", "0.25");
    put_place_by_hand(run, "mill", "district", "west", "Mill", "0.5", "0.75");
    put_place_by_hand(run, "east-ford", "district", "east", "Ford", "0.5", "2.75");
    put_place_by_hand(run, "hill", "district", "east", "Hill", "0.5", "3.5");
    put_place_by_hand(run, "market", "town", "mill", "Market", "", "");
    commit_by_hand(run);
    run = begin_by_hand(r, "outlines");
    put_area_by_hand(run, "w", 1, "WEST", (struct box){0, 0, 2, 2});
    put_area_by_hand(run, "e", 1, "East", (struct box){2, 0, 4, 2});
    put_area_by_hand(run, "f", 2, "Ford", (struct box){0, 0, 0.5, 1});
    put_area_by_hand(run, "m", 2, "Mill", (struct box){0.5, 0, 1, 1});
    put_area_by_hand(run, "ef", 2, "Ford", (struct box){2.5, 0, 3, 1});
    commit_by_hand(run);
}

/* A new record in a folder of its own, with what `fill` puts; the caller closes it. */
static inline struct record *record_by_hand(void (*fill)(struct record *r)) {
    struct error e = {0};
    char dir[] = "/tmp/haven-test-atlas-XXXXXX", path[64];
    if (mkdtemp(dir) == NULL)
        fail_msg("no folder");
    snprintf(path, sizeof path, "%s/a.db", dir);
    struct record *r = NULL;
    if (record_create(path, "data", &e))
        r = record_open(path, "data", DB_READ_WRITE, &e);
    if (r == NULL)
        fail_msg("%s", e.message);
    fill(r);
    char command[100]; /* SQLite keeps the files open */
    snprintf(command, sizeof command, "rm -r %s", dir);
    if (system(command) != 0)
        fail_msg("%s", command);
    return r;
}

static inline struct atlas *atlas_by_hand(void (*fill)(struct record *r)) {
    struct error e = {0};
    struct record *r = record_by_hand(fill);
    struct atlas *a = atlas_build(r, &e);
    record_close(r);
    if (a == NULL)
        fail_msg("%s", e.message);
    return a;
}

static inline int cambodia(void) {
    return vocabulary_find(VOC_COUNTRY, "KH", 2);
}

static inline uint32_t named(const struct atlas *a, const char *text) {
    return atlas_find(a, cambodia(), text, strlen(text));
}

#endif
