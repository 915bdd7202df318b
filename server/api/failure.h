/* SPDX-License-Identifier: Apache-2.0
 *
 * An error of the record or of the accounts as an answer: what the caller got wrong is told,
 * what went wrong here is not; that goes to standard error.
 */
#ifndef SERVER_API_FAILURE_H
#define SERVER_API_FAILURE_H

#include "server/api/context.h"

/* 400 with the message for refused data and wrong use; else 503. */
void respond_failure(struct response *r, const struct error *e);

/* Counts in the audit what the caller has done to `object`. That it could not be counted
 * goes to standard error: it is done, and the record's history has it too. */
void note_done(const struct context *c, const char *action, const char *object);

#endif
