/* SPDX-License-Identifier: Apache-2.0
 *
 * Places on their way into the record, whatever format they come in. That a row is at fault
 * may only be known when all are in: its parent is nowhere. With --partial the file is then
 * read once more without it, and again without what lies in it:
 *
 *   pass ─ settle ─┬─ nothing at fault: done
 *     ^            └─ refused rows are remembered ─┬─ not --partial: refused
 *     └────────── the run is begun anew ───────────┘
 *
 * Parents are of a broader level, so that there are no more passes than levels.
 */
#ifndef IMPORTERS_PLACE_INTAKE_H
#define IMPORTERS_PLACE_INTAKE_H

#include "importers/gazetteer.h"

/* Zero-initialise, then set `g`. */
struct place_intake {
    struct gazetteer_import *g;
    int64_t number;   /* of the row being read, from 1 */
    int64_t line;     /* on which it starts */
    bool again;       /* this is not the first pass */
    bool skipped;     /* the row was refused in an earlier pass */
    int64_t *refused; /* numbers of rows; sorted when a pass begins */
    size_t refused_count, refused_capacity, next;
    struct place_name *name; /* of the row */
    size_t name_count, name_capacity;
    struct named *sorted; /* the same, to be tidied */
    size_t sorted_capacity;
};

void intake_free(struct place_intake *in);

/* Begins a row. Rows that were refused before are read like the others, but nothing is said
 * of them and intake_put() does not put them. */
void intake_row(struct place_intake *in, int64_t line);

/* The row is left out: counted, and no fault. */
void intake_leave_out(struct place_intake *in);

/* The row is refused; why, the report has been told. Where a place with this id ("" where it
 * is not known) stands in the record, it stays. */
bool intake_refuse(struct place_intake *in, const char *id, struct error *e);

/* Adds a name to the row, borrowed until it is put; language "" is another spelling. An
 * empty one, and one that is not in the script of its language, is not taken as such. */
void intake_name(struct place_intake *in, const char *language, const char *value);

/* Puts the row, with its names. False: `e` is set for what is not its fault. */
bool intake_put(struct place_intake *in, struct place_row *row, struct error *e);

/* Reads all passes: `read` is called for each. */
bool intake_passes(struct place_intake *in,
                   bool (*read)(struct place_intake *in, void *ctx, struct error *e),
                   void *ctx, struct error *e);

#endif
