/* SPDX-License-Identifier: Apache-2.0 */
#include "importers/cells.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void cells_init(struct cells *c, const struct header *header, struct report *report) {
    size_t count = (size_t)header->table->count;
    size_t constants = header->map ? header->map->constant_count : 0;
    *c = (struct cells){.header = header, .report = report};
    c->value = xcalloc(count, sizeof *c->value);
    c->bad = xcalloc(count, sizeof *c->bad);
    c->raw = xcalloc(count, sizeof *c->raw);
    c->translations =
        xcalloc(header->translation_count + constants, sizeof *c->translations);
}

void cells_free(struct cells *c) {
    cell_reader_free(&c->cells);
    free(c->value);
    free(c->bad);
    free(c->raw);
    free(c->translations);
    *c = (struct cells){.line = 0};
}

bool row_empty(const struct csv_row *row) {
    for (size_t i = 0; i < row->count; i++)
        if (slice_trim(row->field[i]).len > 0)
            return false;
    return true;
}

static const struct column_spec *spec_of(const struct cells *c, int column) {
    return &c->header->table->specs[column];
}

static void fault(struct cells *c, const char *column, const char *message) {
    report_error(c->report, c->line, column, message);
    c->good = false;
}

void cells_fault(struct cells *c, int column, const char *message) {
    fault(c, column < 0 ? NULL : spec_of(c, column)->name, message);
}

/* ---- single cells ---------------------------------------------------------------- */

/* The text of a field, through the map where there is one. */
static bool read_text(struct cells *c, const struct csv_row *row,
                      const struct header_field *f, struct slice *out,
                      struct error *why) {
    *out = row->field[f->cell];
    return f->map == NULL ||
           map_cell(f->map, f->part, *out, &c->cells.arena, out, why);
}

/* Checks one field into `*out`. What is wrong with a cell before it comes apart is said
 * of its first part only. */
static void read_cell(struct cells *c, const struct csv_row *row, size_t i,
                      const char **out) {
    const struct header_field *f = &c->header->field[i];
    const int column = f->target.column;
    struct slice text;
    struct error why = {0};
    *out = "";
    bool read = read_text(c, row, f, &text, &why);
    if (read && f->target.language[0] == '\0')
        c->raw[column] = text;
    if (read &&
        (text.len == 0 ||
         cell_check_spec(&c->cells, spec_of(c, column), text, out, &why)))
        return;
    *out = "";
    c->bad[column] = true;
    if (read || f->part == 0)
        fault(c, f->name, why.message);
}

/* ---- several headers for one column ------------------------------------------------ */

static bool is_list(const struct column_spec *spec) {
    return spec->type == CELL_IDS || spec->type == CELL_NAMES || spec->type == CELL_CODES;
}

/* Adds `more` to a list; to anything else only where nothing stands. */
static void add_more(struct cells *c, int column, const char *name, const char *more) {
    const char **value = &c->value[column];
    struct error why = {0};
    if (*more == '\0' || (**value != '\0' && !is_list(spec_of(c, column))))
        return;
    if (**value == '\0') {
        *value = more;
        return;
    }
    size_t len = strlen(*value), room = len + strlen(more) + 2;
    char *both = arena_alloc(&c->cells.arena, room);
    snprintf(both, room, "%s;%s", *value, more);
    if (cell_check_spec(&c->cells, spec_of(c, column), slice_of(both), value, &why))
        return;
    *value = "";
    c->bad[column] = true;
    fault(c, name, why.message);
}

/* The field of a header that the map names: header_read() has found it. */
static size_t field_of(const struct header *h, const struct map_column *map) {
    size_t i = 0;
    while (h->field[i].map != map)
        i++;
    return i;
}

/* In the order of the map, whatever that of the file. */
static void read_also(struct cells *c, const struct csv_row *row) {
    const struct map *m = c->header->map;
    for (size_t k = 0; m != NULL && k < m->column_count; k++) {
        const char *more;
        if (!m->columns[k].also)
            continue;
        size_t i = field_of(c->header, &m->columns[k]);
        read_cell(c, row, i, &more);
        add_more(c, c->header->field[i].target.column, c->header->field[i].name, more);
    }
}

static bool is_also(const struct header_field *f) {
    return f->map != NULL && f->map->also;
}

static void read_cells(struct cells *c, const struct csv_row *row) {
    const struct header *h = c->header;
    for (size_t i = 0; i < h->count; i++)
        if (!h->field[i].ignored && h->field[i].target.language[0] == '\0' &&
            !is_also(&h->field[i]))
            read_cell(c, row, i, &c->value[h->field[i].target.column]);
    read_also(c, row);
}

/* ---- other languages, constants ---------------------------------------------------- */

/* Keeps them in order; those of the file come in order already. */
static void add_translation(struct cells *c, const struct target *t, const char *value) {
    struct translation *all = c->translations;
    size_t at = c->translation_count;
    if (*value == '\0')
        return;
    for (; at > 0; at--) {
        const struct translation *left = &all[at - 1];
        if ((int)left->column < t->column ||
            ((int)left->column == t->column && strcmp(left->language, t->language) < 0))
            break;
        all[at] = *left;
    }
    all[at] = (struct translation){.column = (enum column)t->column, .value = value};
    memcpy(all[at].language, t->language, sizeof all[at].language);
    c->translation_count++;
}

static void read_translations(struct cells *c, const struct csv_row *row) {
    const struct header *h = c->header;
    for (size_t i = 0; i < h->translation_count; i++) {
        const char *value;
        read_cell(c, row, h->translation[i], &value);
        add_translation(c, &h->field[h->translation[i]].target, value);
    }
}

static void read_constants(struct cells *c) {
    const struct map *m = c->header->map;
    for (size_t i = 0; m != NULL && i < m->constant_count; i++) {
        const struct target *t = &m->constants[i].target;
        const struct column_spec *spec = spec_of(c, t->column);
        struct error why = {0};
        const char *value;
        if (!cell_check_spec(&c->cells, spec, slice_of(m->constants[i].value), &value,
                             &why))
            fault(c, spec->name, why.message);
        else if (t->language[0])
            add_translation(c, t, value);
        else
            add_more(c, t->column, spec->name, value);
    }
}

/* ---- the row ----------------------------------------------------------------------- */

/* As many fields as the header, but for empty ones at the end. */
static bool check_count(struct cells *c, const struct csv_row *row) {
    size_t wanted = c->header->cell_count, have = row->count;
    char message[160];
    while (have > wanted && slice_trim(row->field[have - 1]).len == 0)
        have--;
    if (have == wanted)
        return true;
    snprintf(
        message, sizeof message,
        "%zu cells, and the header has %zu; allowed: as many (a comma outside quotes?)",
        have, wanted);
    fault(c, NULL, message);
    return false;
}

/* Whether a value of the map leaves the row out. What is wrong is said later. */
static bool left_out(struct cells *c, const struct csv_row *row) {
    const struct header *h = c->header;
    for (size_t i = 0; h->map != NULL && i < h->count; i++) {
        struct error ignored = {0};
        struct slice text;
        if (h->field[i].map != NULL && h->field[i].map->leaves_out &&
            read_text(c, row, &h->field[i], &text, &ignored) && text.at == NULL)
            return true;
    }
    return false;
}

enum cells_result cells_read(struct cells *c, const struct csv_row *row) {
    arena_reset(&c->cells.arena);
    c->line = row->line;
    c->good = true;
    c->translation_count = 0;
    for (int i = 0; i < c->header->table->count; i++) {
        c->value[i] = "";
        c->bad[i] = false;
        c->raw[i] = (struct slice){"", 0};
    }
    c->miscounted = !check_count(c, row);
    if (c->miscounted)
        return CELLS_BAD;
    if (left_out(c, row))
        return CELLS_LEFT_OUT;
    read_cells(c, row);
    read_translations(c, row);
    read_constants(c);
    return c->good ? CELLS_GOOD : CELLS_BAD;
}
