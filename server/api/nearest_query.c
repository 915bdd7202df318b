/* SPDX-License-Identifier: Apache-2.0 */
#include "server/api/nearest_query.h"

#include <math.h>
#include <string.h>

#define IN_URL .in_url = true
#define IN_BODY .in_url = false
#define CODE(voc) PARAM_CODE, voc, 0, 0, NULL
#define CODES(voc) PARAM_CODES, voc, 0, 0, NULL
#define PLAIN(type) type, -1, 0, 0, NULL
#define NUMBER(low, high) PARAM_NUMBER, -1, low, high, NULL

const struct param nearest_params[] = {
    {"lat", NUMBER(-90, 90), "latitude in decimal degrees, WGS 84", IN_URL},
    {"lon", NUMBER(-180, 180), "longitude in decimal degrees, WGS 84", IN_URL},
    {"place", PARAM_STRING, -1, 36, 36, NULL, "id of a place, instead of lat and lon", IN_URL},
    {"need", CODES(VOC_NEED), "what is needed, any of them; a parent matches its children",
     IN_URL},
    {"gender", CODE(VOC_GENDER), "of the person", IN_BODY},
    {"age", PLAIN(PARAM_AGE), "of the person in years: 17, or \"15-17\" when uncertain", IN_BODY},
    {"language", CODES(VOC_LANGUAGE), "that the person speaks, best of them", IN_BODY},
    {"form", CODES(VOC_FORM), "form of trafficking, any of them", IN_BODY},
    {"nationality", CODE(VOC_COUNTRY), "of the person", IN_BODY},
    {"stage", CODE(VOC_STAGE), "where the person is in the process", IN_BODY},
    {"with_children", PLAIN(PARAM_CHILDREN), "children who come along: [{age, gender}]", IN_BODY},
    {"disability", CODES(VOC_DISABILITY), "of the person, all of them", IN_BODY},
    {"documents", PARAM_ENUM, -1, 0, 0, "none", "none: the person has no documents", IN_BODY},
    {"identified", PLAIN(PARAM_BOOL), "false: not officially identified as trafficked", IN_BODY},
    {"residential", PLAIN(PARAM_BOOL), "false: the person lives at home", IN_BODY},
    {"referred_by", CODE(VOC_REFERRER), "who would refer the person", IN_BODY},
    {"beneficiary", CODE(VOC_BENEFICIARY), "whom the service is for", IN_BODY},
    {"no_home_visit", PLAIN(PARAM_BOOL), "true: nobody may come to the home", IN_BODY},
    {"no_authorities", PLAIN(PARAM_BOOL), "true: authorities must not be contacted", IN_BODY},
    {"open_at", PLAIN(PARAM_TIME), "now, or an RFC 3339 time: shows whether each is open",
     IN_URL},
    {"open_only", PLAIN(PARAM_BOOL), "true: leave out what is closed at open_at", IN_URL},
    {"country", CODE(VOC_COUNTRY), "of the place, where it is known better than by the point",
     IN_URL},
    {"cross_border", PLAIN(PARAM_BOOL), "true: services of other countries as well", IN_URL},
    {"radius_km", NUMBER(0.001, 20100), "nothing farther than this", IN_URL},
    {"avoid", PLAIN(PARAM_AVOID), "[{service or organization, km}]: to stay away from", IN_BODY},
    {"limit", PARAM_INTEGER, -1, 1, QUERY_LIMIT_MAX, NULL, "most results, default 10", IN_URL},
    {"lang", PARAM_ENUM, -1, 0, 0, PARAM_LANGUAGES, "language of the texts", IN_URL},
    {"order", PARAM_ENUM, -1, 0, 0, "distance travel fit", "default distance", IN_URL},
    {0},
};

struct reading {
    const struct context *c;
    struct nearest_request *out;
    struct faults *f;
    bool has_lat, has_lon, has_place, open_only;
    uint32_t place;
};

static void ask(struct reading *r, enum criterion criterion) {
    r->out->query.asked |= criterion_bit(criterion);
}

/* ---- one function a parameter -------------------------------------------------------- */

static bool read_lat(struct reading *r, const struct arg *a) {
    r->has_lat = true;
    return param_number(a, -90, 90, &r->out->query.point.lat, r->f);
}

static bool read_lon(struct reading *r, const struct arg *a) {
    r->has_lon = true;
    return param_number(a, -180, 180, &r->out->query.point.lon, r->f);
}

static bool read_place(struct reading *r, const struct arg *a) {
    uint8_t id[16];
    r->has_place = true;
    if (!param_id(a, id, r->f))
        return false;
    r->place = atlas_find_id(r->c->snapshot->atlas, id);
    return r->place != ATLAS_NONE || fault_add(r->f, a->name, "is not the id of a place");
}

static bool read_need(struct reading *r, const struct arg *a) {
    struct query *q = &r->out->query;
    if (!param_codes(a, VOC_NEED, &q->need, r->f))
        return false;
    int housing = vocabulary_find(VOC_NEED, "housing", 7);
    needs_below(&q->need, q->need_within);
    for (int i = 0; i < q->need.count; i++) {
        if (housing >= 0 && vocabulary_within(VOC_NEED, q->need.term[i], housing))
            ask(r, CRIT_DETENTION);
    }
    return true;
}

static bool read_gender(struct reading *r, const struct arg *a) {
    ask(r, CRIT_GENDER);
    return param_code(a, VOC_GENDER, &r->out->query.gender, r->f);
}

static bool read_age(struct reading *r, const struct arg *a) {
    struct query *q = &r->out->query;
    ask(r, CRIT_AGE);
    if (a->count == 1 && !a->list && a->item[0].kind == SCALAR_STRING) {
        struct slice high = a->item[0].text, low;
        int64_t from, to;
        slice_next(&high, '-', &low);
        bool valid = slice_integer(low, &from) &&
                     (high.at == NULL ? (to = from, true) : slice_integer(high, &to)) &&
                     from >= 0 && from <= to && to <= 120;
        if (!valid)
            return fault_add(r->f, a->name, "must be years from 0 to 120, or \"15-17\"");
        q->age_low = (int)from;
        q->age_high = (int)to;
        return true;
    }
    if (!param_integer(a, 0, 120, &q->age_low, r->f))
        return false;
    q->age_high = q->age_low;
    return true;
}

static bool read_language(struct reading *r, const struct arg *a) {
    ask(r, CRIT_LANGUAGE);
    return param_codes(a, VOC_LANGUAGE, &r->out->query.language, r->f);
}

static bool read_form(struct reading *r, const struct arg *a) {
    ask(r, CRIT_FORM);
    return param_codes(a, VOC_FORM, &r->out->query.form, r->f);
}

static bool read_nationality(struct reading *r, const struct arg *a) {
    ask(r, CRIT_NATIONALITY);
    return param_code(a, VOC_COUNTRY, &r->out->query.nationality, r->f);
}

static bool read_stage(struct reading *r, const struct arg *a) {
    ask(r, CRIT_STAGE);
    return param_code(a, VOC_STAGE, &r->out->query.stage, r->f);
}

static bool read_disability(struct reading *r, const struct arg *a) {
    ask(r, CRIT_DISABILITY);
    return param_codes(a, VOC_DISABILITY, &r->out->query.disability, r->f);
}

static bool read_documents(struct reading *r, const struct arg *a) {
    struct slice text;
    ask(r, CRIT_DOCUMENTS);
    if (!param_string(a, &text, r->f))
        return false;
    return slice_is(text, "none") || fault_add(r->f, a->name, "must be none");
}

static bool read_identified(struct reading *r, const struct arg *a) {
    ask(r, CRIT_OFFICIAL_STATUS);
    return param_bool(a, &r->out->query.identified, r->f);
}

static bool read_residential(struct reading *r, const struct arg *a) {
    ask(r, CRIT_RESIDENTS);
    return param_bool(a, &r->out->query.residential, r->f);
}

static bool read_referred_by(struct reading *r, const struct arg *a) {
    ask(r, CRIT_REFERRED_BY);
    return param_code(a, VOC_REFERRER, &r->out->query.referred_by, r->f);
}

static bool read_beneficiary(struct reading *r, const struct arg *a) {
    ask(r, CRIT_BENEFICIARY);
    return param_code(a, VOC_BENEFICIARY, &r->out->query.beneficiary, r->f);
}

/* A flag that asks a criterion when it is true, and nothing when it is false. */
static bool read_flag(struct reading *r, const struct arg *a, enum criterion criterion) {
    bool value;
    if (!param_bool(a, &value, r->f))
        return false;
    if (value)
        ask(r, criterion);
    return true;
}

static bool read_no_home_visit(struct reading *r, const struct arg *a) {
    return read_flag(r, a, CRIT_HOME_VISIT);
}

static bool read_no_authorities(struct reading *r, const struct arg *a) {
    return read_flag(r, a, CRIT_AUTHORITIES);
}

static bool read_open_at(struct reading *r, const struct arg *a) {
    r->out->query.shows_open = true;
    return param_time(a, r->c->now, &r->out->query.open_at, r->f);
}

static bool read_open_only(struct reading *r, const struct arg *a) {
    return param_bool(a, &r->open_only, r->f);
}

static bool read_country(struct reading *r, const struct arg *a) {
    r->out->query.country_count = 1;
    return param_code(a, VOC_COUNTRY, &r->out->query.country[0], r->f);
}

static bool read_cross_border(struct reading *r, const struct arg *a) {
    return param_bool(a, &r->out->query.cross_border, r->f);
}

static bool read_radius(struct reading *r, const struct arg *a) {
    double km;
    if (!param_number(a, 0.001, 20100, &km, r->f))
        return false;
    r->out->query.radius_given = true;
    r->out->query.radius_m = km * 1000;
    return true;
}

static bool read_limit(struct reading *r, const struct arg *a) {
    return param_integer(a, 1, QUERY_LIMIT_MAX, &r->out->query.limit, r->f);
}

static bool read_lang(struct reading *r, const struct arg *a) {
    return param_lang(a, &r->out->language, r->f);
}

static bool read_order(struct reading *r, const struct arg *a) {
    static const char *const names[] = {
        [ORDER_DISTANCE] = "distance", [ORDER_TRAVEL] = "travel", [ORDER_FIT] = "fit"};
    struct slice text;
    if (!param_string(a, &text, r->f))
        return false;
    for (int i = 0; i < 3; i++)
        if (slice_is(text, names[i])) {
            r->out->query.order = (enum query_order)i;
            return true;
        }
    return fault_add(r->f, a->name, "must be one of: distance travel fit");
}

/* ---- lists of objects ------------------------------------------------------------------ */

struct child_reading {
    struct query_child *child;
    bool valid;
};

static bool child_member(const char *key, const struct json *value, void *ctx) {
    struct child_reading *r = ctx;
    size_t len;
    if (strcmp(key, "age") == 0 && json_kind(value) == KIND_INTEGER &&
        json_whole(value) >= 0 && json_whole(value) <= 120) {
        r->child->age = (int)json_whole(value);
        return true;
    }
    if (strcmp(key, "gender") == 0 && json_kind(value) == KIND_STRING) {
        const char *code = json_text(value, &len);
        r->child->gender = vocabulary_find(VOC_GENDER, code, len);
        if (r->child->gender >= 0)
            return true;
    }
    r->valid = false;
    return false;
}

static bool read_with_children(struct reading *r, const struct arg *a) {
    static const char wrong[] = "must be a list like [{\"age\": 4, \"gender\": \"female\"}]: "
                                "age 0 to 120, gender female male other, both optional";
    struct query *q = &r->out->query;
    if (a->list && a->count == 0 && a->nested == NULL)
        return true; /* no children */
    if (a->nested == NULL || json_kind(a->nested) != KIND_ARRAY || a->count > 0 ||
        json_count(a->nested) > QUERY_LIST)
        return fault_add(r->f, a->name, wrong);
    ask(r, CRIT_CHILDREN);
    for (size_t i = 0; i < json_count(a->nested); i++) {
        struct query_child *child = &q->child[q->child_count++];
        *child = (struct query_child){-1, -1};
        struct child_reading reading = {child, true};
        const struct json *item = json_at(a->nested, i);
        if (json_kind(item) != KIND_OBJECT)
            return fault_add(r->f, a->name, wrong);
        json_each(item, child_member, &reading);
        if (!reading.valid)
            return fault_add(r->f, a->name, wrong);
    }
    return true;
}

struct avoid_reading {
    const struct snapshot *s;
    struct query_avoid *out;
    bool valid, named;
};

/* A service that the caller may not see is the same as none at all. */
static bool avoid_member(const char *key, const struct json *value, void *ctx) {
    struct avoid_reading *r = ctx;
    uint8_t id[16];
    bool number = json_kind(value) == KIND_INTEGER || json_kind(value) == KIND_REAL;
    if (strcmp(key, "km") == 0 && number && json_number(value) >= 0 &&
        json_number(value) <= 500) {
        r->out->m = json_number(value) * 1000;
        return true;
    }
    bool is_id = json_kind(value) == KIND_STRING && uuid_decode(slice_of(json_text(value, NULL)), id);
    if (strcmp(key, "service") == 0 && is_id) {
        r->out->service = snapshot_find(r->s, id);
        r->named = true;
        return true;
    }
    if (strcmp(key, "organization") == 0 && is_id) {
        for (uint32_t i = 0; i < r->s->organizations_count; i++)
            if (memcmp(r->s->organizations[i].id, id, sizeof id) == 0)
                r->out->organization = i;
        r->named = true;
        return true;
    }
    r->valid = false;
    return false;
}

/* False: more places than a query may name. */
static bool add_avoid_place(struct query *q, uint32_t site, double m) {
    for (int i = 0; i < q->avoid_place_count; i++)
        if (q->avoid_place[i].site == site && q->avoid_place[i].m >= m)
            return true;
    if (site == SNAP_NONE || m <= 0)
        return true;
    if (q->avoid_place_count == AVOID_PLACES)
        return false;
    q->avoid_place[q->avoid_place_count++] = (struct query_avoid_place){site, m};
    return true;
}

/* Looks up once where the avoided are, so that no service needs to. */
static bool find_avoid_places(const struct snapshot *s, struct query *q,
                              const struct query_avoid *a) {
    if (a->service != SNAP_NONE && !add_avoid_place(q, s->services[a->service].site, a->m))
        return false;
    for (uint32_t i = 0; a->organization != SNAP_NONE && i < s->services_count; i++)
        if (s->services[i].organization == a->organization &&
            !add_avoid_place(q, s->services[i].site, a->m))
            return false;
    return true;
}

static bool read_avoid(struct reading *r, const struct arg *a) {
    static const char wrong[] = "must be a list like [{\"service\": id, \"km\": 5}] or "
                                "[{\"organization\": id}], km 0 to 500";
    struct query *q = &r->out->query;
    if (a->list && a->count == 0 && a->nested == NULL)
        return true;
    if (a->nested == NULL || json_kind(a->nested) != KIND_ARRAY || a->count > 0 ||
        json_count(a->nested) > QUERY_LIST)
        return fault_add(r->f, a->name, wrong);
    for (size_t i = 0; i < json_count(a->nested); i++) {
        const struct json *item = json_at(a->nested, i);
        struct query_avoid *out = &q->avoid[q->avoid_count++];
        *out = (struct query_avoid){SNAP_NONE, SNAP_NONE, 0};
        struct avoid_reading reading = {r->c->snapshot, out, true, false};
        if (json_kind(item) == KIND_OBJECT)
            json_each(item, avoid_member, &reading);
        if (!reading.valid || !reading.named)
            return fault_add(r->f, a->name, wrong);
        if (!find_avoid_places(r->c->snapshot, q, out))
            return fault_add(r->f, a->name, "names more than %d places: give no km for an "
                             "organization with so many", AVOID_PLACES);
    }
    return true;
}

/* In the order of nearest_params. */
static bool (*const readers[])(struct reading *r, const struct arg *a) = {
    read_lat,           read_lon,          read_place,      read_need,
    read_gender,        read_age,          read_language,   read_form,
    read_nationality,   read_stage,        read_with_children, read_disability,
    read_documents,     read_identified,   read_residential, read_referred_by,
    read_beneficiary,   read_no_home_visit, read_no_authorities, read_open_at,
    read_open_only,     read_country,      read_cross_border, read_radius,
    read_avoid,         read_limit,        read_lang,       read_order,
};

_Static_assert(sizeof readers / sizeof *readers ==
                   sizeof nearest_params / sizeof *nearest_params - 1,
               "one reader a parameter");

/* ---- where ------------------------------------------------------------------------------- */

/* A place stands for its point, or for that of what it lies in. */
static void take_place(struct reading *r) {
    const struct atlas_place *p = &r->c->snapshot->atlas->places[r->place];
    if (p->pointed == ATLAS_NONE)
        fault_add(r->f, slice_of("place"), "is known without a point: give lat and lon");
    r->out->query.point = p->point;
}

/* Either lat and lon, or a place. */
static bool find_point(struct reading *r) {
    bool any = r->has_lat || r->has_lon;
    if (r->has_place && any)
        fault_add(r->f, slice_of("place"), "stands beside lat and lon: give one of both");
    else if (r->has_place)
        take_place(r);
    else if (!r->has_lat || !r->has_lon)
        fault_add(r->f, slice_of(r->has_lat ? "lon" : "lat"),
                  "is missing: where is the person? lat and lon, or place");
    return r->f->count == 0;
}

static void find_country(struct reading *r) {
    const struct atlas *atlas = r->c->snapshot->atlas;
    struct nearest_request *out = r->out;
    struct query *q = &out->query;
    if (r->has_place)
        atlas_holds_place(atlas, r->place, &q->holds);
    else
        atlas_holds(atlas, q->point, &q->holds);
    struct country_answer *found = &out->country;
    if (q->country_count > 0)
        *found = (struct country_answer){COUNTRY_PARAMETER, false, 1, {q->country[0]}};
    else if (r->has_place)
        *found = (struct country_answer){
            COUNTRY_PLACE, false, 1, {atlas->places[r->place].country}};
    else
        country_find(r->c->borders, atlas, q->point, &q->holds, found);
    memcpy(q->country, found->country, sizeof q->country);
    q->country_count = found->count;
}

static void set_defaults(const struct context *c, struct nearest_request *out) {
    *out = (struct nearest_request){
        .query = {.limit = 10, .radius_m = INFINITY, .open_at = c->now,
                  .today = (int32_t)(c->now / 86400)}};
}

bool nearest_request_read(const struct context *c, const struct args *args,
                          struct nearest_request *out, struct faults *f) {
    struct reading r = {.c = c, .out = out, .f = f};
    set_defaults(c, out);
    if (!params_known(args, nearest_params, f))
        return false;
    for (int i = 0; i < args->count; i++)
        readers[param_index(nearest_params, args->arg[i].name)](&r, &args->arg[i]);
    if (f->count > 0 || !find_point(&r))
        return false;
    if (r.open_only)
        ask(&r, CRIT_OPEN_AT);
    if (r.open_only)
        out->query.shows_open = true;
    find_country(&r);
    return true;
}
