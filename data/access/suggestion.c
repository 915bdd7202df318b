/* SPDX-License-Identifier: Apache-2.0 */
#include "data/access/suggestion.h"

#include <assert.h>
#include <string.h>

#include "data/access/access_private.h"
#include "data/crypto.h"
#include "data/text.h"

static const char *const states[] = {"open", "accepted", "rejected"};

const char *suggestion_state_name(enum suggestion_state state) {
    assert((size_t)state < sizeof states / sizeof *states);
    return states[state];
}

static enum suggestion_state state_find(const char *name) {
    int state = SUGGESTION_REJECTED;
    while (state > 0 && strcmp(states[state], name) != 0)
        state--;
    return (enum suggestion_state)state;
}

/* ---- add ------------------------------------------------------------------------- */

/* One statement, so that two at once do not both take the last place. */
static const char sql_add[] =
    "INSERT INTO suggestion (id, service, by, made_at, note, cells, state) "
    "SELECT :id, :service, :by, :made_at, :note, :cells, 'open' "
    "WHERE (SELECT count(*) FROM suggestion WHERE by = :by AND state = 'open') < :most "
    "RETURNING 1";

static bool text_check(const char *what, const char *text, size_t most, struct error *e) {
    size_t len = strlen(text);
    return (len <= most && text_utf8(text, len, NULL)) ||
           error_set(e, ERR_DATA, "%s of a suggestion has at most %zu bytes of UTF-8",
                     what, most);
}

bool suggestion_add(struct access_db *a, struct suggestion *suggestion, struct error *e) {
    struct statement *s;
    if (!text_check("the note", suggestion->note, SUGGESTION_NOTE_MAX, e) ||
        !text_check("the text of the cells", suggestion->cells, SUGGESTION_CELLS_MAX,
                    e) ||
        (s = db_prepare(a->db, sql_add, e)) == NULL)
        return false;
    crypto_random(suggestion->id, sizeof suggestion->id);
    db_bind_blob(s, ":id", suggestion->id, sizeof suggestion->id);
    db_bind_blob(s, ":service", suggestion->service, sizeof suggestion->service);
    db_bind_text(s, ":by", suggestion->by);
    db_bind_integer(s, ":made_at", suggestion->made_at);
    db_bind_text(s, ":note", suggestion->note);
    db_bind_text(s, ":cells", suggestion->cells);
    db_bind_integer(s, ":most", SUGGESTION_OPEN_MAX);
    int got = run_returning(s, e);
    if (got == 0)
        error_set(e, ERR_DATA,
                  "%d of your suggestions wait for a steward: no more for now",
                  SUGGESTION_OPEN_MAX);
    return got == 1;
}

/* ---- read ------------------------------------------------------------------------ */

#define COLUMNS "id, service, by, made_at, note, cells, state, decided_by, decided_at"

static const char sql_get[] = "SELECT " COLUMNS " FROM suggestion WHERE id = :id";
static const char sql_each[] =
    "SELECT " COLUMNS " FROM suggestion WHERE state = :state AND (:after IS NULL OR "
    "(made_at, id) > (SELECT made_at, id FROM suggestion WHERE id = :after)) "
    "ORDER BY made_at, id LIMIT :limit";

static void suggestion_tell(struct statement *s,
                            void (*each)(const struct suggestion *suggestion, void *ctx),
                            void *ctx) {
    struct suggestion row = {.by = db_text(s, 2),
                             .made_at = db_integer(s, 3),
                             .note = db_text(s, 4),
                             .cells = db_text(s, 5),
                             .state = state_find(db_text(s, 6)),
                             .decided_by = db_text(s, 7),
                             .decided_at = db_integer(s, 8)};
    if (column_blob(s, 0, row.id, sizeof row.id) &&
        column_blob(s, 1, row.service, sizeof row.service))
        each(&row, ctx);
}

int suggestion_get(struct access_db *a, const uint8_t id[16],
                   void (*each)(const struct suggestion *suggestion, void *ctx),
                   void *ctx, struct error *e) {
    struct statement *s = db_prepare(a->db, sql_get, e);
    if (s == NULL)
        return -1;
    db_bind_blob(s, ":id", id, 16);
    int got = db_step(s, e);
    if (got == 1)
        suggestion_tell(s, each, ctx);
    db_reset(s);
    return got;
}

bool suggestion_each(struct access_db *a, enum suggestion_state state,
                     const uint8_t *after, int limit,
                     void (*each)(const struct suggestion *suggestion, void *ctx),
                     void *ctx, struct error *e) {
    struct statement *s = db_prepare(a->db, sql_each, e);
    int got;
    if (s == NULL)
        return false;
    db_bind_text(s, ":state", suggestion_state_name(state));
    if (after != NULL)
        db_bind_blob(s, ":after", after, 16);
    db_bind_integer(s, ":limit", limit);
    while ((got = db_step(s, e)) == 1)
        suggestion_tell(s, each, ctx);
    return got == 0;
}

/* ---- decide ---------------------------------------------------------------------- */

static const char sql_decide[] =
    "UPDATE suggestion SET state = :state, decided_by = :by, decided_at = :now "
    "WHERE id = :id AND state = 'open' RETURNING 1";

int suggestion_decide(struct access_db *a, const uint8_t id[16],
                      enum suggestion_state state, const char *by, int64_t now,
                      struct error *e) {
    assert(state != SUGGESTION_OPEN);
    struct statement *s = db_prepare(a->db, sql_decide, e);
    if (s == NULL)
        return -1;
    db_bind_blob(s, ":id", id, 16);
    db_bind_text(s, ":state", suggestion_state_name(state));
    db_bind_text(s, ":by", by);
    db_bind_integer(s, ":now", now);
    return run_returning(s, e);
}
