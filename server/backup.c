/* SPDX-License-Identifier: Apache-2.0
 *
 * haven backup, restore.
 */
#include "data/backup.h"

#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "data/share.h"
#include "data/text.h"
#include "server/commands.h"

#define BIG_PAGES 8192 /* from 128 MiB on progress is shown */

static int fail(const char *command, const struct error *e) {
    fprintf(stderr, "haven %s: %s\n", command, e->message);
    return e->code;
}

static int usage(const char *text) {
    fputs(text, stderr);
    return 2;
}

static void show_progress(int64_t done, int64_t total, void *ctx) {
    (void)ctx;
    if (total >= BIG_PAGES)
        fprintf(stderr, "\r%3lld %%%s", (long long)(done * 100 / total),
                done == total ? ", verifying\n" : "");
}

/* A file that may grow no further is a full disk, and no reason to die. */
static void prepare(struct backup_options *o) {
    signal(SIGXFSZ, SIG_IGN);
    o->progress = isatty(STDERR_FILENO) ? show_progress : NULL;
}

static void print_files(struct backup_files *files) {
    printf("%s\n", buf_text(&files->record));
    if (files->access.len > 0)
        printf("%s\n", buf_text(&files->access));
}

/* ---- backup ---------------------------------------------------------------------- */

static const char backup_help[] =
    "usage: haven backup --db FILE.db --to FOLDER|FILE [--without-access] [--keep N]\n\n"
    "Copies a record, and the access database beside it, while servers answer and\n"
    "imports run. Each copy is of one moment and verified. Prints the paths.\n\n"
    "  --to FOLDER       the copy gets the time in its name: region-20261124T120000Z.db\n"
    "  --to FILE         the copy's own name; an existing file is left alone\n"
    "  --without-access  leave out accounts and keys\n"
    "  --keep N          then remove the oldest copies of FILE.db in FOLDER but N\n\n"
    "A copy holds all that must not be found. Keep it as safe as the record.\n";

enum option_id { OPT_DB = 1, OPT_TO, OPT_WITHOUT_ACCESS, OPT_KEEP, OPT_FORCE, OPT_HELP };

struct backup_command {
    const char *db, *to;
    int64_t keep; /* 0: all */
    bool help, wrong;
    struct backup_options options;
};

static int run_backup(const struct backup_command *c) {
    struct backup_files made = {0};
    struct error e = {0};
    bool ok = backup_make(c->db, c->to, &c->options, &made, &e);
    if (ok)
        print_files(&made);
    ok = ok && (c->keep == 0 || backup_prune(c->db, c->to, (int)c->keep, &e));
    backup_files_free(&made);
    return ok ? 0 : fail("backup", &e);
}

static void set_option(struct backup_command *c, int id, const char *value) {
    switch (id) {
    case OPT_DB:
        c->db = value;
        break;
    case OPT_TO:
        c->to = value;
        break;
    case OPT_WITHOUT_ACCESS:
        c->options.without_access = true;
        break;
    case OPT_KEEP:
        c->wrong |= !slice_integer(slice_of(value), &c->keep) || c->keep < 1 ||
                    c->keep > 100000;
        break;
    case OPT_FORCE:
        c->options.force = true;
        break;
    case OPT_HELP:
        c->help = true;
        break;
    default:
        c->wrong = true;
    }
}

static struct backup_command read_options(int argc, char **argv,
                                          const struct option *options) {
    struct backup_command c = {0};
    for (int id; (id = getopt_long(argc, argv, "", options, NULL)) != -1;)
        set_option(&c, id, optarg);
    prepare(&c.options);
    return c;
}

int command_backup(int argc, char **argv) {
    static const struct option options[] = {
        {"db", required_argument, NULL, OPT_DB},
        {"to", required_argument, NULL, OPT_TO},
        {"without-access", no_argument, NULL, OPT_WITHOUT_ACCESS},
        {"keep", required_argument, NULL, OPT_KEEP},
        {"help", no_argument, NULL, OPT_HELP},
        {0}};
    struct backup_command c = read_options(argc, argv, options);
    if (c.help && !c.wrong) {
        fputs(backup_help, stdout);
        return 0;
    }
    if (c.wrong || c.db == NULL || c.to == NULL || optind != argc)
        return usage(backup_help);
    return run_backup(&c);
}

/* ---- restore --------------------------------------------------------------------- */

static const char restore_help[] =
    "usage: haven restore BACKUP.db --db FILE.db [--force] [--without-access]\n\n"
    "Makes FILE.db from a backup, and FILE-access.db from the one beside it. The copy\n"
    "is checked whole before anything is touched.\n\n"
    "  --force           replace a record that stands. No program may have it open:\n"
    "                    stop the server first. The old files stay as FILE.db.before-restore\n"
    "  --without-access  leave accounts and keys as they are\n\n"
    "Accounts and keys come back as they were: what was revoked since is live again.\n"
    "Nobody is signed in.\n";

static void say_fault(const char *fault, void *ctx) {
    (void)ctx;
    fprintf(stderr, "%s\n", fault);
}

static int run_restore(const char *backup, const struct backup_command *c) {
    char share[SHARE_PATH_MAX];
    struct backup_files made = {0};
    struct error e = {0};
    bool ok = share_open(share, &e) &&
              backup_restore(backup, c->db, share, &c->options, say_fault, &made, &e);
    if (ok)
        print_files(&made);
    backup_files_free(&made);
    return ok ? 0 : fail("restore", &e);
}

int command_restore(int argc, char **argv) {
    static const struct option options[] = {
        {"db", required_argument, NULL, OPT_DB},
        {"force", no_argument, NULL, OPT_FORCE},
        {"without-access", no_argument, NULL, OPT_WITHOUT_ACCESS},
        {"help", no_argument, NULL, OPT_HELP},
        {0}};
    struct backup_command c = read_options(argc, argv, options);
    if (c.help && !c.wrong) {
        fputs(restore_help, stdout);
        return 0;
    }
    if (c.wrong || c.db == NULL || optind != argc - 1)
        return usage(restore_help);
    return run_restore(argv[optind], &c);
}
