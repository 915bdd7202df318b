/* SPDX-License-Identifier: Apache-2.0 */
#include "importers/row.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define FURTHEST_EAST_SECONDS (14 * 3600) /* Kiritimati's day comes first */

/* The row being read. */
struct work {
    struct row_reader *reader;
    const struct csv_row *row;
    struct flat *flat;
    bool good;
    bool bad[COL_COUNT];   /* the cell itself was at fault */
    struct slice lat, lon; /* as they stand, good or bad */
};

/* The latest date that it is anywhere on earth now. */
static void latest_today(char out[11]) {
    time_t now = time(NULL) + FURTHEST_EAST_SECONDS;
    struct tm day;
    gmtime_r(&now, &day);
    strftime(out, 11, "%Y-%m-%d", &day);
}

void row_reader_init(struct row_reader *r, const struct header *header,
                     struct report *report) {
    size_t constants = header->map ? header->map->constant_count : 0;
    *r = (struct row_reader){.header = header, .report = report};
    r->translations =
        xcalloc(header->translation_count + constants, sizeof *r->translations);
    latest_today(r->today);
}

void row_reader_free(struct row_reader *r) {
    cell_reader_free(&r->cells);
    free(r->translations);
}

bool row_empty(const struct csv_row *row) {
    for (size_t i = 0; i < row->count; i++)
        if (slice_trim(row->field[i]).len > 0)
            return false;
    return true;
}

static void fault(struct work *w, const char *column, const char *message) {
    report_error(w->reader->report, w->row->line, column, message);
    w->good = false;
}

static void fault_in(struct work *w, enum column column, const char *message) {
    fault(w, columns[column].name, message);
}

/* ---- cells --------------------------------------------------------------------- */

/* The text of a field, through the map where there is one. */
static bool read_text(struct work *w, const struct header_field *f, struct slice *out,
                      struct error *why) {
    *out = w->row->field[f->cell];
    return f->map == NULL || out->len == 0 ||
           map_cell(f->map, f->part, *out, &w->reader->cells.arena, out, why);
}

/* Checks one field into `*out`. What is wrong with a cell before it comes apart is said
 * of its first part only. */
static void read_cell(struct work *w, size_t i, const char **out) {
    const struct header_field *f = &w->reader->header->field[i];
    struct slice text;
    struct error why = {0};
    *out = "";
    bool read = read_text(w, f, &text, &why);
    if (read && f->target.column == COL_LAT)
        w->lat = text;
    if (read && f->target.column == COL_LON)
        w->lon = text;
    if (read && (text.len == 0 ||
                 cell_check(&w->reader->cells, f->target.column, text, out, &why)))
        return;
    *out = "";
    w->bad[f->target.column] = true;
    if (read || f->part == 0)
        fault(w, f->name, why.message);
}

static void read_cells(struct work *w) {
    const struct header *h = w->reader->header;
    for (size_t i = 0; i < h->count; i++)
        if (!h->field[i].ignored && h->field[i].target.language[0] == '\0')
            read_cell(w, i, &w->flat->cell[h->field[i].target.column]);
}

/* Keeps them in order; those of the file come in order already. */
static void add_translation(struct work *w, const struct target *t, const char *value) {
    struct translation *all = w->reader->translations;
    size_t at = w->flat->translation_count;
    if (*value == '\0')
        return;
    for (; at > 0; at--) {
        const struct translation *left = &all[at - 1];
        if (left->column < t->column ||
            (left->column == t->column && strcmp(left->language, t->language) < 0))
            break;
        all[at] = *left;
    }
    all[at] = (struct translation){.column = t->column, .value = value};
    memcpy(all[at].language, t->language, sizeof all[at].language);
    w->flat->translation_count++;
}

static void read_translations(struct work *w) {
    const struct header *h = w->reader->header;
    w->flat->translations = w->reader->translations;
    for (size_t i = 0; i < h->translation_count; i++) {
        const char *value;
        read_cell(w, h->translation[i], &value);
        add_translation(w, &h->field[h->translation[i]].target, value);
    }
}

static void read_constants(struct work *w) {
    const struct map *m = w->reader->header->map;
    for (size_t i = 0; m != NULL && i < m->constant_count; i++) {
        const struct target *t = &m->constants[i].target;
        struct error why = {0};
        const char *value;
        if (!cell_check(&w->reader->cells, t->column, slice_of(m->constants[i].value),
                        &value, &why))
            fault(w, columns[t->column].name, why.message);
        else if (t->language[0])
            add_translation(w, t, value);
        else
            w->flat->cell[t->column] = value;
    }
}

/* ---- between cells ------------------------------------------------------------- */

/* What must hold between the cells of a row, wherever it comes from. */
struct judging {
    const struct flat *flat;
    const char *today;
    void (*fault)(enum column column, const char *message, void *ctx);
    void *ctx;
};

/* `low` must not be above `high` where both are stated. */
static void check_order(const struct judging *j, enum column low, enum column high) {
    int64_t a, b;
    char message[120];
    if (!slice_integer(slice_of(j->flat->cell[low]), &a) ||
        !slice_integer(slice_of(j->flat->cell[high]), &b) || a <= b)
        return;
    snprintf(message, sizeof message,
             "is above %s (%lld, %lld); allowed: at most the same", columns[high].name,
             (long long)a, (long long)b);
    j->fault(low, message, j->ctx);
}

static void check_verified(const struct judging *j) {
    const char *date = j->flat->cell[COL_VERIFIED_ON];
    char message[120];
    if (strncmp(date, j->today, strlen(date)) <= 0)
        return;
    snprintf(message, sizeof message, "is in the future (\"%s\"); allowed: up to today",
             date);
    j->fault(COL_VERIFIED_ON, message, j->ctx);
}

static void check_cells(const struct judging *j) {
    check_order(j, COL_AGE_MIN, COL_AGE_MAX);
    check_order(j, COL_STAY_MIN_DAYS, COL_STAY_TYPICAL_DAYS);
    check_order(j, COL_STAY_TYPICAL_DAYS, COL_STAY_MAX_DAYS);
    check_order(j, COL_STAY_MIN_DAYS, COL_STAY_MAX_DAYS);
    check_order(j, COL_AVAILABLE, COL_CAPACITY);
    check_verified(j);
}

static void first_fault(enum column column, const char *message, void *ctx) {
    struct error *e = ctx;
    if (e->code == ERR_NONE)
        error_set(e, ERR_DATA, "%s: %s", columns[column].name, message);
}

bool row_judge(const struct flat *flat, void *ctx, struct error *e) {
    char day[11];
    (void)ctx;
    latest_today(day);
    check_cells(&(struct judging){flat, day, first_fault, e});
    return e->code == ERR_NONE;
}

static void row_fault(enum column column, const char *message, void *ctx) {
    fault_in(ctx, column, message);
}

static void check_required(struct work *w) {
    for (int c = 0; c < COL_COUNT; c++)
        if (columns[c].flags & REQUIRED && w->flat->cell[c][0] == '\0' && !w->bad[c])
            fault_in(
                w, (enum column)c,
                c == COL_ORGANIZATION || c == COL_SERVICE
                    ? "is empty; allowed: a name, or unnamed where the source names none"
                    : "is empty; allowed: a value in every row");
}

static void check_id(struct work *w) {
    if (strchr(w->flat->cell[COL_ID], ';') != NULL)
        fault_in(w, COL_ID, "holds a ';', which separates ids; allowed: any other text");
}

/* A latitude that is none, beside a longitude that could be one. */
static void hint_swapped(struct work *w) {
    double lat, lon;
    if (cell_decimal(slice_trim(w->lat), &lat) &&
        cell_decimal(slice_trim(w->lon), &lon) && lat <= 180 && lat >= -180 &&
        lon <= 90 && lon >= -90)
        fault_in(w, COL_LON,
                 "lat and lon look swapped; allowed: lat -90 to 90, lon -180 to "
                 "180");
}

static void check_point(struct work *w) {
    bool lat = w->flat->cell[COL_LAT][0], lon = w->flat->cell[COL_LON][0];
    if (w->bad[COL_LAT])
        hint_swapped(w);
    else if (lat != lon && !w->bad[COL_LON])
        fault_in(w, lat ? COL_LON : COL_LAT,
                 "is empty; allowed: lat and lon together, or neither");
    else if (lat && w->flat->cell[COL_PRECISION][0] == '\0')
        w->flat->cell[COL_PRECISION] = "exact";
}

static void check_row(struct work *w) {
    check_point(w);
    check_required(w);
    check_id(w);
    check_cells(&(struct judging){w->flat, w->reader->today, row_fault, w});
}

/* As many fields as the header, but for empty ones at the end. */
static bool check_count(struct work *w) {
    size_t wanted = w->reader->header->cell_count, have = w->row->count;
    char message[160];
    while (have > wanted && slice_trim(w->row->field[have - 1]).len == 0)
        have--;
    if (have == wanted)
        return true;
    snprintf(
        message, sizeof message,
        "%zu cells, and the header has %zu; allowed: as many (a comma outside quotes?)",
        have, wanted);
    fault(w, NULL, message);
    return false;
}

bool row_read(struct row_reader *r, const struct csv_row *row, struct flat *out) {
    struct work w = {.reader = r, .row = row, .flat = out, .good = true};
    arena_reset(&r->cells.arena);
    *out = (struct flat){.translation_count = 0};
    for (int i = 0; i < COL_COUNT; i++)
        out->cell[i] = "";
    if (!check_count(&w))
        return false;
    read_cells(&w);
    read_translations(&w);
    read_constants(&w);
    check_row(&w);
    return w.good;
}
