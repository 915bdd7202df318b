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

#define PLACE_ID_BYTES_MAX 200

/* Borrowed from whoever fills it. "" is "not stated"; what is stated has been checked. */
struct place_row {
    int64_t line;        /* of its file, and which row of it: for places_settle() */
    int64_t number;
    const char *id;      /* of the source, at most PLACE_ID_BYTES_MAX */
    const char *kind;    /* code of place_kind */
    const char *parent;  /* ids of the source, the best first: "a;b"; or "" */
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

/* Add or update one, as import_put() does. The first id of `parent` that stands in the same
 * country is the parent; the place's own id is passed over, and the code of its country is the country
 * itself. Nothing named: the place lies directly in its country. What is named may be put
 * later in the run: see places_settle(). */
enum put_result place_put(struct import_run *run, const struct place_row *row,
                          struct error *e);
enum put_result area_put(struct import_run *run, const struct area_row *row,
                         struct error *e);

/* When all places are put: finds the parents that came after what lies in them. A row whose
 * parent is nowhere, of no broader level or of another country goes to `fault`, with its
 * line and number; then import_commit() refuses. `*moved` rows, which had counted as
 * unchanged, turned out to lie elsewhere. Both may be NULL; without `fault` the first one is
 * an error. import_commit() settles by itself what was not. */
typedef void place_fault(int64_t line, int64_t number, const char *message, void *ctx);
bool places_settle(struct import_run *run, place_fault *fault, void *ctx, int64_t *moved,
                   struct error *e);

/* Counts the place with this id, if one stands, as put: it is not missing. For rows that
 * are in the file and cannot be taken. */
bool place_keep(struct import_run *run, const char *id, struct error *e);

/* Retire what stands of the source, was not put in this run, and is of a country and a kind
 * (areas: a level) that were put together. `*present` counts what stands there. With
 * `only_count` nothing is written. A place in which another one stays is not retired: that
 * is an error. */
bool place_retire_missing(struct import_run *run, bool only_count, int64_t *present,
                          int64_t *missing, struct error *e);
bool area_retire_missing(struct import_run *run, bool only_count, int64_t *present,
                         int64_t *missing, struct error *e);

/* What stands in the record. */
struct stored_place {
    int64_t key, parent_key; /* 0: it lies directly in its country, or is one */
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
