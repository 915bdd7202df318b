/* SPDX-License-Identifier: Apache-2.0 */
#include "server/api/place_render.h"

#include <string.h>

#include "data/text.h"
#include "server/api/fields.h"

static void add_id(struct buf *b, const struct context *c, enum field_id field,
                   const struct atlas_place *p) {
    char id[37];
    uuid_encode(p->id, id);
    add_text_field(b, c, field, id);
}

/* Names in each language, the first where there are several. */
static void add_names(struct buf *b, const struct atlas *a, const struct atlas_place *p) {
    const char *last = "";
    buf_char(b, '{');
    for (uint32_t i = p->names.first; i < p->names.first + p->names.count; i++) {
        const struct atlas_name *n = &a->names[i];
        if (n->use != NAME_LANGUAGE || strcmp(n->language, last) == 0)
            continue;
        buf_json_key(b, n->language);
        buf_json(b, n->text);
        last = n->language;
    }
    buf_char(b, '}');
}

static void add_aliases(struct buf *b, const struct atlas *a,
                        const struct atlas_place *p) {
    buf_char(b, '[');
    for (uint32_t i = p->names.first; i < p->names.first + p->names.count; i++)
        if (a->names[i].use == NAME_OTHER) {
            buf_json_comma(b);
            buf_json(b, a->names[i].text);
        }
    buf_char(b, ']');
}

void render_place_reference(struct buf *b, const struct context *c, uint32_t place,
                            int language) {
    const struct atlas *a = c->snapshot->atlas;
    const struct atlas_place *p = &a->places[place];
    buf_char(b, '{');
    add_integer_field(b, c, FIELD_REFERENCE_LEVEL, p->level);
    add_id(b, c, FIELD_REFERENCE_ID, p);
    add_text_field(b, c, FIELD_REFERENCE_NAME,
                   atlas_label(a, place, label_languages[language], NULL));
    buf_char(b, '}');
}

/* What it lies in, the country first. */
static void add_admin(struct buf *b, const struct context *c, uint32_t place,
                      int language) {
    const struct atlas *a = c->snapshot->atlas;
    uint32_t above[LEVEL_POINT + 1];
    int count = 0;
    for (uint32_t p = a->places[place].parent; p != ATLAS_NONE && count <= LEVEL_POINT;
         p = a->places[p].parent)
        above[count++] = p;
    buf_char(b, '[');
    while (count-- > 0) {
        buf_json_comma(b);
        render_place_reference(b, c, above[count], language);
    }
    buf_char(b, ']');
}

static void add_point(struct buf *b, const struct atlas_place *p) {
    if (p->pointed == ATLAS_NONE) {
        buf_str(b, "null");
        return;
    }
    buf_str(b, "{\"lat\":");
    buf_decimal(b, p->point.lat, 7);
    buf_json_key(b, "lon");
    buf_decimal(b, p->point.lon, 7);
    buf_char(b, '}');
}

static const char *precision_of(const struct atlas *a, const struct atlas_place *p) {
    return p->pointed == ATLAS_NONE
               ? NULL
               : vocabulary(VOC_PLACE_KIND)->terms[a->places[p->pointed].kind].code;
}

/* All members of a place, without the braces. */
static void add_place(struct buf *b, const struct context *c, uint32_t place,
                      int language) {
    const struct atlas *a = c->snapshot->atlas;
    const struct atlas_place *p = &a->places[place];
    const char *in, *label = atlas_label(a, place, label_languages[language], &in);
    add_id(b, c, FIELD_PLACE_ID, p);
    add_text_field(b, c, FIELD_PLACE_NAME, atlas_name(a, place));
    add_text_field(b, c, FIELD_PLACE_LABEL, label);
    add_text_field(b, c, FIELD_PLACE_LABEL_LANGUAGE, in[0] != '\0' ? in : NULL);
    if (add_field(b, c, FIELD_PLACE_NAMES))
        add_names(b, a, p);
    if (add_field(b, c, FIELD_PLACE_ALIASES))
        add_aliases(b, a, p);
    add_text_field(b, c, FIELD_PLACE_KIND,
                   vocabulary(VOC_PLACE_KIND)->terms[p->kind].code);
    add_text_field(b, c, FIELD_PLACE_COUNTRY,
                   vocabulary(VOC_COUNTRY)->terms[p->country].code);
    if (add_field(b, c, FIELD_PLACE_ADMIN))
        add_admin(b, c, place, language);
    if (add_field(b, c, FIELD_PLACE_POINT))
        add_point(b, p);
    add_text_field(b, c, FIELD_PLACE_PRECISION, precision_of(a, p));
}

void render_place(struct buf *b, const struct context *c, uint32_t place, int language) {
    buf_json_comma(b);
    buf_char(b, '{');
    add_place(b, c, place, language);
    buf_char(b, '}');
}

void render_places(struct buf *b, const struct context *c,
                   const struct place_found *found, size_t count, int language) {
    buf_char(b, '{');
    if (add_field(b, c, FIELD_PLACES_RESULTS)) {
        buf_char(b, '[');
        for (size_t i = 0; i < count; i++) {
            buf_json_comma(b);
            buf_char(b, '{');
            add_place(b, c, found[i].place, language);
            if (add_field(b, c, FIELD_PLACE_SCORE))
                buf_decimal(b, found[i].score, 3);
            buf_char(b, '}');
        }
        buf_char(b, ']');
    }
    buf_char(b, '}');
}
