/* SPDX-License-Identifier: Apache-2.0 */
#include "data/snapshot_build.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "data/civil.h"
#include "data/mem.h"
#include "data/service_place.h"
#include "data/snapshot_builder.h"
#include "data/snapshot_text.h"

struct snapshot_builder *snapshot_builder_new(const struct view *view,
                                              const struct atlas *atlas,
                                              const struct facilities *facilities,
                                              int64_t now) {
    struct snapshot_builder *b = xcalloc(1, sizeof *b);
    b->view = *view;
    b->atlas = atlas;
    b->facilities = facilities;
    b->now = now;
    for (enum column c = 0; c < COL_COUNT; c++)
        b->drop[c] = view->column[c] == FORM_HIDDEN;
    admit_init(&b->admit);
    return b;
}

void snapshot_builder_free(struct snapshot_builder *b) {
    if (b == NULL)
        return;
    struct intern *tables[] = {&b->organizations, &b->rule_lists, &b->signatures,
                               &b->covers,        &b->hours,      &b->zones,
                               &b->source_ids,    &b->sites};
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
        intern_free(tables[i]);
    void *arrays[] = {b->services,      b->signature,  b->site,     b->organization,
                      b->rule_list_run, b->covers_run, b->zone,     b->holidays,
                      b->texts,         b->links,      b->hours_at, b->service_of_source};
    for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++)
        free(arrays[i]);
    buf_free(&b->rule_list);
    buf_free(&b->cover);
    buf_free(&b->hours_block);
    buf_free(&b->text);
    admit_free(&b->admit);
    free(b);
}

static const char *cell(const struct snapshot_builder *b, const struct stored_service *s,
                        enum column column) {
    return b->drop[column] ? "" : s->flat.cell[column];
}

static uint32_t add_organization(struct snapshot_builder *b, const uint8_t id[16]) {
    bool added;
    uint32_t n = intern(&b->organizations, id, 16, &added);
    if (added) {
        b->organization =
            xgrow(b->organization, &b->organization_capacity, n, sizeof *b->organization);
        memcpy(b->organization[n].id, id, 16);
    }
    return n;
}

/* The number of the site at `p`; with `area`, one that is only known to be within it. */
static uint32_t site_number(struct snapshot_builder *b, struct point p, uint32_t area) {
    struct {
        struct point point;
        uint64_t area;
    } key = {p, area};
    bool added;
    uint32_t n = intern(&b->sites, &key, sizeof key, &added);
    if (added) {
        struct ecef at = geo_ecef(p);
        double reach = area != ATLAS_NONE ? atlas_reach(b->atlas, area, at) : 0;
        b->site = xgrow(b->site, &b->site_capacity, n, sizeof *b->site);
        b->site[n] = (struct snap_site){
            p, at, area, reach > 0 ? nextafterf((float)reach, INFINITY) : 0};
    }
    return n;
}

static uint32_t with_outline(const struct atlas *atlas, uint32_t place) {
    return place != ATLAS_NONE && atlas->places[place].outlines.count > 0 ? place
                                                                          : ATLAS_NONE;
}

/* The view searches by a point that is right to a kilometre. */
static bool to_a_kilometre(const struct text_source *t) {
    return t->view->form[FIELD_DISTANCE] == FORM_KILOMETRE && !t->where.own;
}

/* The site of a service, or SNAP_NONE: no point, or one no finer than the country. */
static uint32_t add_site(struct snapshot_builder *b, const struct text_source *t) {
    const struct flat *f = &t->service->flat;
    enum field_form form = t->view->form[FIELD_DISTANCE];
    uint32_t area = t->where.place;
    if (form == FORM_PUBLISHED && area != ATLAS_NONE)
        return site_number(b, b->atlas->places[area].point, with_outline(b->atlas, area));
    int level = service_level(f);
    if (level <= LEVEL_COUNTRY || form == FORM_HIDDEN ||
        (form == FORM_PUBLISHED && !t->where.own))
        return SNAP_NONE;
    struct point p = {strtod(f->cell[COL_LON], NULL) + 0.0,
                      strtod(f->cell[COL_LAT], NULL) + 0.0};
    bool cell = to_a_kilometre(t);
    /* A commune of a town is smaller than a cell: its outline would tell which it is. */
    int finest = cell ? LEVEL_DISTRICT : LEVEL_VILLAGE;
    area = level <= finest ? service_place(f, b->atlas, level) : ATLAS_NONE;
    return site_number(b, cell ? geo_to_a_kilometre(p) : p, with_outline(b->atlas, area));
}

/* The place in which the view shows it, and no finer than the point that it shows. */
static uint32_t shown_within(const struct snapshot_builder *b, const struct text_source *t) {
    const struct flat *f = &t->service->flat;
    int level = service_level(f);
    uint32_t found = ATLAS_NONE;
    if (!t->where.own)
        return t->where.place;
    if (level > LEVEL_DISTRICT)
        level = LEVEL_DISTRICT;
    for (; found == ATLAS_NONE && level >= LEVEL_PROVINCE; level--)
        found = service_place(f, b->atlas, level);
    return found;
}

static void set_needs(const struct snapshot_builder *b, const struct stored_service *s,
                      struct snap_service *out) {
    struct slice rest = slice_of(s->flat.cell[COL_NEEDS]), code;
    while (slice_next(&rest, ';', &code)) {
        int need = vocabulary_find(VOC_NEED, code.at, code.len);
        if (need < 0)
            continue;
        need = b->view.form[FIELD_NEEDS] == FORM_PUBLISHED ? publish_need(need) : need;
        out->needs[need / 64] |= UINT64_C(1) << need % 64;
    }
}

static bool needs_within(const struct snap_service *s, const char *ancestor) {
    int above = vocabulary_find(VOC_NEED, ancestor, strlen(ancestor));
    uint64_t stated = 0;
    for (int w = 0; w < SNAP_NEED_WORDS && above >= 0; w++)
        stated |= s->needs[w] & vocabulary_below(VOC_NEED, above)[w];
    return stated != 0;
}

static uint16_t status_flags(const char *status) {
    static const struct {
        const char *code;
        uint16_t flags;
    } by_status[] = {
        {"open", SERVICE_SURE | SERVICE_OPEN},
        {"waitlist", SERVICE_SURE | SERVICE_WAITLIST},
        {"paused", SERVICE_SURE | SERVICE_PAUSED},
        {"closed", SERVICE_SURE | SERVICE_GONE},
        {"planned", SERVICE_SURE | SERVICE_GONE},
    };
    for (size_t i = 0; i < sizeof by_status / sizeof *by_status; i++)
        if (strcmp(by_status[i].code, status) == 0)
            return by_status[i].flags;
    return 0;
}

static uint16_t service_flags(const struct snap_service *s, const struct text_source *t) {
    const struct stored_service *from = t->service;
    const char *kind = text_kind(t), /* what is not told turns no order either */
        *precision = from->flat.cell[COL_PRECISION];
    bool coarse =
        (precision[0] != '\0' && strcmp(precision, "exact") != 0) ||
        (t->view->form[FIELD_DISTANCE] == FORM_PUBLISHED && t->where.place != ATLAS_NONE);
    bool office = !strcmp(kind, "state_office") && s->covers.count > 0;
    bool housing = needs_within(s, "housing");
    bool shelter = !strcmp(kind, "shelter") || !strcmp(kind, "transit_center");
    bool family = needs_within(s, "housing.foster") ||
                  needs_within(s, "housing.kinship") || needs_within(s, "family");
    bool police = !strcmp(kind, "police");
    return (uint16_t)((housing || shelter ? SERVICE_RESIDENTIAL : 0) |
                      (family ? SERVICE_FAMILY_BASED : 0) |
                      (shelter ? SERVICE_SHELTER : 0) | (police ? SERVICE_POLICE : 0) |
                      (police || !strcmp(kind, "court") ? SERVICE_AUTHORITY : 0) |
                      (to_a_kilometre(t) ? SERVICE_HIDDEN : 0) |
                      (coarse ? SERVICE_COARSE : 0) | (office ? SERVICE_OFFICE : 0) |
                      (housing ? SERVICE_HOUSING : 0) |
                      status_flags(from->flat.cell[COL_STATUS]));
}

static uint8_t remote_ways(const char *cell_text) {
    struct slice rest = slice_of(cell_text), code;
    uint8_t ways = 0;
    while (cell_text[0] && slice_next(&rest, ';', &code)) {
        int way = vocabulary_find(VOC_REMOTE, code.at, code.len);
        ways |= way >= 0 ? (uint8_t)(1u << way) : 0;
    }
    return ways;
}

/* Days since 1970-01-01 of "YYYY-MM-DD"; a shorter date counts from its first day; none:
 * INT32_MIN. */
static int32_t date_days(const char *text) {
    if (text[0] == '\0')
        return INT32_MIN;
    size_t len = strlen(text);
    struct local_time t = {atoi(text), len >= 7 ? atoi(text + 5) : 1,
                           len >= 10 ? atoi(text + 8) : 1, 0};
    return (int32_t)civil_floor(civil_minutes(t), CIVIL_DAY);
}

/* One area of `covers`, in the service's country unless it names another, or is one. */
static struct snap_cover cover_of(const struct snapshot_builder *b, uint16_t country,
                                  struct slice area) {
    int code = vocabulary_find(VOC_COUNTRY, area.at, area.len);
    if (slice_is(area, "any"))
        return (struct snap_cover){ATLAS_NONE, 0, COVERS_ANY};
    if (code >= 0)
        return (struct snap_cover){ATLAS_NONE, (uint16_t)code, COVERS_COUNTRY};
    uint32_t place = atlas_find(b->atlas, country, area.at, area.len);
    if (place == ATLAS_NONE)
        code = atlas_country_named(b->atlas, area.at, area.len);
    if (code >= 0)
        return (struct snap_cover){ATLAS_NONE, (uint16_t)code, COVERS_COUNTRY};
    if (place == ATLAS_NONE || place == ATLAS_AMBIGUOUS) {
        int in = atlas_find_country(country, area.at, area.len);
        return (struct snap_cover){ATLAS_NONE, (uint16_t)in, COVERS_NAME};
    }
    const struct atlas_place *p = &b->atlas->places[place];
    return (struct snap_cover){place, p->country,
                               p->level == LEVEL_COUNTRY ? COVERS_COUNTRY : COVERS_PLACE};
}

static struct snap_run add_covers(struct snapshot_builder *b, uint16_t country,
                                  const char *text) {
    struct snap_run run = {0, 0};
    if (text[0] == '\0')
        return run;
    bool added;
    struct buf key = {0};
    buf_add(&key, &country, sizeof country);
    buf_str(&key, text);
    uint32_t n = intern(&b->covers, key.data, key.len, &added);
    buf_free(&key);
    if (!added)
        return b->covers_run[n];
    struct slice rest = slice_of(text), area;
    run.first = b->covers_count;
    while (slice_next(&rest, ';', &area)) {
        struct snap_cover cover = cover_of(b, country, area);
        buf_add(&b->cover, &cover, sizeof cover);
        b->covers_count++;
    }
    run.count = b->covers_count - run.first;
    b->covers_run = xgrow(b->covers_run, &b->covers_run_capacity, n, sizeof run);
    b->covers_run[n] = run;
    return run;
}

/* The covers as a published view has them: a run of their own where one tells too much. */
static struct snap_run publish_covers(struct snapshot_builder *b,
                                      const struct text_source *t, struct snap_run run) {
    struct snap_run own = {b->covers_count, run.count};
    bool same = true;
    for (uint32_t i = run.first; i < run.first + run.count; i++) {
        /* Read anew each time: the buffer moves as it grows. */
        struct snap_cover cover =
            ((const struct snap_cover *)(const void *)b->cover.data)[i];
        uint32_t place = cover.kind == COVERS_PLACE
                             ? publish_cover(t->service, b->atlas, t->where, cover.place)
                             : cover.place;
        same = same && place == cover.place;
        cover.place = place;
        buf_add(&b->cover, &cover, sizeof cover);
    }
    if (same)
        b->cover.len -= run.count * sizeof(struct snap_cover);
    else
        b->covers_count += run.count;
    return same ? run : own;
}

static uint32_t add_hours(struct snapshot_builder *b, const char *text) {
    if (text[0] == '\0')
        return SNAP_NONE;
    bool added;
    uint32_t n = intern(&b->hours, text, strlen(text), &added);
    if (!added)
        return b->hours_at[n];
    struct hours hours = {0};
    struct error e;
    uint32_t at = SNAP_NONE;
    if (hours_parse(text, strlen(text), &hours, &e)) {
        at = (uint32_t)(b->hours_block.len / 8);
        buf_add(&b->hours_block, &hours, hours.size);
        while (b->hours_block.len % 8)
            buf_char(&b->hours_block, 0);
    }
    b->hours_at = xgrow(b->hours_at, &b->hours_capacity, n, sizeof at);
    b->hours_at[n] = at;
    return at;
}

static uint16_t add_zone(struct snapshot_builder *b, const char *stated,
                         const char *country) {
    const char *name = stated[0] ? stated : timezone_of_country(country);
    if (name == NULL)
        return UINT16_MAX;
    bool added;
    uint32_t n = intern(&b->zones, name, strlen(name), &added);
    if (added) {
        b->zone = xgrow(b->zone, &b->zone_capacity, n, sizeof *b->zone);
        memset(&b->zone[n], 0, sizeof b->zone[n]);
        timezone_load(name, b->now, &b->zone[n]);
    }
    return (uint16_t)n;
}

/* Numbers of the rules, interned as a list. */
static bool add_rules(struct snapshot_builder *b, const struct stored_service *s,
                      struct snap_service *out, struct snap_signature *signature,
                      struct error *e) {
    uint32_t rules[RULES_MAX];
    uint32_t count = admit_rules(&b->admit, &s->flat, b->drop, rules, e);
    if (count == 0)
        return false;
    bool added;
    uint32_t n = intern(&b->rule_lists, rules, count * sizeof *rules, &added);
    if (added) {
        b->rule_list_run = xgrow(b->rule_list_run, &b->rule_list_run_capacity, n,
                                 sizeof *b->rule_list_run);
        b->rule_list_run[n] = (struct snap_run){b->rule_list_count, count};
        buf_add(&b->rule_list, rules, count * sizeof *rules);
        b->rule_list_count += count;
    }
    out->rules = b->rule_list_run[n];
    for (uint32_t i = 0; i < count; i++)
        signature_add(signature, &b->admit.signatures[rules[i]]);
    return true;
}

static uint32_t service_limits(const struct snapshot_builder *b,
                               const struct stored_service *s) {
    static const struct {
        enum column column;
        enum criterion criterion;
    } limits[] = {
        {COL_CASE_TYPES, CRIT_CASE_TYPES},
        {COL_CONDITIONS, CRIT_CONDITIONS},
        {COL_LITERACY, CRIT_LITERACY},
        {COL_REQUIRES_SERVICE, CRIT_REQUIRES_SERVICE},
        {COL_RETURNING_FROM, CRIT_RETURNING_FROM},
    };
    uint32_t set = 0;
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
        const char *text = cell(b, s, limits[i].column);
        if (text[0] != '\0' && strcmp(text, "any") != 0)
            set |= criterion_bit(limits[i].criterion);
    }
    return set;
}

/* True when where somebody is may be too little known to tell whether they are covered. */
static bool covers_names(const struct snapshot_builder *b, struct snap_run covers) {
    const struct snap_cover *cover =
        (const struct snap_cover *)(const void *)b->cover.data;
    for (uint32_t i = covers.first; i < covers.first + covers.count; i++)
        if (cover[i].kind == COVERS_PLACE || cover[i].kind == COVERS_NAME)
            return true;
    return false;
}

/* The criteria of a service that do not stand in its rules. What a need leaves unknown
 * depends on the tree (snapshot_tree.c). */
static void service_signature(const struct snapshot_builder *b,
                              const struct snap_service *s, struct snap_signature *out) {
    const struct {
        enum criterion criterion;
        bool known, silent;
    } own[] = {
        {CRIT_AREA, true, covers_names(b, s->covers)},
        {CRIT_VALID_UNTIL, true, s->valid_until != INT32_MIN},
        {CRIT_OPEN_AT, s->hours != SNAP_NONE, true},
        {CRIT_HOME_VISIT, s->remote != 0, s->remote == 0},
        {CRIT_STATUS, s->flags & SERVICE_SURE, !(s->flags & SERVICE_SURE)},
    };
    for (size_t i = 0; i < sizeof own / sizeof *own; i++) {
        uint32_t bit = criterion_bit(own[i].criterion);
        out->known = (out->known & ~bit) | (own[i].known ? bit : 0);
        out->silent = (out->silent & ~bit) | (own[i].silent ? bit : 0);
    }
    if (s->flags & SERVICE_AUTHORITY)
        out->known |= criterion_bit(CRIT_AUTHORITIES);
    out->country = UINT64_C(1) << s->country % 64;
}

static uint32_t add_signature(struct snapshot_builder *b,
                              const struct snap_signature *s) {
    bool added;
    uint32_t n = intern(&b->signatures, s, sizeof *s, &added);
    if (added) {
        b->signature = xgrow(b->signature, &b->signature_capacity, n, sizeof *s);
        b->signature[n] = *s;
    }
    return n;
}

static uint32_t source_number(struct snapshot_builder *b, const char *source,
                              struct slice id) {
    struct buf key = {0};
    bool added;
    buf_str(&key, source);
    buf_char(&key, '\0');
    buf_add(&key, id.at, id.len);
    uint32_t n = intern(&b->source_ids, key.data, key.len, &added);
    buf_free(&key);
    if (added) {
        b->service_of_source = xgrow(b->service_of_source, &b->service_of_source_capacity,
                                     n, sizeof *b->service_of_source);
        b->service_of_source[n] = SNAP_NONE;
    }
    return n;
}

static struct snap_run add_links(struct snapshot_builder *b,
                                 const struct stored_service *s) {
    const char *ids = s->flat.cell[COL_ONLY_WHERE_ABSENT];
    struct snap_run run = {b->link_count, 0};
    struct slice rest = slice_of(ids), id;
    while (ids[0] && slice_next(&rest, ';', &id)) {
        b->links = xgrow(b->links, &b->link_capacity, b->link_count, sizeof *b->links);
        b->links[b->link_count++] =
            (struct link){b->count, source_number(b, s->source, id)};
        run.count++;
    }
    return run;
}

static bool add_texts(struct snapshot_builder *b, const struct text_source *source,
                      struct snap_service *out, struct error *e) {
    out->text = (uint32_t)b->text.len;
    text_summary(&b->text, source, 0);
    size_t summary = b->text.len;
    text_point(&b->text, source);
    size_t point = b->text.len;
    text_detail(&b->text, source, 0);
    out->summary_len = (uint32_t)(summary - out->text);
    out->point_len = (uint32_t)(point - summary);
    out->detail_len = (uint32_t)(b->text.len - point);
    out->translations = (struct snap_run){b->text_count, 0};
    unsigned languages = text_languages(source);
    bool need_stands_for_name = text_needs_label(source);
    for (uint32_t k = 1; k < LANGUAGE_COUNT; k++) {
        if (!(languages >> k & 1) && !need_stands_for_name)
            continue;
        struct snap_text t = {k, (uint32_t)b->text.len, 0, 0};
        text_summary(&b->text, source, (int)k);
        t.summary_len = (uint32_t)(b->text.len - t.text);
        text_detail(&b->text, source, (int)k);
        t.detail_len = (uint32_t)(b->text.len - t.text - t.summary_len);
        b->texts = xgrow(b->texts, &b->text_capacity, b->text_count, sizeof t);
        b->texts[b->text_count++] = t;
        out->translations.count++;
    }
    if (b->text.len > TEXT_MAX)
        return error_set(e, ERR_ENVIRONMENT, "the directory has more than 4 GiB of text");
    return true;
}

/* The index + 1 of a code in its vocabulary; 0: not stated. */
static uint8_t code_number(enum vocabulary_id id, const char *code) {
    return (uint8_t)(vocabulary_find(id, code, strlen(code)) + 1);
}

/* What stands in the record of a service, and where it may be known to be. */
static void fill_service(struct snapshot_builder *b, const struct text_source *t,
                         struct snap_service *out) {
    static const uint8_t nobody[ID_BYTES] = {0};
    const struct flat *f = &t->service->flat;
    int country =
        vocabulary_find(VOC_COUNTRY, f->cell[COL_COUNTRY], strlen(f->cell[COL_COUNTRY]));
    memcpy(out->id, t->service->id, sizeof out->id);
    set_needs(b, t->service, out);
    out->country = (uint16_t)(country < 0 ? 0 : country);
    out->site = add_site(b, t);
    out->within = shown_within(b, t);
    out->organization = add_organization(
        b, text_tells_organization(t) ? t->service->organization_id : nobody);
    out->covers = add_covers(b, out->country, f->cell[COL_COVERS]);
    if (view_public(&b->view) && !t->where.own)
        out->covers = publish_covers(b, t, out->covers);
    out->hours = add_hours(b, f->cell[COL_HOURS]);
    out->limits = service_limits(b, t->service);
    out->verified_on = date_days(f->cell[COL_VERIFIED_ON]);
    out->valid_until = date_days(f->cell[COL_VALID_UNTIL]);
    out->zone = add_zone(b, f->cell[COL_TIME_ZONE], f->cell[COL_COUNTRY]);
    out->kind = code_number(VOC_KIND, text_kind(t));
    out->status = code_number(VOC_STATUS, f->cell[COL_STATUS]);
    out->remote = remote_ways(f->cell[COL_REMOTE]);
    out->flags = service_flags(out, t);
}

/* Where the view shows the service to be. */
static struct published where_shown(const struct snapshot_builder *b,
                                    const struct stored_service *s) {
    if (view_exact(&b->view))
        return (struct published){true, ATLAS_NONE};
    return view_public(&b->view) ? publish_where(s, b->atlas, b->facilities)
                                 : publish_to_staff(s, b->atlas);
}

bool snapshot_builder_add(struct snapshot_builder *b, const struct stored_service *s,
                          struct error *e) {
    const struct flat *f = &s->flat;
    struct text_source source = {s, &b->view, b->atlas, where_shown(b, s)};
    struct snap_service out = {0};
    struct snap_signature signature = {0};
    if (view_public(&b->view) && !publish_listed(s))
        return true;
    fill_service(b, &source, &out);
    if (!add_rules(b, s, &out, &signature, e) || !add_texts(b, &source, &out, e))
        return error_prefix(e, "service %s of %s: ", f->cell[COL_ID], s->source);
    service_signature(b, &out, &signature);
    out.signature = add_signature(b, &signature);
    uint32_t self = source_number(b, s->source, slice_of(f->cell[COL_ID]));
    out.absent = add_links(b, s);
    b->service_of_source[self] = b->count;
    b->services = xgrow(b->services, &b->service_capacity, b->count, sizeof out);
    b->services[b->count++] = out;
    return true;
}

void snapshot_builder_holiday(struct snapshot_builder *b, const char *country,
                              const char *date) {
    int term = vocabulary_find(VOC_COUNTRY, country, strlen(country));
    if (term < 0 || strlen(date) < 10)
        return;
    struct snap_holiday h = {
        (uint32_t)term,
        (uint32_t)(atoi(date) * 10000 + atoi(date + 5) * 100 + atoi(date + 8))};
    b->holidays = xgrow(b->holidays, &b->holiday_capacity, b->holiday_count, sizeof h);
    b->holidays[b->holiday_count++] = h;
}
