/* SPDX-License-Identifier: Apache-2.0
 *
 * Any text as what a browser or system sends to say who it is: Cookie, what follows Bearer,
 * a code of a second factor. Promised:
 *   - made-up text opens nothing, and what opens nothing is nobody's;
 *   - our cookie is found behind any other, unless one of its name stands before it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "data/access/user.h"
#include "data/buf.h"
#include "server/access/access_private.h"
#include "server/access/totp.h"
#include "tests/fuzz/require.h"

#define NOW INT64_C(1800000000)

static struct access_control *control;
static char token[SESSION_TOKEN_SIZE];

/* One account with one session; its hash of a password is none, since nobody signs in. */
static void start(void) {
    char dir[] = "/tmp/haven-fuzz-access-XXXXXX", command[100];
    const struct access_options options = {0};
    struct buf path = {0};
    struct error e = {0};
    struct user user = {.holder = {.name = "anna", .role = ROLE_OPERATOR},
                        .password = "none"};
    require(mkdtemp(dir) != NULL, "a folder", dir);
    buf_printf(&path, "%s/a.db", dir);
    control = access_open(buf_text(&path), "data", &options, &e);
    require(control != NULL, "an access database", e.message);
    struct access_db *db = store_take(control->store);
    bool added = user_add(db, &user, &e) && user_find(db, "anna", &user, &e) == 1;
    store_give(control->store);
    require(added, "an account", e.message);
    require(sessions_open(control->sessions, &user, NOW, token, &e) == 1, "a session",
            e.message);
    snprintf(command, sizeof command, "rm -r %s", dir);
    require(system(command) == 0, "the folder goes", dir);
    buf_free(&path);
}

static void is_nobody(const struct caller *caller) {
    require(caller->kind == CALLER_NOBODY && caller->role == ROLE_PUBLIC &&
                caller->name[0] == '\0' && !caller->has_organization,
            "what opens nothing is nobody's", caller->name);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len) {
    static struct buf text;
    struct caller caller;
    const uint8_t secret[TOTP_SECRET_BYTES] = {0};
    int64_t step;
    if (control == NULL)
        start();
    text.len = 0;
    buf_add(&text, bytes, strnlen((const char *)bytes, len));
    const char *given = buf_text(&text);

    require(!access_identify(control, given, text.len, "", NOW, &caller), "no key",
            given);
    is_nobody(&caller);
    bool none_of_ours = access_identify(control, NULL, 0, given, NOW, &caller);
    is_nobody(&caller);
    if (totp_check(secret, given, NOW, 0, &step))
        require(step >= NOW / TOTP_STEP_S - 1 && step <= NOW / TOTP_STEP_S + 1, "a step",
                given);

    buf_printf(&text, "; %s=%s ; more=1", ACCESS_COOKIE, token);
    bool found = access_identify(control, NULL, 0, buf_text(&text), NOW, &caller);
    require(found == none_of_ours, "ours is found behind others", text.data);
    require(!found || (caller.kind == CALLER_SESSION && strcmp(caller.name, "anna") == 0),
            "it is hers", caller.name);
    if (!found)
        is_nobody(&caller);
    return 0;
}
