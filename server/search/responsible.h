/* SPDX-License-Identifier: Apache-2.0
 *
 * Which state offices are responsible where somebody lives: those whose area holds the
 * place, however far away they stand, and not the nearest one.
 */
#ifndef SERVER_SEARCH_RESPONSIBLE_H
#define SERVER_SEARCH_RESPONSIBLE_H

#include "data/snapshot.h"

#define RESPONSIBLE_MAX 20

struct responsible {
    uint32_t service;
    uint32_t place; /* of the atlas: what it covers and what holds the point */
};

/* Fills `out` with the offices that cover a place of level province or finer that holds the
 * point: of the finest level first, then by id. Returns how many there are, at most
 * RESPONSIBLE_MAX. Offices that are closed or planned are left out. */
int responsible(const struct snapshot *s, const struct atlas_holds *holds,
                struct responsible out[RESPONSIBLE_MAX]);

#endif
