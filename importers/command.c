/* SPDX-License-Identifier: Apache-2.0 */
#include "importers/command.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "data/share.h"
#include "data/text.h"
#include "importers/services.h"

#define SOURCE_BYTES_MAX 200

static const char usage[] =
    "usage: haven import services FILE.csv --db FILE.db --source NAME [options]\n";

static const char help[] =
    "Reads a services.csv (UTF-8, a header row; - is standard input) into a record, as\n"
    "one transaction. Every bad row is listed on standard error as\n"
    "  file:line: column: what is wrong and what is allowed\n"
    "and then nothing is changed. Importing the same file twice changes nothing.\n"
    "\n"
    "  --db FILE.db       the record (haven init makes one)\n"
    "  --source NAME      whose file this is; ids are kept by source\n"
    "  --dry-run          do everything, say what would change, change nothing\n"
    "  --partial          take the good rows, leave the bad ones\n"
    "  --retire-missing   retire services of the source not in the file; refused\n"
    "                     when that is more than a fifth of them\n"
    "  --force            retire them all the same\n"
    "  --report OUT.json  write counts, errors and likely duplicates as JSON\n"
    "  --map MAP.json     read somebody else's sheet:\n"
    "\n"
    "    { \"columns\": { \"Their header\": \"our_column\",\n"
    "                   \"Type\": { \"column\": \"kind\",\n"
    "                             \"values\": { \"Refuge\": \"shelter\" },\n"
    "                             \"split\": \",\", \"other\": \"error\" },\n"
    "                   \"GPS\": { \"pattern\": \"{lat}, {lon}\" } },\n"
    "      \"constants\": { \"country\": \"KH\" },\n"
    "      \"ignore\": \"unknown\",\n"
    "      \"about\": \"whose sheet this is\" }\n"
    "\n"
    "    values     their value and ours (\"\" drops it, \"a;b\" is two codes)\n"
    "    pattern    one cell that becomes several of our columns: {name} takes what stands\n"
    "               there, {} passes it over, the text between must be there, as in\n"
    "               \"POINT ({lon} {lat})\" for WKT and \"{lat} {lon} {} {}\" for Kobo\n"
    "    split      the character between several of their values in one cell\n"
    "    other      a value that is not named: error (the default), skip, or keep\n"
    "    constants  columns that the sheet does not have\n"
    "    ignore     \"unknown\": skip headers named nowhere; else they are errors\n"
    "    about      a text or a list of texts for whoever reads the map\n"
    "\n"
    "Exit codes: 0 done, 1 data refused, 2 wrong use, 3 the environment failed.\n";

enum option_id {
    OPT_DB = 1,
    OPT_SOURCE,
    OPT_DRY_RUN,
    OPT_PARTIAL,
    OPT_RETIRE_MISSING,
    OPT_FORCE,
    OPT_REPORT,
    OPT_MAP,
    OPT_HELP
};

static const struct option options[] = {
    {"db", required_argument, NULL, OPT_DB},
    {"source", required_argument, NULL, OPT_SOURCE},
    {"dry-run", no_argument, NULL, OPT_DRY_RUN},
    {"partial", no_argument, NULL, OPT_PARTIAL},
    {"retire-missing", no_argument, NULL, OPT_RETIRE_MISSING},
    {"force", no_argument, NULL, OPT_FORCE},
    {"report", required_argument, NULL, OPT_REPORT},
    {"map", required_argument, NULL, OPT_MAP},
    {"help", no_argument, NULL, OPT_HELP},
    {NULL, 0, NULL, 0},
};

static int wrong_use(const char *what) {
    fprintf(stderr, "haven import: %s\n%s", what, usage);
    return ERR_USAGE;
}

static int show_help(void) {
    fputs(usage, stdout);
    fputs(help, stdout);
    return ERR_NONE;
}

static void set_option(struct services_options *o, int id, const char *value) {
    switch (id) {
    case OPT_DB:
        o->db = value;
        break;
    case OPT_SOURCE:
        o->source = value;
        break;
    case OPT_DRY_RUN:
        o->dry_run = true;
        break;
    case OPT_PARTIAL:
        o->partial = true;
        break;
    case OPT_RETIRE_MISSING:
        o->retire_missing = true;
        break;
    case OPT_FORCE:
        o->force = true;
        break;
    case OPT_REPORT:
        o->report = value;
        break;
    case OPT_MAP:
        o->map = value;
        break;
    }
}

static bool source_fine(const char *name) {
    size_t len = strlen(name);
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)name[i] < 0x20 || name[i] == 0x7f)
            return false;
    return len > 0 && len <= SOURCE_BYTES_MAX && slice_trim(slice_of(name)).len == len &&
           text_utf8(name, len, NULL);
}

static const char *missing(const struct services_options *o) {
    if (o->path == NULL)
        return "which file?";
    if (o->db == NULL)
        return "--db FILE.db is missing";
    if (o->source == NULL)
        return "--source NAME is missing";
    if (!source_fine(o->source))
        return "--source must be 1 to 200 bytes of UTF-8 without spaces at its ends";
    return o->force && !o->retire_missing ? "--force is of use only with --retire-missing"
                                          : NULL;
}

static int run_services(struct services_options *o) {
    char share[SHARE_PATH_MAX];
    struct error e = {0};
    o->share = share;
    if (share_open(share, &e))
        return services_import(o);
    fprintf(stderr, "haven import: %s\n", e.message);
    return e.code;
}

static int import_services(int argc, char **argv) {
    struct services_options o = {0};
    optind = 0; /* the caller may have used getopt */
    for (int id; (id = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        if (id == OPT_HELP)
            return show_help();
        if (id == '?')
            return wrong_use("see haven import services --help");
        set_option(&o, id, optarg);
    }
    if (argc - optind > 1)
        return wrong_use("one file at a time");
    o.path = optind < argc ? argv[optind] : NULL;
    const char *what = missing(&o);
    return what ? wrong_use(what) : run_services(&o);
}

static const struct {
    const char *name;
    int (*run)(int argc, char **argv);
} importers[] = {
    {"services", import_services},
};

int command_import(int argc, char **argv) {
    const char *what = argc > 1 ? argv[1] : "";
    if (strcmp(what, "--help") == 0)
        return show_help();
    for (size_t i = 0; i < sizeof importers / sizeof *importers; i++)
        if (strcmp(importers[i].name, what) == 0)
            return importers[i].run(argc - 1, argv + 1);
    return wrong_use(*what ? "this cannot be imported; allowed: services"
                           : "what shall be imported? allowed: services");
}
