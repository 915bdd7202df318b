/* SPDX-License-Identifier: Apache-2.0
 *
 * The columns of the flat form, from column.def: the one table that the importer checks
 * against, the record stores by and the snapshot reads by.
 */
#ifndef DATA_COLUMN_H
#define DATA_COLUMN_H

#include <stddef.h>

#include "data/vocabulary.h"

enum column {
#define COLUMN(id, name, type, low, high, flags) COL_##id,
#include "data/column.def"
#undef COLUMN
    COL_COUNT
};

enum cell_type {
    CELL_TEXT,         /* UTF-8, at most `high` bytes */
    CELL_CODE,         /* one code of vocabulary `low` */
    CELL_CODES,        /* codes of vocabulary `low`: "a;b"; or "none" */
    CELL_CHOICE,       /* "a;b:case;!c", "any", "none": who or what is admitted */
    CELL_INTEGER,      /* low..high */
    CELL_DECIMAL,      /* low..high */
    CELL_YES_NO,       /* yes, no */
    CELL_DATE,         /* ISO 8601 date: YYYY, YYYY-MM or YYYY-MM-DD */
    CELL_TIMESTAMP,    /* RFC 3339 */
    CELL_RANGES,       /* "15-17;60": whole numbers up to `high` */
    CELL_CHILDREN,     /* "male:0-11;female:0-17;any:0-5", "any", "none" */
    CELL_INTERPRETERS, /* "my:phone:vetted;shn", "any", "none" */
    CELL_AREAS,        /* "KH", "Battambang", "Thma Koul, Battambang"; "any" */
    CELL_NAMES,        /* other spellings of a name: "a;b" */
    CELL_IDS,          /* ids of services of the same source: "a;b" */
    CELL_RULES,        /* JSON list of admission rules */
    CELL_PHONES,       /* "+855 12;+855 13", or a JSON list of objects */
    CELL_HOURS,        /* OpenStreetMap opening_hours */
    CELL_ZONE,         /* IANA time zone */
    CELL_URL,          /* http or https */
    CELL_EMAIL,        /* one address */
    CELL_CLAIMS,       /* JSON list of {column, value, source, ...} */
};

enum column_flag { REQUIRED = 1, TEXT_BY_LANGUAGE = 2 };

struct column_spec {
    const char *name;
    enum cell_type type;
    int low;   /* a vocabulary, or the least value */
    int high;  /* most bytes, or the greatest value */
    int flags; /* enum column_flag */
};

extern const struct column_spec columns[COL_COUNT];

/* The columns that a kind of sheet may have. */
struct column_table {
    const char *name; /* "services.csv" */
    const struct column_spec *specs;
    int count;
};

extern const struct column_table services_table; /* `columns` */

/* The column called `name` of `len` bytes, or -1. */
int column_find(const char *name, size_t len);
int column_table_find(const struct column_table *t, const char *name, size_t len);

#endif
