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

/* A row of the table: the cost of the path against the first n sounds of what was asked.
 * Cells beyond the bound, and all outside low..high, are NEVER. */
struct row {
    uint8_t cell[SOUNDS_MAX + 2];
    uint8_t low, high; /* low > high: none */
    bool may_swap;     /* the next sound may turn out to stand the other way round */
};

static unsigned least(unsigned a, unsigned b) {
    return a < b ? a : b;
}

static bool is_dead(const struct row *r) {
    return r->low > r->high;
}

/* Cells that the row after this one takes, about. */
static unsigned width(const struct row *r) {
    return is_dead(r) ? 1 : r->high - r->low + 2u;
}

/* Narrows a row of cells from..to to those that are not NEVER. */
static void narrow(struct row *r, size_t from, size_t to) {
    while (from <= to && r->cell[from] == NEVER)
        from++;
    while (to > from && r->cell[to] == NEVER)
        to--;
    r->low = from > to ? 1 : (uint8_t)from;
    r->high = from > to ? 0 : (uint8_t)to;
}

/* What is asked, as the table needs it. */
struct asked {
    const uint8_t *sounds;
    size_t len, front;
    unsigned bound, front_bound;
};

/* A cell: NEVER beyond the bound. The front is what is before cell `front` is entered: what
 * is heard too much there belongs to neither half. */
static uint8_t within(const struct asked *a, size_t n, unsigned cost) {
    return cost <= (n < a->front ? a->front_bound : a->bound) ? (uint8_t)cost : NEVER;
}

/* The cost of coming into cell n from the cells before it. */
static unsigned entering(const struct asked *a, size_t n, unsigned cost) {
    return n == a->front && cost > a->front_bound ? NEVER : cost;
}

/* Cells from n on that come only by missing more of what was asked; returns their end. */
static size_t miss_more(const struct asked *a, uint8_t *c, size_t n) {
    for (; n <= a->len && c[n - 1] != NEVER; n++)
        c[n] = within(a, n, entering(a, n, c[n - 1] + sound_drop_cost(a->sounds[n - 1])));
    return n;
}

/* The row of an empty path. */
static void first_row(struct row *r, const struct asked *a) {
    memset(r->cell, NEVER, sizeof r->cell);
    r->cell[0] = 0;
    r->may_swap = false;
    narrow(r, 0, miss_more(a, r->cell, 1) - 1);
}

/* What two neighbours that stand the other way round come to in cell n; `before` is the row
 * of the path without its last two sounds. */
static unsigned swapped(const struct row *before, const struct asked *a, size_t n,
                        uint8_t last, uint8_t sound) {
    return n >= 2 && a->sounds[n - 1] == last && a->sounds[n - 2] == sound
               ? before->cell[n - 2] + SOUND_EDIT
               : NEVER;
}

/* True when a path that ends in `sound` may go on with the sound asked before it. */
static bool may_swap(const struct row *above, const struct asked *a, uint8_t sound) {
    for (size_t n = above->low; n <= above->high && n + 1 < a->len; n++)
        if (a->sounds[n + 1] == sound && above->cell[n] != NEVER)
            return true;
    return false;
}

/* The row of a path that goes on with `sound`; `last` is the sound before it. */
static void next_row(struct row *out, const struct row *above, const struct row *before,
                     const struct asked *a, uint8_t last, uint8_t sound) {
    unsigned extra = sound_drop_cost(sound), len = (unsigned)a->len;
    size_t low = is_dead(above) ? SOUNDS_MAX : above->low,
           to = is_dead(above) ? 0 : least(len, above->high + 1u);
    if (above->may_swap) {
        low = least((unsigned)low, before->low + 2u);
        to = to > least(len, before->high + 2u) ? to : least(len, before->high + 2u);
    }
    memset(out->cell, NEVER, sizeof out->cell);
    out->may_swap = may_swap(above, a, sound);
    size_t n = low;
    for (; n <= to; n++) {
        unsigned best = NEVER;
        if (n > 0) {
            best = above->cell[n - 1] + sound_swap_cost(a->sounds[n - 1], sound);
            best = least(best, out->cell[n - 1] + sound_drop_cost(a->sounds[n - 1]));
        }
        if (above->may_swap)
            best = least(best, swapped(before, a, n, last, sound));
        out->cell[n] = within(a, n, least(entering(a, n, best), above->cell[n] + extra));
    }
    if (low > to) {
        narrow(out, 1, 0);
        return;
    }
    narrow(out, low, miss_more(a, out->cell, n) - 1);
}

/* ---- walking ------------------------------------------------------------------------------- */

struct walker {
    const struct tree *tree;
    struct tree_walk *walk;
    struct asked asked;
    struct row row[SOUNDS_MAX + 1]; /* by depth */
    uint8_t prefix[SOUNDS_MAX + 1]; /* the least cost of a beginning on the path */
};

static unsigned whole_cost(const struct row *r, size_t len) {
    return r->cell[len];
}

/* Goes down the sounds of a node; false when nothing below can be within the bound. */
static bool descend(struct walker *w, const struct tree_node *node) {
    const uint8_t *path = w->tree->keys[node->first].sounds;
    size_t d = node->depth, end = d + node->len;
    bool alive = true;
    for (; alive && d < end && w->walk->steps > 0; d++) {
        w->walk->steps -= least(w->walk->steps, width(&w->row[d]));
        next_row(&w->row[d + 1], &w->row[d], d > 0 ? &w->row[d - 1] : NULL, &w->asked,
                 d > 0 ? path[d - 1] : 0, path[d]);
        w->prefix[d + 1] =
            (uint8_t)least(w->prefix[d], whole_cost(&w->row[d + 1], w->asked.len));
        alive = !is_dead(&w->row[d + 1]) || w->row[d + 1].may_swap;
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
    struct walker w = {.tree = t,
                       .walk = walk,
                       .asked = {walk->asked, walk->len, walk->front, walk->bound,
                                 least(walk->front_bound, walk->bound)}};
    if (walk->len == 0 || walk->len > SOUNDS_MAX)
        return;
    if (walk->front == 0)
        w.asked.front_bound = walk->bound;
    first_row(&w.row[0], &w.asked);
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

/* ---- both ways ------------------------------------------------------------------------------ */

static void reverse(const uint8_t *from, size_t len, uint8_t *to) {
    for (size_t i = 0; i < len; i++)
        to[i] = from[len - 1 - i];
}

static int compare_back(const void *x, const void *y, void *ctx) {
    const struct tree_key *keys = ctx, *a = &keys[*(const uint32_t *)x],
                          *b = &keys[*(const uint32_t *)y];
    int order = memcmp(a->sounds, b->sounds, a->len < b->len ? a->len : b->len);
    return order != 0 ? order : (int)a->len - (int)b->len;
}

void tree_pair_build(struct tree_pair *p, const struct tree_key *keys, uint32_t count) {
    struct tree_key *turned = xcalloc((size_t)count + 1, sizeof *turned);
    size_t bytes = 0, at = 0;
    tree_build(&p->ahead, keys, count);
    for (uint32_t i = 0; i < count; i++)
        bytes += keys[i].len;
    p->sounds = xmalloc(bytes + 1);
    p->of_back = xcalloc((size_t)count + 1, sizeof *p->of_back);
    p->back_keys = xcalloc((size_t)count + 1, sizeof *p->back_keys);
    for (uint32_t i = 0; i < count; at += keys[i++].len) {
        reverse(keys[i].sounds, keys[i].len, p->sounds + at);
        turned[i] = (struct tree_key){p->sounds + at, keys[i].len};
        p->of_back[i] = i;
    }
    if (count > 0)
        qsort_r(p->of_back, count, sizeof *p->of_back, compare_back, turned);
    for (uint32_t i = 0; i < count; i++)
        p->back_keys[i] = turned[p->of_back[i]];
    tree_build(&p->back, p->back_keys, count);
    free(turned);
}

void tree_pair_free(struct tree_pair *p) {
    tree_free(&p->ahead);
    tree_free(&p->back);
    free(p->back_keys);
    free(p->of_back);
    free(p->sounds);
    *p = (struct tree_pair){0};
}

struct telling {
    const struct tree_pair *pair;
    const struct tree_walk *walk;
};

static void on_back(uint32_t key, unsigned cost, void *ctx) {
    const struct telling *t = ctx;
    t->walk->whole(t->pair->of_back[key], cost, t->walk->ctx);
}

void tree_pair_search(const struct tree_pair *p, struct tree_walk *w) {
    uint8_t turned[SOUNDS_MAX];
    if (w->len > SOUNDS_MAX)
        return;
    bool halves = w->len > 1 && w->bound > 0;
    w->front = halves ? (w->len + 1) / 2 : 0;
    w->front_bound = w->bound / 2;
    tree_search(&p->ahead, w);
    if (!halves)
        return;
    struct telling telling = {p, w};
    reverse(w->asked, w->len, turned);
    struct tree_walk back = {.asked = turned,
                             .len = w->len,
                             .bound = w->bound,
                             .front = w->len - w->front,
                             .front_bound = w->bound - w->bound / 2 - 1,
                             .steps = w->steps,
                             .whole = on_back,
                             .ctx = &telling};
    tree_search(&p->back, &back);
    w->steps = back.steps;
}

unsigned tree_cost(const uint8_t *a, size_t a_len, const uint8_t *b, size_t b_len) {
    struct row rows[3];
    struct asked asked = {a, a_len, 0, NEVER - 1, NEVER - 1};
    if (a_len > SOUNDS_MAX || b_len > SOUNDS_MAX)
        return NEVER;
    first_row(&rows[0], &asked);
    for (size_t d = 0; d < b_len; d++) {
        next_row(&rows[(d + 1) % 3], &rows[d % 3], d > 0 ? &rows[(d + 2) % 3] : NULL,
                 &asked, d > 0 ? b[d - 1] : 0, b[d]);
    }
    return whole_cost(&rows[b_len % 3], a_len);
}
