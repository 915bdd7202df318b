/* SPDX-License-Identifier: Apache-2.0
 *
 * haven init, check.
 */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "data/field.h"
#include "data/record.h"
#include "data/share.h"
#include "data/telltale.h"
#include "data/unresolved.h"
#include "server/commands.h"

#define NAMES_SAID 50 /* lines of a list, at most */

static int fail(const char *command, const struct error *e) {
    fprintf(stderr, "haven %s: %s\n", command, e->message);
    return e->code;
}

static int usage(const char *text) {
    fputs(text, stderr);
    return 2;
}

/* ---- init ---------------------------------------------------------------------------- */

static const char init_help[] = "usage: haven init FILE.db\n\n"
                                "Makes a new, empty record. An existing file is left alone.\n";

int command_init(int argc, char **argv) {
    char share[SHARE_PATH_MAX];
    struct error e = {0};
    if (argc == 2 && strcmp(argv[1], "--help") == 0) {
        fputs(init_help, stdout);
        return 0;
    }
    if (argc != 2 || argv[1][0] == '-')
        return usage(init_help);
    if (!share_open(share, &e) || !record_create(argv[1], share, &e))
        return fail("init", &e);
    printf("%s: a new record\n", argv[1]);
    return 0;
}

/* ---- check --------------------------------------------------------------------------- */

static const char check_help[] =
    "usage: haven check --db FILE.db\n"
    "       haven check --roles\n\n"
    "Verifies a record: structure, constraints, spatial index, every cell. Lists each fault\n"
    "and ends with 1 when there is one. Then says how many services it holds by country,\n"
    "need, kind, visibility, evidence and age, and which names of areas the gazetteer does\n"
    "not know, and published texts that hold a name, a telephone or a street that is hidden:\n"
    "not for the public.\n\n"
    "  --roles  print who sees which field of which answer\n";

static void say_fault(const char *fault, void *ctx) {
    (void)ctx;
    printf("%s\n", fault);
}

static void say_count(const char *title, const char *label, int64_t count, void *ctx) {
    const char **last = ctx;
    if (*last == NULL || strcmp(*last, title) != 0)
        printf("\n%s\n", title);
    *last = title;
    printf("  %-32s %10lld\n", label, (long long)count);
}

/* A list of lines under a title, the first of them. */
struct said {
    const char *title;
    int64_t count;
};

static void say_line(const char *line, void *ctx) {
    struct said *said = ctx;
    if (said->count++ == 0)
        printf("\n%s\n", said->title);
    if (said->count <= NAMES_SAID)
        printf("  %s\n", line);
}

/* No faults: a service whose area is not known stays, and says so; and what a published text
 * tells, a person has to judge. */
static bool check_texts(struct record *record, struct error *e) {
    static const struct {
        const char *title;
        bool (*list)(struct record *r, void (*say)(const char *line, void *ctx), void *ctx,
                     int64_t *count, struct error *e);
    } lists[] = {{"names that are no single place of the gazetteer", unresolved_names},
                 {"published texts that hold what is hidden", telltale_texts}};
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        struct said said = {lists[i].title, 0};
        int64_t count = 0;
        if (!lists[i].list(record, say_line, &said, &count, e))
            return false;
        if (count > NAMES_SAID)
            printf("  and %lld more\n", (long long)(count - NAMES_SAID));
    }
    return true;
}

static int run_check(const char *path) {
    const char *last = NULL;
    char share[SHARE_PATH_MAX];
    struct error e = {0};
    int64_t faults = 0;
    struct record *record = NULL;
    bool done = share_open(share, &e) &&
                (record = record_open(path, share, DB_READ, &e)) != NULL &&
                record_check(record, say_fault, NULL, &faults, &e);
    if (done && faults > 0)
        fprintf(stderr, "%s: %lld faults\n", path, (long long)faults);
    else if (done)
        printf("%s: no fault found\n", path);
    done = done && record_counts(record, say_count, &last, &e) &&
           (faults > 0 || check_texts(record, &e));
    record_close(record);
    if (!done)
        return fail("check", &e);
    return faults > 0 ? 1 : 0;
}

static const char roles_key[] =
    "-  never\n"
    "p  as published\n"
    "k  to a kilometre\n"
    "1  as recorded, of one service asked for by its id, counted and audited; else as the\n"
    "   public sees it\n"
    "o  as recorded, of the services of one's own organization; else as the public sees it\n"
    "s  as recorded\n";

static int print_roles(void) {
    printf("%-13s%-24s", "answer", "field");
    for (int role = 0; role < ROLE_COUNT; role++)
        printf(" %-10s", role_name((enum role)role));
    printf("\n");
    for (int f = 0; f < FIELD_COUNT; f++) {
        printf("%-13s%-24s", field_specs[f].answer, field_specs[f].name);
        for (int role = 0; role < ROLE_COUNT; role++)
            printf(" %-10c", (int)field_form((enum field_id)f, (enum role)role));
        printf("\n");
    }
    printf("\n%s", roles_key);
    return 0;
}

int command_check(int argc, char **argv) {
    static const struct option options[] = {{"db", required_argument, NULL, 'd'},
                                            {"roles", no_argument, NULL, 'r'},
                                            {"help", no_argument, NULL, 'h'},
                                            {0}};
    const char *path = NULL;
    bool roles = false;
    for (int o; (o = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        if (o == 'h') {
            fputs(check_help, stdout);
            return 0;
        }
        if (o == '?')
            return usage(check_help);
        roles |= o == 'r';
        path = o == 'd' ? optarg : path;
    }
    if (roles && path == NULL && optind == argc)
        return print_roles();
    if (roles)
        return usage(check_help);
    return path != NULL && optind == argc ? run_check(path) : usage(check_help);
}
