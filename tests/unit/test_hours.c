/* SPDX-License-Identifier: Apache-2.0
 *
 * Opening hours: a table of what each construct means, what is refused and how, `until`
 * against asking every minute, and random rules against a painter of whole days that
 * shares no code with the evaluator.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "data/civil.h"
#include "data/hours.h"
#include "data/text.h"

#define DAY 1440
#define COUNT(a) (sizeof(a) / sizeof *(a))

static const char *const state_names[] = {"unknown", "closed", "open"};

/* Wednesday 25 November and 1 January are the holidays of these tests. */
static enum holiday some_holidays(int year, int month, int day, void *ctx) {
    (void)year, (void)ctx;
    return (month == 11 && day == 25) || (month == 1 && day == 1) ? HOLIDAY_YES
                                                                  : HOLIDAY_NO;
}

static enum holiday no_holiday(int year, int month, int day, void *ctx) {
    (void)year, (void)month, (void)day, (void)ctx;
    return HOLIDAY_NO;
}

static enum holiday unknown_holidays(int year, int month, int day, void *ctx) {
    (void)year, (void)month, (void)day, (void)ctx;
    return HOLIDAY_UNKNOWN;
}

/* "2026-11-23 08:00" */
static struct local_time moment(const char *s) {
    struct local_time t = {0};
    int hour = 0;
    assert_int_equal(
        sscanf(s, "%d-%d-%d %d:%d", &t.year, &t.month, &t.day, &hour, &t.minute), 5);
    t.minute += hour * 60;
    return t;
}

static void print_moment(struct local_time t, char out[64]) {
    snprintf(out, 64, "%04d-%02d-%02d %02d:%02d", t.year, t.month, t.day, t.minute / 60,
             t.minute % 60);
}

static void parse(const char *text, struct hours *out) {
    struct error e = {0};
    if (!hours_parse(text, strlen(text), out, &e))
        fail_msg("%s: %s", text, e.message);
    assert_in_range(out->size, 8, HOURS_MAX);
}

struct state_case {
    const char *text, *at;
    enum open_state state;
    const char *until; /* NULL: no change within 8 days */
};

/* 2026-11-23 is a Monday, 28 a Saturday. */
#define MO "2026-11-23 "
#define TU "2026-11-24 "
#define WE "2026-11-25 "
#define TH "2026-11-26 "
#define FR "2026-11-27 "
#define SA "2026-11-28 "
#define SU "2026-11-29 "

static const struct state_case plain[] = {
    {"24/7", MO "03:00", OPEN_OPEN, NULL},
    {"open", MO "03:00", OPEN_OPEN, NULL},
    {"off", MO "03:00", OPEN_CLOSED, NULL},
    {"CLOSED", MO "03:00", OPEN_CLOSED, NULL},
    {"24/7 off", MO "03:00", OPEN_CLOSED, NULL},
    {"unknown", MO "03:00", OPEN_UNKNOWN, NULL},
    {"\"by appointment; call, please\"", MO "03:00", OPEN_UNKNOWN, NULL},
    {"08:00-17:00", MO "07:59", OPEN_CLOSED, MO "08:00"},
    {"08:00-17:00", MO "08:00", OPEN_OPEN, MO "17:00"},
    {"08:00-17:00", MO "16:59", OPEN_OPEN, MO "17:00"},
    {"08:00-17:00", MO "17:00", OPEN_CLOSED, TU "08:00"},
    {"8:00-17:00", MO "08:00", OPEN_OPEN, MO "17:00"},
    {"00:00-24:00", MO "12:00", OPEN_OPEN, NULL},
    {"08:00-08:00", MO "12:00", OPEN_OPEN, NULL},
    {"Mo-Fr 08:00-12:00,13:00-17:00; PH off; Sa 08:00-12:00", FR "11:00", OPEN_OPEN,
     FR "12:00"},
    {"Mo-Fr 08:00-12:00,13:00-17:00; PH off; Sa 08:00-12:00", FR "12:30", OPEN_CLOSED,
     FR "13:00"},
    {"Mo-Fr 08:00-12:00,13:00-17:00; PH off; Sa 08:00-12:00", FR "17:00", OPEN_CLOSED,
     SA "08:00"},
    {"Mo-Fr 08:00-12:00, 13:00-17:00", MO "13:00", OPEN_OPEN, MO "17:00"},
    {"Mo,We,Fr 08:00-12:00", TU "09:00", OPEN_CLOSED, WE "08:00"},
    {"Mo, We, Fr 08:00-12:00", WE "09:00", OPEN_OPEN, WE "12:00"},
    {"mo-FR: 08:00-12:00", FR "09:00", OPEN_OPEN, FR "12:00"},
    {"Mo-Fr", FR "09:00", OPEN_OPEN, SA "00:00"},
    {"Mo-Fr", SA "00:00", OPEN_CLOSED, "2026-11-30 00:00"},
    {"Mo-Fr,Su", SA "09:00", OPEN_CLOSED, SU "00:00"},
    {"Sa-Mo 10:00-11:00", MO "10:00", OPEN_OPEN, MO "11:00"},
    {"Sa-Mo 10:00-11:00", MO "11:00", OPEN_CLOSED, SA "10:00"},
    {"Sa-Mo 10:00-11:00", SU "10:30", OPEN_OPEN, SU "11:00"},
    {"Mo 10:00-11:00", MO "11:00", OPEN_CLOSED, "2026-11-30 10:00"},
    {"Mo 08:00-12:00, We 13:00-17:00", WE "09:00", OPEN_CLOSED, WE "13:00"},
    {"Mo 08:00-12:00, We 13:00-17:00", MO "09:00", OPEN_OPEN, MO "12:00"},
    /* past midnight */
    {"22:00-06:00", MO "23:00", OPEN_OPEN, TU "06:00"},
    {"Mo 22:00-06:00", TU "05:59", OPEN_OPEN, TU "06:00"},
    {"Mo 22:00-06:00", MO "05:59", OPEN_CLOSED, MO "22:00"},
    {"Mo 20:00-26:00", TU "01:00", OPEN_OPEN, TU "02:00"},
    {"Mo 20:00-48:00", TU "23:59", OPEN_OPEN, WE "00:00"},
    {"Su 22:00-02:00", MO "01:00", OPEN_OPEN, MO "02:00"},
    /* open ends */
    {"Mo 08:00+", MO "08:00", OPEN_UNKNOWN, TU "00:00"},
    {"Mo 08:00+", MO "07:00", OPEN_CLOSED, MO "08:00"},
    {"Mo 08:00-12:00+", MO "09:00", OPEN_OPEN, MO "12:00"},
    {"Mo 08:00-12:00+", MO "13:00", OPEN_UNKNOWN, TU "00:00"},
    {"Mo 08:00+,13:00-17:00", MO "09:00", OPEN_UNKNOWN, MO "13:00"},
    {"Mo 13:00-17:00,08:00+", MO "14:00", OPEN_OPEN, MO "17:00"},
    {"Mo 22:00-02:00+", TU "01:00", OPEN_OPEN, TU "02:00"},
    {"Mo 22:00-02:00+", TU "02:00", OPEN_UNKNOWN, WE "00:00"},
    {"24/7; Mo 14:00+ off", MO "15:00", OPEN_CLOSED, TU "00:00"},
    /* a later rule replaces the days that it names */
    {"Mo-Fr 08:00-17:00; We 10:00-12:00", WE "09:00", OPEN_CLOSED, WE "10:00"},
    {"Mo-Fr 08:00-17:00, We 18:00-20:00", WE "09:00", OPEN_OPEN, WE "17:00"},
    {"Mo-Fr 08:00-17:00, We 18:00-20:00", WE "17:00", OPEN_CLOSED, WE "18:00"},
    {"Mo-Fr 08:00-17:00; 12:00-13:00 off", WE "09:00", OPEN_OPEN, WE "12:00"},
    {"Mo-Fr 08:00-17:00; 12:00-13:00 off", WE "12:00", OPEN_CLOSED, WE "13:00"},
    {"Mo-Fr 08:00-12:00; 14:00-18:00", MO "09:00", OPEN_CLOSED, MO "14:00"},
    {"Mo off; 08:00-12:00", MO "09:00", OPEN_OPEN, MO "12:00"},
    {"24/7; We off", TU "09:00", OPEN_OPEN, WE "00:00"},
    {"24/7; We off", WE "09:00", OPEN_CLOSED, TH "00:00"},
    {"24/7, We off", WE "09:00", OPEN_CLOSED, TH "00:00"},
    {"24/7; We unknown", WE "09:00", OPEN_UNKNOWN, TH "00:00"},
    {"Mo-Fr 08:00-12:00 unknown", WE "09:00", OPEN_UNKNOWN, WE "12:00"},
    {"Mo-Fr 08:00-12:00 \"call first\"", WE "09:00", OPEN_UNKNOWN, WE "12:00"},
    {"Mo-Fr 08:00-12:00 open \"ring\"", WE "09:00", OPEN_OPEN, WE "12:00"},
    {"Mo-Fr 08:00-12:00;", WE "09:00", OPEN_OPEN, WE "12:00"},
    /* ... and what goes past midnight into them, and from them */
    {"Mo-Th 20:00-02:00; Fr 10:00-12:00", FR "01:00", OPEN_CLOSED, FR "10:00"},
    {"Mo-Th 20:00-02:00, Fr 10:00-12:00", FR "01:00", OPEN_OPEN, FR "02:00"},
    {"18:00-03:00; Fr 10:00-12:00", SA "01:00", OPEN_CLOSED, SA "18:00"},
    {"18:00-03:00; Fr off", SA "01:00", OPEN_CLOSED, SA "18:00"},
    {"18:00-03:00; Fr off", FR "01:00", OPEN_CLOSED, SA "18:00"},
    {"18:00-03:00; Fr 20:00-21:00 off", SA "01:00", OPEN_OPEN, SA "03:00"},
    {"24/7; Mo 22:00-02:00 off", TU "01:00", OPEN_CLOSED, TU "02:00"},
    /* months */
    {"Jan-Mar 08:00-12:00", "2026-03-31 09:00", OPEN_OPEN, "2026-03-31 12:00"},
    {"Jan-Mar 08:00-12:00", "2026-03-31 12:00", OPEN_CLOSED, NULL},
    {"Jan,Mar 08:00-12:00", "2026-02-03 09:00", OPEN_CLOSED, NULL},
    {"Nov-Feb Mo-Fr 08:00-12:00", "2026-01-05 09:00", OPEN_OPEN, "2026-01-05 12:00"},
    {"Nov-Feb Mo-Fr 08:00-12:00", "2026-10-31 09:00", OPEN_CLOSED, "2026-11-02 08:00"},
    {"Dec 20-Jan 05 off", "2026-12-31 23:59", OPEN_CLOSED, NULL},
    {"24/7; Dec 20-Jan 05 off", "2026-12-31 23:59", OPEN_CLOSED, "2027-01-06 00:00"},
    {"24/7; Dec 20-Jan 05: off", "2026-12-19 23:59", OPEN_OPEN, "2026-12-20 00:00"},
    {"24/7; Apr 10-15 off", "2026-04-15 12:00", OPEN_CLOSED, "2026-04-16 00:00"},
    {"24/7; Dec 24,Dec 31 off", "2026-12-31 12:00", OPEN_CLOSED, "2027-01-01 00:00"},
    {"24/7; Feb 29 off", "2028-02-29 12:00", OPEN_CLOSED, "2028-03-01 00:00"},
    {"24/7; Feb 29 off", "2027-02-28 12:00", OPEN_OPEN, NULL},
    {"Dec 5 08:00-12:00", "2026-12-05 09:00", OPEN_OPEN, "2026-12-05 12:00"},
    {"Jan 31-Feb 08:00-12:00", "2026-02-28 12:00", OPEN_CLOSED, NULL},
    {"Dec 31 22:00-03:00", "2027-01-01 02:00", OPEN_OPEN, "2027-01-01 03:00"},
    {"Fr-Tu 10:00-11:00", MO "10:00", OPEN_OPEN, MO "11:00"},
    /* eight days ahead to the minute, and one minute more */
    {"24/7; Dec 5 off", FR "00:00", OPEN_OPEN, "2026-12-05 00:00"},
    {"24/7; Dec 5 off", TH "23:59", OPEN_OPEN, NULL},
    /* days before 1970, whose weekday counts backwards */
    {"We 08:00-12:00", "1969-12-31 09:00", OPEN_OPEN, "1969-12-31 12:00"},
};

/* Wednesday is a holiday. */
static const struct state_case with_holidays[] = {
    {"Mo-Fr 08:00-12:00; PH off", WE "09:00", OPEN_CLOSED, TH "08:00"},
    {"Mo-Fr 08:00-12:00; PH off", TH "09:00", OPEN_OPEN, TH "12:00"},
    {"Mo-Fr 08:00-12:00", WE "09:00", OPEN_OPEN, WE "12:00"},
    {"24/7; PH,Su off", WE "09:00", OPEN_CLOSED, TH "00:00"},
    {"24/7; PH,Su off", SU "09:00", OPEN_CLOSED, "2026-11-30 00:00"},
    {"PH off", WE "09:00", OPEN_CLOSED, NULL},
    {"Sa,PH 10:00-11:00", WE "10:00", OPEN_OPEN, WE "11:00"},
    {"Mo-Fr 08:00-12:00; PH 10:00-11:00", WE "09:00", OPEN_CLOSED, WE "10:00"},
    {"Fr-We 18:00-06:00; PH off", WE "01:00", OPEN_CLOSED, FR "18:00"},
    {"PH off; We 08:00-12:00", WE "09:00", OPEN_OPEN, WE "12:00"},
};

/* No table for the country: only what holds either way is known. */
static const struct state_case without_table[] = {
    {"Mo-Fr 08:00-12:00; PH off", WE "09:00", OPEN_UNKNOWN, WE "12:00"},
    {"Mo-Fr 08:00-12:00; PH off", WE "13:00", OPEN_CLOSED, TH "08:00"},
    {"Mo-Fr 08:00-12:00; PH off", SA "09:00", OPEN_CLOSED, "2026-11-30 08:00"},
    {"Mo-Fr 08:00-12:00", WE "09:00", OPEN_OPEN, WE "12:00"},
    {"Mo-Fr,PH 08:00-12:00", WE "09:00", OPEN_OPEN, WE "12:00"},
    {"Mo-Fr,PH 08:00-12:00", SA "09:00", OPEN_UNKNOWN, SA "12:00"},
    {"Mo-Fr 08:00-12:00; PH 10:00-11:00", WE "10:30", OPEN_OPEN, WE "11:00"},
    {"22:00-06:00; PH off", TU "03:00", OPEN_UNKNOWN, TU "06:00"},
    {"PH off", WE "09:00", OPEN_CLOSED, NULL},
    {"24/7; PH open", WE "09:00", OPEN_OPEN, NULL},
};

static void check_states(const struct state_case *cases, size_t n, holiday_fn *holiday) {
    for (size_t i = 0; i < n; i++) {
        struct hours h;
        char until[64] = "never";
        parse(cases[i].text, &h);
        struct open_answer a = hours_at(&h, moment(cases[i].at), holiday, NULL);
        assert_int_equal(hours_state(&h, moment(cases[i].at), holiday, NULL), a.state);
        if (a.has_until)
            print_moment(a.until, until);
        const char *expected = cases[i].until ? cases[i].until : "never";
        if (a.state != cases[i].state || strcmp(until, expected) != 0)
            fail_msg("%s at %s: %s until %s, expected %s until %s", cases[i].text,
                     cases[i].at, state_names[a.state], until,
                     state_names[cases[i].state], expected);
    }
}

static void test_states(void **state) {
    (void)state;
    check_states(plain, COUNT(plain), no_holiday);
}

static void test_holidays(void **state) {
    (void)state;
    check_states(with_holidays, COUNT(with_holidays), some_holidays);
}

static void test_unknown_holidays(void **state) {
    (void)state;
    check_states(without_table, COUNT(without_table), unknown_holidays);
    check_states(without_table, COUNT(without_table), NULL);
}

static void test_block_without_rules_is_unknown(void **state) {
    (void)state;
    struct hours h = {0};
    struct open_answer a = hours_at(&h, moment(MO "08:00"), no_holiday, NULL);
    assert_int_equal(a.state, OPEN_UNKNOWN);
    assert_false(a.has_until);
}

#define ORDER                                                                            \
    "not expected here; a rule is: months (Jan-Mar), weekdays (Mo Tu We Th Fr Sa Su "    \
    "PH), "                                                                              \
    "times (08:00-17:00), then open, off, closed or unknown, then a comment in double "  \
    "quotes; or 24/7"
#define WEEKDAY "not a weekday; allowed: Mo Tu We Th Fr Sa Su PH"
#define MONTH "not a month; allowed: Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec"
#define COMMA                                                                            \
    "a comma after weekdays or months joins more of the same; put no comma before times"
#define SUN "times of the sun are not understood; write HH:MM"

static const struct {
    const char *text, *message;
} refused[] = {
    {"", "at the end: a rule is missing here"},
    {"  ", "at the end: a rule is missing here"},
    {";", "\";\": a rule is missing here"},
    {"Mo;;Tu", "\";\": a rule is missing here"},
    {"Mo 08:00-12:00,", "at the end: a rule is missing here"},
    {"Mo-Xx", "\"Mo-Xx\": " WEEKDAY},
    {"Tu; Mo-Xx 08:00-12:00", "\"Mo-Xx\": " WEEKDAY},
    {"Mo-", "\"Mo-\": " WEEKDAY},
    {"Mo-PH", "\"Mo-PH\": PH cannot be part of a range; write \"Mo-Fr,PH\""},
    {"PH-Mo", "\"PH-Mo\": PH cannot be part of a range; write \"Mo-Fr,PH\""},
    {"Monday 08:00-12:00", "\"Monday\": " ORDER},
    {"Mo,Xx 08:00-12:00", "\",\": " COMMA},
    {"Mo-Fr, 08:00-12:00", "\",\": " COMMA},
    {"Jan-Mar, Mo 08:00-12:00", "\",\": " COMMA},
    {"Th[3] off", "\"Th[3]\": nth weekdays of a month are not understood"},
    {"08:00-12:00 Mo-Fr", "\"Mo-Fr\": " ORDER},
    {"Mo-Fr 24/7", "\"24/7\": not a time; write HH:MM-HH:MM"},
    {"24/7 Mo", "\"Mo\": " ORDER},
    {"Mo 8-12", "\"8-12\": not a time; write HH:MM-HH:MM"},
    {"Mo 08:00", "\"08:00\": a time without an end; write 08:00-12:00 or 08:00+"},
    {"Mo 08:00-", "\"08:00-\": not a time; write HH:MM-HH:MM"},
    {"Mo 25:00-26:00", "\"25:00-26:00\": not a time; allowed: 00:00 to 24:00"},
    {"Mo 24:00-26:00", "\"24:00-26:00\": 24:00 cannot begin a span; write 00:00"},
    {"Mo 08:60-09:00", "\"08:60-09:00\": not a time; allowed: 00:00 to 24:00"},
    {"Mo 08:00-48:01", "\"08:00-48:01\": not a time; allowed: 00:00 to 48:00"},
    {"Mo 08:0-09:00", "\"08:0-09:00\": not a time; allowed: 00:00 to 24:00"},
    {"Mo 008:00-09:00", "\"008:00-09:00\": not a time; write HH:MM-HH:MM"},
    {"Mo 08:000-09:00", "\"08:000-09:00\": not a time; allowed: 00:00 to 24:00"},
    {"Mo 10:00-16:00/01:30", "\"/01:30\": intervals are not understood"},
    {"Mo 08:00-sunset", "\"08:00-sunset\": not a time; write HH:MM-HH:MM"},
    {"sunrise-sunset", "\"sunrise-sunset\": " SUN},
    {"(sunset-01:00)-22:00", "\"(sunset-01:00)-22:00\": " SUN},
    {"SH off", "\"SH\": school holidays are not understood; name the months and days"},
    {"Short", "\"Short\": " ORDER},
    {"week 1-10", "\"week\": weeks are not understood; name the months and days"},
    {"easter off",
     "\"easter\": movable dates are not understood; name the months and days, "
     "or PH"},
    {"Mo 08:00-12:00 || unknown",
     "\"||\": a fallback is not understood; use a comment, or unknown"},
    {"2026 Jan", "\"2026\": not a time; write HH:MM-HH:MM"},
    {"Jan-Foo", "\"Foo\": " MONTH},
    {"Feb 30 off", "\"30\": not a day of that month"},
    {"Jan 0 off", "\"0\": not a day of that month"},
    {"Apr 10-31 off", "\"31\": not a day of that month"},
    {"Apr 10-05 off", "\"05\": the range ends before it begins"},
    {"Mo open off", "\"off\": " ORDER},
    {"Mo \"call", "\"\"\": the comment has no closing quote"},
    {"\"call\" Mo", "\"Mo\": " ORDER},
    {"\xff\xfe", "\"??\": " ORDER},
    {"\x01", "\"?\": " ORDER},
    {"\xe0\xba\x88\xe0\xba\xb1\xe0\xba\x99",
     "\"\xe0\xba\x88\xe0\xba\xb1\xe0\xba\x99\": " ORDER},
};

static void test_refused(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT(refused); i++) {
        struct hours h;
        struct error e = {0};
        if (hours_parse(refused[i].text, strlen(refused[i].text), &h, &e))
            fail_msg("\"%s\" was taken", refused[i].text);
        assert_int_equal(e.code, ERR_DATA);
        assert_string_equal(e.message, refused[i].message);
    }
}

/* Repeats `piece` up to `len` bytes. */
static void test_bounds(void **state) {
    (void)state;
    static const char *const pieces[] = {"Mo;",    "off;",         "Jan,",
                                         "8:00+,", "\xe0\xba\x88", "Mo,"};
    for (size_t i = 0; i < COUNT(pieces); i++) {
        for (size_t len = 1; len <= 1001; len++) {
            char text[1002], *exact = malloc(len);
            struct hours h;
            struct error e = {0};
            for (size_t at = 0; at < len; at++)
                text[at] = pieces[i][at % strlen(pieces[i])];
            assert_non_null(exact);
            memcpy(exact, text, len);
            bool taken = hours_parse(exact, len, &h, &e);
            free(exact);
            if (taken)
                assert_in_range(h.size, 8, HOURS_MAX);
            else
                assert_true(text_utf8(e.message, strlen(e.message), NULL));
            if (len > 1000)
                assert_string_equal(e.message,
                                    "opening hours of 1001 bytes; at most 1000");
        }
    }
    struct hours h;
    struct error e = {0};
    char text[999];
    for (size_t at = 0; at < sizeof text; at++)
        text[at] = "Mo;"[at % 3];
    assert_false(hours_parse(text, sizeof text, &h, &e));
    assert_string_equal(e.message, "too many rules: at most 1024 bytes when compiled");
}

static struct local_time later(struct local_time t, int minutes) {
    return civil_local(civil_minutes(t) + minutes);
}

/* `until` is the first of the next 8 days' minutes with another state. */
static void check_until(const char *text, const struct hours *h, struct local_time t,
                        holiday_fn *holiday) {
    struct open_answer a = hours_at(h, t, holiday, NULL);
    int found = 0;
    for (int m = 1; m <= 8 * DAY && found == 0; m++)
        if (hours_state(h, later(t, m), holiday, NULL) != a.state)
            found = m;
    int64_t said = a.has_until ? civil_minutes(a.until) - civil_minutes(t) : 0;
    if (said != found) {
        char at[64];
        print_moment(t, at);
        fail_msg("%s at %s: changes after %lld minutes, not %d", text, at,
                 (long long)said, found);
    }
}

static void test_until_every_minute(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT(plain); i++) {
        struct hours h;
        parse(plain[i].text, &h);
        check_until(plain[i].text, &h, moment(plain[i].at), no_holiday);
    }
    for (size_t i = 0; i < COUNT(without_table); i++) {
        struct hours h;
        parse(without_table[i].text, &h);
        check_until(without_table[i].text, &h, moment(without_table[i].at),
                    some_holidays);
        check_until(without_table[i].text, &h, moment(without_table[i].at),
                    unknown_holidays);
    }
}

/* ---- Random rules, as text and as a structure for the painter ---- */

struct toy_span {
    int start, end; /* minutes; the end may lie in the next day */
    bool open_end;
};

struct toy_rule {
    enum open_state state;
    bool adds;
    bool day[8]; /* Monday to Sunday, holiday */
    bool any_day;
    int first_month, last_month; /* 0: any */
    int spans;
    struct toy_span span[3];
};

static unsigned random_below(unsigned *seed, unsigned n) {
    *seed = *seed * 1664525u + 1013904223u;
    return (*seed >> 8) % n;
}

static struct toy_rule random_rule(unsigned *seed) {
    struct toy_rule r = {.state = OPEN_OPEN, .any_day = random_below(seed, 4) == 0};
    unsigned kind = random_below(seed, 6);
    r.state = kind == 0 ? OPEN_UNKNOWN : kind == 1 ? OPEN_CLOSED : OPEN_OPEN;
    r.adds = random_below(seed, 3) == 0;
    for (int i = 0; i < 8; i++)
        r.day[i] = !r.any_day && random_below(seed, i == 7 ? 5 : 2) == 0;
    r.day[0] = r.day[0] || !r.any_day;
    if (random_below(seed, 3) == 0) {
        r.first_month = 1 + (int)random_below(seed, 12);
        r.last_month = 1 + (int)random_below(seed, 12);
    }
    r.spans = (int)random_below(seed, 4);
    for (int i = 0; i < r.spans; i++) {
        r.span[i].start = (int)random_below(seed, 48) * 30;
        r.span[i].end = r.span[i].start + 30 + (int)random_below(seed, 48) * 30;
        r.span[i].open_end = random_below(seed, 6) == 0;
    }
    return r;
}

static size_t print_rule(const struct toy_rule *r, bool first, char *out, size_t room) {
    static const char *const days[] = {"Mo", "Tu", "We", "Th", "Fr", "Sa", "Su", "PH"};
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    static const char *const states[] = {"unknown", "off", "open"};
    size_t n = 0;
    if (!first)
        n += (size_t)snprintf(out + n, room - n, "%s ", r->adds ? "," : ";");
    if (r->first_month)
        n += (size_t)snprintf(out + n, room - n, "%s-%s ", months[r->first_month - 1],
                              months[r->last_month - 1]);
    const char *comma = "";
    for (int i = 0; i < 8; i++)
        if (r->day[i]) {
            n += (size_t)snprintf(out + n, room - n, "%s%s", comma, days[i]);
            comma = ",";
        }
    comma = " ";
    for (int i = 0; i < r->spans; i++) {
        const struct toy_span *s = &r->span[i];
        n += (size_t)snprintf(out + n, room - n, "%s%02d:%02d-%02d:%02d%s", comma,
                              s->start / 60, s->start % 60, s->end / 60, s->end % 60,
                              s->open_end ? "+" : "");
        comma = ",";
    }
    n += (size_t)snprintf(out + n, room - n, " %s", states[r->state]);
    return n;
}

static bool toy_covers(const struct toy_rule *r, struct local_time t,
                       holiday_fn *holiday) {
    int64_t days = civil_minutes(t) / DAY;
    int weekday = (int)((days + 3) % 7);
    bool month = r->first_month == 0;
    for (int m = r->first_month; !month; m = m % 12 + 1) {
        month = m == t.month;
        if (m == r->last_month)
            break;
    }
    bool is_holiday = holiday(t.year, t.month, t.day, NULL) == HOLIDAY_YES;
    return month && (r->any_day || r->day[weekday] || (r->day[7] && is_holiday));
}

/* Paints minutes `from` to `to` of a day that begins at `shift`. */
static void toy_paint(enum open_state *paint, int from, int to, enum open_state state,
                      bool only_closed) {
    for (int m = from < 0 ? 0 : from; m < to && m < DAY; m++)
        if (!only_closed || paint[m] == OPEN_CLOSED)
            paint[m] = state;
}

static void toy_paint_spans(enum open_state *paint, const struct toy_rule *r, int shift) {
    for (int i = 0; i < r->spans; i++) {
        int end = r->span[i].end;
        toy_paint(paint, r->span[i].start + shift, end + shift, r->state, false);
        if (r->span[i].open_end)
            toy_paint(paint, end + shift, (end < DAY ? DAY : 2 * DAY) + shift,
                      r->state == OPEN_OPEN ? OPEN_UNKNOWN : r->state,
                      r->state == OPEN_OPEN);
    }
}

static bool toy_replaces(const struct toy_rule *r, struct local_time t,
                         holiday_fn *holiday) {
    if (!toy_covers(r, t, holiday))
        return false;
    return r->state == OPEN_CLOSED ? r->spans == 0 : !r->adds;
}

/* The day of `t`, rule by rule: each replaces what was painted, or paints over it. */
static void toy_day(const struct toy_rule *r, int n, struct local_time t,
                    holiday_fn *holiday, enum open_state paint[DAY]) {
    struct local_time before = later(t, -DAY);
    toy_paint(paint, 0, DAY, OPEN_CLOSED, false);
    for (int i = 0; i < n; i++) {
        bool evening_replaced = false;
        for (int j = i + 1; j < n; j++)
            evening_replaced = evening_replaced || toy_replaces(&r[j], before, holiday);
        if (toy_replaces(&r[i], t, holiday))
            toy_paint(paint, 0, DAY, OPEN_CLOSED, false);
        if (!evening_replaced && toy_covers(&r[i], before, holiday))
            toy_paint_spans(paint, &r[i], -DAY);
        if (toy_covers(&r[i], t, holiday)) {
            if (r[i].spans == 0)
                toy_paint(paint, 0, DAY, r[i].state, false);
            toy_paint_spans(paint, &r[i], 0);
        }
    }
}

static enum holiday midwinter_week(int year, int month, int day, void *ctx) {
    (void)year, (void)ctx;
    return (month == 12 && day >= 29) || (month == 1 && day <= 4) ? HOLIDAY_YES
                                                                  : HOLIDAY_NO;
}

static void check_random(unsigned *seed) {
    struct toy_rule rules[5];
    char text[1001];
    size_t len = 0;
    int n = 1 + (int)random_below(seed, 5);
    for (int i = 0; i < n; i++) {
        rules[i] = random_rule(seed);
        len += print_rule(&rules[i], i == 0, text + len, sizeof text - len);
    }
    rules[0].adds = false;
    struct hours h;
    parse(text, &h);
    struct local_time day = {2026, 12, 26 + (int)random_below(seed, 6), 0};
    for (int d = 0; d < 9; d++, day = later(day, DAY)) {
        enum open_state paint[DAY];
        toy_day(rules, n, day, midwinter_week, paint);
        for (int m = 0; m < DAY; m += 15) {
            struct local_time t = later(day, m);
            enum open_state got = hours_state(&h, t, midwinter_week, NULL);
            if (got != paint[m])
                fail_msg("%s on %d-%02d-%02d minute %d: %s, painted %s", text, t.year,
                         t.month, t.day, m, state_names[got], state_names[paint[m]]);
        }
    }
    if (random_below(seed, 16) == 0)
        check_until(text, &h, later(day, (int)random_below(seed, DAY)), unknown_holidays);
}

static void test_random_against_painter(void **state) {
    (void)state;
    unsigned seed = (unsigned)time(NULL);
    const char *given = getenv("HAVEN_SEED");
    if (given != NULL)
        seed = (unsigned)strtoul(given, NULL, 10);
    print_message("HAVEN_SEED=%u\n", seed);
    for (int i = 0; i < 300; i++)
        check_random(&seed);
}

static void test_civil_round_trip(void **state) {
    (void)state;
    struct local_time t = {-401, 1, 1, 7};
    for (int64_t at = civil_minutes(t); t.year < 2405; at += DAY) {
        struct local_time back = civil_local(at);
        assert_int_equal(civil_minutes(back), at);
        assert_true(back.year == t.year && back.month == t.month && back.day == t.day &&
                    back.minute == 7);
        if (++t.day > civil_month_days(t.year, t.month)) {
            t.day = 1;
            t.year += t.month == 12;
            t.month = t.month % 12 + 1;
        }
    }
    assert_int_equal(civil_minutes((struct local_time){1970, 1, 1, 0}), 0);
    assert_int_equal(civil_minutes((struct local_time){2000, 3, 1, 0}), 11017 * DAY);
}

/* Always open, with `count` open ends that could change on every day. */
static void parse_open_ends(int count, struct hours *out) {
    char text[1001] = "24/7,PH ";
    size_t len = strlen(text);
    for (int i = 0; i < count; i++)
        len += (size_t)snprintf(text + len, sizeof text - len, "%s%d:%02d+", i ? "," : "",
                                i * 8 / 60, i * 8 % 60);
    parse(text, out);
}

/* The least processor time of several, in microseconds. */
static double time_to_ask(const struct hours *h) {
    double least = 1e9;
    for (int i = 0; i < 20; i++) {
        clock_t start = clock();
        for (int k = 0; k < 10; k++)
            assert_int_equal(hours_at(h, moment(MO "00:00"), NULL, NULL).state, OPEN_OPEN);
        double spent = (double)(clock() - start) * 1e6 / CLOCKS_PER_SEC;
        least = spent < least ? spent : least;
    }
    return least;
}

/* Ten times the spans: ten times the time, not a hundred times. */
static void test_time_grows_with_spans(void **state) {
    (void)state;
    struct hours few, many;
    parse_open_ends(14, &few);
    parse_open_ends(140, &many);
    double base = time_to_ask(&few), spent = time_to_ask(&many);
    if (spent > 30 * base)
        fail_msg("14 spans %.0f us, 140 spans %.0f us", base, spent);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_states),
        cmocka_unit_test(test_holidays),
        cmocka_unit_test(test_unknown_holidays),
        cmocka_unit_test(test_block_without_rules_is_unknown),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_bounds),
        cmocka_unit_test(test_until_every_minute),
        cmocka_unit_test(test_random_against_painter),
        cmocka_unit_test(test_civil_round_trip),
        cmocka_unit_test(test_time_grows_with_spans),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
