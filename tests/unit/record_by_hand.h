/* SPDX-License-Identifier: Apache-2.0
 *
 * Records made by hand, for tests: a new one in a folder of its own, services with nothing
 * but what every service has, runs, and what came of them. After <cmocka.h>.
 */
#ifndef TESTS_UNIT_RECORD_BY_HAND_H
#define TESTS_UNIT_RECORD_BY_HAND_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "data/history.h"
#include "data/text.h"
#include "data/vocabulary.h"

#define SHARE "data"

static char dir[] = "/tmp/haven-test-hand-XXXXXX";
static char path[200];
static struct error err;

/* What notes said, a line each. */
static char notes[20000];

static int group_setup(void **state) {
    (void)state;
    if (!vocabularies_load(SHARE "/vocabulary", &err))
        return -1;
    return mkdtemp(dir) != NULL ? 0 : -1;
}

static int group_teardown(void **state) {
    char command[300];
    (void)state;
    snprintf(command, sizeof command, "rm -r %s", dir);
    return system(command);
}

static void ok(bool result) {
    if (!result)
        fail_msg("%s", err.message);
}

static struct record *fresh(void) {
    static int number;
    err = (struct error){0};
    notes[0] = '\0';
    snprintf(path, sizeof path, "%s/%d.db", dir, ++number);
    ok(record_create(path, SHARE, &err));
    struct record *r = record_open(path, SHARE, DB_READ_WRITE, &err);
    ok(r != NULL);
    return r;
}

static struct flat blank(const char *id) {
    struct flat flat = {0};
    for (int i = 0; i < COL_COUNT; i++)
        flat.cell[i] = "";
    flat.cell[COL_ID] = id;
    flat.cell[COL_ORGANIZATION] = "Test organization";
    flat.cell[COL_SERVICE] = "Test service";
    flat.cell[COL_COUNTRY] = "KH";
    return flat;
}

static void on_note(const struct run_note *n, void *ctx) {
    size_t len = strlen(notes);
    (void)ctx;
    if (n->kind == NOTE_KEPT)
        snprintf(notes + len, sizeof notes - len, "kept %s %s %s/%s\n", n->id, n->field,
                 n->value, n->said);
    else if (n->kind == NOTE_RETIRED)
        snprintf(notes + len, sizeof notes - len, "retired %s\n", n->id);
    else if (n->kind == NOTE_ALIAS)
        snprintf(notes + len, sizeof notes - len, "alias %s %s\n", n->id, n->value);
    else if (n->kind == NOTE_LATER)
        snprintf(notes + len, sizeof notes - len, "later %s %lld\n", n->id,
                 (long long)n->run);
    else
        snprintf(notes + len, sizeof notes - len, "same %s %s %.0f%s%s\n", n->id,
                 n->other_id, n->distance_m, n->held ? " held" : "",
                 n->other_held ? " other-held" : "");
}

static void run_of(struct record *r, const char *source, const struct flat *flats,
                   size_t count, bool retire) {
    struct import_run *run = import_begin(r, source, &err);
    int64_t retired;
    notes[0] = '\0';
    ok(run != NULL);
    import_listen(run, on_note, NULL);
    for (size_t i = 0; i < count; i++)
        ok(import_put(run, &flats[i], &err) != PUT_FAILED);
    ok(!retire || import_retire_missing(run, &retired, &err));
    ok(import_commit(run, &err));
}

static inline void import_one(struct record *r, const char *source, struct flat flat) {
    run_of(r, source, &flat, 1, false);
}

struct wanted {
    const char *name;
    enum column column;
    char value[200], visibility[20];
    uint8_t organization[ID_BYTES];
    int found;
};

static bool want(const struct stored_service *s, void *ctx, struct error *e) {
    struct wanted *w = ctx;
    char name[200];
    (void)e;
    snprintf(name, sizeof name, "%s:%s", s->source, s->flat.cell[COL_ID]);
    if (strcmp(name, w->name) != 0)
        return true;
    w->found++;
    snprintf(w->value, sizeof w->value, "%s", s->flat.cell[w->column]);
    snprintf(w->visibility, sizeof w->visibility, "%s", s->visibility);
    memcpy(w->organization, s->organization_id, ID_BYTES);
    return true;
}

static inline struct wanted get(struct record *r, const char *name, enum column column) {
    struct wanted w = {.name = name, .column = column};
    int64_t revision;
    ok(record_each(r, &revision, want, &w, &err));
    return w;
}

static inline void assert_cell(struct record *r, const char *name, enum column column,
                               const char *value) {
    struct wanted w = get(r, name, column);
    assert_int_equal(w.found, 1);
    assert_string_equal(w.value, value);
}

static inline void assert_visibility(struct record *r, const char *name,
                                     const char *value) {
    struct wanted w = get(r, name, COL_ID);
    assert_int_equal(w.found, 1);
    assert_string_equal(w.visibility, value);
}

static inline void assert_gone(struct record *r, const char *name) {
    assert_int_equal(get(r, name, COL_ID).found, 0);
}

static void say_fault(const char *fault, void *ctx) {
    (void)ctx;
    fprintf(stderr, "%s\n", fault);
}

static inline void assert_whole(struct record *r) {
    int64_t faults;
    ok(record_check(r, say_fault, NULL, &faults, &err));
    assert_int_equal(faults, 0);
}

static inline void sql_change(const char *sql) {
    struct db *db = db_open(path, DB_READ_WRITE, true, &err);
    ok(db != NULL);
    ok(db_exec(db, sql, &err));
    db_close(db);
}

static inline bool try_edit(struct record *r, const char *name, enum column column,
                            const char *value) {
    uint8_t id[ID_BYTES];
    struct run_result result;
    struct edit_cell cell = {.column = column, .value = value};
    struct edit_request q = {.by = "Dara", .cells = &cell, .count = 1, .listen = on_note};
    notes[0] = '\0';
    return record_find(r, name, id, &err) && record_edit(r, id, &q, &result, &err);
}

static inline bool try_undo(struct record *r, int64_t number) {
    struct run_result result;
    notes[0] = '\0';
    return record_undo(r, number, "Dara", on_note, NULL, &result, &err);
}

#endif
