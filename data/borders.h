/* SPDX-License-Identifier: Apache-2.0
 *
 * The built-in borders: which country a point lies in, and which others are near.
 *
 * `share/borders.bin` is made at build time from the npm package world-atlas (10 m,
 * Natural Earth) by data/borders.mjs. World-atlas is off by kilometres at some crossings
 * (Myawaddy, Savannakhet, Bavet), hence the distance to the nearest land border.
 */
#ifndef DATA_BORDERS_H
#define DATA_BORDERS_H

#include <stdbool.h>

#include "data/error.h"
#include "data/geo.h"

#define BORDERS_NEAR_M 10000.0 /* closer to a border than this is uncertain */
#define BORDERS_CANDIDATES 8

struct borders;

struct borders_answer {
    char country[3];  /* ISO 3166-1 alpha-2 of the polygon that holds the point, or "" */
    int count;        /* candidates: `country` first, then others whose polygon is within
                         BORDERS_NEAR_M, nearest first. A point at sea within that distance
                         of a coast has `country` "" and its coasts here */
    char candidate[BORDERS_CANDIDATES][3];
};

/* Maps the file. NULL: `e` says why. Free with borders_close(). */
struct borders *borders_open(const char *path, struct error *e);
void borders_close(struct borders *b);

/* Safe from several threads at once; no allocation; a few microseconds. */
struct borders_answer borders_at(const struct borders *b, struct point p);

#endif
