/* SPDX-License-Identifier: Apache-2.0
 *
 * Places by their names, by id, and what holds a point.
 */
#include <string.h>

#include "data/place_search.h"
#include "server/api/handlers.h"
#include "server/api/fields.h"
#include "server/api/nearest_render.h"
#include "server/api/params.h"
#include "server/api/place_render.h"
#include "server/search/country.h"
#include "server/search/responsible.h"

#define PLACE_QUERY_LETTERS 200

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

const struct param places_params[] = {
    {"q", PARAM_STRING, -1, 1, PLACE_QUERY_LETTERS, NULL,
     "a name as it was heard, in any script or spelling, with or without what it lies in",
     .in_url = true},
    {"country", PARAM_CODE, VOC_COUNTRY, 0, 0, NULL, "only places of this country",
     .in_url = true},
    {"lang", PARAM_ENUM, -1, 0, 0, PARAM_LANGUAGES,
     "language of `label`; where a place has no name in it: English, then `name`",
     .in_url = true},
    {"limit", PARAM_INTEGER, -1, 1, PLACE_SEARCH_MAX, NULL, "most results, default 10",
     .in_url = true},
    {"near", PARAM_STRING, -1, 3, 60, NULL,
     "lat,lon: of places as good as each other the nearest comes first", .in_url = true},
    {0},
};

/* ---- one place ----------------------------------------------------------------------------- */

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
    render_place(&r->body, c, place, language);
}

/* ---- by name -------------------------------------------------------------------------------- */

struct asked_name {
    struct place_query query;
    int language;
};

static size_t letters_in(struct slice text) {
    size_t count = 0;
    for (size_t i = 0; i < text.len; i++)
        count += ((unsigned char)text.at[i] & 0xc0) != 0x80;
    return count;
}

/* A name: valid UTF-8, no longer than names are. What was typed is never repeated. */
static bool read_name(const struct args *args, struct slice *out, struct faults *f) {
    const struct arg *a = param_get(args, "q");
    if (a == NULL)
        return fault_add(f, slice_of("q"), "is missing: the name of a place");
    if (!param_string(a, out, f))
        return false;
    if (!text_utf8(out->at, out->len, NULL) || memchr(out->at, '\0', out->len) != NULL)
        return fault_add(f, a->name, "must be text (UTF-8)");
    *out = slice_trim(*out);
    if (out->len == 0 || letters_in(*out) > PLACE_QUERY_LETTERS ||
        out->len > PLACE_SEARCH_BYTES)
        return fault_add(f, a->name, "must be a name of 1 to %d letters",
                         PLACE_QUERY_LETTERS);
    return place_search_readable(*out) ||
           fault_add(f, a->name, "must be a name: it has no letter that is read");
}

static bool read_near(const struct args *args, struct place_query *out,
                      struct faults *f) {
    const struct arg *a = param_get(args, "near");
    out->has_near = a != NULL;
    return a == NULL || param_point(a, &out->near, f);
}

static bool read_asked_name(const struct args *args, struct asked_name *out,
                            struct faults *f) {
    const struct arg *country = param_get(args, "country"),
                     *limit = param_get(args, "limit");
    int most = 10;
    if (!params_known(args, places_params, f))
        return false;
    read_name(args, &out->query.text, f);
    read_near(args, &out->query, f);
    read_language(args, &out->language, f);
    if (country != NULL)
        param_code(country, VOC_COUNTRY, &out->query.country, f);
    if (limit != NULL)
        param_integer(limit, 1, PLACE_SEARCH_MAX, &most, f);
    out->query.limit = (size_t)most;
    return f->count == 0;
}

/* The places are the same for everybody: nothing here tells of a service. */
void handle_places(struct context *c, struct request *q, struct response *r) {
    const struct atlas *atlas = c->snapshot->atlas;
    struct asked_name asked = {.query = {.country = -1, .level = -1}};
    struct place_found found[PLACE_SEARCH_MAX];
    struct faults faults = {0};
    if (!read_asked_name(&q->args, &asked, &faults)) {
        problem(r, 400, NULL, &faults);
        return;
    }
    size_t count = place_search(atlas, &asked.query, found);
    respond_json(r);
    render_places(&r->body, c, found, count, asked.language);
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
static void add_areas(struct buf *b, const struct context *c,
                      const struct atlas_holds *holds, int language) {
    const struct atlas *a = c->snapshot->atlas;
    if (!add_field(b, c, FIELD_AT_AREAS))
        return;
    buf_char(b, '[');
    for (unsigned level = LEVEL_COUNTRY; level <= LEVEL_POINT; level++)
        for (int i = 0; i < holds->count; i++)
            if (a->places[holds->place[i]].level == level)
                render_place(b, c, holds->place[i], language);
    buf_char(b, ']');
}

static void add_responsible(struct buf *b, const struct context *c,
                            const struct atlas_holds *holds, int language) {
    struct responsible office[RESPONSIBLE_MAX];
    int count = responsible(c->snapshot, holds, office);
    if (!add_field(b, c, FIELD_AT_RESPONSIBLE))
        return;
    buf_char(b, '[');
    for (int i = 0; i < count; i++) {
        buf_json_comma(b);
        render_listed(b, c, office[i].service, language);
        b->len--; /* its closing brace */
        if (add_field(b, c, FIELD_RESPONSIBLE_COVERS))
            render_place_reference(b, c, office[i].place, language);
        buf_char(b, '}');
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
    add_areas(&r->body, c, &holds, asked.language);
    if (add_field(&r->body, c, FIELD_AT_COUNTRY))
        render_country(&r->body, c, &country);
    add_responsible(&r->body, c, &holds, asked.language);
    buf_char(&r->body, '}');
}
