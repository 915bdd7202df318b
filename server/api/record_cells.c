/* SPDX-License-Identifier: Apache-2.0 */
#include "server/api/record_cells.h"

#include <stdio.h>

#include "importers/target.h"

void record_cells_free(struct record_cells *cells) {
    cell_reader_free(&cells->reader);
    buf_free(&cells->text);
}

/* One value as a cell of services.csv has it; false: it has no such form. */
static bool write_scalar(const struct json *v, struct buf *out) {
    size_t len;
    const char *text;
    switch (json_kind(v)) {
    case KIND_STRING:
        text = json_text(v, &len);
        buf_add(out, text, len);
        return true;
    case KIND_INTEGER:
        buf_integer(out, json_whole(v));
        return true;
    case KIND_REAL:
        if (!(json_number(v) > -1e9 && json_number(v) < 1e9))
            return false;
        buf_decimal(out, json_number(v), 7);
        return true;
    case KIND_BOOL:
        buf_str(out, json_bool(v) ? "yes" : "no");
        return true;
    default:
        return false;
    }
}

static bool write_value(const struct json *v, struct buf *out) {
    out->len = 0;
    if (json_kind(v) != KIND_ARRAY)
        return write_scalar(v, out);
    for (size_t i = 0; i < json_count(v); i++) {
        if (i > 0)
            buf_char(out, ';');
        if (!write_scalar(json_at(v, i), out))
            return false;
    }
    return true;
}

struct reading_cells {
    struct record_cells *cells;
    struct faults *faults;
};

static bool read_cell(const char *name, const struct json *value, void *ctx) {
    struct reading_cells *to = ctx;
    struct record_cells *cells = to->cells;
    struct edit_cell *out = &cells->cell[cells->count];
    struct slice column = slice_of(name);
    struct target target;
    struct error e;
    if (cells->count == RECORD_CELLS_MAX)
        return fault_add(to->faults, column, "at most %d columns at once",
                         RECORD_CELLS_MAX);
    if (!target_parse(&services_table, column, &target, &e)) {
        fault_add(to->faults, column, "%s", e.message);
        return true;
    }
    *out = (struct edit_cell){.column = (enum column)target.column};
    memcpy(out->language, target.language, sizeof out->language);
    if (json_kind(value) != KIND_NULL) {
        bool written = write_value(value, &cells->text);
        struct slice text = {buf_text(&cells->text), cells->text.len};
        if (!written)
            fault_add(to->faults, column,
                      "must be a text, as a cell of services.csv has it");
        else if (!cell_check(&cells->reader, out->column, text, &out->value, &e))
            fault_add(to->faults, column, "%s", e.message);
    }
    cells->count++;
    return true;
}

bool record_cells_read(struct record_cells *cells, const struct json *object,
                       struct faults *f) {
    struct reading_cells to = {cells, f};
    if (json_kind(object) != KIND_OBJECT)
        return fault_add(f, slice_of("cells"), "must be an object of columns");
    json_each(object, read_cell, &to);
    if (cells->count == 0 && f->count == 0)
        fault_add(f, slice_of("cells"), "must name a column at least");
    return f->count == 0;
}

void record_cells_write(const struct record_cells *cells, struct buf *out) {
    buf_char(out, '{');
    for (size_t i = 0; i < cells->count; i++) {
        const struct edit_cell *cell = &cells->cell[i];
        char name[80];
        snprintf(name, sizeof name, "%s%s%s", columns[cell->column].name,
                 cell->language[0] ? "@" : "", cell->language);
        buf_json_key(out, name);
        if (cell->value != NULL)
            buf_json(out, cell->value);
        else
            buf_str(out, "null");
    }
    buf_char(out, '}');
}
