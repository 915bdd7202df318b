/* SPDX-License-Identifier: Apache-2.0
 *
 * At most so many different things an hour, and ALLOWANCE_DAY times as many a day, for each
 * actor: exact places, read one by one with a stolen key, end here. What was taken in the
 * last day may be taken again freely. In memory only; with 2,048 actors the one that took
 * nothing for longest is forgotten.
 */
#ifndef SERVER_ACCESS_ALLOWANCE_H
#define SERVER_ACCESS_ALLOWANCE_H

#include <stdbool.h>
#include <stdint.h>

#define ALLOWANCE_ACTORS 2048
#define ALLOWANCE_DAY 4

struct allowance;

/* `an_hour` is 1 to 1000. */
struct allowance *allowance_new(int an_hour);
void allowance_free(struct allowance *a);

/* Takes `object` for the actor of that text at `now`, seconds since 1970. False when as many
 * others were taken within the hour, or the day: `*retry_s` is when one more may be. */
bool allowance_take(struct allowance *a, const char *actor, const uint8_t object[16],
                    int64_t now, int *retry_s);

/* Enters what was taken at `at` before this program started, whatever the limit. */
void allowance_put(struct allowance *a, const char *actor, const uint8_t object[16],
                   int64_t at);

#endif
