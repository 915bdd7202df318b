/* SPDX-License-Identifier: Apache-2.0 */
#include "data/snapshot_tree.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "data/admit.h"
#include "data/mem.h"

#define FANOUT 12

uint32_t tree_hilbert(struct point p) {
    uint32_t x = (uint32_t)((p.lon + 180) / 360 * 65535);
    uint32_t y = (uint32_t)((p.lat + 90) / 180 * 65535);
    uint32_t d = 0;
    for (uint32_t s = 32768; s > 0; s /= 2) {
        uint32_t rx = (x & s) > 0, ry = (y & s) > 0;
        d += s * s * ((3 * rx) ^ ry);
        if (ry == 0) {
            if (rx == 1) {
                x = 65535 - x;
                y = 65535 - y;
            }
            uint32_t swap = x;
            x = y;
            y = swap;
        }
    }
    return d;
}

/* Which trees a service stands in: its needs, those above them, and those below (which it
 * answers with `unknown`). */
struct need_sets {
    uint64_t related[SNAP_NEED_WORDS * 64][SNAP_NEED_WORDS];
    int count;
};

static void need_sets_fill(struct need_sets *sets) {
    memset(sets, 0, sizeof *sets);
    sets->count = vocabulary(VOC_NEED)->count;
    for (int a = 0; a < sets->count; a++)
        for (int b = 0; b < sets->count; b++) {
            uint64_t bit = UINT64_C(1) << b % 64;
            bool below = vocabulary_within(VOC_NEED, b, a);
            sets->related[a][b / 64] |= below || vocabulary_within(VOC_NEED, a, b) ? bit : 0;
        }
}

static void related_needs(const struct need_sets *sets, const struct snap_service *s,
                          uint64_t out[SNAP_NEED_WORDS]) {
    memset(out, 0, sizeof(uint64_t) * SNAP_NEED_WORDS);
    for (int n = 0; n < sets->count; n++)
        if (s->needs[n / 64] >> n % 64 & 1)
            for (int w = 0; w < SNAP_NEED_WORDS; w++)
                out[w] |= sets->related[n][w];
}

static void node_clear(struct snap_node *n, uint32_t first, bool leaf) {
    *n = (struct snap_node){.first = first, .leaf = leaf};
    for (int i = 0; i < 3; i++) {
        n->low[i] = INFINITY;
        n->high[i] = -INFINITY;
    }
}

static void node_cover(struct snap_node *n, const float low[3], const float high[3]) {
    for (int i = 0; i < 3; i++) {
        n->low[i] = fminf(n->low[i], low[i]);
        n->high[i] = fmaxf(n->high[i], high[i]);
    }
}

/* True when the service states a need of the set: itself, not only one above it. */
static bool states(const struct snap_service *s, const uint64_t *within) {
    uint64_t stated = 0;
    for (int w = 0; w < SNAP_NEED_WORDS && within != NULL; w++)
        stated |= s->needs[w] & within[w];
    return stated != 0 || within == NULL;
}

/* True when asked about the usual a service may not know. Gender `other` apart: hardly any
 * record names it, and a query for it looks at all services. */
static bool silent_on_usual(const struct snap_signature *s) {
    int other = vocabulary_find(VOC_GENDER, "other", 5);
    return (s->silent & USUAL_CRITERIA) || s->language_silent ||
           (s->gender_silent & ~(1u << other));
}

static void node_add_service(const struct tree_input *in, const uint64_t *within,
                             struct snap_node *n, uint32_t service) {
    struct snap_signature signature = in->signatures[in->services[service].signature];
    if (!states(&in->services[service], within))
        signature.silent |= criterion_bit(CRIT_NEED);
    signature_add(&n->signature, &signature);
    if (silent_on_usual(&signature))
        signature_add(&n->silent, &signature);
}

static void node_add_entry(const struct tree_input *in, const struct tree_output *out,
                           const uint64_t *within, struct snap_node *n,
                           struct snap_entry *entry) {
    const struct snap_site *site = &in->sites[entry->site];
    const double xyz[3] = {site->ecef.x, site->ecef.y, site->ecef.z};
    float low[3], high[3];
    for (int i = 0; i < 3; i++) {
        low[i] = nextafterf((float)(xyz[i] - site->reach), -INFINITY);
        high[i] = nextafterf((float)(xyz[i] + site->reach), INFINITY);
    }
    node_cover(n, low, high);
    n->count++;
    for (uint32_t i = 0; i < entry->items.count; i++)
        node_add_service(in, within, n, out->items[entry->items.first + i]);
    uint32_t first = out->items[entry->items.first];
    if (entry->items.count == 1 && states(&in->services[first], within))
        entry->signature = in->services[first].signature;
}

static struct snap_node *add_node(struct tree_output *out, uint32_t first, bool leaf) {
    out->nodes = xgrow(out->nodes, &out->node_capacity, out->node_count, sizeof *out->nodes);
    struct snap_node *n = &out->nodes[out->node_count++];
    node_clear(n, first, leaf);
    return n;
}

/* Leaves over the entries from `first`, then levels of nodes up to one root. */
static uint32_t pack_levels(const struct tree_input *in, struct tree_output *out,
                            const uint64_t *within, uint32_t first) {
    if (first == out->entry_count)
        return SNAP_NONE;
    uint32_t level = out->node_count;
    for (uint32_t e = first; e < out->entry_count; e++) {
        struct snap_node *leaf = (e - first) % FANOUT == 0
                                     ? add_node(out, e, true)
                                     : &out->nodes[out->node_count - 1];
        node_add_entry(in, out, within, leaf, &out->entries[e]);
    }
    while (out->node_count - level > 1) {
        uint32_t end = out->node_count;
        for (uint32_t child = level; child < end; child++) {
            if ((child - level) % FANOUT == 0)
                add_node(out, child, false);
            struct snap_node *n = &out->nodes[out->node_count - 1];
            node_cover(n, out->nodes[child].low, out->nodes[child].high);
            signature_add(&n->signature, &out->nodes[child].signature);
            signature_add(&n->silent, &out->nodes[child].silent);
            n->count++;
        }
        level = end;
    }
    return level;
}

/* Groups the items of a run by site into entries. */
static void add_entries(const struct tree_input *in, struct tree_output *out,
                        struct snap_run items) {
    for (uint32_t i = items.first; i < items.first + items.count; i++) {
        uint32_t site = in->services[out->items[i]].site;
        if (i == items.first || out->entries[out->entry_count - 1].site != site) {
            out->entries = xgrow(out->entries, &out->entry_capacity, out->entry_count,
                                 sizeof *out->entries);
            out->entries[out->entry_count++] = (struct snap_entry){site, {i, 0}, SNAP_NONE};
        }
        out->entries[out->entry_count - 1].items.count++;
    }
}

static bool is_placed(const struct snap_service *s) {
    return s->site != SNAP_NONE;
}

static bool is_unplaced(const struct snap_service *s) {
    return s->site == SNAP_NONE && s->remote == 0;
}

static bool is_remote(const struct snap_service *s) {
    return s->remote != 0;
}

/* A kind of run that every tree has: which services stand in it, and where it is kept. */
struct run_kind {
    bool (*member)(const struct snap_service *s);
    bool by_id; /* otherwise as the services stand: by site */
    size_t run; /* offset of the snap_run in a snap_tree */
};

static struct snap_run *run_of(struct tree_output *out, const struct run_kind *kind,
                               uint32_t tree) {
    return (struct snap_run *)(void *)((char *)&out->trees[tree] + kind->run);
}

/* Calls for every tree that a member stands in: those of its needs, and that of all. */
static void each_place(const struct tree_input *in, const struct need_sets *sets,
                       const struct run_kind *kind,
                       void (*put)(void *ctx, uint32_t tree, uint32_t service), void *ctx) {
    for (uint32_t i = 0; i < in->service_count; i++) {
        uint32_t service = kind->by_id ? in->by_id[i] : i;
        uint64_t related[SNAP_NEED_WORDS];
        if (!kind->member(&in->services[service]))
            continue;
        related_needs(sets, &in->services[service], related);
        uint64_t any = 0;
        for (uint32_t w = 0; w < SNAP_NEED_WORDS; any |= related[w++])
            for (uint64_t left = related[w]; left != 0; left &= left - 1)
                put(ctx, w * 64 + (uint32_t)__builtin_ctzll(left), service);
        if (any)
            put(ctx, (uint32_t)sets->count, service);
    }
}

struct filling {
    struct tree_output *out;
    const struct run_kind *kind;
};

static void count_place(void *ctx, uint32_t tree, uint32_t service) {
    const struct filling *f = ctx;
    (void)service;
    run_of(f->out, f->kind, tree)->count++;
}

static void fill_place(void *ctx, uint32_t tree, uint32_t service) {
    const struct filling *f = ctx;
    struct snap_run *run = run_of(f->out, f->kind, tree);
    f->out->items[run->first + run->count++] = service;
}

static void add_runs(const struct tree_input *in, struct tree_output *out,
                     const struct need_sets *sets, const struct run_kind *kind) {
    struct filling filling = {out, kind};
    each_place(in, sets, kind, count_place, &filling);
    for (uint32_t t = 0; t < out->tree_count; t++) {
        struct snap_run *run = run_of(out, kind, t);
        run->first = out->item_count;
        out->item_count += run->count;
        run->count = 0;
    }
    out->items = xgrow(out->items, &out->item_capacity, out->item_count, sizeof *out->items);
    each_place(in, sets, kind, fill_place, &filling);
}

static bool is_helpline(int need) {
    for (int i = 0; i < HELPLINE_NEEDS; i++)
        if (need >= 0 && strcmp(vocabulary(VOC_NEED)->terms[need].code, helpline_needs[i]) == 0)
            return true;
    return false;
}

/* Services that state the need itself, by id. */
static void add_helplines(const struct tree_input *in, struct tree_output *out, int need) {
    struct snap_run *run = &out->trees[need].helplines;
    run->first = out->item_count;
    for (uint32_t i = 0; i < in->service_count; i++) {
        if (!(in->services[in->by_id[i]].needs[need / 64] >> need % 64 & 1))
            continue;
        out->items = xgrow(out->items, &out->item_capacity, out->item_count, sizeof *out->items);
        out->items[out->item_count++] = in->by_id[i];
    }
    run->count = out->item_count - run->first;
}

void tree_pack(const struct tree_input *in, struct tree_output *out) {
    static const struct run_kind kinds[] = {
        {is_placed, false, offsetof(struct snap_tree, placed)},
        {is_unplaced, true, offsetof(struct snap_tree, unplaced)},
        {is_remote, true, offsetof(struct snap_tree, remote)},
    };
    struct need_sets *sets = xmalloc(sizeof *sets);
    need_sets_fill(sets);
    out->tree_count = (uint32_t)sets->count + 1;
    out->trees = xcalloc(out->tree_count, sizeof *out->trees);
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        add_runs(in, out, sets, &kinds[i]);
    for (int need = 0; need < sets->count; need++)
        if (is_helpline(need))
            add_helplines(in, out, need);
    for (uint32_t t = 0; t < out->tree_count; t++) {
        bool all = t == (uint32_t)sets->count;
        uint32_t first = out->entry_count;
        add_entries(in, out, out->trees[t].placed);
        out->trees[t].root =
            pack_levels(in, out, all ? NULL : vocabulary_below(VOC_NEED, (int)t), first);
    }
    free(sets);
}
