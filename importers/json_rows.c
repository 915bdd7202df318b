/* SPDX-License-Identifier: Apache-2.0 */
#include "importers/json_rows.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "data/intern.h"
#include "data/json_read.h"
#include "data/mem.h"
#include "importers/json_scan.h"

#define NAME_MAX_BYTES 200
#define PATH_COLUMN 0 /* @path is the first */

struct reader {
    bool (*each)(const struct csv_row *row, void *ctx, struct error *e);
    void *ctx;
    struct intern names; /* of columns, by number */
    bool collecting;     /* the first reading: names only */
    struct slice name[CSV_COLUMNS_MAX];
    struct slice field[CSV_COLUMNS_MAX];
    struct arena arena;  /* of numbers of one row, and names of columns */
    struct buf path;     /* of the row being read: "District.Ward" */
};

/* An object on its way to be a row. */
struct object {
    struct reader *r;
    int64_t line;
    struct error *e;
};

/* ---- cells ------------------------------------------------------------------------ */

static bool is_rows(const struct json *v) {
    return json_kind(v) == KIND_ARRAY && json_count(v) > 0 &&
           json_kind(json_at(v, 0)) == KIND_OBJECT;
}

static bool is_cell(const struct json *v) {
    enum json_kind kind = json_kind(v);
    return kind == KIND_STRING || kind == KIND_INTEGER || kind == KIND_REAL ||
           kind == KIND_BOOL;
}

/* The shortest of two forms that is the same number. */
static void write_real(double value, char out[32]) {
    snprintf(out, 32, "%.15g", value);
    if (strtod(out, NULL) != value)
        snprintf(out, 32, "%.17g", value);
}

static struct slice cell_of(struct reader *r, const struct json *v) {
    char number[32];
    struct slice text;
    switch (json_kind(v)) {
    case KIND_STRING:
        text.at = json_text(v, &text.len);
        return text;
    case KIND_BOOL:
        return slice_of(json_bool(v) ? "true" : "false");
    case KIND_INTEGER:
        snprintf(number, sizeof number, "%lld", (long long)json_whole(v));
        break;
    default:
        write_real(json_number(v), number);
    }
    return slice_of(arena_strndup(&r->arena, number, strlen(number)));
}

/* ---- the header ------------------------------------------------------------------- */

/* The number of a column; a new one while they are collected, else an error. */
static bool column_of(struct reader *r, const char *name, uint32_t *out,
                      struct error *e) {
    bool added = false;
    size_t len = strlen(name);
    if (len > NAME_MAX_BYTES)
        return error_set(e, ERR_DATA, "a name of a member is longer than %d bytes",
                         NAME_MAX_BYTES);
    *out = intern(&r->names, name, len, &added);
    if (!added)
        return true;
    if (!r->collecting)
        return error_set(e, ERR_DATA, "it changed while it was read");
    if (*out == CSV_COLUMNS_MAX)
        return error_set(e, ERR_DATA, "more than %d names of members", CSV_COLUMNS_MAX);
    r->name[*out] = slice_of(arena_strndup(&r->arena, name, len));
    return true;
}

static bool note_member(const char *key, const struct json *value, void *ctx) {
    struct object *o = ctx;
    uint32_t column;
    return !is_cell(value) || column_of(o->r, key, &column, o->e);
}

/* ---- rows ------------------------------------------------------------------------- */

static bool read_object(struct object *o, const struct json *object);

static bool take_cell(const char *key, const struct json *value, void *ctx) {
    struct object *o = ctx;
    uint32_t column;
    if (!is_cell(value))
        return true;
    if (!column_of(o->r, key, &column, o->e))
        return false;
    o->r->field[column] = cell_of(o->r, value);
    return true;
}

static bool give_row(struct object *o, const struct json *object) {
    struct reader *r = o->r;
    for (uint32_t i = 0; i < r->names.count; i++)
        r->field[i] = (struct slice){"", 0};
    arena_reset(&r->arena);
    if (!json_each(object, take_cell, o))
        return false;
    r->field[PATH_COLUMN] = (struct slice){buf_text(&r->path), r->path.len};
    const struct csv_row row = {o->line, r->field, r->names.count};
    return r->each(&row, r->ctx, o->e);
}

/* The rows that a member holds. */
static bool take_rows(const char *key, const struct json *value, void *ctx) {
    struct object *o = ctx;
    struct buf *path = &o->r->path;
    size_t before = path->len;
    if (!is_rows(value))
        return true;
    if (before > 0)
        buf_char(path, '.');
    buf_str(path, key);
    for (size_t i = 0; i < json_count(value); i++) {
        const struct json *object = json_at(value, i);
        if (json_kind(object) != KIND_OBJECT)
            return error_set(o->e, ERR_DATA,
                             "a list of objects holds something else; allowed: objects");
        if (!read_object(o, object))
            return false;
    }
    path->len = before;
    return true;
}

/* As deep as json_parse() lets it be. */
static bool read_object(struct object *o, const struct json *object) {
    bool done = o->r->collecting ? json_each(object, note_member, o) : give_row(o, object);
    return done && json_each(object, take_rows, o);
}

/* ---- the file --------------------------------------------------------------------- */

/* Names the file and the line, unless the message does already. */
static bool place_error(const struct json_scan *s, int64_t line, struct error *e) {
    if (e->code == ERR_DATA && e->message[0] != '\0' &&
        strncmp(e->message, s->name, strlen(s->name)) != 0)
        error_prefix(e, "%s:%lld: ", s->name, (long long)line);
    return false;
}

static bool on_element(struct json_scan *s, int64_t line, void *ctx, struct error *e) {
    struct object o = {ctx, line, e};
    struct json *root = json_parse(s->text.data, s->text.len, e);
    if (root == NULL)
        return place_error(s, line, e);
    o.r->path.len = 0;
    bool done = json_kind(root) == KIND_OBJECT
                    ? read_object(&o, root)
                    : error_set(e, ERR_DATA, "not an object; allowed: a list of objects");
    json_free(root);
    return done || place_error(s, line, e);
}

static bool scan_file(struct reader *r, struct json_scan *s, struct error *e) {
    if (scan_first_token(s) != '[')
        return scan_fail(s, scan_line(s), "not a list; allowed: a list of objects", e);
    if (!scan_list(s, on_element, r, e))
        return false;
    return scan_token(s) == EOF ||
           scan_fail(s, scan_line(s), "something stands after the end", e);
}

static bool read_once(struct reader *r, const char *path, int64_t *progress,
                      struct error *e) {
    struct json_scan *s = xcalloc(1, sizeof *s);
    s->name = path;
    s->thing = "list element";
    s->progress = progress;
    s->in = fopen(path, "re");
    bool done = s->in != NULL ? scan_file(r, s, e)
                              : error_set(e, ERR_ENVIRONMENT, "%s: cannot open: %s", path,
                                          strerror(errno));
    if (s->in != NULL && ferror(s->in))
        done = error_set(e, ERR_ENVIRONMENT, "%s: cannot be read", path);
    if (s->in != NULL)
        fclose(s->in);
    buf_free(&s->text);
    free(s);
    return done;
}

/* The names were copied into the arena, which belongs to the rows from now on. */
static bool give_header(struct reader *r, struct error *e) {
    const struct csv_row row = {1, r->name, r->names.count};
    return r->each(&row, r->ctx, e);
}

static bool read_twice(struct reader *r, const char *path, int64_t *progress,
                       struct error *e) {
    uint32_t column;
    r->collecting = true;
    if (!column_of(r, "@path", &column, e) || !read_once(r, path, NULL, e) ||
        !give_header(r, e))
        return false;
    r->collecting = false;
    if (progress != NULL)
        *progress = 0;
    return read_once(r, path, progress, e);
}

bool json_rows_read(const char *path,
                    bool (*each)(const struct csv_row *row, void *ctx, struct error *e),
                    void *ctx, int64_t *progress, struct error *e) {
    if (strcmp(path, "-") == 0)
        return error_set(e, ERR_USAGE,
                         "JSON is read twice, which standard input cannot be: save it to a "
                         "file");
    struct reader *r = xcalloc(1, sizeof *r);
    r->each = each;
    r->ctx = ctx;
    bool done = read_twice(r, path, progress, e);
    intern_free(&r->names);
    arena_free(&r->arena);
    buf_free(&r->path);
    free(r);
    return done;
}
