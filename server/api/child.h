/* SPDX-License-Identifier: Apache-2.0
 *
 * The program runs itself: what reads a stranger's file does so in a process of its own, so
 * that a hostile one harms nothing but that process.
 *
 *   server ── haven import services FILE ... ──> exit code, and what it said
 *     │         environment, descriptors, signals: its own
 *     └─ at the time limit, or when the server dies: killed, with all that it started
 */
#ifndef SERVER_API_CHILD_H
#define SERVER_API_CHILD_H

#include <stdbool.h>

#include "data/buf.h"
#include "data/error.h"

#define CHILD_OUTPUT_MAX (64 * 1024) /* bytes of standard error that are kept */

/* Runs this program with `argv` (NULL at its end; argv[0] is its name only) and waits for
 * it: for a worker, never for a thread that answers requests. Standard input is `in` (above
 * 2), or nothing (-1); standard output is dropped; the first CHILD_OUTPUT_MAX bytes of
 * standard error are added to `out_stderr`, whatever they are: judge them as text of a
 * stranger.
 *
 * True: it ended by itself, with `*exit_code`. False: it could not be started, was killed
 * after `timeout_s` seconds, or by a signal; `e` says which, `*exit_code` is -1. */
bool child_run(const char *const argv[], int in, int timeout_s, struct buf *out_stderr,
               int *exit_code, struct error *e);

#endif
