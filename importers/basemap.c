/* SPDX-License-Identifier: Apache-2.0
 *
 * `haven import basemap`: land, waters, rivers, boundaries and roads from GeoJSON, for the map
 * alone. What publishers call their properties, and what their classes are to us, stands in
 * tables; Natural Earth and OpenStreetMap are known.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "data/feature.h"
#include "data/shape.h"
#include "data/text.h"
#include "importers/cell.h"
#include "importers/gazetteer.h"
#include "importers/geojson.h"
#include "importers/properties.h"

#define MAX_USUAL 6

/* Which property is what, the first that the file has. */
static const struct {
    enum area_field field;
    const char *name; /* for messages */
    const char *usual[MAX_USUAL];
} fields[] = {
    {AREA_ID, "id", {"ne_id", "osm_id", "id", "@id"}},
    {AREA_NAME, "name", {"name"}},
    {AREA_LEVEL, "level", {"level", "admin_level"}},
    {AREA_CLASS,
     "class",
     {"highway", "waterway", "boundary", "class", "featurecla", "type"}},
    {AREA_ZOOM, "zoom", {"min_zoom", "scalerank"}},
};

#define FIELDS (sizeof fields / sizeof *fields)

/* What a class of theirs is to us, and from which zoom it is drawn where the feature does not
 * say. Roads and rivers of other classes are not drawn. */
static const struct {
    enum map_layer layer;
    const char *theirs, *ours;
    int zoom;
} classes[] = {
    {LAYER_ROAD, "motorway", "motorway", 5},
    {LAYER_ROAD, "motorway_link", "motorway", 10},
    {LAYER_ROAD, "trunk", "trunk", 6},
    {LAYER_ROAD, "trunk_link", "trunk", 10},
    {LAYER_ROAD, "primary", "primary", 7},
    {LAYER_ROAD, "primary_link", "primary", 10},
    {LAYER_ROAD, "secondary", "secondary", 9},
    {LAYER_ROAD, "secondary_link", "secondary", 11},
    {LAYER_ROAD, "tertiary", "tertiary", 10},
    {LAYER_ROAD, "tertiary_link", "tertiary", 11},
    {LAYER_ROAD, "unclassified", "minor", 11},
    {LAYER_ROAD, "residential", "minor", 11},
    {LAYER_ROAD, "minor", "minor", 11},
    {LAYER_ROAD, "track", "track", 11},
    {LAYER_ROAD, "ferry", "ferry", 8},
    {LAYER_ROAD, "Major Highway", "trunk", 5}, /* Natural Earth */
    {LAYER_ROAD, "Beltway", "trunk", 6},
    {LAYER_ROAD, "Secondary Highway", "primary", 7},
    {LAYER_ROAD, "Road", "secondary", 8},
    {LAYER_ROAD, "Ferry Route", "ferry", 8},
    {LAYER_RIVER, "river", "river", 6},
    {LAYER_RIVER, "stream", "stream", 11},
    {LAYER_RIVER, "canal", "canal", 9},
    {LAYER_RIVER, "Lake Centerline", "river", 6}, /* Natural Earth */
    {LAYER_RIVER, "River (Intermittent)", "river", 6},
};

/* Boundaries whose class says so are disputed. */
static const char *const disputed[] = {"disput", "claim", "breakaway", "indefinite",
                                       "line of control"};

struct reading {
    struct gazetteer_import *g;
    enum map_layer layer;
    struct arena arena; /* of one feature */
    struct buf wkb, sound;
    int64_t repaired;
};

struct feature {
    int64_t number, line;
    struct properties properties;
};

/* ---- properties ---------------------------------------------------------------------------- */

/* Sets `*out` to the value of a field, "" where it is not stated, and `*name` to the property
 * that it stands in. */
static bool field_value(const struct import_options *o, const struct feature *f,
                        enum area_field field, const char **out, const char **name,
                        struct error *e) {
    size_t n = 0;
    while (fields[n].field != field)
        n++;
    *out = "";
    *name = o->field[field] != NULL ? o->field[field] : "";
    if (o->field[field] != NULL) {
        *out = properties_value(&f->properties, o->field[field]);
        return (*out != NULL && property_fine(fields[n].name, *out, e)) ||
               (*out == NULL &&
                error_set(e, ERR_DATA, "%s: the feature has no property \"%.60s\"",
                          fields[n].name, o->field[field]));
    }
    for (int i = 0; i < MAX_USUAL && fields[n].usual[i] != NULL; i++) {
        const char *value = properties_value(&f->properties, fields[n].usual[i]);
        if (value == NULL || *value == '\0')
            continue;
        *out = value;
        *name = fields[n].usual[i];
        return property_fine(fields[n].name, value, e);
    }
    return true;
}

static bool holds_word(const char *text, const char *const *words, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (strcasestr(text, words[i]) != NULL)
            return true;
    return false;
}

/* "yes", "1", "true" of OpenStreetMap, or the class. */
static bool is_disputed(const struct feature *f, const char *class) {
    const char *stated = properties_value(&f->properties, "disputed");
    bool said =
        stated != NULL && (strcmp(stated, "yes") == 0 || strcmp(stated, "1") == 0);
    return said || holds_word(class, disputed, sizeof disputed / sizeof *disputed);
}

/* Level 0, 1, 2; OpenStreetMap's admin_level 2, 4, 6 are those. Nothing stated: 0. */
static bool read_level(const struct import_options *o, const struct feature *f, int *out,
                       struct error *e) {
    const char *text = o->level, *name = "--level";
    *out = 0;
    if (text == NULL && !field_value(o, f, AREA_LEVEL, &text, &name, e))
        return false;
    if (*text == '\0')
        return true;
    bool osm = strcmp(name, "admin_level") == 0;
    const char *allowed = osm ? "246" : "012";
    const char *at = strlen(text) == 1 ? strchr(allowed, *text) : NULL;
    if (at == NULL)
        return error_set(e, ERR_DATA, "level: \"%.40s\" (%s); allowed: %s", text, name,
                         osm ? "2 (country), 4 (province), 6 (district)"
                             : "0 (country), 1 (province), 2 (district)");
    *out = (int)(at - allowed);
    return true;
}

/* A zoom that is stated, its fraction cut off; -1: not stated. */
static bool read_zoom(const struct import_options *o, const struct feature *f, int *out,
                      struct error *e) {
    const char *text, *name;
    double zoom;
    *out = -1;
    if (!field_value(o, f, AREA_ZOOM, &text, &name, e))
        return false;
    if (*text == '\0')
        return true;
    if (!cell_decimal(slice_of(text), &zoom) || zoom < 0 || zoom > FEATURE_ZOOM_MAX)
        return error_set(e, ERR_DATA, "zoom: \"%.40s\" (%s); allowed: 0 to %d", text,
                         name, FEATURE_ZOOM_MAX);
    *out = (int)zoom;
    return true;
}

/* Whether features of a layer have to be of a class that is drawn. */
static bool has_classes(enum map_layer layer) {
    return layer == LAYER_ROAD || layer == LAYER_RIVER;
}

/* Finds what a class of theirs is to us. False: it is not drawn. */
static bool class_of(const char *theirs, struct feature_row *row) {
    row->class = "";
    if (!has_classes(row->layer))
        return true;
    for (size_t i = 0; i < sizeof classes / sizeof *classes; i++)
        if (classes[i].layer == row->layer &&
            strcasecmp(classes[i].theirs, theirs) == 0) {
            row->class = classes[i].ours;
            row->zoom = row->zoom < 0 ? classes[i].zoom : row->zoom;
            return true;
        }
    return false;
}

/* ---- one feature ----------------------------------------------------------------------------- */

enum taken { TAKEN, LEFT_OUT, REFUSED };

static enum taken read_row(const struct reading *r, const struct feature *f,
                           struct feature_row *row, struct error *e) {
    const struct import_options *o = r->g->options;
    const char *class, *name;
    row->layer = r->layer;
    if (!field_value(o, f, AREA_ID, &row->id, &name, e) ||
        !field_value(o, f, AREA_NAME, &row->name, &name, e) ||
        !field_value(o, f, AREA_CLASS, &class, &name, e) ||
        !read_zoom(o, f, &row->zoom, e))
        return REFUSED;
    if (r->layer == LAYER_BOUNDARY) {
        if (!read_level(o, f, &row->level, e))
            return REFUSED;
        row->disputed = is_disputed(f, class);
    }
    if (has_classes(r->layer) && *class == '\0') {
        error_set(e, ERR_DATA,
                  "class: not stated; allowed: --class-field PROPERTY names it");
        return REFUSED;
    }
    if (!class_of(class, row))
        return LEFT_OUT;
    row->zoom = row->zoom < 0 ? 0 : row->zoom;
    return TAKEN;
}

/* The outline as it will stand in the record, in `r->wkb` or `r->sound`. */
static bool read_outline(struct reading *r, const struct geojson_feature *from,
                         const char *title, struct feature_row *row, struct error *e) {
    char repaired[200] = "";
    r->wkb.len = r->sound.len = 0;
    if (r->layer > LAYER_WATER) {
        if (!geojson_wkb_lines(from->geometry, &r->wkb, e))
            return false;
        row->wkb = r->wkb.data;
        row->wkb_len = r->wkb.len;
        return true;
    }
    if (!geojson_wkb(from->geometry, &r->wkb, e) ||
        !shape_clean(r->wkb.data, r->wkb.len, &r->sound, repaired, sizeof repaired, e))
        return false;
    if (repaired[0] != '\0') {
        r->repaired++;
        progress_clear(&r->g->progress);
        fprintf(stderr, "%s:%lld: note: %s is repaired: %s\n", r->g->options->path,
                (long long)from->line, title, repaired);
    }
    row->wkb = r->sound.data;
    row->wkb_len = r->sound.len;
    return true;
}

/* The name of a feature for messages. */
static void title_of(const struct feature *f, const char *name, char out[400]) {
    char shown[TEXT_SHOWN_BYTES];
    bool named = name != NULL && name[0] != '\0' && text_utf8(name, strlen(name), NULL);
    snprintf(out, 400, "%s (feature %lld)",
             named ? text_shown(slice_of(name), shown) : "no name", (long long)f->number);
}

static bool put(struct reading *r, const struct geojson_feature *from, const char *title,
                struct feature_row *row, struct error *e) {
    char id[FEATURE_ID_BYTES];
    struct error why = {0};
    if (!read_outline(r, from, title, row, &why)) {
        gazetteer_reject(r->g, from->line, title, why.message);
        return true;
    }
    if (row->id[0] == '\0') {
        feature_id(row, id);
        row->id = id;
    }
    enum put_result result = feature_put(r->g->run, row, &why);
    return gazetteer_count(r->g, from->line, title, result, &why, e);
}

static bool on_feature(const struct geojson_feature *from, void *ctx, struct error *e) {
    struct reading *r = ctx;
    struct feature f = {.number = from->number, .line = from->line};
    struct feature_row row = {0};
    struct error why = {0};
    char title[400];
    arena_reset(&r->arena);
    properties_read(&f.properties, from->properties, &r->arena);
    r->g->report.read++;
    progress_tick(&r->g->progress, r->g->report.read);
    enum taken taken = read_row(r, &f, &row, &why);
    title_of(&f, row.name, title);
    if (taken == REFUSED) {
        gazetteer_reject(r->g, f.line, title, why.message);
        return true;
    }
    if (taken == LEFT_OUT || from->geometry == NULL) {
        r->g->report.left_out++;
        return true;
    }
    return put(r, from, title, &row, e);
}

/* ---- files ---------------------------------------------------------------------------------- */

static bool read_basemap(struct gazetteer_import *g, void *ctx, struct error *e) {
    struct reading *r = ctx;
    const char *path = g->options->path;
    FILE *in = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");
    r->g = g;
    if (in == NULL)
        return error_set(e, ERR_ENVIRONMENT, "%s: %s", path, strerror(errno));
    bool done = geojson_read(in, path, on_feature, r, &g->progress.bytes, e);
    if (in != stdin)
        fclose(in);
    if (done && r->repaired > 0)
        fprintf(stderr, "note: %lld outlines were repaired\n", (long long)r->repaired);
    if (done && g->report.left_out > 0)
        fprintf(stderr,
                "note: %lld features have no outline, or are of a class that is not "
                "drawn\n",
                (long long)g->report.left_out);
    return done;
}

static const struct gazetteer_kind kind = {read_basemap, feature_retire_missing,
                                           "features"};

static enum err basemap_import(const struct import_options *options) {
    struct reading r = {0};
    if (options->layer == NULL || !map_layer_find(options->layer, &r.layer)) {
        fprintf(stderr,
                "haven import: --layer is needed: land, water, river, boundary or "
                "road\n");
        return ERR_USAGE;
    }
    enum err result = gazetteer_import(&kind, options, &r);
    arena_free(&r.arena);
    buf_free(&r.wkb);
    buf_free(&r.sound);
    return result;
}

static const char usage[] =
    "usage: haven import basemap FILE.geojson --layer land|water|river|boundary|road\n"
    "       --db FILE.db --source NAME [options]\n";

static const char help[] =
    "Reads what the map is drawn from into a record, as one transaction: a FeatureCollection\n"
    "(- is standard input) in degrees, WGS 84, of polygons (land, water) or lines (the\n"
    "others). Where a layer of land or boundaries reaches, it is drawn instead of what comes\n"
    "with the program. haven tiles build draws the map anew.\n"
    "\n"
    "  --layer LAYER          what it is; for all features\n"
    "  --level N              of boundaries: 0 country, 1 province, 2 district\n"
    "  --id-field PROPERTY    and --name-field, --class-field, --zoom-field (from which a\n"
    "                         feature is drawn), --level-field: which property is what.\n"
    "                         Known without them are those of Natural Earth (featurecla,\n"
    "                         type, min_zoom, scalerank) and OpenStreetMap (highway,\n"
    "                         waterway, admin_level, disputed)\n"
    "\n"
    "A feature without an id is known by its content. Features without an outline, and roads\n"
    "and rivers of a class that is not drawn (paths), are left out and counted. Two files of\n"
    "one layer are two sources. --retire-missing looks at the layer of the file only.\n";

const struct importer basemap_importer = {
    "basemap", usage, help,
    " layer level id-field name-field class-field zoom-field level-field ",
    basemap_import};
