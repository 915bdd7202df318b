/* SPDX-License-Identifier: Apache-2.0
 *
 * The same service twice: which pairs are noted, which are held, and that a crowd of
 * one name at one point takes its time in proportion.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include <cmocka.h>

#include "tests/unit/record_by_hand.h"

#define CROWD 20000
#define CROWD_SECONDS 60

/* "far" stands 445 m north of "here", "beyond" 556 m. */
#define HERE "13.5"
#define FAR "13.504"
#define BEYOND "13.505"

static struct flat named(const char *id, const char *organization, const char *service,
                         const char *lat, const char *needs) {
    struct flat flat = blank(id);
    flat.cell[COL_ORGANIZATION] = organization;
    flat.cell[COL_SERVICE] = service;
    flat.cell[COL_LAT] = lat;
    flat.cell[COL_LON] = "103.5";
    flat.cell[COL_PRECISION] = "district"; /* so that no shared site binds */
    flat.cell[COL_NEEDS] = needs;
    return flat;
}

static void pairs_inside_a_file(void **state) {
    (void)state;
    static const struct {
        struct {
            const char *organization, *service, *lat, *needs;
        } a, b;
        const char *notes;
    } cases[] = {
        {{"O", "S", HERE, "legal"}, {"o", "s", FAR, "legal;health"}, "same b a 443\n"},
        {{"O", "S", HERE, "legal"}, {"O", "S", BEYOND, "legal"}, ""},
        {{"O", "S", HERE, "legal"}, {"O", "S", HERE, "health"}, ""},
        {{"O", "S", HERE, "legal"}, {"O", "T", HERE, "legal"}, ""},
        {{"O", "S", HERE, ""}, {"O", "S", HERE, ""}, ""},
        {{"Đà Nẵng", "S", HERE, "legal"},
         {"DA NANG", "S.", HERE, "legal"},
         "same b a 0\n"},
        {{"Ministry", "Y shelter", HERE, "legal"},
         {"y-Shelter", "intake", HERE, "legal"},
         "same b a 0\n"},
        {{"Y", "intake", HERE, "legal"},
         {"Ministry", "Y", HERE, "legal"},
         "same b a 0\n"},
        {{"unnamed", "S", HERE, "legal"}, {"unnamed", "S", HERE, "legal"}, ""},
        {{"O", "unnamed", HERE, "legal"}, {"O", "unnamed", HERE, "legal"}, ""},
        {{"unnamed", "S", HERE, "legal"}, {"O", "unnamed", HERE, "legal"}, ""},
        {{"X", "X", HERE, "legal"}, {"X", "X", HERE, "legal"}, "same b a 0\n"},
        {{"O", "S", HERE, "legal"}, {"O", "S", "", "legal"}, ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct record *r = fresh();
        struct flat rows[] = {named("a", cases[i].a.organization, cases[i].a.service,
                                    cases[i].a.lat, cases[i].a.needs),
                              named("b", cases[i].b.organization, cases[i].b.service,
                                    cases[i].b.lat, cases[i].b.needs)};
        if (cases[i].b.lat[0] == '\0')
            rows[1].cell[COL_LON] = "";
        run_of(r, "s", rows, 2, false);
        if (strcmp(notes, cases[i].notes) != 0)
            fail_msg("case %zu: \"%s\"", i, notes);
        run_of(r, "s", rows, 2, false); /* nothing changed: nothing is said */
        assert_string_equal(notes, "");
        assert_whole(r);
        record_close(r);
    }
}

static void pairs_between_sources(void **state) {
    (void)state;
    struct record *r = fresh();
    struct flat old[] = {named("a", "O", "S", HERE, "legal"),
                         named("c", "P", "T", HERE, "legal")};
    run_of(r, "one", old, 2, false);
    import_one(r, "two", named("b", "O", "S", FAR, "legal"));
    assert_string_equal(notes, "same b a 443\n");
    old[1].cell[COL_STATUS] = "open";
    run_of(r, "one", old, 2, false);
    assert_string_equal(notes, ""); /* the pair has not changed */
    old[0].cell[COL_STATUS] = "open";
    run_of(r, "one", old, 2, false);
    assert_string_equal(notes, "same a b 443\n");
    record_close(r);
}

static void an_alias_names_its_organization(void **state) {
    (void)state;
    struct record *r = fresh();
    struct flat a = named("a", "Synthetic League", "S", HERE, "legal");
    a.cell[COL_ORGANIZATION_ALIASES] = "Synthetik Leag";
    import_one(r, "one", a);
    import_one(r, "two", named("b", "SYNTHETIK LEAG", "S", HERE, "legal"));
    assert_string_equal(notes, "same b a 0\n");
    import_one(r, "two", named("c", "Ministry", "Synthetik Leag", HERE, "legal"));
    assert_non_null(strstr(notes, "same c a 0\n"));
    record_close(r);
}

static struct flat hidden(struct flat flat) {
    flat.cell[COL_VISIBILITY] = "staff";
    return flat;
}

static void a_new_one_beside_a_hidden_one_is_held(void **state) {
    (void)state;
    struct record *r = fresh();
    import_one(r, "one", hidden(named("a", "O", "S", HERE, "legal")));
    struct flat b = named("b", "O", "S", FAR, "legal");
    import_one(r, "two", b);
    assert_string_equal(notes, "same b a 443 held\n");
    assert_visibility(r, "two:b", "staff");
    b.cell[COL_VISIBILITY] = "exact";
    import_one(r, "two", b);
    assert_visibility(r, "two:b", "staff");                  /* no import frees it */
    struct flat c = named("c", "O", "S", "13.508", "legal"); /* near b only */
    import_one(r, "two", c);
    assert_string_equal(notes, "same c b 443\n");
    assert_visibility(r, "two:c", "area");            /* holding does not creep */
    ok(try_edit(r, "two:b", COL_VISIBILITY, "area")); /* a steward does */
    assert_visibility(r, "two:b", "area");
    b.cell[COL_STATUS] = "open";
    import_one(r, "two", b);
    assert_visibility(r, "two:b", "area");
    ok(try_edit(r, "two:b", COL_VISIBILITY, NULL));
    assert_visibility(r, "two:b", "staff");
    assert_whole(r);
    record_close(r);
}

static void an_old_one_beside_a_new_hidden_one_is_held(void **state) {
    (void)state;
    struct record *r = fresh();
    struct flat old[] = {named("b", "O", "S", FAR, "legal"),
                         named("c", "O", "S", BEYOND, "legal"),
                         named("d", "O", "S", FAR, "health")};
    run_of(r, "two", old, 3, false);
    import_one(r, "one", hidden(named("a", "O", "S", HERE, "legal")));
    assert_string_equal(notes, "same a b 443 other-held\n");
    assert_visibility(r, "two:b", "staff");
    assert_visibility(r, "two:c", "area");
    assert_visibility(r, "two:d", "area");
    ok(try_undo(r, 2)); /* the hidden one goes, what it held stays held */
    assert_gone(r, "one:a");
    assert_visibility(r, "two:b", "staff");
    import_one(r, "two", named("e", "O", "S", HERE, "legal"));
    assert_visibility(r, "two:e", "staff"); /* retired, it holds all the same */
    assert_whole(r);
    record_close(r);
}

static void a_dry_run_says_the_same(void **state) {
    (void)state;
    struct record *r = fresh();
    struct flat rows[] = {named("a", "O", "S", HERE, "legal"),
                          hidden(named("b", "O", "S", FAR, "legal"))};
    struct import_run *run = import_begin(r, "s", &err);
    import_listen(run, on_note, NULL);
    for (int i = 0; i < 2; i++)
        ok(import_put(run, &rows[i], &err) == PUT_ADDED);
    ok(import_settle(run, &err));
    import_abort(run);
    assert_string_equal(notes, "same b a 443 other-held\n");
    assert_gone(r, "s:a");
    record_close(r);
}

static int64_t told;

static void count_note(const struct run_note *note, void *ctx) {
    (void)ctx;
    told += note->kind == NOTE_DUPLICATE;
}

/* All of one name at one point, and one in seven is hidden: beyond what is looked at too. */
static void a_crowd_is_bounded(void **state) {
    (void)state;
    struct record *r = fresh();
    struct timespec start, end;
    struct import_run *run = import_begin(r, "s", &err);
    told = 0;
    import_listen(run, count_note, NULL);
    for (int i = 0; i < CROWD; i++) {
        char id[20];
        snprintf(id, sizeof id, "%d", i);
        struct flat flat = named(id, "O", "S", HERE, "legal");
        flat.cell[COL_VISIBILITY] = i % 7 == 0 ? "staff" : "";
        ok(import_put(run, &flat, &err) == PUT_ADDED);
    }
    clock_gettime(CLOCK_MONOTONIC, &start);
    ok(import_commit(run, &err));
    clock_gettime(CLOCK_MONOTONIC, &end);
    assert_true(end.tv_sec - start.tv_sec < CROWD_SECONDS);
    assert_true(told >= CROWD * 6 / 7 && told <= CROWD);
    assert_visibility(r, "s:1", "staff");
    assert_visibility(r, "s:19998", "staff");
    record_close(r);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pairs_inside_a_file),
        cmocka_unit_test(pairs_between_sources),
        cmocka_unit_test(an_alias_names_its_organization),
        cmocka_unit_test(a_new_one_beside_a_hidden_one_is_held),
        cmocka_unit_test(an_old_one_beside_a_new_hidden_one_is_held),
        cmocka_unit_test(a_dry_run_says_the_same),
        cmocka_unit_test(a_crowd_is_bounded),
    };
    return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
