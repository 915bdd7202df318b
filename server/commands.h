/* SPDX-License-Identifier: Apache-2.0
 *
 * The sub-commands of `haven` that do not import. Each takes its own name as argv[0] and
 * returns the exit code: 0 done, 1 data refused, 2 wrong use, 3 the environment failed.
 */
#ifndef SERVER_COMMANDS_H
#define SERVER_COMMANDS_H

int command_init(int argc, char **argv);    /* admin.c */
int command_key(int argc, char **argv);     /* key.c */
int command_user(int argc, char **argv);    /* user.c */
int command_check(int argc, char **argv);   /* admin.c */
int command_serve(int argc, char **argv);   /* serve.c */
int command_places(int argc, char **argv);  /* places.c */
int command_history(int argc, char **argv); /* history.c */
int command_undo(int argc, char **argv);    /* history.c */
int command_edit(int argc, char **argv);    /* edit.c */
int command_backup(int argc, char **argv);  /* backup.c */
int command_restore(int argc, char **argv); /* backup.c */

int command_tiles(int argc, char **argv);   /* tiles.c */

/* Says a note of a run on standard error. */
struct run_note;
void command_say_note(const struct run_note *note, void *ctx); /* history.c */

#endif
