/* SPDX-License-Identifier: Apache-2.0
 *
 * Who holds a key or an account: its name, what it may do, and for a partner whose
 * organization's record it may see whole.
 */
#ifndef DATA_ACCESS_HOLDER_H
#define DATA_ACCESS_HOLDER_H

#include <stdbool.h>
#include <stdint.h>

#include "data/error.h"
#include "data/role.h"

#define HOLDER_NAME_SIZE 101 /* 1 to 100 bytes of UTF-8, and NUL */

struct holder {
    char name[HOLDER_NAME_SIZE];
    enum role role;
    bool has_organization; /* of role partner only */
    uint8_t organization[16];
};

/* False when `name` is empty, longer than 100 bytes, no UTF-8, has a control character or a
 * space at an end; when the role is public; or when one that is no partner has an
 * organization. `what` is what it is the name of: "a key". */
bool holder_check(const char *what, const char *name, enum role role,
                  const uint8_t *organization, struct error *e);

#endif
