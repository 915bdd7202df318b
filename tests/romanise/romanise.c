/* SPDX-License-Identifier: Apache-2.0
 *
 * Names on the standard input, one a line; each romanised on the standard output, or with
 * --native in its written form.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "data/names/romanise.h"
#include "data/share.h"

int main(int argc, char **argv) {
    char share[SHARE_PATH_MAX];
    struct error e;
    bool native = argc > 1 && strcmp(argv[1], "--native") == 0;
    struct buf out = {0};
    char *line = NULL;
    size_t capacity = 0;
    ssize_t len;
    if (!share_open(share, &e)) {
        fprintf(stderr, "%s\n", e.message);
        return 1;
    }
    while ((len = getline(&line, &capacity, stdin)) > 0) {
        size_t name = (size_t)len - (line[len - 1] == '\n');
        out.len = 0;
        (native ? native_form : romanise)(line, name, &out);
        puts(buf_text(&out));
    }
    free(line);
    buf_free(&out);
    return 0;
}
