/* SPDX-License-Identifier: Apache-2.0
 *
 * What anybody sends who asks for a tile or a page: any bytes as an address of a tile, and as
 * the headers that choose a coding, a language and a 304. Promised:
 *   - an address that is taken is a tile, and written again it is the same bytes;
 *   - one that is refused is refused with a reason;
 *   - a coding is taken only where the header names it, or `*`;
 *   - a language is one of ours;
 *   - an origin that may frame pages holds nothing that would end its place in a header.
 */
#include "data/vocabulary.h"
#include "server/api/pages.h"
#include "server/http/coding.h"
#include "server/http/http.h"
#include "tests/fuzz/require.h"
#include "tiles/tile.h"

static void check_address(const char *text) {
    struct tile t = {0, 0, 0};
    struct error e = {0};
    char again[40];
    if (!tile_parse(text, &t, &e)) {
        require(e.code == ERR_USAGE && e.message[0] != '\0', "a refusal says why", "");
        return;
    }
    require(tile_check(t, &e), "an address is a tile", e.message);
    snprintf(again, sizeof again, "%u/%u/%u", t.z, t.x, t.y);
    require(strcmp(again, text) == 0, "an address is written in one way", again);
    struct box b = tile_box(t);
    require(b.west < b.east && b.south < b.north, "a tile has a size", "");
}

static void check_coding(const char *header, const char *coding) {
    bool named = strcasestr(header, coding) != NULL || strchr(header, '*') != NULL;
    require(named || !coding_accepted(header, coding), "a coding is named", header);
}

static void check_headers(const char *header) {
    static const char etag[] = "\"0123\"";
    check_coding(header, "gzip");
    check_coding(header, "br");
    int language = accepted_language(header);
    require(language >= 0 && language < LANGUAGE_COUNT, "a language is one of ours",
            header);
    bool named = strstr(header, etag) != NULL || strchr(header, '*') != NULL;
    require(named || !etag_matches(header, etag), "a validator is named", header);
}

static void check_origin(const char *text) {
    static const char safe[] = "abcdefghijklmnopqrstuvwxyz0123456789.-:/";
    if (embed_origin(text))
        require(strspn(text, safe) == strlen(text), "an origin ends nothing", text);
}

int LLVMFuzzerInitialize(int *argc, char ***argv) {
    (void)argc, (void)argv;
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len) {
    char *text = malloc(len + 1);
    require(text != NULL, "memory", "");
    memcpy(text, bytes, len);
    text[len] = '\0';
    check_address(text);
    check_headers(text);
    check_origin(text);
    free(text);
    return 0;
}
