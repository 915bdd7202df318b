/* SPDX-License-Identifier: Apache-2.0
 *
 * The snapshot, from services made by hand: it is refused when a byte of it is not as it
 * was, the same directory gives the same bytes, and the public block holds nothing that
 * the public may not know. To be run from the root of the checkout.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/by_hand.h"

#define SERVICES 48

static bool holds(const struct block *b, const void *what, size_t len) {
    return memmem(b->bytes, b->size, what, len) != NULL;
}

static bool holds_text(const struct block *b, const char *text) {
    return holds(b, text, strlen(text));
}

/* A directory of every visibility, with and without points, needs and translations; text
 * cells name the service. */
struct directory {
    struct stored_service service[SERVICES];
    struct translation translation[SERVICES][2];
    char text[SERVICES][6][48];
};

static void name_service(struct directory *d, int i, const char *visibility) {
    struct stored_service *s = &d->service[i];
    static const char *const words[] = {"source", "Provider", "Facility"};
    static const enum column named[] = {COL_ID, COL_ORGANIZATION, COL_SERVICE};
    for (int k = 0; k < 3; k++) {
        snprintf(d->text[i][k], sizeof d->text[i][k], "%s-%s-%03d", words[k], visibility,
                 i);
        s->flat.cell[named[k]] = d->text[i][k];
    }
    snprintf(d->text[i][3], sizeof d->text[i][3], "[{\"number\":\"+8552300%03d\"}]", i);
    s->flat.cell[COL_PHONES] = d->text[i][3];
    snprintf(d->text[i][4], sizeof d->text[i][4], "Road-%s-%03d", visibility, i);
    s->flat.cell[COL_ADDRESS] = d->text[i][4];
}

static void fill(struct directory *d) {
    static const char *const visible[] = {"exact", "area", "contact", "staff"};
    static const char *const needs[] = {"health.clinic", "legal;health", "",
                                        "housing.shelter;health.clinic",
                                        "information.hotline"};
    static const char *const lats[] = {"11.55", "12.1234567", "13.1", "-0.5", "11.55"};
    static const char *const lons[] = {"104.9", "103.2", "179.9999", "-179.9", "104.9"};
    memset(d, 0, sizeof *d);
    for (int i = 0; i < SERVICES; i++) {
        struct stored_service *s = &d->service[i];
        *s = service_by_hand((uint32_t)(i * 7919 % 1000));
        s->visibility = visible[i % 4];
        name_service(d, i, s->visibility);
        s->flat.cell[COL_NEEDS] = needs[i % 5];
        s->flat.cell[COL_STATUS] = i % 3 ? "open" : "";
        s->flat.cell[COL_HOURS] = i % 3 == 1 ? "Mo-Fr 08:00-17:00" : "";
        s->flat.cell[COL_COVERS] = i % 6 == 2 ? "KH;TH" : "";
        s->flat.cell[COL_AGE_MIN] = i % 4 ? "18" : "";
        s->flat.cell[COL_GENDERS] = i % 2 ? "female" : "";
        if (i % 7 != 6) {
            s->flat.cell[COL_LAT] = lats[i / 4 % 5];
            s->flat.cell[COL_LON] = lons[i / 4 % 5];
        }
        snprintf(d->text[i][5], sizeof d->text[i][5], "Khmer-%s-%03d", s->visibility, i);
        d->translation[i][0] = (struct translation){COL_SERVICE, "km", d->text[i][5]};
        d->translation[i][1] = (struct translation){COL_SERVICE, "th", "Thai"};
        s->flat.translations = d->translation[i];
        s->flat.translation_count = (size_t)(i % 3);
    }
}

/* What the public learns of: not hidden, and with a need. */
static bool listed(const struct stored_service *s) {
    return strcmp(s->visibility, "staff") != 0 && s->flat.cell[COL_NEEDS][0] != '\0';
}

/* ---- the block --------------------------------------------------------------------- */

static void test_same_bytes(void **state) {
    (void)state;
    static struct directory d, again;
    fill(&d);
    fill(&again);
    for (int role = ROLE_PUBLIC; role < ROLE_COUNT; role++) {
        struct block a = block_by_hand((enum role)role, d.service, SERVICES, 5);
        struct block b = block_by_hand((enum role)role, again.service, SERVICES, 5);
        assert_int_equal(a.size, b.size);
        assert_memory_equal(a.bytes, b.bytes, a.size);
        free(a.bytes);
        free(b.bytes);
    }
}

static void test_truncated(void **state) {
    (void)state;
    static struct directory d;
    fill(&d);
    struct block b = block_by_hand(ROLE_STEWARD, d.service, 4, 5);
    struct error e;
    struct snapshot s;
    for (size_t size = 0; size < b.size; size += size < 2000 ? 1 : 61) {
        char *cut = malloc(size ? size : 1);
        memcpy(cut, b.bytes, size);
        if (snapshot_attach(&s, cut, size, no_atlas(), &e))
            fail_msg("attached at %zu of %zu bytes", size, b.size);
        free(cut);
    }
    free(b.bytes);
}

static void test_longer(void **state) {
    (void)state;
    static struct directory d;
    fill(&d);
    struct block b = block_by_hand(ROLE_STEWARD, d.service, 4, 5);
    struct error e;
    struct snapshot s;
    char *longer = calloc(1, b.size + 16);
    memcpy(longer, b.bytes, b.size);
    assert_false(snapshot_attach(&s, longer, b.size + 8, no_atlas(), &e));
    free(longer);
    free(b.bytes);
}

/* Every byte of the header, and of the rest one in 61. */
static void test_flipped(void **state) {
    (void)state;
    static struct directory d;
    fill(&d);
    struct error e;
    struct snapshot s;
    for (int role = ROLE_PUBLIC; role < ROLE_COUNT; role++) {
        struct block b = block_by_hand((enum role)role, d.service, 6, 5);
        uint8_t *bytes = b.bytes;
        for (size_t at = 0; at < b.size; at += at < sizeof(struct snap_header) ? 1 : 61) {
            for (int bit = 0; bit < 8; bit += 7) {
                bytes[at] ^= (uint8_t)(1 << bit);
                if (snapshot_attach(&s, b.bytes, b.size, no_atlas(), &e))
                    fail_msg("attached with byte %zu of %zu changed", at, b.size);
                bytes[at] ^= (uint8_t)(1 << bit);
            }
        }
        assert_true(snapshot_attach(&s, b.bytes, b.size, no_atlas(), &e));
        free(b.bytes);
    }
}

static void test_empty(void **state) {
    (void)state;
    struct snapshot s;
    uint8_t id[16] = {0};
    for (int role = ROLE_PUBLIC; role < ROLE_COUNT; role++) {
        struct block b = block_by_hand((enum role)role, NULL, 0, 1);
        attach(&s, &b);
        assert_int_equal(s.services_count, 0);
        assert_int_equal(snapshot_find(&s, id), SNAP_NONE);
        for (int n = -1; n < vocabulary(VOC_NEED)->count; n++)
            assert_int_equal(snapshot_tree(&s, n)->root, SNAP_NONE);
        free(b.bytes);
    }
}

static void test_revision(void **state) {
    (void)state;
    static struct directory d;
    struct snapshot s;
    char text[40], other[40];
    fill(&d);
    struct block staff = block_by_hand(ROLE_STEWARD, d.service, SERVICES, 77);
    attach(&s, &staff);
    snapshot_revision(&s, text);
    assert_string_equal(text, "77");
    struct block public = block_by_hand(ROLE_PUBLIC, d.service, SERVICES, 77);
    struct block later = block_by_hand(ROLE_PUBLIC, d.service, SERVICES, 78);
    attach(&s, &public);
    snapshot_revision(&s, text);
    attach(&s, &later);
    snapshot_revision(&s, other);
    assert_int_equal(strlen(text), 32);
    assert_string_equal(text, other);
    free(staff.bytes);
    free(public.bytes);
    free(later.bytes);
}

/* ---- finding and reading ----------------------------------------------------------- */

static void test_find(void **state) {
    (void)state;
    static struct directory d;
    struct snapshot s;
    fill(&d);
    for (int role = ROLE_PUBLIC; role < ROLE_COUNT; role++) {
        struct block b = block_by_hand((enum role)role, d.service, SERVICES, 5);
        attach(&s, &b);
        for (int i = 0; i < SERVICES; i++) {
            const struct stored_service *want = &d.service[i];
            uint32_t at = snapshot_find(&s, want->id);
            bool there = role >= ROLE_OPERATOR || listed(want);
            assert_int_equal(at != SNAP_NONE, there);
            if (there)
                assert_memory_equal(s.services[at].id, want->id, ID_BYTES);
            uint8_t near[ID_BYTES];
            memcpy(near, want->id, ID_BYTES);
            near[ID_BYTES - 1] ^= 1;
            assert_int_equal(snapshot_find(&s, near), SNAP_NONE);
        }
        for (uint32_t i = 1; i < s.services_count; i++)
            assert_true(memcmp(s.services[s.by_id[i - 1]].id, s.services[s.by_id[i]].id,
                               ID_BYTES) < 0);
        free(b.bytes);
    }
}

static const struct snap_text *translation_of(const struct snapshot *s, uint32_t service,
                                              const char *language) {
    const struct snap_run *run = &s->services[service].translations;
    for (uint32_t i = run->first; i < run->first + run->count; i++)
        if (strcmp(label_languages[s->texts[i].language], language) == 0)
            return &s->texts[i];
    return NULL;
}

static bool within(const struct snapshot *s, uint32_t from, uint32_t len,
                   const char *text) {
    return memmem(s->text + from, len, text, strlen(text)) != NULL;
}

static void test_translations(void **state) {
    (void)state;
    static struct directory d;
    struct snapshot s;
    fill(&d);
    struct block b = block_by_hand(ROLE_STEWARD, d.service, SERVICES, 5);
    attach(&s, &b);
    for (int i = 0; i < SERVICES; i++) {
        uint32_t at = snapshot_find(&s, d.service[i].id);
        const struct snap_service *service = &s.services[at];
        assert_true(within(&s, service->text, service->summary_len, d.text[i][2]));
        assert_int_equal(service->translations.count, i % 3);
        const struct snap_text *khmer = translation_of(&s, at, "km");
        assert_int_equal(khmer != NULL, i % 3 >= 1);
        assert_int_equal(translation_of(&s, at, "th") != NULL, i % 3 == 2);
        assert_null(translation_of(&s, at, "lo"));
        if (khmer == NULL)
            continue;
        assert_true(within(&s, khmer->text, khmer->summary_len, d.text[i][5]));
        assert_false(within(&s, khmer->text, khmer->summary_len, d.text[i][2]));
    }
    free(b.bytes);
}

/* ---- trees ------------------------------------------------------------------------- */

static void count_below(const struct snapshot *s, uint32_t node, unsigned *seen) {
    const struct snap_node *n = &s->nodes[node];
    assert_true(n->count > 0 && n->count <= 16);
    for (uint32_t i = n->first; i < n->first + n->count; i++) {
        if (!n->leaf) {
            count_below(s, i, seen);
            continue;
        }
        const struct snap_entry *entry = &s->entries[i];
        for (uint32_t k = 0; k < entry->items.count; k++) {
            uint32_t service = s->items[entry->items.first + k];
            assert_int_equal(s->services[service].site, entry->site);
            assert_true(k == 0 || s->items[entry->items.first + k - 1] < service);
            seen[service]++;
        }
    }
}

/* A service stands in the trees of its needs, of those above and of those below. */
static bool belongs(const struct snap_service *s, int need) {
    for (int n = 0; n < vocabulary(VOC_NEED)->count; n++)
        if ((s->needs[n / 64] >> n % 64 & 1) && (vocabulary_within(VOC_NEED, n, need) ||
                                                 vocabulary_within(VOC_NEED, need, n)))
            return true;
    return false;
}

static void check_tree(const struct snapshot *s, int need) {
    const struct snap_tree *tree = snapshot_tree(s, need);
    unsigned seen[SERVICES] = {0}, placed[SERVICES] = {0}, unplaced[SERVICES] = {0};
    if (tree->root != SNAP_NONE)
        count_below(s, tree->root, seen);
    for (uint32_t i = 0; i < tree->placed.count; i++)
        placed[s->items[tree->placed.first + i]]++;
    for (uint32_t i = 0; i < tree->unplaced.count; i++)
        unplaced[s->items[tree->unplaced.first + i]]++;
    for (uint32_t i = 0; i < s->services_count; i++) {
        bool in = need < 0 || belongs(&s->services[i], need);
        bool has_site = s->services[i].site != SNAP_NONE;
        if (need < 0 && !seen[i] && has_site) /* without needs it is never a result */
            in = false;
        assert_int_equal(seen[i], in && has_site);
        assert_int_equal(placed[i], in && has_site);
        if (need >= 0)
            assert_int_equal(unplaced[i], in && !has_site);
    }
}

static void test_trees(void **state) {
    (void)state;
    static struct directory d;
    struct snapshot s;
    fill(&d);
    for (int role = ROLE_PUBLIC; role < ROLE_COUNT; role++) {
        struct block b = block_by_hand((enum role)role, d.service, SERVICES, 5);
        attach(&s, &b);
        for (int n = -1; n < vocabulary(VOC_NEED)->count; n++)
            check_tree(&s, n);
        free(b.bytes);
    }
}

/* ---- what the public may not know -------------------------------------------------- */

static void test_hidden_leaves_no_trace(void **state) {
    (void)state;
    static struct directory d;
    fill(&d);
    struct block staff = block_by_hand(ROLE_STEWARD, d.service, SERVICES, 5);
    struct block public = block_by_hand(ROLE_PUBLIC, d.service, SERVICES, 5);
    for (int i = 0; i < SERVICES; i++) {
        const struct stored_service *s = &d.service[i];
        bool hidden = !listed(s);
        char phone[24];
        snprintf(phone, sizeof phone, "+8552300%03d", i);
        const char *texts[] = {d.text[i][1], d.text[i][2], phone};
        assert_true(holds(&staff, s->id, ID_BYTES));
        assert_int_equal(holds(&public, s->id, ID_BYTES), !hidden);
        for (size_t k = 0; k < sizeof texts / sizeof *texts; k++) {
            assert_true(holds_text(&staff, texts[k]));
            assert_int_equal(holds_text(&public, texts[k]), !hidden);
        }
        assert_true(holds_text(&staff, d.text[i][4]));
        assert_false(holds_text(&public, d.text[i][4]));
        assert_false(holds_text(&public, d.text[i][0]));
        if (hidden)
            assert_false(holds_text(&public, d.text[i][5]));
    }
    assert_true(holds_text(&staff, "-staff-"));
    assert_false(holds_text(&public, "-staff-"));
    free(staff.bytes);
    free(public.bytes);
}

/* A place that is shown coarsely is nowhere in the block, as text or as a number. */
static void test_points(void **state) {
    (void)state;
    static const char *const visible[] = {"exact", "area", "contact", "staff"};
    const double lat = 12.3456781, lon = 103.8765432;
    for (int v = 0; v < 4; v++) {
        struct stored_service s = service_by_hand(1);
        s.visibility = visible[v];
        s.flat.cell[COL_LAT] = "12.3456781";
        s.flat.cell[COL_LON] = "103.8765432";
        struct ecef at = geo_ecef((struct point){lon, lat});
        struct block b = block_by_hand(ROLE_PUBLIC, &s, 1, 5);
        bool shown = v == 0;
        assert_int_equal(holds_text(&b, "12.3456"), shown);
        assert_int_equal(holds_text(&b, "103.876"), shown);
        assert_int_equal(holds(&b, &lat, sizeof lat), shown);
        assert_int_equal(holds(&b, &lon, sizeof lon), shown);
        assert_int_equal(holds(&b, &at.x, sizeof at.x), shown);
        free(b.bytes);
    }
}

static struct block public_with(const struct directory *d,
                                const struct stored_service *more, size_t count,
                                int64_t revision) {
    static struct stored_service all[SERVICES + 4];
    for (size_t i = 0; i < count;
         i++) /* first, so that it could number everything anew */
        all[i] = more[i];
    memcpy(all + count, d->service, sizeof d->service);
    return block_by_hand(ROLE_PUBLIC, all, SERVICES + count, revision);
}

/* Nothing that happens to a hidden place changes a byte of what the public is told. */
static void test_hidden_changes_nothing(void **state) {
    (void)state;
    static struct directory d;
    fill(&d);
    d.service[1].flat.cell[COL_ONLY_WHERE_ABSENT] = "hidden-1;nobody";
    struct stored_service hidden[4];
    for (int i = 0; i < 4; i++) {
        hidden[i] = service_by_hand(2000 + (uint32_t)i);
        hidden[i].visibility = "staff";
        hidden[i].flat.cell[COL_ID] = i ? "hidden" : "hidden-1";
        hidden[i].flat.cell[COL_NEEDS] = i % 2 ? "housing.shelter" : "health.clinic";
        hidden[i].flat.cell[COL_LAT] = i % 2 ? "14.5" : "11.55";
        hidden[i].flat.cell[COL_LON] = i % 2 ? "102.5" : "104.9";
        hidden[i].flat.cell[COL_HOURS] = "We 03:00-04:00";
        hidden[i].flat.cell[COL_TIME_ZONE] = "Asia/Jayapura";
        hidden[i].flat.cell[COL_LANGUAGES] = "shn";
        hidden[i].flat.cell[COL_COVERS] = "LA";
        memset(hidden[i].organization_id, 0xee, ID_BYTES);
    }
    struct block before = public_with(&d, NULL, 0, 5);
    for (size_t count = 1; count <= 4; count++) {
        struct block after = public_with(&d, hidden, count, 5 + (int64_t)count);
        assert_int_equal(before.size, after.size);
        assert_memory_equal(before.bytes, after.bytes, before.size);
        free(after.bytes);
        hidden[0].flat.cell[COL_LAT] = "10.25"; /* and it moves */
        hidden[0].flat.cell[COL_HOURS] = "24/7";
    }
    free(before.bytes);
}

/* Columns of which the public sees nothing, as a table apart from the program's. */
static bool hidden(int column) {
    static const char *const shown[] = {
        "organization", "organization_acronym", "service", "public_name", "needs", "kind",
        "sector", "lat", "lon", "country", "precision", "covers", "remote", "genders",
        "age_min", "age_max", "ages_case", "languages", "interpreters", "nationalities",
        "referred_by", "official_status", "residents_only", "serves_family",
        "accepts_children", "disability", "literacy", "documents_required",
        "documents_issued", "contacts_authorities", "status", "fee", "fee_waiver",
        "transport_paid", "childcare", "trades", "course_days", "hours", "time_zone",
        "phones", "url", "verified_on", "valid_until"};
    for (size_t i = 0; i < sizeof shown / sizeof *shown; i++)
        if (strcmp(shown[i], columns[column].name) == 0)
            return false;
    return true;
}

/* Every column that is for staff holds a text of its own; none reaches the public. */
static void test_staff_columns(void **state) {
    (void)state;
    static char marker[COL_COUNT][24], translated[COL_COUNT][24];
    struct translation translations[COL_COUNT];
    struct stored_service s = service_by_hand(1);
    s.flat.cell[COL_LAT] = "11.5";
    s.flat.cell[COL_LON] = "104.5";
    s.flat.translations = translations;
    for (int c = 0; c < COL_COUNT; c++) {
        if (!hidden(c) || c == COL_RULES || c == COL_VISIBILITY)
            continue;
        snprintf(marker[c], sizeof marker[c], "Zq%dqZ", c);
        snprintf(translated[c], sizeof translated[c], "Yw%dwY", c);
        s.flat.cell[c] = marker[c];
        translations[s.flat.translation_count++] =
            (struct translation){(enum column)c, "km", translated[c]};
    }
    s.flat.cell[COL_RULES] = "[{\"genders\":\"female\",\"note\":\"Zq-rule-qZ\"}]";
    struct block b = block_by_hand(ROLE_PUBLIC, &s, 1, 5);
    for (int c = 0; c < COL_COUNT; c++) {
        char key[64];
        snprintf(key, sizeof key, "\"%s\":", columns[c].name);
        bool found =
            marker[c][0] && (holds_text(&b, marker[c]) || holds_text(&b, translated[c]));
        if (found || (hidden(c) && c != COL_ID && holds_text(&b, key)))
            fail_msg("%s stands in the public block", columns[c].name);
    }
    assert_false(holds_text(&b, "Zq"));
    assert_false(holds_text(&b, "Yw"));
    free(b.bytes);
}

/* The same search finds texts in the staff block: the test above could fail. */
static void test_staff_columns_are_there(void **state) {
    (void)state;
    static char marker[COL_COUNT][24];
    struct stored_service s = service_by_hand(1);
    for (int c = 0; c < COL_COUNT; c++) {
        if (!hidden(c) || columns[c].type != CELL_TEXT || c == COL_ID)
            continue;
        snprintf(marker[c], sizeof marker[c], "Zq%dqZ", c);
        s.flat.cell[c] = marker[c];
    }
    struct block b = block_by_hand(ROLE_STEWARD, &s, 1, 5);
    for (int c = 0; c < COL_COUNT; c++)
        if (marker[c][0] && !holds_text(&b, marker[c]))
            fail_msg("%s does not stand in the staff block", columns[c].name);
    free(b.bytes);
}

static void test_staff_phones(void **state) {
    (void)state;
    struct stored_service s = service_by_hand(1);
    s.flat.cell[COL_PHONES] = "[{\"number\":\"+85511111111\"},"
                              "{\"number\":\"+85522222222\",\"audience\":\"public\"},"
                              "{\"number\":\"+85533333333\",\"audience\":\"staff\"},"
                              "{\"number\":\"+85544444444\",\"audience\":\"partner\"}]";
    struct block b = block_by_hand(ROLE_PUBLIC, &s, 1, 5);
    assert_true(holds_text(&b, "+85511111111"));
    assert_true(holds_text(&b, "+85522222222"));
    assert_false(holds_text(&b, "+85533333333"));
    assert_false(holds_text(&b, "+85544444444"));
    free(b.bytes);
}

/* A sensitive need is told as the one above it, and what tells a place is not a name. */
static void test_names_and_needs(void **state) {
    (void)state;
    const struct vocabulary *v = vocabulary(VOC_NEED);
    for (int n = 0; n < v->count; n++) {
        if (!v->terms[n].sensitive)
            continue;
        struct stored_service s = service_by_hand(1);
        s.flat.cell[COL_NEEDS] = v->terms[n].code;
        struct block b = block_by_hand(ROLE_PUBLIC, &s, 1, 5);
        assert_false(holds_text(&b, v->terms[n].code));
        assert_true(holds_text(&b, v->terms[v->terms[n].parent].code));
        free(b.bytes);
    }
    struct stored_service s = service_by_hand(1);
    struct translation translation = {COL_SERVICE, "km", "Khmer Dorm at Quietville"};
    static const char *const names[] = {"Dorm at Quietville", "Dorm"};
    s.visibility = "contact";
    s.flat.cell[COL_VILLAGE] = "Quietville";
    s.flat.translations = &translation;
    s.flat.translation_count = 1;
    for (int i = 0; i < 2; i++) {
        s.flat.cell[COL_SERVICE] = names[i];
        struct block b = block_by_hand(ROLE_PUBLIC, &s, 1, 5);
        assert_false(holds_text(&b, "Quietville"));
        free(b.bytes);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_same_bytes),
        cmocka_unit_test(test_truncated),
        cmocka_unit_test(test_longer),
        cmocka_unit_test(test_flipped),
        cmocka_unit_test(test_empty),
        cmocka_unit_test(test_revision),
        cmocka_unit_test(test_find),
        cmocka_unit_test(test_translations),
        cmocka_unit_test(test_trees),
        cmocka_unit_test(test_hidden_leaves_no_trace),
        cmocka_unit_test(test_points),
        cmocka_unit_test(test_hidden_changes_nothing),
        cmocka_unit_test(test_staff_columns),
        cmocka_unit_test(test_staff_columns_are_there),
        cmocka_unit_test(test_staff_phones),
        cmocka_unit_test(test_names_and_needs),
    };
    return cmocka_run_group_tests(tests, load_vocabularies, NULL);
}
