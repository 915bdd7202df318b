/* SPDX-License-Identifier: Apache-2.0
 *
 * The dump is read twice: for the codes of its administrations first.
 */
#include "importers/geonames.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "data/mem.h"
#include "data/tsv.h"
#include "data/vocabulary.h"

enum {
    GEO_ID,
    GEO_NAME,
    GEO_ASCII,
    GEO_ALTERNATES,
    GEO_LAT,
    GEO_LON,
    GEO_CLASS,
    GEO_CODE,
    GEO_COUNTRY,
    GEO_CC2,
    GEO_ADMIN1, /* to 4 */
    GEO_POPULATION = GEO_ADMIN1 + 4,
    GEO_ELEVATION,
    GEO_DEM,
    GEO_ZONE,
    GEO_MODIFIED,
    GEO_COLUMNS
};

/* The fields that are taken, as the dump's description calls them. */
static const struct column_spec specs[GEO_COLUMNS] = {
    [GEO_ID] = {"geonameid", CELL_INTEGER, 1, INT32_MAX, REQUIRED},
    [GEO_NAME] = {"name", CELL_TEXT, 0, 300, REQUIRED},
    [GEO_ASCII] = {"asciiname", CELL_TEXT, 0, 300, 0},
    [GEO_ALTERNATES] = {"alternatenames", CELL_TEXT, 0, 40000, 0},
    [GEO_LAT] = {"latitude", CELL_DECIMAL, -90, 90, REQUIRED},
    [GEO_LON] = {"longitude", CELL_DECIMAL, -180, 180, REQUIRED},
    [GEO_COUNTRY] = {"country code", CELL_CODE, VOC_COUNTRY, 0, REQUIRED},
    [GEO_POPULATION] = {"population", CELL_INTEGER, 0, 2000000000, 0},
};

#define UNITS_LEVEL 3 /* a unit below is no parent: it is a village itself */

/* `level`: of administration, 0 the country; -1: none. */
static const struct feature {
    const char *class, *code, *kind;
    int level;
} features[] = {
    {"A", "PCLI", "country", 0},  {"A", "PCL", "country", 0},  {"A", "PCLD", "country", 0},
    {"A", "PCLF", "country", 0},  {"A", "PCLS", "country", 0}, {"A", "ADM1", "province", 1},
    {"A", "ADM2", "district", 2}, {"A", "ADM3", "commune", 3}, {"A", "ADM4", "village", 4},
    {"P", "PPL", "village", -1},  {"P", "PPLA", "town", -1},   {"P", "PPLA2", "town", -1},
    {"P", "PPLA3", "town", -1},   {"P", "PPLA4", "town", -1},  {"P", "PPLA5", "town", -1},
    {"P", "PPLC", "town", -1},    {"P", "PPLG", "town", -1},   {"P", "PPLF", "village", -1},
    {"P", "PPLL", "village", -1}, {"P", "PPLR", "village", -1},
    {"P", "PPLS", "village", -1}, {"P", "PPLX", "village", -1},
};

static const struct feature *feature_of(const struct csv_row *row) {
    for (size_t i = 0; i < sizeof features / sizeof *features; i++)
        if (slice_is(row->field[GEO_CLASS], features[i].class) &&
            slice_is(row->field[GEO_CODE], features[i].code))
            return &features[i];
    return NULL;
}

/* ---- administrations ---------------------------------------------------------------- */

/* The key of the unit of `level` with the codes of the row: "KH\t02\t0203"; false where the
 * row states no code of that level. */
static bool unit_key(const struct csv_row *row, int level, struct buf *out) {
    out->len = 0;
    for (int i = 0; i <= level; i++) {
        struct slice code = row->field[i == 0 ? GEO_COUNTRY : GEO_ADMIN1 + i - 1];
        if (i == level && code.len == 0)
            return false;
        buf_add(out, code.at, code.len);
        buf_char(out, '\t');
    }
    return true;
}

static bool wrong_line(const struct geonames *g, const struct csv_row *row,
                       struct error *e) {
    return row->count == GEO_COLUMNS ||
           error_set(e, ERR_DATA,
                     "%s:%lld: %zu fields; allowed: the 19 of a GeoNames dump, parted by "
                     "tabs",
                     g->in->g->options->path, (long long)row->line, row->count);
}

/* The first of two with the same codes stays. */
static void note_unit(struct geonames *g, const struct csv_row *row, int level,
                      int64_t id) {
    bool added = false;
    if (level < 0 || level > UNITS_LEVEL || !unit_key(row, level, &g->scratch))
        return;
    uint32_t unit = intern(&g->units, g->scratch.data, g->scratch.len, &added);
    if (!added)
        return;
    g->unit_id = xgrow(g->unit_id, &g->unit_capacity, unit, sizeof *g->unit_id);
    g->unit_id[unit] = id;
}

static bool on_unit(const struct csv_row *row, void *ctx, struct error *e) {
    struct geonames *g = ctx;
    int64_t id;
    if (!wrong_line(g, row, e))
        return false;
    const struct feature *f = feature_of(row);
    if (f == NULL || !slice_integer(row->field[GEO_ID], &id))
        return true; /* the second reading tells */
    g->id = xgrow(g->id, &g->id_capacity, g->id_count, sizeof *g->id);
    g->id[g->id_count++] = id;
    note_unit(g, row, f->level, id);
    return true;
}

/* The units that the place may lie in, the finest first, and its country. */
static const char *parents_of(struct geonames *g, const struct csv_row *row,
                              const struct feature *f, const char *country) {
    int level = f->level >= 0 && f->level <= UNITS_LEVEL ? f->level - 1 : UNITS_LEVEL;
    g->parents.len = 0;
    for (; level >= 0; level--) {
        bool added = false;
        if (!unit_key(row, level, &g->scratch))
            continue;
        uint32_t unit = intern(&g->units, g->scratch.data, g->scratch.len, &added);
        if (added) {
            g->unit_id = xgrow(g->unit_id, &g->unit_capacity, unit, sizeof *g->unit_id);
            g->unit_id[unit] = 0; /* no place has these codes */
        }
        if (g->unit_id[unit] != 0)
            buf_printf(&g->parents, "%lld;", (long long)g->unit_id[unit]);
    }
    buf_str(&g->parents, country);
    return buf_text(&g->parents);
}

/* ---- one place ------------------------------------------------------------------------ */

/* Checks the fields that are taken into `value`. False: the report has been told. */
static bool check_fields(struct geonames *g, const struct csv_row *row,
                         const char *value[GEO_COLUMNS]) {
    struct report *report = &g->in->g->report;
    bool good = true;
    arena_reset(&g->cells.arena);
    for (int i = 0; i < GEO_COLUMNS; i++) {
        struct error why = {0};
        value[i] = "";
        if (specs[i].name == NULL)
            continue;
        bool fine = cell_check_spec(&g->cells, &specs[i], row->field[i], &value[i], &why);
        if (fine && (specs[i].flags & REQUIRED) && value[i][0] == '\0')
            fine = error_set(&why, ERR_DATA, "is empty; allowed: a value in every row");
        if (!fine)
            report_error(report, row->line, specs[i].name, why.message);
        good = good && fine;
    }
    return good;
}

static void add_names(struct geonames *g, const char *const value[GEO_COLUMNS]) {
    struct slice rest = slice_of(value[GEO_ALTERNATES]), alias;
    size_t count;
    const struct alternate_name *name =
        alternate_names_of(&g->names, strtoll(value[GEO_ID], NULL, 10), &count);
    intake_name(g->in, "", value[GEO_ASCII]);
    while (slice_next(&rest, ',', &alias)) {
        alias = slice_trim(alias);
        intake_name(g->in, "", arena_strndup(&g->cells.arena, alias.at, alias.len));
    }
    for (size_t i = 0; i < count; i++)
        intake_name(g->in, name[i].language, g->names.texts.data + name[i].at);
}

static bool on_place(const struct csv_row *row, void *ctx, struct error *e) {
    struct geonames *g = ctx;
    const char *value[GEO_COLUMNS];
    if (!wrong_line(g, row, e))
        return false;
    const struct feature *f = feature_of(row);
    intake_row(g->in, row->line);
    if (f == NULL) {
        intake_leave_out(g->in);
        return true;
    }
    if (!check_fields(g, row, value))
        return intake_refuse(g->in, value[GEO_ID], e);
    add_names(g, value);
    const char *country = value[GEO_COUNTRY];
    struct place_row place = {.id = value[GEO_ID],
                              .kind = f->kind,
                              .parent = parents_of(g, row, f, country),
                              .country = country,
                              .code = f->level == 0 ? country : "",
                              .name = value[GEO_NAME],
                              .lat = value[GEO_LAT],
                              .lon = value[GEO_LON],
                              .population = value[GEO_POPULATION],
                              .evidence = ""};
    if (strcmp(place.population, "0") == 0)
        place.population = ""; /* not known */
    return intake_put(g->in, &place, e);
}

/* ---- the files -------------------------------------------------------------------------- */

static int by_id(const void *a, const void *b) {
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

static bool learn(struct geonames *g, const struct import_options *o, struct error *e) {
    if (!tsv_read(o->path, on_unit, g, NULL, e))
        return false;
    if (g->id_count > 0)
        qsort(g->id, g->id_count, sizeof *g->id, by_id);
    g->known = o->alternate_names == NULL ||
               alternate_names_read(&g->names, o->alternate_names, g->id, g->id_count,
                                    NULL, e);
    return g->known;
}

bool geonames_read(struct place_intake *in, void *ctx, struct error *e) {
    struct geonames *g = ctx;
    const struct import_options *o = in->g->options;
    g->in = in;
    if (strcmp(o->path, "-") == 0)
        return error_set(e, ERR_USAGE,
                         "a dump is read twice, which standard input cannot be: save it to "
                         "a file");
    return (g->known || learn(g, o, e)) &&
           tsv_read(o->path, on_place, g, &in->g->progress.bytes, e);
}

void geonames_free(struct geonames *g) {
    intern_free(&g->units);
    free(g->unit_id);
    free(g->id);
    alternate_names_free(&g->names);
    cell_reader_free(&g->cells);
    buf_free(&g->scratch);
    buf_free(&g->parents);
}
