/* SPDX-License-Identifier: Apache-2.0
 *
 * Sorting what a builder gathered and laying it out as one block.
 */
#include <stdlib.h>
#include <string.h>

#include "data/mem.h"
#include "data/snapshot_builder.h"
#include "data/snapshot_tree.h"

struct keyed_site {
    uint32_t key, site;
};

static int compare_sites(const void *a, const void *b) {
    const struct keyed_site *x = a, *y = b;
    return x->key != y->key ? (x->key < y->key ? -1 : 1) : x->site < y->site ? -1 : 1;
}

/* Puts sites in the order of the Hilbert curve and renumbers them in the services. */
static void sort_sites(struct snapshot_builder *b) {
    uint32_t n = b->sites.count;
    struct keyed_site *keys = xcalloc((size_t)n + 1, sizeof *keys);
    uint32_t *place = xcalloc((size_t)n + 1, sizeof *place);
    for (uint32_t i = 0; i < n; i++)
        keys[i] = (struct keyed_site){tree_hilbert(b->site[i].point), i};
    qsort(keys, n, sizeof *keys, compare_sites);
    struct snap_site *sorted = xcalloc((size_t)n + 1, sizeof *sorted);
    for (uint32_t i = 0; i < n; i++) {
        sorted[i] = b->site[keys[i].site];
        place[keys[i].site] = i;
    }
    for (uint32_t i = 0; i < b->count; i++)
        if (b->services[i].site != SNAP_NONE)
            b->services[i].site = place[b->services[i].site];
    free(b->site);
    free(keys);
    free(place);
    b->site = sorted;
}

static int compare_ids(const void *a, const void *b, void *ctx) {
    const struct snap_service *services = ctx;
    return memcmp(services[*(const uint32_t *)a].id, services[*(const uint32_t *)b].id, 16);
}

static int compare_places(const void *a, const void *b, void *ctx) {
    const struct snap_service *services = ctx;
    const struct snap_service *x = &services[*(const uint32_t *)a];
    const struct snap_service *y = &services[*(const uint32_t *)b];
    if (x->site != y->site)
        return x->site < y->site ? -1 : 1;
    return x->id_rank < y->id_rank ? -1 : 1;
}

static uint32_t *numbers(uint32_t count) {
    uint32_t *order = xcalloc((size_t)count + 1, sizeof *order);
    for (uint32_t i = 0; i < count; i++)
        order[i] = i;
    return order;
}

/* The texts of a service and its translations, appended in their new order. */
static void move_texts(struct snapshot_builder *b, struct snap_service *s, struct buf *into) {
    size_t len = (size_t)s->summary_len + s->point_len + s->detail_len;
    const char *from = b->text.data + s->text;
    s->text = (uint32_t)into->len;
    buf_add(into, from, len);
    for (uint32_t i = 0; i < s->translations.count; i++) {
        struct snap_text *t = &b->texts[s->translations.first + i];
        from = b->text.data + t->text;
        t->text = (uint32_t)into->len;
        buf_add(into, from, (size_t)t->summary_len + t->detail_len);
    }
}

/* Sorts services by site, then id, so that neighbours on the map are neighbours in memory,
 * texts as well; sites are in their order already. Fills `by_id` (the services by their
 * ids) and returns where each service went. */
static uint32_t *sort_services(struct snapshot_builder *b, uint32_t *by_id) {
    uint32_t *order = numbers(b->count), *ids = numbers(b->count);
    uint32_t *place = xcalloc((size_t)b->count + 1, sizeof *place);
    struct snap_service *sorted = xcalloc((size_t)b->count + 1, sizeof *sorted);
    struct buf text = {0};
    qsort_r(ids, b->count, sizeof *ids, compare_ids, b->services);
    for (uint32_t i = 0; i < b->count; i++)
        b->services[ids[i]].id_rank = i;
    qsort_r(order, b->count, sizeof *order, compare_places, b->services);
    buf_reserve(&text, b->text.len + 1);
    for (uint32_t i = 0; i < b->count; i++) {
        sorted[i] = b->services[order[i]];
        move_texts(b, &sorted[i], &text);
        place[order[i]] = i;
        by_id[sorted[i].id_rank] = i;
    }
    free(b->services);
    buf_free(&b->text);
    free(order);
    free(ids);
    b->services = sorted;
    b->text = text;
    return place;
}

static uint32_t *resolve_links(const struct snapshot_builder *b, const uint32_t *place) {
    uint32_t *links = xcalloc((size_t)b->link_count + 1, sizeof *links);
    for (uint32_t i = 0; i < b->link_count; i++) {
        uint32_t target = b->service_of_source[b->links[i].target];
        links[i] = target == SNAP_NONE ? SNAP_NONE : place[target];
    }
    return links;
}

/* The offices that cover an area (SERVICE_OFFICE). */
static uint32_t *list_offices(const struct snapshot_builder *b, uint32_t *count) {
    uint32_t *offices = xcalloc((size_t)b->count + 1, sizeof *offices);
    *count = 0;
    for (uint32_t i = 0; i < b->count; i++)
        if (b->services[i].flags & SERVICE_OFFICE)
            offices[(*count)++] = i;
    return offices;
}

struct section {
    const void *data;
    size_t count, size;
};

/* The header, then every section at a multiple of 8 bytes. */
static void *lay_out(const struct section section[SNAP_SECTION_COUNT], enum snap_view view,
                     int64_t revision, size_t *size) {
    struct snap_header header = {.magic = "HAVENSNP", .version = SNAP_VERSION, .view = view};
    size_t at = sizeof header;
    for (int i = 0; i < SNAP_SECTION_COUNT; i++) {
        at = (at + 7) / 8 * 8;
        header.section[i].offset = at;
        header.section[i].count = section[i].count;
        at += section[i].count * section[i].size;
    }
    header.size = at;
    header.revision = view == SNAP_PUBLIC ? 0 : (uint64_t)revision;
    char *block = xcalloc(1, at + 8);
    for (int i = 0; i < SNAP_SECTION_COUNT; i++)
        if (section[i].count > 0)
            memcpy(block + header.section[i].offset, section[i].data,
                   section[i].count * section[i].size);
    memcpy(block, &header, sizeof header);
    snapshot_digest(block, at, ((struct snap_header *)(void *)block)->digest);
    *size = at;
    return block;
}

void *snapshot_builder_finish(struct snapshot_builder *b, int64_t revision, size_t *size,
                              struct error *e) {
    if (b->text.len > TEXT_MAX) {
        error_set(e, ERR_ENVIRONMENT, "the directory has more than 4 GiB of text");
        return NULL;
    }
    sort_sites(b);
    uint32_t *by_id = xcalloc((size_t)b->count + 1, sizeof *by_id);
    uint32_t *place = sort_services(b, by_id);
    uint32_t *links = resolve_links(b, place), office_count;
    uint32_t *offices = list_offices(b, &office_count);
    struct tree_input in = {b->services, by_id, b->signature, b->site, b->count};
    struct tree_output out = {0};
    tree_pack(&in, &out);
    const struct admit *a = &b->admit;
    struct section section[SNAP_SECTION_COUNT] = {
        [SNAP_services] = {b->services, b->count, sizeof *b->services},
        [SNAP_by_id] = {by_id, b->count, sizeof *by_id},
        [SNAP_organizations] = {b->organization, b->organizations.count, 16},
        [SNAP_sites] = {b->site, b->sites.count, sizeof *b->site},
        [SNAP_rule_lists] = {b->rule_list.data, b->rule_list_count, sizeof(uint32_t)},
        [SNAP_rules] = {a->rules, a->rule_count, sizeof *a->rules},
        [SNAP_choices] = {a->choices, a->choice_count, sizeof *a->choices},
        [SNAP_ages] = {a->ages, a->age_count, sizeof *a->ages},
        [SNAP_signatures] = {b->signature, b->signatures.count, sizeof *b->signature},
        [SNAP_covers] = {b->cover.data, b->covers_count, sizeof(struct snap_cover)},
        [SNAP_links] = {links, b->link_count, sizeof *links},
        [SNAP_hours] = {b->hours_block.data, b->hours_block.len / 8, 8},
        [SNAP_zones] = {b->zone, b->zones.count, sizeof *b->zone},
        [SNAP_offices] = {offices, office_count, sizeof *offices},
        [SNAP_holidays] = {b->holidays, b->holiday_count, sizeof *b->holidays},
        [SNAP_trees] = {out.trees, out.tree_count, sizeof *out.trees},
        [SNAP_nodes] = {out.nodes, out.node_count, sizeof *out.nodes},
        [SNAP_entries] = {out.entries, out.entry_count, sizeof *out.entries},
        [SNAP_items] = {out.items, out.item_count, sizeof *out.items},
        [SNAP_texts] = {b->texts, b->text_count, sizeof *b->texts},
        [SNAP_text] = {b->text.data, b->text.len, 1},
    };
    void *block = lay_out(section, view_public(&b->view) ? SNAP_PUBLIC : SNAP_STAFF, revision, size);
    void *arrays[] = {by_id, place, links, offices, out.trees, out.nodes, out.entries, out.items};
    for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++)
        free(arrays[i]);
    return block;
}
