/* SPDX-License-Identifier: Apache-2.0 */
#include "server/api/nearest_render.h"

#include <assert.h>
#include <math.h>
#include <pthread.h>
#include <string.h>

#include "data/civil.h"
#include "data/timezone.h"

/* Straight-line distance to minutes on the road where no roads are loaded: a detour of
 * 1.4 and 40 km/h, a cautious figure for rural roads. Always labelled as an estimate. */
#define DETOUR 1.4
#define METRES_A_MINUTE (40000.0 / 60)

/* Pieces of JSON that repeat, written once. */
struct piece {
    uint32_t len;
    char text[60];
};

#define STATUS_MAX 16

static struct pieces {
    struct piece name[CRIT_COUNT];             /* "gender" */
    struct piece fit[CRIT_COUNT][LEVEL_COUNT]; /* "gender":"yes" */
    struct piece status[STATUS_MAX];           /* ,"status":"open","verified_on": */
} all_pieces;

static void piece_add(struct piece *p, const char *text) {
    size_t len = strlen(text);
    assert(p->len + len <= sizeof p->text);
    memcpy(p->text + p->len, text, len);
    p->len += (uint32_t)len;
}

static void piece_add_quoted(struct piece *p, const char *text) {
    piece_add(p, "\"");
    piece_add(p, text);
    piece_add(p, "\"");
}

static void make_pieces(void) {
    const struct vocabulary *status = vocabulary(VOC_STATUS);
    for (int c = 0; c < CRIT_COUNT; c++) {
        piece_add_quoted(&all_pieces.name[c], criterion_names[c]);
        for (int level = 0; level < LEVEL_COUNT; level++) {
            struct piece *p = &all_pieces.fit[c][level];
            piece_add_quoted(p, criterion_names[c]);
            piece_add(p, ":");
            piece_add_quoted(p, level_names[level]);
        }
    }
    assert(status->count < STATUS_MAX);
    for (int i = 0; i <= status->count; i++) {
        struct piece *p = &all_pieces.status[i];
        piece_add(p, ",\"status\":");
        if (i == 0)
            piece_add(p, "null");
        else
            piece_add_quoted(p, status->terms[i - 1].code);
        piece_add(p, ",\"verified_on\":");
    }
}

static const struct pieces *pieces(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, make_pieces);
    return &all_pieces;
}

/* True when the role may not see where this service is except by its id. */
static bool place_hidden(const struct context *c, const struct snap_service *s) {
    return (s->flags & SERVICE_HIDDEN) && !role_sees_hidden(c->role);
}

static void add_summary(struct buf *b, const struct snapshot *s, const struct snap_service *it,
                        int language) {
    for (uint32_t i = 0; i < it->translations.count; i++) {
        const struct snap_text *t = &s->texts[it->translations.first + i];
        if ((int)t->language == language) {
            buf_add(b, s->text + t->text, t->summary_len);
            return;
        }
    }
    buf_add(b, s->text + it->text, it->summary_len);
}

static void add_point(struct buf *b, const struct context *c, const struct snap_service *it,
                      bool by_id) {
    buf_str(b, ",\"point\":");
    if (!by_id && place_hidden(c, it))
        buf_str(b, "null");
    else
        buf_add(b, c->snapshot->text + it->text + it->summary_len, it->point_len);
}

/* Days since 1970 as "YYYY-MM-DD". */
static void add_date(struct buf *b, int32_t days) {
    struct local_time t = civil_local((int64_t)days * CIVIL_DAY);
    const int part[] = {t.year / 100, t.year % 100, t.month, t.day};
    static const int at[] = {1, 3, 6, 9};
    char text[] = "\"0000-00-00\"";
    for (int i = 0; i < 4; i++) {
        text[at[i]] = (char)('0' + part[i] / 10 % 10);
        text[at[i] + 1] = (char)('0' + part[i] % 10);
    }
    buf_add(b, text, sizeof text - 1);
}

static void add_status(struct buf *b, const struct snap_service *it) {
    const struct pieces *p = pieces();
    buf_add(b, p->status[it->status].text, p->status[it->status].len);
    if (it->verified_on == INT32_MIN)
        buf_str(b, "null");
    else
        add_date(b, it->verified_on);
}

static double shown_distance(bool rounded, double metres) {
    return rounded ? ceil(metres / 1000) * 1000 : metres;
}

/* The least and the most that it may be, where only an area is known. */
static void add_range(struct buf *b, const struct context *c, const struct snap_service *it,
                      struct point from, bool rounded) {
    const struct snap_site *site = &c->snapshot->sites[it->site];
    if (site->area == ATLAS_NONE)
        return;
    struct atlas_range range = atlas_range(c->snapshot->atlas, site->area, from);
    buf_str(b, ",\"distance_range_m\":[");
    buf_decimal(b, shown_distance(rounded, range.least), 2);
    buf_char(b, ',');
    buf_decimal(b, shown_distance(rounded, range.most), 2);
    buf_char(b, ']');
}

static void add_distance(struct buf *b, const struct context *c, const struct snap_service *it,
                         struct point from, double metres) {
    bool rounded = place_hidden(c, it);
    double shown = shown_distance(rounded, metres);
    buf_str(b, ",\"distance_m\":");
    buf_decimal(b, shown, 2);
    buf_str(b, rounded                        ? ",\"distance_from\":\"rounded\""
               : it->flags & SERVICE_COARSE ? ",\"distance_from\":\"area\""
                                            : ",\"distance_from\":\"exact\"");
    add_range(b, c, it, from, rounded);
    buf_str(b, ",\"travel\":{\"state\":\"estimate\",\"minutes\":");
    buf_integer(b, (int64_t)ceil(fmax(1, shown * DETOUR / METRES_A_MINUTE)));
    buf_str(b, ",\"mode\":\"car\"}");
}

static void add_open(struct buf *b, const struct context *c, const struct nearest_request *r,
                     const struct snap_service *it) {
    static const char *const names[] = {
        [OPEN_UNKNOWN] = "unknown", [OPEN_CLOSED] = "closed", [OPEN_OPEN] = "open"};
    struct open_answer open = service_open(c->snapshot, &r->query, it);
    buf_str(b, ",\"open\":{\"state\":");
    buf_json(b, names[open.state]);
    if (open.has_until && open.state != OPEN_UNKNOWN) {
        const struct timezone_table *zone = &c->snapshot->zones[it->zone];
        int64_t until = timezone_instant(zone, open.until);
        char text[32];
        timestamp_format(until, timezone_offset(zone, until), text);
        buf_str(b, ",\"until\":");
        buf_json(b, text);
    }
    buf_char(b, '}');
}

static void add_piece(struct buf *b, const struct piece *p) {
    buf_add(b, p->text, p->len);
}

static void add_fit(struct buf *b, const struct verdict *v) {
    uint32_t all = 0;
    for (int level = 0; level < LEVEL_COUNT; level++)
        all |= v->at[level];
    buf_str(b, ",\"fit\":{");
    for (uint32_t left = all; left != 0; left &= left - 1) {
        uint32_t bit = left & -left;
        enum level level = LEVEL_NO;
        while (!(v->at[level] & bit))
            level++;
        if (left != all)
            buf_char(b, ',');
        add_piece(b, &pieces()->fit[__builtin_ctz(bit)][level]);
    }
    buf_char(b, '}');
}

static void add_criteria(struct buf *b, uint32_t set) {
    buf_char(b, '[');
    for (uint32_t left = set; left != 0; left &= left - 1) {
        if (left != set)
            buf_char(b, ',');
        add_piece(b, &pieces()->name[__builtin_ctz(left)]);
    }
    buf_char(b, ']');
}

static void add_found(struct buf *b, const struct context *c, const struct nearest_request *r,
                      const struct found *f) {
    const struct snap_service *it = &c->snapshot->services[f->service];
    const struct verdict *v = &f->verdict;
    add_summary(b, c->snapshot, it, r->language);
    if (f->distance < INFINITY)
        add_distance(b, c, it, r->query.point, f->distance);
    add_point(b, c, it, false);
    add_status(b, it);
    add_fit(b, v);
    buf_str(b, ",\"ask\":");
    add_criteria(b, v->at[LEVEL_UNKNOWN] | v->at[LEVEL_CASE] | v->limits);
    if (r->query.shows_open)
        add_open(b, c, r, it);
    buf_char(b, '}');
}

static void add_list(struct buf *b, const char *name, const struct context *c,
                     const struct nearest_request *r, const struct found_list *list) {
    buf_json_key(b, name);
    buf_char(b, '[');
    for (int i = 0; i < list->count; i++) {
        if (i > 0)
            buf_char(b, ',');
        add_found(b, c, r, &list->at[i]);
    }
    buf_char(b, ']');
}

/* The id, name ... of a summary are its first members: only they are wanted here. */
static void add_id_and_name(struct buf *b, const struct context *c, uint32_t service,
                            int language) {
    size_t from = b->len;
    add_summary(b, c->snapshot, &c->snapshot->services[service], language);
    const char *end = memmem(b->data + from, b->len - from, ",\"organization\":", 16);
    b->len = (size_t)(end - b->data);
}

static void add_excluded(struct buf *b, const struct context *c, const struct nearest_request *r,
                         const struct nearest_answer *a) {
    buf_json_key(b, "excluded");
    buf_char(b, '[');
    for (int i = 0; i < a->excluded_count; i++) {
        const struct considered *x = &a->excluded[i];
        bool rounded = place_hidden(c, &c->snapshot->services[x->service]);
        if (i > 0)
            buf_char(b, ',');
        add_id_and_name(b, c, x->service, r->language);
        buf_str(b, ",\"distance_m\":");
        buf_decimal(b, shown_distance(rounded, x->distance), 2);
        buf_str(b, ",\"reasons\":");
        add_criteria(b, x->no);
        buf_char(b, '}');
    }
    buf_char(b, ']');
}

void render_country(struct buf *b, const struct country_answer *country) {
    const struct term *terms = vocabulary(VOC_COUNTRY)->terms;
    buf_json_key(b, "country");
    buf_str(b, "{\"code\":");
    if (country->count > 0)
        buf_json(b, terms[country->country[0]].code);
    else
        buf_str(b, "null");
    buf_json_key(b, "rule");
    buf_json(b, country_rule_names[country->rule]);
    buf_json_key(b, "uncertain");
    buf_str(b, country->uncertain ? "true" : "false");
    if (country->uncertain) {
        buf_json_key(b, "candidates");
        buf_char(b, '[');
        for (int i = 0; i < country->count; i++) {
            buf_json_comma(b);
            buf_json(b, terms[country->country[i]].code);
        }
        buf_char(b, ']');
    }
    buf_char(b, '}');
}

static void add_relax(struct buf *b, const struct context *c, const struct nearest_answer *a) {
    buf_json_key(b, "relax");
    buf_char(b, '[');
    for (int i = 0; i < RELAX_COUNT; i++) {
        const struct relaxed *x = &a->relax[i];
        if (x->found == 0)
            continue;
        buf_json_comma(b);
        buf_str(b, "{\"parameter\":");
        buf_json(b, relaxation_names[i]);
        buf_json_key(b, "found");
        buf_integer(b, x->found);
        buf_json_key(b, "nearest_m");
        bool rounded = place_hidden(c, &c->snapshot->services[x->nearest]);
        buf_decimal(b, shown_distance(rounded, x->nearest_m), 2);
        buf_char(b, '}');
    }
    buf_char(b, ']');
}

/* The fallback needs of those asked for, or of their parents, each once. */
static void add_instead(struct buf *b, const struct query *q) {
    const struct term *terms = vocabulary(VOC_NEED)->terms;
    uint64_t done[SNAP_NEED_WORDS] = {0};
    buf_json_key(b, "instead");
    buf_char(b, '[');
    for (int i = 0; i < q->need.count; i++) {
        int need = q->need.term[i];
        while (terms[need].fallback[0] == '\0' && terms[need].parent >= 0)
            need = terms[need].parent;
        struct slice rest = slice_of(terms[need].fallback), code;
        while (terms[need].fallback[0] && slice_next(&rest, ';', &code)) {
            int other = vocabulary_find(VOC_NEED, code.at, code.len);
            bool asked = other < 0 || q->need_within[other / 64] >> other % 64 & 1;
            if (asked || done[other / 64] >> other % 64 & 1)
                continue;
            done[other / 64] |= UINT64_C(1) << other % 64;
            buf_json_comma(b);
            buf_json_bytes(b, code.at, code.len);
        }
    }
    buf_char(b, ']');
}

static void add_count(struct buf *b, const char *name, uint32_t count) {
    buf_json_key(b, name);
    buf_integer(b, count);
}

static void add_summary_part(struct buf *b, const struct context *c,
                             const struct nearest_request *r, const struct nearest_answer *a) {
    buf_json_key(b, "summary");
    buf_char(b, '{');
    add_count(b, "considered", a->considered);
    add_count(b, "matched", a->matched);
    add_count(b, "unconfirmed", a->uncertain);
    if (a->capped)
        buf_str(b, ",\"capped\":true");
    buf_json_key(b, "outcome");
    buf_json(b, outcome_names[a->outcome]);
    buf_json_key(b, "reasons");
    buf_char(b, '{');
    for (int i = 0; i < CRIT_COUNT; i++)
        if (a->reasons[i] > 0)
            add_count(b, criterion_names[i], a->reasons[i]);
    buf_char(b, '}');
    add_relax(b, c, a);
    if (a->results.count == 0)
        add_instead(b, &r->query);
    else
        buf_str(b, ",\"instead\":[]");
    buf_char(b, '}');
}

void render_nearest(struct buf *b, const struct context *c, const struct nearest_request *r,
                    const struct nearest_answer *a) {
    buf_char(b, '{');
    add_list(b, "results", c, r, &a->results);
    add_list(b, "unconfirmed", c, r, &a->unconfirmed);
    add_list(b, "remote", c, r, &a->remote);
    add_list(b, "unplaced", c, r, &a->unplaced);
    add_list(b, "helplines", c, r, &a->helplines);
    add_excluded(b, c, r, a);
    render_country(b, &r->country);
    add_summary_part(b, c, r, a);
    buf_char(b, '}');
}

void render_listed(struct buf *b, const struct context *c, uint32_t service, int language) {
    const struct snap_service *it = &c->snapshot->services[service];
    add_summary(b, c->snapshot, it, language);
    add_point(b, c, it, false);
    add_status(b, it);
    buf_char(b, '}');
}

void render_detail(struct buf *b, const struct context *c, uint32_t service, int language) {
    const struct snapshot *s = c->snapshot;
    const struct snap_service *it = &s->services[service];
    add_summary(b, s, it, language);
    add_point(b, c, it, true);
    add_status(b, it);
    const char *detail = s->text + it->text + it->summary_len + it->point_len;
    size_t len = it->detail_len;
    for (uint32_t i = 0; i < it->translations.count; i++) {
        const struct snap_text *t = &s->texts[it->translations.first + i];
        if ((int)t->language == language) {
            detail = s->text + t->text + t->summary_len;
            len = t->detail_len;
        }
    }
    buf_add(b, detail, len);
    buf_char(b, '}');
}
