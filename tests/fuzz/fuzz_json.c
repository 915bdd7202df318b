/* SPDX-License-Identifier: Apache-2.0
 *
 * Any body of a question. What the pull reader takes, jansson must take too and give the
 * same arguments; the two together answer every body, with a reason when they refuse it.
 * What was read is then asked of the demo directory, as the public and as a steward.
 * To be run from the root of the checkout.
 */
#include "tests/fuzz/args_same.h"
#include "tests/fuzz/directory.h"

static struct context public, steward;

int LLVMFuzzerInitialize(int *argc, char ***argv) {
    (void)argc, (void)argv;
    directory_open_demo(&public, &steward);
    return 0;
}

static void ask(struct context *c, struct args *args) {
    static struct response r;
    struct buf body = r.body;
    struct request q = {.method = METHOD_POST, .path = "/api/v1/nearest", .args = *args};
    body.len = 0;
    r = (struct response){.body = body};
    handle_nearest(c, &q, &r);
    require(r.status == 200 || r.status == 400, "answered or refused", "");
    directory_check_nearest(&r);
}

static void read_body(const char *body, size_t len) {
    static struct args pulled, parsed, both;
    struct error why = {0}, refused = {0};
    bool done = args_pull(&pulled, body, len) == PULL_DONE;
    bool taken = args_parse(&parsed, body, len, &why);
    require(!done || taken, "pulled, but jansson refuses", why.message);
    require(!done || same_args(&pulled, &parsed), "the two readings are the same", "");
    require(args_read_json(&both, body, len, &refused) == taken, "taken by either way", "");
    if (!taken)
        require_reason(&refused, refused.code == ERR_DATA ? ERR_DATA : ERR_USAGE);
    if (taken) {
        ask(&public, &both);
        ask(&steward, &both);
    }
    args_clear(&pulled);
    args_clear(&parsed);
    args_clear(&both);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len) {
    if (len > BODY_MAX)
        return 0;
    char *body = malloc(len + !len); /* of the exact size, for the sanitizer */
    require(body != NULL, "memory", "");
    memcpy(body, bytes, len);
    directory_name_places(&public, body, len);
    read_body(body, len);
    free(body);
    return 0;
}
