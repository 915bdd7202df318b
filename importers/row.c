/* SPDX-License-Identifier: Apache-2.0 */
#include "importers/row.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define FURTHEST_EAST_SECONDS (14 * 3600) /* Kiritimati's day comes first */

/* The latest date that it is anywhere on earth now. */
static void latest_today(char out[11]) {
    time_t now = time(NULL) + FURTHEST_EAST_SECONDS;
    struct tm day;
    gmtime_r(&now, &day);
    strftime(out, 11, "%Y-%m-%d", &day);
}

void row_reader_init(struct row_reader *r, const struct header *header,
                     struct report *report) {
    cells_init(&r->cells, header, report);
    latest_today(r->today);
}

void row_reader_free(struct row_reader *r) {
    cells_free(&r->cells);
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

/* The row being read. */
struct work {
    struct cells *cells;
    struct flat *flat;
};

static void fault_in(struct work *w, enum column column, const char *message) {
    cells_fault(w->cells, (int)column, message);
}

static void row_fault(enum column column, const char *message, void *ctx) {
    fault_in(ctx, column, message);
}

static void check_required(struct work *w) {
    for (int c = 0; c < COL_COUNT; c++)
        if (columns[c].flags & REQUIRED && w->flat->cell[c][0] == '\0' && !w->cells->bad[c])
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
    if (cell_decimal(slice_trim(w->cells->raw[COL_LAT]), &lat) &&
        cell_decimal(slice_trim(w->cells->raw[COL_LON]), &lon) && lat <= 180 &&
        lat >= -180 && lon <= 90 && lon >= -90)
        fault_in(w, COL_LON,
                 "lat and lon look swapped; allowed: lat -90 to 90, lon -180 to "
                 "180");
}

static void check_point(struct work *w) {
    bool lat = w->flat->cell[COL_LAT][0], lon = w->flat->cell[COL_LON][0];
    if (w->cells->bad[COL_LAT])
        hint_swapped(w);
    else if (lat != lon && !w->cells->bad[COL_LON])
        fault_in(w, lat ? COL_LON : COL_LAT,
                 "is empty; allowed: lat and lon together, or neither");
    else if (lat && w->flat->cell[COL_PRECISION][0] == '\0')
        w->flat->cell[COL_PRECISION] = "exact";
}

static void check_row(struct row_reader *r, struct work *w) {
    check_point(w);
    check_required(w);
    check_id(w);
    check_cells(&(struct judging){w->flat, r->today, row_fault, w});
}

enum cells_result row_read(struct row_reader *r, const struct csv_row *row,
                           struct flat *out) {
    struct work w = {&r->cells, out};
    enum cells_result result = cells_read(&r->cells, row);
    memcpy(out->cell, r->cells.value, sizeof out->cell);
    out->translations = r->cells.translations;
    out->translation_count = r->cells.translation_count;
    if (result == CELLS_LEFT_OUT || r->cells.miscounted)
        return result;
    check_row(r, &w);
    return r->cells.good ? CELLS_GOOD : CELLS_BAD;
}
