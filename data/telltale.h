/* SPDX-License-Identifier: Apache-2.0
 *
 * Published text that holds what is hidden: a sentence of one record that names the street of
 * another. No rule can keep a person from writing that; this finds it, so that somebody looks.
 */
#ifndef DATA_TELLTALE_H
#define DATA_TELLTALE_H

#include "data/record.h"

/* Calls `say` with a line for each place in a published text that holds the name, a
 * telephone, the address, the e-mail or the contact person of a service that is held as staff,
 * or those of them that are hidden of any other. Names shorter than 8 letters are passed over.
 * `*count` is how many there are. */
bool telltale_texts(struct record *r, void (*say)(const char *line, void *ctx), void *ctx,
                    int64_t *count, struct error *e);

#endif
