/* SPDX-License-Identifier: Apache-2.0
 *
 * Any bytes as a file of boundaries, read feature by feature, its outlines made sound.
 * Promised:
 *   - a refusal says why; one of the file names it and a line;
 *   - features come in order, on lines that do not go back;
 *   - what jansson takes as a FeatureCollection is taken, with as many features;
 *   - a sound outline is clean: cleaned again it is itself, and nothing is repaired;
 *   - it can be asked: a point inside lies in it and in its box, as every corner does.
 */
#include "data/shape.h"
#include "importers/geojson.h"
#include "tests/fuzz/require.h"

#define NAME "fuzz.geojson"
#define TOLERANCE 0.001 /* degrees */

struct seen {
    int64_t number, line; /* of the last feature */
    int64_t lines;        /* of the file at most */
};

/* ---- outlines ----------------------------------------------------------------------- */

static void on_ring(const struct point *corner, size_t count, void *ctx) {
    const struct box *box = ctx;
    require(count >= 4, "a ring has corners", "");
    require(corner[0].lat == corner[count - 1].lat && corner[0].lon == corner[count - 1].lon,
            "a ring is closed", "");
    for (size_t i = 0; i < count; i++)
        require(corner[i].lon >= box->west && corner[i].lon <= box->east &&
                    corner[i].lat >= box->south && corner[i].lat <= box->north,
                "a corner lies in the box", "");
}

static void ask(const void *wkb, size_t len) {
    struct error e = {0};
    struct shape *s = shape_new(wkb, len, &e);
    require(s != NULL, "a sound outline is a shape", e.message);
    struct box box = shape_box(s);
    struct point inside = shape_inside(s);
    require(box.west >= -180 && box.west < box.east && box.east <= 180 &&
                box.south >= -90 && box.south < box.north && box.north <= 90,
            "a box in degrees", "");
    require(inside.lon >= box.west && inside.lon <= box.east && inside.lat >= box.south &&
                inside.lat <= box.north,
            "a point inside lies in the box", "");
    shape_rings(s, TOLERANCE, on_ring, &box);
    shape_free(s);
}

static void clean(const struct buf *wkb) {
    static struct buf once, twice;
    char repaired[200], again[200];
    struct error e = {0};
    once.len = twice.len = 0;
    if (!shape_clean(wkb->data, wkb->len, &once, repaired, sizeof repaired, &e)) {
        require_reason(&e, ERR_DATA);
        return;
    }
    require(text_utf8(repaired, strlen(repaired), NULL), "a repair is told in UTF-8", "");
    require(shape_clean(once.data, once.len, &twice, again, sizeof again, &e),
            "a sound outline is taken", e.message);
    require(again[0] == '\0', "a sound outline needs no repair", again);
    require(once.len == twice.len && memcmp(once.data, twice.data, once.len) == 0,
            "a sound outline is itself", "");
    ask(once.data, once.len);
}

/* ---- features ----------------------------------------------------------------------- */

static bool on_feature(const struct geojson_feature *f, void *ctx, struct error *e) {
    static struct buf wkb;
    struct seen *seen = ctx;
    struct error why = {0};
    (void)e;
    require(f->number == seen->number + 1, "features come in order", "");
    require(f->line >= seen->line && f->line <= seen->lines, "lines do not go back", "");
    seen->number = f->number;
    seen->line = f->line;
    require(f->properties == NULL || json_kind(f->properties) == KIND_OBJECT, "properties",
            "");
    if (f->geometry == NULL)
        return true;
    wkb.len = 0;
    if (geojson_wkb(f->geometry, &wkb, &why))
        clean(&wkb);
    else
        require_reason(&why, ERR_DATA);
    return true;
}

/* How many features a reader of all JSON finds, or -1 where it is no FeatureCollection. */
static int64_t count_features(const void *bytes, size_t len) {
    struct error e = {0};
    struct json *root = json_parse(bytes, len, &e);
    const struct json *list = NULL;
    if (root != NULL && json_kind(root) == KIND_OBJECT)
        list = json_get(root, "features");
    int64_t count = list != NULL && json_kind(list) == KIND_ARRAY ? (int64_t)json_count(list)
                                                                  : -1;
    for (int64_t i = 0; i < count; i++)
        if (json_kind(json_at(list, (size_t)i)) != KIND_OBJECT)
            count = -1;
    json_free(root);
    return count;
}

static int64_t count_lines(const uint8_t *bytes, size_t len) {
    int64_t lines = 1;
    for (size_t i = 0; i < len; i++)
        lines += bytes[i] == '\n';
    return lines;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len) {
    struct seen seen = {0, 1, count_lines(bytes, len)};
    struct error e = {0};
    int64_t progress = 0, wanted = count_features(bytes, len);
    FILE *in = len > 0 ? fmemopen((void *)(uintptr_t)bytes, len, "rb") : fopen("/dev/null", "rb");
    require(in != NULL, "a file in memory", "");
    bool read = geojson_read(in, NAME, on_feature, &seen, &progress, &e);
    fclose(in);
    if (!read) {
        require_reason(&e, ERR_DATA);
        require(strncmp(e.message, NAME ":", strlen(NAME ":")) == 0, "the file is named",
                e.message);
        require(strtoll(e.message + strlen(NAME ":"), NULL, 10) > 0, "a line is named",
                e.message);
    }
    require(!read || progress == (int64_t)len, "all of the file is read", "");
    require(wanted < 0 || read, "a FeatureCollection is taken", e.message);
    require(wanted < 0 || seen.number == wanted, "every feature is read", "");
    return 0;
}
