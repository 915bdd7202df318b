/* SPDX-License-Identifier: Apache-2.0
 *
 * What runs changed, edits that imports keep, runs taken back, and that none of it makes a
 * visibility looser; aliases of organizations; a record of the first schema.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/record_by_hand.h"

static char said[20000];

static void on_change(const struct change_info *c, void *ctx) {
    (void)ctx;
    sprintf(said + strlen(said), "%lld %s %s %s>%s|%s\n", (long long)c->run.number,
            c->layer, c->field, c->old ? c->old : "-", c->new ? c->new : "-",
            c->beside ? c->beside : "-");
}

static const char *changes(struct record *r, const char *name) {
    uint8_t id[ID_BYTES];
    said[0] = '\0';
    ok(record_find(r, name, id, &err));
    ok(history_service(r, id, 1000, on_change, NULL, &err));
    return said;
}

static struct flat status(const char *id, const char *status) {
    struct flat flat = blank(id);
    flat.cell[COL_STATUS] = status;
    return flat;
}

static void a_run_leaves_a_row_a_field(void **state) {
    (void)state;
    struct record *r = fresh();
    const struct translation km[] = {{COL_SERVICE, "km", "1"}};
    struct flat rows[] = {status("a", "open"), blank("b")};
    run_of(r, "s", rows, 2, false);
    rows[0].cell[COL_STATUS] = "closed";
    rows[0].cell[COL_NEEDS] = "legal;health";
    rows[0].translations = km;
    rows[0].translation_count = 1;
    run_of(r, "s", rows, 1, true);
    run_of(r, "s", rows, 2, false);
    assert_string_equal(changes(r, "s:a"), "1 event added ->-|-\n"
                                           "2 source needs >legal;health|-\n"
                                           "2 source service@km >1|-\n"
                                           "2 source status open>closed|-\n");
    assert_string_equal(changes(r, "s:b"), "1 event added ->-|-\n"
                                           "2 event retired no>yes|-\n"
                                           "3 event retired yes>no|-\n");
    assert_whole(r);
    record_close(r);
}

static void an_edit_outlives_imports(void **state) {
    (void)state;
    struct record *r = fresh();
    import_one(r, "s", status("a", "open"));
    ok(try_edit(r, "s:a", COL_STATUS, "paused"));
    assert_cell(r, "s:a", COL_STATUS, "paused");
    import_one(r, "s", status("a", "open"));
    assert_string_equal(notes, "");
    import_one(r, "s", status("a", "closed"));
    assert_string_equal(notes, "kept a status paused/closed\n");
    assert_cell(r, "s:a", COL_STATUS, "paused");
    import_one(r, "s", status("a", "closed"));
    assert_string_equal(notes, "");
    assert_string_equal(changes(r, "s:a"), "1 event added ->-|-\n"
                                           "2 edit status ->paused|open\n"
                                           "3 source status open>closed|paused\n");
    struct flat other = status("a", "closed");
    other.cell[COL_URL] = "https://example.org/";
    import_one(r, "s", other);
    assert_cell(r, "s:a", COL_STATUS, "paused");
    assert_cell(r, "s:a", COL_URL, "https://example.org/");
    ok(try_edit(r, "s:a", COL_STATUS, NULL));
    assert_cell(r, "s:a", COL_STATUS, "closed");
    assert_whole(r);
    record_close(r);
}

static void an_edit_can_empty_and_is_checked(void **state) {
    (void)state;
    struct record *r = fresh();
    import_one(r, "s", status("a", "open"));
    ok(try_edit(r, "s:a", COL_STATUS, ""));
    assert_cell(r, "s:a", COL_STATUS, "");
    import_one(r, "s", status("a", "open"));
    assert_cell(r, "s:a", COL_STATUS, "");
    assert_false(try_edit(r, "s:a", COL_ID, "b"));
    assert_false(try_edit(r, "s:a", COL_SERVICE, ""));
    assert_false(try_edit(r, "s:a", COL_VISIBILITY, ""));
    assert_false(try_edit(r, "s:a", COL_LAT, "13"));
    assert_non_null(strstr(err.message, "lat, lon"));
    assert_false(try_edit(r, "s:a", COL_REFERS_TO, "nobody"));
    assert_non_null(strstr(err.message, "refers_to"));
    assert_false(try_edit(r, "s:none", COL_STATUS, "open"));
    assert_string_equal(changes(r, "s:a"),
                        "1 event added ->-|-\n2 edit status ->|open\n");
    assert_whole(r);
    record_close(r);
}

static void coordinates_are_edited_together(void **state) {
    (void)state;
    struct record *r = fresh();
    struct flat flat = blank("a");
    flat.cell[COL_LAT] = "13";
    flat.cell[COL_LON] = "103";
    import_one(r, "s", flat);
    ok(try_edit(r, "s:a", COL_LAT, "13.5"));
    import_one(r, "s", blank("a")); /* the source takes its point away */
    assert_cell(r, "s:a", COL_LAT, "13.5");
    assert_cell(r, "s:a", COL_LON, "103");
    ok(try_edit(r, "s:a", COL_LON, NULL));
    assert_cell(r, "s:a", COL_LAT, "");
    assert_whole(r);
    record_close(r);
}

static void a_retired_edited_service_is_noted(void **state) {
    (void)state;
    struct record *r = fresh();
    struct flat rows[] = {status("a", "open"), blank("b"), blank("c")};
    run_of(r, "s", rows, 3, false);
    ok(try_edit(r, "s:a", COL_STATUS, "paused"));
    run_of(r, "s", rows + 1, 1, true);
    assert_string_equal(notes, "retired a\n");
    assert_gone(r, "s:a");
    assert_false(try_edit(r, "s:a", COL_STATUS, "open"));
    run_of(r, "s", rows, 3, false);
    assert_cell(r, "s:a", COL_STATUS, "paused");
    assert_whole(r);
    record_close(r);
}

static void an_import_is_undone(void **state) {
    (void)state;
    struct record *r = fresh();
    struct flat rows[] = {status("a", "open"), blank("b"), blank("c")};
    run_of(r, "s", rows, 2, false);
    struct flat next[] = {status("a", "closed"), blank("c")};
    run_of(r, "s", next, 2, true);
    assert_gone(r, "s:b");
    ok(try_undo(r, 2));
    assert_cell(r, "s:a", COL_STATUS, "open");
    assert_gone(r, "s:c");
    assert_int_equal(get(r, "s:b", COL_ID).found, 1);
    assert_whole(r);
    assert_false(try_undo(r, 2));
    assert_non_null(strstr(err.message, "already"));
    ok(try_undo(r, 3)); /* and back again */
    assert_cell(r, "s:a", COL_STATUS, "closed");
    assert_gone(r, "s:b");
    assert_int_equal(get(r, "s:c", COL_ID).found, 1);
    assert_false(try_undo(r, 99));
    assert_whole(r);
    record_close(r);
}

static void an_undo_gives_way_to_later_runs(void **state) {
    (void)state;
    struct record *r = fresh();
    import_one(r, "s", status("a", "open"));
    import_one(r, "s", status("a", "paused"));
    import_one(r, "s", status("a", "closed"));
    assert_false(try_undo(r, 2));
    assert_string_equal(notes, "later a 3\n");
    assert_cell(r, "s:a", COL_STATUS, "closed");
    assert_false(try_undo(r, 1));
    ok(try_undo(r, 3)); /* run 4: one after the other */
    ok(try_undo(r, 2)); /* run 5 */
    assert_cell(r, "s:a", COL_STATUS, "open");
    ok(try_undo(r, 5));
    assert_cell(r, "s:a", COL_STATUS, "paused");
    assert_false(try_undo(r, 4) && try_undo(r, 2)); /* 3 counts again */
    assert_whole(r);
    record_close(r);
}

static void an_edit_is_undone(void **state) {
    (void)state;
    struct record *r = fresh();
    import_one(r, "s", status("a", "open"));
    ok(try_edit(r, "s:a", COL_STATUS, "paused"));   /* 2 */
    ok(try_edit(r, "s:a", COL_STATUS, "waitlist")); /* 3 */
    assert_false(try_undo(r, 2));
    ok(try_undo(r, 3));
    assert_cell(r, "s:a", COL_STATUS, "paused");
    import_one(r, "s", status("a", "closed")); /* 5, below it */
    ok(try_undo(r, 2));
    assert_cell(r, "s:a", COL_STATUS, "closed");
    import_one(r, "s", status("a", "open"));
    assert_string_equal(notes, "");
    assert_cell(r, "s:a", COL_STATUS, "open");
    assert_whole(r);
    record_close(r);
}

static void an_edit_stands_in_the_way_of_an_import(void **state) {
    (void)state;
    struct record *r = fresh();
    import_one(r, "s", status("a", "open"));
    import_one(r, "s", status("a", "closed"));
    ok(try_edit(r, "s:a", COL_STATUS, "paused"));
    assert_false(try_undo(r, 2));
    assert_string_equal(notes, "later a 3\n");
    struct flat other = status("a", "closed");
    other.cell[COL_URL] = "https://example.org/";
    import_one(r, "s", other);
    ok(try_undo(r, 4)); /* another field */
    assert_cell(r, "s:a", COL_STATUS, "paused");
    assert_cell(r, "s:a", COL_URL, "");
    record_close(r);
}

static struct flat visible(const char *id, const char *visibility) {
    struct flat flat = blank(id);
    flat.cell[COL_NEEDS] = "legal";
    flat.cell[COL_VISIBILITY] = visibility;
    return flat;
}

static void undoing_an_import_never_loosens(void **state) {
    (void)state;
    struct record *r = fresh();
    import_one(r, "s", visible("a", "area"));
    import_one(r, "s", visible("a", "staff"));
    ok(try_undo(r, 2));
    assert_cell(r, "s:a", COL_VISIBILITY, "area"); /* what the source says */
    assert_visibility(r, "s:a", "staff");
    import_one(r, "s", visible("a", "exact"));
    assert_visibility(r, "s:a", "staff");
    /* cells that come back may hide: */
    struct flat shelter = visible("b", "");
    shelter.cell[COL_NEEDS] = "housing.shelter";
    import_one(r, "s", shelter);
    ok(try_edit(r, "s:b", COL_VISIBILITY, "area"));
    assert_visibility(r, "s:b", "area");
    record_close(r);
}

static void a_steward_decides_and_takes_back(void **state) {
    (void)state;
    struct record *r = fresh();
    import_one(r, "s", visible("a", "staff"));
    ok(try_edit(r, "s:a", COL_VISIBILITY, "area")); /* 2 */
    assert_visibility(r, "s:a", "area");
    import_one(r, "s", visible("a", "staff"));
    assert_visibility(r, "s:a", "area");
    ok(try_undo(r, 2)); /* stricter */
    assert_visibility(r, "s:a", "staff");
    ok(try_undo(r, 3)); /* the decision stands again */
    assert_visibility(r, "s:a", "area");
    ok(try_edit(r, "s:a", COL_VISIBILITY, NULL));
    assert_visibility(r, "s:a", "staff");
    import_one(r, "s", visible("b", "area"));
    ok(try_edit(r, "s:b", COL_VISIBILITY, "staff")); /* 7 */
    ok(try_undo(r, 7));                              /* looser: the steward's own */
    assert_visibility(r, "s:b", "area");
    import_one(r, "s", visible("c", "area"));
    ok(try_edit(r, "s:c", COL_VISIBILITY, "exact")); /* 10 */
    import_one(r, "s", visible("c", "staff"));       /* learnt meanwhile */
    assert_visibility(r, "s:c", "exact");
    ok(try_undo(r, 10));
    assert_visibility(r, "s:c", "staff");
    assert_whole(r);
    record_close(r);
}

static void names_are_asked_for(void **state) {
    (void)state;
    struct record *r = fresh();
    struct run_result result;
    import_one(r, "a:b", status("c:d", "open"));
    assert_false(record_undo(r, 1, "", on_note, NULL, &result, &err));
    assert_int_equal(err.code, ERR_USAGE);
    assert_false(record_undo(r, 1, "a\nb", on_note, NULL, &result, &err));
    uint8_t id[ID_BYTES], again[ID_BYTES];
    char uuid[37];
    ok(record_find(r, "a:b:c:d", id, &err));
    uuid_encode(id, uuid);
    ok(record_find(r, uuid, again, &err));
    assert_memory_equal(id, again, ID_BYTES);
    assert_false(record_find(r, "a:b", id, &err));
    record_close(r);
}

/* ---- organizations ----------------------------------------------------------------- */

static struct flat of(const char *id, const char *organization, const char *aliases) {
    struct flat flat = blank(id);
    flat.cell[COL_ORGANIZATION] = organization;
    flat.cell[COL_ORGANIZATION_ALIASES] = aliases;
    return flat;
}

static bool one(struct record *r, const char *a, const char *b) {
    struct wanted x = get(r, a, COL_ID), y = get(r, b, COL_ID);
    return memcmp(x.organization, y.organization, ID_BYTES) == 0;
}

static void spellings_fold_to_one(void **state) {
    (void)state;
    struct record *r = fresh();
    struct flat rows[] = {of("a", "BANTEAY SREY", ""), of("b", "Banteay-Srey", ""),
                          of("c", "???", ""), of("d", "!!!", "")};
    run_of(r, "s", rows, 4, false);
    assert_true(one(r, "s:a", "s:b"));
    assert_false(one(r, "s:c", "s:d"));
    assert_cell(r, "s:b", COL_ORGANIZATION, "Banteay-Srey");
    assert_whole(r);
    record_close(r);
}

static void an_alias_belongs_to_its_organization(void **state) {
    (void)state;
    for (int turned = 0; turned < 2; turned++) { /* whatever the order of the rows */
        struct record *r = fresh();
        struct flat right = of("a", "Synthetic League", "Synthetik Leag;SL Office");
        struct flat wrong = of("b", "SYNTHETIK LEAG", "");
        wrong.cell[COL_ORGANIZATION_ACRONYM] = "SL";
        struct flat rows[] = {turned ? wrong : right, turned ? right : wrong};
        run_of(r, "s", rows, 2, false);
        assert_string_equal(notes, "");
        assert_true(one(r, "s:a", "s:b"));
        assert_cell(r, "s:b", COL_ORGANIZATION, "SYNTHETIK LEAG");
        assert_cell(r, "s:b", COL_ORGANIZATION_ACRONYM, "SL");
        assert_cell(r, "s:a", COL_ORGANIZATION_ACRONYM, "");
        import_one(r, "other", of("x", "sl office", ""));
        assert_true(one(r, "s:a", "other:x"));
        assert_whole(r);
        record_close(r);
    }
}

static void an_organization_that_stands_is_not_merged(void **state) {
    (void)state;
    struct record *r = fresh();
    import_one(r, "s", of("b", "Synthetik Leag", ""));
    import_one(r, "s", of("a", "Synthetic League", "Synthetik Leag"));
    assert_string_equal(notes, "alias a Synthetik Leag\n");
    assert_false(one(r, "s:a", "s:b"));
    import_one(r, "s", of("c", "Another", "Synthetic League;unnamed"));
    assert_string_equal(notes, "alias c Synthetic League\n");
    struct flat ring[] = {of("x", "Ring one", "Ring two"),
                          of("y", "Ring three", "Ring one"),
                          of("z", "Ring two", "Ring three")};
    run_of(r, "t", ring, 3, false);
    assert_true(one(r, "t:x", "t:z"));
    assert_whole(r);
    record_close(r);
}

/* A record as the first step left it is brought forward, and its names are folded. */
static void an_old_record_is_folded(void **state) {
    (void)state;
    char share[100], command[500];
    snprintf(share, sizeof share, "%s/first", dir);
    snprintf(path, sizeof path, "%s/first.db", dir);
    snprintf(command, sizeof command,
             "mkdir -p %s/schema && cp %s/schema/0001_*.sql %s/schema/", share, SHARE,
             share);
    assert_int_equal(system(command), 0);
    ok(record_create(path, share, &err));
    sql_change(
        "INSERT INTO organization VALUES (1, zeroblob(16), 'KH', 'Banteay Srey', NULL,"
        " 'banteay srey'), (2, randomblob(16), 'KH', 'BANTEAYSREY', 'BS', 'banteaysrey'),"
        " (3, randomblob(16), 'TH', 'Banteay Srey', NULL, 'banteay srey');"
        "INSERT INTO source VALUES (1, 's');"
        "INSERT INTO import_run (key, source_key, started_at) VALUES (1, 1, 'x');"
        "INSERT INTO service (key, id, organization_key, name) VALUES"
        " (1, randomblob(16), 1, 'a'), (2, randomblob(16), 2, 'b'),"
        " (3, randomblob(16), 3, 'c');"
        "INSERT INTO location (key, id, country) VALUES (1, randomblob(16), 'KH'),"
        " (2, randomblob(16), 'KH'), (3, randomblob(16), 'TH');"
        "INSERT INTO service_at_location (key, id, source_key, source_id, digest,"
        " changed_run) SELECT key, randomblob(16), 1, char(96 + key), randomblob(16), 1"
        " FROM service;"
        "INSERT INTO eligibility (service_key, rule) SELECT key, 0 FROM service;"
        "INSERT INTO visibility SELECT key, NULL, 'area', 'area', 'staff', 'site', 1"
        " FROM service");
    struct record *r = record_open(path, SHARE, DB_READ_WRITE, &err);
    ok(r != NULL);
    assert_true(one(r, "s:a", "s:b"));
    assert_false(one(r, "s:a", "s:c"));
    assert_cell(r, "s:a", COL_ORGANIZATION, "Banteay Srey");
    assert_cell(r, "s:b", COL_ORGANIZATION, "BANTEAYSREY");
    assert_cell(r, "s:b", COL_ORGANIZATION_ACRONYM, "BS");
    assert_cell(r, "s:a", COL_ORGANIZATION_ACRONYM, "");
    assert_visibility(r, "s:b", "staff");
    import_one(r, "t", of("x", "banteay, srey", ""));
    assert_true(one(r, "s:a", "t:x"));
    record_close(r);
}

static void on_run(const struct run_info *run, void *ctx) {
    (void)ctx;
    sprintf(said + strlen(said), "%lld %s %s %s\n", (long long)run->number, run->kind,
            run->source, run->made_by);
}

static void runs_are_listed_newest_first(void **state) {
    (void)state;
    struct record *r = fresh();
    import_one(r, "s", status("a", "open"));
    ok(try_edit(r, "s:a", COL_STATUS, "paused"));
    ok(try_edit(r, "s:a", COL_STATUS, "paused")); /* nothing changes */
    ok(try_undo(r, 2));
    said[0] = '\0';
    ok(history_runs(r, 2, on_run, NULL, &err));
    assert_string_equal(said, "3 undo s Dara\n2 edit s Dara\n");
    record_close(r);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_run_leaves_a_row_a_field),
        cmocka_unit_test(an_edit_outlives_imports),
        cmocka_unit_test(an_edit_can_empty_and_is_checked),
        cmocka_unit_test(coordinates_are_edited_together),
        cmocka_unit_test(a_retired_edited_service_is_noted),
        cmocka_unit_test(an_import_is_undone),
        cmocka_unit_test(an_undo_gives_way_to_later_runs),
        cmocka_unit_test(an_edit_is_undone),
        cmocka_unit_test(an_edit_stands_in_the_way_of_an_import),
        cmocka_unit_test(undoing_an_import_never_loosens),
        cmocka_unit_test(a_steward_decides_and_takes_back),
        cmocka_unit_test(names_are_asked_for),
        cmocka_unit_test(spellings_fold_to_one),
        cmocka_unit_test(an_alias_belongs_to_its_organization),
        cmocka_unit_test(an_organization_that_stands_is_not_merged),
        cmocka_unit_test(an_old_record_is_folded),
        cmocka_unit_test(runs_are_listed_newest_first),
    };
    return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
