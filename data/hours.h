/* SPDX-License-Identifier: Apache-2.0
 *
 * Opening hours in OpenStreetMap's `opening_hours` syntax, parsed into a small block
 * without pointers, and asked whether a place is open.
 *
 * Understood: "24/7"; "off"/"closed"; weekdays and ranges of them (Mo-Fr,Su; Sa-Mo wraps);
 * several time spans, past midnight ("22:00-06:00", "20:00-26:00"), to an open end
 * ("08:00+": open for sure for no stated time, so unknown after the start until midnight);
 * months and day ranges ("Jan-Mar", "Dec 20-Jan 05"); "PH" as a day with times or off;
 * "unknown"; comments in double quotes (a rule with only a comment is unknown); rules
 * joined by ';' (later wins for the days it names) and ',' (added). Everything else
 * (weeks, sunrise, "SH", "||", years, nth weekdays) is an error that names the piece.
 */
#ifndef DATA_HOURS_H
#define DATA_HOURS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "data/error.h"

#define HOURS_MAX 1024 /* bytes of a compiled block at most; a longer text is refused */

enum open_state { OPEN_UNKNOWN, OPEN_CLOSED, OPEN_OPEN };

/* A compiled text: `size` bytes that can be copied, stored and mapped. */
struct hours {
    uint16_t size;  /* of the whole block */
    uint16_t rules; /* how many follow */
    uint8_t bytes[HOURS_MAX];
};

/* Whether a local day is a public holiday. HOLIDAY_UNKNOWN: no table for the country;
 * the answer is then known only where both possibilities agree. */
enum holiday { HOLIDAY_NO, HOLIDAY_YES, HOLIDAY_UNKNOWN };
typedef enum holiday holiday_fn(int year, int month, int day, void *ctx);

/* Parses `len` bytes of text. False: `e` names the piece that is not understood. */
bool hours_parse(const char *text, size_t len, struct hours *out, struct error *e);

/* A moment of local civil time. */
struct local_time {
    int year, month, day; /* month 1..12, day 1..31 */
    int minute;           /* of the day, 0..1439 */
};

struct open_answer {
    enum open_state state;
    bool has_until;
    struct local_time until; /* when the state changes next, within 8 days */
};

/* The state at `t`. No allocation. */
enum open_state hours_state(const struct hours *h, struct local_time t, holiday_fn *holiday,
                            void *ctx);

/* The same, and when it next changes. */
struct open_answer hours_at(const struct hours *h, struct local_time t, holiday_fn *holiday,
                            void *ctx);

#endif
