/* SPDX-License-Identifier: Apache-2.0
 *
 * Any bytes as lines of fields parted by tabs, and as a JSON list of objects. Promised:
 *   - rows come on lines that do not go back, with fields of UTF-8 without NUL; a refusal
 *     names the file and a line;
 *   - the fields of a line, with tabs between, are the line;
 *   - a JSON row has as many cells as the header, whose first one is @path;
 *   - where it is read, there are as many rows as jansson's tree has objects in lists, and
 *     what cannot be read is no list of objects, or has too many or too long names.
 */
#include <sys/mman.h>
#include <unistd.h>

#include "data/buf.h"
#include "data/json_read.h"
#include "data/tsv.h"
#include "importers/json_rows.h"
#include "tests/fuzz/require.h"

int LLVMFuzzerInitialize(int *argc, char ***argv) {
    (void)argc, (void)argv;
    return 0;
}

typedef bool row_fn(const struct csv_row *row, void *ctx, struct error *e);
typedef bool rows_read(const char *path, row_fn *each, void *ctx, int64_t *progress,
                       struct error *e);

/* Reads bytes as a file. False: refused, with the file and a line. */
static bool read_bytes(rows_read *read, const void *bytes, size_t len, row_fn *each,
                       void *ctx, struct error *e) {
    char path[40];
    int64_t progress;
    int fd = memfd_create("fuzz", 0);
    require(fd >= 0 && write(fd, bytes, len) == (ssize_t)len, "a file in memory", "");
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    bool done = read(path, each, ctx, &progress, e);
    close(fd);
    if (done) {
        require(progress == (int64_t)len, "all of the file is read", "");
        return true;
    }
    require_reason(e, ERR_DATA);
    require(strncmp(e->message, path, strlen(path)) == 0, "the file is named", e->message);
    require(strtoll(e->message + strlen(path) + 1, NULL, 10) > 0, "a line is named",
            e->message);
    return false;
}

struct seen {
    int64_t line; /* of the last row */
    int64_t rows;
    size_t columns;
    struct buf text; /* the lines, put together again */
};

static void check_row(const struct csv_row *row, struct seen *seen) {
    require(row->line >= seen->line, "lines do not go back", "");
    seen->line = row->line;
    seen->rows++;
    for (size_t i = 0; i < row->count; i++)
        require(text_utf8(row->field[i].at, row->field[i].len, NULL), "a field is UTF-8",
                "");
}

/* ---- tabs ---------------------------------------------------------------------------- */

static bool on_fields(const struct csv_row *row, void *ctx, struct error *e) {
    struct seen *seen = ctx;
    (void)e;
    require(row->line > seen->line, "each row is of a line of its own", "");
    check_row(row, seen);
    for (size_t i = 0; i < row->count; i++) {
        if (i > 0)
            buf_char(&seen->text, '\t');
        buf_add(&seen->text, row->field[i].at, row->field[i].len);
    }
    buf_char(&seen->text, '\n');
    return true;
}

/* The lines that are not empty, without BOM and CR. */
static void add_lines(const char *s, size_t len, struct buf *out) {
    struct slice rest = {s, len}, line;
    for (bool first = true; slice_next(&rest, '\n', &line); first = false) {
        if (first && line.len >= 3 && memcmp(line.at, "\xef\xbb\xbf", 3) == 0)
            line = (struct slice){line.at + 3, line.len - 3};
        if (line.len > 0 && line.at[line.len - 1] == '\r')
            line.len--;
        buf_add(out, line.at, line.len);
        if (line.len > 0)
            buf_char(out, '\n');
    }
}

static void read_tabs(const uint8_t *bytes, size_t len) {
    static struct buf wanted, text;
    struct error e = {0};
    struct seen seen = {.text = text};
    seen.text.len = wanted.len = 0;
    bool read = read_bytes(tsv_read, bytes, len, on_fields, &seen, &e);
    text = seen.text;
    if (!read)
        return;
    if (len > 0)
        add_lines((const char *)bytes, len, &wanted);
    require(wanted.len == text.len && (text.len == 0 || memcmp(wanted.data, text.data,
                                                               text.len) == 0),
            "the fields are the lines", "");
}

/* ---- JSON ---------------------------------------------------------------------------- */

static bool on_cells(const struct csv_row *row, void *ctx, struct error *e) {
    struct seen *seen = ctx;
    (void)e;
    if (seen->rows == 0) {
        require(row->count > 0 && slice_is(row->field[0], "@path"), "@path comes first", "");
        seen->columns = row->count;
    }
    require(row->count == seen->columns, "as many cells as the header", "");
    check_row(row, seen);
    return true;
}

static int64_t count_rows(const struct json *list);

static bool count_member(const char *key, const struct json *value, void *ctx) {
    (void)key;
    if (json_kind(value) != KIND_ARRAY || json_count(value) == 0 ||
        json_kind(json_at(value, 0)) != KIND_OBJECT)
        return true;
    int64_t inner = count_rows(value), *count = ctx;
    *count = inner < 0 ? -1 : *count + inner;
    return inner >= 0;
}

/* The objects in a list and in the lists of their members; -1: one holds something else. */
static int64_t count_rows(const struct json *list) {
    int64_t count = 0;
    for (size_t i = 0; i < json_count(list); i++) {
        const struct json *object = json_at(list, i);
        if (json_kind(object) != KIND_OBJECT)
            return -1;
        count++;
        if (!json_each(object, count_member, &count))
            return -1;
    }
    return count;
}

static void read_json(const uint8_t *bytes, size_t len) {
    struct seen seen = {.rows = 0};
    struct error e = {0}, ignored = {0};
    bool bom = len >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0;
    bool read = read_bytes(json_rows_read, bytes, len, on_cells, &seen, &e);
    struct json *root =
        json_parse((const char *)bytes + (bom ? 3 : 0), len - (bom ? 3 : 0), &ignored);
    if (root == NULL)
        return; /* a single element may be less deep than all of the file */
    int64_t wanted = json_kind(root) == KIND_ARRAY ? count_rows(root) : -1;
    json_free(root);
    require(read || wanted < 0 || strstr(e.message, "of members") != NULL ||
                strstr(e.message, "of a member") != NULL,
            "a list of objects is read", e.message);
    require(!read || seen.rows == wanted + 1, "every object is a row", "");
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len) {
    read_tabs(bytes, len);
    read_json(bytes, len);
    return 0;
}
