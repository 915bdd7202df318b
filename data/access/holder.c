/* SPDX-License-Identifier: Apache-2.0 */
#include "data/access/holder.h"

#include <string.h>

#include "data/text.h"

static bool name_is_good(const char *name) {
    size_t len = strlen(name);
    if (len == 0 || len >= HOLDER_NAME_SIZE || !text_utf8(name, len, NULL) ||
        slice_trim(slice_of(name)).len != len)
        return false;
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)name[i] < 0x20 || name[i] == 0x7f)
            return false;
    return true;
}

bool holder_check(const char *what, const char *name, enum role role,
                  const uint8_t *organization, struct error *e) {
    if (!name_is_good(name))
        return error_set(
            e, ERR_USAGE,
            "the name of %s has 1 to %d bytes of UTF-8, no control character "
            "and no space at its ends",
            what, HOLDER_NAME_SIZE - 1);
    if (role == ROLE_PUBLIC)
        return error_set(e, ERR_USAGE,
                         "the public needs none of these: choose another role");
    return organization == NULL || role == ROLE_PARTNER ||
           error_set(e, ERR_USAGE,
                     "only a partner belongs to one organization, not %s %s", what,
                     role_name(role));
}
