/* SPDX-License-Identifier: Apache-2.0
 *
 * Which content coding an answer may have (RFC 9110 section 12.5.3).
 */
#ifndef SERVER_HTTP_CODING_H
#define SERVER_HTTP_CODING_H

#include <stdbool.h>

/* True when an Accept-Encoding header takes `coding` ("gzip", "br"): it is named there with a
 * weight above 0, or `*` is and it is not named. "" takes none. A weight that is none
 * refuses. */
bool coding_accepted(const char *accept_encoding, const char *coding);

#endif
