/* SPDX-License-Identifier: Apache-2.0
 *
 * Draws outlines into tiles, for decoders of other people to read:
 *
 *   draw FOLDER < outlines
 *
 * An outline is a line `NAME z x y polygon|line PARTS`, then a line for each part: `0` or `1`
 * (a hole of the ring before it), the number of corners, their longitudes and latitudes.
 * Each becomes FOLDER/NAME.mvt: one layer `drawn`, one feature; no file where nothing of it
 * lies in the tile.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "data/mem.h"
#include "tiles/clip.h"

#define BUFFER 64
#define PARTS_MAX 100

static int fail(const char *what) {
    fprintf(stderr, "draw: %s\n", what);
    return 1;
}

static bool read_part(struct clip_part *out) {
    int hole;
    size_t count;
    if (scanf("%d %zu", &hole, &count) != 2 || count > 100000)
        return false;
    struct point *at = xcalloc(count + 1, sizeof *at);
    for (size_t i = 0; i < count; i++)
        if (scanf("%lf %lf", &at[i].lon, &at[i].lat) != 2)
            return false;
    *out = (struct clip_part){at, count, hole != 0};
    return true;
}

static bool write_tile(struct mvt *m, const char *folder, const char *name,
                       struct error *e) {
    char path[500];
    struct buf out = {0};
    snprintf(path, sizeof path, "%s/%s.mvt", folder, name);
    if (!mvt_end(m))
        return true;
    mvt_write(m, &out, e);
    FILE *f = fopen(path, "wb");
    bool done = f != NULL && fwrite(out.data, 1, out.len, f) == out.len;
    if (f != NULL)
        done = fclose(f) == 0 && done;
    buf_free(&out);
    return done || error_set(e, ERR_ENVIRONMENT, "%s: %m", path);
}

static bool draw(struct clip *c, struct mvt *m, enum mvt_type type, struct tile t,
                 const struct clip_part *part, size_t count, struct error *e) {
    struct outline *o = clip_parts(c, type, part, count, e);
    mvt_reset(m);
    mvt_layer(m, "drawn");
    mvt_feature(m, type);
    bool done = o != NULL && clip_draw(c, o, t, BUFFER, m, e);
    outline_free(c, o);
    return done;
}

int main(int argc, char **argv) {
    char name[100], type[20];
    struct tile t;
    size_t count;
    struct error e = {0};
    struct clip_part part[PARTS_MAX];
    struct clip *c = clip_new();
    struct mvt *m = mvt_new();
    if (argc != 2)
        return fail("usage: draw FOLDER < outlines");
    while (scanf("%99s %u %u %u %19s %zu", name, &t.z, &t.x, &t.y, type, &count) == 6) {
        if (count > PARTS_MAX)
            return fail("too many parts");
        for (size_t i = 0; i < count; i++)
            if (!read_part(&part[i]))
                return fail("a part is not one");
        enum mvt_type kind = strcmp(type, "line") == 0 ? MVT_LINE : MVT_POLYGON;
        if (!draw(c, m, kind, t, part, count, &e) || !write_tile(m, argv[1], name, &e))
            return fail(e.message);
        for (size_t i = 0; i < count; i++)
            free((void *)(uintptr_t)part[i].at);
    }
    mvt_free(m);
    clip_free(c);
    return 0;
}
