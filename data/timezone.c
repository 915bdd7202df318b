/* SPDX-License-Identifier: Apache-2.0
 *
 * The only file that calls ICU's calendar and its resource bundles. Zones are looked up
 * when a snapshot or an import is made; the table answers everything after that.
 */
#include "data/timezone.h"

#include <ctype.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include <unicode/ucal.h>
#include <unicode/uenum.h>
#include <unicode/ures.h>
#include <unicode/ustring.h>

#include "data/civil.h"

#define ZONE_NAME 48 /* bytes of a name with its NUL; the longest known is 33 */
#define YEAR_S INT64_C(31556952) /* of the mean Gregorian year */
#define YEARS_BEFORE 2
#define YEARS_AFTER 8

/* ICU also takes abbreviations of its own for zones, some of which mean another thing
 * elsewhere (BST is Dhaka): of the names of three letters only IANA's are known. */
static const char *const three_letters[] = {"CET", "EET", "EST", "GMT", "HST",
                                            "MET", "MST", "PRC", "ROC", "ROK",
                                            "UCT", "UTC", "WET"};

/* Where ICU's canonical name is not IANA's present one. */
static const struct {
    const char *icu, *iana;
} renamed[] = {
    {"Africa/Asmera", "Africa/Asmara"},    {"Asia/Calcutta", "Asia/Kolkata"},
    {"Asia/Katmandu", "Asia/Kathmandu"},   {"Asia/Rangoon", "Asia/Yangon"},
    {"Asia/Saigon", "Asia/Ho_Chi_Minh"},   {"Atlantic/Faeroe", "Atlantic/Faroe"},
    {"Europe/Kiev", "Europe/Kyiv"},        {"Pacific/Truk", "Pacific/Chuuk"},
    {"Pacific/Ponape", "Pacific/Pohnpei"}, {"Pacific/Enderbury", "Pacific/Kanton"},
};

static bool iana_form(const char *name) {
    size_t len = strlen(name);
    if (len == 0 || len >= ZONE_NAME)
        return false;
    for (size_t i = 0; i < len; i++)
        if (!isalnum((unsigned char)name[i]) && strchr("/_+-", name[i]) == NULL)
            return false;
    if (len != 3)
        return true;
    for (size_t i = 0; i < sizeof three_letters / sizeof *three_letters; i++)
        if (strcmp(name, three_letters[i]) == 0)
            return true;
    return false;
}

bool timezone_known(const char *name) {
    UChar id[ZONE_NAME], canonical[128];
    UErrorCode status = U_ZERO_ERROR;
    UBool system = 0;
    if (!iana_form(name))
        return false;
    u_uastrcpy(id, name);
    ucal_getCanonicalTimeZoneID(id, -1, canonical, sizeof canonical / sizeof *canonical,
                                &system, &status);
    return U_SUCCESS(status) && system;
}

static int32_t offset_at(UCalendar *calendar, UDate at, UErrorCode *status) {
    ucal_setMillis(calendar, at, status);
    int32_t millis = ucal_get(calendar, UCAL_ZONE_OFFSET, status);
    millis += ucal_get(calendar, UCAL_DST_OFFSET, status);
    return millis / 1000;
}

/* Fills the table from `from` to `to`, in milliseconds. A zone with more changes than
 * fit keeps the earlier ones: its last offset then stays. */
static void fill(UCalendar *calendar, UDate from, UDate to, struct timezone_table *out,
                 UErrorCode *status) {
    UDate at = from;
    int32_t last = out->first_offset = offset_at(calendar, from, status);
    while (out->count < TIMEZONE_TRANSITIONS && U_SUCCESS(*status)) {
        bool more = ucal_getTimeZoneTransitionDate(calendar, UCAL_TZ_TRANSITION_NEXT, &at,
                                                   status);
        if (!more || at > to)
            return;
        int32_t offset = offset_at(calendar, at, status);
        if (offset == last)
            continue;
        out->transition[out->count].at = (int64_t)(at / 1000);
        out->transition[out->count++].offset = last = offset;
    }
}

bool timezone_load(const char *name, int64_t now, struct timezone_table *out) {
    UChar id[ZONE_NAME];
    UErrorCode status = U_ZERO_ERROR;
    memset(out, 0, sizeof *out);
    if (!timezone_known(name))
        return false;
    u_uastrcpy(id, name);
    UCalendar *calendar = ucal_open(id, -1, "en_US", UCAL_GREGORIAN, &status);
    if (U_FAILURE(status))
        return false;
    fill(calendar, (UDate)(now - YEARS_BEFORE * YEAR_S) * 1000,
         (UDate)(now + YEARS_AFTER * YEAR_S) * 1000, out, &status);
    ucal_close(calendar);
    return U_SUCCESS(status);
}

/* The only canonical zone of the country; false when it has none or several. */
static bool single_zone(const char *country, char out[ZONE_NAME]) {
    UErrorCode status = U_ZERO_ERROR;
    int32_t len;
    UEnumeration *zones = ucal_openTimeZoneIDEnumeration(
        UCAL_ZONE_TYPE_CANONICAL_LOCATION, country, NULL, &status);
    bool one = U_SUCCESS(status) && uenum_count(zones, &status) == 1;
    const char *name = one ? uenum_next(zones, &len, &status) : NULL;
    bool found = name != NULL && U_SUCCESS(status);
    if (found)
        snprintf(out, ZONE_NAME, "%s", name);
    uenum_close(zones);
    return found;
}

/* The zone that ICU's data (CLDR) calls primary: of countries with several zones, where
 * one is meant unless a place is named. ICU has no function for it, only the data. */
static bool primary_zone(const char *country, char out[ZONE_NAME]) {
    UErrorCode status = U_ZERO_ERROR;
    int32_t len = 0;
    UResourceBundle *all = ures_openDirect(NULL, "metaZones", &status);
    UResourceBundle *primary = ures_getByKey(all, "primaryZones", NULL, &status);
    const UChar *name = ures_getStringByKey(primary, country, &len, &status);
    bool found = U_SUCCESS(status) && len > 0 && len < ZONE_NAME;
    if (found)
        u_UCharsToChars(name, out, len + 1);
    ures_close(primary);
    ures_close(all);
    return found;
}

/* Writes the zone's name, or "" where a country alone does not say it. */
static void find_zone(const char *country, char out[ZONE_NAME]) {
    if (!single_zone(country, out) && !primary_zone(country, out))
        out[0] = '\0';
    for (size_t i = 0; i < sizeof renamed / sizeof *renamed; i++)
        if (strcmp(out, renamed[i].icu) == 0 && timezone_known(renamed[i].iana))
            snprintf(out, ZONE_NAME, "%s", renamed[i].iana);
}

static bool is_upper(char c) {
    return c >= 'A' && c <= 'Z';
}

const char *timezone_of_country(const char *country) {
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    static struct {
        bool looked_up;
        char name[ZONE_NAME]; /* never changes once looked up */
    } cache[26][26];
    if (!is_upper(country[0]) || !is_upper(country[1]) || country[2] != '\0')
        return NULL;
    size_t first = (size_t)(country[0] - 'A'), second = (size_t)(country[1] - 'A');
    char *name = cache[first][second].name;
    pthread_mutex_lock(&lock);
    if (!cache[first][second].looked_up)
        find_zone(country, name);
    cache[first][second].looked_up = true;
    pthread_mutex_unlock(&lock);
    return name[0] ? name : NULL;
}

int32_t timezone_offset(const struct timezone_table *z, int64_t t) {
    int32_t offset = z->first_offset;
    for (uint32_t i = 0; i < z->count && z->transition[i].at <= t; i++)
        offset = z->transition[i].offset;
    return offset;
}

struct local_time timezone_local(const struct timezone_table *z, int64_t t) {
    return civil_local(civil_floor(t + timezone_offset(z, t), 60));
}

/* A local time that a forward change leaves out is taken as if the change had not come.
 */
int64_t timezone_instant(const struct timezone_table *z, struct local_time t) {
    int64_t local = civil_minutes(t) * 60, at = local - z->first_offset;
    for (uint32_t i = 0; i < z->count && at >= z->transition[i].at; i++) {
        int64_t after = local - z->transition[i].offset;
        if (after < z->transition[i].at)
            break;
        at = after;
    }
    return at;
}

/* Years 0000 to 9999, the ones that RFC 3339 can write. */
#define TIME_FIRST INT64_C(-62167219200)
#define TIME_LAST INT64_C(253402300799)

void timestamp_format(int64_t t, int32_t offset, char out[32]) {
    int32_t minutes = offset / 60;
    int64_t local = t < TIME_FIRST ? TIME_FIRST : t > TIME_LAST ? TIME_LAST : t;
    local += minutes * 60;
    local = local < TIME_FIRST ? TIME_FIRST : local > TIME_LAST ? TIME_LAST : local;
    struct local_time l = civil_local(civil_floor(local, 60));
    unsigned second = (unsigned)(local - civil_floor(local, 60) * 60);
    unsigned east = (unsigned)(minutes < 0 ? -minutes : minutes) % (24 * 60);
    snprintf(out, 32, "%04u-%02u-%02uT%02u:%02u:%02u%c%02u:%02u",
             (unsigned)l.year % 10000, (unsigned)l.month % 100, (unsigned)l.day % 100,
             (unsigned)l.minute / 60 % 100, (unsigned)l.minute % 60, second % 100,
             minutes < 0 ? '-' : '+', east / 60, east % 60);
}

/* The number that the digits from `at` on write, up to the next other character. */
static int digits_at(const char *s, size_t at) {
    int value = 0;
    for (; isdigit((unsigned char)s[at]); at++)
        value = value * 10 + (s[at] - '0');
    return value;
}

/* True when `s` begins with the shape: '0' stands for a digit, all else for itself. */
static bool has_shape(const char *s, size_t len, const char *shape) {
    size_t n = strlen(shape);
    if (len < n)
        return false;
    for (size_t i = 0; i < n; i++)
        if (shape[i] == '0' ? !isdigit((unsigned char)s[i])
                            : toupper((unsigned char)s[i]) != shape[i])
            return false;
    return true;
}

/* Reads all of `s` as "Z" or "+07:00", in seconds east. */
static bool parse_offset(const char *s, size_t len, int *out) {
    *out = 0;
    if (len == 1)
        return has_shape(s, len, "Z");
    if (len != 6 || !(has_shape(s, len, "+00:00") || has_shape(s, len, "-00:00")))
        return false;
    int hours = (s[1] - '0') * 10 + s[2] - '0', minutes = (s[4] - '0') * 10 + s[5] - '0';
    *out = (hours * 60 + minutes) * (s[0] == '-' ? -60 : 60);
    return hours < 24 && minutes < 60;
}

bool timestamp_parse(const char *s, size_t len, int64_t *out) {
    static const char shape[] = "0000-00-00T00:00:00";
    size_t at = sizeof shape - 1;
    int offset;
    if (!has_shape(s, len, shape))
        return false;
    struct local_time t = {.year = digits_at(s, 0),
                           .month = digits_at(s, 5),
                           .day = digits_at(s, 8),
                           .minute = digits_at(s, 11) * 60 + digits_at(s, 14)};
    int second = (s[17] - '0') * 10 + s[18] - '0';
    if (at < len && s[at] == '.') {
        if (++at == len || !isdigit((unsigned char)s[at]))
            return false;
        while (at < len && isdigit((unsigned char)s[at]))
            at++;
    }
    if (!parse_offset(s + at, len - at, &offset) || t.month < 1 || t.month > 12 ||
        t.day < 1)
        return false;
    if (t.day > civil_month_days(t.year, t.month) || digits_at(s, 11) > 23 ||
        digits_at(s, 14) > 59 || second > 60)
        return false;
    *out = civil_minutes(t) * 60 + second - offset;
    return second < 60 || *out % 86400 == 0; /* a leap second ends a day in UTC */
}
