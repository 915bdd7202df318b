/* SPDX-License-Identifier: Apache-2.0
 *
 * What stands beside the nearest ones: services that come to the person, services whose
 * place no source tells, and help lines.
 */
#ifndef SERVER_SEARCH_SIDES_H
#define SERVER_SEARCH_SIDES_H

#include "server/search/nearest.h"

/* Fills `remote` and `unplaced`; `*turned_down` tells whether one of them said no. */
void gather_sides(const struct snapshot *s, const struct query *q, struct nearest_answer *a,
                  bool *turned_down);

/* Fills `helplines`. */
void gather_helplines(const struct snapshot *s, const struct query *q,
                      struct nearest_answer *a);

#endif
