/* SPDX-License-Identifier: Apache-2.0
 *
 * Lists of services, by id order, and single ones. A cursor is the id after which a page
 * starts: ids are random, so it tells nothing.
 */
#include <stdio.h>
#include <string.h>

#include "server/access/access.h"
#include "server/api/failure.h"
#include "server/api/fields.h"
#include "server/api/handlers.h"
#include "server/api/nearest_render.h"
#include "server/api/params.h"

#define LIMIT_DEFAULT 100
#define LIMIT_MAX 1000

const struct param services_params[] = {
    {"bbox", PARAM_BBOX, -1, 0, 0, NULL,
     "west,south,east,north in degrees; west > east crosses the antimeridian",
     .in_url = true},
    {"need", PARAM_CODES, VOC_NEED, 0, 0, NULL,
     "any of these; a parent matches its children", .in_url = true},
    {"country", PARAM_CODE, VOC_COUNTRY, 0, 0, NULL, "of the service", .in_url = true},
    {"place", PARAM_STRING, -1, 36, 36, NULL,
     "id of a place, a district or above: services that lists show in it", .in_url = true},
    {"cursor", PARAM_STRING, -1, 36, 36, NULL, "`next` of the page before",
     .in_url = true},
    {"limit", PARAM_INTEGER, -1, 1, LIMIT_MAX, NULL, "most on a page, default 100",
     .in_url = true},
    {"lang", PARAM_ENUM, -1, 0, 0, PARAM_LANGUAGES, "language of the texts",
     .in_url = true},
    {0},
};

const struct param service_params[] = {
    {"id", PARAM_STRING, -1, 36, 36, NULL, "id of the service", .in_url = true,
     .in_path = true},
    {"place", PARAM_ENUM, -1, 0, 0, "exact published",
     "exact (the default): also where a hidden service is, counted and audited for "
     "operators and caseworkers; published: what a list shows of it",
     .in_url = true},
    {"lang", PARAM_ENUM, -1, 0, 0, PARAM_LANGUAGES, "language of the texts",
     .in_url = true},
    {0},
};

struct filter {
    bool has_box;
    double west, south, east, north;
    uint64_t need[SNAP_NEED_WORDS]; /* codes that are or lie below an asked one */
    bool has_need;
    int country;    /* or -1 */
    uint32_t place; /* of the atlas, or ATLAS_NONE */
    uint32_t from; /* how many ids come before the page */
    int limit;
    int language;
};

static bool read_box(const struct arg *a, struct filter *out, struct faults *f) {
    static const char form[] = "west,south,east,north";
    static const double most[] = {180, 90, 180, 90};
    double value[4];
    if (!param_numbers(a, most, 4, value, form, f))
        return false;
    if (value[1] > value[3])
        return fault_add(f, a->name, "must be %s in decimal degrees", form);
    out->has_box = true;
    out->west = value[0];
    out->south = value[1];
    out->east = value[2];
    out->north = value[3];
    return true;
}

static bool read_need(const struct arg *a, struct filter *out, struct faults *f) {
    struct query_list needs;
    if (!param_codes(a, VOC_NEED, &needs, f))
        return false;
    out->has_need = true;
    needs_below(&needs, out->need);
    return true;
}

static bool read_place(const struct context *c, const struct arg *a, struct filter *out,
                       struct faults *f) {
    uint8_t id[16];
    if (!param_id(a, id, f))
        return false;
    out->place = atlas_find_id(c->snapshot->atlas, id);
    return out->place != ATLAS_NONE || fault_add(f, a->name, "is not the id of a place");
}

/* The first service after the cursor, whether or not one with that id still stands. */
static bool read_cursor(const struct context *c, const struct arg *a, struct filter *out,
                        struct faults *f) {
    uint8_t id[16];
    if (!param_id(a, id, f))
        return false;
    uint32_t low = 0, high = c->snapshot->services_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (memcmp(c->snapshot->services[c->snapshot->by_id[middle]].id, id, sizeof id) <=
            0)
            low = middle + 1;
        else
            high = middle;
    }
    out->from = low;
    return true;
}

static bool read_language(const struct args *args, int *out, struct faults *f) {
    const struct arg *a = param_get(args, "lang");
    *out = 0;
    return a == NULL || param_lang(a, out, f);
}

static bool read_filter(const struct context *c, const struct args *args,
                        struct filter *out, struct faults *f) {
    const struct arg *a;
    *out = (struct filter){.country = -1, .place = ATLAS_NONE, .limit = LIMIT_DEFAULT};
    if (!params_known(args, services_params, f))
        return false;
    if ((a = param_get(args, "bbox")) != NULL)
        read_box(a, out, f);
    if ((a = param_get(args, "need")) != NULL)
        read_need(a, out, f);
    if ((a = param_get(args, "country")) != NULL)
        param_code(a, VOC_COUNTRY, &out->country, f);
    if ((a = param_get(args, "place")) != NULL)
        read_place(c, a, out, f);
    if ((a = param_get(args, "cursor")) != NULL)
        read_cursor(c, a, out, f);
    if ((a = param_get(args, "limit")) != NULL)
        param_integer(a, 1, LIMIT_MAX, &out->limit, f);
    read_language(args, &out->language, f);
    return f->count == 0;
}

static bool in_box(const struct filter *f, struct point p) {
    bool lon = f->west <= f->east ? p.lon >= f->west && p.lon <= f->east
                                  : p.lon >= f->west || p.lon <= f->east;
    return lon && p.lat >= f->south && p.lat <= f->north;
}

/* A place that lists may not show is in no box; what is closed, or only planned, is for
 * staff to see. */
static bool matches(const struct context *c, const struct filter *f,
                    const struct snap_service *s) {
    uint64_t stated = 0;
    if ((s->flags & SERVICE_GONE) && c->snapshot->header->view == SNAP_PUBLIC)
        return false;
    if (f->country >= 0 && s->country != f->country)
        return false;
    if (f->place != ATLAS_NONE &&
        (s->within == ATLAS_NONE || !atlas_within(c->snapshot->atlas, s->within, f->place)))
        return false;
    for (int w = 0; w < SNAP_NEED_WORDS; w++)
        stated |= s->needs[w] & f->need[w];
    if (f->has_need && stated == 0)
        return false;
    if (!f->has_box)
        return true;
    return !(s->flags & SERVICE_HIDDEN) && s->site != SNAP_NONE &&
           in_box(f, c->snapshot->sites[s->site].point);
}

static void add_next(const struct context *c, struct response *r, uint32_t last) {
    char id[37];
    if (last != SNAP_NONE)
        uuid_encode(c->snapshot->services[last].id, id);
    add_text_field(&r->body, c, FIELD_PAGE_NEXT, last != SNAP_NONE ? id : NULL);
}

static void render_page(struct context *c, const struct filter *f, struct response *r) {
    const struct snapshot *s = c->snapshot;
    uint32_t total = 0, last = SNAP_NONE;
    int shown = 0;
    bool more = false;
    bool listed;
    buf_char(&r->body, '{');
    if ((listed = add_field(&r->body, c, FIELD_PAGE_SERVICES)))
        buf_char(&r->body, '[');
    for (uint32_t rank = 0; rank < s->services_count; rank++) {
        uint32_t i = s->by_id[rank];
        if (!matches(c, f, &s->services[i]))
            continue;
        total++;
        if (rank < f->from)
            continue;
        more = shown == f->limit;
        if (more)
            continue;
        if (shown++ > 0 && listed)
            buf_char(&r->body, ',');
        if (listed)
            render_listed(&r->body, c, i, f->language);
        last = i;
    }
    if (listed)
        buf_char(&r->body, ']');
    add_integer_field(&r->body, c, FIELD_PAGE_TOTAL, total);
    add_next(c, r, more ? last : SNAP_NONE);
    buf_char(&r->body, '}');
}

void handle_services(struct context *c, struct request *q, struct response *r) {
    struct filter filter;
    struct faults faults = {0};
    if (!read_filter(c, &q->args, &filter, &faults)) {
        problem(r, 400, NULL, &faults);
        return;
    }
    respond_json(r);
    set_validator(c, q, r);
    render_page(c, &filter, r);
}

/* Whether the caller asks for the exact place, which is what an id gives. */
static bool read_exact(const struct args *args, bool *out, struct faults *f) {
    const struct arg *a = param_get(args, "place");
    struct slice text;
    *out = true;
    if (a == NULL)
        return true;
    if (!param_string(a, &text, f))
        return false;
    *out = slice_is(text, "exact");
    return *out || slice_is(text, "published") ||
           fault_add(f, a->name, "must be one of: exact published");
}

/* A place that the caller's lists show to a kilometre is read one at a time, a few an hour,
 * and stands in the audit before it is told. False: answered. */
static bool may_see_place(struct context *c, const uint8_t id[16], struct response *r) {
    struct error e = {0};
    char name[37];
    int retry_s;
    uuid_encode(id, name);
    if (!access_take_place(c->access, c->caller, id, c->now, &retry_s)) {
        problem(r, 429,
                "Too many exact places were read within an hour, or a day. "
                "place=published gives the rest.",
                NULL);
        r->retry_after_s = retry_s;
        return false;
    }
    if (access_audit(c->access, c->caller, ACCESS_EXACT_PLACE, name, c->now, &e))
        return true;
    respond_failure(r, &e);
    return false;
}

/* Staff see the place of a service that they name; the public what is published. */
static void show_service(struct context *c, const uint8_t id[16], bool exact,
                         int language, struct response *r) {
    uint32_t service = snapshot_find(c->snapshot, id);
    bool hidden = service != SNAP_NONE && c->role >= ROLE_OPERATOR &&
                  c->snapshot->services[service].flags & SERVICE_HIDDEN;
    bool close = exact && c->role >= ROLE_OPERATOR;
    if (service == SNAP_NONE) {
        problem(r, 404, "There is no service with this id.", NULL);
        return;
    }
    if (hidden && exact && !may_see_place(c, id, r))
        return;
    respond_json(r);
    if (close)
        render_detail(&r->body, c, c->close, snapshot_find(c->close, id), language);
    else
        render_detail(&r->body, c, c->snapshot, service, language);
}

void handle_service(struct context *c, struct request *q, struct response *r) {
    struct faults faults = {0};
    uint8_t id[16];
    int language;
    bool exact;
    if (!params_known(&q->args, service_params, &faults) ||
        !read_exact(&q->args, &exact, &faults) ||
        !read_language(&q->args, &language, &faults)) {
        problem(r, 400, NULL, &faults);
        return;
    }
    if (!uuid_decode(q->value[0], id)) {
        problem(r, 404, "There is no service with this id.", NULL);
        return;
    }
    show_service(c, id, exact, language, r);
    if (r->status == 200)
        set_validator(c, q, r);
}
