/* SPDX-License-Identifier: Apache-2.0 */
#include "importers/alternate_names.h"

#include <stdlib.h>
#include <string.h>

#include "data/mem.h"
#include "data/tsv.h"
#include "data/vocabulary.h"
#include "importers/cell.h"

#define NAME_BYTES_MAX 2000 /* 400 characters, says GeoNames */

enum {
    ALTERNATE_ID,
    ALTERNATE_PLACE,
    ALTERNATE_LANGUAGE,
    ALTERNATE_NAME,
    ALTERNATE_PREFERRED,
    ALTERNATE_SHORT,
    ALTERNATE_COLLOQUIAL,
    ALTERNATE_HISTORIC,
    ALTERNATE_LEAST = ALTERNATE_NAME + 1,
    ALTERNATE_COLUMNS = 10
};

static const char *const no_names[] = {"link", "post", "iata", "icao",
                                       "faac", "wkdt", "unlc", "tcid"};

struct reading {
    struct alternate_names *out;
    const char *path;
    const int64_t *ids;
    size_t id_count;
    struct cell_reader cells;
};

static int compare(int64_t a, int64_t b) {
    return a < b ? -1 : a > b;
}

static int by_id(const void *a, const void *b) {
    return compare(*(const int64_t *)a, *(const int64_t *)b);
}

static int by_place(const void *a, const void *b) {
    const struct alternate_name *x = a, *y = b;
    int order = compare(x->place, y->place);
    return order != 0 ? order : compare(x->order, y->order);
}

/* The field, "" where the line ends before it: the older file has two fewer. */
static struct slice field(const struct csv_row *row, size_t i) {
    return i < row->count ? slice_trim(row->field[i]) : slice_of("");
}

static bool is_name(struct slice language) {
    for (size_t i = 0; i < sizeof no_names / sizeof *no_names; i++)
        if (slice_is(language, no_names[i]))
            return false;
    return true;
}

static const char *language_of(const struct csv_row *row) {
    struct slice code = field(row, ALTERNATE_LANGUAGE);
    int term = vocabulary_find(VOC_LANGUAGE, code.at, code.len);
    bool today = !slice_is(field(row, ALTERNATE_HISTORIC), "1") &&
                 !slice_is(field(row, ALTERNATE_COLLOQUIAL), "1");
    return term >= 0 && today ? vocabulary(VOC_LANGUAGE)->terms[term].code : "";
}

static bool fail(const struct reading *r, int64_t line, const char *column,
                 const char *message, struct error *e) {
    return error_set(e, ERR_DATA, "%s:%lld: %s: %s", r->path, (long long)line, column,
                     message);
}

static bool keep(struct reading *r, const struct csv_row *row, int64_t place,
                 struct error *e) {
    static const struct column_spec spec = {"alternate name", CELL_TEXT, 0,
                                            NAME_BYTES_MAX, 0};
    struct alternate_names *a = r->out;
    const char *name;
    struct error why = {0};
    arena_reset(&r->cells.arena);
    if (!cell_check_spec(&r->cells, &spec, field(row, ALTERNATE_NAME), &name, &why))
        return fail(r, row->line, spec.name, why.message, e);
    if (name[0] == '\0' || !is_name(field(row, ALTERNATE_LANGUAGE)))
        return true;
    bool preferred = slice_is(field(row, ALTERNATE_PREFERRED), "1");
    a->name = xgrow(a->name, &a->capacity, a->count, sizeof *a->name);
    a->name[a->count++] =
        (struct alternate_name){.place = place,
                                .order = preferred ? row->line - INT64_MAX : row->line,
                                .language = language_of(row),
                                .at = a->texts.len};
    buf_add(&a->texts, name, strlen(name) + 1);
    return true;
}

static bool on_row(const struct csv_row *row, void *ctx, struct error *e) {
    struct reading *r = ctx;
    int64_t place;
    if (row->count < ALTERNATE_LEAST || row->count > ALTERNATE_COLUMNS)
        return fail(r, row->line, "the line",
                    "not one of alternateNames; allowed: 4 to 10 fields parted by tabs", e);
    if (!slice_integer(field(row, ALTERNATE_PLACE), &place)) {
        struct error why = {0};
        cell_refuse(&why, field(row, ALTERNATE_PLACE), "not a whole number",
                    "allowed: the id of a place");
        return fail(r, row->line, "geonameid", why.message, e);
    }
    return bsearch(&place, r->ids, r->id_count, sizeof *r->ids, by_id) == NULL ||
           keep(r, row, place, e);
}

bool alternate_names_read(struct alternate_names *a, const char *path, const int64_t *ids,
                          size_t id_count, int64_t *progress, struct error *e) {
    struct reading r = {.out = a, .path = path, .ids = ids, .id_count = id_count};
    bool done = tsv_read(path, on_row, &r, progress, e);
    cell_reader_free(&r.cells);
    if (done && a->count > 0)
        qsort(a->name, a->count, sizeof *a->name, by_place);
    return done;
}

void alternate_names_free(struct alternate_names *a) {
    free(a->name);
    buf_free(&a->texts);
}

const struct alternate_name *alternate_names_of(const struct alternate_names *a,
                                                int64_t place, size_t *count) {
    size_t low = 0, high = a->count, end;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (a->name[middle].place < place)
            low = middle + 1;
        else
            high = middle;
    }
    for (end = low; end < a->count && a->name[end].place == place;)
        end++;
    *count = end - low;
    return a->name + low;
}
