/* SPDX-License-Identifier: Apache-2.0
 *
 * Places by id, and what holds a point.
 */
#include <string.h>

#include "server/api/handlers.h"
#include "server/api/nearest_render.h"
#include "server/api/params.h"
#include "server/search/country.h"
#include "server/search/responsible.h"

const struct param place_params[] = {
    {"id", PARAM_STRING, -1, 36, 36, NULL, "id of the place", .in_url = true,
     .in_path = true},
    {"lang", PARAM_ENUM, -1, 0, 0, PARAM_LANGUAGES, "language of `label`",
     .in_url = true},
    {0},
};

const struct param places_at_params[] = {
    {"lat", PARAM_NUMBER, -1, -90, 90, NULL, "latitude in decimal degrees, WGS 84",
     .in_url = true},
    {"lon", PARAM_NUMBER, -1, -180, 180, NULL, "longitude in decimal degrees, WGS 84",
     .in_url = true},
    {"lang", PARAM_ENUM, -1, 0, 0, PARAM_LANGUAGES,
     "language of `label` and of the offices", .in_url = true},
    {0},
};

/* ---- one place ----------------------------------------------------------------------------- */

static void add_text(struct buf *b, const char *key, const char *text) {
    buf_json_key(b, key);
    buf_json(b, text);
}

static void add_id(struct buf *b, const struct atlas_place *p) {
    char id[37];
    uuid_encode(p->id, id);
    add_text(b, "id", id);
}

/* Names in each language, the first where there are several. */
static void add_names(struct buf *b, const struct atlas *a, const struct atlas_place *p) {
    const char *last = "";
    buf_json_key(b, "names");
    buf_char(b, '{');
    for (uint32_t i = p->names.first; i < p->names.first + p->names.count; i++) {
        const struct atlas_name *n = &a->names[i];
        if (n->use != NAME_LANGUAGE || strcmp(n->language, last) == 0)
            continue;
        add_text(b, n->language, n->text);
        last = n->language;
    }
    buf_char(b, '}');
}

static void add_aliases(struct buf *b, const struct atlas *a,
                        const struct atlas_place *p) {
    buf_json_key(b, "aliases");
    buf_char(b, '[');
    for (uint32_t i = p->names.first; i < p->names.first + p->names.count; i++)
        if (a->names[i].use == NAME_OTHER) {
            buf_json_comma(b);
            buf_json(b, a->names[i].text);
        }
    buf_char(b, ']');
}

/* What it lies in, the country first. */
static void add_admin(struct buf *b, const struct atlas *a, uint32_t place,
                      const char *language) {
    uint32_t above[LEVEL_POINT + 1];
    int count = 0;
    for (uint32_t p = a->places[place].parent; p != ATLAS_NONE && count <= LEVEL_POINT;
         p = a->places[p].parent)
        above[count++] = p;
    buf_json_key(b, "admin");
    buf_char(b, '[');
    while (count-- > 0) {
        const struct atlas_place *p = &a->places[above[count]];
        buf_json_comma(b);
        buf_char(b, '{');
        buf_json_key(b, "level");
        buf_integer(b, p->level);
        add_id(b, p);
        add_text(b, "name", atlas_name(a, above[count], language));
        buf_char(b, '}');
    }
    buf_char(b, ']');
}

static void add_point(struct buf *b, const struct atlas *a, const struct atlas_place *p) {
    buf_json_key(b, "point");
    if (p->pointed == ATLAS_NONE) {
        buf_str(b, "null,\"precision\":null");
        return;
    }
    buf_str(b, "{\"lat\":");
    buf_decimal(b, p->point.lat, 7);
    buf_json_key(b, "lon");
    buf_decimal(b, p->point.lon, 7);
    buf_char(b, '}');
    add_text(b, "precision",
             vocabulary(VOC_PLACE_KIND)->terms[a->places[p->pointed].kind].code);
}

static void add_place(struct buf *b, const struct atlas *a, uint32_t place,
                      int language) {
    const struct atlas_place *p = &a->places[place];
    buf_json_comma(b);
    buf_char(b, '{');
    add_id(b, p);
    add_text(b, "name", atlas_name(a, place, ""));
    add_text(b, "label", atlas_name(a, place, label_languages[language]));
    add_names(b, a, p);
    add_aliases(b, a, p);
    add_text(b, "kind", vocabulary(VOC_PLACE_KIND)->terms[p->kind].code);
    add_text(b, "country", vocabulary(VOC_COUNTRY)->terms[p->country].code);
    add_admin(b, a, place, label_languages[language]);
    add_point(b, a, p);
    buf_char(b, '}');
}

static bool read_language(const struct args *args, int *out, struct faults *f) {
    const struct arg *a = param_get(args, "lang");
    *out = 0;
    return a == NULL || param_lang(a, out, f);
}

void handle_place(struct context *c, struct request *q, struct response *r) {
    const struct atlas *atlas = c->snapshot->atlas;
    struct faults faults = {0};
    uint8_t id[16];
    int language;
    if (!params_known(&q->args, place_params, &faults) ||
        !read_language(&q->args, &language, &faults)) {
        problem(r, 400, NULL, &faults);
        return;
    }
    uint32_t place = uuid_decode(q->value[0], id) ? atlas_find_id(atlas, id) : ATLAS_NONE;
    if (place == ATLAS_NONE) {
        problem(r, 404, "There is no place with this id.", NULL);
        return;
    }
    respond_json(r);
    set_validator(c, q, r);
    add_place(&r->body, atlas, place, language);
}

/* ---- what holds a point ---------------------------------------------------------------------- */

struct asked_point {
    struct point point;
    int language;
};

static bool read_coordinate(const struct args *args, const char *name, double most,
                            double *out, struct faults *f) {
    const struct arg *a = param_get(args, name);
    return a != NULL ? param_number(a, -most, most, out, f)
                     : fault_add(f, slice_of(name), "is missing: lat and lon say where");
}

static bool read_point(const struct args *args, struct asked_point *out,
                       struct faults *f) {
    if (!params_known(args, places_at_params, f))
        return false;
    read_coordinate(args, "lat", 90, &out->point.lat, f);
    read_coordinate(args, "lon", 180, &out->point.lon, f);
    read_language(args, &out->language, f);
    return f->count == 0;
}

/* Broad areas first. */
static void add_areas(struct buf *b, const struct atlas *a,
                      const struct atlas_holds *holds, int language) {
    buf_json_key(b, "areas");
    buf_char(b, '[');
    for (unsigned level = LEVEL_COUNTRY; level <= LEVEL_POINT; level++)
        for (int i = 0; i < holds->count; i++)
            if (a->places[holds->place[i]].level == level)
                add_place(b, a, holds->place[i], language);
    buf_char(b, ']');
}

static void add_responsible(struct buf *b, const struct context *c,
                            const struct atlas_holds *holds, int language) {
    const struct atlas *a = c->snapshot->atlas;
    struct responsible office[RESPONSIBLE_MAX];
    int count = responsible(c->snapshot, holds, office);
    buf_json_key(b, "responsible");
    buf_char(b, '[');
    for (int i = 0; i < count; i++) {
        buf_json_comma(b);
        render_listed(b, c, office[i].service, language);
        b->len--; /* its closing brace */
        buf_str(b, ",\"covers\":{");
        add_id(b, &a->places[office[i].place]);
        buf_json_key(b, "level");
        buf_integer(b, a->places[office[i].place].level);
        add_text(b, "name", atlas_name(a, office[i].place, label_languages[language]));
        buf_str(b, "}}");
    }
    buf_char(b, ']');
}

void handle_places_at(struct context *c, struct request *q, struct response *r) {
    const struct atlas *atlas = c->snapshot->atlas;
    struct asked_point asked = {.language = 0};
    struct faults faults = {0};
    struct atlas_holds holds;
    struct country_answer country;
    if (!read_point(&q->args, &asked, &faults)) {
        problem(r, 400, NULL, &faults);
        return;
    }
    atlas_holds(atlas, asked.point, &holds);
    country_find(c->borders, atlas, asked.point, &holds, &country);
    respond_json(r);
    set_validator(c, q, r);
    buf_char(&r->body, '{');
    add_areas(&r->body, atlas, &holds, asked.language);
    render_country(&r->body, &country);
    add_responsible(&r->body, c, &holds, asked.language);
    buf_char(&r->body, '}');
}
