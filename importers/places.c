/* SPDX-License-Identifier: Apache-2.0
 *
 * `haven import places`: a gazetteer into the record, one transaction, whatever its format.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "data/mem.h"
#include "importers/geonames.h"
#include "importers/json_rows.h"
#include "importers/map_help.h"
#include "importers/place_sheet.h"

struct reading {
    struct map *map; /* or NULL */
    struct place_intake in;
    const struct format *format;
    struct place_sheet sheet;
    struct geonames geonames;
};

typedef bool rows_read(const char *path,
                       bool (*each)(const struct csv_row *row, void *ctx,
                                    struct error *e),
                       void *ctx, int64_t *progress, struct error *e);

static const struct format {
    const char *name, *ending;
    rows_read *rows; /* of a sheet; NULL: a dump of GeoNames */
} formats[] = {
    {"csv", NULL, csv_read},
    {"json", ".json", json_rows_read},
    {"geonames", NULL, NULL},
};

static bool read_sheet(struct place_intake *in, void *ctx, struct error *e) {
    struct reading *r = ctx;
    const char *path = in->g->options->path;
    r->sheet.has_header = false;
    if (!r->format->rows(path, place_sheet_row, &r->sheet, &in->g->progress.bytes, e))
        return false;
    return r->sheet.has_header ||
           error_set(e, ERR_DATA,
                     "%s: the file is empty; its first row must name the columns", path);
}

static bool ends_with(const char *path, const char *ending) {
    size_t len = strlen(path), n = strlen(ending);
    return len > n && strcasecmp(path + len - n, ending) == 0;
}

/* By the option, else by how the file is called; NULL: the option names none. */
static const struct format *format_of(const struct import_options *o) {
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
        if (o->format != NULL ? strcmp(o->format, formats[i].name) == 0
                              : formats[i].ending != NULL &&
                                    ends_with(o->path, formats[i].ending))
            return &formats[i];
    return o->format == NULL ? &formats[0] : NULL;
}

static bool read_places(struct gazetteer_import *g, void *ctx, struct error *e) {
    struct reading *r = ctx;
    const char *map = g->options->map;
    if (map != NULL && (r->map = map_read(map, &places_table, e)) == NULL)
        return false;
    r->in.g = g;
    r->sheet.in = &r->in;
    r->sheet.map = r->map;
    return r->format->rows != NULL
               ? intake_passes(&r->in, read_sheet, r, e)
               : intake_passes(&r->in, geonames_read, &r->geonames, e);
}

static const struct gazetteer_kind kind = {read_places, place_retire_missing, "places"};

/* What is wrong with the options, or NULL. */
static const char *wrong_use(const struct import_options *o, const struct format *f) {
    if (f == NULL)
        return "--format must be csv, json or geonames";
    if (f->rows == NULL && o->map != NULL)
        return "--map is of no use with --format geonames, whose fields are known";
    return f->rows != NULL && o->alternate_names != NULL
               ? "--alternate-names is of use only with --format geonames"
               : NULL;
}

static enum err places_import(const struct import_options *options) {
    const struct format *format = format_of(options);
    const char *wrong = wrong_use(options, format);
    if (wrong != NULL) {
        fprintf(stderr, "haven import: %s\n", wrong);
        return ERR_USAGE;
    }
    struct reading *r = xcalloc(1, sizeof *r);
    r->format = format;
    enum err result = gazetteer_import(&kind, options, r);
    place_sheet_free(&r->sheet);
    geonames_free(&r->geonames);
    intake_free(&r->in);
    map_free(r->map);
    free(r);
    return result;
}

static const char usage[] =
    "usage: haven import places FILE --db FILE.db --source NAME [options]\n";

static const char help[] =
    "Reads a gazetteer into a record, as one transaction: CSV (UTF-8, a header row; - is\n"
    "standard input), JSON, or a dump of GeoNames. Columns, those with a star in every row:\n"
    "\n"
    "  id *               stable within the source\n"
    "  kind *             country province district commune village town crossing\n"
    "  parent             id of the place it lies in, in whatever order the rows stand; or\n"
    "                     several, separated by ;: the first that there is in the country.\n"
    "                     Empty, or the code of its country: it lies directly in that\n"
    "  country *          ISO 3166-1 alpha-2\n"
    "  code               ISO 3166, or the national gazetteer's\n"
    "  name *, name@km    romanised as in the national gazetteer; and in a language. What is\n"
    "                     not in the script of that language is another spelling\n"
    "  aliases            other spellings, separated by ;\n"
    "  lat, lon           a point inside it, decimal degrees, WGS 84\n"
    "  population, evidence\n"
    "\n"
    "  --format FORMAT    csv, json or geonames; without it a file that ends in .json is\n"
    "                     JSON, and any other CSV\n"
    "\n"
    "JSON is a list of objects. Members that are texts or numbers are cells, and their names\n"
    "the header; a member that is a list of objects holds further rows, and the column @path\n"
    "tells in which members a row stands: \"\", District, District.Ward.\n"
    "\n"
    "GeoNames' XX.txt needs --format geonames. It takes countries, ADM1 to ADM4 and populated\n"
    "places that stand (not PPLQ, PPLW, PPLH), and counts the rest as left out.\n"
    "\n"
    "  --alternate-names FILE   GeoNames' alternateNamesV2.txt: names by language; it is\n"
    "                           streamed, and those of the dump are kept\n"
    "\n"
    "Several sources may stand side by side: places of one level that share a name, lie in\n"
    "the same and are near to each other are one in answers. One source may be several\n"
    "files: --retire-missing looks at the countries and kinds of the file only.\n"
    "importers/maps/ has maps of public gazetteers.\n"
    "\n" MAP_HELP;

const struct importer places_importer = {"places", usage, help,
                                         " map format alternate-names ", places_import};
