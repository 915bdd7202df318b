/* SPDX-License-Identifier: Apache-2.0
 *
 * Who asks: nobody known, a system with a key, or a person who is signed in.
 */
#ifndef SERVER_ACCESS_CALLER_H
#define SERVER_ACCESS_CALLER_H

#include "data/access/holder.h"
#include "data/access/session.h"

enum caller_kind { CALLER_NOBODY, CALLER_KEY, CALLER_SESSION };

struct caller {
    enum role role; /* ROLE_PUBLIC of nobody */
    char name[HOLDER_NAME_SIZE];
    enum caller_kind kind;
    bool has_organization;
    uint8_t organization[16];
    bool must_change; /* the password: nothing else may be done before */
    uint8_t session[SESSION_HASH_BYTES]; /* which, of CALLER_SESSION */
};

#endif
