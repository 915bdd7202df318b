/* SPDX-License-Identifier: Apache-2.0
 *
 * Any bytes as opening hours. What is refused says why in UTF-8; what is taken fits its
 * block, needs no byte beyond `size`, and gives at a few moments an answer that agrees
 * with the answer at the moment when it says that it changes.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "data/civil.h"
#include "data/hours.h"
#include "data/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static void require(bool holds) {
    if (!holds)
        abort();
}

/* One day in three is a holiday, and as many may be one. */
static enum holiday some_holidays(int year, int month, int day, void *ctx) {
    (void)ctx;
    return (enum holiday)((year + month + day) % 3);
}

static void ask(const struct hours *h, struct local_time t, holiday_fn *holiday) {
    struct open_answer a = hours_at(h, t, holiday, NULL);
    require(a.state == OPEN_UNKNOWN || a.state == OPEN_CLOSED || a.state == OPEN_OPEN);
    if (!a.has_until)
        return;
    int64_t ahead = civil_minutes(a.until) - civil_minutes(t);
    require(ahead > 0 && ahead <= 8 * CIVIL_DAY);
    require(hours_at(h, a.until, holiday, NULL).state != a.state);
    struct local_time before = civil_local(civil_minutes(a.until) - 1);
    require(hours_at(h, before, holiday, NULL).state == a.state);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len) {
    static const struct local_time moments[] = {
        {2026, 11, 22, 0}, {2026, 12, 31, 1439}, {2028, 2, 28, 720}, {1969, 12, 31, 61}};
    struct hours parsed;
    struct error e = {0};
    if (!hours_parse((const char *)bytes, len, &parsed, &e)) {
        require(e.code == ERR_DATA && e.message[0] != '\0');
        require(text_utf8(e.message, strlen(e.message), NULL));
        return 0;
    }
    require(parsed.rules > 0 && parsed.size <= HOURS_MAX && len <= 1000);
    struct hours *stored = malloc(parsed.size);
    require(stored != NULL);
    memcpy(stored, &parsed, parsed.size);
    for (size_t i = 0; i < sizeof moments / sizeof *moments; i++) {
        ask(stored, moments[i], some_holidays);
        ask(stored, moments[i], NULL);
    }
    free(stored);
    return 0;
}
