/* SPDX-License-Identifier: Apache-2.0
 *
 * Slows down who tries passwords. In memory only, of fixed size: nothing is left of it when
 * the server stops, and no address of a client can be read from it: it holds keyed hashes,
 * whose key is made by chance anew each day.
 *
 * Tries that fail are counted by account name and by client. The next try has to wait
 *
 *   of an account:  0 0 0 1 2 4 8 ... 900 seconds     (three failures are free)
 *   of a client:    the same after ten, since an office may share one address
 *
 * A failure is forgotten after 900 quiet seconds, one after the other. A try counts as failed
 * from its start, so that a hundred at once are no hundred free ones. An account that does
 * not exist is counted like any other.
 *
 * Nobody is locked out by others: a full table forgets who failed least, and never says no
 * for being full; and who signed in to an account from a client today waits there for
 * failures of that client only, however often strangers try the account.
 */
#ifndef SERVER_ACCESS_GUARD_H
#define SERVER_ACCESS_GUARD_H

#include <stdint.h>

#define GUARD_SLOTS 4096   /* accounts, and as many clients, that are remembered */
#define GUARD_WAIT_MAX 900 /* seconds */
#define GUARD_FREE_NAME 3  /* failures without a wait */
#define GUARD_FREE_CLIENT 10

enum guard_table { GUARD_NAME, GUARD_CLIENT, GUARD_TRUSTED, GUARD_TABLES };

/* One try, for who ends it. */
struct guard_ticket {
    uint8_t hash[GUARD_TABLES][16];
    unsigned serial[GUARD_TABLES];
};

struct guard;

struct guard *guard_new(void);
void guard_free(struct guard *g);

/* How many seconds a try of the account `name` from the IPv6 address `client` (IPv4 mapped;
 * of IPv6 the network of 64 bits counts) has to wait at `now`, seconds since 1970. 0: it may
 * be made now, is counted as failed, and `*out` is set: one of the next two comes after it,
 * unless it failed. */
int guard_try(struct guard *g, const char *name, const uint8_t client[16], int64_t now,
              struct guard_ticket *out);

/* The try was right in all: failures of the account are forgotten. */
void guard_passed(struct guard *g, const struct guard_ticket *ticket, int64_t now);

/* The try was neither right nor wrong: as if it had not been made. */
void guard_withdraw(struct guard *g, const struct guard_ticket *ticket, int64_t now);

#endif
