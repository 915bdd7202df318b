/* SPDX-License-Identifier: Apache-2.0
 *
 * The only file that includes libcsv. The parser is fed one physical line at a time, so
 * that the line of each row is known also when quoted fields span several lines; fields
 * are copied into one buffer, which is reused for every row.
 */
#include "data/csv.h"

#include <csv.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "data/buf.h"
#include "data/mem.h"

#define CHUNK 65536

struct reader {
    struct csv_parser parser;
    const char *path;
    bool (*each)(const struct csv_row *row, void *ctx, struct error *e);
    void *ctx;
    struct error *e;
    int64_t line;     /* of the byte that is fed next */
    int64_t row_line; /* on which the current row starts */
    size_t row_bytes; /* of the current row, fed so far */
    bool in_row;      /* a row has begun and not ended */
    bool after_cr;    /* the last byte was CR: an LF now ends no further line */
    bool failed;      /* `e` is set */
    struct buf text;  /* of the fields of the current row */
    size_t ends[CSV_COLUMNS_MAX];
    size_t count;
    struct slice field[CSV_COLUMNS_MAX];
};

static bool refuse(struct reader *r, int64_t line, const char *what) {
    r->failed = true;
    return error_set(r->e, ERR_DATA, "%s:%lld: %s", r->path, (long long)line, what);
}

/* True when `len` bytes are ASCII without NUL, looked at eight at a time. */
static bool plain_ascii(const char *s, size_t len) {
    const uint64_t ones = 0x0101010101010101u, highs = 0x8080808080808080u;
    for (; len >= 8; s += 8, len -= 8) {
        uint64_t word;
        memcpy(&word, s, 8);
        if (((word - ones) | word) & highs)
            return false;
    }
    for (; len > 0; s++, len--)
        if (*s == 0 || (unsigned char)*s >= 0x80)
            return false;
    return true;
}

static const char *wrong_bytes(const char *s, size_t len) {
    if (memchr(s, '\0', len) != NULL)
        return "a NUL byte: this is not a text file (UTF-16 must be saved as UTF-8)";
    return "bytes that are not UTF-8: save the file as UTF-8";
}

static void on_field(void *bytes, size_t len, void *ctx) {
    struct reader *r = ctx;
    if (r->failed)
        return;
    if (r->count == CSV_COLUMNS_MAX) {
        refuse(r, r->row_line, "more than 1000 columns in a row");
        return;
    }
    const char *s = bytes;
    if (!plain_ascii(s, len) && !text_utf8(s, len, NULL)) {
        refuse(r, r->row_line, wrong_bytes(s, len));
        return;
    }
    buf_add(&r->text, s, len);
    r->ends[r->count++] = r->text.len;
}

static void on_row(int terminator, void *ctx) {
    struct reader *r = ctx;
    (void)terminator;
    if (r->failed)
        return;
    size_t start = 0;
    const char *text = buf_text(&r->text);
    for (size_t i = 0; i < r->count; start = r->ends[i++])
        r->field[i] = (struct slice){text + start, r->ends[i] - start};
    struct csv_row row = {r->row_line, r->field, r->count};
    r->failed = !r->each(&row, r->ctx, r->e);
    r->text.len = r->count = r->row_bytes = 0;
    r->in_row = false;
}

static bool blank(const char *s, size_t len) {
    for (size_t i = 0; i < len; i++)
        if (s[i] != ' ' && s[i] != '\t' && s[i] != '\r' && s[i] != '\n')
            return false;
    return true;
}

/* Feeds bytes of one physical line. */
static bool feed(struct reader *r, const char *s, size_t len) {
    if (!r->in_row)
        r->row_line = r->line;
    r->in_row = r->in_row || !blank(s, len);
    r->row_bytes = r->in_row ? r->row_bytes + len : 0;
    if (r->row_bytes > CSV_ROW_MAX)
        return refuse(r, r->row_line,
                      "a row of more than 1 MiB starts here (a quote that is "
                      "never closed?)");
    if (csv_parse(&r->parser, s, len, on_field, on_row, r) != len && !r->failed)
        return refuse(r, r->line,
                      "a quote (\") where none may stand: a field with quotes is "
                      "quoted whole and doubles them");
    return !r->failed;
}

/* Bytes up to and with the end of the line, or all. */
static size_t line_length(const char *s, size_t len) {
    const char *lf = memchr(s, '\n', len);
    size_t upto = lf ? (size_t)(lf - s) : len;
    const char *cr = memchr(s, '\r', upto);
    if (cr == NULL || cr + 1 == lf)
        return lf ? upto + 1 : len;
    return (size_t)(cr - s) + 1;
}

static bool feed_lines(struct reader *r, const char *s, size_t len) {
    while (len > 0) {
        size_t n = r->after_cr && s[0] == '\n' ? 1 : line_length(s, len);
        bool second_half = r->after_cr && s[0] == '\n';
        if (!feed(r, s, n))
            return false;
        char last = s[n - 1];
        if (!second_half && (last == '\n' || last == '\r'))
            r->line++;
        r->after_cr = last == '\r';
        s += n;
        len -= n;
    }
    return true;
}

static bool finish(struct reader *r) {
    if (csv_fini(&r->parser, on_field, on_row, r) != 0 && !r->failed)
        return refuse(r, r->row_line,
                      "a quote (\") in the row that starts here is never "
                      "closed");
    return !r->failed;
}

/* Fills `into` as far as the file goes; the count of bytes, or -1. */
static ssize_t read_chunk(int fd, char *into) {
    size_t have = 0;
    while (have < CHUNK) {
        ssize_t n = read(fd, into + have, CHUNK - have);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -1;
        if (n == 0)
            break;
        have += (size_t)n;
    }
    return (ssize_t)have;
}

static bool read_all(struct reader *r, int fd, int64_t *progress) {
    char *chunk = xmalloc(CHUNK);
    bool first = true, good = true;
    ssize_t n = 0;
    while (good && (n = read_chunk(fd, chunk)) > 0) {
        size_t skip = first && n >= 3 && memcmp(chunk, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
        first = false;
        good = feed_lines(r, chunk + skip, (size_t)n - skip);
        if (progress != NULL)
            *progress += n;
    }
    if (good && n < 0)
        good = error_set(r->e, ERR_ENVIRONMENT, "%s: cannot read: %s", r->path,
                         strerror(errno));
    free(chunk);
    return good && finish(r);
}

static bool open_file(const char *path, int *fd, struct error *e) {
    *fd = strcmp(path, "-") == 0 ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    if (*fd < 0)
        return error_set(e, ERR_ENVIRONMENT, "%s: cannot open: %s", path,
                         strerror(errno));
    return true;
}

bool csv_read(const char *path,
              bool (*each)(const struct csv_row *row, void *ctx, struct error *e),
              void *ctx, int64_t *progress, struct error *e) {
    int fd;
    if (!open_file(path, &fd, e))
        return false;
    struct reader *r = xcalloc(1, sizeof *r);
    r->path = path;
    r->each = each;
    r->ctx = ctx;
    r->e = e;
    r->line = 1;
    csv_init(&r->parser, CSV_STRICT | CSV_STRICT_FINI);
    if (progress != NULL)
        *progress = 0;
    bool good = read_all(r, fd, progress);
    csv_free(&r->parser);
    buf_free(&r->text);
    free(r);
    if (fd != STDIN_FILENO)
        close(fd);
    return good;
}
