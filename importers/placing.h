/* SPDX-License-Identifier: Apache-2.0
 *
 * Rows of services.csv without coordinates, placed by the names of their village, commune,
 * district and province (data/place_search.h).
 *
 *   the finest name that is known decides, in what the coarser ones name: its point is the
 *   service's, and its level the precision. A stated precision that is coarser is kept
 *   to. Names that the gazetteer does not know are passed over, and the report says so. Where
 *   a name is that of several places, far apart, the row is refused with the candidates:
 *   nobody guesses.
 */
#ifndef IMPORTERS_PLACING_H
#define IMPORTERS_PLACING_H

#include "data/atlas.h"
#include "data/flat.h"
#include "data/mem.h"

/* Zero, but for the first two. */
struct placing {
    const char *db, *share;
    struct atlas *atlas; /* read when the first row needs it */
    struct arena texts;  /* of the cells of the last row */
};

enum placed {
    PLACED_NOT_ASKED, /* it has coordinates, or names no place, or there is no gazetteer */
    PLACED_FOUND,
    PLACED_NOT_FOUND,
    PLACED_AMBIGUOUS
};

struct placed_row {
    enum placed how;
    enum column column; /* whose name decided */
    struct buf asked;   /* "Boeng Pring, Thma Koul, Battambang" */
    struct buf found;   /* the same of the place; of PLACED_AMBIGUOUS the candidates */
    double score;       /* 0 to 1 */
};

/* Places a row: sets lat, lon and precision, borrowed until the next row. `out` is zero, or
 * of an earlier row. False: `e` says why the gazetteer could not be read. */
bool placing_row(struct placing *p, struct flat *flat, struct placed_row *out,
                 struct error *e);

void placing_free(struct placing *p);
void placed_row_free(struct placed_row *r);

#endif
