/* SPDX-License-Identifier: Apache-2.0
 *
 * How making the snapshot and searching it grow with the directory, measured inside one
 * process:
 *
 *   bench-snapshot FILE.db SHARE PAIRS NEED GENDER AGE FORM LANGUAGE NATIONALITY < POINTS
 *
 * POINTS are lines "COUNTRY LAT LON". Both views are built and one SELECT reads the same
 * columns, in turns. One line of JSON comes out.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "data/mem.h"
#include "data/record.h"
#include "data/snapshot_build.h"
#include "data/vocabulary.h"
#include "server/search/nearest.h"

#define PAIRS_MAX 25
#define POINTS_MAX 2000
#define SEARCH_S 1.0 /* searches go on for so long */

/* Every column that record_each() reads, a service a row; lists are joined by SQLite. */
static const char select_all[] =
    "SELECT s.*, service.*, location.*, visibility.*, organization.*, source.*, address.*,"
    " schedule.*, cost_option.*, stay.*, eligibility.*,"
    " (SELECT group_concat(stated) FROM eligibility AS x"
    "  WHERE x.service_key = s.key AND rule > 0),"
    " (SELECT group_concat(value, ';') FROM attribute AS x WHERE x.service_key = s.key),"
    " (SELECT group_concat(value, ';') FROM language AS x"
    "  WHERE x.service_key = s.key AND spoken_by = 'staff'),"
    " (SELECT group_concat(value, ';') FROM language AS x"
    "  WHERE x.service_key = s.key AND spoken_by = 'interpreter'),"
    " (SELECT group_concat(value, ';') FROM service_area AS x WHERE x.service_key = s.key),"
    " (SELECT group_concat(value, ';') FROM required_document AS x"
    "  WHERE x.service_key = s.key),"
    " (SELECT group_concat(value) FROM phone AS x WHERE x.service_key = s.key),"
    " (SELECT group_concat(value) FROM claim AS x WHERE x.service_key = s.key),"
    " (SELECT group_concat(value, ';') FROM referral AS x WHERE x.service_key = s.key),"
    " (SELECT group_concat(value) FROM text AS x WHERE x.service_key = s.key)"
    " FROM service_at_location AS s"
    " CROSS JOIN service ON service.key = s.key"
    " CROSS JOIN location ON location.key = s.key"
    " CROSS JOIN visibility ON visibility.service_key = s.key"
    " CROSS JOIN organization ON organization.key = service.organization_key"
    " CROSS JOIN source ON source.key = s.source_key"
    " LEFT JOIN address ON address.service_key = s.key"
    " LEFT JOIN schedule ON schedule.service_key = s.key"
    " LEFT JOIN cost_option ON cost_option.service_key = s.key"
    " LEFT JOIN stay ON stay.service_key = s.key"
    " LEFT JOIN eligibility ON eligibility.service_key = s.key AND eligibility.rule = 0"
    " WHERE s.retired_run IS NULL ORDER BY s.key";

struct place {
    int country;
    struct point point;
};

static struct place places[POINTS_MAX];
static int place_count;

static _Noreturn void die(const char *what) {
    fprintf(stderr, "bench-snapshot: %s\n", what);
    exit(3);
}

static double now_s(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int compare(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *values, int count) {
    qsort(values, (size_t)count, sizeof *values, compare);
    return values[count / 2];
}

/* ---- building, against one SELECT -------------------------------------------------- */

static double time_select(const char *path, size_t *bytes) {
    struct error e = {0};
    double start = now_s();
    struct db *db = db_open(path, DB_READ, false, &e);
    struct statement *s = db ? db_prepare(db, select_all, &e) : NULL;
    if (s == NULL)
        die(e.message);
    int got, count = db_columns(s);
    *bytes = 0;
    while ((got = db_step(s, &e)) == 1)
        for (int i = 0; i < count; i++)
            *bytes += db_text(s, i)[0] != '\0' ? db_bytes(s, i) : 0;
    if (got < 0)
        die(e.message);
    db_close(db);
    return now_s() - start;
}

/* The synthetic directory names no place; what an atlas costs is measured apart. */
static struct atlas *no_places;

static double time_build(const char *path, const char *share, struct snapshot_set *out) {
    struct error e = {0};
    double start = now_s();
    struct record *record = record_open(path, share, DB_READ, &e);
    if (record == NULL || !snapshot_build(record, no_places, (int64_t)time(NULL), out, &e))
        die(e.message);
    record_close(record);
    return now_s() - start;
}

/* ---- searching --------------------------------------------------------------------- */

static void read_places(void) {
    char country[3];
    struct place *p = places;
    for (; place_count < POINTS_MAX; p++, place_count++) {
        if (scanf("%2s %lf %lf", country, &p->point.lat, &p->point.lon) != 3)
            break;
        p->country = vocabulary_find(VOC_COUNTRY, country, 2);
    }
    if (place_count == 0)
        die("no points on standard input");
}

static int term(enum vocabulary_id id, const char *code) {
    int index = vocabulary_find(id, code, strlen(code));
    if (index < 0)
        die("a code is in no vocabulary");
    return index;
}

static struct query plain_query(void) {
    int64_t now = (int64_t)time(NULL);
    return (struct query){.limit = 10,
                          .radius_m = INFINITY,
                          .open_at = now,
                          .today = (int32_t)(now / 86400),
                          .country_count = 1};
}

static struct query person_query(char **codes) {
    struct query q = plain_query();
    q.need = (struct query_list){1, {term(VOC_NEED, codes[0])}};
    for (int n = 0; n < vocabulary(VOC_NEED)->count; n++)
        if (vocabulary_within(VOC_NEED, n, q.need.term[0]))
            q.need_within[n / 64] |= UINT64_C(1) << n % 64;
    q.gender = term(VOC_GENDER, codes[1]);
    q.age_low = q.age_high = atoi(codes[2]);
    q.form = (struct query_list){1, {term(VOC_FORM, codes[3])}};
    q.language = (struct query_list){1, {term(VOC_LANGUAGE, codes[4])}};
    q.nationality = term(VOC_COUNTRY, codes[5]);
    q.asked = criterion_bit(CRIT_GENDER) | criterion_bit(CRIT_AGE) | criterion_bit(CRIT_FORM) |
              criterion_bit(CRIT_LANGUAGE) | criterion_bit(CRIT_NATIONALITY);
    return q;
}

/* Microseconds a search. */
static double time_search(const struct snapshot *s, struct query q) {
    struct searcher *searcher = searcher_new();
    double start = now_s(), took = 0;
    long searches = 0;
    for (; took < SEARCH_S; searches++) {
        const struct place *p = &places[searches % place_count];
        q.point = p->point;
        q.country[0] = p->country;
        nearest(searcher, s, &q);
        took = now_s() - start;
    }
    searcher_free(searcher);
    return took / (double)searches * 1e6;
}

int main(int argc, char **argv) {
    char vocabularies[4096];
    struct error e = {0};
    if (argc != 10)
        die("nine arguments are needed: see the top of snapshot.c");
    snprintf(vocabularies, sizeof vocabularies, "%s/vocabulary", argv[2]);
    if (!vocabularies_load(vocabularies, &e))
        die(e.message);
    read_places();
    no_places = atlas_empty();
    int pairs = atoi(argv[3]) < PAIRS_MAX ? atoi(argv[3]) : PAIRS_MAX;
    double build[PAIRS_MAX], select[PAIRS_MAX], ratio[PAIRS_MAX];
    struct snapshot_set blocks = {0};
    size_t bytes = 0;
    for (int i = 0; i < pairs; i++) {
        snapshot_set_free(&blocks);
        select[i] = time_select(argv[1], &bytes);
        build[i] = time_build(argv[1], argv[2], &blocks);
        ratio[i] = build[i] / select[i];
    }
    struct snapshot s;
    int staff = blocks.views.of[ROLE_OPERATOR][VIEW_FAR];
    int public = blocks.views.of[ROLE_PUBLIC][VIEW_FAR];
    if (!snapshot_attach(&s, blocks.block[staff], blocks.size[staff], no_places, &e))
        die(e.message);
    uint64_t text = s.header->section[SNAP_text].count;
    printf("{\"services\": %u, \"build_s\": %.4f, \"select_s\": %.4f, \"ratio\": %.3f,"
           " \"selected_bytes\": %zu, \"staff_bytes\": %zu, \"public_bytes\": %zu,"
           " \"text_bytes\": %llu, \"person_us\": %.2f, \"plain_us\": %.2f}\n",
           s.services_count, median(build, pairs), median(select, pairs), median(ratio, pairs),
           bytes, blocks.size[staff], blocks.size[public], (unsigned long long)text,
           time_search(&s, person_query(argv + 4)), time_search(&s, plain_query()));
    snapshot_set_free(&blocks);
    return 0;
}
