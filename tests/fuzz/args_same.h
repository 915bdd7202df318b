/* SPDX-License-Identifier: Apache-2.0
 *
 * Do two readings of one body hold the same arguments? For the unit test and the fuzzer
 * that set the pull reader against jansson. How a number was written is left out: jansson
 * does not keep it.
 */
#ifndef TESTS_FUZZ_ARGS_SAME_H
#define TESTS_FUZZ_ARGS_SAME_H

#include <string.h>

#include "server/http/args.h"

static inline bool same_slice(struct slice a, struct slice b) {
    return a.len == b.len && (a.len == 0 || memcmp(a.at, b.at, a.len) == 0);
}

static inline bool same_scalar(const struct scalar *a, const struct scalar *b) {
    if (a->kind != b->kind)
        return false;
    if (a->kind == SCALAR_STRING)
        return same_slice(a->text, b->text);
    if (a->kind == SCALAR_NUMBER)
        return a->number == b->number && a->whole == b->whole;
    return a->kind == SCALAR_NULL || a->truth == b->truth;
}

static inline bool same_arg(const struct arg *a, const struct arg *b) {
    if (!same_slice(a->name, b->name) || a->list != b->list || a->count != b->count ||
        a->nested != NULL || b->nested != NULL)
        return false;
    for (int i = 0; i < a->count; i++)
        if (!same_scalar(&a->item[i], &b->item[i]))
            return false;
    return true;
}

static inline bool same_args(const struct args *a, const struct args *b) {
    if (a->count != b->count || a->from_url != b->from_url)
        return false;
    for (int i = 0; i < a->count; i++)
        if (!same_arg(&a->arg[i], &b->arg[i]))
            return false;
    return true;
}

#endif
