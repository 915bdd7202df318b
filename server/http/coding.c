/* SPDX-License-Identifier: Apache-2.0 */
#include "server/http/coding.h"

#include <string.h>
#include <strings.h>

#include "data/text.h"

/* True for 1, 0.5, 0.001: not for 0, 0.000, nor for anything else. */
static bool is_above_zero(struct slice weight) {
    bool above = false;
    if (weight.len == 0 || weight.len > 5 ||
        (weight.at[0] != '0' && weight.at[0] != '1') ||
        (weight.len > 1 && weight.at[1] != '.'))
        return false;
    for (size_t i = 0; i < weight.len; i++) {
        if (i != 1 && (weight.at[i] < '0' || weight.at[i] > '9'))
            return false;
        above |= i != 1 && weight.at[i] != '0';
    }
    return above;
}

static bool has_weight(struct slice params) {
    struct slice param;
    while (params.at != NULL && slice_next(&params, ';', &param)) {
        param = slice_trim(param);
        if (param.len >= 2 && (param.at[0] | 32) == 'q' && param.at[1] == '=')
            return is_above_zero((struct slice){param.at + 2, param.len - 2});
    }
    return true;
}

bool coding_accepted(const char *accept_encoding, const char *coding) {
    struct slice rest = slice_of(accept_encoding), item;
    bool any = false;
    while (slice_next(&rest, ',', &item)) {
        struct slice params = item, name;
        slice_next(&params, ';', &name);
        name = slice_trim(name);
        if (name.len == strlen(coding) && strncasecmp(name.at, coding, name.len) == 0)
            return has_weight(params);
        any |= slice_is(name, "*") && has_weight(params);
    }
    return any;
}
