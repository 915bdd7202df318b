/* SPDX-License-Identifier: Apache-2.0
 *
 * Asks a compiled block whether it is open. The minutes of a day are painted, rule over
 * rule, and the search for a change paints one day after the other: its time grows with
 * the number of spans and not with its square, as if every end of a span were tried.
 *
 * What holds on a day (as opening_hours.js and opening-hours-rs do):
 *   - the last rule that replaces the day and the rules after it paint over each other in
 *     their order; a rule replaces a day that it covers unless it is joined by ',' or
 * takes only some hours away ("12:00-13:00 off");
 *   - hours past midnight go on into a day unless a later rule replaces that day. Here we
 *     differ from opening_hours.js, which keeps the part after midnight of an evening
 * that was itself replaced: in "18:00-03:00; Fr 10:00-12:00" Friday night is closed.
 */
#include "data/hours.h"

#include <string.h>

#include "data/civil.h"
#include "data/hours_block.h"

#define SEARCH (8 * CIVIL_DAY) /* minutes to look ahead for a change */

struct rule {
    enum open_state state;
    bool adds;
    uint8_t days;
    unsigned ranges, spans;
    const uint8_t *range, *span; /* into the block */
};

struct day {
    int month, day;
    uint8_t weekday; /* its bit */
    enum holiday holiday;
};

/* Reads the rule at `at` and returns where the next one is. */
static const uint8_t *rule_read(const uint8_t *at, struct rule *out) {
    out->state = (enum open_state)(at[0] & RULE_STATE);
    out->adds = at[0] & RULE_ADDS;
    out->days = at[1];
    out->ranges = at[2];
    out->spans = at[3];
    out->range = at + HOURS_ENTRY;
    out->span = out->range + out->ranges * HOURS_ENTRY;
    return out->span + out->spans * HOURS_ENTRY;
}

static bool range_covers(const uint8_t *range, const struct day *d) {
    int first = range[0] * 32 + range[1], last = range[2] * 32 + range[3];
    int at = d->month * 32 + d->day;
    return first <= last ? first <= at && at <= last : first <= at || at <= last;
}

static bool rule_covers(const struct rule *r, const struct day *d) {
    uint8_t names = d->weekday | (d->holiday == HOLIDAY_YES ? DAY_HOLIDAY : 0);
    if (r->days != 0 && !(r->days & names))
        return false;
    for (unsigned i = 0; i < r->ranges; i++)
        if (range_covers(r->range + i * HOURS_ENTRY, d))
            return true;
    return r->ranges == 0;
}

static bool rule_replaces(const struct rule *r, const struct day *d) {
    bool whole = r->state == OPEN_CLOSED ? r->spans == 0 : !r->adds;
    return whole && rule_covers(r, d);
}

/* The number of the last rule that replaces the day, or 0. */
static unsigned first_rule(const struct hours *h, const struct day *d) {
    const uint8_t *at = h->bytes;
    struct rule r;
    unsigned found = 0;
    for (unsigned i = 0; i < h->rules; i++) {
        at = rule_read(at, &r);
        if (rule_replaces(&r, d))
            found = i;
    }
    return found;
}

/* Paints minutes `from` to `end` of a day, as far as they lie in it. */
static void paint(uint8_t *minutes, int from, int end, enum open_state state) {
    from = from < 0 ? 0 : from;
    end = end > CIVIL_DAY ? CIVIL_DAY : end;
    if (from < end)
        memset(minutes + from, (int)state, (size_t)(end - from));
}

_Static_assert((OPEN_UNKNOWN & OPEN_OPEN) == OPEN_UNKNOWN &&
                   (OPEN_CLOSED & OPEN_OPEN) == OPEN_UNKNOWN,
               "without other bits, closed becomes unknown");

/* The hours after an open end are unknown, but not those that are open anyway. Eight
 * minutes at a time: a text can have an open end in every few of its bytes. */
static void paint_open_end(uint8_t *minutes, int from, int end) {
    const uint64_t open = OPEN_OPEN * UINT64_C(0x0101010101010101);
    from = from < 0 ? 0 : from;
    end = end > CIVIL_DAY ? CIVIL_DAY : end;
    for (uint64_t eight; end - from >= 8; from += 8) {
        memcpy(&eight, minutes + from, 8);
        eight &= open;
        memcpy(minutes + from, &eight, 8);
    }
    for (; from < end; from++)
        minutes[from] &= OPEN_OPEN;
}

/* The spans of a rule for the day that begins `shift` minutes after the painted day. */
static void paint_spans(uint8_t *minutes, const struct rule *r, int shift) {
    for (unsigned i = 0; i < r->spans; i++) {
        const uint8_t *span = r->span + i * HOURS_ENTRY;
        int start = span[0] | span[1] << 8, end = span[2] | span[3] << 8;
        bool open_end = end & (int)SPAN_OPEN;
        end &= ~(int)SPAN_OPEN;
        int midnight = end < CIVIL_DAY ? CIVIL_DAY : 2 * CIVIL_DAY;
        paint(minutes, start + shift, end + shift, r->state);
        if (open_end && r->state == OPEN_OPEN)
            paint_open_end(minutes, end + shift, midnight + shift);
        else if (open_end)
            paint(minutes, end + shift, midnight + shift, r->state);
    }
}

/* Paints `today`, both days' holidays being known. */
static void paint_days(const struct hours *h, const struct day *yesterday,
                       const struct day *today, uint8_t *minutes) {
    unsigned first = first_rule(h, today), first_spill = first_rule(h, yesterday);
    const uint8_t *at = h->bytes;
    struct rule r;
    paint(minutes, 0, CIVIL_DAY, h->rules > 0 ? OPEN_CLOSED : OPEN_UNKNOWN);
    for (unsigned i = 0; i < h->rules; i++) {
        at = rule_read(at, &r);
        if (i < first)
            continue;
        if (i >= first_spill && rule_covers(&r, yesterday))
            paint_spans(minutes, &r, -CIVIL_DAY);
        if (!rule_covers(&r, today))
            continue;
        if (r.spans == 0)
            paint(minutes, 0, CIVIL_DAY, r.state);
        paint_spans(minutes, &r, 0);
    }
}

/* The same where a holiday may be unknown: each possibility is tried, and a minute is
 * unknown unless all agree. */
static void paint_either(const struct hours *h, struct day yesterday, struct day today,
                         uint8_t *minutes) {
    struct day *open = yesterday.holiday == HOLIDAY_UNKNOWN ? &yesterday
                       : today.holiday == HOLIDAY_UNKNOWN   ? &today
                                                            : NULL;
    uint8_t if_not[CIVIL_DAY];
    if (open == NULL) {
        paint_days(h, &yesterday, &today, minutes);
        return;
    }
    open->holiday = HOLIDAY_NO;
    paint_either(h, yesterday, today, if_not);
    open->holiday = HOLIDAY_YES;
    paint_either(h, yesterday, today, minutes);
    for (int i = 0; i < CIVIL_DAY; i++)
        minutes[i] = minutes[i] == if_not[i] ? minutes[i] : OPEN_UNKNOWN;
}

static bool mentions_holiday(const struct hours *h) {
    const uint8_t *at = h->bytes;
    struct rule r;
    for (unsigned i = 0; i < h->rules; i++) {
        at = rule_read(at, &r);
        if (r.days & DAY_HOLIDAY)
            return true;
    }
    return false;
}

static enum holiday no_table(int year, int month, int day, void *ctx) {
    (void)year, (void)month, (void)day, (void)ctx;
    return HOLIDAY_UNKNOWN;
}

/* The day that begins at `midnight`; `holiday` NULL: nothing depends on it. */
static struct day day_at(int64_t midnight, holiday_fn *holiday, void *ctx) {
    struct local_time t = civil_local(midnight);
    int64_t since_monday = midnight / CIVIL_DAY + 3; /* 1970-01-01 was a Thursday */
    struct day d = {.month = t.month, .day = t.day, .holiday = HOLIDAY_NO};
    d.weekday = (uint8_t)(1 << (since_monday - 7 * civil_floor(since_monday, 7)));
    if (holiday != NULL)
        d.holiday = holiday(t.year, t.month, t.day, ctx);
    return d;
}

/* True when all minutes from `from` on are the same: each is the one after it. */
static bool same_until_midnight(const uint8_t *minutes, int from) {
    return memcmp(minutes + from, minutes + from + 1, (size_t)(CIVIL_DAY - from - 1)) == 0;
}

/* The first minute from `from` on that is not `state`, or CIVIL_DAY. */
static int next_change(const uint8_t *minutes, int from, enum open_state state) {
    if (minutes[from] == state && same_until_midnight(minutes, from))
        return CIVIL_DAY;
    while (minutes[from] == state)
        from++;
    return from;
}

/* Days under way: what is painted, and the day before it. */
struct walk {
    const struct hours *hours;
    holiday_fn *holiday; /* NULL: nothing depends on it */
    void *ctx;
    int64_t midnight; /* of the painted day, minutes since 1970 */
    struct day today;
    uint8_t minutes[CIVIL_DAY];
};

static void walk_to(struct walk *w, int64_t midnight) {
    struct day yesterday = w->today;
    w->midnight = midnight;
    w->today = day_at(midnight, w->holiday, w->ctx);
    paint_either(w->hours, yesterday, w->today, w->minutes);
}

static void walk_start(struct walk *w, const struct hours *h, struct local_time t,
                       holiday_fn *holiday, void *ctx) {
    int64_t midnight = civil_minutes(t) - t.minute;
    w->hours = h;
    w->holiday = !mentions_holiday(h) ? NULL : holiday != NULL ? holiday : no_table;
    w->ctx = ctx;
    w->today = day_at(midnight - CIVIL_DAY, w->holiday, ctx);
    walk_to(w, midnight);
}

enum open_state hours_state(const struct hours *h, struct local_time t, holiday_fn *holiday,
                            void *ctx) {
    struct walk w;
    walk_start(&w, h, t, holiday, ctx);
    return (enum open_state)w.minutes[t.minute];
}

struct open_answer hours_at(const struct hours *h, struct local_time t,
                            holiday_fn *holiday, void *ctx) {
    struct walk w;
    walk_start(&w, h, t, holiday, ctx);
    int64_t last = w.midnight + t.minute + SEARCH;
    struct open_answer answer = {.state = (enum open_state)w.minutes[t.minute]};
    int at = next_change(w.minutes, t.minute, answer.state);
    while (at == CIVIL_DAY && w.midnight + CIVIL_DAY <= last) {
        walk_to(&w, w.midnight + CIVIL_DAY);
        at = next_change(w.minutes, 0, answer.state);
    }
    answer.has_until = at < CIVIL_DAY && w.midnight + at <= last;
    if (answer.has_until)
        answer.until = civil_local(w.midnight + at);
    return answer;
}
