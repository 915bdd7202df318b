/* SPDX-License-Identifier: Apache-2.0
 *
 * Any bytes as a file of `import basemap`: lines and polygons, drawn into tiles. Promised:
 *   - a refusal says why;
 *   - lines that are taken, and outlines that are sound, can be drawn;
 *   - a tile is a vector tile: what is in it lies in the tile or its buffer, rings are closed,
 *     have an area, and the first is no hole;
 *   - drawn whole or by way of a piece, both or neither of the two tiles hold something.
 */
#include "data/shape.h"
#include "importers/geojson.h"
#include "tests/fuzz/require.h"
#include "tiles/clip.h"

#define assert_true(holds) require(holds, #holds, "")
#define assert_int_equal(a, b) require((a) == (b), #a " is " #b, "")
#define assert_non_null(p) require((p) != NULL, #p, "")
#include "tests/unit/tile_by_hand.h"

#define NAME "fuzz.geojson"
#define BUFFER 64

static struct clip *the_clip;
static struct mvt *the_mvt;
static uint64_t choice;

int LLVMFuzzerInitialize(int *argc, char ***argv) {
    (void)argc, (void)argv;
    the_clip = clip_new();
    the_mvt = mvt_new();
    return 0;
}

/* ---- tiles ------------------------------------------------------------------------------- */

static void check_feature(const VectorTile__Tile__Feature *f, enum mvt_type type) {
    static struct drawn drawn;
    feature_read(f, &drawn);
    require((int)f->type == (int)type, "a feature is of the type of its outline", "");
    require(drawn.parts > 0, "a feature has a part", "");
    for (size_t i = 0; i < drawn.count; i++)
        require(drawn.at[i].x >= -BUFFER && drawn.at[i].x <= TILE_EXTENT + BUFFER &&
                    drawn.at[i].y >= -BUFFER && drawn.at[i].y <= TILE_EXTENT + BUFFER,
                "a corner lies in the tile or its buffer", "");
    for (size_t i = 0; i < drawn.parts; i++) {
        size_t corners = drawn.start[i + 1] - drawn.start[i];
        require(corners >= (type == MVT_LINE ? 2 : 3), "a part has corners", "");
        require(drawn.closed[i] == (type == MVT_POLYGON), "rings are closed, lines not",
                "");
        if (type == MVT_POLYGON)
            require(ring_area(&drawn, i) != 0 && (i > 0 || ring_area(&drawn, i) > 0),
                    "a ring has an area, the first is no hole", "");
    }
}

/* True when it holds something. */
static bool draw(const struct outline *o, struct tile t) {
    static struct buf bytes;
    struct error e = {0};
    bytes.len = 0;
    mvt_reset(the_mvt);
    mvt_layer(the_mvt, "fuzz");
    mvt_feature(the_mvt, outline_type(o));
    if (!clip_draw(the_clip, o, t, BUFFER, the_mvt, &e)) {
        require_reason(&e, ERR_DATA);
        return false;
    }
    mvt_end(the_mvt);
    require(mvt_write(the_mvt, &bytes, &e), "a tile is written", e.message);
    if (bytes.len == 0)
        return false;
    VectorTile__Tile *tile = tile_read(&bytes);
    require(tile->n_layers == 1 && tile->layers[0]->n_features == 1, "one feature", "");
    check_feature(tile->layers[0]->features[0], outline_type(o));
    vector_tile__tile__free_unpacked(tile, NULL);
    return true;
}

static struct tile choose_tile(const struct outline *o) {
    struct tile_square s = outline_square(o);
    struct mercator at = {(s.low.x + s.high.x) / 2, (s.low.y + s.high.y) / 2};
    if (chosen_next(&choice) % 2 == 0)
        at = s.low;
    return tile_at(mercator_point(at), (uint32_t)(chosen_next(&choice) % 15));
}

static void draw_simplified(const struct outline *o, struct tile t) {
    struct error e = {0};
    struct outline *less = clip_simplify(the_clip, o, t.z, 6, 80, &e);
    if (less != NULL)
        draw(less, t);
    else
        require(e.code == ERR_NONE || e.message[0] != '\0', "a reason", "");
    outline_free(the_clip, less);
}

static void draw_all(const void *wkb, size_t len) {
    struct error e = {0};
    struct outline *o = clip_read(the_clip, wkb, len, &e);
    require(o != NULL, "what was taken can be drawn", e.message);
    struct tile t = choose_tile(o);
    struct tile above = {t.z / 2, t.x >> (t.z - t.z / 2), t.y >> (t.z - t.z / 2)};
    bool whole = draw(o, t);
    struct outline *piece = clip_cut(the_clip, o, tile_square(above, BUFFER), &e);
    require(piece != NULL || e.code != ERR_NONE || !whole,
            "a piece holds what the whole does", "");
    if (piece != NULL)
        require(draw(piece, t) == whole, "a piece is drawn as the whole", "");
    draw_simplified(o, t);
    outline_free(the_clip, piece);
    outline_free(the_clip, o);
}

/* ---- features ---------------------------------------------------------------------------- */

static bool on_feature(const struct geojson_feature *f, void *ctx, struct error *e) {
    static struct buf wkb, sound;
    char repaired[200];
    struct error why = {0};
    (void)ctx, (void)e;
    wkb.len = sound.len = 0;
    if (f->geometry == NULL)
        return true;
    if (geojson_wkb_lines(f->geometry, &wkb, &why)) {
        draw_all(wkb.data, wkb.len);
        return true;
    }
    require_reason(&why, ERR_DATA);
    wkb.len = 0;
    if (!geojson_wkb(f->geometry, &wkb, &why) ||
        !shape_clean(wkb.data, wkb.len, &sound, repaired, sizeof repaired, &why))
        require_reason(&why, ERR_DATA);
    else
        draw_all(sound.data, sound.len);
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len) {
    struct error e = {0};
    if (len == 0)
        return 0;
    choice = chosen_by(bytes, len);
    FILE *in = fmemopen((void *)(uintptr_t)bytes, len, "rb");
    require(in != NULL, "a file in memory", "");
    if (!geojson_read(in, NAME, on_feature, NULL, NULL, &e))
        require_reason(&e, ERR_DATA);
    fclose(in);
    return 0;
}
