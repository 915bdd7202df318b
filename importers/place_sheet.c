/* SPDX-License-Identifier: Apache-2.0 */
#include "importers/place_sheet.h"

#include <string.h>

enum place_column {
    PLACE_ID,
    PLACE_KIND,
    PLACE_PARENT,
    PLACE_COUNTRY,
    PLACE_CODE,
    PLACE_NAME,
    PLACE_ALIASES,
    PLACE_LAT,
    PLACE_LON,
    PLACE_POPULATION,
    PLACE_EVIDENCE,
    PLACE_COLUMNS
};

static const struct column_spec specs[PLACE_COLUMNS] = {
    [PLACE_ID] = {"id", CELL_TEXT, 0, PLACE_ID_BYTES_MAX, REQUIRED},
    [PLACE_KIND] = {"kind", CELL_CODE, VOC_PLACE_KIND, 0, REQUIRED},
    [PLACE_PARENT] = {"parent", CELL_IDS, 0, 1000, 0},
    [PLACE_COUNTRY] = {"country", CELL_CODE, VOC_COUNTRY, 0, REQUIRED},
    [PLACE_CODE] = {"code", CELL_TEXT, 0, 60, 0},
    [PLACE_NAME] = {"name", CELL_TEXT, 0, 300, REQUIRED | TEXT_BY_LANGUAGE},
    [PLACE_ALIASES] = {"aliases", CELL_IDS, 0, 40000, 0},
    [PLACE_LAT] = {"lat", CELL_DECIMAL, -90, 90, 0},
    [PLACE_LON] = {"lon", CELL_DECIMAL, -180, 180, 0},
    [PLACE_POPULATION] = {"population", CELL_INTEGER, 0, 2000000000, 0},
    [PLACE_EVIDENCE] = {"evidence", CELL_TEXT, 0, 4000, 0},
};

const struct column_table places_table = {"places.csv", specs, PLACE_COLUMNS};

void place_sheet_free(struct place_sheet *s) {
    header_free(&s->header);
    cells_free(&s->cells);
}

static bool read_header(struct place_sheet *s, const struct csv_row *row,
                        struct error *e) {
    s->has_header = true;
    if (!header_read(&s->header, &places_table, row, s->map, &s->in->g->report))
        return error_set(e, ERR_DATA, "%s", "");
    cells_free(&s->cells);
    cells_init(&s->cells, &s->header, &s->in->g->report);
    return true;
}

/* ---- between cells ------------------------------------------------------------------ */

static void check_required(struct cells *c) {
    for (int i = 0; i < PLACE_COLUMNS; i++)
        if ((specs[i].flags & REQUIRED) && c->value[i][0] == '\0' && !c->bad[i])
            cells_fault(c, i, "is empty; allowed: a value in every row");
}

static void check_point(struct cells *c) {
    bool lat = c->value[PLACE_LAT][0], lon = c->value[PLACE_LON][0];
    if (lat != lon && !c->bad[PLACE_LAT] && !c->bad[PLACE_LON])
        cells_fault(c, lat ? PLACE_LON : PLACE_LAT,
                    "is empty; allowed: lat and lon together, or neither");
}

static void check_row(struct cells *c) {
    check_required(c);
    check_point(c);
    if (strchr(c->value[PLACE_ID], ';') != NULL)
        cells_fault(c, PLACE_ID,
                    "holds a ';', which separates ids; allowed: any other text");
}

/* ---- one place ----------------------------------------------------------------------- */

static void add_names(struct place_sheet *s) {
    struct cells *c = &s->cells;
    struct slice rest = slice_of(c->value[PLACE_ALIASES]), alias;
    while (rest.len > 0 && slice_next(&rest, ';', &alias))
        intake_name(s->in, "", arena_strndup(&c->cells.arena, alias.at, alias.len));
    for (size_t i = 0; i < c->translation_count; i++)
        intake_name(s->in, c->translations[i].language, c->translations[i].value);
}

static bool put(struct place_sheet *s, struct error *e) {
    const char *const *value = s->cells.value;
    struct place_row place = {.id = value[PLACE_ID],
                              .kind = value[PLACE_KIND],
                              .parent = value[PLACE_PARENT],
                              .country = value[PLACE_COUNTRY],
                              .code = value[PLACE_CODE],
                              .name = value[PLACE_NAME],
                              .lat = value[PLACE_LAT],
                              .lon = value[PLACE_LON],
                              .population = value[PLACE_POPULATION],
                              .evidence = value[PLACE_EVIDENCE]};
    add_names(s);
    return intake_put(s->in, &place, e);
}

bool place_sheet_row(const struct csv_row *row, void *ctx, struct error *e) {
    struct place_sheet *s = ctx;
    if (!s->has_header)
        return read_header(s, row, e);
    if (row_empty(row))
        return true;
    intake_row(s->in, row->line);
    enum cells_result result = cells_read(&s->cells, row);
    if (result == CELLS_LEFT_OUT) {
        intake_leave_out(s->in);
        return true;
    }
    if (!s->cells.miscounted)
        check_row(&s->cells);
    return s->cells.good ? put(s, e) : intake_refuse(s->in, s->cells.value[PLACE_ID], e);
}
