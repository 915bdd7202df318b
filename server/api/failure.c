/* SPDX-License-Identifier: Apache-2.0 */
#include "server/api/failure.h"

#include <stdio.h>

#include "server/access/access.h"

void respond_failure(struct response *r, const struct error *e) {
    if (e->code == ERR_DATA || e->code == ERR_USAGE) {
        problem(r, 400, e->message, NULL);
        return;
    }
    fprintf(stderr, "haven: %s\n", e->message);
    problem(r, 503, "The server could not do this now. Try again.", NULL);
    r->retry_after_s = 2;
}

void note_done(const struct context *c, const char *action, const char *object) {
    struct error e = {0};
    if (!access_audit(c->access, c->caller, action, object, c->now, &e))
        fprintf(stderr, "haven: not audited: %s\n", e.message);
}
