/* SPDX-License-Identifier: Apache-2.0 */
#include "data/names/tree.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "data/mem.h"

/* ---- building ------------------------------------------------------------------------------ */

struct builder {
    struct tree *tree;
    size_t capacity;
};

static uint32_t add_node(struct builder *b, uint32_t first, size_t depth, size_t len) {
    struct tree *t = b->tree;
    t->nodes = xgrow(t->nodes, &b->capacity, t->node_count, sizeof *t->nodes);
    t->nodes[t->node_count] =
        (struct tree_node){.first = first, .depth = (uint8_t)depth, .len = (uint8_t)len};
    return t->node_count++;
}

/* How many sounds the first and the last key of a sorted run have in common: so have all. */
static size_t in_common(const struct tree *t, uint32_t first, uint32_t end) {
    const struct tree_key *a = &t->keys[first], *b = &t->keys[end - 1];
    size_t len = a->len < b->len ? a->len : b->len, n = 0;
    while (n < len && a->sounds[n] == b->sounds[n])
        n++;
    return n;
}

/* The end of the keys of [first, end) that have the same sound at `depth` as the first. */
static uint32_t branch_end(const struct tree *t, uint32_t first, uint32_t end,
                           size_t depth) {
    uint8_t sound = t->keys[first].sounds[depth];
    while (first < end) {
        uint32_t middle = first + (end - first) / 2;
        if (t->keys[middle].sounds[depth] <= sound)
            first = middle + 1;
        else
            end = middle;
    }
    return first;
}

/* Adds the branch of keys [first, end), alike in `depth` sounds; at most SOUNDS_MAX deep. */
static void add_branch(struct builder *b, uint32_t first, uint32_t end, size_t depth) {
    size_t common = in_common(b->tree, first, end);
    uint32_t node = add_node(b, first, depth, common - depth);
    if (b->tree->keys[first].len == common)
        first++;
    while (first < end) {
        uint32_t next = branch_end(b->tree, first, end, common);
        add_branch(b, first, next, common);
        first = next;
    }
    b->tree->nodes[node].skip = b->tree->node_count;
}

void tree_build(struct tree *t, const struct tree_key *keys, uint32_t count) {
    struct builder b = {.tree = t};
    *t = (struct tree){.keys = keys, .key_count = count};
    if (count > 0)
        add_branch(&b, 0, count, 0);
    add_node(&b, count, 0, 0);
    t->node_count--;
}

void tree_free(struct tree *t) {
    free(t->nodes);
    *t = (struct tree){0};
}

/* ---- rows ---------------------------------------------------------------------------------- */

#define NEVER 255
#define MARGIN 2 /* cells beside a row that are NEVER */

/* A row of the table: the cost of the path against the first n sounds of what was asked.
 * Only cells low..high are within the bound; MARGIN cells beside them are NEVER. */
struct row {
    uint8_t cells[SOUNDS_MAX + 1 + 2 * MARGIN];
    uint8_t low, high; /* low > high: none */
};

static uint8_t *cells(struct row *r) {
    return r->cells + MARGIN;
}

static unsigned least(unsigned a, unsigned b) {
    return a < b ? a : b;
}

static bool is_dead(const struct row *r) {
    return r->low > r->high;
}

static void set_margins(struct row *r) {
    uint8_t *c = cells(r);
    c[r->low - 1] = c[r->low - 2] = NEVER;
    c[r->high + 1] = c[r->high + 2] = NEVER;
}

/* Narrows a row of cells from..to to those within the bound. */
static void narrow(struct row *r, size_t from, size_t to, unsigned bound) {
    const uint8_t *c = cells(r);
    while (from <= to && c[from] > bound)
        from++;
    while (to > from && c[to] > bound)
        to--;
    if (from > to) {
        r->low = 1;
        r->high = 0;
        return;
    }
    r->low = (uint8_t)from;
    r->high = (uint8_t)to;
    set_margins(r);
}

/* The row of an empty path. */
static void first_row(struct row *r, const uint8_t *asked, size_t len, unsigned bound) {
    uint8_t *c = cells(r);
    size_t n = 0;
    c[0] = 0;
    while (n < len && c[n] + sound_drop_cost(asked[n]) <= bound) {
        c[n + 1] = (uint8_t)(c[n] + sound_drop_cost(asked[n]));
        n++;
    }
    r->low = 0;
    r->high = (uint8_t)n;
    set_margins(r);
}

/* What two neighbours that stand the other way round come to in cell n; `before` is the row
 * of the path without its last two sounds. */
static unsigned swapped(struct row *before, const uint8_t *asked, size_t n, uint8_t last,
                        uint8_t sound) {
    if (n < 2 || before == NULL || is_dead(before) || asked[n - 1] != last ||
        asked[n - 2] != sound || n - 2 < before->low || n - 2 > before->high)
        return NEVER;
    return cells(before)[n - 2] + SOUND_EDIT;
}

/* The row of a path that goes on with `sound`; `last` is the sound before it. */
static void next_row(struct row *out, struct row *above, struct row *before,
                     const uint8_t *asked, size_t len, uint8_t last, uint8_t sound,
                     unsigned bound) {
    uint8_t *c = cells(out);
    const uint8_t *up = cells(above);
    unsigned extra = sound_drop_cost(sound);
    size_t low = above->low, n = low, to = least((unsigned)len, above->high + 1u);
    c[low] = (uint8_t)least(NEVER, up[low] + extra);
    for (n = low + 1; n <= to; n++) {
        unsigned best = up[n] + extra;
        best = least(best, up[n - 1] + sound_swap_cost(asked[n - 1], sound));
        best = least(best, c[n - 1] + sound_drop_cost(asked[n - 1]));
        best = least(best, swapped(before, asked, n, last, sound));
        c[n] = (uint8_t)least(NEVER, best);
    }
    /* Beyond that only by missing more of what was asked. */
    for (; n <= len && c[n - 1] + sound_drop_cost(asked[n - 1]) <= bound; n++)
        c[n] = (uint8_t)(c[n - 1] + sound_drop_cost(asked[n - 1]));
    narrow(out, low, n - 1, bound);
}

/* ---- walking ------------------------------------------------------------------------------- */

struct walker {
    const struct tree *tree;
    struct tree_walk *walk;
    struct row row[SOUNDS_MAX + 1];      /* by depth */
    uint8_t prefix[SOUNDS_MAX + 1];      /* the least cost of a beginning on the path */
};

static unsigned whole_cost(struct row *r, size_t len) {
    return !is_dead(r) && r->high == len ? cells(r)[len] : NEVER;
}

/* Goes down the sounds of a node; false when nothing below can be within the bound. */
static bool descend(struct walker *w, const struct tree_node *node) {
    const struct tree_walk *asked = w->walk;
    const uint8_t *path = w->tree->keys[node->first].sounds;
    size_t d = node->depth, end = d + node->len;
    bool alive = true;
    for (; alive && d < end && w->walk->steps > 0; d++) {
        w->walk->steps--;
        next_row(&w->row[d + 1], &w->row[d], d > 0 ? &w->row[d - 1] : NULL, asked->asked,
                 asked->len, d > 0 ? path[d - 1] : 0, path[d], asked->bound);
        w->prefix[d + 1] =
            (uint8_t)least(w->prefix[d], whole_cost(&w->row[d + 1], asked->len));
        alive = !is_dead(&w->row[d + 1]);
    }
    w->prefix[end] = w->prefix[d];
    return alive && d == end;
}

/* Tells of a branch that begins with what was asked, at the node where that comes true. */
static void tell_beginning(struct walker *w, const struct tree_node *node, uint32_t end) {
    const struct tree_walk *asked = w->walk;
    unsigned cost = w->prefix[node->depth + node->len];
    if (asked->beginning != NULL && cost <= asked->prefix_bound &&
        cost < w->prefix[node->depth])
        asked->beginning(node->first, end, cost, asked->ctx);
}

void tree_search(const struct tree *t, struct tree_walk *walk) {
    struct walker w = {.tree = t, .walk = walk};
    if (walk->len == 0 || walk->len > SOUNDS_MAX)
        return;
    first_row(&w.row[0], walk->asked, walk->len, walk->bound);
    w.prefix[0] = NEVER;
    for (uint32_t i = 0; i < t->node_count && walk->steps > 0;) {
        const struct tree_node *node = &t->nodes[i];
        size_t depth = (size_t)node->depth + node->len;
        bool alive = descend(&w, node);
        tell_beginning(&w, node, t->nodes[node->skip].first);
        unsigned cost = alive ? whole_cost(&w.row[depth], walk->len) : NEVER;
        if (cost <= walk->bound && t->keys[node->first].len == depth)
            walk->whole(node->first, cost, walk->ctx);
        i = alive ? i + 1 : node->skip;
    }
}

unsigned tree_cost(const uint8_t *a, size_t a_len, const uint8_t *b, size_t b_len) {
    struct row rows[3];
    unsigned bound = NEVER - 1;
    if (a_len > SOUNDS_MAX || b_len > SOUNDS_MAX)
        return NEVER;
    first_row(&rows[0], a, a_len, bound);
    for (size_t d = 0; d < b_len; d++) {
        next_row(&rows[(d + 1) % 3], &rows[d % 3], d > 0 ? &rows[(d + 2) % 3] : NULL, a,
                 a_len, d > 0 ? b[d - 1] : 0, b[d], bound);
        if (is_dead(&rows[(d + 1) % 3]))
            return NEVER;
    }
    return whole_cost(&rows[b_len % 3], a_len);
}
