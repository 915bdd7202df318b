/* SPDX-License-Identifier: Apache-2.0
 *
 * One cell of the flat form: checked by the type of its column, and brought into the one
 * canonical form that data/flat.h promises. A canonical cell, checked again, is itself.
 *
 *   CODE, CODES    codes of the vocabulary of the column, exactly as they stand there
 *   CHOICE         "any" or "none" alone; else items `x`, `x:case`, `!x`. Only `!x` items
 *                  mean all but those; beside others, `!x` must lie below one that is
 *                  listed ("labour;!labour.domestic"). One code in two ways is refused.
 *   RANGES         "15-17;60"          CHILDREN  "male:0-11;any:0-5"
 *   INTERPRETERS   "my:phone:vetted;shn": a language, a mode, "vetted", in this order
 *   AREAS          "Thma Koul, Battambang;KH": parents after their place
 *   PHONES         [{"number":"+855 12","kind":"voice","languages":"km;en",
 *                  "hours":"24/7","audience":"public"}], keys in this order, the first
 *                  always
 *   RULES          [{"genders":"male","age_max":11,"accompanied_by":"mother"}], keys in
 *                  the order of the columns, whole numbers as numbers, all else as a cell
 *   CLAIMS         [{"column":"capacity","value":"30","source":"...","date":"2019",
 *                  "note":"..."}], the first three always
 *   TIMESTAMP      in UTC              DECIMAL   at most 7 decimals
 *   TEXT           control characters refused, line ends as LF, and as spaces in columns
 *                  of at most 500 bytes
 */
#ifndef IMPORTERS_CELL_H
#define IMPORTERS_CELL_H

#include <stdbool.h>

#include "data/buf.h"
#include "data/column.h"
#include "data/mem.h"
#include "data/text.h"


/* Zero-initialise. The owner resets `arena` when a row's cells are no longer used. */
struct cell_reader {
    struct arena arena; /* of canonical cells */
    struct buf scratch; /* JSON on its way into the arena */
    char zone[65];      /* the time zone found known last */
};

void cell_reader_free(struct cell_reader *r);

/* Checks the UTF-8 text of one cell of `column`. `*out` is its canonical form, "" when
 * nothing is stated, borrowed from `r` or for ever. False: `e` says what is wrong, with
 * the value, and what is allowed. */
bool cell_check(struct cell_reader *r, enum column column, struct slice text,
                const char **out, struct error *e);

/* The same for a description that is no column. */
bool cell_check_spec(struct cell_reader *r, const struct column_spec *spec,
                     struct slice text, const char **out, struct error *e);

/* Sets `e` to `WHAT ("VALUE"); ALLOWED` and returns false; ALLOWED is a printf format. */
bool cell_refuse(struct error *e, struct slice value, const char *what,
                 const char *allowed, ...) __attribute__((format(printf, 4, 5)));

/* True and `*out` set when `s` is a decimal number: "-12.5". No exponent. */
bool cell_decimal(struct slice s, double *out);

#endif
