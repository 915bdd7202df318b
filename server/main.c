/* SPDX-License-Identifier: Apache-2.0
 *
 * haven: one program, with sub-commands.
 */
#include <stdio.h>
#include <string.h>

#include "importers/command.h"
#include "server/commands.h"

static const struct {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *help;
} commands[] = {
    {"init", command_init, "make a new, empty record"},
    {"import", command_import, "load services, places, boundaries or the basemap"},
    {"tiles", command_tiles, "cut the basemap"},
    {"serve", command_serve, "answer over HTTP"},
    {"places", command_places, "find a place by its name, as it was heard"},
    {"key", command_key, "add, list and revoke API keys"},
    {"user", command_user, "add, list, disable and reset accounts of people"},
    {"history", command_history, "what runs changed, of all or of one service"},
    {"edit", command_edit, "put a steward's word over that of a source"},
    {"undo", command_undo, "take a run back"},
    {"check", command_check, "verify a record, and say what it holds"},
    {"backup", command_backup, "copy a record and its access database, in use or not"},
    {"restore", command_restore, "make a record from a backup"},
};

static void print_help(FILE *out) {
    fputs("haven: which appropriate service is nearest, and can this person use it?\n\n"
          "usage: haven COMMAND ...\n\n",
          out);
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        fprintf(out, "  %-8s %s\n", commands[i].name, commands[i].help);
    fputs("\nEvery command has --help.\n", out);
}

int main(int argc, char **argv) {
    if (argc > 1 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0)) {
        print_help(stdout);
        return 0;
    }
    for (size_t i = 0; argc > 1 && i < sizeof commands / sizeof *commands; i++)
        if (strcmp(argv[1], commands[i].name) == 0)
            return commands[i].run(argc - 1, argv + 1);
    if (argc > 1)
        fprintf(stderr, "haven: there is no command '%s'\n\n", argv[1]);
    print_help(stderr);
    return 2;
}
