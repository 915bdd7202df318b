/* SPDX-License-Identifier: Apache-2.0
 *
 * The record: every column comes back as it went in, runs are all or nothing, visibility
 * is never loosened, and shared sites bind each other.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "data/record.h"
#include "data/vocabulary.h"

#define SHARE "data"

static char dir[] = "/tmp/haven-test-record-XXXXXX";
static char path[200];
static struct error err;

/* ---- fixture --------------------------------------------------------------------- */

static int group_setup(void **state) {
    (void)state;
    if (!vocabularies_load(SHARE "/vocabulary", &err)) {
        fprintf(stderr, "%s\n", err.message);
        return -1;
    }
    return mkdtemp(dir) != NULL ? 0 : -1;
}

static int group_teardown(void **state) {
    (void)state;
    char command[300];
    snprintf(command, sizeof command, "rm -r %s", dir);
    return system(command);
}

static void ok(bool result) {
    if (!result)
        fail_msg("%s", err.message);
}

static struct record *fresh(void) {
    static int number;
    snprintf(path, sizeof path, "%s/%d.db", dir, ++number);
    ok(record_create(path, SHARE, &err));
    struct record *r = record_open(path, SHARE, DB_READ_WRITE, &err);
    ok(r != NULL);
    return r;
}

/* A service with nothing but what every service has. */
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

static struct flat at(const char *id, const char *lat, const char *lon) {
    struct flat flat = blank(id);
    flat.cell[COL_LAT] = lat;
    flat.cell[COL_LON] = lon;
    return flat;
}

static enum put_result put_from(struct record *r, const char *source,
                                const struct flat *flats, size_t count) {
    enum put_result last = PUT_FAILED;
    struct import_run *run = import_begin(r, source, &err);
    ok(run != NULL);
    for (size_t i = 0; i < count; i++)
        ok((last = import_put(run, &flats[i], &err)) != PUT_FAILED);
    ok(import_commit(run, &err));
    return last;
}

static enum put_result put(struct record *r, struct flat flat) {
    return put_from(r, "test", &flat, 1);
}

/* What record_each() gave for one id, copied. */
struct wanted {
    const char *id;
    int found;
    struct stored_service service;
    char *cell[COL_COUNT];
    char visibility[20], source[20];
    int translations;
    char translation[10][60];
};

static bool want(const struct stored_service *service, void *ctx, struct error *e) {
    struct wanted *w = ctx;
    (void)e;
    if (w->id != NULL && strcmp(service->flat.cell[COL_ID], w->id) != 0)
        return true;
    w->found++;
    w->service = *service;
    snprintf(w->visibility, sizeof w->visibility, "%s", service->visibility);
    snprintf(w->source, sizeof w->source, "%s", service->source);
    w->translations = (int)service->flat.translation_count;
    for (int i = 0; i < COL_COUNT; i++) {
        free(w->cell[i]);
        w->cell[i] = strdup(service->flat.cell[i]);
    }
    for (int i = 0; i < w->translations; i++) {
        const struct translation *t = &service->flat.translations[i];
        snprintf(w->translation[i], 60, "%s@%s=%s", columns[t->column].name, t->language,
                 t->value);
    }
    return true;
}

static struct wanted get(struct record *r, const char *id) {
    struct wanted w = {.id = id};
    int64_t revision;
    ok(record_each(r, &revision, want, &w, &err));
    return w;
}

static void drop(struct wanted *w) {
    for (int i = 0; i < COL_COUNT; i++)
        free(w->cell[i]);
}

static void assert_visibility(struct record *r, const char *id, const char *expected) {
    struct wanted w = get(r, id);
    assert_int_equal(w.found, 1);
    assert_string_equal(w.visibility, expected);
    drop(&w);
}

static void say(const char *fault, void *ctx) {
    char *said = ctx;
    snprintf(said + strlen(said), 2000 - strlen(said), "%s\n", fault);
}

static void assert_whole(struct record *r) {
    char said[2000] = "";
    int64_t faults;
    ok(record_check(r, say, said, &faults, &err));
    assert_string_equal(said, "");
    assert_int_equal(faults, 0);
}

static int64_t revision_of(struct record *r) {
    int64_t revision;
    ok(record_revision(r, &revision, &err));
    return revision;
}

/* ---- columns --------------------------------------------------------------------- */

/* A canonical value of column `c`, with real codes. */
static const char *example(int c) {
    static char out[COL_COUNT][400];
    const struct column_spec *spec = &columns[c];
    bool coded =
        spec->type == CELL_CODE || spec->type == CELL_CODES || spec->type == CELL_CHOICE;
    const struct vocabulary *v = coded ? vocabulary((enum vocabulary_id)spec->low) : NULL;
    const char *fixed = NULL;
    switch (spec->type) {
    case CELL_CODE:
        snprintf(out[c], 400, "%s", v->terms[v->count - 1].code);
        return out[c];
    case CELL_CODES:
        snprintf(out[c], 400, "%s;%s", v->terms[v->count - 1].code, v->terms[0].code);
        return out[c];
    case CELL_CHOICE:
        snprintf(out[c], 400, "%s;%s:case", v->terms[v->count - 1].code,
                 v->terms[0].code);
        return out[c];
    case CELL_INTEGER:
        snprintf(out[c], 400, "%d", spec->high - spec->high / 3);
        return out[c];
    case CELL_TEXT:
        snprintf(out[c], 400, "%s, \"1\"; \xe1\x9e\x80\xe1\x9f\x92\xe1\x9e\x9a",
                 spec->name);
        return out[c];
    case CELL_DECIMAL:
        fixed = c == COL_LAT ? "13.1234567" : "-103";
        break;
    case CELL_YES_NO:
        fixed = "no";
        break;
    case CELL_DATE:
        fixed = "2026-05";
        break;
    case CELL_TIMESTAMP:
        fixed = "2026-05-01T08:00:00+07:00";
        break;
    case CELL_RANGES:
        fixed = "15-17;60";
        break;
    case CELL_CHILDREN:
        fixed = "male:0-11;female:0-17";
        break;
    case CELL_INTERPRETERS:
        fixed = "my:phone:vetted;km";
        break;
    case CELL_AREAS:
        fixed = "KH;Thma Koul, Battambang";
        break;
    case CELL_NAMES:
        fixed = "Other name;\xe1\x9e\x80";
        break;
    case CELL_IDS:
        fixed = "other-1;other-2";
        break;
    case CELL_RULES:
        fixed = "[{\"genders\":[\"male\"],\"age_max\":11,\"accompanied_by\":\"mother\"},"
                "{\"forms\":[\"labour\",\"sexual\"],\"age_min\":18}]";
        break;
    case CELL_PHONES:
        fixed =
            "[{\"number\":\"+855 1\",\"kind\":\"voice\",\"languages\":[\"km\",\"th\"]},"
            "{\"number\":\"+855 2, \\\"b\\\" ]}\"}]";
        break;
    case CELL_HOURS:
        fixed = "Mo-Fr 08:00-17:00; PH off";
        break;
    case CELL_ZONE:
        fixed = "Asia/Phnom_Penh";
        break;
    case CELL_URL:
        fixed = "https://example.org/a?b=c";
        break;
    case CELL_EMAIL:
        fixed = "a@example.org";
        break;
    case CELL_CLAIMS:
        fixed = "[{\"column\":\"capacity\",\"value\":\"40\",\"source\":\"x\"}]";
        break;
    }
    return fixed;
}

static void every_column_comes_back(void **state) {
    (void)state;
    struct record *r = fresh();
    for (int c = 0; c < COL_COUNT; c++) {
        char id[20];
        snprintf(id, sizeof id, "c%d", c);
        struct flat flat = blank(id);
        if (c == COL_LAT || c == COL_LON) {
            flat.cell[COL_LAT] = example(COL_LAT);
            flat.cell[COL_LON] = example(COL_LON);
        } else if (c != COL_ID && c != COL_COUNTRY) {
            flat.cell[c] = example(c);
        }
        assert_int_equal(put(r, flat), PUT_ADDED);
        struct wanted w = get(r, id);
        assert_int_equal(w.found, 1);
        for (int i = 0; i < COL_COUNT; i++)
            if (strcmp(w.cell[i], flat.cell[i]) != 0)
                fail_msg("%s: %s: \"%s\" became \"%s\"", columns[c].name, columns[i].name,
                         flat.cell[i], w.cell[i]);
        drop(&w);
    }
    assert_whole(r);
    record_close(r);
}

static struct flat full(const char *id) {
    struct flat flat = blank(id);
    for (int c = 0; c < COL_COUNT; c++)
        if (c != COL_ID && c != COL_COUNTRY)
            flat.cell[c] = example(c);
    return flat;
}

static void a_full_row_comes_back_and_can_be_emptied(void **state) {
    (void)state;
    struct record *r = fresh();
    struct flat rows[] = {blank("a"), full("b"), blank("c")};
    put_from(r, "test", rows, 3);
    assert_whole(r);
    for (int i = 0; i < 3; i++) {
        struct wanted w = get(r, rows[i].cell[COL_ID]);
        for (int c = 0; c < COL_COUNT; c++)
            assert_string_equal(w.cell[c], rows[i].cell[c]);
        drop(&w);
    }
    assert_int_equal(put(r, blank("b")), PUT_UPDATED);
    struct wanted w = get(r, "b");
    for (int c = 0; c < COL_COUNT; c++)
        assert_string_equal(w.cell[c], blank("b").cell[c]);
    drop(&w);
    assert_int_equal(put(r, full("a")), PUT_UPDATED);
    assert_whole(r);
    record_close(r);
}

static void translations_come_back_by_column(void **state) {
    (void)state;
    struct record *r = fresh();
    const struct translation translations[] = {
        {COL_ORGANIZATION, "km", "1"}, {COL_SERVICE, "km", "2"},
        {COL_SERVICE, "th", "3"},      {COL_PUBLIC_NAME, "lo", "4"},
        {COL_DESCRIPTION, "vi", "5"},
    };
    struct flat flat = blank("t");
    flat.translations = translations;
    flat.translation_count = 5;
    assert_int_equal(put(r, flat), PUT_ADDED);
    assert_int_equal(put(r, flat), PUT_UNCHANGED);
    struct wanted w = get(r, "t");
    assert_int_equal(w.translations, 5);
    assert_string_equal(w.translation[0], "organization@km=1");
    assert_string_equal(w.translation[2], "service@th=3");
    assert_string_equal(w.translation[3], "public_name@lo=4");
    assert_string_equal(w.translation[4], "description@vi=5");
    drop(&w);
    assert_whole(r);
    flat.translation_count = 4;
    assert_int_equal(put(r, flat), PUT_UPDATED);
    assert_whole(r);
    record_close(r);
}

static void organizations_are_shared_and_keep_spelling(void **state) {
    (void)state;
    struct record *r = fresh();
    struct flat rows[] = {blank("a"), blank("b"), blank("c"), blank("d")};
    rows[0].cell[COL_ORGANIZATION] = "H\xe1\xbb\x98I \xc4\x90\xc3\x80";
    rows[1].cell[COL_ORGANIZATION] = "h\xe1\xbb\x99i \xc4\x91\xc3\xa0 ";
    rows[1].cell[COL_ORGANIZATION_ACRONYM] = "HD";
    rows[2].cell[COL_ORGANIZATION] = "h\xe1\xbb\x99i \xc4\x91\xc3\xa0";
    rows[2].cell[COL_COUNTRY] = "VN";
    put_from(r, "test", rows, 4);
    struct wanted a = get(r, "a"), b = get(r, "b"), c = get(r, "c"), d = get(r, "d");
    assert_memory_equal(a.service.organization_id, b.service.organization_id, ID_BYTES);
    assert_memory_not_equal(a.service.organization_id, c.service.organization_id,
                            ID_BYTES);
    assert_memory_not_equal(a.service.organization_id, d.service.organization_id,
                            ID_BYTES);
    assert_string_equal(b.cell[COL_ORGANIZATION], rows[1].cell[COL_ORGANIZATION]);
    assert_string_equal(b.cell[COL_ORGANIZATION_ACRONYM], "HD");
    assert_string_equal(a.cell[COL_ORGANIZATION_ACRONYM], "");
    drop(&a), drop(&b), drop(&c), drop(&d);
    assert_whole(r);
    record_close(r);
}

static void odd_lists_are_refused_or_kept(void **state) {
    (void)state;
    struct record *r = fresh();
    struct import_run *run = import_begin(r, "test", &err);
    struct flat flat = blank("a");
    flat.cell[COL_PHONES] = "+855 1";
    assert_int_equal(import_put(run, &flat, &err), PUT_FAILED);
    assert_non_null(strstr(err.message, "phones"));
    flat.cell[COL_PHONES] = "[]";
    assert_int_equal(import_put(run, &flat, &err), PUT_ADDED);
    assert_int_equal(import_put(run, &flat, &err), PUT_FAILED);
    assert_non_null(strstr(err.message, "twice"));
    flat = blank("b");
    flat.cell[COL_LAT] = "1";
    assert_int_equal(import_put(run, &flat, &err), PUT_FAILED);
    flat = blank("");
    assert_int_equal(import_put(run, &flat, &err), PUT_FAILED);
    flat = blank("c");
    flat.cell[COL_COUNTRY] = "KHM";
    assert_int_equal(import_put(run, &flat, &err), PUT_FAILED);
    ok(import_commit(run, &err));
    assert_whole(r);
    run = import_begin(r, "test", &err);
    flat = blank("d");
    flat.cell[COL_PHONES] = "[{\"number\":]";
    assert_int_equal(import_put(run, &flat, &err), PUT_FAILED);
    assert_non_null(strstr(err.message, "phones"));
    assert_false(import_commit(run, &err));
    struct wanted w = get(r, NULL);
    assert_int_equal(w.found, 1);
    drop(&w);
    record_close(r);
}

/* ---- runs ------------------------------------------------------------------------ */

static void importing_twice_changes_nothing(void **state) {
    (void)state;
    struct record *r = fresh();
    struct flat rows[] = {blank("a"), full("b")};
    put_from(r, "test", rows, 2);
    int64_t revision = revision_of(r), version, after;
    struct record *other = record_open(path, SHARE, DB_READ, &err);
    ok(other != NULL);
    ok(record_data_version(other, &version, &err));
    assert_int_equal(put_from(r, "test", rows, 2), PUT_UNCHANGED);
    assert_int_equal(revision_of(r), revision);
    ok(record_data_version(other, &after, &err));
    assert_int_equal(version, after);
    rows[0].cell[COL_STATUS] = "open";
    put_from(r, "test", rows, 2);
    assert_int_equal(revision_of(r), revision + 1);
    ok(record_data_version(other, &after, &err));
    assert_int_not_equal(version, after);
    assert_int_equal(revision_of(other), revision + 1);
    record_close(other);
    record_close(r);
}

static void retired_services_keep_their_id(void **state) {
    (void)state;
    struct record *r = fresh();
    struct flat rows[] = {blank("a"), blank("b"), blank("c")};
    put_from(r, "test", rows, 3);
    struct flat elsewhere = blank("a");
    put_from(r, "other", &elsewhere, 1);
    struct wanted before = get(r, "b");
    struct import_run *run = import_begin(r, "test", &err);
    int64_t present, missing, retired;
    assert_int_equal(import_put(run, &rows[0], &err), PUT_UNCHANGED);
    ok(import_missing(run, &present, &missing, &err));
    assert_int_equal(present, 3);
    assert_int_equal(missing, 2);
    ok(import_retire_missing(run, &retired, &err));
    assert_int_equal(retired, 2);
    ok(import_commit(run, &err));
    struct wanted w = get(r, NULL);
    assert_int_equal(w.found, 2);
    drop(&w);
    assert_whole(r);
    assert_int_equal(put(r, rows[1]), PUT_ADDED);
    struct wanted after = get(r, "b");
    assert_int_equal(after.found, 1);
    assert_memory_equal(before.service.id, after.service.id, ID_BYTES);
    drop(&before), drop(&after);
    assert_whole(r);
    record_close(r);
}

static void an_aborted_run_leaves_nothing(void **state) {
    (void)state;
    struct record *r = fresh();
    struct flat row = full("a");
    struct import_run *run = import_begin(r, "test", &err);
    assert_int_equal(import_put(run, &row, &err), PUT_ADDED);
    import_abort(run);
    struct wanted w = get(r, NULL);
    assert_int_equal(w.found, 0);
    assert_int_equal(revision_of(r), 0);
    assert_whole(r);
    record_close(r);
}

static void a_second_writer_is_told(void **state) {
    (void)state;
    struct record *r = fresh(), *other = record_open(path, SHARE, DB_READ_WRITE, &err);
    ok(other != NULL);
    struct import_run *run = import_begin(r, "test", &err);
    assert_null(import_begin(other, "test", &err));
    assert_int_equal(err.code, ERR_ENVIRONMENT);
    assert_non_null(strstr(err.message, "another writer"));
    import_abort(run);
    record_close(other);
    record_close(r);
}

/* Writes services for ever and says when the first thousands are in. */
static void write_until_killed(int tell) {
    struct record *r = record_open(path, SHARE, DB_READ_WRITE, &err);
    struct import_run *run = import_begin(r, "test", &err);
    for (int i = 0;; i++) {
        char id[20];
        snprintf(id, sizeof id, "k%d", i);
        struct flat flat = at(id, "13", "103");
        if (import_put(run, &flat, &err) == PUT_FAILED)
            _exit(1);
        if (i == 20000 && write(tell, "x", 1) != 1)
            _exit(1);
    }
}

static void a_killed_import_leaves_the_old_directory(void **state) {
    (void)state;
    struct record *r = fresh();
    put(r, at("old", "13", "103"));
    record_close(r);
    int ends[2];
    char told;
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    if (child == 0)
        write_until_killed(ends[1]);
    close(ends[1]);
    assert_int_equal(read(ends[0], &told, 1), 1);
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    close(ends[0]);
    r = record_open(path, SHARE, DB_READ_WRITE, &err);
    ok(r != NULL);
    struct wanted w = get(r, NULL);
    assert_int_equal(w.found, 1);
    assert_string_equal(w.cell[COL_ID], "old");
    drop(&w);
    assert_whole(r);
    record_close(r);
}

static void assert_spatialite_agrees(void) {
    struct db *db = db_open(path, DB_READ_WRITE, true, &err);
    struct statement *s =
        db_prepare(db, "SELECT CheckSpatialIndex('location', 'point')", &err);
    assert_int_equal(db_step(s, &err), 1);
    assert_int_equal(db_integer(s, 0), 1);
    db_close(db);
}

/* Enough rows that the index is put off and filled at the end; then a few by triggers. */
static void the_spatial_index_is_kept_up(void **state) {
    (void)state;
    struct record *r = fresh();
    char(*text)[3][20] = calloc(3000, sizeof *text);
    struct flat *rows = calloc(3000, sizeof *rows);
    for (int i = 0; i < 3000; i++) {
        snprintf(text[i][0], 20, "%d", i);
        snprintf(text[i][1], 20, "%d.%03d", i % 90, i % 997 + 1);
        snprintf(text[i][2], 20, "%d.5", i % 179);
        rows[i] = i % 7 == 0 ? blank(text[i][0]) : at(text[i][0], text[i][1], text[i][2]);
    }
    for (int i = 0; i < 3000; i++) /* canonical: no zeros at the end */
        for (char *end = text[i][1] + strlen(text[i][1]); end[-1] == '0';)
            *--end = '\0';
    put_from(r, "test", rows, 3000);
    assert_whole(r);
    rows[1].cell[COL_LAT] = "1";
    rows[2].cell[COL_LAT] = rows[2].cell[COL_LON] = "";
    put_from(r, "test", rows, 3000);
    assert_whole(r);
    assert_spatialite_agrees();
    put_from(r, "second", rows, 3000);
    assert_whole(r);
    assert_spatialite_agrees();
    record_close(r);
    free(rows);
    free(text);
}

/* ---- schema ---------------------------------------------------------------------- */

static void sql_change(const char *sql) {
    struct db *db = db_open(path, DB_READ_WRITE, true, &err);
    ok(db != NULL);
    ok(db_exec(db, sql, &err));
    db_close(db);
}

static void a_later_step_brings_a_record_forward(void **state) {
    (void)state;
    struct record *r = fresh();
    put(r, blank("a"));
    record_close(r);
    char share[100], command[400], step[150];
    int last = 1;
    while (snprintf(step, sizeof step, "ls " SHARE "/schema/%04d_*.sql >/dev/null 2>&1",
                    last + 1) > 0 && system(step) == 0)
        last++;
    snprintf(share, sizeof share, "%s/share", dir);
    snprintf(command, sizeof command, "mkdir %s && cp -r %s/schema %s/", share, SHARE,
             share);
    assert_int_equal(system(command), 0);
    snprintf(step, sizeof step, "%s/schema/%04d_next.sql", share, last + 1);
    FILE *f = fopen(step, "w");
    fputs("CREATE TABLE later (a INTEGER);\nINSERT INTO nowhere VALUES (1);\n", f);
    fclose(f);
    assert_null(record_open(path, share, DB_READ_WRITE, &err));
    assert_non_null(strstr(err.message, "_next.sql"));
    r = record_open(path, SHARE, DB_READ, &err); /* the wrong step left nothing */
    ok(r != NULL);
    record_close(r);
    f = fopen(step, "w");
    fputs("CREATE TABLE later (a INTEGER) -- the last comment needs no new line", f);
    fclose(f);
    assert_null(record_open(path, share, DB_READ, &err));
    snprintf(command, sizeof command, "version %d", last);
    assert_non_null(strstr(err.message, command));
    r = record_open(path, share, DB_READ_WRITE, &err);
    ok(r != NULL);
    struct wanted w = get(r, "a");
    assert_int_equal(w.found, 1);
    drop(&w);
    record_close(r);
    sql_change("INSERT INTO later VALUES (1)");
    assert_null(record_open(path, SHARE, DB_READ, &err));
    assert_non_null(strstr(err.message, "newer program"));
    assert_null(record_open(path, SHARE, DB_READ_WRITE, &err));
    assert_int_equal(err.code, ERR_DATA);
}

static void other_files_are_refused(void **state) {
    (void)state;
    struct record *r = fresh();
    record_close(r);
    assert_false(record_create(path, SHARE, &err));
    assert_non_null(strstr(err.message, "exists"));
    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    snprintf(path, sizeof path, "%s/none.db", dir);
    assert_null(record_open(path, SHARE, DB_READ, &err));
    assert_int_equal(err.code, ERR_ENVIRONMENT);
    FILE *f = fopen(path, "w");
    fputs("this is no database, but long enough to be read as the header of one: "
          "-----------------------------------------------------------------",
          f);
    fclose(f);
    assert_null(record_open(path, SHARE, DB_READ_WRITE, &err));
    assert_int_equal(err.code, ERR_DATA);
    unlink(path);
    struct db *db = db_open(path, DB_CREATE, false, &err);
    ok(db_exec(db, "CREATE TABLE a (b)", &err));
    db_close(db);
    assert_null(record_open(path, SHARE, DB_READ_WRITE, &err));
    assert_non_null(strstr(err.message, "not made by haven"));
    snprintf(path, sizeof path, "%s/no/such.db", dir);
    assert_false(record_create(path, SHARE, &err));
    assert_int_equal(err.code, ERR_ENVIRONMENT);
}

/* ---- visibility ------------------------------------------------------------------ */

static void visibility_has_defaults(void **state) {
    (void)state;
    static const struct {
        const char *needs, *kind, *stated, *effective;
    } cases[] = {
        {"", "", "", "area"},
        {"health.clinic", "hospital", "", "exact"},
        {"housing.shelter", "hospital", "", "staff"},
        {"legal;housing", "", "", "staff"},
        {"information.hotline", "", "", "contact"},
        {"legal", "hotline", "", "contact"},
        {"legal", "ngo_office", "", "area"},
        {"legal", "ngo_office", "contact", "contact"},
        {"housing", "", "area", "area"},
    };
    struct record *r = fresh();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char id[20];
        snprintf(id, sizeof id, "v%zu", i);
        struct flat flat = blank(id);
        flat.cell[COL_NEEDS] = cases[i].needs;
        flat.cell[COL_KIND] = cases[i].kind;
        flat.cell[COL_VISIBILITY] = cases[i].stated;
        put(r, flat);
        assert_visibility(r, id, cases[i].effective);
    }
    record_close(r);
}

static void no_import_loosens(void **state) {
    (void)state;
    struct record *r = fresh();
    struct flat flat = blank("a");
    flat.cell[COL_VISIBILITY] = "staff";
    put(r, flat);
    flat.cell[COL_VISIBILITY] = "exact";
    assert_int_equal(put(r, flat), PUT_UPDATED);
    assert_visibility(r, "a", "staff");
    struct wanted w = get(r, "a");
    assert_string_equal(w.cell[COL_VISIBILITY], "exact"); /* what the source says stays */
    drop(&w);
    sql_change("UPDATE visibility SET own = 'area', effective = 'area',"
               " decided_by = 'steward'");
    flat.cell[COL_STATUS] = "open";
    flat.cell[COL_VISIBILITY] = "staff";
    put(r, flat);
    assert_visibility(r, "a", "area"); /* nor overwrites a steward */
    assert_whole(r);
    record_close(r);
}

static struct flat hidden(const char *id, const char *lat, const char *lon) {
    struct flat flat = at(id, lat, lon);
    flat.cell[COL_NEEDS] = "housing.shelter";
    return flat;
}

static void a_shared_point_binds(void **state) {
    (void)state;
    struct record *r = fresh();
    struct flat rows[] = {hidden("h", "13.5", "103.5"), at("same", "13.5", "103.5"),
                          at("near", "13.5001", "103.5"),
                          at("centroid", "13.5", "103.5")};
    for (int i = 0; i < 4; i++)
        rows[i].cell[COL_ORGANIZATION] = rows[i].cell[COL_ID];
    rows[3].cell[COL_PRECISION] = "district";
    put_from(r, "test", rows, 4);
    assert_visibility(r, "h", "staff");
    assert_visibility(r, "same", "staff");
    assert_visibility(r, "near", "area");
    assert_visibility(r, "centroid", "area");
    struct flat late = at("late", "13.5", "103.5");
    late.cell[COL_ORGANIZATION] = "late";
    put_from(r, "other", &late, 1);
    assert_visibility(r, "late", "staff");
    rows[1].cell[COL_STATUS] = "open";
    put_from(r, "test", rows, 4);
    assert_visibility(r, "same", "staff");
    sql_change("UPDATE visibility SET effective = 'area', decided_by = 'steward'"
               " WHERE service_key = 2");
    rows[1].cell[COL_STATUS] = "paused";
    put_from(r, "test", rows, 4);
    assert_visibility(r, "same", "area"); /* released */
    record_close(r);
}

static void a_shared_address_binds(void **state) {
    (void)state;
    struct record *r = fresh();
    struct flat rows[] = {hidden("h", "13.5", "103.5"), blank("same"), blank("town")};
    for (int i = 0; i < 3; i++) {
        rows[i].cell[COL_ORGANIZATION] = rows[i].cell[COL_ID];
        rows[i].cell[COL_PRECISION] = "district";
        rows[i].cell[COL_ADDRESS] = i == 1 ? " street 1, NO. 2" : "Street 1, No. 2";
        rows[i].cell[COL_PROVINCE] = i == 2 ? "B" : "A";
    }
    put_from(r, "test", rows, 3);
    assert_visibility(r, "same", "staff");
    assert_visibility(r, "town", "area");
    record_close(r);
}

static void one_organization_binds_within_300_m(void **state) {
    (void)state;
    struct record *r = fresh();
    struct flat rows[] = {
        hidden("h", "13.5", "103.5"),  at("near", "13.5026", "103.5"),
        at("far", "13.5028", "103.5"), at("beyond", "13.505", "103.5"),
        hidden("u", "14.5", "103.5"),  at("u-near", "14.5001", "103.5")};
    rows[4].cell[COL_ORGANIZATION] = rows[5].cell[COL_ORGANIZATION] = "unnamed";
    put_from(r, "test", rows, 6);
    assert_visibility(r, "near", "staff"); /* 287.6 m */
    assert_visibility(r, "far", "area");   /* 309.8 m: binding does not creep */
    assert_visibility(r, "beyond", "area");
    assert_visibility(r, "u-near", "area"); /* "unnamed" is not one organization */
    put_from(r, "other", rows, 1);
    assert_visibility(r, "far", "area");
    assert_whole(r);
    record_close(r);
}

/* Whose partner somebody is: of one that has a name. */
static void unnamed_is_no_organization_to_belong_to(void **state) {
    (void)state;
    struct record *r = fresh();
    struct flat rows[] = {blank("named"), blank("unnamed")};
    rows[1].cell[COL_ORGANIZATION] = "Unnamed";
    put_from(r, "test", rows, 2);
    struct wanted named = get(r, "named"), unnamed = get(r, "unnamed");
    bool found;
    ok(record_has_organization(r, named.service.organization_id, &found, &err));
    assert_true(found);
    ok(record_has_organization(r, unnamed.service.organization_id, &found, &err));
    assert_false(found);
    drop(&named), drop(&unnamed);
    record_close(r);
}

/* Both rows state an address or a point; one is hidden, the other follows or does not. */
static const struct {
    const char *address, *lat, *lon, *other_address, *other_lat, *other_lon, *expected;
} same_sites[] = {
    {"12, Street 63", "", "", "12 street 63", "", "", "staff"},
    {"12, Street 63", "", "", "#12-Street  63.", "", "", "staff"},
    {"12, Street 63", "", "", "12, Street 6", "", "", "area"},
    {"\xe1\x9e\x95, 1", "", "", "\xe1\x9e\x95 1", "", "", "staff"},
    {"\xe1\x9e\x95, 1", "", "", "\xe1\x9e\x96, 1", "", "", "area"},
    {"", "13.5", "103.5", "", "13.5", "103.5", "staff"},
    {"", "13.5", "103.5", "", "13.500004", "103.499996", "staff"},
    {"", "13.5", "103.5", "", "13.5002", "103.5", "area"},
};

static struct flat row_at(const char *id, const char *address, const char *lat,
                          const char *lon) {
    struct flat flat = at(id, lat, lon);
    flat.cell[COL_ORGANIZATION] = id;
    flat.cell[COL_ADDRESS] = address;
    return flat;
}

static void a_site_is_the_same_in_another_spelling(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof same_sites / sizeof *same_sites; i++) {
        struct record *r = fresh();
        struct flat rows[] = {row_at("h", same_sites[i].address, same_sites[i].lat,
                                     same_sites[i].lon),
                              row_at("other", same_sites[i].other_address,
                                     same_sites[i].other_lat, same_sites[i].other_lon)};
        rows[0].cell[COL_VISIBILITY] = "staff";
        put_from(r, "test", rows, 2);
        assert_visibility(r, "other", same_sites[i].expected);
        record_close(r);
    }
}

/* A source that numbers its rows anew does not show what it hid. */
static void a_retired_service_still_binds_its_site(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof same_sites / sizeof *same_sites; i++) {
        struct record *r = fresh();
        struct flat old = row_at("old", same_sites[i].address, same_sites[i].lat,
                                 same_sites[i].lon);
        struct flat new = row_at("new", same_sites[i].other_address,
                                 same_sites[i].other_lat, same_sites[i].other_lon);
        int64_t retired;
        old.cell[COL_VISIBILITY] = "staff";
        put(r, old);
        struct import_run *run = import_begin(r, "test", &err);
        assert_int_equal(import_put(run, &new, &err), PUT_ADDED);
        ok(import_retire_missing(run, &retired, &err));
        assert_int_equal(retired, 1);
        ok(import_commit(run, &err));
        assert_visibility(r, "new", same_sites[i].expected);
        assert_whole(r);
        record_close(r);
    }
}

/* ---- the rest -------------------------------------------------------------------- */

static void referrals_resolve_when_the_other_stands(void **state) {
    (void)state;
    struct record *r = fresh();
    struct flat row = blank("a");
    row.cell[COL_REFERS_TO] = "later;never";
    put(r, row);
    put(r, blank("later"));
    record_close(r);
    struct db *db = db_open(path, DB_READ, false, &err);
    struct statement *s =
        db_prepare(db,
                   "SELECT count(*) FROM referral AS r JOIN service_at_location AS s"
                   " ON s.key = r.target_key WHERE s.source_id = r.value",
                   &err);
    assert_int_equal(db_step(s, &err), 1);
    assert_int_equal(db_integer(s, 0), 1);
    db_close(db);
}

static void holidays(const char *country, const char *date, void *ctx) {
    char *said = ctx;
    sprintf(said + strlen(said), "%s %s\n", country, date);
}

static void holidays_come_by_country(void **state) {
    (void)state;
    struct record *r = fresh();
    char said[200] = "";
    sql_change("INSERT INTO holiday VALUES ('TH', '2026-04-13', 'Songkran'),"
               " ('KH', '2026-04-14', NULL)");
    ok(record_each_holiday(r, holidays, said, &err));
    assert_string_equal(said, "KH 2026-04-14\nTH 2026-04-13\n");
    record_close(r);
}

static void the_check_finds_what_is_wrong(void **state) {
    (void)state;
    static const struct {
        const char *change, *fault;
    } cases[] = {
        {"UPDATE service SET name = 'x' WHERE key = 1", "digest"},
        {"DELETE FROM eligibility WHERE service_key = 1", "rule 0"},
        {"DELETE FROM visibility WHERE service_key = 1", "visibility"},
        {"UPDATE location SET longitude = 1 WHERE key = 1", "geometry"},
        {"DELETE FROM idx_location_point WHERE pkid = 1", "spatial index"},
        {"DROP TRIGGER gii_location_point", "trigger"},
        {"UPDATE attribute SET value = 'nonsense' WHERE service_key = 1", "unknown code"},
        {"PRAGMA foreign_keys = OFF; DELETE FROM directory", "directory"},
        {"PRAGMA foreign_keys = OFF; DELETE FROM service WHERE key = 1", "foreign key"},
        {"PRAGMA foreign_keys = OFF; DELETE FROM service_at_location WHERE key = 1",
         "no service"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct record *r = fresh();
        struct flat row = full("a");
        put(r, row);
        sql_change(cases[i].change);
        char said[2000] = "";
        int64_t faults;
        bool could = record_check(r, say, said, &faults, &err);
        if (!could) /* no revision can be read without its row */
            snprintf(said + strlen(said), 500, "%s", err.message);
        if (strstr(said, cases[i].fault) == NULL)
            fail_msg("%s: \"%s\" not in: %s", cases[i].change, cases[i].fault, said);
        record_close(r);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_column_comes_back),
        cmocka_unit_test(a_full_row_comes_back_and_can_be_emptied),
        cmocka_unit_test(translations_come_back_by_column),
        cmocka_unit_test(organizations_are_shared_and_keep_spelling),
        cmocka_unit_test(odd_lists_are_refused_or_kept),
        cmocka_unit_test(importing_twice_changes_nothing),
        cmocka_unit_test(retired_services_keep_their_id),
        cmocka_unit_test(an_aborted_run_leaves_nothing),
        cmocka_unit_test(a_second_writer_is_told),
        cmocka_unit_test(a_killed_import_leaves_the_old_directory),
        cmocka_unit_test(the_spatial_index_is_kept_up),
        cmocka_unit_test(a_later_step_brings_a_record_forward),
        cmocka_unit_test(other_files_are_refused),
        cmocka_unit_test(visibility_has_defaults),
        cmocka_unit_test(no_import_loosens),
        cmocka_unit_test(a_shared_point_binds),
        cmocka_unit_test(a_shared_address_binds),
        cmocka_unit_test(unnamed_is_no_organization_to_belong_to),
        cmocka_unit_test(one_organization_binds_within_300_m),
        cmocka_unit_test(a_site_is_the_same_in_another_spelling),
        cmocka_unit_test(a_retired_service_still_binds_its_site),
        cmocka_unit_test(referrals_resolve_when_the_other_stands),
        cmocka_unit_test(holidays_come_by_country),
        cmocka_unit_test(the_check_finds_what_is_wrong),
    };
    return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
