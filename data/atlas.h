/* SPDX-License-Identifier: Apache-2.0
 *
 * The atlas: places, their names and their outlines, as the server asks them. Immutable,
 * made from the record when its gazetteer changes, and shared by the staff and the public
 * snapshot: it holds nothing of any service.
 *
 *   country ── province ── district ── commune ── village      levels 0 to 4
 *                  └───────────┴── town, crossing              LEVEL_POINT
 *
 * Several sources tell of one place: it is one here, with the names and outlines of all
 * (data/atlas_link.c says which are the same). An outline that belongs to no known place
 * makes one. Everything refers to everything by index.
 */
#ifndef DATA_ATLAS_H
#define DATA_ATLAS_H

#include "data/mem.h"
#include "data/place.h"
#include "data/shape.h"
#include "data/text.h"
#include "data/vocabulary.h"

struct place_index;

#define ATLAS_NONE UINT32_MAX
#define ATLAS_AMBIGUOUS (UINT32_MAX - 1)

struct atlas_run {
    uint32_t first, count;
};

struct atlas_place {
    uint8_t id[ID_BYTES];
    uint32_t parent; /* or ATLAS_NONE */
    uint32_t
        pointed; /* whose point `point` is: itself, or the nearest above that has one;
                         ATLAS_NONE where none has */
    struct point point;
    struct atlas_run names;    /* in `names`; the first is the national gazetteer's */
    struct atlas_run outlines; /* in `outlines` */
    int64_t population;        /* -1: not stated */
    uint16_t country;          /* index in country.csv */
    uint8_t kind;              /* index in place_kind.csv */
    uint8_t level;             /* enum place_level */
};

enum name_use { NAME_NATIONAL, NAME_LANGUAGE, NAME_OTHER, NAME_CODE };

struct atlas_name {
    const char *text, *language; /* language "" unless NAME_LANGUAGE */
    enum name_use use;
};

/* A corner of an outline: earth-centred metres. x is NAN between rings. */
struct atlas_corner {
    float x, y, z;
};

struct atlas_outline {
    uint32_t place;
    int64_t source_key;
    struct shape *shape;
    struct atlas_run corners; /* in `corners`: simplified by ATLAS_TOLERANCE */
};

#define ATLAS_TOLERANCE 0.001 /* degrees: corners move by at most a hundred metres */
#define ATLAS_EDGE_M 10000.0  /* longer edges are cut, so that their chords stay near */

/* A place of the level of districts and below that has a point of its own. */
struct atlas_spot {
    struct point point;
    uint32_t place;
    uint16_t country;
};

/* A name to find a place by. */
struct atlas_key {
    const char *folded; /* data/names/fold.h */
    uint32_t place;
    uint16_t country;
    bool other; /* it is only another spelling there */
};

struct atlas {
    struct arena texts;
    struct atlas_place *places;
    struct atlas_name *names;
    struct atlas_outline *outlines;
    struct atlas_corner *corners;
    struct atlas_key *keys;   /* by country, then name */
    uint32_t *by_id;          /* places */
    struct atlas_spot *spots; /* from south to north */
    struct place_index *index; /* names as they are heard (data/place_index.h) */
    uint32_t *cell; /* outlines that reach into a square degree: cell_first[n] ... */
    uint32_t *cell_first;                   /* of ATLAS_CELLS + 1 */
    uint32_t country_place[VOCABULARY_MAX]; /* by index in country.csv; or ATLAS_NONE */
    uint32_t place_count, name_count, outline_count, corner_count, key_count, spot_count;
    uint8_t digest[16]; /* of all that can be asked */
    int64_t revision;   /* record_place_revision() */
};

#define ATLAS_COLUMNS 360
#define ATLAS_CELLS (ATLAS_COLUMNS * 180)

/* Reads the gazetteer of a record. NULL: `e` says why. */
struct atlas *atlas_build(struct record *record, struct error *e);

/* The same without the corners of outlines, in half the time: for names and what holds a
 * point, not for distances to areas. */
struct atlas *atlas_build_names(struct record *record, struct error *e);

/* One without a place. */
struct atlas *atlas_empty(void);
void atlas_free(struct atlas *a);

/* The first of `keys` with that country and folded name, or where it would stand; and
 * whether a key is of them. */
uint32_t atlas_first_key(const struct atlas *a, int country, const char *folded);
bool atlas_key_is(const struct atlas *a, uint32_t key, int country, const char *folded);

/* The place with that id, or ATLAS_NONE. */
uint32_t atlas_find_id(const struct atlas *a, const uint8_t id[ID_BYTES]);

/* The place of a country (index in country.csv) that `text` names: "Thma Koul, Battambang",
 * parents after their place, folded; or a code. Names come before other spellings, among
 * which gazetteers list neighbours too. Of several the one of the highest level;
 * ATLAS_AMBIGUOUS where there are more of that level, ATLAS_NONE where there is none. */
uint32_t atlas_find(const struct atlas *a, int country, const char *text, size_t len);

/* The country in which atlas_find() looks `text` up: the one whose code ends it, or
 * `country`. */
int atlas_find_country(int country, const char *text, size_t len);

/* The country (index in country.csv) that `text` names in any language of the gazetteer, or
 * by its English label; or -1. */
int atlas_country_named(const struct atlas *a, const char *text, size_t len);

/* The same as atlas_find() of one level only, where `level` is not -1. */
uint32_t atlas_find_level(const struct atlas *a, int country, int level, const char *text,
                          size_t len);

/* Everything that holds a point, so far as it is known. */
#define ATLAS_HOLDS_MAX 48
struct atlas_holds {
    int count;
    uint32_t place[ATLAS_HOLDS_MAX];
    uint64_t direct; /* bit: place[n] holds it by an outline of its own */
    bool has_chosen;
    uint32_t chosen; /* the place that stands for the point */
    unsigned chain;  /* bit: level on which the chosen place decides */
    bool outlines;   /* the outlines were asked */
};

/* The places whose outlines hold the point, and all that those lie in. */
void atlas_holds(const struct atlas *a, struct point p, struct atlas_holds *out);

/* A chosen place, all that it lies in, and what the outlines say of its own point beside. */
void atlas_holds_place(const struct atlas *a, uint32_t place, struct atlas_holds *out);

/* Is the point in `place`? Unknown where neither an outline nor the chosen place tells. */
enum atlas_answer { ATLAS_NO, ATLAS_UNKNOWN, ATLAS_YES };
enum atlas_answer atlas_is_in(const struct atlas *a, const struct atlas_holds *h,
                              uint32_t place);

/* True when `place` is `ancestor` or lies in it. */
bool atlas_within(const struct atlas *a, uint32_t place, uint32_t ancestor);

/* The nearest of `place` and what it lies in that has an outline, below the country; or
 * ATLAS_NONE. */
uint32_t atlas_outlined(const struct atlas *a, uint32_t place);

/* Metres from a point to the nearest part of a place that has an outline (0 inside), and to
 * its farthest. Right to about a hundred metres: outlines are simplified. */
struct atlas_range {
    double least, most;
};
double atlas_least(const struct atlas *a, uint32_t place, struct point p);
struct atlas_range atlas_range(const struct atlas *a, uint32_t place, struct point p);

/* The outline's greatest distance (chord, metres) from `centre`. */
double atlas_reach(const struct atlas *a, uint32_t place, struct ecef centre);

/* The nearest place of the level of districts and below within `most_m` of a point, in one
 * of `count` countries; or ATLAS_NONE. */
uint32_t atlas_nearest(const struct atlas *a, struct point p, double most_m,
                       const int *countries, int count);

/* The national gazetteer's name: romanised. */
const char *atlas_name(const struct atlas *a, uint32_t place);

/* The name in a language (BCP 47); where there is none, the English one; where there is none,
 * the national gazetteer's. `*in` (may be NULL) is the language that it is in, or "". */
const char *atlas_label(const struct atlas *a, uint32_t place, const char *language,
                        const char **in);

#endif
