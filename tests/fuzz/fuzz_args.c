/* SPDX-License-Identifier: Apache-2.0
 *
 * Any body: what the pull reader takes, jansson must take too and give the same
 * arguments; and the two together answer every body, with a reason when they refuse it.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "data/mem.h"
#include "tests/fuzz/args_same.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static void require(bool holds, const char *what, const char *detail) {
    if (holds)
        return;
    fprintf(stderr, "%s %s\n", what, detail);
    abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len) {
    static struct args pulled, parsed, both;
    struct error why = {0}, refused = {0};
    const char *body = (const char *)bytes;
    if (len > 65536)
        return 0;
    bool done = args_pull(&pulled, body, len) == PULL_DONE;
    bool taken = args_parse(&parsed, body, len, &why);
    require(!done || taken, "pulled, but jansson says:", why.message);
    require(!done || same_args(&pulled, &parsed), "the two readings differ", "");
    require(args_read_json(&both, body, len, &refused) == taken, "taken, or not?", "");
    require(taken || refused.message[0] != '\0', "refused without a reason", "");
    args_clear(&pulled);
    args_clear(&parsed);
    args_clear(&both);
    return 0;
}
