/* SPDX-License-Identifier: Apache-2.0 */
#include "data/criterion.h"

const char *const criterion_names[CRIT_COUNT] = {
    "gender",        "age",         "form",
    "language",      "nationality", "stage",
    "referred_by",   "disability",  "children",
    "documents",     "official_status", "residents",
    "beneficiary",   "home_visit",  "authorities",
    "area",          "only_where_absent", "need",
    "status",        "valid_until", "open_at",
    "accompanied_by", "case_types", "conditions",
    "literacy",      "requires_service", "returning_from",
    "detention",     "avoid",
};

const char *const level_names[LEVEL_COUNT] = {"no", "unknown", "case", "interpreter", "yes"};
