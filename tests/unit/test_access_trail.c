/* SPDX-License-Identifier: Apache-2.0
 *
 * The audit and the suggestions of partners.
 */
#include "tests/unit/access_by_hand.h"

#include "data/access/audit.h"
#include "data/access/suggestion.h"
#include "data/text.h"

#define NOW INT64_C(1800000000) /* 2027-01-15 */
#define DAY 86400

/* ---- audit ------------------------------------------------------------------------- */

static void note(struct access_db *a, enum actor_kind kind, const char *actor,
                 const char *action, const char *object, int64_t now) {
    const struct audit_entry entry = {
        .kind = kind, .actor = actor, .action = action, .object = object, .count = 1};
    if (!audit_add(a, &entry, now, &err))
        fail_msg("%s", err.message);
}

static void collect(const struct audit_entry *e, void *ctx) {
    char *said = ctx;
    sprintf(said + strlen(said), "%s %s %s %s %s %d\n", e->day, actor_kind_name(e->kind),
            e->actor, e->action, e->object, (int)e->count);
}

static void the_audit_counts_by_day(void **state) {
    (void)state;
    char said[1000] = "";
    fresh_path();
    struct access_db *a = open_db();
    note(a, ACTOR_KEY, "desk", "exact_place", "x", NOW);
    note(a, ACTOR_KEY, "desk", "exact_place", "x", NOW + 60);
    note(a, ACTOR_KEY, "desk", "exact_place", "y", NOW);
    note(a, ACTOR_USER, "desk", "exact_place", "x", NOW);
    note(a, ACTOR_COMMAND, "root", "key_add", "desk", NOW - DAY);
    note(a, ACTOR_KEY, "desk", "exact_place", "x", NOW + DAY);
    assert_true(audit_each(a, "2027-01-14", 100, collect, said, &err));
    assert_string_equal(said, "2027-01-16 key desk exact_place x 1\n"
                              "2027-01-15 user desk exact_place x 1\n"
                              "2027-01-15 key desk exact_place y 1\n"
                              "2027-01-15 key desk exact_place x 2\n"
                              "2027-01-14 command root key_add desk 1\n");
    said[0] = '\0';
    assert_true(audit_each(a, "2027-01-15", 2, collect, said, &err));
    assert_string_equal(said, "2027-01-16 key desk exact_place x 1\n"
                              "2027-01-15 user desk exact_place x 1\n");
    int64_t count;
    assert_true(
        audit_distinct_today(a, ACTOR_KEY, "desk", "exact_place", NOW, &count, &err));
    assert_int_equal(count, 2);
    assert_true(audit_distinct_today(a, ACTOR_KEY, "desk", "export", NOW, &count, &err));
    assert_int_equal(count, 0);
    access_db_close(a);
}

static void the_audit_forgets_after_400_days(void **state) {
    (void)state;
    char said[1000] = "";
    fresh_path();
    struct access_db *a = open_db();
    note(a, ACTOR_KEY, "a", "b", "old", NOW - 401 * DAY);
    note(a, ACTOR_KEY, "a", "b", "kept", NOW - 400 * DAY);
    assert_true(audit_expire(a, NOW, &err));
    assert_true(audit_each(a, "0000-00-00", 100, collect, said, &err));
    assert_string_equal(said, "2025-12-11 key a b kept 1\n");
    access_db_close(a);
}

/* ---- suggestions ------------------------------------------------------------------- */

static struct suggestion make(const char *by, int64_t at, const char *text) {
    struct suggestion s = {
        .by = by, .made_at = at, .note = text, .cells = "{\"hours\":\"\"}"};
    memcpy(s.service, "service-of-tests", 16);
    return s;
}

static void copy(const struct suggestion *s, void *ctx) {
    char *said = ctx, id[37];
    uuid_encode(s->service, id);
    sprintf(said + strlen(said), "%s %s %d %s %s %s %s %d\n", id, s->by, (int)s->made_at,
            s->note, s->cells, suggestion_state_name(s->state), s->decided_by,
            (int)s->decided_at);
}

static void a_suggestion_waits_and_is_decided(void **state) {
    (void)state;
    char said[1000] = "";
    fresh_path();
    struct access_db *a = open_db();
    struct suggestion s = make("partner", 5, "moved");
    uint8_t none[16] = {0};
    assert_true(suggestion_add(a, &s, &err));
    assert_memory_not_equal(s.id, none, 16);
    assert_int_equal(suggestion_get(a, none, copy, said, &err), 0);
    assert_int_equal(suggestion_get(a, s.id, copy, said, &err), 1);
    assert_string_equal(said, "73657276-6963-652d-6f66-2d7465737473 partner 5 moved "
                              "{\"hours\":\"\"} open  0\n");
    assert_int_equal(suggestion_decide(a, s.id, SUGGESTION_ACCEPTED, "steward", 9, &err),
                     1);
    assert_int_equal(suggestion_decide(a, s.id, SUGGESTION_REJECTED, "another", 10, &err),
                     0);
    assert_int_equal(suggestion_decide(a, none, SUGGESTION_REJECTED, "x", 10, &err), 0);
    said[0] = '\0';
    assert_int_equal(suggestion_get(a, s.id, copy, said, &err), 1);
    assert_non_null(strstr(said, " accepted steward 9\n"));
    access_db_close(a);
}

struct page {
    int count;
    int64_t first;
    uint8_t last[16];
};

static void turn(const struct suggestion *s, void *ctx) {
    struct page *page = ctx;
    if (page->count++ == 0)
        page->first = s->made_at;
    memcpy(page->last, s->id, 16);
}

static void suggestions_come_in_pages(void **state) {
    (void)state;
    fresh_path();
    struct access_db *a = open_db();
    for (int i = 0; i < 25; i++) {
        struct suggestion s = make("partner", i / 3, ""); /* several in one second */
        assert_true(suggestion_add(a, &s, &err));
    }
    static const int sizes[] = {10, 10, 5, 0};
    static const int first[] = {0, 3, 6, 0}; /* of 0 0 0 1 1 1 ... */
    struct page page = {0};
    uint8_t after[16];
    for (int i = 0; i < 4; i++) {
        memcpy(after, page.last, 16);
        page = (struct page){0};
        assert_true(suggestion_each(a, SUGGESTION_OPEN, i == 0 ? NULL : after, 10, turn,
                                    &page, &err));
        assert_int_equal(page.count, sizes[i]);
        assert_int_equal(page.first, first[i]);
    }
    assert_true(suggestion_each(a, SUGGESTION_ACCEPTED, NULL, 10, turn, &page, &err));
    assert_int_equal(page.count, 0);
    access_db_close(a);
}

static void suggestions_are_bounded(void **state) {
    (void)state;
    static char long_note[SUGGESTION_NOTE_MAX + 2], long_cells[SUGGESTION_CELLS_MAX + 2];
    fresh_path();
    struct access_db *a = open_db();
    memset(long_note, 'x', sizeof long_note - 1);
    memset(long_cells, 'x', sizeof long_cells - 1);
    struct suggestion s = make("partner", 1, long_note);
    assert_false(suggestion_add(a, &s, &err));
    assert_int_equal(err.code, ERR_DATA);
    long_note[SUGGESTION_NOTE_MAX] = '\0';
    assert_true(suggestion_add(a, &s, &err));
    s.cells = long_cells;
    assert_false(suggestion_add(a, &s, &err));
    s = make("partner", 1, "\xc0\x80");
    assert_false(suggestion_add(a, &s, &err));
    s.note = "";
    for (int i = 1; i < SUGGESTION_OPEN_MAX; i++)
        assert_true(suggestion_add(a, &s, &err));
    struct suggestion one_more = make("partner", 1, ""), other = make("other", 1, "");
    assert_false(suggestion_add(a, &one_more, &err));
    assert_int_equal(err.code, ERR_DATA);
    assert_true(suggestion_add(a, &other, &err));
    assert_int_equal(suggestion_decide(a, s.id, SUGGESTION_REJECTED, "s", 2, &err), 1);
    assert_true(suggestion_add(a, &one_more, &err));
    access_db_close(a);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_audit_counts_by_day),
        cmocka_unit_test(the_audit_forgets_after_400_days),
        cmocka_unit_test(a_suggestion_waits_and_is_decided),
        cmocka_unit_test(suggestions_come_in_pages),
        cmocka_unit_test(suggestions_are_bounded),
    };
    return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
