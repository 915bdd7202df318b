/* SPDX-License-Identifier: Apache-2.0
 *
 * Is the server well? Proved by a real search, from the point of the first placed service.
 */
#include "server/api/fields.h"
#include "server/api/handlers.h"
#include "server/api/params.h"

static bool can_be_found(const struct snap_service *s) {
    uint64_t needs = 0;
    for (int w = 0; w < SNAP_NEED_WORDS; w++)
        needs |= s->needs[w];
    return needs && s->site != SNAP_NONE && !(s->flags & SERVICE_GONE);
}

/* True when a search from where a service stands finds a service there. */
static bool search_works(struct context *c) {
    const struct snapshot *s = c->snapshot;
    uint32_t i = 0;
    while (i < s->services_count && !can_be_found(&s->services[i]))
        i++;
    if (i == s->services_count)
        return true;
    struct query q = {.point = s->sites[s->services[i].site].point,
                      .limit = 1,
                      .radius_m = 1,
                      .radius_given = true,
                      .cross_border = true,
                      .open_at = c->now};
    return nearest(c->searcher, s, &q)->considered > 0;
}

void handle_status(struct context *c, struct request *q, struct response *r) {
    struct faults faults = {0};
    char revision[40];
    if (!params_known(&q->args, NULL, &faults)) {
        problem(r, 400, NULL, &faults);
        return;
    }
    if (!search_works(c)) {
        problem(r, 503, "A search for a service that is there found nothing.", NULL);
        return;
    }
    respond_json(r);
    snapshot_revision(c->snapshot, revision);
    uint32_t placed = 0;
    for (uint32_t i = 0; i < c->snapshot->services_count; i++)
        placed += c->snapshot->services[i].site != SNAP_NONE;
    buf_char(&r->body, '{');
    add_text_field(&r->body, c, FIELD_STATUS_STATUS, "ok");
    add_text_field(&r->body, c, FIELD_STATUS_REVISION, revision);
    add_integer_field(&r->body, c, FIELD_STATUS_SERVICES, c->snapshot->services_count);
    add_integer_field(&r->body, c, FIELD_STATUS_PLACED, placed);
    add_integer_field(&r->body, c, FIELD_STATUS_ORGANIZATIONS,
                      c->snapshot->organizations_count);
    buf_char(&r->body, '}');
}
