/* SPDX-License-Identifier: Apache-2.0
 *
 * What `haven key` and `haven user` share: the access database of a record, and the trail
 * of what was done with it.
 */
#ifndef SERVER_COMMAND_ACCESS_H
#define SERVER_COMMAND_ACCESS_H

#include "data/access/access_db.h"
#include "data/access/holder.h"

/* Fills role and organization of `out` from options; `organization` (a UUID) may be NULL.
 * Whether the record has the organization is looked at when it is opened. */
bool command_holder(const char *name, const char *role, const char *organization,
                    struct holder *out, struct error *e);

/* Opens the access database of the record at `path`, which has to be a record, and to have
 * the organization of `holder`, if it has one; `holder` may be NULL. NULL: `e` says why. */
struct access_db *command_access(const char *path, const struct holder *holder,
                                 struct error *e);

/* Counts what the person at this command line did to `object` into the audit. */
bool command_audit(struct access_db *a, const char *action, const char *object,
                   struct error *e);

#endif
