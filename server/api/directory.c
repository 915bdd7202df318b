/* SPDX-License-Identifier: Apache-2.0 */
#include "server/api/directory.h"

#include <stdlib.h>
#include <time.h>

#include "data/mem.h"
#include "data/snapshot_build.h"
#include "server/http/swap.h"

/* An atlas serves as many generations as come before the gazetteer changes. Counted by the
 * one thread that refreshes. */
struct shared_atlas {
    struct atlas *atlas;
    int generations;
};

/* The snapshots of one revision, one a view, with the blocks they stand in. */
struct generation {
    struct snapshot snapshot[VIEWS_MAX];
    struct service_index *services[VIEWS_MAX]; /* of those that a role sees in general */
    struct snapshot_set blocks;
    struct shared_atlas *shared;
};

struct directory {
    struct record *record;
    struct shared_atlas *atlas; /* of the newest generation */
    int64_t record_version;
    struct swap generation;
};

static void atlas_release(struct shared_atlas *shared) {
    if (shared == NULL || --shared->generations > 0)
        return;
    atlas_free(shared->atlas);
    free(shared);
}

static struct shared_atlas *atlas_load(struct record *record, struct error *e) {
    struct atlas *atlas = atlas_build(record, e);
    if (atlas == NULL)
        return NULL;
    struct shared_atlas *shared = xcalloc(1, sizeof *shared);
    shared->atlas = atlas;
    return shared;
}

static void generation_free(struct generation *g) {
    if (g == NULL)
        return;
    atlas_release(g->shared);
    for (int i = 0; i < VIEWS_MAX; i++)
        service_index_free(g->services[i]);
    snapshot_set_free(&g->blocks);
    free(g);
}

/* The atlas of the newest generation, or a new one when the gazetteer has changed. */
static struct shared_atlas *atlas_current(struct record *record, struct shared_atlas *newest,
                                          struct error *e) {
    int64_t revision;
    if (!record_place_revision(record, &revision, e))
        return NULL;
    return newest != NULL && newest->atlas->revision == revision ? newest
                                                                 : atlas_load(record, e);
}

static bool attach_all(struct generation *g, const struct atlas *atlas, struct error *e) {
    for (int i = 0; i < g->blocks.views.count; i++)
        if (!snapshot_attach(&g->snapshot[i], g->blocks.block[i], g->blocks.size[i], atlas, e))
            return false;
    return true;
}

static void index_all(struct generation *g) {
    for (enum role role = 0; role < ROLE_COUNT; role++) {
        int i = g->blocks.views.of[role][VIEW_FAR];
        if (g->services[i] == NULL)
            g->services[i] = service_index_new(&g->snapshot[i]);
    }
}

static struct generation *generation_load(struct record *record, struct shared_atlas *newest,
                                          struct error *e) {
    struct generation *g = xcalloc(1, sizeof *g);
    const struct atlas *atlas = NULL;
    if ((g->shared = atlas_current(record, newest, e)) != NULL) {
        g->shared->generations++;
        atlas = g->shared->atlas;
    }
    if (atlas != NULL && snapshot_build(record, atlas, time(NULL), &g->blocks, e) &&
        attach_all(g, atlas, e)) {
        index_all(g);
        return g;
    }
    generation_free(g);
    return NULL;
}

struct directory *directory_open(const char *path, const char *share, struct error *e) {
    struct directory *d = xcalloc(1, sizeof *d);
    struct generation *g = NULL;
    bool done = (d->record = record_open(path, share, DB_READ, e)) != NULL &&
                record_data_version(d->record, &d->record_version, e) &&
                (g = generation_load(d->record, NULL, e)) != NULL;
    d->atlas = g != NULL ? g->shared : NULL;
    swap_init(&d->generation, g);
    if (done)
        return d;
    directory_close(d);
    return NULL;
}

void directory_close(struct directory *d) {
    if (d == NULL)
        return;
    generation_free(swap_replace(&d->generation, NULL));
    record_close(d->record);
    free(d);
}

/* A commit rings the bell; only a new revision is worth a new snapshot. The gazetteer's is
 * looked at as well: a commit that came while a generation was made may be in its services
 * and not in its atlas. */
bool directory_refresh(struct directory *d, struct error *e) {
    int64_t version, revision, place_revision;
    if (!record_data_version(d->record, &version, e))
        return false;
    if (version == d->record_version)
        return true;
    struct directory_view view = directory_take(d);
    uint64_t served = directory_snapshot(view, ROLE_ADMIN, VIEW_FAR)->header->revision;
    directory_return(d, view);
    if (!record_revision(d->record, &revision, e) ||
        !record_place_revision(d->record, &place_revision, e))
        return false;
    if ((uint64_t)revision != served || place_revision != d->atlas->atlas->revision) {
        struct generation *g = generation_load(d->record, d->atlas, e);
        if (g == NULL)
            return false;
        d->atlas = g->shared;
        generation_free(swap_replace(&d->generation, g));
    }
    d->record_version = version;
    return true;
}

struct directory_view directory_take(struct directory *d) {
    struct directory_view view;
    view.generation = swap_take(&d->generation, &view.slot);
    return view;
}

const struct snapshot *directory_snapshot(struct directory_view view, enum role role,
                                          enum nearness nearness) {
    return &view.generation->snapshot[view.generation->blocks.views.of[role][nearness]];
}

const struct service_index *directory_services(struct directory_view view, enum role role) {
    return view.generation->services[view.generation->blocks.views.of[role][VIEW_FAR]];
}

void directory_return(struct directory *d, struct directory_view view) {
    swap_return(&d->generation, view.slot);
}
