/* SPDX-License-Identifier: Apache-2.0 */
#include "importers/map.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "data/buf.h"
#include "data/json_read.h"
#include "importers/cell.h"

#define MAP_BYTES_MAX (1 << 20)
#define CELL_MAPPED_MAX (1 << 20) /* a short value may stand for a long one */

/* What is being read, for messages: the key path stands before what is wrong. */
struct reading {
    struct map *map;
    struct map_column *column; /* whose members are read */
    const char *outer;         /* "columns", "constants" */
    struct error *e;
};

static bool wrong(struct reading *r, const char *key, const char *what) {
    char shown[TEXT_SHOWN_BYTES];
    text_shown(slice_of(key), shown);
    if (r->outer == NULL)
        return error_set(r->e, ERR_DATA, "%s: %s", shown, what);
    if (r->column == NULL)
        return error_set(r->e, ERR_DATA, "%s.%s: %s", r->outer, shown, what);
    char header[TEXT_SHOWN_BYTES];
    return error_set(r->e, ERR_DATA, "%s.%s.%s: %s", r->outer,
                     text_shown(slice_of(r->column->header), header), shown, what);
}

static const char *kept(struct map *m, const char *s) {
    return arena_strndup(&m->arena, s, strlen(s));
}

static bool count_member(const char *key, const struct json *value, void *ctx) {
    (void)key, (void)value;
    ++*(size_t *)ctx;
    return true;
}

static size_t members(const struct json *object) {
    size_t count = 0;
    json_each(object, count_member, &count);
    return count;
}

static bool set_target(struct reading *r, const char *key, const struct json *name,
                       struct target *out) {
    struct error why = {0};
    if (name == NULL || json_kind(name) != KIND_STRING)
        return wrong(r, key, "allowed: the name of one of our columns, as a string");
    if (!target_parse(r->map->table, slice_of(json_text(name, NULL)), out, &why))
        return wrong(r, key, why.message);
    return true;
}

/* ---- members of one column ----------------------------------------------------- */

static bool add_value(const char *theirs, const struct json *ours, void *ctx) {
    struct reading *r = ctx;
    struct map_column *c = r->column;
    bool null = json_kind(ours) == KIND_NULL;
    if (!null && json_kind(ours) != KIND_STRING)
        return wrong(r, theirs, "allowed: a string, or null to leave the row out");
    struct slice name = slice_trim(slice_of(theirs));
    c->values[c->value_count++] =
        (struct map_value){arena_strndup(&r->map->arena, name.at, name.len),
                           null ? NULL : kept(r->map, json_text(ours, NULL))};
    c->leaves_out = c->leaves_out || null;
    return true;
}

static int by_theirs(const void *a, const void *b) {
    const struct map_value *x = a, *y = b;
    return strcmp(x->theirs, y->theirs);
}

static bool read_values(struct reading *r, const char *key, const struct json *values) {
    struct map_column *c = r->column;
    if (json_kind(values) != KIND_OBJECT)
        return wrong(r, key, "allowed: an object of their values and ours");
    c->values = arena_alloc(&r->map->arena, (members(values) + 1) * sizeof *c->values);
    if (!json_each(values, add_value, r))
        return false;
    qsort(c->values, c->value_count, sizeof *c->values, by_theirs);
    return true;
}

static bool read_column(struct reading *r, const char *key, const struct json *name) {
    r->column->part_count = 1;
    return set_target(r, key, name, &r->column->part[0]);
}

static bool read_pattern(struct reading *r, const char *key, const struct json *text) {
    struct map_column *c = r->column;
    struct error why = {0};
    if (json_kind(text) != KIND_STRING)
        return wrong(r, key, "allowed: a string, such as \"POINT ({lon} {lat})\"");
    if (!pattern_parse(slice_of(json_text(text, NULL)), &r->map->arena, &c->pattern,
                       &why))
        return wrong(r, key, why.message);
    for (size_t i = 0; i < c->pattern.count; i++) {
        struct slice name = c->pattern.gap[i].name;
        if (name.len == 0)
            continue;
        if (!target_parse(r->map->table, name, &c->part[c->part_count], &why))
            return wrong(r, key, why.message);
        for (size_t k = 0; k < c->part_count; k++)
            if (target_same(&c->part[k], &c->part[c->part_count]))
                return wrong(r, key, "names one column twice");
        c->part_count++;
    }
    return true;
}

static bool read_split(struct reading *r, const char *key, const struct json *split) {
    size_t len = 0;
    const char *s = json_kind(split) == KIND_STRING ? json_text(split, &len) : "";
    if (len != 1 || (unsigned char)s[0] >= 0x80)
        return wrong(r, key, "allowed: one ASCII character, such as \",\"");
    r->column->split = s[0];
    return true;
}

static bool read_other(struct reading *r, const char *key, const struct json *other) {
    static const char *const names[] = {"error", "skip", "keep"};
    for (int i = 0; i < 3; i++)
        if (json_kind(other) == KIND_STRING &&
            strcmp(json_text(other, NULL), names[i]) == 0) {
            r->column->other = (enum map_other)i;
            return true;
        }
    return wrong(r, key, "allowed: \"error\", \"skip\" or \"keep\"");
}

static bool read_also(struct reading *r, const char *key, const struct json *also) {
    r->column->also = json_kind(also) == KIND_BOOL && json_bool(also);
    return r->column->also || wrong(r, key, "allowed: true");
}

static const struct {
    const char *key;
    bool (*read)(struct reading *r, const char *key, const struct json *value);
} column_keys[] = {
    {"column", read_column}, {"pattern", read_pattern}, {"values", read_values},
    {"split", read_split},   {"other", read_other},     {"also", read_also},
};

static bool read_column_key(const char *key, const struct json *value, void *ctx) {
    for (size_t i = 0; i < sizeof column_keys / sizeof *column_keys; i++)
        if (strcmp(column_keys[i].key, key) == 0)
            return column_keys[i].read(ctx, key, value);
    return wrong(ctx, key, "not known; allowed: column pattern values split other also");
}

/* ---- the file ------------------------------------------------------------------ */

static bool read_object_column(struct reading *r, const struct json *value) {
    struct reading inner = *r;
    inner.column = &r->map->columns[r->map->column_count];
    bool column = json_get(value, "column"), pattern = json_get(value, "pattern");
    if (!column && !pattern)
        return wrong(&inner, "column", "is missing (or pattern)");
    if (pattern && (column || json_get(value, "split") || json_get(value, "also")))
        return wrong(&inner, "pattern", "allowed: alone, without column, split and also");
    if (!json_each(value, read_column_key, &inner))
        return false;
    if (json_get(value, "values") == NULL && json_get(value, "other") == NULL)
        inner.column->other = MAP_KEEP;
    return true;
}

/* Whether a header that was read already becomes this column. */
static bool taken(const struct map *m, const struct target *t) {
    for (size_t i = 0; i < m->column_count; i++)
        for (size_t k = 0; k < m->columns[i].part_count; k++)
            if (target_same(&m->columns[i].part[k], t))
                return true;
    return false;
}

static bool check_taken(struct reading *r, const char *header,
                        const struct map_column *c, const struct target *t) {
    if (c->also && t->language[0] != '\0')
        return wrong(r, header, "also: allowed for a column without a language");
    if (c->also == taken(r->map, t))
        return true;
    return wrong(r, header, c->also ? "also: no header before it becomes the same column"
                                    : "another header becomes the same column");
}

static bool add_one(struct reading *r, const char *header, const struct json *value) {
    struct map *m = r->map;
    struct map_column *c = &m->columns[m->column_count];
    struct slice name = slice_trim(slice_of(header));
    bool object = json_kind(value) == KIND_OBJECT;
    *c = (struct map_column){.header = arena_strndup(&m->arena, name.at, name.len),
                             .part_count = object ? 0 : 1,
                             .other = object ? MAP_ERROR : MAP_KEEP};
    bool good =
        object ? read_object_column(r, value) : set_target(r, header, value, &c->part[0]);
    for (size_t i = 0; good && i < c->part_count; i++)
        good = check_taken(r, header, c, &c->part[i]);
    m->column_count++;
    return good;
}

/* { "value": "KH", "also": true } */
static bool constant_also(const struct json *value) {
    if (json_kind(value) != KIND_OBJECT || members(value) != 2 ||
        json_get(value, "value") == NULL)
        return false;
    const struct json *also = json_get(value, "also");
    return also != NULL && json_kind(also) == KIND_BOOL && json_bool(also);
}

static bool add_constant(const char *name, const struct json *value, void *ctx) {
    struct reading *r = ctx;
    struct error why = {0};
    struct map_constant *c = &r->map->constants[r->map->constant_count];
    c->also = constant_also(value);
    value = c->also ? json_get(value, "value") : value;
    if (!target_parse(r->map->table, slice_of(name), &c->target, &why))
        return wrong(r, name, why.message);
    if (json_kind(value) != KIND_STRING)
        return wrong(r, name, "allowed: a string, or { \"value\": ..., \"also\": true }");
    c->value = kept(r->map, json_text(value, NULL));
    if (c->also != taken(r->map, &c->target))
        return wrong(r, name, c->also ? "also: no header becomes the same column"
                                      : "a header becomes the same column");
    r->map->constant_count++;
    return true;
}

static bool add_column(const char *header, const struct json *value, void *ctx) {
    bool good = true, list = json_kind(value) == KIND_ARRAY;
    for (size_t i = 0; list && good && i < json_count(value); i++)
        good = add_one(ctx, header, json_at(value, i));
    return list ? good : add_one(ctx, header, value);
}

static bool count_columns(const char *key, const struct json *value, void *ctx) {
    (void)key;
    *(size_t *)ctx += json_kind(value) == KIND_ARRAY ? json_count(value) : 1;
    return true;
}

static bool read_columns(struct reading *r, const struct json *value) {
    size_t count = 0;
    if (json_kind(value) != KIND_OBJECT)
        return wrong(r, "columns", "allowed: an object");
    json_each(value, count_columns, &count);
    r->map->columns = arena_alloc(&r->map->arena, (count + 1) * sizeof *r->map->columns);
    r->outer = "columns";
    return json_each(value, add_column, r);
}

static bool read_constants(struct reading *r, const struct json *value) {
    if (json_kind(value) != KIND_OBJECT)
        return wrong(r, "constants", "allowed: an object");
    r->map->constants =
        arena_alloc(&r->map->arena, (members(value) + 1) * sizeof *r->map->constants);
    r->outer = "constants";
    return json_each(value, add_constant, r);
}

static bool read_ignore(struct reading *r, const struct json *value) {
    r->map->ignore_unknown =
        json_kind(value) == KIND_STRING && strcmp(json_text(value, NULL), "unknown") == 0;
    return r->map->ignore_unknown || wrong(r, "ignore", "allowed: \"unknown\"");
}

/* It is not kept: it says nothing to the program. */
static bool read_about(struct reading *r, const struct json *value) {
    bool list = json_kind(value) == KIND_ARRAY, good = true;
    for (size_t i = 0; list && i < json_count(value); i++)
        good = good && json_kind(json_at(value, i)) == KIND_STRING;
    return (good && (list || json_kind(value) == KIND_STRING)) ||
           wrong(r, "about", "allowed: a string, or a list of strings");
}

/* In this order, whatever that of the file: constants are checked against columns. */
static const struct {
    const char *key;
    bool (*read)(struct reading *r, const struct json *value);
} top_keys[] = {
    {"columns", read_columns},
    {"constants", read_constants},
    {"ignore", read_ignore},
    {"about", read_about},
};

static bool known_key(const char *key, const struct json *value, void *ctx) {
    (void)value;
    for (size_t i = 0; i < sizeof top_keys / sizeof *top_keys; i++)
        if (strcmp(top_keys[i].key, key) == 0)
            return true;
    return wrong(ctx, key, "not known; allowed: columns constants ignore about");
}

static bool read_top(struct map *m, const struct json *root, struct error *e) {
    struct reading r = {.map = m, .e = e};
    if (json_kind(root) != KIND_OBJECT)
        return error_set(e, ERR_DATA, "not a JSON object");
    if (!json_each(root, known_key, &r))
        return false;
    for (size_t i = 0; i < sizeof top_keys / sizeof *top_keys; i++) {
        const struct json *value = json_get(root, top_keys[i].key);
        r.outer = NULL;
        if (value != NULL && !top_keys[i].read(&r, value))
            return false;
    }
    return true;
}

struct map *map_parse(const char *name, const struct column_table *table,
                      const char *text, size_t len, struct error *e) {
    struct json *root = json_parse(text, len, e);
    struct map *m = xcalloc(1, sizeof *m);
    m->table = table;
    bool good = root != NULL && read_top(m, root, e);
    if (root != NULL)
        json_free(root);
    if (good)
        return m;
    error_prefix(e, "%s: ", name);
    e->code = ERR_DATA;
    map_free(m);
    return NULL;
}

struct map *map_read(const char *path, const struct column_table *table,
                     struct error *e) {
    FILE *f = fopen(path, "re");
    struct buf text = {0};
    struct map *m = NULL;
    size_t n = 0;
    if (f == NULL) {
        error_set(e, ERR_ENVIRONMENT, "%s: cannot open: %s", path, strerror(errno));
        return NULL;
    }
    do {
        buf_reserve(&text, 65536);
        n = fread(text.data + text.len, 1, 65536, f);
        text.len += n;
    } while (n > 0 && text.len <= MAP_BYTES_MAX);
    if (ferror(f))
        error_set(e, ERR_ENVIRONMENT, "%s: cannot read: %s", path, strerror(errno));
    else if (text.len > MAP_BYTES_MAX)
        error_set(e, ERR_DATA, "%s: more than 1 MiB", path);
    else
        m = map_parse(path, table, buf_text(&text), text.len, e);
    fclose(f);
    buf_free(&text);
    return m;
}

void map_free(struct map *m) {
    if (m == NULL)
        return;
    arena_free(&m->arena);
    free(m);
}

const struct map_column *map_find(const struct map *m, struct slice header,
                                  const struct map_column *after) {
    for (size_t i = after ? (size_t)(after - m->columns) + 1 : 0; i < m->column_count; i++)
        if (slice_is(header, m->columns[i].header))
            return &m->columns[i];
    return NULL;
}

/* ---- cells --------------------------------------------------------------------- */

static int against(struct slice key, const char *theirs) {
    int order = strncmp(key.at, theirs, key.len);
    return order ? order : -(theirs[key.len] != '\0');
}

static const struct map_value *find_value(const struct map_column *c,
                                          struct slice theirs) {
    size_t low = 0, high = c->value_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = against(theirs, c->values[middle].theirs);
        if (order == 0)
            return &c->values[middle];
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}

/* The text for one of their values; `out->len` 0 drops it, and `out->at` NULL the row. */
static bool map_one(const struct map_column *c, struct slice theirs, struct slice *out,
                    struct error *e) {
    const struct map_value *found = find_value(c, theirs);
    if (found != NULL)
        *out = found->ours != NULL ? slice_of(found->ours) : (struct slice){NULL, 0};
    else
        *out = c->other == MAP_KEEP ? theirs : slice_of("");
    if (found == NULL && c->other == MAP_ERROR && theirs.len > 0)
        return cell_refuse(e, theirs, "the map does not name this value",
                           "add it to columns.%s.values, or set other to skip or keep",
                           c->header);
    return true;
}

/* The text for all of their values in a cell, parted by `split`. */
static bool map_list(const struct map_column *c, struct slice theirs, struct arena *arena,
                     struct slice *out, struct error *e) {
    struct slice rest = theirs, part, text;
    struct buf joined = {0};
    bool good = true, left_out = false;
    while (good && slice_next(&rest, c->split, &part)) {
        part = slice_trim(part);
        good = part.len == 0 || map_one(c, part, &text, e);
        left_out = left_out || (good && part.len > 0 && text.at == NULL);
        if (!good || part.len == 0 || text.len == 0)
            continue;
        if (joined.len > 0)
            buf_char(&joined, ';');
        buf_add(&joined, text.at, text.len);
        good = joined.len <= CELL_MAPPED_MAX ||
               cell_refuse(e, theirs, "too long when mapped", "allowed: at most %d bytes",
                           CELL_MAPPED_MAX);
    }
    *out =
        (struct slice){arena_strndup(arena, buf_text(&joined), joined.len), joined.len};
    if (left_out)
        *out = (struct slice){NULL, 0};
    buf_free(&joined);
    return good;
}

/* What stands in one named gap of the pattern. */
static bool map_gap(const struct map_column *c, size_t part, struct slice text,
                    struct slice *out, struct error *e) {
    struct slice found[PATTERN_GAPS_MAX];
    if (!pattern_match(&c->pattern, text, found))
        return cell_refuse(e, text, "does not fit the pattern of the map", "allowed: %s",
                           c->pattern.shown);
    *out = found[part];
    return true;
}

bool map_cell(const struct map_column *c, size_t part, struct slice theirs,
              struct arena *arena, struct slice *out, struct error *e) {
    *out = slice_trim(theirs);
    if (out->len > 0 && c->split != '\0')
        return map_list(c, *out, arena, out, e);
    if (!map_one(c, *out, out, e))
        return false;
    return c->pattern.count == 0 || out->len == 0 || map_gap(c, part, *out, out, e);
}
