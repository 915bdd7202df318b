/* SPDX-License-Identifier: Apache-2.0 */
#include "server/command_access.h"

#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "data/access/audit.h"
#include "data/record.h"
#include "data/share.h"
#include "data/text.h"

bool command_holder(const char *name, const char *role, const char *organization,
                    struct holder *out, struct error *e) {
    *out = (struct holder){.has_organization = organization != NULL};
    if (snprintf(out->name, sizeof out->name, "%s", name) >= (int)sizeof out->name)
        return error_set(e, ERR_USAGE, "--name: at most %zu bytes", sizeof out->name - 1);
    if (!role_find(role, strlen(role), &out->role) || out->role == ROLE_PUBLIC)
        return error_set(
            e, ERR_USAGE,
            "--role %.40s: allowed: partner operator caseworker steward admin", role);
    return organization == NULL ||
           uuid_decode(slice_of(organization), out->organization) ||
           error_set(e, ERR_USAGE,
                     "--organization %.60s: the id of an organization is wanted, "
                     "as 36 characters",
                     organization);
}

static bool organization_check(struct record *record, const struct holder *holder,
                               struct error *e) {
    char id[37];
    bool found;
    if (holder == NULL || !holder->has_organization)
        return true;
    if (!record_has_organization(record, holder->organization, &found, e))
        return false;
    uuid_encode(holder->organization, id);
    return found || error_set(e, ERR_DATA,
                              "--organization %s: the record has no such "
                              "organization",
                              id);
}

struct access_db *command_access(const char *path, const struct holder *holder,
                                 struct error *e) {
    char share[SHARE_PATH_MAX];
    struct access_db *a = NULL;
    struct record *record = NULL;
    if (share_open(share, e) && (record = record_open(path, share, DB_READ, e)) != NULL &&
        organization_check(record, holder, e))
        a = access_db_open(path, share, e);
    record_close(record);
    return a;
}

bool command_audit(struct access_db *a, const char *action, const char *object,
                   struct error *e) {
    char number[20];
    const struct passwd *who = getpwuid(getuid());
    snprintf(number, sizeof number, "%u", (unsigned)getuid());
    const struct audit_entry entry = {.kind = ACTOR_COMMAND,
                                      .actor = who != NULL ? who->pw_name : number,
                                      .action = action,
                                      .object = object,
                                      .count = 1};
    return audit_add(a, &entry, time(NULL), e);
}
