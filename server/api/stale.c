/* SPDX-License-Identifier: Apache-2.0
 *
 * Records that nobody has verified for too long, the longest first: what a steward looks
 * through.
 */
#include <stdlib.h>

#include "data/mem.h"
#include "server/api/fields.h"
#include "server/api/handlers.h"
#include "server/api/nearest_render.h"
#include "server/api/params.h"

#define MONTHS_DEFAULT 12
#define LIMIT_DEFAULT 100
#define LIMIT_MAX 1000

const struct param stale_params[] = {
    {"months", PARAM_INTEGER, -1, 1, 600, NULL,
     "not verified for so many months of 30 days, default 12", .in_url = true},
    {"country", PARAM_CODE, VOC_COUNTRY, 0, 0, NULL, "of the service", .in_url = true},
    {"offset", PARAM_INTEGER, -1, 0, 1e9, NULL, "so many are passed over",
     .in_url = true},
    {"limit", PARAM_INTEGER, -1, 1, LIMIT_MAX, NULL, "most, default 100", .in_url = true},
    {"lang", PARAM_ENUM, -1, 0, 0, PARAM_LANGUAGES, "language of the texts",
     .in_url = true},
    {0},
};

struct stale_query {
    int months, country, offset, limit, language;
};

static bool read_stale(const struct args *args, struct stale_query *out,
                       struct faults *f) {
    const struct arg *a;
    *out = (struct stale_query){MONTHS_DEFAULT, -1, 0, LIMIT_DEFAULT, 0};
    if (!params_known(args, stale_params, f))
        return false;
    if ((a = param_get(args, "months")) != NULL)
        param_integer(a, 1, 600, &out->months, f);
    if ((a = param_get(args, "country")) != NULL)
        param_code(a, VOC_COUNTRY, &out->country, f);
    if ((a = param_get(args, "offset")) != NULL)
        param_integer(a, 0, 1000000000, &out->offset, f);
    if ((a = param_get(args, "limit")) != NULL)
        param_integer(a, 1, LIMIT_MAX, &out->limit, f);
    if ((a = param_get(args, "lang")) != NULL)
        param_lang(a, &out->language, f);
    return f->count == 0;
}

struct aged {
    int32_t verified_on;
    uint32_t id_rank, service;
};

static int by_age(const void *a, const void *b) {
    const struct aged *x = a, *y = b;
    if (x->verified_on != y->verified_on)
        return x->verified_on < y->verified_on ? -1 : 1;
    return (x->id_rank > y->id_rank) - (x->id_rank < y->id_rank);
}

/* Those that are never verified come first. What is closed needs no looking after. */
static uint32_t list_stale(const struct context *c, const struct stale_query *q,
                           struct aged *out) {
    int32_t latest = (int32_t)(c->now / 86400) - q->months * 30;
    uint32_t count = 0;
    for (uint32_t i = 0; i < c->snapshot->services_count; i++) {
        const struct snap_service *s = &c->snapshot->services[i];
        if (s->flags & SERVICE_GONE || s->verified_on > latest ||
            (q->country >= 0 && s->country != q->country))
            continue;
        out[count++] = (struct aged){s->verified_on, s->id_rank, i};
    }
    qsort(out, count, sizeof *out, by_age);
    return count;
}

void handle_stale(struct context *c, struct request *q, struct response *r) {
    struct stale_query query;
    struct faults faults = {0};
    if (!read_stale(&q->args, &query, &faults)) {
        problem(r, 400, NULL, &faults);
        return;
    }
    struct aged *aged = xcalloc((size_t)c->snapshot->services_count + 1, sizeof *aged);
    uint32_t count = list_stale(c, &query, aged), from = (uint32_t)query.offset;
    respond_json(r);
    buf_char(&r->body, '{');
    if (add_field(&r->body, c, FIELD_STALE_SERVICES)) {
        buf_char(&r->body, '[');
        for (uint32_t i = from; i < count && i - from < (uint32_t)query.limit; i++) {
            buf_json_comma(&r->body);
            render_listed(&r->body, c, aged[i].service, query.language);
        }
        buf_char(&r->body, ']');
    }
    add_integer_field(&r->body, c, FIELD_STALE_TOTAL, count);
    buf_char(&r->body, '}');
    free(aged);
}
