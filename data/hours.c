/* SPDX-License-Identifier: Apache-2.0
 *
 * Asks a compiled block whether it is open. No table of a day is built: the state at one
 * minute is found together with the next minute where any span begins or ends, and the
 * search for a change steps from one such minute to the next.
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

/* A minute of a day, with what is found for it so far. */
struct probe {
    int minute;
    enum open_state state;
    int next; /* the first minute after it where the state may change, at most CIVIL_DAY
               */
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

/* Notes both ends of a span, and returns whether the minute lies in it. */
static bool probe_span(struct probe *p, int start, int end) {
    if (start > p->minute && start < p->next)
        p->next = start;
    if (end > p->minute && end < p->next)
        p->next = end;
    return start <= p->minute && p->minute < end;
}

/* The spans of a rule for the day that begins `shift` minutes after the probe's day. An
 * open end makes the hours up to midnight unknown, but not those that are open anyway. */
static void probe_spans(struct probe *p, const struct rule *r, int shift) {
    for (unsigned i = 0; i < r->spans; i++) {
        const uint8_t *span = r->span + i * HOURS_ENTRY;
        int start = span[0] | span[1] << 8, end = span[2] | span[3] << 8;
        bool open_end = end & (int)SPAN_OPEN;
        end &= ~(int)SPAN_OPEN;
        if (probe_span(p, start + shift, end + shift))
            p->state = r->state;
        int midnight = end < CIVIL_DAY ? CIVIL_DAY : 2 * CIVIL_DAY;
        if (!open_end || !probe_span(p, end + shift, midnight + shift))
            continue;
        if (r->state != OPEN_OPEN)
            p->state = r->state;
        else if (p->state == OPEN_CLOSED)
            p->state = OPEN_UNKNOWN;
    }
}

/* The state at `p->minute` of `today`, both days' holidays being known. */
static void probe_days(const struct hours *h, const struct day *yesterday,
                       const struct day *today, struct probe *p) {
    unsigned first = first_rule(h, today), first_spill = first_rule(h, yesterday);
    const uint8_t *at = h->bytes;
    struct rule r;
    p->state = h->rules > 0 ? OPEN_CLOSED : OPEN_UNKNOWN;
    for (unsigned i = 0; i < h->rules; i++) {
        at = rule_read(at, &r);
        if (i < first)
            continue;
        if (i >= first_spill && rule_covers(&r, yesterday))
            probe_spans(p, &r, -CIVIL_DAY);
        if (!rule_covers(&r, today))
            continue;
        if (r.spans == 0)
            p->state = r.state;
        probe_spans(p, &r, 0);
    }
}

/* The same where a holiday may be unknown: each possibility is tried, and the answer is
 * unknown unless all agree. */
static void probe_either(const struct hours *h, struct day yesterday, struct day today,
                         struct probe *p) {
    struct day *open = yesterday.holiday == HOLIDAY_UNKNOWN ? &yesterday
                       : today.holiday == HOLIDAY_UNKNOWN   ? &today
                                                            : NULL;
    if (open == NULL) {
        probe_days(h, &yesterday, &today, p);
        return;
    }
    open->holiday = HOLIDAY_NO;
    probe_either(h, yesterday, today, p);
    enum open_state if_not = p->state;
    open->holiday = HOLIDAY_YES;
    probe_either(h, yesterday, today, p);
    if (p->state != if_not)
        p->state = OPEN_UNKNOWN;
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

struct open_answer hours_at(const struct hours *h, struct local_time t,
                            holiday_fn *holiday, void *ctx) {
    holiday_fn *ask = !mentions_holiday(h) ? NULL : holiday != NULL ? holiday : no_table;
    int64_t now = civil_minutes(t), midnight = now - t.minute;
    struct day yesterday = day_at(midnight - CIVIL_DAY, ask, ctx);
    struct day today = day_at(midnight, ask, ctx);
    struct probe p = {.minute = t.minute, .next = CIVIL_DAY};
    probe_either(h, yesterday, today, &p);
    struct open_answer answer = {.state = p.state};
    while (midnight + p.next - now <= SEARCH) {
        p.minute = p.next;
        p.next = CIVIL_DAY;
        if (p.minute == CIVIL_DAY) {
            midnight += CIVIL_DAY;
            yesterday = today;
            today = day_at(midnight, ask, ctx);
            p.minute = 0;
        }
        probe_either(h, yesterday, today, &p);
        if (p.state != answer.state) {
            answer.has_until = true;
            answer.until = civil_local(midnight + p.minute);
            break;
        }
    }
    return answer;
}
