/* SPDX-License-Identifier: Apache-2.0
 *
 * Every view of a record in one reading (data/snapshot_build.h): the services are fed to a
 * builder a view, then each lays its block out in a thread of its own.
 */
#include <pthread.h>
#include <stdlib.h>

#include "data/snapshot_feed.h"

struct builders {
    int count;
    struct snapshot_builder *of[VIEWS_MAX];
};

static bool feed_all(struct record *record, struct builders *all, int64_t *revision,
                     struct error *e) {
    struct error said;
    struct snapshot_feed *feed = snapshot_feed_new(all->of, all->count, e);
    if (feed == NULL)
        return false;
    bool read = record_each(record, revision, snapshot_feed_add, feed, e);
    bool taken = snapshot_feed_end(feed, &said);
    if (!taken)
        *e = said;
    return read && taken;
}

static void holiday_to_all(const char *country, const char *date, void *ctx) {
    struct builders *all = ctx;
    for (int i = 0; i < all->count; i++)
        snapshot_builder_holiday(all->of[i], country, date);
}

/* Each is laid out in a thread of its own. */
struct finishing {
    pthread_t thread;
    struct snapshot_builder *builder;
    int64_t revision;
    void *block;
    size_t size;
    struct error error;
};

static void *finish(void *ctx) {
    struct finishing *f = ctx;
    f->block = snapshot_builder_finish(f->builder, f->revision, &f->size, &f->error);
    return NULL;
}

static bool finish_all(const struct builders *all, struct snapshot_set *out,
                       struct error *e) {
    struct finishing part[VIEWS_MAX] = {0};
    bool done = true;
    for (int i = 0; i < all->count; i++) {
        part[i].builder = all->of[i];
        part[i].revision = out->revision;
        if (pthread_create(&part[i].thread, NULL, finish, &part[i]) != 0) {
            finish(&part[i]);
            part[i].builder = NULL;
        }
    }
    for (int i = 0; i < all->count; i++) {
        if (part[i].builder != NULL)
            pthread_join(part[i].thread, NULL);
        out->block[i] = part[i].block;
        out->size[i] = part[i].size;
        if (part[i].block == NULL && done)
            *e = part[i].error;
        done = done && part[i].block != NULL;
    }
    return done;
}

/* With facilities counted at revision `*counted`, which may not be that of the services. */
static bool build_once(struct record *record, const struct atlas *atlas, int64_t now,
                       struct snapshot_set *out, int64_t *counted, struct error *e) {
    const int64_t year = 366 * 86400; /* so that the same directory is the same bytes */
    struct builders all = {0};
    *out = (struct snapshot_set){0};
    views_list(&out->views);
    struct facilities *facilities =
        record_revision(record, counted, e) ? facilities_count(record, atlas, e) : NULL;
    if (facilities == NULL)
        return false;
    for (; all.count < out->views.count; all.count++)
        all.of[all.count] = snapshot_builder_new(&out->views.view[all.count], atlas,
                                                 facilities, now / year * year);
    bool done = feed_all(record, &all, &out->revision, e) &&
                record_each_holiday(record, holiday_to_all, &all, e) &&
                finish_all(&all, out, e);
    for (int i = 0; i < all.count; i++)
        snapshot_builder_free(all.of[i]);
    facilities_free(facilities);
    if (!done)
        snapshot_set_free(out);
    return done;
}

/* A commit between the count and the reading would leave districts published by a count that
 * no longer holds, until the next commit: it is made again. */
bool snapshot_build(struct record *record, const struct atlas *atlas, int64_t now,
                    struct snapshot_set *out, struct error *e) {
    int64_t counted;
    while (build_once(record, atlas, now, out, &counted, e)) {
        if (out->revision == counted)
            return true;
        snapshot_set_free(out);
    }
    return false;
}

void snapshot_set_free(struct snapshot_set *set) {
    for (int i = 0; i < VIEWS_MAX; i++)
        free(set->block[i]);
    *set = (struct snapshot_set){0};
}
