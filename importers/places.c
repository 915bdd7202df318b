/* SPDX-License-Identifier: Apache-2.0
 *
 * `haven import places`: the flat places.csv into the record, one transaction.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "data/csv.h"
#include "data/mem.h"
#include "importers/cell.h"
#include "importers/closest.h"
#include "importers/gazetteer.h"

enum place_column {
    PLACE_ID,
    PLACE_KIND,
    PLACE_PARENT,
    PLACE_COUNTRY,
    PLACE_CODE,
    PLACE_NAME,
    PLACE_ALIASES,
    PLACE_LAT,
    PLACE_LON,
    PLACE_POPULATION,
    PLACE_EVIDENCE,
    PLACE_COLUMNS
};

static const struct column_spec specs[PLACE_COLUMNS] = {
    [PLACE_ID] = {"id", CELL_TEXT, 0, 200, REQUIRED},
    [PLACE_KIND] = {"kind", CELL_CODE, VOC_PLACE_KIND, 0, REQUIRED},
    [PLACE_PARENT] = {"parent", CELL_TEXT, 0, 200, 0},
    [PLACE_COUNTRY] = {"country", CELL_CODE, VOC_COUNTRY, 0, REQUIRED},
    [PLACE_CODE] = {"code", CELL_TEXT, 0, 60, 0},
    [PLACE_NAME] = {"name", CELL_TEXT, 0, 300, REQUIRED | TEXT_BY_LANGUAGE},
    [PLACE_ALIASES] = {"aliases", CELL_IDS, 0, 4000, 0},
    [PLACE_LAT] = {"lat", CELL_DECIMAL, -90, 90, 0},
    [PLACE_LON] = {"lon", CELL_DECIMAL, -180, 180, 0},
    [PLACE_POPULATION] = {"population", CELL_INTEGER, 0, 2000000000, 0},
    [PLACE_EVIDENCE] = {"evidence", CELL_TEXT, 0, 4000, 0},
};

#define NAMES_MAX (CSV_COLUMNS_MAX + 500) /* languages, and aliases */

/* What a field of the file is: a column, or the name in a language. */
struct field {
    int column; /* -1: nothing, at the end */
    char language[16];
    char title[40];
};

struct reading {
    struct gazetteer_import *g;
    struct cell_reader cells;
    size_t field_count;
    struct field field[CSV_COLUMNS_MAX];
    const char *cell[PLACE_COLUMNS];
    struct place_name name[NAMES_MAX];
    size_t name_count;
    bool good; /* the row so far */
};

/* ---- header -------------------------------------------------------------------------------- */

static int column_of(struct slice name) {
    for (int i = 0; i < PLACE_COLUMNS; i++)
        if (slice_is(name, specs[i].name))
            return i;
    return -1;
}

static bool field_read(struct slice text, struct field *out, struct error *e) {
    struct slice rest = text, name;
    slice_next(&rest, '@', &name);
    out->column = column_of(name);
    snprintf(out->title, sizeof out->title, "%.*s", (int)(text.len > 39 ? 39 : text.len),
             text.at);
    if (out->column < 0 ||
        (rest.at != NULL && !(specs[out->column].flags & TEXT_BY_LANGUAGE)))
        return cell_refuse(
            e, text, "not a column of places.csv",
            "allowed: id kind parent country code name name@LANGUAGE aliases "
            "lat lon population evidence");
    if (rest.at == NULL)
        return true;
    if (rest.len >= sizeof out->language ||
        vocabulary_find(VOC_LANGUAGE, rest.at, rest.len) < 0)
        return cell_refuse(e, text, "not a language", "allowed: name@km, name@th ...");
    memcpy(out->language, rest.at, rest.len);
    return true;
}

static bool stands(const struct reading *r, int column, const char *language) {
    for (size_t i = 0; i < r->field_count; i++)
        if (r->field[i].column == column && strcmp(r->field[i].language, language) == 0)
            return true;
    return false;
}

static void header_fault(struct reading *r, int64_t line, const char *column,
                         const char *message) {
    r->good = false;
    report_error(&r->g->report, line, column, message);
}

static bool header_read(struct reading *r, const struct csv_row *row) {
    size_t count = row->count;
    r->good = true;
    while (count > 0 && slice_trim(row->field[count - 1]).len == 0)
        count--;
    for (size_t i = 0; i < count; i++) {
        struct error why = {0};
        struct field *f = &r->field[i];
        *f = (struct field){.column = -1};
        if (!field_read(slice_trim(row->field[i]), f, &why))
            header_fault(r, row->line, f->title, why.message);
        else if (stands(r, f->column, f->language))
            header_fault(r, row->line, f->title, "stands twice");
        r->field_count++;
    }
    for (int i = 0; i < PLACE_COLUMNS; i++)
        if ((specs[i].flags & REQUIRED) && !stands(r, i, ""))
            header_fault(r, row->line, specs[i].name,
                         "the column is missing; required: id kind country name");
    return r->good;
}

/* ---- rows ---------------------------------------------------------------------------------- */

static void fault(struct reading *r, int64_t line, const char *column,
                  const char *message) {
    if (r->good)
        r->g->report.rejected++;
    r->good = false;
    report_error(&r->g->report, line, column, message);
}

static void add_name(struct reading *r, const char *language, const char *value) {
    if (value[0] != '\0' && r->name_count < NAMES_MAX)
        r->name[r->name_count++] = (struct place_name){language, value};
}

static void add_aliases(struct reading *r) {
    struct slice rest = slice_of(r->cell[PLACE_ALIASES]), alias;
    while (rest.len > 0 && slice_next(&rest, ';', &alias))
        add_name(r, "", arena_strndup(&r->cells.arena, alias.at, alias.len));
}

static void read_cells(struct reading *r, const struct csv_row *row) {
    const char *value[CSV_COLUMNS_MAX];
    for (int i = 0; i < PLACE_COLUMNS; i++)
        r->cell[i] = "";
    for (size_t i = 0; i < r->field_count; i++) {
        const struct field *f = &r->field[i];
        struct error why = {0};
        if (!cell_check_spec(&r->cells, &specs[f->column], row->field[i], &value[i],
                             &why))
            fault(r, row->line, f->title, why.message);
        else if (f->language[0] == '\0')
            r->cell[f->column] = value[i];
    }
    r->name_count = 0;
    if (!r->good)
        return;
    add_aliases(r);
    for (size_t i = 0; i < r->field_count; i++)
        if (r->field[i].language[0] != '\0')
            add_name(r, r->field[i].language, value[i]);
}

static void check_row(struct reading *r, int64_t line) {
    for (int i = 0; i < PLACE_COLUMNS; i++)
        if ((specs[i].flags & REQUIRED) && r->cell[i][0] == '\0')
            fault(r, line, specs[i].name, "is empty; allowed: a value in every row");
    bool lat = r->cell[PLACE_LAT][0], lon = r->cell[PLACE_LON][0];
    if (lat != lon)
        fault(r, line, lat ? "lon" : "lat",
              "is empty; allowed: lat and lon together, or neither");
}

static bool put(struct reading *r, int64_t line, struct error *e) {
    struct error why = {0};
    const struct place_row place = {.id = r->cell[PLACE_ID],
                                    .kind = r->cell[PLACE_KIND],
                                    .parent = r->cell[PLACE_PARENT],
                                    .country = r->cell[PLACE_COUNTRY],
                                    .code = r->cell[PLACE_CODE],
                                    .name = r->cell[PLACE_NAME],
                                    .lat = r->cell[PLACE_LAT],
                                    .lon = r->cell[PLACE_LON],
                                    .population = r->cell[PLACE_POPULATION],
                                    .evidence = r->cell[PLACE_EVIDENCE],
                                    .names = r->name,
                                    .name_count = r->name_count};
    enum put_result result = place_put(r->g->run, &place, &why);
    return gazetteer_count(r->g, line, NULL, result, &why, e);
}

static bool row_fits(struct reading *r, const struct csv_row *row) {
    char message[80];
    size_t have = row->count;
    while (have > r->field_count && slice_trim(row->field[have - 1]).len == 0)
        have--;
    if (have == r->field_count)
        return true;
    snprintf(message, sizeof message,
             "%zu cells, and the header has %zu; allowed: as many", have, r->field_count);
    fault(r, row->line, NULL, message);
    return false;
}

static bool on_row(const struct csv_row *row, void *ctx, struct error *e) {
    struct reading *r = ctx;
    if (r->field_count == 0)
        return header_read(r, row) || error_set(e, ERR_DATA, "%s", "");
    r->g->report.read++;
    r->good = true;
    arena_reset(&r->cells.arena);
    progress_tick(&r->g->progress, r->g->report.read);
    if (!row_fits(r, row))
        return true;
    read_cells(r, row);
    if (r->good)
        check_row(r, row->line);
    return !r->good || put(r, row->line, e);
}

static bool read_places(struct gazetteer_import *g, void *ctx, struct error *e) {
    struct reading *r = ctx;
    r->g = g;
    if (!csv_read(g->options->path, on_row, r, &g->progress.bytes, e))
        return false;
    return r->field_count > 0 ||
           error_set(e, ERR_DATA,
                     "%s: the file is empty; its first row must name the columns",
                     g->options->path);
}

static const struct gazetteer_kind kind = {read_places, place_retire_missing, "places"};

static enum err places_import(const struct import_options *options) {
    struct reading *r = xcalloc(1, sizeof *r);
    enum err result = gazetteer_import(&kind, options, r);
    cell_reader_free(&r->cells);
    free(r);
    return result;
}

static const char usage[] =
    "usage: haven import places FILE.csv --db FILE.db --source NAME [options]\n";

static const char help[] =
    "Reads a gazetteer (UTF-8, a header row; - is standard input) into a record, as one\n"
    "transaction. Columns, those with a star in every row:\n"
    "\n"
    "  id *               stable within the source\n"
    "  kind *             country province district commune village town crossing\n"
    "  parent             id of the place it lies in: an earlier row; only a country has none\n"
    "  country *          ISO 3166-1 alpha-2\n"
    "  code               ISO 3166, or the national gazetteer's\n"
    "  name *, name@km    romanised as in the national gazetteer; and in a language\n"
    "  aliases            other spellings, separated by ;\n"
    "  lat, lon           a point inside it, decimal degrees, WGS 84\n"
    "  population, evidence\n"
    "\n"
    "Several sources may stand side by side: what has the same name, kind and parent is one\n"
    "place in answers.\n";

const struct importer places_importer = {"places", usage, help, " ", places_import};
