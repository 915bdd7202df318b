/* SPDX-License-Identifier: Apache-2.0 */
#include "importers/header.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "importers/cell.h"

static struct header_field *add_field(struct header *h, size_t cell, struct slice name) {
    char shown[TEXT_SHOWN_BYTES];
    h->field = xgrow(h->field, &h->capacity, h->count, sizeof *h->field);
    struct header_field *f = &h->field[h->count++];
    *f = (struct header_field){.cell = cell};
    snprintf(f->name, sizeof f->name, "%s", text_shown(name, shown));
    return f;
}

static void add_mapped(struct header *h, size_t cell, struct slice name,
                       const struct map_column *map) {
    for (size_t i = 0; i < map->part_count; i++) {
        struct header_field *f = add_field(h, cell, name);
        f->map = map;
        f->part = i;
        f->target = map->part[i];
    }
}

static bool unnamed(struct header_field *f, int64_t line, struct report *report) {
    char message[100];
    f->ignored = true;
    snprintf(message, sizeof message, "column %zu has no name", f->cell + 1);
    report_error(report, line, NULL, message);
    return false;
}

static bool read_cell(struct header *h, size_t cell, struct slice name, int64_t line,
                      struct report *report) {
    const struct map_column *map = h->map ? map_find(h->map, name, NULL) : NULL;
    struct error why = {0};
    if (map != NULL) {
        for (; map != NULL; map = map_find(h->map, name, map))
            add_mapped(h, cell, name, map);
        return true;
    }
    struct header_field *f = add_field(h, cell, name);
    if (name.len == 0)
        return unnamed(f, line, report);
    if (target_parse(h->table, name, &f->target, &why))
        return true;
    f->ignored = true;
    if (h->map != NULL && h->map->ignore_unknown)
        return true;
    report_error(report, line, f->name, why.message);
    return false;
}

/* Whether the map says that several headers become this column. */
static bool together(const struct header_field *f) {
    return f->map != NULL && f->map->also;
}

static bool check_twice(const struct header *h, size_t i, int64_t line,
                        struct report *report) {
    char message[100];
    for (size_t k = 0; !h->field[i].ignored && !together(&h->field[i]) && k < i; k++)
        if (!h->field[k].ignored && !together(&h->field[k]) &&
            target_same(&h->field[k].target, &h->field[i].target)) {
            snprintf(message, sizeof message, "stands twice, as columns %zu and %zu",
                     h->field[k].cell + 1, h->field[i].cell + 1);
            report_error(report, line, h->field[i].name, message);
            return false;
        }
    return true;
}

static bool has(const struct header *h, const struct target *t) {
    for (size_t i = 0; i < h->count; i++)
        if (!h->field[i].ignored && target_same(&h->field[i].target, t))
            return true;
    return false;
}

static bool is_constant(const struct header *h, const struct target *t) {
    for (size_t i = 0; h->map != NULL && i < h->map->constant_count; i++)
        if (target_same(&h->map->constants[i].target, t))
            return true;
    return false;
}

static bool check_required(const struct header *h, int64_t line, struct report *report) {
    bool good = true;
    char names[TARGET_NAMES_BYTES], message[TARGET_NAMES_BYTES + 40];
    snprintf(message, sizeof message, "the column is missing; required: %s",
             target_names(h->table, REQUIRED, names));
    for (int c = 0; c < h->table->count; c++) {
        struct target t = {.column = c};
        if (!(h->table->specs[c].flags & REQUIRED) || has(h, &t) || is_constant(h, &t))
            continue;
        good = false;
        report_error(report, line, h->table->specs[c].name, message);
    }
    return good;
}

/* What the map names must stand in the file, and its constants must not. */
static bool check_map(const struct header *h, int64_t line, struct report *report) {
    bool good = true;
    for (size_t i = 0; h->map != NULL && i < h->map->column_count; i++) {
        bool found = false;
        for (size_t k = 0; k < h->count; k++)
            found = found || h->field[k].map == &h->map->columns[i];
        if (!found)
            report_error(report, line, h->map->columns[i].header,
                         "the map names this header, and the file does not have it");
        good = good && found;
    }
    for (size_t i = 0; h->map != NULL && i < h->map->constant_count; i++) {
        const struct target *t = &h->map->constants[i].target;
        char name[64];
        if (h->map->constants[i].also || !has(h, t))
            continue;
        good = false;
        report_error(report, line, target_name(h->table, t, name),
                     "a constant of the map, and the file has the column too");
    }
    return good;
}

static bool before(const struct target *a, const struct target *b) {
    return a->column != b->column ? a->column < b->column
                                  : strcmp(a->language, b->language) < 0;
}

/* By insertion: there are a few. */
static void sort_translations(struct header *h) {
    h->translation_count = 0;
    for (size_t i = 0; i < h->count; i++) {
        const struct header_field *f = &h->field[i];
        if (f->ignored || f->target.language[0] == '\0')
            continue;
        h->translation = xgrow(h->translation, &h->translation_capacity,
                               h->translation_count, sizeof *h->translation);
        size_t at = h->translation_count++;
        for (; at > 0; at--) {
            size_t left = h->translation[at - 1];
            if (!before(&f->target, &h->field[left].target))
                break;
            h->translation[at] = left;
        }
        h->translation[at] = i;
    }
}

bool header_read(struct header *h, const struct column_table *table,
                 const struct csv_row *row, const struct map *map,
                 struct report *report) {
    bool good = true;
    h->table = table;
    h->map = map;
    h->count = 0;
    h->cell_count = row->count;
    while (h->cell_count > 0 && slice_trim(row->field[h->cell_count - 1]).len == 0)
        h->cell_count--;
    for (size_t i = 0; i < h->cell_count; i++) {
        size_t before = h->count;
        good = read_cell(h, i, slice_trim(row->field[i]), row->line, report) && good;
        for (size_t k = before; k < h->count; k++)
            good = check_twice(h, k, row->line, report) && good;
    }
    good = check_map(h, row->line, report) && good;
    good = check_required(h, row->line, report) && good;
    sort_translations(h);
    return good;
}

void header_free(struct header *h) {
    free(h->field);
    free(h->translation);
    *h = (struct header){0};
}
