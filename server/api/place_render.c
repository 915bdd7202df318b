/* SPDX-License-Identifier: Apache-2.0 */
#include "server/api/place_render.h"

#include <string.h>

#include "data/text.h"

static void add_text(struct buf *b, const char *key, const char *text) {
    buf_json_key(b, key);
    buf_json(b, text);
}

static void add_id(struct buf *b, const struct atlas_place *p) {
    char id[37];
    uuid_encode(p->id, id);
    add_text(b, "id", id);
}

/* Names in each language, the first where there are several. */
static void add_names(struct buf *b, const struct atlas *a, const struct atlas_place *p) {
    const char *last = "";
    buf_json_key(b, "names");
    buf_char(b, '{');
    for (uint32_t i = p->names.first; i < p->names.first + p->names.count; i++) {
        const struct atlas_name *n = &a->names[i];
        if (n->use != NAME_LANGUAGE || strcmp(n->language, last) == 0)
            continue;
        add_text(b, n->language, n->text);
        last = n->language;
    }
    buf_char(b, '}');
}

static void add_aliases(struct buf *b, const struct atlas *a,
                        const struct atlas_place *p) {
    buf_json_key(b, "aliases");
    buf_char(b, '[');
    for (uint32_t i = p->names.first; i < p->names.first + p->names.count; i++)
        if (a->names[i].use == NAME_OTHER) {
            buf_json_comma(b);
            buf_json(b, a->names[i].text);
        }
    buf_char(b, ']');
}

void render_place_reference(struct buf *b, const struct atlas *a, uint32_t place,
                            int language) {
    const struct atlas_place *p = &a->places[place];
    buf_json_key(b, "level");
    buf_integer(b, p->level);
    add_id(b, p);
    add_text(b, "name", atlas_label(a, place, label_languages[language], NULL));
}

/* What it lies in, the country first. */
static void add_admin(struct buf *b, const struct atlas *a, uint32_t place,
                      int language) {
    uint32_t above[LEVEL_POINT + 1];
    int count = 0;
    for (uint32_t p = a->places[place].parent; p != ATLAS_NONE && count <= LEVEL_POINT;
         p = a->places[p].parent)
        above[count++] = p;
    buf_json_key(b, "admin");
    buf_char(b, '[');
    while (count-- > 0) {
        buf_json_comma(b);
        buf_char(b, '{');
        render_place_reference(b, a, above[count], language);
        buf_char(b, '}');
    }
    buf_char(b, ']');
}

static void add_point(struct buf *b, const struct atlas *a, const struct atlas_place *p) {
    buf_json_key(b, "point");
    if (p->pointed == ATLAS_NONE) {
        buf_str(b, "null,\"precision\":null");
        return;
    }
    buf_str(b, "{\"lat\":");
    buf_decimal(b, p->point.lat, 7);
    buf_json_key(b, "lon");
    buf_decimal(b, p->point.lon, 7);
    buf_char(b, '}');
    add_text(b, "precision",
             vocabulary(VOC_PLACE_KIND)->terms[a->places[p->pointed].kind].code);
}

static void add_label(struct buf *b, const struct atlas *a, uint32_t place,
                      int language) {
    const char *in;
    add_text(b, "label", atlas_label(a, place, label_languages[language], &in));
    if (in[0] != '\0') {
        add_text(b, "label_language", in);
        return;
    }
    buf_json_key(b, "label_language");
    buf_str(b, "null");
}

void render_place(struct buf *b, const struct atlas *a, uint32_t place, int language) {
    const struct atlas_place *p = &a->places[place];
    buf_json_comma(b);
    buf_char(b, '{');
    add_id(b, p);
    add_text(b, "name", atlas_name(a, place));
    add_label(b, a, place, language);
    add_names(b, a, p);
    add_aliases(b, a, p);
    add_text(b, "kind", vocabulary(VOC_PLACE_KIND)->terms[p->kind].code);
    add_text(b, "country", vocabulary(VOC_COUNTRY)->terms[p->country].code);
    add_admin(b, a, place, language);
    add_point(b, a, p);
    buf_char(b, '}');
}

void render_places(struct buf *b, const struct atlas *a, const struct place_found *found,
                   size_t count, int language) {
    buf_str(b, "{\"results\":[");
    for (size_t i = 0; i < count; i++) {
        render_place(b, a, found[i].place, language);
        b->len--; /* its closing brace */
        buf_json_key(b, "score");
        buf_decimal(b, found[i].score, 3);
        buf_char(b, '}');
    }
    buf_str(b, "]}");
}
