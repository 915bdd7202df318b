/* SPDX-License-Identifier: Apache-2.0
 *
 * The year is counted from March, so that the leap day is its last; an era is 400 years
 * of 146097 days, and 719468 days lie between 0000-03-01 and 1970-01-01.
 */
#include "data/civil.h"

#define ERA_DAYS 146097
#define EPOCH_DAYS 719468

int64_t civil_floor(int64_t a, int64_t b) {
    return a / b - (a % b < 0);
}

int civil_month_days(int year, int month) {
    static const int days[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return days[month - 1] + (month == 2 && leap);
}

int64_t civil_minutes(struct local_time t) {
    int64_t year = (int64_t)t.year - (t.month <= 2);
    int64_t era = civil_floor(year, 400), of_era = year - era * 400;
    int64_t of_year = (153 * ((t.month + 9) % 12) + 2) / 5 + t.day - 1;
    int64_t day = of_era * 365 + of_era / 4 - of_era / 100 + of_year;
    return (era * ERA_DAYS + day - EPOCH_DAYS) * CIVIL_DAY + t.minute;
}

struct local_time civil_local(int64_t minutes) {
    int64_t days = civil_floor(minutes, CIVIL_DAY), minute = minutes - days * CIVIL_DAY;
    int64_t era = civil_floor(days + EPOCH_DAYS, ERA_DAYS);
    int64_t day = days + EPOCH_DAYS - era * ERA_DAYS;
    int64_t year = (day - day / 1460 + day / 36524 - day / 146096) / 365;
    int64_t of_year = day - (365 * year + year / 4 - year / 100);
    int64_t march_month = (5 * of_year + 2) / 153;
    int month = (int)((march_month + 2) % 12) + 1;
    return (struct local_time){.year = (int)(era * 400 + year + (month <= 2)),
                               .month = month,
                               .day = (int)(of_year - (153 * march_month + 2) / 5) + 1,
                               .minute = (int)minute};
}
