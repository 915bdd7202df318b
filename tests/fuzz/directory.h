/* SPDX-License-Identifier: Apache-2.0
 *
 * The demo directory as snapshots in memory, over a small made-up gazetteer, for fuzzers
 * that ask the handlers. What depends on the day is asked on the same day every time.
 */
#ifndef TESTS_FUZZ_DIRECTORY_H
#define TESTS_FUZZ_DIRECTORY_H

#include "data/crypto.h"
#include "importers/row.h"
#include "server/api/context.h"
#include "server/api/openapi.h"
#include "server/api/handlers.h"
#include "tests/fuzz/require.h"

#define fail_msg(...) (fprintf(stderr, __VA_ARGS__), exit(1))
#include "tests/unit/by_hand.h"
#include "tests/unit/atlas_by_hand.h"

#define DIRECTORY_FILE "data/mekong/services.csv"
#define DIRECTORY_NOW 1795219200 /* 2026-11-21 */

struct directory_load {
    bool has_header;
    struct header header;
    struct report report;
    struct row_reader rows;
    struct snapshot_builder *public, *steward;
};

static inline void directory_id(const char *cell, uint8_t out[ID_BYTES]) {
    crypto_digest(cell, strlen(cell), out, ID_BYTES);
}

static inline bool directory_row(const struct csv_row *row, void *ctx, struct error *e) {
    struct directory_load *l = ctx;
    struct stored_service s = {.source = "mekong", .visibility = "exact"};
    if (!l->has_header) {
        l->has_header = header_read(&l->header, &services_table, row, NULL, &l->report);
        row_reader_init(&l->rows, &l->header, &l->report);
        return l->has_header;
    }
    if (row_read(&l->rows, row, &s.flat) != CELLS_GOOD)
        return error_set(e, ERR_DATA, DIRECTORY_FILE " is not fit to import");
    if (s.flat.cell[COL_VISIBILITY][0] != '\0')
        s.visibility = s.flat.cell[COL_VISIBILITY];
    directory_id(s.flat.cell[COL_ID], s.id);
    directory_id(s.flat.cell[COL_ORGANIZATION], s.organization_id);
    return snapshot_builder_add(l->public, &s, e) && snapshot_builder_add(l->steward, &s, e);
}

/* The country of atlas_by_hand.h, and rectangles where the demo directory has services. */
static inline void directory_fill_atlas(struct record *r) {
    fill_country(r);
    struct import_run *run = begin_by_hand(r, "rectangles");
    put_place_by_hand(run, "kh", "country", "", "Cambodia", "12.5", "105");
    put_place_by_hand(run, "b", "province", "kh", "Battambang", "13.1", "103.2");
    put_place_by_hand(run, "t", "district", "b", "Thma Koul", "13.2", "103");
    put_place_by_hand(run, "n", "province", "kh", "Nowhere", "", "");
    put_area_by_hand(run, "kh", 0, "Cambodia", (struct box){102.3, 10.4, 107.6, 14.7});
    put_area_by_hand(run, "b", 1, "Battambang", (struct box){102.5, 12.4, 103.8, 13.5});
    put_area_by_hand(run, "t", 2, "Thma Koul", (struct box){102.9, 13.1, 103.1, 13.3});
    commit_by_hand(run);
}

/* Texts of a question may name the gazetteer's places, whose ids are new every time: in
 * `text` the digit of "00000000-0000-0000-0000-00000000000N" becomes the id of place N. */
static inline void directory_name_places(const struct context *c, char *text, size_t len) {
    static const char zeros[] = "00000000-0000-0000-0000-00000000000";
    const struct atlas *a = c->snapshot->atlas;
    const size_t most = sizeof zeros - 1;
    for (char *end = text + len, *at = text;
         (size_t)(end - at) > most && (at = memmem(at, (size_t)(end - at), zeros, most));) {
        char id[37];
        unsigned number = (unsigned)(end - at > (ptrdiff_t)most ? at[most] - '0' : 10);
        at += most;
        if (number >= 10 || number >= a->place_count)
            continue;
        uuid_encode(a->places[number].id, id);
        memcpy(at - most, id, 36);
    }
}

static inline struct snapshot_builder *directory_begin(enum role role,
                                                       const struct atlas *atlas) {
    struct view view;
    view_of_role(role, VIEW_FAR, &view);
    return snapshot_builder_new(&view, atlas, NULL, DIRECTORY_NOW);
}

static inline void directory_finish(struct snapshot_builder *builder,
                                    const struct atlas *atlas, struct snapshot *out) {
    struct error e = {0};
    size_t size;
    void *block = snapshot_builder_finish(builder, 1, &size, &e);
    set_up(block != NULL && snapshot_attach(out, block, size, atlas, &e), &e);
    snapshot_builder_free(builder);
}

/* Fills a context for the public and one for a steward; they live until the end. */
static inline void directory_open_demo(struct context *public, struct context *steward) {
    static struct snapshot of_public, of_steward;
    static struct buf openapi;
    struct error e = {0};
    struct progress progress = {0};
    struct directory_load *l = xcalloc(1, sizeof *l);
    set_up(vocabularies_load("data/vocabulary", &e), &e);
    const struct atlas *atlas = atlas_by_hand(directory_fill_atlas);
    l->report = (struct report){.file = DIRECTORY_FILE, .progress = &progress};
    l->public = directory_begin(ROLE_PUBLIC, atlas);
    l->steward = directory_begin(ROLE_STEWARD, atlas);
    set_up(csv_read(DIRECTORY_FILE, directory_row, l, NULL, &e), &e);
    directory_finish(l->public, atlas, &of_public);
    directory_finish(l->steward, atlas, &of_steward);
    row_reader_free(&l->rows);
    header_free(&l->header);
    free(l);
    struct borders *borders = borders_open("build/share/borders.bin", &e);
    set_up(borders != NULL, &e);
    openapi_write(&openapi, routes);
    static const struct caller nobody, steward_caller = {.role = ROLE_STEWARD, .kind = CALLER_KEY};
    *public = (struct context){.caller = &nobody,
                               .snapshot = &of_public,
                               .close = &of_public,
                               .role = ROLE_PUBLIC,
                               .borders = borders,
                               .searcher = searcher_new(),
                               .openapi = &openapi,
                               .now = DIRECTORY_NOW};
    *steward = *public;
    steward->snapshot = steward->close = &of_steward;
    steward->role = ROLE_STEWARD;
    steward->caller = &steward_caller;
    steward->searcher = searcher_new();
}

/* ---- what every answer must be ------------------------------------------------------ */

/* Calls `each` with every member of `fit` of the services in the list `name`. */
static inline void directory_each_fit(const struct json *answer, const char *name,
                                      bool (*each)(const char *key, const struct json *value,
                                                   void *ctx)) {
    const struct json *list = json_get(answer, name);
    require(list != NULL, "the answer has the list", name);
    for (size_t i = 0; i < json_count(list); i++)
        json_each(json_get(json_at(list, i), "fit"), each, NULL);
}

static inline bool directory_not_no(const char *key, const struct json *value, void *ctx) {
    (void)ctx;
    require(strcmp(json_text(value, NULL), "no") != 0, "a no is never shown", key);
    return true;
}

static inline bool directory_sure(const char *key, const struct json *value, void *ctx) {
    require(strcmp(json_text(value, NULL), "unknown") != 0, "results are sure", key);
    return directory_not_no(key, value, ctx);
}

/* The body is JSON; a refusal is a problem that repeats its status. */
static inline void directory_check(struct response *r) {
    struct error e = {0};
    struct json *root = json_parse(buf_text(&r->body), r->body.len, &e);
    require(root != NULL, "the answer is JSON", e.message);
    require(json_kind(root) == KIND_OBJECT, "the answer is an object", "");
    if (r->status != 200)
        require(json_whole(json_get(root, "status")) == r->status, "the problem's status",
                "");
    json_free(root);
}

static inline void directory_check_nearest(struct response *r) {
    struct error e = {0};
    directory_check(r);
    if (r->status != 200)
        return;
    struct json *root = json_parse(buf_text(&r->body), r->body.len, &e);
    directory_each_fit(root, "results", directory_sure);
    directory_each_fit(root, "unconfirmed", directory_not_no);
    json_free(root);
}

#endif
