/* SPDX-License-Identifier: Apache-2.0 */
#include "data/vocabulary.h"

#include "server/api/handlers.h"
#include "server/api/params.h"

static void add_term(struct buf *b, const struct vocabulary *v, const struct term *t) {
    buf_json_comma(b);
    buf_char(b, '{');
    buf_json_key(b, "code");
    buf_json(b, t->code);
    if (t->parent >= 0) {
        buf_json_key(b, "parent");
        buf_json(b, v->terms[t->parent].code);
    }
    if (t->parent2 >= 0) {
        buf_json_key(b, "parent2");
        buf_json(b, v->terms[t->parent2].code);
    }
    buf_json_key(b, "labels");
    buf_char(b, '{');
    for (int i = 0; i < LANGUAGE_COUNT; i++)
        if (t->label[i][0] != '\0') {
            buf_json_key(b, label_languages[i]);
            buf_json(b, t->label[i]);
        }
    buf_str(b, "}}");
}

void handle_vocabulary(struct context *c, struct request *q, struct response *r) {
    struct faults faults = {0};
    if (!params_known(&q->args, NULL, &faults)) {
        problem(r, 400, NULL, &faults);
        return;
    }
    respond_json(r);
    set_validator(c, q, r);
    buf_char(&r->body, '{');
    for (int i = 0; i < VOC_COUNT; i++) {
        const struct vocabulary *v = vocabulary((enum vocabulary_id)i);
        buf_json_key(&r->body, v->name);
        buf_char(&r->body, '[');
        for (int t = 0; t < v->count; t++)
            add_term(&r->body, v, &v->terms[t]);
        buf_char(&r->body, ']');
    }
    buf_char(&r->body, '}');
}
