/* SPDX-License-Identifier: Apache-2.0
 *
 * `--map FILE.json`: how the sheet of somebody else becomes services.csv or places.csv.
 *
 *   { "columns": { "Their header": "our_column",
 *                  "Type": { "column": "kind",
 *                            "values": { "Refuge": "shelter", "Phone line": "hotline" },
 *                            "split": ",",
 *                            "other": "error" },
 *                  "GPS": { "pattern": "{lat}, {lon}" },
 *                  "Kind of house": { "column": "kind", "also": true } },
 *     "constants": { "country": "KH" },
 *     "ignore": "unknown",
 *     "about": "whose sheet this is" }
 *
 *   columns    by the header of the sheet, exactly as it stands there. A header that the
 *              sheet does not have is an error; a header that is not named here may be
 *              one of our own names. A list, ["id", "code"], is several columns of one
 *              header
 *   values     what stands there, and what it is here: "" drops it, "a;b" is two codes,
 *              null leaves the whole row out, which is counted and no error. "" as theirs
 *              is the empty cell
 *   pattern    in place of `column`: one cell that becomes several columns, here lat and
 *              lon. {name} is one of our columns, {} is passed over, the text between
 *              must stand there (importers/pattern.h). "POINT ({lon} {lat})" reads the
 *              WKT of a GeoServer export, "{lat} {lon} {} {}" a point of ODK and Kobo.
 *              `values` come first, and see the whole cell.
 *   split      the one character between several values in their cell; here it is ';'
 *   other      a value that `values` does not name: "error" (the default where there are
 *              values), "skip" it, or "keep" it as it stands
 *   also       true: a header before this one, in the order of the map, becomes the same
 *              column. A list (aliases, parent, needs) takes what stands in either, of any
 *              other column the first that is not empty is taken. It is said aloud,
 *              since two headers for one column are more often a mistake
 *   constants  columns that the sheet does not have, one text for every row. Where headers
 *              become the column as well: { "value": "KH", "also": true }, which comes last
 *   ignore     "unknown": skip the headers that are named nowhere; else they are errors
 *   about      for whoever reads the map: a text, or a list of texts
 */
#ifndef IMPORTERS_MAP_H
#define IMPORTERS_MAP_H

#include "data/mem.h"
#include "importers/pattern.h"
#include "importers/target.h"

enum map_other { MAP_ERROR, MAP_SKIP, MAP_KEEP };

struct map_value {
    const char *theirs;
    const char *ours; /* NULL leaves the row out */
};

struct map_column {
    const char *header;
    struct target part[PATTERN_GAPS_MAX]; /* one, or those of the pattern */
    size_t part_count;
    struct pattern pattern;   /* zero: none */
    struct map_value *values; /* sorted by `theirs` */
    size_t value_count;
    char split; /* or '\0' */
    enum map_other other;
    bool also;       /* an earlier header becomes the same column */
    bool leaves_out; /* a value of it leaves rows out */
};

struct map_constant {
    struct target target;
    const char *value;
    bool also; /* a header becomes the same column */
};

/* Everything is owned by `arena`. */
struct map {
    const struct column_table *table; /* borrowed: the columns it may name */
    struct arena arena;
    struct map_column *columns;
    size_t column_count;
    struct map_constant *constants;
    size_t constant_count;
    bool ignore_unknown;
};

/* Reads the file, for sheets of `table`. NULL: `e` says what is wrong, naming the key. Free
 * with map_free(). */
struct map *map_read(const char *path, const struct column_table *table, struct error *e);

/* The same from text, which `name` stands for in messages. */
struct map *map_parse(const char *name, const struct column_table *table,
                      const char *text, size_t len, struct error *e);
void map_free(struct map *m);

/* The first column of `header` behind `after` (NULL: of all), or NULL. */
const struct map_column *map_find(const struct map *m, struct slice header,
                                  const struct map_column *after);

/* Turns one cell of the sheet into that of `c->part[part]`, in `arena` or as it is. Where a
 * value leaves the row out, `out->at` is NULL. */
bool map_cell(const struct map_column *c, size_t part, struct slice theirs,
              struct arena *arena, struct slice *out, struct error *e);

#endif
