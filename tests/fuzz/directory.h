/* SPDX-License-Identifier: Apache-2.0
 *
 * The demo directory as snapshots in memory, without a record between: for fuzzers that
 * ask the handlers. What depends on the day is asked on the same day every time.
 */
#ifndef TESTS_FUZZ_DIRECTORY_H
#define TESTS_FUZZ_DIRECTORY_H

#include "data/crypto.h"
#include "data/snapshot_build.h"
#include "importers/row.h"
#include "server/api/context.h"
#include "server/api/openapi.h"
#include "tests/fuzz/require.h"

#define DIRECTORY_FILE "data/mekong/services.csv"
#define DIRECTORY_NOW 1795219200 /* 2026-11-21 */

struct directory_load {
    bool has_header;
    struct header header;
    struct report report;
    struct row_reader rows;
    struct snapshot_builder *builder[2]; /* by view */
};

static inline void directory_id(const char *cell, uint8_t out[ID_BYTES]) {
    crypto_digest(cell, strlen(cell), out, ID_BYTES);
}

static inline bool directory_row(const struct csv_row *row, void *ctx, struct error *e) {
    struct directory_load *l = ctx;
    struct stored_service s = {.source = "mekong", .visibility = "exact"};
    if (!l->has_header) {
        l->has_header = header_read(&l->header, row, NULL, &l->report);
        row_reader_init(&l->rows, &l->header, &l->report);
        return l->has_header;
    }
    if (!row_read(&l->rows, row, &s.flat))
        return error_set(e, ERR_DATA, DIRECTORY_FILE " is not fit to import");
    if (s.flat.cell[COL_VISIBILITY][0] != '\0')
        s.visibility = s.flat.cell[COL_VISIBILITY];
    directory_id(s.flat.cell[COL_ID], s.id);
    directory_id(s.flat.cell[COL_ORGANIZATION], s.organization_id);
    return snapshot_builder_add(l->builder[SNAP_PUBLIC], &s, e) &&
           snapshot_builder_add(l->builder[SNAP_STAFF], &s, e);
}

static inline void directory_finish(struct directory_load *l, enum snap_view view,
                                    struct snapshot *out) {
    struct error e = {0};
    size_t size;
    void *block = snapshot_builder_finish(l->builder[view], 1, &size, &e);
    set_up(block != NULL && snapshot_attach(out, block, size, &e), &e);
    snapshot_builder_free(l->builder[view]);
}

/* Fills a context for the public and one for a steward; they live until the end. */
static inline void directory_open_demo(struct context *public, struct context *steward) {
    static struct snapshot views[2];
    static struct buf openapi;
    struct error e = {0};
    struct progress progress = {0};
    struct directory_load *l = xcalloc(1, sizeof *l);
    set_up(vocabularies_load("data/vocabulary", &e), &e);
    l->report = (struct report){.file = DIRECTORY_FILE, .progress = &progress};
    for (int view = 0; view < 2; view++)
        l->builder[view] = snapshot_builder_new((enum snap_view)view, DIRECTORY_NOW);
    set_up(csv_read(DIRECTORY_FILE, directory_row, l, NULL, &e), &e);
    for (int view = 0; view < 2; view++)
        directory_finish(l, (enum snap_view)view, &views[view]);
    row_reader_free(&l->rows);
    free(l);
    struct borders *borders = borders_open("build/share/borders.bin", &e);
    set_up(borders != NULL, &e);
    openapi_write(&openapi, routes);
    *public = (struct context){&views[SNAP_PUBLIC], ROLE_PUBLIC, borders, searcher_new(),
                               &openapi, DIRECTORY_NOW};
    *steward = (struct context){&views[SNAP_STAFF], ROLE_STEWARD, borders, searcher_new(),
                                &openapi, DIRECTORY_NOW};
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
