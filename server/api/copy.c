/* SPDX-License-Identifier: Apache-2.0
 *
 * What of a service may leave the screen of staff, printed or in a message: the public copy,
 * also of one that the public never learns of, and its telephones. Where it is stays on the
 * screen; an address is added by hand.
 */
#include <string.h>

#include "data/history.h"
#include "data/snapshot_text.h"
#include "server/api/failure.h"
#include "server/api/handlers.h"
#include "server/api/params.h"

const struct param copy_params[] = {
    {"id", PARAM_STRING, -1, 36, 36, NULL, "id of the service", .in_url = true,
     .in_path = true},
    {"lang", PARAM_ENUM, -1, 0, 0, PARAM_LANGUAGES, "language of the texts",
     .in_url = true},
    {0},
};

struct copying {
    const struct context *c;
    struct response *r;
    int language;
    bool done;
};

static bool render_copy(const struct service_state *state, void *ctx, struct error *e) {
    struct copying *to = ctx;
    struct view view;
    const struct atlas *atlas = to->c->snapshot->atlas;
    (void)e;
    if (state->retired)
        return true;
    view_of_copy(to->c->role, &view);
    struct text_source source = {state->service, &view, atlas,
                                 publish_where(state->service, atlas, NULL)};
    respond_json(to->r);
    text_summary(&to->r->body, &source, to->language);
    text_detail(&to->r->body, &source, to->language);
    buf_char(&to->r->body, '}');
    to->done = true;
    return true;
}

void handle_copy(struct context *c, struct request *q, struct response *r) {
    struct faults faults = {0};
    struct error e = {0};
    struct copying to = {.c = c, .r = r};
    const struct arg *lang = param_get(&q->args, "lang");
    uint8_t id[ID_BYTES];
    if (!params_known(&q->args, copy_params, &faults) ||
        (lang != NULL && !param_lang(lang, &to.language, &faults))) {
        problem(r, 400, NULL, &faults);
        return;
    }
    bool known = uuid_decode(q->value[0], id) && snapshot_find(c->snapshot, id) != SNAP_NONE;
    struct record *record = known ? record_home_read(c->home, &e) : NULL;
    if (record != NULL)
        record_service(record, id, render_copy, &to, &e);
    record_close(record);
    if (e.code == ERR_ENVIRONMENT)
        respond_failure(r, &e);
    else if (!to.done)
        problem(r, 404, "There is no service with this id.", NULL);
}
