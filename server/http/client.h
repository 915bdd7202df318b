/* SPDX-License-Identifier: Apache-2.0
 *
 * Who is at the other end: the address of the peer, or the one that a trusted proxy names.
 * Addresses are 16 bytes of IPv6, with IPv4 mapped into it. They are compared and counted
 * while a request lasts, and never written anywhere.
 */
#ifndef SERVER_HTTP_CLIENT_H
#define SERVER_HTTP_CLIENT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include "data/text.h"

/* Reads "192.0.2.1", "2001:db8::1" or "[2001:db8::1]", the last also with ":port", as is
 * "192.0.2.1:port". False, and `out` untouched, for anything else. */
bool client_parse(struct slice text, uint8_t out[16]);

/* The address of a socket; all zero when it is neither IPv4 nor IPv6. */
void client_of_socket(const struct sockaddr *address, uint8_t out[16]);

/* The part of a list "a, b, c" that the nearest proxy added: the last one, trimmed. */
struct slice client_last_of(const char *list);

#endif
