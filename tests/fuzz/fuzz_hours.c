/* SPDX-License-Identifier: Apache-2.0
 *
 * Any bytes as opening hours. What is refused says why; what is taken fits its block and
 * needs no byte beyond `size`. Its cell is canonical and means the same. Asked at moments
 * that the input chooses, it gives one state for every minute up to the one at which it
 * says that the state changes, and another one there.
 */
#include "data/civil.h"
#include "importers/cell.h"
#include "tests/fuzz/require.h"

#define ASKED 2  /* moments, for each holiday table */
#define LOOKS 5  /* at minutes until the state changes */

int LLVMFuzzerInitialize(int *argc, char ***argv) {
    struct error e = {0};
    (void)argc, (void)argv;
    set_up(vocabularies_load("data/vocabulary", &e), &e);
    return 0;
}

/* One day in three is a holiday, and as many may be one. */
static enum holiday some_holidays(int year, int month, int day, void *ctx) {
    (void)ctx;
    return (enum holiday)((year + month + day) % 3);
}

static enum open_state state_at(const struct hours *h, int64_t minutes, holiday_fn *holiday) {
    return hours_state(h, civil_local(minutes), holiday, NULL);
}

static void ask(const struct hours *h, int64_t at, holiday_fn *holiday, uint64_t *choice) {
    struct open_answer a = hours_at(h, civil_local(at), holiday, NULL);
    int64_t until = at + 8 * CIVIL_DAY;
    require(a.state == OPEN_UNKNOWN || a.state == OPEN_CLOSED || a.state == OPEN_OPEN,
            "a state", "");
    require(state_at(h, at, holiday) == a.state, "the state alone is the same", "");
    if (a.has_until) {
        require(civil_minutes(a.until) > at && civil_minutes(a.until) <= until,
                "a change lies ahead, within 8 days", "");
        until = civil_minutes(a.until);
        require(state_at(h, until, holiday) != a.state, "the state changes", "");
    }
    require(state_at(h, until - 1, holiday) == a.state, "not before it changes", "");
    for (int i = 0; i < LOOKS; i++) {
        int64_t look = at + (int64_t)chosen_next(choice) % (until - at);
        require(state_at(h, look, holiday) == a.state, "one state until it changes", "");
    }
}

/* From the year 1 to 9999, and more often now than then. */
static int64_t moment(uint64_t *choice) {
    bool now = chosen_next(choice) % 4 != 0;
    int64_t first = civil_minutes((struct local_time){now ? 2024 : 1, 1, 1, 0});
    int64_t days = now ? 3660 : 3651694;
    return first + (int64_t)chosen_next(choice) % days * CIVIL_DAY +
           (int64_t)chosen_next(choice) % CIVIL_DAY;
}

static void ask_often(const struct hours *h, uint64_t choice) {
    for (int i = 0; i < ASKED; i++) {
        ask(h, moment(&choice), some_holidays, &choice);
        ask(h, moment(&choice), NULL, &choice);
    }
}

/* The importer takes the same, and what it makes of it is compiled to the same block. */
static void check_cell(const char *text, size_t len, const struct hours *parsed) {
    static struct cell_reader r;
    struct hours again;
    struct error e = {0};
    const char *once = "", *twice = "";
    arena_reset(&r.arena);
    require(cell_check(&r, COL_HOURS, (struct slice){text, len}, &once, &e),
            "hours that are taken are a cell", e.message);
    require(hours_parse(once, strlen(once), &again, &e), "a cell is hours", e.message);
    require(again.size == parsed->size && again.rules == parsed->rules &&
                memcmp(again.bytes, parsed->bytes, parsed->size - 4u) == 0,
            "the cell means the same", once);
    require(cell_check(&r, COL_HOURS, slice_of(once), &twice, &e), once, e.message);
    require(strcmp(once, twice) == 0, "the cell is canonical", once);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len) {
    struct hours parsed;
    struct error e = {0};
    const char *text = (const char *)bytes;
    if (!hours_parse(text, len, &parsed, &e)) {
        require_reason(&e, ERR_DATA);
        return 0;
    }
    require(parsed.rules > 0 && parsed.size <= HOURS_MAX && len <= 1000, "small", "");
    struct hours *stored = malloc(parsed.size);
    require(stored != NULL, "memory", "");
    memcpy(stored, &parsed, parsed.size);
    ask_often(stored, chosen_by(bytes, len));
    free(stored);
    if (text_utf8(text, len, NULL))
        check_cell(text, len, &parsed);
    return 0;
}
