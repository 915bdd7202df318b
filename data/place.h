/* SPDX-License-Identifier: Apache-2.0
 *
 * Places and areas on their way into the record and out of it. A place is a point with
 * names, and knows what it lies in; an area is an outline. Both are kept over re-imports by
 * (source, source id), as services are, and belong to the same runs (data/record.h).
 */
#ifndef DATA_PLACE_H
#define DATA_PLACE_H

#include "data/geo.h"
#include "data/record.h"

/* Levels of administration; towns and crossings stand beside them. */
enum place_level {
    LEVEL_COUNTRY,
    LEVEL_PROVINCE,
    LEVEL_DISTRICT,
    LEVEL_COMMUNE,
    LEVEL_VILLAGE,
    LEVEL_POINT
};

/* The level of a kind (index in place_kind.csv, whose first five are the levels). */
enum place_level place_level(int kind);

/* One name in one language (BCP 47), or with "" another spelling. */
struct place_name {
    const char *language, *value;
};

/* Borrowed from whoever fills it. "" is "not stated"; what is stated has been checked. */
struct place_row {
    const char *id;      /* of the source */
    const char *kind;    /* code of place_kind */
    const char *parent;  /* id of the source, or "" */
    const char *country; /* ISO 3166-1 alpha-2 */
    const char *code;
    const char *name;      /* romanised */
    const char *lat, *lon; /* canonical decimals, both or neither */
    const char *population;
    const char *evidence;
    const struct place_name *names; /* by language; other spellings ("") first */
    size_t name_count;
};

struct area_row {
    const char *id; /* of the source */
    int level;      /* 0 to 3 */
    const char *country, *code, *name, *name_local;
    const void *wkb; /* a sound multipolygon (data/shape.h) */
    size_t wkb_len;
};

/* Add or update one, as import_put() does. A place whose parent is not in the record, or is
 * not of a higher level or of another country, is refused. */
enum put_result place_put(struct import_run *run, const struct place_row *row,
                          struct error *e);
enum put_result area_put(struct import_run *run, const struct area_row *row,
                         struct error *e);

/* Retire what stands of the source, was not put in this run, and is in one of the countries
 * that were put (areas: at a level that was put). `*present` counts what stands there. With
 * `only_count` nothing is written. */
bool place_retire_missing(struct import_run *run, bool only_count, int64_t *present,
                          int64_t *missing, struct error *e);
bool area_retire_missing(struct import_run *run, bool only_count, int64_t *present,
                         int64_t *missing, struct error *e);

/* What stands in the record. */
struct stored_place {
    int64_t key, parent_key; /* 0: no parent */
    uint8_t id[ID_BYTES];
    int64_t source_key;
    const char *kind, *country, *code, *name;
    bool has_point;
    struct point point;
    int64_t population; /* -1: not stated */
};

struct stored_area {
    uint8_t id[ID_BYTES];
    int64_t source_key;
    int level;
    const char *country, *code, *name, *name_local;
    const void *wkb;
    size_t wkb_len;
};

/* Call `place` with every place, parents before what lies in them, and `name` with the names
 * of each in the same order of keys; `area` with every area, countries first. Texts are
 * borrowed for the call; false stops with failure, `e` set by it. */
struct place_reader {
    bool (*place)(const struct stored_place *place, void *ctx, struct error *e);
    bool (*name)(int64_t place_key, const char *language, const char *value, void *ctx,
                 struct error *e);
    bool (*area)(const struct stored_area *area, void *ctx, struct error *e);
    void *ctx;
};
bool record_each_place(struct record *r, const struct place_reader *reader,
                       struct error *e);

/* `revision` of the directory when a place or an area changed last; 0: never. */
bool record_place_revision(struct record *r, int64_t *out, struct error *e);

#endif
