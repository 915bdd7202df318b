/* SPDX-License-Identifier: Apache-2.0
 *
 * The bytes of a compiled block, shared by hours_parse.c (writes) and hours.c (reads).
 * Private to the two. Each rule is four bytes, then four for each range of dates, then
 * four for each span; no alignment is assumed.
 *
 *   rule   flags, days, number of ranges, number of spans
 *   range  first month, first day, last month, last day; over the new year when the first
 *          comes after the last; no range: the whole year
 *   span   start, end: minutes from the midnight before the start, low byte first; the
 * end is at most 48:00; no span: the whole day
 */
#ifndef DATA_HOURS_BLOCK_H
#define DATA_HOURS_BLOCK_H

#include "data/hours.h"

#define HOURS_BYTES (HOURS_MAX - 4) /* for rules: `size` counts itself and `rules` too   \
                                     */
#define HOURS_ENTRY 4 /* bytes of a rule without its lists, a range, a span */

#define RULE_STATE 0x03 /* the bits of `flags` with the enum open_state */
#define RULE_ADDS 0x04  /* joined by ',': does not replace the rules before it */

#define DAY_HOLIDAY                                                                      \
    0x80 /* bit of `days`; bits 0 to 6 are Monday to Sunday; 0: every day */
#define SPAN_OPEN 0x8000u /* bit of the end of a span: "+" */

#endif
