/* SPDX-License-Identifier: Apache-2.0
 *
 * What `haven import` can import: one table entry each (command.c), and the options of the
 * command line that they share.
 */
#ifndef IMPORTERS_IMPORTER_H
#define IMPORTERS_IMPORTER_H

#include <stdbool.h>

#include "data/error.h"

/* Which property of somebody else's file is what (importers/boundaries.c, basemap.c). */
enum area_field {
    AREA_ID,
    AREA_NAME,
    AREA_LOCAL,
    AREA_COUNTRY,
    AREA_CODE,
    AREA_LEVEL,
    AREA_CLASS, /* these two of the basemap only */
    AREA_ZOOM,
    AREA_FIELDS
};

struct import_options {
    const char *path; /* "-" for standard input, where that can be read */
    const char *db;
    const char *share; /* the program's own data */
    const char *source;
    const char *map;    /* or NULL */
    const char *format; /* of places: csv, json, geonames; NULL: by the name of the file */
    const char *alternate_names; /* of a GeoNames dump, or NULL */
    const char *report; /* or NULL */
    const char *by;     /* who imports, or NULL */
    const char *expect_revision; /* of the record, a whole number; or NULL */
    bool dry_run, partial, retire_missing, force;
    const char *layer;              /* of the basemap, or NULL */
    const char *level;              /* of areas: "0" to "3", or NULL */
    const char *country;            /* or NULL */
    const char *encoding;           /* of a shapefile's texts, or NULL */
    const char *field[AREA_FIELDS]; /* names of properties, or NULL */
};

struct importer {
    const char *name; /* `haven import NAME` */
    const char *usage, *help;
    const char *takes; /* the options beside the common ones: " map level " */
    enum err (*run)(const struct import_options *options);
};

extern const struct importer services_importer;   /* services.c */
extern const struct importer places_importer;     /* places.c */
extern const struct importer boundaries_importer; /* boundaries.c */
extern const struct importer basemap_importer;    /* basemap.c */

#endif
