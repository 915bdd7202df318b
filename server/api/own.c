/* SPDX-License-Identifier: Apache-2.0
 *
 * A partner's own organization: its services as they are recorded, also those that the
 * public never learns of.
 */
#include <string.h>

#include "server/api/fields.h"
#include "server/api/handlers.h"
#include "server/api/nearest_render.h"
#include "server/api/params.h"

const struct param own_params[] = {
    {"lang", PARAM_ENUM, -1, 0, 0, PARAM_LANGUAGES, "language of the texts",
     .in_url = true},
    {0},
};

static bool is_own(const struct context *c, const struct snap_service *s) {
    return c->caller->has_organization &&
           memcmp(c->close->organizations[s->organization].id, c->caller->organization,
                  16) == 0;
}

void handle_own(struct context *c, struct request *q, struct response *r) {
    const struct snapshot *s = c->close;
    const struct arg *a = param_get(&q->args, "lang");
    struct faults faults = {0};
    int language = 0;
    if (!params_known(&q->args, own_params, &faults) ||
        (a != NULL && !param_lang(a, &language, &faults))) {
        problem(r, 400, NULL, &faults);
        return;
    }
    respond_json(r); /* without a validator: another partner may use the same browser */
    buf_char(&r->body, '{');
    if (add_field(&r->body, c, FIELD_OWN_SERVICES)) {
        buf_char(&r->body, '[');
        for (uint32_t rank = 0; rank < s->services_count; rank++)
            if (is_own(c, &s->services[s->by_id[rank]])) {
                buf_json_comma(&r->body);
                render_detail(&r->body, c, s, s->by_id[rank], language);
            }
        buf_char(&r->body, ']');
    }
    buf_char(&r->body, '}');
}
