/* SPDX-License-Identifier: Apache-2.0
 *
 * Any bytes as a CSV file. Rows come in the order of the file with lines that grow and
 * stay within it, fields are UTF-8 without NUL, and a refusal names the file and a line.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "data/csv.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

struct seen {
    int64_t line;  /* of the last row */
    int64_t lines; /* of the file at most */
};

static void require(bool holds) {
    if (!holds)
        abort();
}

static bool on_row(const struct csv_row *row, void *ctx, struct error *e) {
    struct seen *seen = ctx;
    (void)e;
    require(row->line > seen->line && row->line <= seen->lines);
    require(row->count > 0 && row->count <= CSV_COLUMNS_MAX);
    for (size_t i = 0; i < row->count; i++)
        require(text_utf8(row->field[i].at, row->field[i].len, NULL));
    seen->line = row->line;
    return true;
}

static int64_t count_lines(const uint8_t *bytes, size_t len) {
    int64_t lines = 1;
    for (size_t i = 0; i < len; i++)
        lines += bytes[i] == '\n' || bytes[i] == '\r';
    return lines;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len) {
    char path[40];
    struct seen seen = {0, count_lines(bytes, len)};
    struct error e = {0};
    int64_t progress;
    int fd = memfd_create("fuzz", 0);
    require(fd >= 0 && write(fd, bytes, len) == (ssize_t)len);
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    if (csv_read(path, on_row, &seen, &progress, &e)) {
        require(progress == (int64_t)len);
    } else {
        require(e.code == ERR_DATA && strncmp(e.message, path, strlen(path)) == 0);
        require(strtoll(e.message + strlen(path) + 1, NULL, 10) > 0);
    }
    close(fd);
    return 0;
}
