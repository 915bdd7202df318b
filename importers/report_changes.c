/* SPDX-License-Identifier: Apache-2.0 */
#include "importers/report_changes.h"

#include <errno.h>
#include <string.h>

#include "data/history.h"
#include "data/text.h"

struct writing {
    FILE *out;
    bool dry_run;
    struct buf object; /* one change at a time */
    bool any;
};

static void text_or_null(struct buf *b, const char *key, const char *value) {
    buf_json_key(b, key);
    if (value != NULL)
        buf_json(b, value);
    else
        buf_str(b, "null");
}

static void write_id(struct writing *w, const struct run_change *c) {
    char uuid[37];
    uuid_encode(c->id, uuid);
    text_or_null(&w->object, "id", w->dry_run && c->is_new ? NULL : uuid);
}

static void write_side(struct buf *b, const char *key, bool there, struct point p) {
    buf_json_key(b, key);
    if (!there) {
        buf_str(b, "null");
        return;
    }
    buf_str(b, "{\"lat\":");
    buf_decimal(b, p.lat, 7);
    buf_str(b, ",\"lon\":");
    buf_decimal(b, p.lon, 7);
    buf_char(b, '}');
}

static bool moved(const struct run_change *c) {
    return c->had_point != c->has_point ||
           (c->has_point &&
            (c->before.lat != c->after.lat || c->before.lon != c->after.lon));
}

static void write_point(struct buf *b, const struct run_change *c) {
    buf_json_key(b, "point");
    if (!moved(c)) {
        buf_str(b, "null");
        return;
    }
    buf_char(b, '{');
    write_side(b, "before", c->had_point, c->before);
    write_side(b, "after", c->has_point, c->after);
    buf_char(b, '}');
}

static void write_fields(struct buf *b, const struct run_change *c) {
    buf_json_key(b, "fields");
    buf_char(b, '[');
    for (const struct run_field *f = c->fields; f < c->fields + c->field_count; f++) {
        buf_json_comma(b);
        buf_char(b, '{');
        text_or_null(b, "field", f->name);
        text_or_null(b, "old", f->old);
        text_or_null(b, "new", f->new);
        buf_char(b, '}');
    }
    buf_char(b, ']');
}

static bool write_change(const struct run_change *c, void *ctx, struct error *e) {
    static const char *const kinds[] = {"added", "updated", "retired"};
    struct writing *w = ctx;
    struct buf *b = &w->object;
    b->len = 0;
    buf_str(b, w->any ? ",\n    {" : "\n    {");
    w->any = true;
    write_id(w, c);
    text_or_null(b, "source", c->source);
    text_or_null(b, "source_id", c->source_id);
    text_or_null(b, "kind", kinds[c->kind]);
    buf_json_key(b, "name");
    buf_char(b, '{');
    text_or_null(b, "organization", c->organization);
    text_or_null(b, "service", c->service);
    buf_char(b, '}');
    write_point(b, c);
    write_fields(b, c);
    buf_char(b, '}');
    return fwrite(b->data, 1, b->len, w->out) == b->len ||
           error_set(e, ERR_ENVIRONMENT, "the report cannot be written: %s",
                     strerror(errno));
}

bool report_changes(struct report *r, struct import_run *run, bool dry_run,
                    struct error *e) {
    struct writing w = {.out = r->out, .dry_run = dry_run};
    int64_t left_out = 0, number = dry_run ? 0 : import_number(run);
    if (r->out == NULL)
        return true;
    report_changes_begin(r, number);
    bool ok = import_changes(run, REPORT_WRITTEN_MAX, write_change, &w, &left_out, e);
    buf_free(&w.object);
    return ok && report_changes_end(r, left_out, e);
}
