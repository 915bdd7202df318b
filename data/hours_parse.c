/* SPDX-License-Identifier: Apache-2.0
 *
 * Compiles opening hours by recursive descent, straight into the block:
 *
 *   text    rule { (";" | ",") rule } [";"]
 *   rule    ("24/7" | [months] [days] [times]) [open|off|closed|unknown] [comment]
 *   months  "Jan" | "Jan-Mar" | "Dec 25" | "Apr 10-15" | "Dec 20-Jan 05", joined by ","
 *   days    "Mo" | "Mo-Fr" | "PH", joined by ","
 *   times   "08:00-12:00" | "08:00+" | "08:00-12:00+", joined by ","
 *
 * A ":" may stand after months and after days. A comma joins two of the same kind, and
 * joins rules only where the rule before it has times, a state or a comment: "Mo-Fr,
 * 08:00-12:00" would otherwise silently mean open all day. Words are read in any case.
 * A comment without a state makes the rule unknown, as in opening_hours.js.
 */
#include "data/hours.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "data/civil.h"
#include "data/hours_block.h"
#include "data/text.h"

#define TEXT_MAX 1000 /* bytes */
#define PIECE_MAX 40  /* bytes of the text shown in an error */

struct parser {
    const char *at, *end;
    struct hours *out;
    size_t used;   /* bytes of out->bytes */
    uint8_t *rule; /* the one being written */
    struct error *e;
};

#define ALLOWED_DAYS "Mo Tu We Th Fr Sa Su PH"

static const char *const weekdays[] = {"Mo", "Tu", "We", "Th", "Fr",
                                       "Sa", "Su", "PH", NULL};
static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul",
                                     "Aug", "Sep", "Oct", "Nov", "Dec", NULL};
static const char *const states[] = {"open", "off", "closed", "unknown", NULL};
static const enum open_state state_of[] = {OPEN_OPEN, OPEN_CLOSED, OPEN_CLOSED,
                                           OPEN_UNKNOWN};

/* What OpenStreetMap knows and we do not, by how the piece begins. */
static const struct {
    const char *start, *why;
} unsupported[] = {
    {"||", "a fallback is not understood; use a comment, or unknown"},
    {"SH", "school holidays are not understood; name the months and days"},
    {"week", "weeks are not understood; name the months and days"},
    {"easter", "movable dates are not understood; name the months and days, or PH"},
    {"sunrise", "times of the sun are not understood; write HH:MM"},
    {"sunset", "times of the sun are not understood; write HH:MM"},
    {"dawn", "times of the sun are not understood; write HH:MM"},
    {"dusk", "times of the sun are not understood; write HH:MM"},
    {"(", "times of the sun are not understood; write HH:MM"},
    {"[", "nth weekdays of a month are not understood"},
    {"/", "intervals are not understood"},
};

static char peek(const struct parser *p) {
    return p->at < p->end ? *p->at : '\0';
}

static void skip_blanks(struct parser *p) {
    while (p->at < p->end && strchr(" \t\r\n", *p->at) != NULL && *p->at != '\0')
        p->at++;
}

/* Skips blanks, then `c` if it is next. */
static bool take(struct parser *p, char c) {
    skip_blanks(p);
    if (peek(p) != c || p->at == p->end)
        return false;
    p->at++;
    return true;
}

/* True when `word` comes next and, if it is one of letters, no further letter. */
static bool starts(const struct parser *p, const char *word) {
    size_t len = strlen(word), left = (size_t)(p->end - p->at);
    if (left < len || strncasecmp(p->at, word, len) != 0)
        return false;
    return left == len || !isalpha((unsigned char)word[len - 1]) ||
           !isalpha((unsigned char)p->at[len]);
}

/* Copies the piece that begins at `from` for a message: printable UTF-8, cut if long. */
static void show_piece(const struct parser *p, const char *from,
                       char out[PIECE_MAX + 1]) {
    static const char ends[] = " \t\r\n;,\"";
    size_t len = from < p->end, left = (size_t)(p->end - from);
    bool is_end = len > 0 && strchr(ends, from[0]) != NULL;
    while (!is_end && len < left && len < PIECE_MAX && strchr(ends, from[len]) == NULL)
        len++;
    while (len < left && len > 1 && (from[len] & 0xc0) == 0x80)
        len--;
    bool utf8 = text_utf8(from, len, NULL);
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)from[i];
        out[i] = c < ' ' || c == 0x7f || (c >= 0x80 && !utf8) ? '?' : from[i];
    }
    out[len] = '\0';
}

static bool refuse(struct parser *p, const char *from, const char *why) {
    char piece[PIECE_MAX + 1];
    show_piece(p, from, piece);
    if (piece[0] == '\0')
        return error_set(p->e, ERR_DATA, "at the end: %s", why);
    return error_set(p->e, ERR_DATA, "\"%s\": %s", piece, why);
}

/* Refuses what `p` stands at, with the reason that fits it best. */
static bool refuse_here(struct parser *p, const char *otherwise) {
    for (size_t i = 0; i < sizeof unsupported / sizeof *unsupported; i++)
        if (starts(p, unsupported[i].start))
            return refuse(p, p->at, unsupported[i].why);
    return refuse(p, p->at, otherwise);
}

/* The number in `names` of the whole word at `p`, or -1; `*len` is the word's length. */
static int find_word(const struct parser *p, const char *const names[], size_t *len) {
    size_t n = 0;
    while (p->at + n < p->end && isalpha((unsigned char)p->at[n]))
        n++;
    *len = n;
    for (int i = 0; names[i] != NULL; i++)
        if (strlen(names[i]) == n && strncasecmp(names[i], p->at, n) == 0)
            return i;
    return -1;
}

static int take_word(struct parser *p, const char *const names[]) {
    size_t len;
    int found = find_word(p, names, &len);
    if (found >= 0)
        p->at += len;
    return found;
}

static bool next_is_word(const struct parser *p, const char *const names[]) {
    size_t len;
    return find_word(p, names, &len) >= 0;
}

/* One or two digits and no third, or -1. */
static int take_number(struct parser *p) {
    size_t n = 0;
    int value = 0;
    for (; p->at + n < p->end && isdigit((unsigned char)p->at[n]); n++) {
        if (n == 2)
            return -1;
        value = value * 10 + (p->at[n] - '0');
    }
    if (n == 0)
        return -1;
    p->at += n;
    return value;
}

static bool emit(struct parser *p, uint8_t a, uint8_t b, uint8_t c, uint8_t d) {
    if (p->used + HOURS_ENTRY > HOURS_BYTES)
        return error_set(p->e, ERR_DATA, "too many rules: at most %d bytes when compiled",
                         HOURS_MAX);
    const uint8_t bytes[HOURS_ENTRY] = {a, b, c, d};
    memcpy(p->out->bytes + p->used, bytes, HOURS_ENTRY);
    p->used += HOURS_ENTRY;
    return true;
}

/* A comma that is followed by another of the list; else `p` stays before the comma. */
static bool list_goes_on(struct parser *p, bool (*follows)(const struct parser *)) {
    struct parser ahead = *p;
    if (!take(&ahead, ','))
        return false;
    skip_blanks(&ahead);
    if (follows(&ahead))
        *p = ahead;
    return p->at == ahead.at;
}

static bool is_month(const struct parser *p) {
    return next_is_word(p, months);
}

static bool is_weekday(const struct parser *p) {
    return next_is_word(p, weekdays);
}

static bool is_digit(const struct parser *p) {
    return isdigit((unsigned char)peek(p));
}

/* True when a day of the month comes next, not a time. */
static bool is_month_day(const struct parser *p) {
    struct parser ahead = *p;
    skip_blanks(&ahead);
    if (take_number(&ahead) < 0)
        return false;
    return !(peek(&ahead) == ':' && ahead.at + 1 < ahead.end &&
             isdigit((unsigned char)ahead.at[1]));
}

/* Reads a day of `month` (1..12) if one comes next; else leaves `*day`. */
static bool parse_month_day(struct parser *p, int month, int *day) {
    if (!is_month_day(p))
        return true;
    skip_blanks(p);
    const char *from = p->at;
    *day = take_number(p);
    const int leap_year = 2000;
    if (*day < 1 || *day > civil_month_days(leap_year, month))
        return refuse(p, from, "not a day of that month");
    return true;
}

/* The last month and day of a range, after its '-'. */
static bool parse_range_end(struct parser *p, int month, int day, int *last,
                            int *last_day) {
    skip_blanks(p);
    const char *from = p->at;
    if (day > 0 && is_month_day(p)) {
        if (!parse_month_day(p, month, last_day))
            return false;
        return *last_day >= day || refuse(p, from, "the range ends before it begins");
    }
    *last = take_word(p, months) + 1;
    if (*last == 0)
        return refuse(p, from,
                      "not a month; allowed: Jan Feb Mar Apr May Jun Jul Aug Sep "
                      "Oct Nov Dec");
    *last_day = 0;
    return parse_month_day(p, *last, last_day);
}

static bool parse_month_range(struct parser *p) {
    int month = take_word(p, months) + 1, day = 0;
    if (!parse_month_day(p, month, &day))
        return false;
    int last = month, last_day = day;
    if (take(p, '-') && !parse_range_end(p, month, day, &last, &last_day))
        return false;
    p->rule[2]++;
    return emit(p, (uint8_t)month, (uint8_t)(day ? day : 1), (uint8_t)last,
                (uint8_t)(last_day ? last_day : 31));
}

static bool parse_months(struct parser *p) {
    if (!is_month(p))
        return true;
    do {
        if (!parse_month_range(p))
            return false;
    } while (list_goes_on(p, is_month));
    take(p, ':');
    skip_blanks(p);
    return true;
}

/* "Mo", "Mo-Fr", "Sa-Mo" or "PH" into the days of the rule. */
static bool parse_day_range(struct parser *p) {
    static const char why[] = "not a weekday; allowed: " ALLOWED_DAYS;
    const char *from = p->at;
    int first = take_word(p, weekdays), last = first;
    if (peek(p) == '[')
        return refuse(p, from, "nth weekdays of a month are not understood");
    if (take(p, '-')) {
        skip_blanks(p);
        last = take_word(p, weekdays);
        if (last < 0)
            return refuse(p, from, why);
        if (first == 7 || last == 7)
            return refuse(p, from, "PH cannot be part of a range; write \"Mo-Fr,PH\"");
    }
    p->rule[1] |= (uint8_t)(1 << last);
    for (int day = first; day != last; day = (day + 1) % 7)
        p->rule[1] |= (uint8_t)(1 << day);
    return true;
}

static bool parse_days(struct parser *p) {
    if (!is_weekday(p))
        return true;
    do {
        if (!parse_day_range(p))
            return false;
    } while (list_goes_on(p, is_weekday));
    take(p, ':');
    skip_blanks(p);
    return true;
}

/* "HH:MM" of at most `limit` hours as minutes. `from` begins the piece to name. */
static bool parse_time(struct parser *p, const char *from, int limit, int *out) {
    skip_blanks(p);
    int hour = take_number(p);
    if (hour < 0 || peek(p) != ':')
        return refuse(p, from, "not a time; write HH:MM-HH:MM");
    p->at++;
    const char *digits = p->at;
    int minute = take_number(p);
    *out = hour * 60 + minute;
    if (minute < 0 || p->at - digits != 2 || minute > 59 || *out > limit * 60)
        return refuse(p, from,
                      limit == 24 ? "not a time; allowed: 00:00 to 24:00"
                                  : "not a time; allowed: 00:00 to 48:00");
    return true;
}

static bool parse_span(struct parser *p) {
    const char *from = p->at;
    int start, end;
    if (!parse_time(p, from, 24, &start))
        return false;
    if (start == CIVIL_DAY)
        return refuse(p, from, "24:00 cannot begin a span; write 00:00");
    bool has_end = take(p, '-');
    end = start;
    if (has_end && !parse_time(p, from, 48, &end))
        return false;
    if (has_end && end <= start)
        end += CIVIL_DAY;
    bool open_end = take(p, '+');
    if (!has_end && !open_end)
        return refuse(p, from, "a time without an end; write 08:00-12:00 or 08:00+");
    unsigned stored = (unsigned)end | (open_end ? SPAN_OPEN : 0);
    p->rule[3]++;
    return emit(p, (uint8_t)(start & 255), (uint8_t)(start >> 8), (uint8_t)(stored & 255),
                (uint8_t)(stored >> 8));
}

static bool parse_times(struct parser *p) {
    if (!is_digit(p))
        return true;
    do {
        if (!parse_span(p))
            return false;
    } while (list_goes_on(p, is_digit));
    skip_blanks(p);
    return true;
}

/* Reads over a comment, if one comes next. */
static bool parse_comment(struct parser *p, bool *found) {
    const char *from = p->at;
    *found = take(p, '"');
    if (!*found)
        return true;
    const char *close = memchr(p->at, '"', (size_t)(p->end - p->at));
    if (close == NULL)
        return refuse(p, from, "the comment has no closing quote");
    p->at = close + 1;
    skip_blanks(p);
    return true;
}

/* The state word and the comment. */
static bool parse_state(struct parser *p, bool *found) {
    bool comment;
    int word = take_word(p, states);
    skip_blanks(p);
    if (!parse_comment(p, &comment))
        return false;
    *found = word >= 0 || comment;
    enum open_state state = word >= 0 ? state_of[word]
                            : comment ? OPEN_UNKNOWN
                                      : OPEN_OPEN;
    p->rule[0] |= (uint8_t)state;
    return true;
}

/* After a rule: its end, or an error. */
static bool parse_rule_end(struct parser *p, bool complete) {
    static const char order[] =
        "not expected here; a rule is: months (Jan-Mar), weekdays (" ALLOWED_DAYS
        "), times (08:00-17:00), then open, off, closed or unknown, then a comment in "
        "double quotes; or 24/7";
    if (peek(p) == ',' && !complete)
        return refuse(p, p->at,
                      "a comma after weekdays or months joins more of the same; "
                      "put no comma before times");
    return p->at == p->end || peek(p) == ';' || peek(p) == ',' || refuse_here(p, order);
}

static bool parse_rule(struct parser *p, bool adds) {
    const char *from = p->at;
    bool always = starts(p, "24/7"), has_state;
    p->rule = p->out->bytes + p->used;
    if (!emit(p, adds ? RULE_ADDS : 0, 0, 0, 0))
        return false;
    if (always)
        p->at += strlen("24/7");
    else if (!parse_months(p) || !parse_days(p) || !parse_times(p))
        return false;
    skip_blanks(p);
    if (!parse_state(p, &has_state))
        return false;
    if (p->at == from && (p->at == p->end || peek(p) == ',' || peek(p) == ';'))
        return refuse(p, from, "a rule is missing here");
    p->out->rules++;
    return parse_rule_end(p, always || has_state || p->rule[3] > 0);
}

bool hours_parse(const char *text, size_t len, struct hours *out, struct error *e) {
    struct parser p = {.at = text, .end = text + len, .out = out, .e = e};
    memset(out, 0, sizeof *out);
    if (len > TEXT_MAX)
        return error_set(e, ERR_DATA, "opening hours of %zu bytes; at most %d", len,
                         TEXT_MAX);
    bool adds = false, more = true;
    while (more) {
        skip_blanks(&p);
        if (!parse_rule(&p, adds))
            return false;
        adds = peek(&p) == ',';
        more = take(&p, adds ? ',' : ';');
        skip_blanks(&p);
        more = more && (adds || p.at < p.end);
    }
    out->size = (uint16_t)(p.used + 4);
    return true;
}
