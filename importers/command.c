/* SPDX-License-Identifier: Apache-2.0 */
#include "importers/command.h"

#include <getopt.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "data/history.h"
#include "data/share.h"
#include "data/text.h"
#include "importers/importer.h"

#define SOURCE_BYTES_MAX 200

static const struct importer *const importers[] = {
    &services_importer, &places_importer, &boundaries_importer, &basemap_importer};

static const char common_help[] =
    "\n"
    "  --db FILE.db       the record (haven init makes one)\n"
    "  --source NAME      whose file this is; ids are kept by source\n"
    "  --dry-run          do everything, say what would change, change nothing\n"
    "  --partial          take the good rows, leave the bad ones\n"
    "  --retire-missing   retire what the source has and the file has no more; refused when\n"
    "                     that is more than a fifth of it\n"
    "  --force            retire it all the same\n"
    "  --report OUT.json  write counts, errors and likely duplicates as JSON\n"
    "  --by NAME          who does it; stands in the history\n"
    "  --expect-revision N  refuse when the record has moved on from revision N, the one in\n"
    "                     the report of a dry run\n"
    "\n"
    "Exit codes: 0 done, 1 data refused, 2 wrong use, 3 the environment failed.\n";

#define AT(member) offsetof(struct import_options, member)

/* Options that hold a text, and those that are on or off. */
static const struct {
    const char *name;
    size_t at; /* in struct import_options */
    bool flag, common;
} known[] = {
    {"db", AT(db), false, true},
    {"source", AT(source), false, true},
    {"dry-run", AT(dry_run), true, true},
    {"partial", AT(partial), true, true},
    {"retire-missing", AT(retire_missing), true, true},
    {"force", AT(force), true, true},
    {"report", AT(report), false, true},
    {"by", AT(by), false, true},
    {"expect-revision", AT(expect_revision), false, true},
    {"map", AT(map), false, false},
    {"format", AT(format), false, false},
    {"alternate-names", AT(alternate_names), false, false},
    {"level", AT(level), false, false},
    {"country", AT(country), false, false},
    {"encoding", AT(encoding), false, false},
    {"id-field", AT(field[AREA_ID]), false, false},
    {"name-field", AT(field[AREA_NAME]), false, false},
    {"local-field", AT(field[AREA_LOCAL]), false, false},
    {"country-field", AT(field[AREA_COUNTRY]), false, false},
    {"code-field", AT(field[AREA_CODE]), false, false},
    {"level-field", AT(field[AREA_LEVEL]), false, false},
    {"layer", AT(layer), false, false},
    {"class-field", AT(field[AREA_CLASS]), false, false},
    {"zoom-field", AT(field[AREA_ZOOM]), false, false},
};

#define KNOWN (sizeof known / sizeof *known)

static int wrong_use(const char *what, const struct importer *importer) {
    fprintf(stderr, "haven import: %s\n%s", what, importer->usage);
    return ERR_USAGE;
}

static int show_help(const struct importer *importer) {
    printf("%s%s%s", importer->usage, importer->help, common_help);
    return ERR_NONE;
}

static bool source_fine(const char *name) {
    size_t len = strlen(name);
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)name[i] < 0x20 || name[i] == 0x7f)
            return false;
    return len > 0 && len <= SOURCE_BYTES_MAX && slice_trim(slice_of(name)).len == len &&
           text_utf8(name, len, NULL);
}

static bool person_fine(const char *by) {
    struct error why;
    return by == NULL || history_person(by, &why);
}

static bool revision_fine(const char *text) {
    int64_t revision;
    return text == NULL || (slice_integer(slice_of(text), &revision) && revision >= 0);
}

/* What is wrong with the options, or NULL. */
static const char *wrong(const struct import_options *o) {
    if (o->path == NULL)
        return "which file?";
    if (o->db == NULL)
        return "--db FILE.db is missing";
    if (o->source == NULL)
        return "--source NAME is missing";
    if (!source_fine(o->source))
        return "--source must be 1 to 200 bytes of UTF-8 without spaces at its ends";
    if (!person_fine(o->by))
        return "--by must be 1 to 200 bytes of UTF-8, one line, without spaces at its ends";
    if (!revision_fine(o->expect_revision))
        return "--expect-revision must be a whole number";
    return o->force && !o->retire_missing ? "--force is of use only with --retire-missing"
                                          : NULL;
}

static bool takes(const struct importer *importer, size_t option) {
    char word[40];
    snprintf(word, sizeof word, " %s ", known[option].name);
    return known[option].common || strstr(importer->takes, word) != NULL;
}

static void set_option(struct import_options *o, size_t option, const char *value) {
    char *at = (char *)o + known[option].at;
    if (known[option].flag)
        *(bool *)(void *)at = true;
    else
        *(const char **)(void *)at = value;
}

/* The table for getopt: what the importer takes, and --help (number KNOWN). */
static void list_options(const struct importer *importer, struct option out[KNOWN + 2]) {
    size_t count = 0;
    for (size_t i = 0; i < KNOWN; i++)
        if (takes(importer, i))
            out[count++] = (struct option){
                known[i].name, known[i].flag ? no_argument : required_argument, NULL,
                (int)i + 1000};
    out[count++] = (struct option){"help", no_argument, NULL, (int)KNOWN + 1000};
    out[count] = (struct option){NULL, 0, NULL, 0};
}

static int run(const struct importer *importer, struct import_options *o) {
    char share[SHARE_PATH_MAX];
    struct error e = {0};
    o->share = share;
    if (share_open(share, &e))
        return importer->run(o);
    fprintf(stderr, "haven import: %s\n", e.message);
    return e.code;
}

static int import(const struct importer *importer, int argc, char **argv) {
    struct import_options o = {0};
    struct option options[KNOWN + 2];
    char see[80];
    list_options(importer, options);
    optind = 0; /* the caller may have used getopt */
    for (int id; (id = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        if (id == (int)KNOWN + 1000)
            return show_help(importer);
        snprintf(see, sizeof see, "see haven import %s --help", importer->name);
        if (id == '?')
            return wrong_use(see, importer);
        set_option(&o, (size_t)id - 1000, optarg);
    }
    if (argc - optind > 1)
        return wrong_use("one file at a time", importer);
    o.path = optind < argc ? argv[optind] : NULL;
    const char *what = wrong(&o);
    return what ? wrong_use(what, importer) : run(importer, &o);
}

static int list_importers(FILE *out) {
    fputs("usage: haven import WHAT FILE --db FILE.db --source NAME [options]\n\n", out);
    for (size_t i = 0; i < sizeof importers / sizeof *importers; i++)
        fprintf(out, "  %s", importers[i]->usage + strlen("usage: "));
    fputs("\nhaven import WHAT --help tells more.\n", out);
    return out == stdout ? ERR_NONE : ERR_USAGE;
}

int command_import(int argc, char **argv) {
    const char *what = argc > 1 ? argv[1] : "";
    if (strcmp(what, "--help") == 0)
        return list_importers(stdout);
    for (size_t i = 0; i < sizeof importers / sizeof *importers; i++)
        if (strcmp(importers[i]->name, what) == 0)
            return import(importers[i], argc - 1, argv + 1);
    fprintf(stderr, "haven import: %s; allowed: services places boundaries basemap\n",
            *what ? "this cannot be imported" : "what shall be imported?");
    return list_importers(stderr);
}
