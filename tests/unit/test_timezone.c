/* SPDX-License-Identifier: Apache-2.0
 *
 * Time zones: known facts of some zones, the table against the C library's own zone data
 * where the system has it, and RFC 3339 times.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "data/civil.h"
#include "data/timezone.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))
#define NOW INT64_C(1795348800) /* 2026-11-22T12:00:00Z */
#define HOUR 3600
#define YEAR_S INT64_C(31556952)

static int64_t instant(const char *s) {
    int64_t t = 0;
    if (!timestamp_parse(s, strlen(s), &t))
        fail_msg("%s is not a time", s);
    return t;
}

static struct timezone_table load(const char *name) {
    struct timezone_table z;
    if (!timezone_load(name, NOW, &z))
        fail_msg("%s is not known", name);
    assert_in_range(z.count, 0, TIMEZONE_TRANSITIONS);
    return z;
}

static void test_known(void **state) {
    (void)state;
    static const char *const known[] = {
        "Asia/Phnom_Penh",
        "Asia/Vientiane",
        "Asia/Yangon",
        "Asia/Rangoon",
        "Asia/Jayapura",
        "Asia/Ho_Chi_Minh",
        "America/Argentina/ComodRivadavia",
        "UTC",
        "Etc/GMT-7",
        "Japan",
    };
    static const char *const unknown[] = {
        "",
        "Asia",
        "asia/bangkok",
        "ASIA/BANGKOK",
        "Asia/Atlantis",
        " Asia/Bangkok",
        "Asia/Bangkok ",
        "+07:00",
        "GMT+7",
        "GMT+07:00",
        "+7",
        "BST",
        "VST",
        "ICT",
        "Etc/Unknown",
        "Asia/B\xc3\xa4ngkok",
        "\xff",
        "../etc/localtime",
        "Asia/Bangkok/Asia/Bangkok/Asia/Bangkok/Asia/Bangkok/Asia/Bangkok",
    };
    struct timezone_table z;
    for (size_t i = 0; i < COUNT(known); i++)
        if (!timezone_known(known[i]) || !timezone_load(known[i], NOW, &z))
            fail_msg("%s should be known", known[i]);
    for (size_t i = 0; i < COUNT(unknown); i++)
        if (timezone_known(unknown[i]) || timezone_load(unknown[i], NOW, &z))
            fail_msg("%s should not be known", unknown[i]);
}

static void test_offsets(void **state) {
    (void)state;
    static const struct {
        const char *zone, *at;
        int32_t offset;
    } cases[] = {
        {"UTC", "2026-11-22T12:00:00Z", 0},
        {"Asia/Phnom_Penh", "2026-11-22T12:00:00Z", 7 * HOUR},
        {"Asia/Yangon", "2026-11-22T12:00:00Z", 6 * HOUR + HOUR / 2},
        {"Asia/Kathmandu", "2026-11-22T12:00:00Z", 5 * HOUR + HOUR * 3 / 4},
        {"Asia/Jakarta", "2026-11-22T12:00:00Z", 7 * HOUR},
        {"Asia/Makassar", "2026-11-22T12:00:00Z", 8 * HOUR},
        {"Asia/Jayapura", "2026-11-22T12:00:00Z", 9 * HOUR},
        {"America/St_Johns", "2026-11-22T12:00:00Z", -(3 * HOUR + HOUR / 2)},
        {"Europe/Berlin", "2026-10-25T00:59:59Z", 2 * HOUR},
        {"Europe/Berlin", "2026-10-25T01:00:00Z", HOUR},
        {"Australia/Lord_Howe", "2026-04-04T14:59:59Z", 11 * HOUR},
        {"Australia/Lord_Howe", "2026-04-04T15:00:00Z", 10 * HOUR + HOUR / 2},
        {"Australia/Lord_Howe", "2026-10-03T15:30:00Z", 11 * HOUR},
        {"Pacific/Kiritimati", "2026-11-22T12:00:00Z", 14 * HOUR},
        {"Europe/Berlin", "1900-01-01T00:00:00Z", HOUR}, /* before the table: its first */
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct timezone_table z = load(cases[i].zone);
        int32_t got = timezone_offset(&z, instant(cases[i].at));
        if (got != cases[i].offset)
            fail_msg("%s at %s: %d, not %d", cases[i].zone, cases[i].at, got,
                     cases[i].offset);
    }
    assert_int_equal(load("Asia/Bangkok").count, 0);
    assert_int_equal(load("Europe/Berlin").count, 20);
}

/* Zones that changed often; Tripoli's time also changed its name but not its offset. */
static void test_table_holds_changes_only(void **state) {
    (void)state;
    static const char *const restless[] = {"Asia/Gaza", "Africa/Casablanca",
                                           "Africa/Cairo", "Africa/Tripoli"};
    for (size_t i = 0; i < 2 * COUNT(restless); i++) {
        struct timezone_table z;
        int64_t now = i < COUNT(restless) ? NOW : instant("2010-01-01T00:00:00Z");
        assert_true(timezone_load(restless[i % COUNT(restless)], now, &z));
        assert_in_range(z.count, 0, TIMEZONE_TRANSITIONS);
        if (z.count > 0)
            assert_int_not_equal(z.first_offset, z.transition[0].offset);
        for (uint32_t k = 1; k < z.count; k++) {
            assert_true(z.transition[k - 1].at < z.transition[k].at);
            assert_int_not_equal(z.transition[k - 1].offset, z.transition[k].offset);
        }
    }
}

/* The C library reads the same zones from other files. */
static void test_against_libc(void **state) {
    (void)state;
    static const char *const zones[] = {"Asia/Bangkok",     "Europe/Berlin",
                                        "America/New_York", "Australia/Lord_Howe",
                                        "Asia/Kolkata",     "Asia/Tokyo"};
    if (access("/usr/share/zoneinfo/Europe/Berlin", R_OK) != 0)
        skip();
    unsigned seed = (unsigned)time(NULL);
    const char *given = getenv("HAVEN_SEED");
    if (given != NULL)
        seed = (unsigned)strtoul(given, NULL, 10);
    print_message("HAVEN_SEED=%u\n", seed);
    for (size_t i = 0; i < COUNT(zones); i++) {
        struct timezone_table z = load(zones[i]);
        setenv("TZ", zones[i], 1);
        tzset();
        for (int k = 0; k < 2000; k++) {
            seed = seed * 1664525u + 1013904223u;
            time_t t = (time_t)(NOW - 2 * YEAR_S + (int64_t)(seed % (10 * YEAR_S)));
            struct tm tm;
            assert_non_null(localtime_r(&t, &tm));
            if (timezone_offset(&z, t) != tm.tm_gmtoff)
                fail_msg("%s at %lld: %d, libc %ld", zones[i], (long long)t,
                         timezone_offset(&z, t), tm.tm_gmtoff);
            struct local_time l = timezone_local(&z, t);
            assert_int_equal(l.year, tm.tm_year + 1900);
            assert_int_equal(l.month, tm.tm_mon + 1);
            assert_int_equal(l.day, tm.tm_mday);
            assert_int_equal(l.minute, tm.tm_hour * 60 + tm.tm_min);
        }
    }
    unsetenv("TZ");
    tzset();
}

static void test_instant(void **state) {
    (void)state;
    static const struct {
        const char *zone;
        struct local_time local;
        const char *at;
    } cases[] = {
        {"Asia/Phnom_Penh", {2026, 11, 22, 17 * 60}, "2026-11-22T17:00:00+07:00"},
        {"Asia/Yangon", {2026, 1, 1, 0}, "2025-12-31T17:30:00Z"},
        {"Europe/Berlin", {2026, 7, 1, 12 * 60}, "2026-07-01T12:00:00+02:00"},
        {"Europe/Berlin", {2026, 12, 1, 12 * 60}, "2026-12-01T12:00:00+01:00"},
        /* 02:30 comes twice on this night, and never on that */
        {"Europe/Berlin", {2026, 10, 25, 150}, "2026-10-25T02:30:00+02:00"},
        {"Europe/Berlin", {2026, 10, 25, 180}, "2026-10-25T03:00:00+01:00"},
        {"Europe/Berlin", {2026, 3, 29, 150}, "2026-03-29T02:30:00+01:00"},
        {"Europe/Berlin", {2026, 3, 29, 180}, "2026-03-29T03:00:00+02:00"},
        {"Australia/Lord_Howe", {2026, 4, 5, 105}, "2026-04-05T01:45:00+11:00"},
        {"Australia/Lord_Howe", {2026, 4, 5, 120}, "2026-04-05T02:00:00+10:30"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct timezone_table z = load(cases[i].zone);
        int64_t got = timezone_instant(&z, cases[i].local);
        if (got != instant(cases[i].at))
            fail_msg("%s %s: off by %lld s", cases[i].zone, cases[i].at,
                     (long long)(got - instant(cases[i].at)));
    }
}

/* Every quarter of an hour comes back as itself, or as the first of its two hours. */
static void test_instant_is_the_reverse(void **state) {
    (void)state;
    static const char *const zones[] = {"Asia/Yangon", "America/New_York",
                                        "Australia/Lord_Howe"};
    for (size_t i = 0; i < COUNT(zones); i++) {
        struct timezone_table z = load(zones[i]);
        int repeated = 0;
        for (int64_t t = NOW; t < NOW + YEAR_S; t += 900) {
            int64_t back = timezone_instant(&z, timezone_local(&z, t));
            repeated += back != t;
            assert_true(back == t || back == t - HOUR || back == t - HOUR / 2);
        }
        assert_int_equal(repeated, i == 0 ? 0 : i == 1 ? 4 : 2);
    }
}

static void test_countries(void **state) {
    (void)state;
    static const struct {
        const char *country, *zone;
    } cases[] = {
        {"KH", "Asia/Phnom_Penh"},
        {"LA", "Asia/Vientiane"},
        {"TH", "Asia/Bangkok"},
        {"VN", "Asia/Ho_Chi_Minh"},
        {"MM", "Asia/Yangon"},
        {"CN", "Asia/Shanghai"},
        {"MY", "Asia/Kuala_Lumpur"},
        {"SG", "Asia/Singapore"},
        {"PH", "Asia/Manila"},
        {"IN", "Asia/Kolkata"},
        {"NP", "Asia/Kathmandu"},
        {"JP", "Asia/Tokyo"},
        {"ID", NULL},
        {"US", NULL},
        {"AU", NULL},
        {"RU", NULL},
        {"ZZ", NULL},
        {"kh", NULL},
        {"", NULL},
        {"K", NULL},
        {"KHM", NULL},
        {"001", NULL},
        {"\xc3\xa4", NULL},
    };
    for (int round = 0; round < 2; round++)
        for (size_t i = 0; i < COUNT(cases); i++) {
            const char *got = timezone_of_country(cases[i].country);
            if (cases[i].zone == NULL ? got != NULL : got == NULL)
                fail_msg("%s: %s", cases[i].country, got ? got : "none");
            if (got != NULL)
                assert_string_equal(got, cases[i].zone);
        }
    const char *held = timezone_of_country("LA");
    for (char a = 'A'; a <= 'Z'; a++)
        for (char b = 'A'; b <= 'Z'; b++) {
            const char *zone = timezone_of_country((char[]){a, b, '\0'});
            if (zone != NULL && !timezone_known(zone))
                fail_msg("%c%c: %s is not known", a, b, zone);
        }
    assert_ptr_equal(held, timezone_of_country("LA"));
    assert_string_equal(held, "Asia/Vientiane");
}

static void test_format(void **state) {
    (void)state;
    static const struct {
        int64_t t;
        int32_t offset;
        const char *text;
    } cases[] = {
        {0, 0, "1970-01-01T00:00:00+00:00"},
        {-1, 0, "1969-12-31T23:59:59+00:00"},
        {NOW, 7 * HOUR, "2026-11-22T19:00:00+07:00"},
        {NOW, 6 * HOUR + HOUR / 2, "2026-11-22T18:30:00+06:30"},
        {NOW + 59, -(3 * HOUR + HOUR / 2), "2026-11-22T08:30:59-03:30"},
        {INT64_MAX, 14 * HOUR, "9999-12-31T23:59:59+14:00"},
        {INT64_MIN, -12 * HOUR, "0000-01-01T00:00:00-12:00"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char out[32];
        timestamp_format(cases[i].t, cases[i].offset, out);
        assert_string_equal(out, cases[i].text);
    }
}

static void test_parse(void **state) {
    (void)state;
    static const struct {
        const char *text;
        int64_t t;
    } valid[] = {
        {"1970-01-01T00:00:00Z", 0},
        {"2026-11-22T17:00:00+07:00", NOW - 2 * HOUR},
        {"2026-11-22t12:00:00z", NOW},
        {"2026-11-22T12:00:00.999999999999999999999Z", NOW},
        {"2026-11-22T12:00:00.5-00:00", NOW},
        {"2024-02-29T00:00:00Z", INT64_C(1709164800)},
        {"0000-01-01T00:00:00Z", INT64_C(-62167219200)},
        {"1999-12-31T23:59:60Z", INT64_C(946684800)},
        {"2000-01-01T05:29:60+05:30", INT64_C(946684800)},
    };
    static const char *const invalid[] = {
        "",
        "2026",
        "2026-11-22",
        "2026-11-22T12:00:00",
        "2026-11-22T12:00Z",
        "2026-11-22 12:00:00Z",
        "2026-11-22T12:00:00 Z",
        "2026-11-22T12:00:00ZZ",
        "2026-11-22T12:00:00+07",
        "2026-11-22T12:00:00+0700",
        "2026-11-22T12:00:00+24:00",
        "2026-11-22T12:00:00+07:60",
        "2026-11-22T12:00:00.Z",
        "2026-11-22T12:00:00.5",
        "2026-11-22T12:00:00,5Z",
        "2026-13-22T12:00:00Z",
        "2026-00-22T12:00:00Z",
        "2026-11-31T12:00:00Z",
        "2026-11-00T12:00:00Z",
        "2026-02-29T12:00:00Z",
        "2026-11-22T24:00:00Z",
        "2026-11-22T12:60:00Z",
        "2026-11-22T12:00:61Z",
        "2026-11-22T12:00:60Z",
        "26-11-22T12:00:00Z",
        "+2026-11-22T12:00:00Z",
        "2026-11-22T12:00:0\xd9\xa0Z",
        "2026-11-22T1:00:00Z",
        "-001-11-22T12:00:00Z",
    };
    int64_t t;
    for (size_t i = 0; i < COUNT(valid); i++)
        if (instant(valid[i].text) != valid[i].t)
            fail_msg("%s: %lld", valid[i].text, (long long)instant(valid[i].text));
    for (size_t i = 0; i < COUNT(invalid); i++)
        if (timestamp_parse(invalid[i], strlen(invalid[i]), &t))
            fail_msg("\"%s\" was taken", invalid[i]);
    assert_false(timestamp_parse("2026-11-22T12:00:00Z", 19, &t));
    assert_false(timestamp_parse("2026-11-22T12:00:00Z\0", 21, &t));
}

/* No byte after `len` is read: each cut stands at the end of its own block. */
static void test_parse_stays_inside(void **state) {
    (void)state;
    static const char text[] = "2026-11-22T12:00:00.25+07:00";
    for (size_t len = 1; len < sizeof text; len++) {
        char *cut = malloc(len);
        int64_t t;
        assert_non_null(cut);
        memcpy(cut, text, len);
        assert_int_equal(timestamp_parse(cut, len, &t), len == sizeof text - 1);
        free(cut);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known),
        cmocka_unit_test(test_offsets),
        cmocka_unit_test(test_table_holds_changes_only),
        cmocka_unit_test(test_against_libc),
        cmocka_unit_test(test_instant),
        cmocka_unit_test(test_instant_is_the_reverse),
        cmocka_unit_test(test_countries),
        cmocka_unit_test(test_format),
        cmocka_unit_test(test_parse),
        cmocka_unit_test(test_parse_stays_inside),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
