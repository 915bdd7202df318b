/* SPDX-License-Identifier: Apache-2.0
 *
 * Inside importers/cell.c: one function for each type of cell. `text` is trimmed and not
 * empty; each sets `*out` to the canonical text, or `e`.
 */
#ifndef IMPORTERS_CELL_TYPE_H
#define IMPORTERS_CELL_TYPE_H

#include "importers/cell.h"

typedef bool cell_type_fn(struct cell_reader *r, const struct column_spec *spec,
                          struct slice text, const char **out, struct error *e);

/* cell_text.c */
cell_type_fn cell_text, cell_url, cell_email;
/* cell_number.c */
cell_type_fn cell_integer, cell_number, cell_ranges, cell_children;
/* cell_time.c */
cell_type_fn cell_date, cell_timestamp, cell_hours, cell_zone;
/* cell_list.c */
cell_type_fn cell_code, cell_codes, cell_choice, cell_interpreters, cell_areas, cell_names,
    cell_ids;
/* cell_json.c */
cell_type_fn cell_rules, cell_phones, cell_claims;

/* True when `s` holds no control character. */
bool cell_printable(struct slice s);

/* A list being written, "a;b" without doubles. */
#define LIST_ITEMS_MAX 500

struct cell_list {
    struct slice item[LIST_ITEMS_MAX];
    size_t count;
    char *out; /* of the arena, with room for everything that the text can become */
    size_t len;
};

/* Begins a list whose canonical form has at most `room` bytes. */
void cell_list_begin(struct cell_list *l, struct cell_reader *r, size_t room);

/* Adds an item unless it stands there already. False: too many. */
bool cell_list_add(struct cell_list *l, struct slice item, struct error *e);

/* The next item of `*rest` that is not empty, trimmed. */
bool cell_list_next(struct slice *rest, struct slice *item);

/* The list as canonical text. */
const char *cell_list_end(struct cell_list *l);

/* The term of vocabulary `id` called `code`, or -1 with `e` set. */
int cell_term(enum vocabulary_id id, struct slice code, struct error *e);

#endif
