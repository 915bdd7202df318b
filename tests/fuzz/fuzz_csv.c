/* SPDX-License-Identifier: Apache-2.0
 *
 * Any bytes as a CSV file. Rows come in the order of the file with lines that grow and
 * stay within it, fields are UTF-8 without NUL, and a refusal names the file and a line.
 * The rows, written with every field in quotes, are read as the same rows. Where the first
 * one is a header of services.csv, the others are services: their cells are canonical, and
 * the columns that must be there are.
 */
#include <sys/mman.h>
#include <unistd.h>

#include "data/buf.h"
#include "data/csv.h"
#include "importers/row.h"
#include "tests/fuzz/require.h"

int LLVMFuzzerInitialize(int *argc, char ***argv) {
    struct error e = {0};
    (void)argc, (void)argv;
    set_up(vocabularies_load("data/vocabulary", &e), &e);
    return 0;
}

/* ---- the reader --------------------------------------------------------------------- */

typedef bool row_fn(const struct csv_row *row, void *ctx, struct error *e);

/* Reads bytes as a file. False: refused, with the file and a line. */
static bool read_bytes(const void *bytes, size_t len, row_fn *each, void *ctx) {
    char path[40];
    struct error e = {0};
    int64_t progress;
    int fd = memfd_create("fuzz", 0);
    require(fd >= 0 && write(fd, bytes, len) == (ssize_t)len, "a file in memory", "");
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    bool read = csv_read(path, each, ctx, &progress, &e);
    close(fd);
    if (read) {
        require(progress == (int64_t)len, "all of the file is read", "");
        return true;
    }
    require_reason(&e, ERR_DATA);
    require(strncmp(e.message, path, strlen(path)) == 0, "the file is named", e.message);
    require(strtoll(e.message + strlen(path) + 1, NULL, 10) > 0, "a line is named",
            e.message);
    return false;
}

struct seen {
    int64_t line;      /* of the last row */
    int64_t lines;     /* of the file at most */
    struct buf quoted; /* the rows, every field in quotes */
};

static void add_quoted(struct buf *b, struct slice field) {
    buf_char(b, '"');
    for (size_t i = 0; i < field.len; i++) {
        if (field.at[i] == '"')
            buf_char(b, '"');
        buf_char(b, field.at[i]);
    }
    buf_char(b, '"');
}

static void add_row(struct buf *b, const struct csv_row *row) {
    for (size_t i = 0; i < row->count; i++) {
        if (i > 0)
            buf_char(b, ',');
        add_quoted(b, row->field[i]);
    }
    buf_char(b, '\n');
}

static bool on_row(const struct csv_row *row, void *ctx, struct error *e) {
    struct seen *seen = ctx;
    (void)e;
    require(row->line > seen->line && row->line <= seen->lines, "lines grow", "");
    require(row->count > 0 && row->count <= CSV_COLUMNS_MAX, "fields of a row", "");
    for (size_t i = 0; i < row->count; i++)
        require(text_utf8(row->field[i].at, row->field[i].len, NULL), "a field is UTF-8", "");
    seen->line = row->line;
    add_row(&seen->quoted, row);
    return true;
}

static int64_t count_lines(const uint8_t *bytes, size_t len) {
    int64_t lines = 1;
    for (size_t i = 0; i < len; i++)
        lines += bytes[i] == '\n' || bytes[i] == '\r';
    return lines;
}

static bool again(const struct csv_row *row, void *ctx, struct error *e) {
    (void)e;
    add_row(ctx, row);
    return true;
}

static void read_again(const struct buf *quoted) {
    static struct buf twice;
    twice.len = 0;
    require(read_bytes(quoted->data, quoted->len, again, &twice), "quoted rows are read", "");
    require(twice.len == quoted->len &&
                (twice.len == 0 || memcmp(twice.data, quoted->data, twice.len) == 0),
            "quoted rows are the same rows", "");
}

/* ---- services ----------------------------------------------------------------------- */

struct services {
    bool begun, has_header; /* the first row was read; and it is a header */
    struct header header;
    struct report report;
    struct row_reader rows;
    struct cell_reader cells;
};

static void check_cell(struct services *s, enum column column, const char *cell) {
    struct error e = {0};
    const char *again;
    require(cell_check(&s->cells, column, slice_of(cell), &again, &e),
            "a cell of a good row is taken", e.message);
    require(strcmp(cell, again) == 0, "a cell of a good row is canonical", cell);
}

static void check_service(struct services *s, const struct flat *flat) {
    arena_reset(&s->cells.arena);
    for (int c = 0; c < COL_COUNT; c++) {
        check_cell(s, (enum column)c, flat->cell[c]);
        require(!(columns[c].flags & REQUIRED) || flat->cell[c][0], "what must be there is",
                columns[c].name);
    }
    for (size_t i = 0; i < flat->translation_count; i++)
        check_cell(s, flat->translations[i].column, flat->translations[i].value);
}

/* After a header that is none, the rest is no services. */
static bool on_service(const struct csv_row *row, void *ctx, struct error *e) {
    struct services *s = ctx;
    struct flat flat;
    (void)e;
    if (s->has_header && !row_empty(row) && row_read(&s->rows, row, &flat) == CELLS_GOOD)
        check_service(s, &flat);
    if (s->begun)
        return true;
    s->begun = true;
    s->has_header = header_read(&s->header, &services_table, row, NULL, &s->report);
    if (s->has_header)
        row_reader_init(&s->rows, &s->header, &s->report);
    return true;
}

static void read_services(const struct buf *quoted) {
    static struct services s;
    s.begun = s.has_header = false;
    s.report.muted = true;
    require(read_bytes(quoted->data, quoted->len, on_service, &s), "quoted rows are read", "");
    if (s.has_header)
        row_reader_free(&s.rows);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len) {
    static struct buf kept;
    struct seen seen = {0, count_lines(bytes, len), kept};
    seen.quoted.len = 0;
    bool read = read_bytes(bytes, len, on_row, &seen);
    kept = seen.quoted;
    if (!read || kept.len == 0)
        return 0;
    read_again(&kept);
    read_services(&kept);
    return 0;
}
