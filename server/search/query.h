/* SPDX-License-Identifier: Apache-2.0
 *
 * A search as the engine sees it: every code is an index, every list a small array. Made
 * by server/api from checked parameters, never stored and never logged.
 */
#ifndef SERVER_SEARCH_QUERY_H
#define SERVER_SEARCH_QUERY_H

#include <stdbool.h>
#include <stdint.h>

#include "data/atlas.h"
#include "data/criterion.h"
#include "data/geo.h"
#include "data/snapshot.h"

#define QUERY_LIST 16      /* most codes in one list of a query */
#define QUERY_COUNTRIES 8
#define QUERY_LIMIT_MAX 100
#define AVOID_PLACES 256   /* places to stay away from, all of `avoid` together */

/* Indices of terms of a vocabulary. */
struct query_list {
    int count;
    int term[QUERY_LIST];
};

struct query_child {
    int age;    /* years, or -1 */
    int gender; /* index in gender.csv, or -1 */
};

/* Somewhere to stay away from: one service, or all of an organization. */
struct query_avoid {
    uint32_t service;      /* index in the snapshot, or SNAP_NONE */
    uint32_t organization; /* the same */
    double m;              /* and anything nearer to it than this, metres */
};

enum query_order { ORDER_DISTANCE, ORDER_TRAVEL, ORDER_FIT };

/* Where an avoided service stands, once for all that share the place. */
struct query_avoid_place {
    uint32_t site;
    double m;
};

struct query {
    struct point point;
    uint32_t asked; /* criteria named by the query */
    struct query_list need, form, language, disability;
    uint64_t need_within[SNAP_NEED_WORDS]; /* codes that are an asked need or below one */
    int gender, nationality, stage, referred_by, beneficiary; /* terms */
    int age_low, age_high; /* the same when the age is certain */
    int child_count;
    struct query_child child[QUERY_LIST];
    bool identified, residential;
    bool shows_open; /* `open_at` is given */
    int64_t open_at; /* seconds since 1970 */
    int32_t today;   /* days since 1970, UTC */
    struct atlas_holds holds; /* what holds the point, so far as the atlas knows */
    int country_count; /* 0: no country bounds the search */
    int country[QUERY_COUNTRIES]; /* indices in country.csv */
    bool cross_border;
    double radius_m; /* INFINITY: none */
    bool radius_given;
    int avoid_count;
    struct query_avoid avoid[QUERY_LIST];
    int avoid_place_count;
    struct query_avoid_place avoid_place[AVOID_PLACES];
    int limit;
    enum query_order order;
};

#endif
