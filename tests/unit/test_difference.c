/* SPDX-License-Identifier: Apache-2.0
 *
 * What an open import changes, who made it; one service with both layers of its cells, and
 * edits that expect a state of it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/record_by_hand.h"

static char said[20000];

__attribute__((format(printf, 1, 2))) static void say(const char *format, ...) {
    size_t len = strlen(said);
    va_list args;
    va_start(args, format);
    vsnprintf(said + len, sizeof said - len, format, args);
    va_end(args);
}

static struct flat with(const char *id, enum column column, const char *value) {
    struct flat flat = blank(id);
    flat.cell[column] = value;
    return flat;
}

static struct flat at(const char *id, const char *lat, const char *lon) {
    struct flat flat = with(id, COL_LAT, lat);
    flat.cell[COL_LON] = lon;
    flat.cell[COL_NEEDS] = "legal";
    return flat;
}

/* ---- the difference ------------------------------------------------------------------- */

static const char *shown(const char *value) {
    return value == NULL ? "-" : value;
}

static bool on_change(const struct run_change *c, void *ctx, struct error *e) {
    static const char *const kinds[] = {"added", "updated", "retired"};
    (void)ctx;
    (void)e;
    say("%s:%s %s%s", c->source, c->source_id, kinds[c->kind], c->is_new ? " new" : "");
    if (c->had_point)
        say(" from %.4f,%.4f", c->before.lat, c->before.lon);
    if (c->has_point)
        say(" at %.4f,%.4f", c->after.lat, c->after.lon);
    for (size_t i = 0; i < c->field_count; i++)
        say(" %s:%s>%s", c->fields[i].name, shown(c->fields[i].old),
            shown(c->fields[i].new));
    say("\n");
    return true;
}

/* The difference that an import makes, which is then taken back, or not. */
static const char *difference(struct record *r, const char *source,
                              const struct flat *flats, size_t count, bool retire,
                              int64_t limit, bool commit) {
    struct import_run *run = import_begin(r, source, &err);
    int64_t retired, left_out;
    said[0] = '\0';
    ok(run != NULL);
    for (size_t i = 0; i < count; i++)
        ok(import_put(run, &flats[i], &err) != PUT_FAILED);
    ok(!retire || import_retire_missing(run, &retired, &err));
    ok(import_settle(run, &err));
    ok(import_changes(run, limit, on_change, NULL, &left_out, &err));
    if (left_out > 0)
        say("and %lld\n", (long long)left_out);
    if (commit)
        ok(import_commit(run, &err));
    else
        import_abort(run);
    return said;
}

static void what_is_added_updated_retired(void **state) {
    (void)state;
    struct record *r = fresh();
    struct flat rows[] = {at("a", "13", "103"), at("b", "14", "104"), blank("c")};
    assert_string_equal(difference(r, "s", rows, 3, false, 100, true),
                        "s:a added new at 13.0000,103.0000 visibility:->area\n"
                        "s:b added new at 14.0000,104.0000 visibility:->area\n"
                        "s:c added new visibility:->area\n");
    struct flat next[] = {at("a", "13.25", "103"), with("c", COL_STATUS, "open")};
    const char *wanted =
        "s:a updated from 13.0000,103.0000 at 13.2500,103.0000 lat:13>13.25\n"
        "s:b retired from 14.0000,104.0000\n"
        "s:c updated status:>open\n";
    assert_string_equal(difference(r, "s", next, 2, true, 100, false), wanted);
    assert_string_equal(difference(r, "s", next, 2, true, 100, true), wanted);
    assert_string_equal(difference(r, "s", next, 2, true, 100, true), "");
    assert_string_equal(difference(r, "s", rows + 1, 1, false, 100, true),
                        "s:b added at 14.0000,104.0000 retired:yes>no\n");
    struct flat nowhere = at("a", "", "");
    assert_string_equal(difference(r, "s", &nowhere, 1, false, 100, true),
                        "s:a updated from 13.2500,103.0000 lat:13.25> lon:103>\n");
    assert_whole(r);
    record_close(r);
}

static void texts_in_further_languages_stand_there(void **state) {
    (void)state;
    struct record *r = fresh();
    const struct translation km[] = {{COL_SERVICE, "km", "1"}};
    struct flat row = blank("a");
    import_one(r, "s", row);
    row.translations = km;
    row.translation_count = 1;
    assert_string_equal(difference(r, "s", &row, 1, false, 100, true),
                        "s:a updated service@km:>1\n");
    record_close(r);
}

static void no_more_than_the_limit_is_told(void **state) {
    (void)state;
    struct record *r = fresh();
    struct flat rows[] = {blank("a"), blank("b"), blank("c"), blank("d")};
    assert_string_equal(difference(r, "s", rows, 4, false, 3, false),
                        "s:a added new visibility:->area\n"
                        "s:b added new visibility:->area\n"
                        "s:c added new visibility:->area\nand 1\n");
    assert_string_equal(difference(r, "s", rows, 4, false, 0, false), "and 4\n");
    record_close(r);
}

/* The effective visibility, that of the source, and that of another source's service which
 * the run binds. */
static void visibility_stands_there(void **state) {
    (void)state;
    struct record *r = fresh();
    import_one(r, "t", at("x", "13", "103"));
    import_one(r, "s", at("a", "14", "104"));
    struct flat rows[] = {at("a", "14", "104"), at("b", "13", "103")};
    rows[0].cell[COL_VISIBILITY] = "contact";
    rows[1].cell[COL_VISIBILITY] = "staff";
    assert_string_equal(
        difference(r, "s", rows, 2, false, 100, true),
        "t:x updated from 13.0000,103.0000 at 13.0000,103.0000 visibility:area>staff\n"
        "s:a updated from 14.0000,104.0000 at 14.0000,104.0000 visibility:area>contact "
        "visibility_stated:>contact\n"
        "s:b added new at 13.0000,103.0000 visibility:->staff\n");
    assert_visibility(r, "t:x", "staff");
    assert_whole(r);
    record_close(r);
}

/* It changes nothing that is shown; the run notes it. */
static void below_an_edit_nothing_changes(void **state) {
    (void)state;
    struct record *r = fresh();
    struct flat row = with("a", COL_STATUS, "open");
    import_one(r, "s", row);
    ok(try_edit(r, "s:a", COL_STATUS, "paused"));
    row.cell[COL_STATUS] = "waitlist";
    assert_string_equal(difference(r, "s", &row, 1, false, 100, false), "");
    row.cell[COL_URL] = "https://example.org/";
    assert_string_equal(difference(r, "s", &row, 1, false, 100, true),
                        "s:a updated url:>https://example.org/\n");
    assert_cell(r, "s:a", COL_STATUS, "paused");
    record_close(r);
}

/* ---- who ------------------------------------------------------------------------------ */

static void on_run(const struct run_info *run, void *ctx) {
    (void)ctx;
    say("%lld %s %s|", (long long)run->number, run->kind, run->made_by);
}

static void an_import_has_its_maker(void **state) {
    (void)state;
    struct record *r = fresh();
    struct flat row = blank("a");
    import_one(r, "s", row);
    struct import_run *run = import_begin(r, "s", &err);
    ok(run != NULL);
    import_made_by(run, "Dara");
    assert_int_equal(import_number(run), 0);
    row.cell[COL_STATUS] = "open";
    ok(import_put(run, &row, &err) == PUT_UPDATED);
    assert_int_equal(import_number(run), 2);
    ok(import_commit(run, &err));
    said[0] = '\0';
    ok(history_runs(r, 9, on_run, NULL, &err));
    assert_string_equal(said, "2 import Dara|1 import |");
    record_close(r);
}

/* ---- one service ------------------------------------------------------------------------ */

static bool on_service(const struct service_state *s, void *ctx, struct error *e) {
    char tag[SERVICE_TAG_BYTES];
    (void)e;
    say("%s:%s %s by %s%s\n", s->service->source, s->service->flat.cell[COL_ID],
        s->service->visibility, s->decided_by, s->retired ? " retired" : "");
    for (size_t i = 0; i < s->count; i++)
        say("%s%s%s %s/%s/%s\n", columns[s->cells[i].column].name,
            s->cells[i].language[0] ? "@" : "", s->cells[i].language, s->cells[i].shown,
            s->cells[i].source, shown(s->cells[i].steward));
    snprintf(tag, sizeof tag, "%s", s->tag);
    strcpy(ctx, tag);
    return true;
}

static const char *service(struct record *r, const char *name) {
    uint8_t id[ID_BYTES];
    char tag[SERVICE_TAG_BYTES], alone[SERVICE_TAG_BYTES];
    said[0] = '\0';
    ok(record_find(r, name, id, &err));
    ok(record_service(r, id, on_service, tag, &err));
    ok(record_service_tag(r, id, alone, &err));
    assert_string_equal(tag, alone);
    assert_int_equal(strspn(tag, "0123456789abcdef"), SERVICE_TAG_BYTES - 1);
    return said;
}

static bool edit_text(struct record *r, const char *name, enum column column,
                      const char *language, const char *value, const char *expect,
                      struct run_result *out) {
    uint8_t id[ID_BYTES];
    struct edit_cell cell = {.column = column, .value = value};
    struct edit_request q = {.by = "Dara", .cells = &cell, .count = 1, .expect = expect};
    snprintf(cell.language, sizeof cell.language, "%s", language);
    return record_find(r, name, id, &err) && record_edit(r, id, &q, out, &err);
}

static void both_layers_are_read(void **state) {
    (void)state;
    struct record *r = fresh();
    const struct translation texts[] = {{COL_SERVICE, "km", "1"},
                                        {COL_SERVICE, "th", "2"}};
    struct flat row = with("a", COL_STATUS, "open");
    struct run_result result;
    row.translations = texts;
    row.translation_count = 2;
    import_one(r, "s", row);
    ok(try_edit(r, "s:a", COL_STATUS, "closed"));
    ok(try_edit(r, "s:a", COL_URL, "https://example.org/"));
    ok(edit_text(r, "s:a", COL_SERVICE, "km", "", NULL, &result));
    ok(try_edit(r, "s:a", COL_VISIBILITY, "staff"));
    assert_string_equal(service(r, "s:a"),
                        "s:a staff by steward\n"
                        "id a/a/-\n"
                        "organization Test organization/Test organization/-\n"
                        "service Test service/Test service/-\n"
                        "service@th 2/2/-\n"
                        "service@km /1/\n"
                        "country KH/KH/-\n"
                        "visibility staff//staff\n"
                        "status closed/open/closed\n"
                        "url https://example.org///https://example.org/\n");
    import_one(r, "s", blank("b"));
    struct flat other = blank("b");
    run_of(r, "s", &other, 1, true);
    assert_non_null(strstr(service(r, "s:a"), "s:a staff by steward retired\n"));
    uint8_t nobody[ID_BYTES] = {0};
    char tag[SERVICE_TAG_BYTES];
    assert_false(record_service(r, nobody, on_service, tag, &err));
    assert_false(record_service_tag(r, nobody, tag, &err));
    record_close(r);
}

static void tag_of(struct record *r, const char *name, char out[SERVICE_TAG_BYTES]) {
    uint8_t id[ID_BYTES];
    ok(record_find(r, name, id, &err));
    ok(record_service_tag(r, id, out, &err));
}

static void an_edit_expects_a_state(void **state) {
    (void)state;
    struct record *r = fresh();
    struct run_result result;
    char first[SERVICE_TAG_BYTES], second[SERVICE_TAG_BYTES];
    int64_t before, after;
    import_one(r, "s", with("a", COL_STATUS, "open"));
    tag_of(r, "s:a", first);
    ok(edit_text(r, "s:a", COL_STATUS, "", "paused", first, &result));
    assert_false(result.conflict);
    ok(record_revision(r, &before, &err));
    assert_false(edit_text(r, "s:a", COL_STATUS, "", "closed", first, &result));
    assert_true(result.conflict);
    assert_int_equal(result.number, 0);
    assert_non_null(strstr(err.message, "somebody else"));
    ok(record_revision(r, &after, &err));
    assert_int_equal(before, after);
    assert_cell(r, "s:a", COL_STATUS, "paused");
    tag_of(r, "s:a", second);
    assert_false(edit_text(r, "s:a", COL_ID, "", "b", second, &result));
    assert_false(result.conflict || result.missing); /* refused for itself */
    assert_whole(r);
    record_close(r);
}

static void an_edit_of_none_says_so(void **state) {
    (void)state;
    struct record *r = fresh();
    struct run_result result;
    const uint8_t nobody[ID_BYTES] = {0};
    const struct edit_cell cell = {.column = COL_STATUS, .value = "paused"};
    const struct edit_request edit = {.by = "Dara", .cells = &cell, .count = 1};
    assert_false(record_edit(r, nobody, &edit, &result, &err));
    assert_true(result.missing && !result.conflict);
    assert_int_equal(result.number, 0);
    assert_whole(r);
    record_close(r);
}

/* What another run changes of the service makes it another state, and nothing else does. */
static void a_tag_is_of_one_state(void **state) {
    (void)state;
    struct record *r = fresh();
    char tag[8][SERVICE_TAG_BYTES];
    struct flat row = at("a", "13", "103");
    import_one(r, "s", row);
    tag_of(r, "s:a", tag[0]);
    import_one(r, "s", row);
    import_one(r, "s", at("b", "10", "100"));
    tag_of(r, "s:a", tag[1]);
    assert_string_equal(tag[0], tag[1]);
    ok(try_edit(r, "s:a", COL_NEEDS, "legal")); /* shown as before: the layer is new */
    tag_of(r, "s:a", tag[1]);
    row.cell[COL_NEEDS] = "health"; /* below the edit */
    import_one(r, "s", row);
    tag_of(r, "s:a", tag[2]);
    struct flat strict = at("c", "13", "103"); /* the same site, hidden */
    strict.cell[COL_VISIBILITY] = "staff";
    import_one(r, "s", strict);
    tag_of(r, "s:a", tag[3]);
    ok(try_edit(r, "s:a", COL_VISIBILITY, "area"));
    tag_of(r, "s:a", tag[4]);
    run_of(r, "s", &strict, 1, true);
    tag_of(r, "s:a", tag[5]);
    for (int i = 0; i < 6; i++)
        for (int k = 0; k < i; k++)
            assert_string_not_equal(tag[i], tag[k]);
    ok(try_undo(r, 7));
    tag_of(r, "s:a", tag[6]);
    assert_string_equal(tag[6], tag[4]);
    record_close(r);
}

/* How a steward retires a service. */
static void closed_by_a_steward_it_stays_closed(void **state) {
    (void)state;
    struct record *r = fresh();
    struct flat row = with("a", COL_STATUS, "open");
    import_one(r, "s", row);
    ok(try_edit(r, "s:a", COL_STATUS, "closed"));
    row.cell[COL_STATUS] = "waitlist";
    row.cell[COL_URL] = "https://example.org/";
    import_one(r, "s", row);
    assert_string_equal(notes, "kept a status closed/waitlist\n");
    assert_cell(r, "s:a", COL_STATUS, "closed");
    record_close(r);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_added_updated_retired),
        cmocka_unit_test(texts_in_further_languages_stand_there),
        cmocka_unit_test(no_more_than_the_limit_is_told),
        cmocka_unit_test(visibility_stands_there),
        cmocka_unit_test(below_an_edit_nothing_changes),
        cmocka_unit_test(an_import_has_its_maker),
        cmocka_unit_test(both_layers_are_read),
        cmocka_unit_test(an_edit_expects_a_state),
        cmocka_unit_test(an_edit_of_none_says_so),
        cmocka_unit_test(a_tag_is_of_one_state),
        cmocka_unit_test(closed_by_a_steward_it_stays_closed),
    };
    return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
