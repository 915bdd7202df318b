/* SPDX-License-Identifier: Apache-2.0
 *
 * `haven import`: the command line of the importers.
 */
#ifndef IMPORTERS_COMMAND_H
#define IMPORTERS_COMMAND_H

/* `argv[0]` is "import", `argv[1]` what to import. Returns the exit code of the program:
 * 0 done, 1 data refused, 2 wrong use, 3 the environment failed. */
int command_import(int argc, char **argv);

#endif
