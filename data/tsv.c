/* SPDX-License-Identifier: Apache-2.0 */
#include "data/tsv.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "data/mem.h"

struct reader {
    FILE *in;
    const char *path;
    bool (*each)(const struct csv_row *row, void *ctx, struct error *e);
    void *ctx;
    int64_t line;
    char text[CSV_ROW_MAX + 2]; /* of the line */
    struct slice field[CSV_COLUMNS_MAX];
};

static bool refuse(const struct reader *r, const char *what, struct error *e) {
    return error_set(e, ERR_DATA, "%s:%lld: %s", r->path, (long long)r->line, what);
}

/* Cuts the line into its fields. */
static bool give(struct reader *r, struct slice rest, struct error *e) {
    size_t count = 0;
    struct slice field;
    while (slice_next(&rest, '\t', &field)) {
        if (count == CSV_COLUMNS_MAX)
            return refuse(r, "more than 1000 columns in a row", e);
        r->field[count++] = field;
    }
    return r->each(&(struct csv_row){r->line, r->field, count}, r->ctx, e);
}

static bool take_line(struct reader *r, size_t len, struct error *e) {
    struct slice line = {r->text, len};
    if (r->line == 1 && len >= 3 && memcmp(line.at, "\xef\xbb\xbf", 3) == 0)
        line = (struct slice){line.at + 3, len - 3};
    if (line.len > 0 && line.at[line.len - 1] == '\r')
        line.len--;
    if (memchr(line.at, '\0', line.len) != NULL)
        return refuse(r, "a NUL byte: this is not a text file (UTF-16 must be saved as UTF-8)",
                      e);
    if (!text_utf8(line.at, line.len, NULL))
        return refuse(r, "bytes that are not UTF-8: save the file as UTF-8", e);
    return line.len == 0 || give(r, line, e);
}

/* Reads a line without its LF into `text`; `*got` false at the end of the file. */
static bool read_line(struct reader *r, size_t *len, bool *got, int64_t *progress,
                      struct error *e) {
    int c = getc_unlocked(r->in);
    *got = c != EOF;
    *len = 0;
    r->line += *got;
    for (; c != EOF && c != '\n'; c = getc_unlocked(r->in)) {
        if (*len == CSV_ROW_MAX)
            return refuse(r, "a row of more than 1 MiB starts here", e);
        r->text[(*len)++] = (char)c;
    }
    if (progress != NULL)
        *progress += (int64_t)*len + (c == '\n');
    return !ferror(r->in) || error_set(e, ERR_ENVIRONMENT, "%s: cannot read: %s", r->path,
                                       strerror(errno));
}

static bool read_all(struct reader *r, int64_t *progress, struct error *e) {
    size_t len;
    for (bool got = true; got;)
        if (!read_line(r, &len, &got, progress, e) || (got && !take_line(r, len, e)))
            return false;
    return true;
}

bool tsv_read(const char *path,
              bool (*each)(const struct csv_row *row, void *ctx, struct error *e),
              void *ctx, int64_t *progress, struct error *e) {
    FILE *in = fopen(path, "re");
    if (in == NULL)
        return error_set(e, ERR_ENVIRONMENT, "%s: cannot open: %s", path,
                         strerror(errno));
    struct reader *r = xmalloc(sizeof *r);
    r->in = in;
    r->path = path;
    r->each = each;
    r->ctx = ctx;
    r->line = 0;
    if (progress != NULL)
        *progress = 0;
    bool good = read_all(r, progress, e);
    fclose(in);
    free(r);
    return good;
}
