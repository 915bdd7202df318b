/* SPDX-License-Identifier: Apache-2.0
 *
 * One service at one location in the flat form: what an importer hands to the record,
 * and what the record hands to the snapshot. Cells hold canonical text (importers/cell.c):
 * the same meaning is always the same bytes, so that rows can be compared and interned.
 *
 *   lists     "a;b", no spaces round the ';', no doubles, in the order of the file
 *   JSON      compact, keys in a fixed order; `phones` and `rules` are always JSON here
 *   numbers   decimal without leading zeros or '+'; coordinates at most 7 decimals
 *   not stated  "" (never NULL)
 */
#ifndef DATA_FLAT_H
#define DATA_FLAT_H

#include <stddef.h>
#include <stdint.h>

#include "data/column.h"

#define ID_BYTES 16

/* A text in one more language: the column `public_name@km`. */
struct translation {
    enum column column;
    char language[16]; /* BCP 47, as in the header of the file */
    const char *value;
};

struct flat {
    const char *cell[COL_COUNT]; /* NUL-terminated, borrowed from whoever filled it */
    const struct translation *translations; /* by column, then language */
    size_t translation_count;
};

/* What the record knows of a service beside its flat form. */
struct stored_service {
    struct flat flat;
    uint8_t id[ID_BYTES];              /* of the service at its location: the public id */
    uint8_t organization_id[ID_BYTES];
    const char *source;                /* name given to `haven import --source` */
    const char *visibility;            /* the effective code: what the record decided */
};

#endif
