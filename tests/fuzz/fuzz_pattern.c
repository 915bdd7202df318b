/* SPDX-License-Identifier: Apache-2.0
 *
 * Any bytes as a pattern of a map (up to the first line end) and a cell (the rest). What
 * is refused says why; what is cut out of a cell stands in it, in order, without overlap,
 * and is UTF-8 where pattern and cell are.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "importers/pattern.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static void require(bool holds) {
    if (!holds)
        abort();
}

static void match(const struct pattern *p, struct slice cell, bool utf8) {
    struct slice out[PATTERN_GAPS_MAX];
    const char *at = cell.at;
    if (!pattern_match(p, cell, out))
        return;
    for (size_t i = 0; i < p->named; i++) {
        require(out[i].at >= at && out[i].at + out[i].len <= cell.at + cell.len);
        require(slice_trim(out[i]).len == out[i].len);
        require(!utf8 || text_utf8(out[i].at, out[i].len, NULL));
        at = out[i].at + out[i].len;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len) {
    struct slice cell = {(const char *)bytes, len}, text;
    struct arena arena = {0};
    struct pattern p;
    struct error e = {0};
    slice_next(&cell, '\n', &text);
    if (cell.at == NULL || memchr(text.at, '\0', text.len) != NULL)
        return 0;
    if (pattern_parse(text, &arena, &p, &e)) {
        require(p.named > 0 && p.named <= p.count && p.count <= PATTERN_GAPS_MAX);
        match(&p, cell,
              text_utf8(text.at, text.len, NULL) && text_utf8(cell.at, cell.len, NULL));
    } else {
        require(e.code == ERR_DATA && e.message[0] != '\0');
    }
    arena_free(&arena);
    return 0;
}
