/* SPDX-License-Identifier: Apache-2.0
 *
 * The first byte chooses a column, the rest is its cell. What is taken is UTF-8, and
 * canonical: checked again it is itself. What is refused says why. To be run from the
 * root of the checkout.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "importers/cell.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static void require(bool holds, const char *once, const char *twice) {
    if (holds)
        return;
    fprintf(stderr, "once:  %s\ntwice: %s\n", once, twice);
    abort();
}

int LLVMFuzzerInitialize(int *argc, char ***argv) {
    struct error e = {0};
    (void)argc, (void)argv;
    if (!vocabularies_load("data/vocabulary", &e)) {
        fprintf(stderr, "%s\n", e.message);
        exit(1);
    }
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len) {
    static struct cell_reader r;
    struct error e = {0};
    const char *once = "", *twice = "";
    if (len < 1 || !text_utf8((const char *)bytes + 1, len - 1, NULL))
        return 0;
    enum column column = (enum column)(bytes[0] % COL_COUNT);
    struct slice text = {(const char *)bytes + 1, len - 1};
    arena_reset(&r.arena);
    if (!cell_check(&r, column, text, &once, &e)) {
        require(e.code == ERR_DATA && e.message[0] != '\0', "", e.message);
        return 0;
    }
    require(text_utf8(once, strlen(once), NULL), once, "");
    require(cell_check(&r, column, slice_of(once), &twice, &e), once, e.message);
    require(strcmp(once, twice) == 0, once, twice);
    return 0;
}
