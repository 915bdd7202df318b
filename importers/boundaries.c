/* SPDX-License-Identifier: Apache-2.0
 *
 * `haven import boundaries`: outlines of areas, from GeoJSON or a shapefile, one feature at
 * a time. What the properties of a file are called differs from publisher to publisher; the
 * usual names stand in a table, others are given as options.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "data/mem.h"
#include "data/shape.h"
#include "data/shapefile.h"
#include "data/vocabulary.h"
#include "importers/cell.h"
#include "importers/gazetteer.h"
#include "importers/geojson.h"
#include "importers/properties.h"

/* Which property is what, the first that the file has. '#' stands for the level. */
static const char *const usual[AREA_FIELDS][8] = {
    [AREA_ID] = {"wof_id", "shapeID", "ADM#_PCODE", "GID_#", "code", "id"},
    [AREA_NAME] = {"name", "shapeName", "ADM#_EN", "NAME_#", "ADMIN"},
    [AREA_LOCAL] = {"name_local", "NL_NAME_#"},
    [AREA_COUNTRY] = {"iso", "ISO_A2", "ADM0_PCODE", "country"},
    [AREA_CODE] = {"iso_3166_2", "shapeISO", "ADM#_PCODE"},
    [AREA_LEVEL] = {"level", "shapeType"},
};

static const char *const field_names[AREA_LEVEL] = {"id", "name", "local", "country",
                                                    "code"};

struct feature {
    int64_t number, line;
    struct properties properties;
};

struct reading {
    struct gazetteer_import *g;
    struct arena arena; /* of one feature */
    struct buf wkb, sound;
    int64_t repaired;
};

/* ---- properties ---------------------------------------------------------------------------- */

/* "ADM#_EN" at level 2 is "ADM2_EN". */
static const char *usual_name(const char *pattern, int level, char out[32]) {
    snprintf(out, 32, "%s", pattern);
    char *mark = strchr(out, '#');
    if (mark != NULL)
        *mark = (char)('0' + level);
    return out;
}

/* The value of a field, "" where it is not stated; NULL: the property that was named by an
 * option is not there. */
static const char *field_value(const struct import_options *o, const struct feature *f,
                               enum area_field field, int level) {
    char name[32];
    if (o->field[field] != NULL)
        return properties_value(&f->properties, o->field[field]);
    for (int i = 0; usual[field][i] != NULL; i++) {
        const char *value = properties_value(&f->properties, usual_name(usual[field][i], level, name));
        if (value != NULL)
            return value;
    }
    return "";
}

/* ---- one area ------------------------------------------------------------------------------- */

/* "2", "ADM2": the last character; -1 where there is none. */
static int level_of(const char *text) {
    size_t len = strlen(text);
    char last = len > 0 ? text[len - 1] : 'x';
    return last >= '0' && last <= '3' ? last - '0' : -1;
}

static bool read_level(const struct import_options *o, const struct feature *f, int *out,
                       struct error *e) {
    const char *text = o->level != NULL ? o->level : field_value(o, f, AREA_LEVEL, 0);
    *out = text != NULL ? level_of(text) : -1;
    return *out >= 0 || error_set(e, ERR_DATA,
                                  "level: not stated; allowed: --level 0 "
                                  "(country) to 3 (commune), or --level-field");
}

static bool read_fields(const struct import_options *o, const struct feature *f,
                        int level, const char *value[AREA_FIELDS], struct error *e) {
    for (int i = 0; i < AREA_LEVEL; i++) {
        value[i] = field_value(o, f, (enum area_field)i, level);
        if (value[i] == NULL)
            return error_set(e, ERR_DATA, "%s: the feature has no property \"%.60s\"",
                             field_names[i], o->field[i]);
        if (!property_fine(field_names[i], value[i], e))
            return false;
    }
    if (o->country != NULL)
        value[AREA_COUNTRY] = o->country;
    for (int i = AREA_ID; i <= AREA_NAME; i++)
        if (value[i][0] == '\0')
            return error_set(e, ERR_DATA,
                             "%s: not stated; allowed: --%s-field PROPERTY names "
                             "it",
                             field_names[i], field_names[i]);
    const char *country = value[AREA_COUNTRY];
    return vocabulary_find(VOC_COUNTRY, country, strlen(country)) >= 0 ||
           error_set(e, ERR_DATA,
                     "country: \"%.20s\" is no country; allowed: two letters (ISO "
                     "3166-1), --country XX for all, or --country-field PROPERTY",
                     country);
}

/* Says a repair by name, once a feature. */
static void note_repair(struct reading *r, const struct feature *f, const char *name,
                        const char *what) {
    r->repaired++;
    progress_clear(&r->g->progress);
    fprintf(stderr, "%s:%lld: note: %s (feature %lld) is repaired: %s\n",
            r->g->options->path, (long long)f->line, name, (long long)f->number, what);
}

/* The name of a feature for messages. */
static void title_of(const struct import_options *o, const struct feature *f, int level,
                     char out[400]) {
    const char *name = field_value(o, f, AREA_NAME, level < 0 ? 0 : level);
    char shown[TEXT_SHOWN_BYTES];
    bool named = name != NULL && name[0] != '\0' && text_utf8(name, strlen(name), NULL);
    snprintf(out, 400, "%s (feature %lld)",
             named ? text_shown(slice_of(name), shown) : "no name", (long long)f->number);
}

static bool put(struct reading *r, const struct feature *f, int level,
                const char *const *value, const char *title, struct error *e) {
    char repaired[200];
    struct error why = {0};
    r->sound.len = 0;
    if (!shape_clean(r->wkb.data, r->wkb.len, &r->sound, repaired, sizeof repaired,
                     &why)) {
        gazetteer_reject(r->g, f->line, title, why.message);
        return true;
    }
    if (repaired[0] != '\0')
        note_repair(r, f, value[AREA_NAME], repaired);
    const struct area_row area = {.id = value[AREA_ID],
                                  .level = level,
                                  .country = value[AREA_COUNTRY],
                                  .code = value[AREA_CODE],
                                  .name = value[AREA_NAME],
                                  .name_local = value[AREA_LOCAL],
                                  .wkb = r->sound.data,
                                  .wkb_len = r->sound.len};
    enum put_result result = area_put(r->g->run, &area, &why);
    return gazetteer_count(r->g, f->line, title, result, &why, e);
}

/* The outline stands in `r->wkb`; `outline` says what is wrong where it does not. */
static bool take_feature(struct reading *r, const struct feature *f,
                         const struct error *outline, struct error *e) {
    const struct import_options *o = r->g->options;
    const char *value[AREA_FIELDS];
    struct error why = *outline;
    char title[400];
    int level = -1;
    r->g->report.read++;
    progress_tick(&r->g->progress, r->g->report.read);
    bool good = read_level(o, f, &level, &why);
    title_of(o, f, level, title);
    good = good && read_fields(o, f, level, value, &why);
    if (good && outline->code == ERR_NONE)
        return put(r, f, level, value, title, e);
    gazetteer_reject(r->g, f->line, title, why.message);
    return true;
}

/* ---- files ---------------------------------------------------------------------------------- */

static bool on_geojson(const struct geojson_feature *from, void *ctx, struct error *e) {
    struct reading *r = ctx;
    struct feature f = {.number = from->number, .line = from->line};
    struct error outline = {0};
    arena_reset(&r->arena);
    r->wkb.len = 0;
    properties_read(&f.properties, from->properties, &r->arena);
    if (from->geometry == NULL)
        error_set(&outline, ERR_DATA, "it has no geometry");
    else
        geojson_wkb(from->geometry, &r->wkb, &outline);
    return take_feature(r, &f, &outline, e);
}

static bool on_shapefile(const struct shapefile_row *row, void *ctx, struct error *e) {
    struct reading *r = ctx;
    struct feature f = {.number = row->number, .line = row->number};
    struct error outline = {0};
    r->wkb.len = 0;
    struct properties *p = &f.properties;
    for (; p->count < row->count && p->count < PROPERTIES_MAX; p->count++) {
        p->name[p->count] = row->name[p->count];
        p->value[p->count] = row->value[p->count];
    }
    if (row->wkb == NULL)
        error_set(&outline, ERR_DATA, "it has no geometry");
    else
        buf_add(&r->wkb, row->wkb, row->wkb_len);
    return take_feature(r, &f, &outline, e);
}

static bool read_geojson(struct reading *r, struct error *e) {
    const char *path = r->g->options->path;
    FILE *in = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");
    if (in == NULL)
        return error_set(e, ERR_ENVIRONMENT, "%s: %s", path, strerror(errno));
    bool done = geojson_read(in, path, on_geojson, r, &r->g->progress.bytes, e);
    if (in != stdin)
        fclose(in);
    return done;
}

static bool read_boundaries(struct gazetteer_import *g, void *ctx, struct error *e) {
    struct reading *r = ctx;
    const char *path = g->options->path;
    size_t len = strlen(path);
    bool shapefile = len > 4 && strcasecmp(path + len - 4, ".shp") == 0;
    const char *encoding = g->options->encoding != NULL ? g->options->encoding : "UTF-8";
    r->g = g;
    bool done = shapefile ? shapefile_read(path, encoding, on_shapefile, r, e)
                          : read_geojson(r, e);
    if (done && r->repaired > 0)
        fprintf(stderr, "note: %lld outlines were repaired\n", (long long)r->repaired);
    return done;
}

static const struct gazetteer_kind kind = {read_boundaries, area_retire_missing, "areas"};

static enum err boundaries_import(const struct import_options *options) {
    struct reading r = {0};
    if (options->level != NULL &&
        (strlen(options->level) != 1 || level_of(options->level) < 0)) {
        fprintf(stderr, "haven import: --level must be 0, 1, 2 or 3\n");
        return ERR_USAGE;
    }
    enum err result = gazetteer_import(&kind, options, &r);
    arena_free(&r.arena);
    buf_free(&r.wkb);
    buf_free(&r.sound);
    return result;
}

static const char usage[] =
    "usage: haven import boundaries FILE.geojson|FILE.shp --db FILE.db --source NAME "
    "[options]\n";

static const char help[] =
    "Reads outlines of countries, provinces, districts and communes into a record, as one\n"
    "transaction: GeoJSON (a FeatureCollection; - is standard input) or a shapefile, in\n"
    "degrees, WGS 84. An outline that crosses itself is repaired, and named; one that cannot\n"
    "be is refused by name.\n"
    "\n"
    "  --level N              0 country, 1 province, 2 district, 3 commune; for all features\n"
    "  --country XX           ISO 3166-1 alpha-2; for all features\n"
    "  --id-field PROPERTY    and --name-field, --local-field, --country-field, --code-field,\n"
    "                         --level-field: which property is what. Known without them are\n"
    "                         those of geoBoundaries, GADM, HDX (COD-AB), Who's On First and\n"
    "                         Natural Earth\n"
    "  --encoding NAME        of a shapefile's texts, default UTF-8\n"
    "\n"
    "Several sources may stand side by side. --retire-missing looks at the countries and\n"
    "levels of the file only.\n";

const struct importer boundaries_importer = {
    "boundaries", usage, help,
    " level country encoding id-field name-field local-field country-field code-field "
    "level-field ",
    boundaries_import};
