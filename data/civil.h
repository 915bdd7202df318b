/* SPDX-License-Identifier: Apache-2.0
 *
 * Days and minutes of the proleptic Gregorian calendar, without time zones: a civil time
 * counted in minutes since 1970-01-01T00:00 on the same clock, and back.
 */
#ifndef DATA_CIVIL_H
#define DATA_CIVIL_H

#include <stdint.h>

#include "data/hours.h"

#define CIVIL_DAY 1440 /* minutes */

int64_t civil_minutes(struct local_time t);
struct local_time civil_local(int64_t minutes);

/* Days of month 1..12. */
int civil_month_days(int year, int month);

/* `a / b` rounded down, for `b` > 0. */
int64_t civil_floor(int64_t a, int64_t b);

#endif
