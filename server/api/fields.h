/* SPDX-License-Identifier: Apache-2.0
 *
 * Members of answers: their names, and whether the caller gets them, by data/field.def.
 */
#ifndef SERVER_API_FIELDS_H
#define SERVER_API_FIELDS_H

#include "data/field.h"
#include "server/api/context.h"

/* Begins a member of an object: writes its name and a colon, after a comma where one is
 * due. False, and nothing written, when the caller's role does not see it. */
bool add_field(struct buf *b, const struct context *c, enum field_id field);

/* The same with the whole value: text (NULL: null), a number, true or false. */
void add_text_field(struct buf *b, const struct context *c, enum field_id field,
                    const char *text);
void add_integer_field(struct buf *b, const struct context *c, enum field_id field,
                       int64_t number);
/* An RFC 3339 time in UTC, of seconds since 1970; 0: null. */
void add_time_field(struct buf *b, const struct context *c, enum field_id field, int64_t at);
void add_bool_field(struct buf *b, const struct context *c, enum field_id field, bool yes);

#endif
