/* SPDX-License-Identifier: Apache-2.0
 *
 * What somebody thinks the record of a service should say, held until a steward decides.
 */
#ifndef DATA_ACCESS_SUGGESTION_H
#define DATA_ACCESS_SUGGESTION_H

#include "data/access/access_db.h"

#define SUGGESTION_NOTE_MAX 2000   /* bytes */
#define SUGGESTION_CELLS_MAX 16000 /* bytes */
#define SUGGESTION_OPEN_MAX 200    /* open ones of one person */

enum suggestion_state { SUGGESTION_OPEN, SUGGESTION_ACCEPTED, SUGGESTION_REJECTED };

/* "open", "accepted", "rejected". */
const char *suggestion_state_name(enum suggestion_state state);

struct suggestion {
    uint8_t id[16], service[16]; /* random; of the record */
    const char *by;              /* name of the account or key */
    int64_t made_at;             /* seconds since 1970 */
    const char *note;            /* for the steward, or "" */
    const char *cells;           /* a JSON object of columns; its maker has checked it */
    enum suggestion_state state;
    const char *decided_by; /* or "" */
    int64_t decided_at;
};

/* Adds an open suggestion of `service`, `by`, `made_at`, `note`, `cells`, and sets its
 * random `id`. False also when the note or the cells are too long or no UTF-8, or the
 * person has SUGGESTION_OPEN_MAX open ones. */
bool suggestion_add(struct access_db *a, struct suggestion *suggestion, struct error *e);

/* Calls `each` with the suggestion of that id: 1; 0 when there is none, -1 error. */
int suggestion_get(struct access_db *a, const uint8_t id[16],
                   void (*each)(const struct suggestion *suggestion, void *ctx),
                   void *ctx, struct error *e);

/* Calls `each` for the suggestions of one state, oldest first, from after that of id
 * `after` (NULL: from the first), at most `limit`. Borrowed for the call. */
bool suggestion_each(struct access_db *a, enum suggestion_state state,
                     const uint8_t *after, int limit,
                     void (*each)(const struct suggestion *suggestion, void *ctx),
                     void *ctx, struct error *e);

/* Decides an open suggestion: 1; 0 when none of that id is open, -1 error. May stand in a
 * transaction of access_db_begin(). */
int suggestion_decide(struct access_db *a, const uint8_t id[16],
                      enum suggestion_state state, const char *by, int64_t now,
                      struct error *e);

#endif
