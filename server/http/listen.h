/* SPDX-License-Identifier: Apache-2.0
 *
 * The socket that a server listens on.
 */
#ifndef SERVER_HTTP_LISTEN_H
#define SERVER_HTTP_LISTEN_H

#include "data/error.h"

/* Listens on `host` (an address or a name) and `port` (0: any free one). Gives a socket that
 * does not block, the caller's to close; -1: `e` says why. */
int listen_on(const char *host, int port, struct error *e);

/* The port of a socket that listens; 0: it does not. */
int listen_port(int fd);

#endif
