/* SPDX-License-Identifier: Apache-2.0
 *
 * Fills SQLite's R*Tree from sorted points, level by level, instead of one insertion a
 * point (which splits and reinserts: eight times as long). Its three tables and the
 * layout of a node are part of SQLite's file format (sqlite.org/rtree.html, "The
 * Shadow Tables"); `haven check` has rtreecheck() verify the result.
 *
 *   node:  depth of the tree (root only) u16, count u16, then count cells
 *   cell:  row or child node u64, xmin xmax ymin ymax f32; all big-endian
 *
 *   tables: _node (nodeno, data), _rowid (rowid, nodeno of its leaf),
 *           _parent (nodeno, parentnode); the root is node 1
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "data/mem.h"
#include "data/record_private.h"

#define CELL_BYTES 24
#define ROOT 1

struct cell {
    int64_t id; /* row of a leaf's cell, else child node */
    float xmin, xmax, ymin, ymax;
};

struct tree {
    struct db *db;
    struct cell *cell; /* of the level being packed */
    size_t count, capacity;
    uint8_t *node; /* one node being written */
    size_t node_bytes;
    size_t most; /* cells in a full node */
    int64_t next_node;
};

/* Coordinates are doubles and cells hold floats: the box must not lose its point. */
static float down(double v) {
    float f = (float)v;
    return (double)f > v ? nextafterf(f, -INFINITY) : f;
}

static float up(double v) {
    float f = (float)v;
    return (double)f < v ? nextafterf(f, INFINITY) : f;
}

/* In tiles of half a degree, and strips of a twentieth in each, so that the cells of a
 * node are neighbours. */
static const char sql_points[] =
    "SELECT key, longitude, latitude FROM location /*scan*/ WHERE point IS NOT NULL"
    " ORDER BY CAST(longitude * 2 AS INTEGER), CAST(latitude * 2 AS INTEGER),"
    " CAST(longitude * 20 AS INTEGER), latitude /*sort*/";

static bool points_read(struct tree *t, struct error *e) {
    struct statement *s = db_prepare(t->db, sql_points, e);
    int got;
    if (s == NULL)
        return false;
    while ((got = db_step(s, e)) == 1) {
        double x = db_real(s, 1), y = db_real(s, 2);
        t->cell = xgrow(t->cell, &t->capacity, t->count, sizeof *t->cell);
        t->cell[t->count++] =
            (struct cell){db_integer(s, 0), down(x), up(x), down(y), up(y)};
    }
    return got == 0;
}

/* ---- nodes ----------------------------------------------------------------------- */

static uint8_t *put_big_endian(uint8_t *at, uint64_t value, int bytes) {
    for (int i = bytes - 1; i >= 0; i--)
        *at++ = (uint8_t)(value >> (8 * i));
    return at;
}

static uint8_t *put_float(uint8_t *at, float value) {
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return put_big_endian(at, bits, 4);
}

static const char sql_node[] =
    "REPLACE INTO idx_location_point_node (nodeno, data) VALUES (:node, :data)";

static bool node_write(struct tree *t, int64_t node, int depth, const struct cell *cells,
                       size_t count, struct error *e) {
    memset(t->node, 0, t->node_bytes);
    uint8_t *at = put_big_endian(t->node, node == ROOT ? (uint64_t)depth : 0, 2);
    at = put_big_endian(at, count, 2);
    for (size_t i = 0; i < count; i++) {
        at = put_big_endian(at, (uint64_t)cells[i].id, 8);
        at = put_float(put_float(at, cells[i].xmin), cells[i].xmax);
        at = put_float(put_float(at, cells[i].ymin), cells[i].ymax);
    }
    struct statement *s = db_prepare(t->db, sql_node, e);
    if (s == NULL)
        return false;
    db_bind_integer_at(s, 1, node);
    db_bind_blob_at(s, 2, t->node, t->node_bytes);
    return db_run(s, e);
}

static const char sql_rowid[] =
    "INSERT INTO idx_location_point_rowid (rowid, nodeno) VALUES (:child, :node)";
static const char sql_parent[] =
    "INSERT INTO idx_location_point_parent (nodeno, parentnode) VALUES (:child, :node)";

/* Notes in which node each of the cells stands. */
static bool children_write(struct tree *t, int64_t node, int depth,
                           const struct cell *cells, size_t count, struct error *e) {
    for (size_t i = 0; i < count; i++) {
        struct statement *s = db_prepare(t->db, depth == 0 ? sql_rowid : sql_parent, e);
        if (s == NULL)
            return false;
        db_bind_integer_at(s, 1, cells[i].id);
        db_bind_integer_at(s, 2, node);
        if (!db_run(s, e))
            return false;
    }
    return true;
}

static struct cell around(int64_t node, const struct cell *cells, size_t count) {
    struct cell box = cells[0];
    box.id = node;
    for (size_t i = 1; i < count; i++) {
        box.xmin = fminf(box.xmin, cells[i].xmin);
        box.xmax = fmaxf(box.xmax, cells[i].xmax);
        box.ymin = fminf(box.ymin, cells[i].ymin);
        box.ymax = fmaxf(box.ymax, cells[i].ymax);
    }
    return box;
}

/* Packs the cells into nodes four fifths full, and makes the nodes the cells of the next
 * level; the one that holds all is the root. */
static bool level_write(struct tree *t, int depth, struct error *e) {
    bool root = t->count <= t->most;
    size_t fill = root ? t->count : t->most * 4 / 5, nodes = 0;
    for (size_t i = 0; i < t->count; i += fill) {
        size_t count = t->count - i < fill ? t->count - i : fill;
        int64_t node = root ? ROOT : t->next_node++;
        if (!node_write(t, node, depth, t->cell + i, count, e) ||
            !children_write(t, node, depth, t->cell + i, count, e))
            return false;
        t->cell[nodes++] = around(node, t->cell + i, count);
    }
    t->count = nodes;
    return root || level_write(t, depth + 1, e);
}

static const char sql_node_bytes[] =
    "SELECT length(data) FROM idx_location_point_node WHERE nodeno = 1";

bool tree_fill(struct db *db, struct error *e) {
    struct tree t = {.db = db, .next_node = ROOT + 1};
    int64_t bytes;
    if (!query_integer(db, sql_node_bytes, &bytes, e))
        return false;
    if (bytes < 4 + 4 * CELL_BYTES)
        return error_set(e, ERR_DATA,
                         "the record is damaged: an index node of %lld bytes",
                         (long long)bytes);
    t.node_bytes = (size_t)bytes;
    t.most = (t.node_bytes - 4) / CELL_BYTES;
    t.node = xmalloc(t.node_bytes);
    bool ok = points_read(&t, e) && (t.count == 0 || level_write(&t, 0, e));
    free(t.node);
    free(t.cell);
    return ok;
}
