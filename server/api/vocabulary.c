/* SPDX-License-Identifier: Apache-2.0 */
#include "data/vocabulary.h"

#include "server/api/fields.h"
#include "server/api/handlers.h"
#include "server/api/params.h"

static void add_labels(struct buf *b, const struct term *t) {
    buf_char(b, '{');
    for (int i = 0; i < LANGUAGE_COUNT; i++)
        if (t->label[i][0] != '\0') {
            buf_json_key(b, label_languages[i]);
            buf_json(b, t->label[i]);
        }
    buf_char(b, '}');
}

static void add_term(struct buf *b, const struct context *c, const struct vocabulary *v,
                     const struct term *t) {
    buf_json_comma(b);
    buf_char(b, '{');
    add_text_field(b, c, FIELD_TERM_CODE, t->code);
    if (t->parent >= 0)
        add_text_field(b, c, FIELD_TERM_PARENT, v->terms[t->parent].code);
    if (t->parent2 >= 0)
        add_text_field(b, c, FIELD_TERM_PARENT2, v->terms[t->parent2].code);
    if (add_field(b, c, FIELD_TERM_LABELS))
        add_labels(b, t);
    buf_char(b, '}');
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
            add_term(&r->body, c, v, &v->terms[t]);
        buf_char(&r->body, ']');
    }
    buf_char(&r->body, '}');
}
