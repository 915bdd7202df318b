/* SPDX-License-Identifier: Apache-2.0
 *
 * Is the server well? Proved by a real search, from the point of the first placed service.
 */
#include <math.h>

#include "server/api/handlers.h"
#include "server/api/params.h"

/* True when a search from the first site finds the service that stands there. */
static bool search_works(struct context *c) {
    const struct snapshot *s = c->snapshot;
    if (s->sites_count == 0)
        return true;
    struct query q = {.point = s->sites[0].point, .limit = 1, .radius_m = INFINITY,
                      .radius_given = true, .cross_border = true, .now = c->now,
                      .open_at = c->now};
    const struct nearest_answer *a = nearest(c->searcher, s, &q);
    return a->considered > 0 || a->results.count + a->unconfirmed.count > 0 ||
           snapshot_tree(s, -1)->root == SNAP_NONE;
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
    buf_str(&r->body, "{\"status\":\"ok\",\"revision\":");
    buf_json(&r->body, revision);
    buf_json_key(&r->body, "services");
    buf_integer(&r->body, c->snapshot->services_count);
    buf_json_key(&r->body, "placed");
    uint32_t placed = 0;
    for (uint32_t i = 0; i < c->snapshot->services_count; i++)
        placed += c->snapshot->services[i].site != SNAP_NONE;
    buf_integer(&r->body, placed);
    buf_json_key(&r->body, "organizations");
    buf_integer(&r->body, c->snapshot->organizations_count);
    buf_char(&r->body, '}');
}
