/* SPDX-License-Identifier: Apache-2.0
 *
 * Which passwords are good enough, and one made by chance for a new account. Long rather
 * than odd: no rule asks for digits or signs.
 */
#ifndef SERVER_ACCESS_PASSWORD_H
#define SERVER_ACCESS_PASSWORD_H

#include <stdbool.h>
#include <stddef.h>

#include "data/error.h"

#define PASSWORD_MIN 12  /* bytes */
#define PASSWORD_MAX 200 /* bytes */

/* False (ERR_USAGE, `e` says what is asked for, never the password) when `password` of
 * `len` bytes is too short or long, no UTF-8, holds the account's name of three or more
 * bytes, has fewer than five different bytes, or is one of the commonest. */
bool password_check(const char *password, size_t len, const char *name, struct error *e);

#define PASSWORD_MADE_SIZE 24 /* "xxxxx-xxxxx-xxxxx-xxxxx" and NUL: 100 bits */

/* A password of letters and digits that are not mistaken for each other. */
void password_make(char out[PASSWORD_MADE_SIZE]);

#endif
