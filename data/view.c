/* SPDX-License-Identifier: Apache-2.0 */
#include "data/view.h"

#include <string.h>

static enum field_form resolve(enum field_id field, enum role role, enum nearness nearness) {
    enum field_form form = field_form(field, role);
    if (nearness == VIEW_CLOSE && form != FORM_HIDDEN && form != FORM_PUBLISHED)
        return FORM_SHOWN;
    return form == FORM_ALONE || form == FORM_OWN ? field_form(field, ROLE_PUBLIC) : form;
}

/* The forms of columns from those of fields. */
static void set_columns(struct view *v) {
    for (int c = 0; c < COL_COUNT; c++)
        v->column[c] = FORM_HIDDEN;
    for (int f = 0; f < FIELD_COUNT; f++)
        if (field_specs[f].column < COL_COUNT)
            v->column[field_specs[f].column] = v->form[f];
    v->column[COL_LON] = v->column[COL_PRECISION] = v->column[COL_LAT];
}

void view_of_role(enum role role, enum nearness nearness, struct view *out) {
    for (int f = 0; f < FIELD_COUNT; f++) {
        const struct field_spec *spec = &field_specs[f];
        bool of_service = strcmp(spec->answer, "service") == 0;
        out->form[f] = of_service ? resolve((enum field_id)f, role, nearness) : FORM_HIDDEN;
    }
    set_columns(out);
}

void view_of_copy(enum role role, struct view *out) {
    static const enum field_id as_the_role[] = {FIELD_HELD, FIELD_PHONES};
    struct view own;
    view_of_role(role, VIEW_FAR, &own);
    view_of_role(ROLE_PUBLIC, VIEW_FAR, out);
    for (size_t i = 0; i < sizeof as_the_role / sizeof *as_the_role; i++)
        out->form[as_the_role[i]] = own.form[as_the_role[i]];
    set_columns(out);
}

bool view_same(const struct view *a, const struct view *b) {
    return memcmp(a->form, b->form, sizeof a->form) == 0;
}

void views_list(struct views *out) {
    out->count = 0;
    for (int role = 0; role < ROLE_COUNT; role++)
        for (int n = 0; n < VIEW_NEARNESSES; n++) {
            struct view *next = &out->view[out->count];
            int i = 0;
            view_of_role((enum role)role, (enum nearness)n, next);
            while (i < out->count && !view_same(&out->view[i], next))
                i++;
            out->count += i == out->count;
            out->of[role][n] = i;
        }
}
