/* SPDX-License-Identifier: Apache-2.0
 *
 * The criteria by which a service admits a person (server/search/README.md), in the order
 * in which `fit` and `ask` name them, and the five levels of an answer.
 */
#ifndef DATA_CRITERION_H
#define DATA_CRITERION_H

#include <stdint.h>

enum criterion {
    CRIT_GENDER, CRIT_AGE, CRIT_FORM, CRIT_LANGUAGE, CRIT_NATIONALITY, CRIT_STAGE,
    CRIT_REFERRED_BY, CRIT_DISABILITY, CRIT_CHILDREN, CRIT_DOCUMENTS,
    CRIT_OFFICIAL_STATUS, CRIT_RESIDENTS, CRIT_BENEFICIARY, CRIT_HOME_VISIT,
    CRIT_AUTHORITIES, CRIT_AREA, CRIT_ONLY_WHERE_ABSENT, CRIT_NEED, CRIT_STATUS,
    CRIT_VALID_UNTIL, CRIT_OPEN_AT, CRIT_ACCOMPANIED_BY, CRIT_CASE_TYPES, CRIT_CONDITIONS,
    CRIT_LITERACY, CRIT_REQUIRES_SERVICE, CRIT_RETURNING_FROM, CRIT_DETENTION, CRIT_AVOID,
    CRIT_COUNT /* at most 31: sets of criteria are 32 bits */
};

/* The name of each criterion in answers. */
extern const char *const criterion_names[CRIT_COUNT];

static inline uint32_t criterion_bit(enum criterion c) {
    return UINT32_C(1) << c;
}

enum level { LEVEL_NO, LEVEL_UNKNOWN, LEVEL_CASE, LEVEL_INTERPRETER, LEVEL_YES, LEVEL_COUNT };

extern const char *const level_names[LEVEL_COUNT];

#endif
