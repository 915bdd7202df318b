/* SPDX-License-Identifier: Apache-2.0
 *
 * What access.c and sign_in.c share.
 */
#ifndef SERVER_ACCESS_ACCESS_PRIVATE_H
#define SERVER_ACCESS_ACCESS_PRIVATE_H

#include <stdatomic.h>

#include "server/access/access.h"
#include "server/access/allowance.h"
#include "server/access/guard.h"
#include "server/access/sessions.h"
#include "server/access/uses.h"
#include "server/http/swap.h"

struct access_control {
    struct store *store;
    struct sessions *sessions;
    struct guard *guard;
    struct allowance *places;
    struct uses *uses;
    struct swap key_set; /* of struct key_set */
    atomic_int hashing;  /* passwords being hashed now */
    int64_t version; /* of the database, as loaded; from here of the watching thread */
    int64_t uses_at, sessions_at, audit_at; /* when each was last written */
};

#endif
