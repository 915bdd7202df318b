/* SPDX-License-Identifier: Apache-2.0
 *
 * From canonical cells to admission rules in memory: lists become sets with their
 * hierarchies resolved, rules inherit, exclusions bind every rule of a service.
 * The meaning is written in server/search/README.md.
 */
#ifndef DATA_ADMIT_H
#define DATA_ADMIT_H

#include "data/flat.h"
#include "data/intern.h"
#include "data/snapshot.h"

/* Interned rules and what they are made of. Zero-initialise with admit_init(). */
struct admit {
    struct snap_choice *choices;
    struct snap_rule *rules;
    struct snap_signature *signatures; /* one a rule */
    struct snap_ages *ages;
    size_t choice_capacity, rule_capacity, signature_capacity, age_capacity;
    uint32_t choice_count, rule_count, age_count;
    struct intern choice_keys, choice_values, rule_keys, age_keys;
    struct snap_run *age_runs; /* by number in age_keys */
    uint32_t *choice_of_key;   /* by number in choice_keys */
    size_t age_run_capacity, choice_of_key_capacity;
};

#define RULES_MAX 17 /* of a service: its own columns, and 16 further ones */

void admit_init(struct admit *a);
void admit_free(struct admit *a);

/* Writes the numbers of the rules of `flat` into `out` and returns how many there are.
 * Columns in which `drop[column]` is true count as not stated, in every rule. 0: the
 * `rules` cell is not what importers write; `e` says so. The cell `rules` itself is always
 * read: what the public may not know of it is dropped column by column. */
uint32_t admit_rules(struct admit *a, const struct flat *flat, const bool *drop,
                     uint32_t out[RULES_MAX], struct error *e);

/* Adds what `more` could admit to `into`. */
void signature_add(struct snap_signature *into, const struct snap_signature *more);

/* Reads a CHOICE or CODES cell of a vocabulary into sets. */
struct snap_choice admit_choice(enum vocabulary_id voc, const char *cell);

#endif
