/* SPDX-License-Identifier: Apache-2.0
 *
 * MBTiles 1.3: vector tiles in one SQLite file, ours or somebody else's.
 *
 *      map     zoom_level, tile_column, tile_row, tile_id        TMS: row 0 is the south
 *      images  tile_id, tile_data                                each content once, gzip
 *      tiles   a view of both, as the format wants it
 *      metadata
 *
 * A file is made under the name PATH.part, block by block; a block of tiles is kept whole or
 * not at all, so that whoever was stopped goes on where the last one ended. PATH itself
 * appears complete, by renaming. What is in it depends on the tiles only, not on the order in
 * which they came.
 *
 * Rows and columns here are those of web addresses: row 0 is the north.
 */
#ifndef DATA_MBTILES_H
#define DATA_MBTILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "data/buf.h"
#include "data/error.h"
#include "data/shape.h"

#define MBTILES_TILE_MAX (8 << 20) /* bytes, as they stand in the file */
#define MBTILES_ZOOM_MAX 22

/* Where a tile, or a block of them, is. */
struct mbtiles_at {
    uint32_t z, x, y;
};

/* What a file says of itself. */
struct mbtiles_info {
    char *name, *attribution, *description; /* "" not stated */
    char *key;    /* what mbtiles_create() was given; "" somebody else's file */
    char *json;   /* {"vector_layers": [...]} */
    char *layers; /* of a file that was read: that list, of what TileJSON 3.0 has in it */
    int min_zoom, max_zoom;
    struct box bounds;
    double center[3]; /* longitude, latitude, zoom */
};

/* ---- reading --------------------------------------------------------------------------- */

struct mbtiles;

/* Opens a file of vector tiles (format pbf). NULL: `e` says what is wrong with it. Any number
 * of threads may read it; a file that takes its place under its name is not noticed. */
struct mbtiles *mbtiles_open(const char *path, struct error *e);
void mbtiles_close(struct mbtiles *m); /* NULL is fine */

const struct mbtiles_info *mbtiles_info(const struct mbtiles *m);

/* Appends the tile as it stands there, gzip or not; nothing where there is none. */
bool mbtiles_read(struct mbtiles *m, struct mbtiles_at at, struct buf *out,
                  struct error *e);

/* ---- writing --------------------------------------------------------------------------- */

struct mbtiles_writer;

/* Begins PATH.part. `key` names what the tiles are made of and how: with `resume`, blocks of
 * a part with the same key stay, and `*kept` is their number; any other part is replaced.
 * NULL: `e` says why (another one is at it, the folder cannot be written). */
struct mbtiles_writer *mbtiles_create(const char *path, const char *key, bool resume,
                                      int64_t *kept, struct error *e);

/* Whether the part had the block when it was opened. */
bool mbtiles_has(struct mbtiles_writer *w, struct mbtiles_at block);

/* Puts a tile, which is compressed already, and ends the block that the tiles before it are
 * of. */
bool mbtiles_put(struct mbtiles_writer *w, struct mbtiles_at at, const void *bytes,
                 size_t len, struct error *e);
bool mbtiles_end_block(struct mbtiles_writer *w, struct mbtiles_at block,
                       struct error *e);

/* Makes the blocks that have ended safe. */
bool mbtiles_flush(struct mbtiles_writer *w, struct error *e);

/* Writes the metadata, makes PATH of the part, on disk, and frees `w`. On failure the part
 * stays. */
bool mbtiles_finish(struct mbtiles_writer *w, const struct mbtiles_info *info,
                    struct error *e);

/* Stops; the blocks that were flushed stay. NULL is fine. */
void mbtiles_abandon(struct mbtiles_writer *w);

#endif
