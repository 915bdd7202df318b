/* SPDX-License-Identifier: Apache-2.0
 *
 * The certificate and its key, for TLS by libmicrohttpd: read from two PEM files, and read
 * again when they change, while connections go on. tls.c is the only file that includes
 * GnuTLS.
 */
#ifndef SERVER_HTTP_TLS_H
#define SERVER_HTTP_TLS_H

#include <stdbool.h>

#include "data/error.h"

/* TLS 1.3 and 1.2 with forward secrecy and authenticated ciphers only; for GnuTLS. */
extern const char tls_priorities[];

struct tls;

/* Reads the files; the key's must not be readable by everybody. One at a time in a
 * process: libmicrohttpd gives its callback nothing to tell them apart. NULL: `e` says
 * why. */
struct tls *tls_open(const char *cert_file, const char *key_file, struct error *e);

/* Looks at the files; call it every second. When they have changed and then rested for one
 * look, they are read: `*renewed` is true from then on for new handshakes. False, once for
 * each change: they can't be used, `e` says why, and the old ones stay in use. */
bool tls_look(struct tls *tls, bool *renewed, struct error *e);

/* The function for MHD_OPTION_HTTPS_CERT_CALLBACK. */
void *tls_retrieve_function(void);

/* Frees it; no connection may be left. NULL is allowed. */
void tls_close(struct tls *tls);

#endif
