/* SPDX-License-Identifier: Apache-2.0
 *
 * Who sees which field of which answer: the one table, field.def.
 */
#ifndef DATA_FIELD_H
#define DATA_FIELD_H

#include <stdbool.h>

#include "data/column.h"
#include "data/role.h"

enum field_id {
#define FIELD(id, answer, name, column, forms) FIELD_##id,
#include "data/field.def"
#undef FIELD
    FIELD_COUNT
};

/* What somebody sees of a field. */
enum field_form {
    FORM_HIDDEN = '-',
    FORM_PUBLISHED = 'p',
    FORM_KILOMETRE = 'k',
    FORM_ALONE = '1', /* as recorded, of one service by its id; else as the public */
    FORM_OWN = 'o',   /* as recorded, of one's own organization; else as the public */
    FORM_SHOWN = 's',
};

/* Tests change the table to see that they notice; the program can't. */
#ifndef FIELD_TABLE
#define FIELD_TABLE const
#endif

struct field_spec {
    const char *answer;         /* whose member it is */
    const char *name;           /* as the answer has it */
    enum column column;         /* of services.csv, or COL_COUNT */
    char forms[2 * ROLE_COUNT]; /* enum field_form of each role, a space between */
};

extern FIELD_TABLE struct field_spec field_specs[FIELD_COUNT];

static inline enum field_form field_form(enum field_id field, enum role role) {
    return (enum field_form)field_specs[field].forms[2 * role];
}

/* True when the role sees anything of it. */
static inline bool field_shown(enum field_id field, enum role role) {
    return field_form(field, role) != FORM_HIDDEN;
}

#endif
