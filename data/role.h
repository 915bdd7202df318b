/* SPDX-License-Identifier: Apache-2.0
 *
 * The roles, from the least to the most that one may see and do.
 */
#ifndef DATA_ROLE_H
#define DATA_ROLE_H

#include <stdbool.h>
#include <stddef.h>

enum role {
    ROLE_PUBLIC, /* no key */
    ROLE_PARTNER,
    ROLE_OPERATOR,
    ROLE_CASEWORKER,
    ROLE_STEWARD,
    ROLE_ADMIN,
    ROLE_COUNT
};

/* "public", "partner", ... */
const char *role_name(enum role role);

/* True and `*out` set when `name` of `len` bytes is a role's name. */
bool role_find(const char *name, size_t len, enum role *out);

#endif
