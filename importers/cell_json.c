/* SPDX-License-Identifier: Apache-2.0
 *
 * Cells of JSON: a list of objects whose members are cells themselves, each described
 * like a column. One table a type: which members, how many objects, and what must hold
 * between the members of one object.
 */
#include <stdio.h>
#include <string.h>

#include "data/json_read.h"
#include "importers/cell_type.h"

#define MEMBERS_MAX 24

struct member {
    const struct column_spec *spec; /* of a column ... */
    struct column_spec own;         /* ... or, where `spec` is NULL, this */
};

/* The type of a cell of JSON. */
struct shape {
    const struct member *members; /* in the order of the canonical form */
    size_t member_count;
    size_t most; /* objects */
    /* Checks one object; `cell` is by member, and may be replaced. */
    bool (*check)(struct cell_reader *r, const char **cell, struct error *e);
};

static const struct column_spec *spec_of(const struct shape *s, size_t member) {
    const struct member *m = &s->members[member];
    return m->spec ? m->spec : &m->own;
}

struct key_check {
    const struct shape *shape;
    struct error *e;
};

static bool known_key(const char *key, const struct json *value, void *ctx) {
    const struct key_check *c = ctx;
    char allowed[320];
    size_t used = 0;
    (void)value;
    for (size_t i = 0; i < c->shape->member_count; i++) {
        const char *name = spec_of(c->shape, i)->name;
        if (strcmp(name, key) == 0)
            return true;
        if (used < sizeof allowed)
            used += (size_t)snprintf(allowed + used, sizeof allowed - used, " %s", name);
    }
    return cell_refuse(c->e, slice_of(key), "a name that is not known", "allowed:%s",
                       allowed);
}

static bool whole_text(struct cell_reader *r, const struct json *value,
                       struct slice *out) {
    char digits[24];
    int n = snprintf(digits, sizeof digits, "%lld", (long long)json_whole(value));
    *out = (struct slice){arena_strndup(&r->arena, digits, (size_t)n), (size_t)n};
    return true;
}

static bool string_text(const struct json *value, struct slice *out) {
    out->at = json_text(value, &out->len);
    return true;
}

/* The strings of `array` joined by ';'. */
static bool array_text(struct cell_reader *r, const struct json *array, struct slice *out,
                       struct error *e) {
    size_t room = 0, len;
    for (size_t i = 0; i < json_count(array); i++) {
        const struct json *item = json_at(array, i);
        if (json_kind(item) != KIND_STRING)
            return error_set(e, ERR_DATA, "a list may hold only strings");
        const char *s = json_text(item, &len);
        if (memchr(s, ';', len) != NULL)
            return cell_refuse(e, (struct slice){s, len}, "a ';' inside a list",
                               "allowed: one code a string");
        room += len + 1;
    }
    char *text = arena_alloc(&r->arena, room + 1);
    *out = (struct slice){text, 0};
    for (size_t i = 0; i < json_count(array); i++) {
        const char *s = json_text(json_at(array, i), &len);
        memcpy(text + out->len, s, len);
        text[out->len + len] = ';';
        out->len += len + 1;
    }
    out->len -= out->len > 0;
    return true;
}

/* The text that a cell would hold for `value`. */
static bool value_text(struct cell_reader *r, const struct json *value, struct slice *out,
                       struct error *e) {
    switch (json_kind(value)) {
    case KIND_STRING:
        return string_text(value, out);
    case KIND_INTEGER:
        return whole_text(r, value, out);
    case KIND_ARRAY:
        return array_text(r, value, out, e);
    default:
        return error_set(e, ERR_DATA,
                         "a value must be a string, a whole number or a list "
                         "of strings");
    }
}

static bool read_member(struct cell_reader *r, const struct column_spec *spec,
                        const struct json *value, const char **cell, struct error *e) {
    struct slice text;
    *cell = "";
    if (value == NULL)
        return true;
    if (value_text(r, value, &text, e) && cell_check_spec(r, spec, text, cell, e))
        return true;
    return error_prefix(e, "%s: ", spec->name);
}

static void write_object(struct buf *b, const struct shape *s, const char *const *cell) {
    buf_json_comma(b);
    buf_char(b, '{');
    for (size_t i = 0; i < s->member_count; i++) {
        const struct column_spec *spec = spec_of(s, i);
        if (cell[i][0] == '\0')
            continue;
        buf_json_key(b, spec->name);
        if (spec->type == CELL_INTEGER)
            buf_str(b, cell[i]);
        else
            buf_json(b, cell[i]);
    }
    buf_char(b, '}');
}

static bool read_object(struct cell_reader *r, const struct shape *s,
                        const struct json *object, struct error *e) {
    const char *cell[MEMBERS_MAX];
    bool stated = false;
    if (json_kind(object) != KIND_OBJECT)
        return error_set(e, ERR_DATA, "not an object {...}");
    if (!json_each(object, known_key, &(struct key_check){s, e}))
        return false;
    for (size_t i = 0; i < s->member_count; i++) {
        const struct column_spec *spec = spec_of(s, i);
        if (!read_member(r, spec, json_get(object, spec->name), &cell[i], e))
            return false;
        if (cell[i][0] == '\0' && spec->flags & REQUIRED)
            return error_set(e, ERR_DATA, "%s: is missing", spec->name);
        stated = stated || cell[i][0] != '\0';
    }
    if (!stated)
        return error_set(e, ERR_DATA, "states nothing");
    if (!s->check(r, cell, e))
        return false;
    write_object(&r->scratch, s, cell);
    return true;
}

static bool read_list(struct cell_reader *r, const struct shape *s,
                      const struct json *root, struct error *e) {
    if (json_kind(root) != KIND_ARRAY)
        return error_set(e, ERR_DATA, "not a JSON list [{...}, ...]");
    if (json_count(root) > s->most)
        return error_set(e, ERR_DATA, "%zu objects; allowed: at most %zu",
                         json_count(root), s->most);
    r->scratch.len = 0;
    buf_char(&r->scratch, '[');
    for (size_t i = 0; i < json_count(root); i++)
        if (!read_object(r, s, json_at(root, i), e))
            return error_prefix(e, "object %zu: ", i + 1);
    buf_char(&r->scratch, ']');
    return true;
}

static bool read_shape(struct cell_reader *r, const struct shape *s, struct slice text,
                       int high, const char **out, struct error *e) {
    struct error why = {0};
    if (text.len > (size_t)high)
        return cell_refuse(e, text, "too long", "allowed: at most %d bytes", high);
    struct json *root = json_parse(text.at, text.len, &why);
    if (root == NULL)
        return cell_refuse(e, text, "not JSON", "%.180s; allowed: a list [{...}, ...]",
                           why.message);
    bool good = read_list(r, s, root, e);
    bool empty = json_kind(root) == KIND_ARRAY && json_count(root) == 0;
    json_free(root);
    if (good && r->scratch.len > (size_t)high)
        return cell_refuse(e, text, "too long", "allowed: at most %d bytes", high);
    if (good)
        *out = empty ? "" : arena_strndup(&r->arena, r->scratch.data, r->scratch.len);
    return good;
}

/* ---- rules --------------------------------------------------------------------- */

enum { RULE_AGE_MIN = 1, RULE_AGE_MAX = 2 };

static const struct member rule_members[] = {
    {.spec = &columns[COL_GENDERS]},
    {.spec = &columns[COL_AGE_MIN]},
    {.spec = &columns[COL_AGE_MAX]},
    {.spec = &columns[COL_AGES_CASE]},
    {.spec = &columns[COL_FORMS]},
    {.spec = &columns[COL_FORMS_EXCLUDED]},
    {.spec = &columns[COL_LANGUAGES]},
    {.spec = &columns[COL_INTERPRETERS]},
    {.spec = &columns[COL_NATIONALITIES]},
    {.spec = &columns[COL_STAGES]},
    {.spec = &columns[COL_REFERRED_BY]},
    {.spec = &columns[COL_OFFICIAL_STATUS]},
    {.spec = &columns[COL_RESIDENTS_ONLY]},
    {.spec = &columns[COL_SURVIVORS_ONLY]},
    {.spec = &columns[COL_SERVES_FAMILY]},
    {.spec = &columns[COL_ACCEPTS_CHILDREN]},
    {.spec = &columns[COL_DISABILITY]},
    {.spec = &columns[COL_DOCUMENTS_REQUIRED]},
    {.spec = &columns[COL_CONTACTS_AUTHORITIES]},
    {.own = {"accompanied_by", CELL_CODE, VOC_COMPANION, 0, 0}},
};

static bool check_rule(struct cell_reader *r, const char **cell, struct error *e) {
    int64_t low, high;
    (void)r;
    if (slice_integer(slice_of(cell[RULE_AGE_MIN]), &low) &&
        slice_integer(slice_of(cell[RULE_AGE_MAX]), &high) && low > high)
        return error_set(e, ERR_DATA, "age_min is above age_max (%lld, %lld)",
                         (long long)low, (long long)high);
    return true;
}

static const struct shape rules = {
    rule_members, sizeof rule_members / sizeof *rule_members, 16, check_rule};

bool cell_rules(struct cell_reader *r, const struct column_spec *spec, struct slice text,
                const char **out, struct error *e) {
    return read_shape(r, &rules, text, spec->high, out, e);
}

/* ---- phones -------------------------------------------------------------------- */

#define PHONE_DIGITS_MIN 2 /* emergency numbers have three, some two */
#define PHONE_DIGITS_MAX 20
#define PHONES_MAX 20

static const struct member phone_members[] = {
    {.own = {"number", CELL_TEXT, 0, 60, REQUIRED}},
    {.own = {"kind", CELL_CODE, VOC_PHONE_KIND, 0, 0}},
    {.own = {"languages", CELL_CODES, VOC_LANGUAGE, 0, 0}},
    {.own = {"hours", CELL_HOURS, 0, 1000, 0}},
    {.own = {"audience", CELL_CODE, VOC_AUDIENCE, 0, 0}},
};

/* Writes the number with single spaces; false when it is none. */
static bool phone_number(struct slice s, char out[64]) {
    size_t digits = 0, used = 0;
    for (size_t i = 0; i < s.len; i++) {
        char c = s.at[i];
        bool digit = c >= '0' && c <= '9';
        if (used == 60 || c == '\0' || (!digit && strchr("+ -.()*#", c) == NULL))
            return false;
        if (c == '+' && digits > 0)
            return false;
        if (c != ' ' || used == 0 || out[used - 1] != ' ')
            out[used++] = c;
        digits += digit;
    }
    out[used] = '\0';
    return digits >= PHONE_DIGITS_MIN && digits <= PHONE_DIGITS_MAX;
}

static bool refuse_number(struct slice s, struct error *e) {
    return cell_refuse(
        e, s, "not a telephone number",
        "allowed: %d to %d digits with + - . ( ) * # and spaces; several are "
        "separated by ';'",
        PHONE_DIGITS_MIN, PHONE_DIGITS_MAX);
}

static bool check_phone(struct cell_reader *r, const char **cell, struct error *e) {
    char number[64];
    if (!phone_number(slice_of(cell[0]), number))
        return refuse_number(slice_of(cell[0]), e);
    cell[0] = arena_strndup(&r->arena, number, strlen(number));
    return true;
}

static const struct shape phones = {
    phone_members, sizeof phone_members / sizeof *phone_members, PHONES_MAX, check_phone};

/* "a;b" as [{"number":"a"},{"number":"b"}]. */
static bool plain_phones(struct cell_reader *r, struct slice text, const char **out,
                         struct error *e) {
    struct slice rest = text, item;
    struct cell_list seen;
    cell_list_begin(&seen, r, text.len);
    r->scratch.len = 0;
    buf_char(&r->scratch, '[');
    while (cell_list_next(&rest, &item)) {
        char number[64];
        size_t before = seen.count;
        if (!phone_number(item, number))
            return refuse_number(item, e);
        if (!cell_list_add(&seen, slice_of(number), e))
            return false;
        if (seen.count > PHONES_MAX)
            return cell_refuse(e, item, "too many numbers", "allowed: %d", PHONES_MAX);
        const char *cell[] = {number, "", "", "", ""};
        if (seen.count > before)
            write_object(&r->scratch, &phones, cell);
    }
    buf_char(&r->scratch, ']');
    *out = seen.count ? arena_strndup(&r->arena, r->scratch.data, r->scratch.len) : "";
    return true;
}

bool cell_phones(struct cell_reader *r, const struct column_spec *spec, struct slice text,
                 const char **out, struct error *e) {
    if (text.at[0] == '[' || text.at[0] == '{')
        return read_shape(r, &phones, text, spec->high, out, e);
    return plain_phones(r, text, out, e);
}

/* ---- claims -------------------------------------------------------------------- */

static const struct member claim_members[] = {
    {.own = {"column", CELL_TEXT, 0, 60, REQUIRED}},
    {.own = {"value", CELL_TEXT, 0, 2000, REQUIRED}},
    {.own = {"source", CELL_TEXT, 0, 300, REQUIRED}},
    {.own = {"date", CELL_DATE, 0, 0, 0}},
    {.own = {"note", CELL_TEXT, 0, 2000, 0}},
};

static bool check_claim(struct cell_reader *r, const char **cell, struct error *e) {
    (void)r;
    if (column_find(cell[0], strlen(cell[0])) < 0)
        return cell_refuse(e, slice_of(cell[0]), "column: not the name of a column",
                           "allowed: a column of this form, such as capacity");
    return true;
}

static const struct shape claims = {
    claim_members, sizeof claim_members / sizeof *claim_members, 50, check_claim};

bool cell_claims(struct cell_reader *r, const struct column_spec *spec, struct slice text,
                 const char **out, struct error *e) {
    return read_shape(r, &claims, text, spec->high, out, e);
}
