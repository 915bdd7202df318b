/* SPDX-License-Identifier: Apache-2.0 */
#include "server/api/nearest_render.h"

#include <assert.h>
#include <math.h>
#include <pthread.h>
#include <string.h>

#include "data/civil.h"
#include "data/timezone.h"
#include "server/api/fields.h"

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
    struct piece status[STATUS_MAX];           /* "open" */
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
        if (i == 0)
            piece_add(p, "null");
        else
            piece_add_quoted(p, status->terms[i - 1].code);
    }
}

static const struct pieces *pieces(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, make_pieces);
    return &all_pieces;
}

static struct slice summary_of(const struct snapshot *s, const struct snap_service *it,
                               int language) {
    for (uint32_t i = 0; i < it->translations.count; i++) {
        const struct snap_text *t = &s->texts[it->translations.first + i];
        if ((int)t->language == language)
            return (struct slice){s->text + t->text, t->summary_len};
    }
    return (struct slice){s->text + it->text, it->summary_len};
}

static void add_summary(struct buf *b, const struct snapshot *s,
                        const struct snap_service *it, int language) {
    struct slice summary = summary_of(s, it, language);
    buf_add(b, summary.at, summary.len);
}

static void add_point(struct buf *b, const struct context *c, const struct snapshot *s,
                      const struct snap_service *it) {
    if (add_field(b, c, FIELD_POINT))
        buf_add(b, s->text + it->text + it->summary_len, it->point_len);
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

static void add_status(struct buf *b, const struct context *c,
                       const struct snap_service *it) {
    const struct piece *status = &pieces()->status[it->status];
    if (add_field(b, c, FIELD_STATUS))
        buf_add(b, status->text, status->len);
    if (!add_field(b, c, FIELD_VERIFIED_ON))
        return;
    if (it->verified_on == INT32_MIN)
        buf_str(b, "null");
    else
        add_date(b, it->verified_on);
}

/* Of a place known to a kilometre (data/snapshot.h: SERVICE_HIDDEN) the nearest kilometre,
 * never 0. */
static double shown_distance(const struct snap_service *it, double metres) {
    return it->flags & SERVICE_HIDDEN ? fmax(1000, round(metres / 1000) * 1000) : metres;
}

/* The least and the most that it may be, where only an area is known. */
static void add_range(struct buf *b, const struct context *c,
                      const struct snap_service *it, struct point from) {
    const struct snap_site *site = &c->snapshot->sites[it->site];
    if (site->area == ATLAS_NONE || !add_field(b, c, FIELD_FOUND_DISTANCE_RANGE_M))
        return;
    struct atlas_range range = atlas_range(c->snapshot->atlas, site->area, from);
    buf_char(b, '[');
    buf_decimal(b, shown_distance(it, range.least), 2);
    buf_char(b, ',');
    buf_decimal(b, shown_distance(it, range.most), 2);
    buf_char(b, ']');
}

static void add_distance(struct buf *b, const struct context *c,
                         const struct snap_service *it, struct point from,
                         double metres) {
    double shown = shown_distance(it, metres);
    if (add_field(b, c, FIELD_DISTANCE))
        buf_decimal(b, shown, 2);
    if (add_field(b, c, FIELD_FOUND_DISTANCE_FROM))
        buf_str(b, it->flags & SERVICE_HIDDEN   ? "\"rounded\""
                   : it->flags & SERVICE_COARSE ? "\"area\""
                                                : "\"exact\"");
    add_range(b, c, it, from);
    if (!add_field(b, c, FIELD_FOUND_TRAVEL))
        return;
    buf_str(b, "{\"state\":\"estimate\",\"minutes\":");
    buf_integer(b, (int64_t)ceil(fmax(1, shown * DETOUR / METRES_A_MINUTE)));
    buf_str(b, ",\"mode\":\"car\"}");
}

static void add_open(struct buf *b, const struct context *c,
                     const struct nearest_request *r, const struct snap_service *it) {
    static const char *const names[] = {
        [OPEN_UNKNOWN] = "unknown", [OPEN_CLOSED] = "closed", [OPEN_OPEN] = "open"};
    struct open_answer open = service_open(c->snapshot, &r->query, it);
    if (!add_field(b, c, FIELD_FOUND_OPEN))
        return;
    buf_str(b, "{\"state\":");
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
    buf_char(b, '{');
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

static void add_found(struct buf *b, const struct context *c,
                      const struct nearest_request *r, const struct found *f) {
    const struct snap_service *it = &c->snapshot->services[f->service];
    const struct verdict *v = &f->verdict;
    add_summary(b, c->snapshot, it, r->language);
    if (f->distance < INFINITY)
        add_distance(b, c, it, r->query.point, f->distance);
    add_point(b, c, c->snapshot, it);
    add_status(b, c, it);
    if (add_field(b, c, FIELD_FOUND_FIT))
        add_fit(b, v);
    if (add_field(b, c, FIELD_FOUND_ASK))
        add_criteria(b, v->at[LEVEL_UNKNOWN] | v->at[LEVEL_CASE] | v->limits);
    if (r->query.shows_open)
        add_open(b, c, r, it);
    buf_char(b, '}');
}

static void add_list(struct buf *b, enum field_id field, const struct context *c,
                     const struct nearest_request *r, const struct found_list *list) {
    if (!add_field(b, c, field))
        return;
    buf_char(b, '[');
    for (int i = 0; i < list->count; i++) {
        if (i > 0)
            buf_char(b, ',');
        add_found(b, c, r, &list->at[i]);
    }
    buf_char(b, ']');
}

/* The name's JSON, with its quotes, as the beginning of a summary has it. */
static struct slice rendered_name(const char *summary, size_t len) {
    static const char key[] = "\"name\":";
    const char *end = summary + len, *at = memmem(summary, len, key, sizeof key - 1);
    if (at == NULL)
        return (struct slice){"null", 4};
    const char *from = at + sizeof key - 1;
    for (at = from + 1; *from == '"' && at < end && *at != '"'; at++)
        at += *at == '\\';
    return (struct slice){from, *from == '"' ? (size_t)(at + 1 - from) : 4};
}

static void add_id_and_name(struct buf *b, const struct context *c, uint32_t service,
                            int language) {
    const struct snap_service *it = &c->snapshot->services[service];
    struct slice summary = summary_of(c->snapshot, it, language);
    if (add_field(b, c, FIELD_EXCLUDED_ID)) {
        char id[37];
        uuid_encode(it->id, id);
        buf_json(b, id);
    }
    if (add_field(b, c, FIELD_EXCLUDED_NAME)) {
        struct slice name = rendered_name(summary.at, summary.len);
        buf_add(b, name.at, name.len);
    }
}

static void add_excluded(struct buf *b, const struct context *c,
                         const struct nearest_request *r,
                         const struct nearest_answer *a) {
    if (!add_field(b, c, FIELD_NEAREST_EXCLUDED))
        return;
    buf_char(b, '[');
    for (int i = 0; i < a->excluded_count; i++) {
        const struct considered *x = &a->excluded[i];
        const struct snap_service *it = &c->snapshot->services[x->service];
        if (i > 0)
            buf_char(b, ',');
        buf_char(b, '{');
        add_id_and_name(b, c, x->service, r->language);
        if (add_field(b, c, FIELD_EXCLUDED_DISTANCE_M))
            buf_decimal(b, shown_distance(it, x->distance), 2);
        if (add_field(b, c, FIELD_EXCLUDED_REASONS))
            add_criteria(b, x->no);
        buf_char(b, '}');
    }
    buf_char(b, ']');
}

static void add_candidates(struct buf *b, const struct country_answer *country) {
    const struct term *terms = vocabulary(VOC_COUNTRY)->terms;
    buf_char(b, '[');
    for (int i = 0; i < country->count; i++) {
        buf_json_comma(b);
        buf_json(b, terms[country->country[i]].code);
    }
    buf_char(b, ']');
}

void render_country(struct buf *b, const struct context *c,
                    const struct country_answer *country) {
    const struct term *terms = vocabulary(VOC_COUNTRY)->terms;
    buf_char(b, '{');
    add_text_field(b, c, FIELD_COUNTRY_CODE,
                   country->count > 0 ? terms[country->country[0]].code : NULL);
    add_text_field(b, c, FIELD_COUNTRY_RULE, country_rule_names[country->rule]);
    add_bool_field(b, c, FIELD_COUNTRY_UNCERTAIN, country->uncertain);
    if (country->uncertain && add_field(b, c, FIELD_COUNTRY_CANDIDATES))
        add_candidates(b, country);
    buf_char(b, '}');
}

static void add_relax(struct buf *b, const struct context *c,
                      const struct nearest_answer *a) {
    if (!add_field(b, c, FIELD_SUMMARY_RELAX))
        return;
    buf_char(b, '[');
    for (int i = 0; i < RELAX_COUNT; i++) {
        const struct relaxed *x = &a->relax[i];
        if (x->found == 0)
            continue;
        buf_json_comma(b);
        buf_char(b, '{');
        add_text_field(b, c, FIELD_RELAX_PARAMETER, relaxation_names[i]);
        add_integer_field(b, c, FIELD_RELAX_FOUND, x->found);
        if (add_field(b, c, FIELD_RELAX_NEAREST_M))
            buf_decimal(
                b, shown_distance(&c->snapshot->services[x->nearest], x->nearest_m), 2);
        buf_char(b, '}');
    }
    buf_char(b, ']');
}

/* The fallback needs of those asked for, or of their parents, each once. */
static void add_instead(struct buf *b, const struct query *q) {
    const struct term *terms = vocabulary(VOC_NEED)->terms;
    uint64_t done[SNAP_NEED_WORDS] = {0};
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

static void add_reasons(struct buf *b, const struct nearest_answer *a) {
    buf_char(b, '{');
    for (int i = 0; i < CRIT_COUNT; i++)
        if (a->reasons[i] > 0) {
            buf_json_key(b, criterion_names[i]);
            buf_integer(b, a->reasons[i]);
        }
    buf_char(b, '}');
}

static void add_summary_part(struct buf *b, const struct context *c,
                             const struct nearest_request *r,
                             const struct nearest_answer *a) {
    if (!add_field(b, c, FIELD_NEAREST_SUMMARY))
        return;
    buf_char(b, '{');
    add_integer_field(b, c, FIELD_SUMMARY_CONSIDERED, a->considered);
    add_integer_field(b, c, FIELD_SUMMARY_MATCHED, a->matched);
    add_integer_field(b, c, FIELD_SUMMARY_UNCONFIRMED, a->uncertain);
    if (a->capped)
        add_bool_field(b, c, FIELD_SUMMARY_CAPPED, true);
    add_text_field(b, c, FIELD_SUMMARY_OUTCOME, outcome_names[a->outcome]);
    if (add_field(b, c, FIELD_SUMMARY_REASONS))
        add_reasons(b, a);
    add_relax(b, c, a);
    if (add_field(b, c, FIELD_SUMMARY_INSTEAD)) {
        if (a->results.count == 0)
            add_instead(b, &r->query);
        else
            buf_str(b, "[]");
    }
    buf_char(b, '}');
}

void render_nearest(struct buf *b, const struct context *c,
                    const struct nearest_request *r, const struct nearest_answer *a) {
    buf_char(b, '{');
    add_list(b, FIELD_NEAREST_RESULTS, c, r, &a->results);
    add_list(b, FIELD_NEAREST_UNCONFIRMED, c, r, &a->unconfirmed);
    add_list(b, FIELD_NEAREST_REMOTE, c, r, &a->remote);
    add_list(b, FIELD_NEAREST_UNPLACED, c, r, &a->unplaced);
    add_list(b, FIELD_NEAREST_HELPLINES, c, r, &a->helplines);
    add_excluded(b, c, r, a);
    if (add_field(b, c, FIELD_NEAREST_COUNTRY))
        render_country(b, c, &r->country);
    add_summary_part(b, c, r, a);
    buf_char(b, '}');
}

void render_listed(struct buf *b, const struct context *c, uint32_t service,
                   int language) {
    const struct snap_service *it = &c->snapshot->services[service];
    add_summary(b, c->snapshot, it, language);
    add_point(b, c, c->snapshot, it);
    add_status(b, c, it);
    buf_char(b, '}');
}

void render_detail(struct buf *b, const struct context *c, const struct snapshot *s,
                   uint32_t service, int language) {
    const struct snap_service *it = &s->services[service];
    add_summary(b, s, it, language);
    add_point(b, c, s, it);
    add_status(b, c, it);
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
