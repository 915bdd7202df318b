/* SPDX-License-Identifier: Apache-2.0 */
#include "server/search/walk.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "data/mem.h"
#include "server/search/distance.h"

/* More than a chord and a geodesic are off by rounding: taken from a chord, it stays the
 * lower bound within the last metres too. */
#define ROUNDING 1e-7

enum walk_kind { WALK_NODE, WALK_ENTRY, WALK_EXACT };

static bool before(const struct walk_step *a, const struct walk_step *b) {
    return a->key < b->key || (a->key == b->key && a->kind < b->kind);
}

/* A heap in which every step has four below it: half as deep as one of two, and the four
 * lie side by side. */
#define BELOW 4

static void push(struct walk *w, double key, enum walk_kind kind, uint32_t index) {
    w->heap = xgrow(w->heap, &w->capacity, w->count, sizeof *w->heap);
    struct walk_step step = {key, kind, index};
    size_t at = w->count++;
    while (at > 0 && before(&step, &w->heap[(at - 1) / BELOW])) {
        w->heap[at] = w->heap[(at - 1) / BELOW];
        at = (at - 1) / BELOW;
    }
    w->heap[at] = step;
}

static size_t least_below(const struct walk *w, size_t at) {
    size_t first = BELOW * at + 1, least = first;
    size_t end = first + BELOW < w->count ? first + BELOW : w->count;
    for (size_t child = first + 1; child < end; child++)
        least = before(&w->heap[child], &w->heap[least]) ? child : least;
    return least;
}

static struct walk_step pop(struct walk *w) {
    struct walk_step top = w->heap[0], last = w->heap[--w->count];
    size_t at = 0;
    while (BELOW * at + 1 < w->count) {
        size_t child = least_below(w, at);
        if (!before(&w->heap[child], &last))
            break;
        w->heap[at] = w->heap[child];
        at = child;
    }
    w->heap[at] = last;
    return top;
}

static double gap(double at, float low, float high) {
    return at < low ? low - at : at > high ? at - high : 0;
}

/* Chord from the point to the nearest part of a node's box. */
static double box_distance(const struct walk *w, const struct snap_node *n) {
    double x = gap(w->ecef.x, n->low[0], n->high[0]);
    double y = gap(w->ecef.y, n->low[1], n->high[1]);
    double z = gap(w->ecef.z, n->low[2], n->high[2]);
    return sqrt(x * x + y * y + z * z);
}

static void push_node(struct walk *w, uint32_t node) {
    push(w, box_distance(w, &w->s->nodes[node]) - ROUNDING, WALK_NODE, node);
}

static bool node_wanted(const struct snap_node *n, const struct walk_filter *filter) {
    return filter->below(&n->signature, &n->silent, filter->ctx);
}

static bool entry_wanted(const struct walk *w, const struct walk_filter *filter,
                         uint32_t entry) {
    const struct snap_entry *e = &w->s->entries[entry];
    if (e->signature != SNAP_NONE) {
        const struct snap_signature *own = &w->s->signatures[e->signature];
        if (!filter->below(own, own, filter->ctx))
            return false;
    }
    return filter->any(w->s->items + e->items.first, e->items.count, filter->ctx);
}

/* Asks memory for all that a leaf will need, so that one wait serves for all of it. */
static void fetch_leaf(const struct walk *w, const struct snap_node *n) {
    for (uint32_t i = n->first; i < n->first + n->count; i++) {
        const struct snap_entry *e = &w->s->entries[i];
        const char *service = (const char *)&w->s->services[w->s->items[e->items.first]];
        __builtin_prefetch(&w->s->sites[e->site]);
        __builtin_prefetch(service);
        __builtin_prefetch(service + 64);
    }
}

static void open_node(struct walk *w, const struct snap_node *n,
                      const struct walk_filter *filter) {
    if (n->leaf)
        fetch_leaf(w, n);
    for (uint32_t i = n->first; i < n->first + n->count; i++) {
        if (!n->leaf) {
            if (node_wanted(&w->s->nodes[i], filter))
                push_node(w, i);
        } else if (entry_wanted(w, filter, i)) {
            const struct snap_site *site = &w->s->sites[w->s->entries[i].site];
            push(w, site_lower_bound(site, w->ecef) - ROUNDING, WALK_ENTRY, i);
        }
    }
}

void walk_start(struct walk *w, const struct snapshot *s, struct point from,
                const struct query_list *need) {
    w->s = s;
    w->from = from;
    w->ecef = geo_ecef(from);
    w->count = 0;
    w->item_count = 0;
    for (int i = 0; i < (need->count ? need->count : 1); i++) {
        const struct snap_tree *tree = snapshot_tree(s, need->count ? need->term[i] : -1);
        if (tree->root != SNAP_NONE)
            push_node(w, tree->root);
    }
}

static void hand_out(struct walk *w, uint32_t entry, double distance) {
    w->item = w->s->items + w->s->entries[entry].items.first;
    w->item_count = w->s->entries[entry].items.count;
    w->distance = distance;
}

static int compare_items(const void *a, const void *b, void *ctx) {
    const struct snap_service *services = ctx;
    uint32_t x = services[*(const uint32_t *)a].id_rank;
    uint32_t y = services[*(const uint32_t *)b].id_rank;
    return x < y ? -1 : x > y;
}

/* Several entries at exactly the same distance: their services by id, each once. */
static void hand_out_tied(struct walk *w, struct walk_step first) {
    size_t n = 0;
    for (bool more = true; more;) {
        const struct snap_run *items = &w->s->entries[first.index].items;
        w->merged = xgrow(w->merged, &w->merged_capacity, n + items->count, sizeof *w->merged);
        memcpy(w->merged + n, w->s->items + items->first, items->count * sizeof *w->merged);
        n += items->count;
        more = w->count > 0 && w->heap[0].key == first.key;
        if (more)
            first = pop(w);
    }
    qsort_r(w->merged, n, sizeof *w->merged, compare_items,
            (void *)(uintptr_t)w->s->services);
    size_t kept = 0;
    for (size_t i = 0; i < n; i++)
        if (i == 0 || w->merged[i] != w->merged[kept - 1])
            w->merged[kept++] = w->merged[i];
    w->item = w->merged;
    w->item_count = (uint32_t)kept;
    w->distance = first.key;
}

/* An entry whose chord is known: handed out when nothing can come before it. */
static void try_entry(struct walk *w, struct walk_step step) {
    const struct snap_site *site = &w->s->sites[w->s->entries[step.index].site];
    double next = w->count > 0 ? w->heap[0].key : INFINITY;
    if (step.key < GEO_NEAR_CHORD && site->area == ATLAS_NONE) {
        double distance = geo_distance_near(w->ecef, site->ecef);
        if (next > distance + GEO_NEAR_ERROR) {
            hand_out(w, step.index, distance);
            return;
        }
    }
    double exact = site_distance(w->s, w->from, w->s->entries[step.index].site);
    if (next > exact)
        hand_out(w, step.index, exact);
    else
        push(w, exact, WALK_EXACT, step.index);
}

static void step_on(struct walk *w, const struct walk_filter *filter) {
    struct walk_step step = pop(w);
    if (step.kind == WALK_NODE) {
        const struct snap_node *node = &w->s->nodes[step.index];
        if (node_wanted(node, filter))
            open_node(w, node, filter);
        return;
    }
    if (step.kind == WALK_EXACT) {
        hand_out_tied(w, step);
        return;
    }
    if (entry_wanted(w, filter, step.index))
        try_entry(w, step);
}

bool walk_next(struct walk *w, const struct walk_filter *filter, uint32_t *service,
               double *distance) {
    while (w->item_count == 0) {
        if (w->count == 0)
            return false;
        step_on(w, filter);
    }
    *service = *w->item++;
    w->item_count--;
    *distance = w->distance;
    return true;
}

void walk_free(struct walk *w) {
    free(w->heap);
    free(w->merged);
    *w = (struct walk){0};
}
