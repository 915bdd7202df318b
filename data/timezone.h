/* SPDX-License-Identifier: Apache-2.0
 *
 * IANA time zones, by ICU: a zone's offsets as a small table of transitions, so that
 * whoever answers requests needs no ICU call.
 */
#ifndef DATA_TIMEZONE_H
#define DATA_TIMEZONE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "data/hours.h"

#define TIMEZONE_TRANSITIONS 24

/* Offsets of one zone for about ten years. Plain data: copy it, store it, map it. */
struct timezone_table {
    int32_t first_offset; /* seconds east of UTC before the first transition */
    uint32_t count;       /* transitions that follow */
    struct {
        int64_t at;     /* seconds since 1970-01-01T00:00:00Z */
        int32_t offset; /* seconds east of UTC from then on */
    } transition[TIMEZONE_TRANSITIONS];
};

/* True when `name` is an IANA time zone that ICU knows (exact case, not a bare offset). */
bool timezone_known(const char *name);

/* Fills the table for the two years before and the eight after `now` (seconds since
 * 1970). False: the zone is not known. */
bool timezone_load(const char *name, int64_t now, struct timezone_table *out);

/* The usual zone of a country with one zone (ISO 3166-1 alpha-2), or NULL. */
const char *timezone_of_country(const char *country);

/* Seconds east of UTC at `t`. */
int32_t timezone_offset(const struct timezone_table *z, int64_t t);

/* Seconds since 1970 <-> civil time of the zone. The reverse takes the earlier of two
 * moments where a local time comes twice. */
struct local_time timezone_local(const struct timezone_table *z, int64_t t);
int64_t timezone_instant(const struct timezone_table *z, struct local_time t);

/* RFC 3339 text "2026-11-22T17:00:00+07:00" (26 bytes with NUL); and back: true when all
 * of `s` is a valid time with seconds, optional fraction, and offset or Z. */
void timestamp_format(int64_t t, int32_t offset, char out[32]);
bool timestamp_parse(const char *s, size_t len, int64_t *out);

#endif
