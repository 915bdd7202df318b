/* SPDX-License-Identifier: Apache-2.0
 *
 * The layout of the file stands in data/basemap.mjs.
 */
#include "data/basemap.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "data/buf.h"

#define VERSION 1
#define HEAD_BYTES 12
#define FEATURE_BYTES 10
#define FILE_MAX (64 << 20)

static uint32_t u32(const unsigned char *at) {
    return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 |
           (uint32_t)at[3] << 24;
}

static bool file_read(const char *path, struct buf *out, struct error *e) {
    FILE *f = fopen(path, "re");
    if (f == NULL)
        return error_set(e, ERR_ENVIRONMENT, "%s: %s", path, strerror(errno));
    for (size_t got = 1; got > 0 && out->len < FILE_MAX; out->len += got) {
        buf_reserve(out, 1 << 20);
        got = fread(out->data + out->len, 1, 1 << 20, f);
    }
    bool ok = !ferror(f) && out->len < FILE_MAX;
    fclose(f);
    return ok || error_set(e, ERR_ENVIRONMENT, "%s: cannot be read whole", path);
}

/* Gives the feature at `*at`, and moves on. */
static bool give(const unsigned char *data, size_t len, size_t *at,
                 bool (*each)(const struct basemap_feature *feature, void *ctx,
                              struct error *e),
                 void *ctx, bool *sound, struct error *e) {
    const unsigned char *head = data + *at;
    *sound = len - *at >= FEATURE_BYTES && len - *at - FEATURE_BYTES >= u32(head + 6) &&
             (head[0] == LAYER_LAND || head[0] == LAYER_BOUNDARY) && head[1] <= 1;
    if (!*sound)
        return false;
    struct basemap_feature f = {.row = {.id = "",
                                        .class = "",
                                        .name = "",
                                        .layer = (enum map_layer)head[0],
                                        .disputed = head[1] != 0,
                                        .wkb = head + FEATURE_BYTES,
                                        .wkb_len = u32(head + 6)}};
    memcpy(f.side[0], head + 2, 2);
    memcpy(f.side[1], head + 4, 2);
    *at += FEATURE_BYTES + f.row.wkb_len;
    return each(&f, ctx, e);
}

bool basemap_each(const char *path,
                  bool (*each)(const struct basemap_feature *feature, void *ctx,
                               struct error *e),
                  void *ctx, struct error *e) {
    struct buf file = {0};
    if (!file_read(path, &file, e)) {
        buf_free(&file);
        return false;
    }
    const unsigned char *data = (const unsigned char *)file.data;
    size_t at = HEAD_BYTES;
    bool sound = file.len >= HEAD_BYTES && memcmp(data, "HAVM", 4) == 0 &&
                 u32(data + 4) == VERSION;
    bool ok = sound;
    for (uint32_t left = sound ? u32(data + 8) : 0; ok && left > 0; left--)
        ok = give(data, file.len, &at, each, ctx, &sound, e);
    if (!sound || (ok && at != file.len))
        ok = error_set(e, ERR_ENVIRONMENT,
                       "%s: not a basemap of this program; make builds it again", path);
    buf_free(&file);
    return ok;
}
