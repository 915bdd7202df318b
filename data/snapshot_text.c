/* SPDX-License-Identifier: Apache-2.0 */
#include "data/snapshot_text.h"

#include <stdlib.h>
#include <string.h>

#include "data/json_read.h"
#include "data/text.h"

/* Columns that stand in the summary, the point or the answer itself. */
static const enum column in_summary[] = {
    COL_ORGANIZATION, COL_SERVICE,     COL_NEEDS,      COL_KIND,   COL_SECTOR,
    COL_LAT,          COL_LON,         COL_COUNTRY,    COL_STATUS, COL_PRECISION,
    COL_PHONES,       COL_VERIFIED_ON, COL_VISIBILITY,
};

static const char *translated(const struct flat *f, enum column column, int language) {
    for (size_t i = 0; i < f->translation_count; i++)
        if (f->translations[i].column == column &&
            strcmp(f->translations[i].language, label_languages[language]) == 0)
            return f->translations[i].value;
    return f->cell[column];
}

unsigned text_languages(const struct text_source *t) {
    const struct flat *f = &t->service->flat;
    unsigned set = 0;
    for (size_t i = 0; i < f->translation_count; i++) {
        const struct translation *text = &f->translations[i];
        if (t->view->column[text->column] == FORM_HIDDEN)
            continue;
        for (int k = 0; k < LANGUAGE_COUNT; k++)
            if (strcmp(text->language, label_languages[k]) == 0)
                set |= 1u << k;
    }
    return set;
}

static void text_or_null(struct buf *b, const char *key, const char *value) {
    buf_json_key(b, key);
    if (value[0] == '\0')
        buf_str(b, "null");
    else
        buf_json(b, value);
}

/* The label of the first stated need, or of what it belongs to where that one tells what kind
 * of people stay there: what stands for a name that may not be shown. */
static const char *need_label(const struct flat *f, int language) {
    struct slice rest = slice_of(f->cell[COL_NEEDS]), code;
    slice_next(&rest, ';', &code);
    int need = vocabulary_find(VOC_NEED, code.at, code.len);
    if (need < 0)
        return "";
    const struct term *terms = vocabulary(VOC_NEED)->terms, *term = &terms[publish_need(need)];
    while (term->parent >= 0 && publish_tells(term->label[0]))
        term = &terms[term->parent];
    return term->label[language][0] ? term->label[language] : term->label[0];
}

/* The name that is published, "" where it would tell too much. */
static const char *public_name_of(const struct text_source *t) {
    return publish_name(t->service, t->atlas, t->where);
}

bool text_needs_label(const struct text_source *t) {
    return t->view->form[FIELD_NAME] == FORM_PUBLISHED && public_name_of(t)[0] == '\0';
}

static const char *name_of(const struct text_source *t, int language) {
    const struct flat *f = &t->service->flat;
    if (t->view->form[FIELD_NAME] == FORM_SHOWN)
        return translated(f, COL_SERVICE, language);
    const char *name = public_name_of(t);
    if (name == f->cell[COL_PUBLIC_NAME] && name[0] != '\0')
        return translated(f, COL_PUBLIC_NAME, language);
    if (name[0] == '\0')
        return need_label(f, language);
    /* What tells is found in Latin letters only: other languages have no other check. */
    return t->where.own ? translated(f, COL_SERVICE, language) : name;
}

static bool organization_whole(const struct text_source *t) {
    return t->view->form[FIELD_ORGANIZATION] == FORM_SHOWN || t->where.own;
}

bool text_tells_organization(const struct text_source *t) {
    return organization_whole(t) ||
           !publish_name_tells(t->service, t->atlas, t->where,
                               t->service->flat.cell[COL_ORGANIZATION]);
}

/* The organization, or "" where its name would tell what the service's own may not. */
static const char *organization_of(const struct text_source *t, int language) {
    if (organization_whole(t))
        return translated(&t->service->flat, COL_ORGANIZATION, language);
    return text_tells_organization(t) ? t->service->flat.cell[COL_ORGANIZATION] : "";
}

const char *text_kind(const struct text_source *t) {
    const char *kind = t->service->flat.cell[COL_KIND];
    bool tells = !strcmp(kind, "shelter") || !strcmp(kind, "transit_center");
    bool published = t->view->form[FIELD_KIND] == FORM_PUBLISHED;
    return published && tells && !t->where.own ? "" : kind;
}

static void add_needs(struct buf *b, const struct flat *f, enum field_form form) {
    uint64_t done[SNAP_NEED_WORDS] = {0};
    struct slice rest = slice_of(f->cell[COL_NEEDS]), code;
    buf_char(b, '[');
    while (slice_next(&rest, ';', &code)) {
        int need = vocabulary_find(VOC_NEED, code.at, code.len);
        if (need < 0)
            continue;
        need = form == FORM_PUBLISHED ? publish_need(need) : need;
        if (done[need / 64] >> need % 64 & 1)
            continue;
        done[need / 64] |= UINT64_C(1) << need % 64;
        buf_json_comma(b);
        buf_json(b, vocabulary(VOC_NEED)->terms[need].code);
    }
    buf_char(b, ']');
}

static void add_json(struct buf *b, const struct json *v);

static bool add_member(const char *key, const struct json *value, void *ctx) {
    buf_json_key(ctx, key);
    add_json(ctx, value);
    return true;
}

/* Writes a value of a checked JSON cell again. */
static void add_json(struct buf *b, const struct json *v) {
    size_t len;
    switch (json_kind(v)) {
    case KIND_OBJECT:
        buf_char(b, '{');
        json_each(v, add_member, b);
        buf_char(b, '}');
        break;
    case KIND_STRING: {
        const char *s = json_text(v, &len);
        buf_json_bytes(b, s, len);
        break;
    }
    case KIND_INTEGER:
        buf_integer(b, json_whole(v));
        break;
    default:
        buf_str(b, "null");
    }
}

static bool phone_public(const struct json *phone) {
    const struct json *audience = json_get(phone, "audience");
    if (audience == NULL)
        return publish_phone(-1);
    if (json_kind(audience) != KIND_STRING)
        return false;
    size_t len;
    const char *code = json_text(audience, &len);
    return publish_phone(vocabulary_find(VOC_AUDIENCE, code, len));
}

/* A member of a phone: `languages` is a list in answers. */
static bool add_phone_member(const char *key, const struct json *value, void *ctx) {
    if (strcmp(key, "languages") != 0 || json_kind(value) != KIND_STRING)
        return add_member(key, value, ctx);
    struct slice rest = slice_of(json_text(value, NULL)), code;
    buf_json_key(ctx, key);
    buf_char(ctx, '[');
    while (slice_next(&rest, ';', &code)) {
        buf_json_comma(ctx);
        buf_json_bytes(ctx, code.at, code.len);
    }
    buf_char(ctx, ']');
    return true;
}

static void add_phones(struct buf *b, const char *cell, enum field_form form) {
    struct error e;
    buf_char(b, '[');
    struct json *phones = cell[0] ? json_parse(cell, strlen(cell), &e) : NULL;
    for (size_t i = 0; phones != NULL && i < json_count(phones); i++) {
        const struct json *phone = json_at(phones, i);
        if (json_kind(phone) != KIND_OBJECT ||
            (form == FORM_PUBLISHED && !phone_public(phone)))
            continue; /* no importer writes another, but others write the file too */
        buf_json_comma(b);
        buf_char(b, '{');
        json_each(phone, add_phone_member, b);
        buf_char(b, '}');
    }
    json_free(phones);
    buf_char(b, ']');
}

static bool list_only_of(const char *cell, const char *const *codes, size_t count) {
    struct slice rest = slice_of(cell), item;
    while (slice_next(&rest, ';', &item)) {
        bool found = false;
        for (size_t i = 0; i < count; i++)
            found |= slice_is(item, codes[i]);
        if (!found)
            return false;
    }
    return cell[0] != '\0';
}

/* What somebody should know before making contact. */
static void add_warnings(struct buf *b, const struct flat *f, enum field_form form) {
    static const char *const police[] = {"police", "immigration", "border_guard",
                                         "prosecutor", "court"};
    const struct {
        const char *code;
        bool holds;
    } warning[] = {
        {"intake_through_police",
         list_only_of(f->cell[COL_REFERRED_BY], police, sizeof police / sizeof *police)},
        {"contacts_authorities", strcmp(f->cell[COL_CONTACTS_AUTHORITIES], "yes") == 0},
        {"historical", strcmp(f->cell[COL_STATUS], "historical") == 0},
        {"tied_to_case",
         form == FORM_SHOWN && strcmp(f->cell[COL_TIED_TO_CASE], "yes") == 0},
        {"may_not_leave",
         form == FORM_SHOWN && strcmp(f->cell[COL_MAY_LEAVE], "no") == 0},
        {"sources_disagree", form == FORM_SHOWN && f->cell[COL_CLAIMS][0] != '\0'},
    };
    buf_char(b, '[');
    for (size_t i = 0; i < sizeof warning / sizeof *warning; i++)
        if (warning[i].holds) {
            buf_json_comma(b);
            buf_json(b, warning[i].code);
        }
    buf_char(b, ']');
}

static void id_or_null(struct buf *b, const uint8_t id[ID_BYTES]) {
    char uuid[37];
    if (id == NULL) {
        buf_str(b, "null");
        return;
    }
    uuid_encode(id, uuid);
    buf_json(b, uuid);
}

static void value_or_null(struct buf *b, const char *value) {
    if (value[0] == '\0')
        buf_str(b, "null");
    else
        buf_json(b, value);
}

/* What stands in a summary, in this order. */
static const enum field_id summary[] = {
    FIELD_ID,     FIELD_NAME,       FIELD_ORGANIZATION, FIELD_ORGANIZATION_ID,
    FIELD_KIND,   FIELD_SECTOR,     FIELD_COUNTRY,      FIELD_NEEDS,
    FIELD_PHONES, FIELD_VISIBILITY, FIELD_WARNINGS,
};

static void add_summarised(struct buf *b, const struct text_source *t, enum field_id field,
                           int language) {
    const struct stored_service *service = t->service;
    const struct flat *f = &service->flat;
    enum field_form form = t->view->form[field];
    switch ((int)field) {
    case FIELD_ID:
        id_or_null(b, service->id);
        break;
    case FIELD_NAME:
        value_or_null(b, name_of(t, language));
        break;
    case FIELD_ORGANIZATION:
        value_or_null(b, organization_of(t, language));
        break;
    case FIELD_ORGANIZATION_ID:
        /* All that name nobody are one organization in the record, and none in the world. */
        id_or_null(b, strcmp(f->cell[COL_ORGANIZATION], "unnamed") != 0 &&
                              (form == FORM_SHOWN || text_tells_organization(t))
                          ? service->organization_id
                          : NULL);
        break;
    case FIELD_KIND:
        value_or_null(b, text_kind(t));
        break;
    case FIELD_NEEDS:
        add_needs(b, f, form);
        break;
    case FIELD_PHONES:
        add_phones(b, f->cell[COL_PHONES], form);
        break;
    case FIELD_VISIBILITY:
        value_or_null(b, service->visibility);
        break;
    case FIELD_WARNINGS:
        add_warnings(b, f, form);
        break;
    default: /* sector, country: the cell */
        value_or_null(b, f->cell[field_specs[field].column]);
    }
}

void text_summary(struct buf *b, const struct text_source *t, int language) {
    buf_char(b, '{');
    for (size_t i = 0; i < sizeof summary / sizeof *summary; i++) {
        if (t->view->form[summary[i]] == FORM_HIDDEN)
            continue;
        buf_json_key(b, field_specs[summary[i]].name);
        add_summarised(b, t, summary[i], language);
    }
}

/* The point of a place that is published instead of the service's own. */
static void add_place_point(struct buf *b, const struct atlas *atlas, uint32_t place) {
    const struct atlas_place *p = &atlas->places[place];
    char uuid[37];
    uuid_encode(p->id, uuid);
    buf_str(b, "{\"lat\":");
    buf_decimal(b, p->point.lat, 7);
    buf_json_key(b, "lon");
    buf_decimal(b, p->point.lon, 7);
    text_or_null(b, "precision", vocabulary(VOC_PLACE_KIND)->terms[p->level].code);
    text_or_null(b, "place", uuid);
    text_or_null(b, "place_name", atlas_name(atlas, place));
    buf_char(b, '}');
}

void text_point(struct buf *b, const struct text_source *t) {
    const struct flat *f = &t->service->flat;
    enum field_form form = t->view->form[FIELD_POINT];
    if (form == FORM_PUBLISHED && t->where.place != ATLAS_NONE) {
        add_place_point(b, t->atlas, t->where.place);
        return;
    }
    if (f->cell[COL_LAT][0] == '\0' || form == FORM_HIDDEN ||
        (form == FORM_PUBLISHED && !t->where.own)) {
        buf_str(b, "null");
        return;
    }
    buf_char(b, '{');
    buf_json_key(b, "lat");
    buf_str(b, f->cell[COL_LAT]);
    buf_json_key(b, "lon");
    buf_str(b, f->cell[COL_LON]);
    text_or_null(b, "precision", f->cell[COL_PRECISION]);
    buf_char(b, '}');
}

static void add_list(struct buf *b, const char *cell) {
    struct slice rest = slice_of(cell), item;
    buf_char(b, '[');
    while (slice_next(&rest, ';', &item)) {
        buf_json_comma(b);
        buf_json_bytes(b, item.at, item.len);
    }
    buf_char(b, ']');
}

static void add_cell(struct buf *b, enum column column, const char *cell) {
    buf_json_key(b, column == COL_ID ? field_specs[FIELD_SOURCE_ID].name
                                     : columns[column].name);
    switch (columns[column].type) {
    case CELL_INTEGER:
    case CELL_DECIMAL:
    case CELL_RULES:
    case CELL_CLAIMS:
        buf_str(b, cell);
        break;
    case CELL_YES_NO:
        buf_str(b, strcmp(cell, "yes") == 0 ? "true" : "false");
        break;
    case CELL_CODES:
    case CELL_CHOICE:
    case CELL_RANGES:
    case CELL_CHILDREN:
    case CELL_INTERPRETERS:
    case CELL_AREAS:
    case CELL_NAMES:
    case CELL_IDS:
        add_list(b, cell);
        break;
    default:
        buf_json(b, cell);
    }
}

static bool summarised(enum column column) {
    for (size_t i = 0; i < sizeof in_summary / sizeof *in_summary; i++)
        if (in_summary[i] == column)
            return true;
    return false;
}

/* True for what somebody wrote in words of their own; codes and numbers name no place. */
static bool is_written(enum column column) {
    switch (columns[column].type) {
    case CELL_TEXT:
    case CELL_NAMES:
    case CELL_AREAS:
    case CELL_IDS:
    case CELL_RULES:
    case CELL_CLAIMS:
    case CELL_EMAIL:
    case CELL_ZONE:
    case CELL_URL:
        return true;
    default:
        return false;
    }
}

/* True when the text of a cell would tell more than the view shows elsewhere. */
static bool tells_more(const struct text_source *t, enum column column,
                       const char *cell) {
    if (!is_written(column))
        return false;
    if (t->view->form[FIELD_NAME] == FORM_PUBLISHED)
        return publish_name_tells(t->service, t->atlas, t->where, cell);
    return publish_place_tells(t->service, t->atlas, t->where, cell);
}

void text_detail(struct buf *b, const struct text_source *t, int language) {
    for (enum column c = 0; c < COL_COUNT; c++) {
        const char *cell = translated(&t->service->flat, c, language);
        bool shown = t->view->column[c] == FORM_SHOWN && !summarised(c);
        if (shown && cell[0] != '\0' && !tells_more(t, c, cell))
            add_cell(b, c, cell);
    }
}
