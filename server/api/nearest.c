/* SPDX-License-Identifier: Apache-2.0 */
#include "server/search/nearest.h"

#include "server/api/handlers.h"
#include "server/api/nearest_query.h"
#include "server/api/nearest_render.h"

void handle_nearest(struct context *c, struct request *q, struct response *r) {
    struct nearest_request request;
    struct faults faults = {0};
    if (!nearest_request_read(c, &q->args, &request, &faults)) {
        problem(r, 400, "The question was not understood; nothing was searched.", &faults);
        return;
    }
    const struct nearest_answer *answer = nearest(c->searcher, c->snapshot, &request.query);
    respond_json(r);
    if (q->method != METHOD_POST && !request.query.shows_open)
        set_validator(c, q, r);
    render_nearest(&r->body, c, &request, answer);
}
