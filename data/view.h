/* SPDX-License-Identifier: Apache-2.0
 *
 * A view of the services: what a role sees of each field. Roles that see the same share a
 * snapshot; each distinct view has one of its own, built from nothing that it may not show,
 * so that code which answers a role has nothing else to read.
 *
 *   far    the role in general: lists, searches, counts
 *   close  the role about one service that it asked for by id (operators, caseworkers), or
 *          about the services of its own organization (partners)
 */
#ifndef DATA_VIEW_H
#define DATA_VIEW_H

#include "data/field.h"

enum nearness { VIEW_FAR, VIEW_CLOSE, VIEW_NEARNESSES };

/* Forms are HIDDEN, PUBLISHED, KILOMETRE or SHOWN. */
struct view {
    enum field_form form[FIELD_COUNT]; /* of the fields of a service; others HIDDEN */
    enum field_form column[COL_COUNT]; /* the same, by column */
};

void view_of_role(enum role role, enum nearness nearness, struct view *out);

/* What may leave the screen of staff, on paper or in a message: the public copy of any
 * service that the role sees, and its telephones as the role sees them. */
void view_of_copy(enum role role, struct view *out);

/* True when both show the same of every service. */
bool view_same(const struct view *a, const struct view *b);

/* The views that there are, and which is whose. */
#define VIEWS_MAX (ROLE_COUNT * VIEW_NEARNESSES)
struct views {
    int count;
    struct view view[VIEWS_MAX];
    int of[ROLE_COUNT][VIEW_NEARNESSES]; /* index in `view` */
};
void views_list(struct views *out);

/* True when the view leaves out what is held as staff: it is published. */
static inline bool view_public(const struct view *v) {
    return v->form[FIELD_HELD] == FORM_HIDDEN;
}

/* True when it shows where every service is. */
static inline bool view_exact(const struct view *v) {
    return v->form[FIELD_POINT] == FORM_SHOWN;
}

#endif
