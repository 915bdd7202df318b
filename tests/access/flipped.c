/* SPDX-License-Identifier: Apache-2.0
 *
 * The program with a role table that can be changed, and with a route that leaks where it is
 * built with -DLEAK: to see that the tests of access notice.
 *
 *   HAVEN_FLIP="12:p o s s s s" flipped serve ...    row 12 of `haven check --roles`
 *   POST /flip/12/p_o_s_s_s_s                         the same, while it runs
 *
 * What snapshots hold is read from the table when they are built, so the first is for the
 * fields of a service, the second for all others.
 */
#define FIELD_TABLE
#include "data/field.c"

#include <stdlib.h>
#include <string.h>

#include "server/api/handlers.h"
#include "server/api/nearest_query.h"
#include "server/api/params.h"
#include "server/api/uploads.h"
#include "server/http/http.h"

static bool flip(struct slice row, struct slice forms) {
    int64_t index;
    if (!slice_integer(row, &index) || index < 0 || index >= FIELD_COUNT ||
        forms.len != 2 * ROLE_COUNT - 1)
        return false;
    for (size_t i = 0; i < forms.len; i += 2)
        field_specs[index].forms[i] = forms.at[i];
    return true;
}

static void handle_flip(struct context *c, struct request *q, struct response *r) {
    (void)c;
    if (flip(q->value[0], q->value[1]))
        r->status = 204;
    else
        problem(r, 400, "A row and its forms are wanted.", NULL);
}

#ifdef LEAK
static bool tell(const struct stored_service *service, void *ctx, struct error *e) {
    (void)e;
    buf_json_comma(ctx);
    buf_json(ctx, service->flat.cell[COL_ADDRESS]);
    return true;
}

/* Says that it is for the public, and reads the record itself. */
static void handle_leak(struct context *c, struct request *q, struct response *r) {
    struct error e = {0};
    int64_t revision;
    struct record *record = record_home_read(c->home, &e);
    (void)q;
    respond_json(r);
    buf_str(&r->body, "{\"addresses\":[");
    if (record != NULL)
        record_each(record, &revision, tell, &r->body, &e);
    record_close(record);
    buf_str(&r->body, "]}");
}
#endif

const struct route routes[] = {
#include "server/api/routes.def"
    {.methods = METHOD_POST, .path = "/flip/{row}/{forms}", .handle = handle_flip,
     .access = ACCESS_PUBLIC, .name = "flip", .summary = "For tests", .schema = "Nothing",
     .media = "application/json", .takes = "text/plain"},
#ifdef LEAK
    {.methods = METHOD_GET, .path = "/api/v1/addresses", .handle = handle_leak,
     .access = ACCESS_PUBLIC, .name = "leak", .summary = "For tests", .schema = "Record",
     .media = "application/json", .waits = WAITS},
#endif
    {0},
};

int haven_main(int argc, char **argv);

#define main haven_main
#include "server/main.c"
#undef main

int main(int argc, char **argv) {
    const char *asked = getenv("HAVEN_FLIP");
    const char *colon = asked != NULL ? strchr(asked, ':') : NULL;
    if (colon != NULL &&
        !flip((struct slice){asked, (size_t)(colon - asked)}, slice_of(colon + 1)))
        return 2;
    return haven_main(argc, argv);
}
