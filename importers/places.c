/* SPDX-License-Identifier: Apache-2.0
 *
 * `haven import places`: a gazetteer into the record, one transaction, whatever its format.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "data/mem.h"
#include "importers/place_sheet.h"

struct reading {
    struct map *map; /* or NULL */
    struct place_intake in;
    struct place_sheet sheet;
};

static bool read_csv(struct place_intake *in, void *ctx, struct error *e) {
    struct reading *r = ctx;
    r->sheet.has_header = false;
    if (!csv_read(in->g->options->path, place_sheet_row, &r->sheet,
                  &in->g->progress.bytes, e))
        return false;
    return r->sheet.has_header ||
           error_set(e, ERR_DATA,
                     "%s: the file is empty; its first row must name the columns",
                     in->g->options->path);
}

static bool read_places(struct gazetteer_import *g, void *ctx, struct error *e) {
    struct reading *r = ctx;
    const char *map = g->options->map;
    if (map != NULL && (r->map = map_read(map, &places_table, e)) == NULL)
        return false;
    r->in.g = g;
    r->sheet.in = &r->in;
    r->sheet.map = r->map;
    return intake_passes(&r->in, read_csv, r, e);
}

static const struct gazetteer_kind kind = {read_places, place_retire_missing, "places"};

static enum err places_import(const struct import_options *options) {
    struct reading *r = xcalloc(1, sizeof *r);
    enum err result = gazetteer_import(&kind, options, r);
    place_sheet_free(&r->sheet);
    intake_free(&r->in);
    map_free(r->map);
    free(r);
    return result;
}

static const char usage[] =
    "usage: haven import places FILE --db FILE.db --source NAME [options]\n";

static const char help[] =
    "Reads a gazetteer (UTF-8, a header row; - is standard input) into a record, as one\n"
    "transaction. Columns, those with a star in every row:\n"
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
    "  --map MAP.json     read somebody else's sheet: see haven import services --help;\n"
    "                     importers/maps/ has those of several public gazetteers\n"
    "\n"
    "Several sources may stand side by side: what has the same name, kind and parent is one\n"
    "place in answers. One source may be several files: --retire-missing looks at the\n"
    "countries and kinds of the file only.\n";

const struct importer places_importer = {"places", usage, help,
                                         " map format alternate-names ", places_import};
