/* SPDX-License-Identifier: Apache-2.0
 *
 * Dumps of GeoNames (XX.txt, allCountries.txt): 19 fields parted by tabs, no header. What is
 * taken, by feature code:
 *
 *   A  PCL PCLI PCLD PCLF PCLS   country      P  PPLC PPLA* PPLG          town
 *      ADM1                      province        PPL PPLF PPLL PPLR PPLS  village
 *      ADM2                      district        PPLX, a part of a town   village
 *      ADM3                      commune
 *      ADM4                      village
 *
 * PPLX are taken, since people name the quarter they are in, and there is no kind for it.
 * Left out: what is abandoned, destroyed or historical (PPLQ PPLW PPLH PPLCH ADM1H ...):
 * nobody is there, and it would be a namesake of what stands; regions that are no level
 * (ADMD ZN ...); and all other classes. A place lies in the finest of ADM3, ADM2, ADM1 with
 * its codes, wherever in the file that stands, else in its country.
 */
#ifndef IMPORTERS_GEONAMES_H
#define IMPORTERS_GEONAMES_H

#include "data/intern.h"
#include "importers/alternate_names.h"
#include "importers/cell.h"
#include "importers/place_intake.h"

/* Zero-initialise. */
struct geonames {
    struct place_intake *in;
    struct intern units; /* country and codes of administrations, by number */
    int64_t *unit_id;    /* the place of each */
    size_t unit_capacity;
    int64_t *id; /* of all places that are taken, sorted; 0 until the first reading */
    size_t id_count, id_capacity;
    struct alternate_names names;
    struct cell_reader cells;
    struct buf scratch, parents;
    bool known; /* `units`, `id` and `names` are complete */
};

/* Reads the dump of the options, and the alternate names of the options where there are
 * any; `ctx` is a struct geonames. For intake_passes(). */
bool geonames_read(struct place_intake *in, void *ctx, struct error *e);
void geonames_free(struct geonames *g);

#endif
