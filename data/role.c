/* SPDX-License-Identifier: Apache-2.0 */
#include "data/role.h"

#include <assert.h>
#include <string.h>

static const char *const names[ROLE_COUNT] = {
    "public", "partner", "operator", "caseworker", "steward", "admin",
};

const char *role_name(enum role role) {
    assert(role < ROLE_COUNT);
    return names[role];
}

bool role_find(const char *name, size_t len, enum role *out) {
    for (int i = 0; i < ROLE_COUNT; i++) {
        if (strlen(names[i]) != len || memcmp(names[i], name, len) != 0)
            continue;
        *out = (enum role)i;
        return true;
    }
    return false;
}
