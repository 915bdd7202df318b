/* SPDX-License-Identifier: Apache-2.0
 *
 * haven edit: a steward's word over that of a source.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "data/history.h"
#include "data/share.h"
#include "importers/cell.h"
#include "importers/row.h"
#include "importers/target.h"
#include "server/commands.h"

static const char help[] =
    "usage: haven edit --db FILE.db ID --by NAME [column=value ...] [--give-back COLUMN ...]\n\n"
    "Sets cells of one service. Later imports keep them; where the file then says something\n"
    "new, the import tells. Values are checked as in services.csv.\n\n"
    "  ID                  its public id, or SOURCE:ID as its source calls it\n"
    "  --by NAME           who does it; stands in the history\n"
    "  column=value        sets the cell; column@km=value its text in one more language\n"
    "  column=             empties it (not stated)\n"
    "  --give-back COLUMN  as the source says again\n"
    "  visibility=VALUE    exact, area, contact or staff: decided, looser or stricter,\n"
    "                      whatever its source or its neighbours say\n";

struct edit_options {
    const char *db, *by;
    char **given_back; /* of argc room */
    size_t given_back_count;
};

struct work {
    struct cell_reader cells;
    struct edit_cell *cell;
    size_t count, capacity;
};

static void add(struct work *w, const struct target *target, const char *value) {
    w->cell = xgrow(w->cell, &w->capacity, w->count, sizeof *w->cell);
    struct edit_cell *cell = &w->cell[w->count++];
    *cell = (struct edit_cell){.column = (enum column)target->column, .value = value};
    memcpy(cell->language, target->language, sizeof cell->language);
}

static bool add_value(struct work *w, const char *argument, struct error *e) {
    const char *equals = strchr(argument, '='), *value;
    struct target target;
    if (equals == NULL)
        return error_set(e, ERR_USAGE, "\"%.60s\": column=value is wanted", argument);
    if (!text_utf8(argument, strlen(argument), NULL))
        return error_set(e, ERR_DATA, "a value that is not UTF-8");
    if (!target_parse(&services_table, (struct slice){argument, (size_t)(equals - argument)}, &target, e))
        return false;
    if (!cell_check(&w->cells, (enum column)target.column, slice_of(equals + 1), &value, e))
        return error_prefix(e, "%s: ", columns[target.column].name);
    add(w, &target, value);
    return true;
}

static bool add_given_back(struct work *w, const char *name, struct error *e) {
    struct target target;
    if (!target_parse(&services_table, slice_of(name), &target, e))
        return false;
    add(w, &target, NULL);
    return true;
}

static bool edit(struct work *w, const char *share, const struct edit_options *o,
                 const char *name, struct run_result *out, struct error *e) {
    uint8_t id[ID_BYTES];
    struct edit_request request = {.by = o->by,
                                   .cells = w->cell,
                                   .count = w->count,
                                   .judge = row_judge,
                                   .listen = command_say_note};
    struct record *record = record_open(o->db, share, DB_READ_WRITE, e);
    bool done = record != NULL && record_find(record, name, id, e) &&
                record_edit(record, id, &request, out, e);
    record_close(record);
    return done;
}

static int fail(const struct error *e) {
    fprintf(stderr, "haven edit: %s\n", e->message);
    return e->code;
}

static int usage(void) {
    fputs(help, stderr);
    return 2;
}

/* Vocabularies are loaded before any cell is checked. */
static int run_edit(struct work *w, const struct edit_options *o, char **arguments,
                    int count) {
    char share[SHARE_PATH_MAX];
    struct error e = {0};
    struct run_result result;
    bool good = share_open(share, &e);
    for (int i = 1; good && i < count; i++)
        good = add_value(w, arguments[i], &e);
    for (size_t i = 0; good && i < o->given_back_count; i++)
        good = add_given_back(w, o->given_back[i], &e);
    if (!good || !edit(w, share, o, arguments[0], &result, &e))
        return fail(&e);
    if (result.number != 0)
        printf("run %lld: edited\n", (long long)result.number);
    else
        printf("nothing to change\n");
    return 0;
}

static bool read_options(int argc, char **argv, struct edit_options *o,
                         bool *wants_help) {
    static const struct option options[] = {{"db", required_argument, NULL, 'd'},
                                            {"by", required_argument, NULL, 'b'},
                                            {"give-back", required_argument, NULL, 'g'},
                                            {"help", no_argument, NULL, 'h'},
                                            {0}};
    for (int id; (id = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        if (id == 'h')
            *wants_help = true;
        else if (id == '?')
            return false;
        else if (id == 'g')
            o->given_back[o->given_back_count++] = optarg;
        else
            *(id == 'd' ? &o->db : &o->by) = optarg;
    }
    int cells = argc - optind - 1 + (int)o->given_back_count;
    return *wants_help || (o->db != NULL && o->by != NULL && argc > optind && cells > 0);
}

int command_edit(int argc, char **argv) {
    struct work w = {0};
    bool wants_help = false;
    int code;
    struct edit_options o = {.given_back = xcalloc((size_t)argc, sizeof *o.given_back)};
    if (!read_options(argc, argv, &o, &wants_help)) {
        code = usage();
    } else if (wants_help) {
        fputs(help, stdout);
        code = 0;
    } else {
        code = run_edit(&w, &o, argv + optind, argc - optind);
    }
    cell_reader_free(&w.cells);
    free(w.cell);
    free(o.given_back);
    return code;
}
