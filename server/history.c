/* SPDX-License-Identifier: Apache-2.0
 *
 * haven history, undo: what runs changed, and taking one back.
 */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "data/buf.h"
#include "data/history.h"
#include "data/share.h"
#include "data/text.h"
#include "server/commands.h"

#define RUNS_SHOWN 50

static int fail(const char *command, const struct error *e) {
    fprintf(stderr, "haven %s: %s\n", command, e->message);
    return e->code;
}

static int usage(const char *text) {
    fputs(text, stderr);
    return 2;
}

static struct record *open_record(const char *path, enum db_mode mode, struct error *e) {
    char share[SHARE_PATH_MAX];
    return share_open(share, e) ? record_open(path, share, mode, e) : NULL;
}

/* A whole number above 0. */
static bool number_of(const char *text, int64_t *out) {
    return slice_integer(slice_of(text), out) && *out > 0;
}

/* ---- showing ----------------------------------------------------------------------- */

struct shown {
    struct buf out;
    bool json;
};

/* On one line, and nothing that a terminal obeys. */
static void add_line(struct buf *b, const char *text) {
    for (const char *s = text; *s != '\0'; s++) {
        bool c1 = (unsigned char)s[0] == 0xc2 && (unsigned char)s[1] >= 0x80 &&
                  (unsigned char)s[1] < 0xa0;
        bool control = (unsigned char)*s < 0x20 || *s == 0x7f || c1;
        buf_char(b, control ? ' ' : *s);
        s += c1;
    }
}

static void add_value(struct buf *b, const char *value) {
    if (value == NULL || value[0] == '\0') {
        buf_str(b, "(empty)");
        return;
    }
    buf_char(b, '"');
    add_line(b, value);
    buf_char(b, '"');
}

/* "run 5, edit by Dara"; "run 4, import of mekong". */
static void add_run(struct buf *b, const struct run_info *run) {
    buf_printf(b, "run %lld, %s", (long long)run->number, run->kind);
    if (run->undoes != 0)
        buf_printf(b, " of run %lld", (long long)run->undoes);
    if (strcmp(run->things, "services") != 0)
        buf_printf(b, " of %s", run->things);
    buf_str(b, run->made_by[0] != '\0' ? " by " : " of ");
    add_line(b, run->made_by[0] != '\0' ? run->made_by : run->source);
}

static void json_text(struct buf *b, const char *name, const char *value) {
    buf_json_key(b, name);
    if (value == NULL)
        buf_str(b, "null");
    else
        buf_json(b, value);
}

static void json_integer(struct buf *b, const char *name, int64_t value) {
    buf_json_key(b, name);
    buf_integer(b, value);
}

static void json_run(struct buf *b, const struct run_info *run) {
    json_integer(b, "run", run->number);
    json_text(b, "at", run->at);
    json_text(b, "kind", run->kind);
    json_text(b, "things", run->things);
    json_text(b, "source", run->source);
    json_text(b, "by", run->made_by[0] != '\0' ? run->made_by : NULL);
    buf_json_key(b, "undoes");
    if (run->undoes != 0)
        buf_integer(b, run->undoes);
    else
        buf_str(b, "null");
}

/* ---- runs ---------------------------------------------------------------------------- */

static void show_run(const struct run_info *run, void *ctx) {
    struct shown *shown = ctx;
    struct buf *b = &shown->out;
    if (shown->json) {
        buf_json_comma(b);
        buf_str(b, "\n  {");
        json_run(b, run);
        json_integer(b, "added", run->added);
        json_integer(b, "updated", run->updated);
        json_integer(b, "unchanged", run->unchanged);
        json_integer(b, "retired", run->retired);
        buf_char(b, '}');
        return;
    }
    buf_printf(b, "%s  ", run->at);
    add_run(b, run);
    if (run->made_by[0] != '\0') {
        buf_str(b, ", source ");
        add_line(b, run->source);
    }
    buf_printf(b, ": added %lld, updated %lld, unchanged %lld, retired %lld\n",
               (long long)run->added, (long long)run->updated, (long long)run->unchanged,
               (long long)run->retired);
}

/* ---- changes ------------------------------------------------------------------------- */

static void add_event(struct buf *b, const struct change_info *c) {
    if (strcmp(c->field, "added") == 0) {
        buf_str(b, "added");
    } else if (strcmp(c->field, "retired") == 0) {
        bool now = c->new != NULL &&strcmp(c->new, "yes") == 0;
        buf_str(b, now ? "retired" : "stands again");
    } else {
        buf_printf(b, "%s: ", c->field);
        add_value(b, c->old);
        buf_str(b, " -> ");
        add_value(b, c->new);
        buf_printf(b, " (%s)", c->beside != NULL ? c->beside : "");
    }
}

/* What the source says; below an edit that stays. */
static void add_source(struct buf *b, const struct change_info *c) {
    bool stated = strcmp(c->field, "visibility") == 0;
    buf_printf(b, "%s%s: ", c->field, stated ? " (stated)" : "");
    add_value(b, c->old);
    buf_str(b, " -> ");
    add_value(b, c->new);
    if (c->beside != NULL) {
        buf_str(b, " in the source; the steward's ");
        add_value(b, c->beside);
        buf_str(b, " is kept");
    }
}

static void add_edit(struct buf *b, const struct change_info *c) {
    buf_printf(b, "%s: ", c->field);
    add_value(b, c->old != NULL ? c->old : c->beside);
    buf_str(b, " -> ");
    add_value(b, c->new != NULL ? c->new : c->beside);
    if (c->new == NULL)
        buf_str(b, " (as the source says again)");
}

static void show_change(const struct change_info *c, void *ctx) {
    struct shown *shown = ctx;
    struct buf *b = &shown->out;
    if (shown->json) {
        buf_json_comma(b);
        buf_str(b, "\n  {");
        json_run(b, &c->run);
        json_text(b, "layer", c->layer);
        json_text(b, "field", c->field);
        json_text(b, "old", c->old);
        json_text(b, "new", c->new);
        json_text(b, "beside", c->beside);
        buf_char(b, '}');
        return;
    }
    buf_printf(b, "%s  ", c->run.at);
    add_run(b, &c->run);
    buf_str(b, ": ");
    if (strcmp(c->layer, "event") == 0)
        add_event(b, c);
    else if (strcmp(c->layer, "edit") == 0)
        add_edit(b, c);
    else
        add_source(b, c);
    buf_char(b, '\n');
}

/* ---- history --------------------------------------------------------------------------- */

static const char history_help[] =
    "usage: haven history --db FILE.db [ID] [--limit N] [--json]\n\n"
    "Lists runs (imports, edits, undos), newest first. With ID, lists what changed of one\n"
    "service, oldest first: when, the run, by whom or from which source, old -> new.\n\n"
    "  ID         its public id, or SOURCE:ID as its source calls it\n"
    "  --limit N  the last N (default: 50 runs, all changes)\n"
    "  --json     for programs\n";

struct history_options {
    const char *db, *id;
    int64_t limit; /* 0: the default */
    bool json;
};

static bool service_history(struct record *record, const struct history_options *o,
                            struct shown *shown, struct error *e) {
    uint8_t id[ID_BYTES];
    char uuid[37];
    if (!record_find(record, o->id, id, e))
        return false;
    uuid_encode(id, uuid);
    if (o->json)
        buf_printf(&shown->out, "{\"id\":\"%s\",\"changes\":[", uuid);
    return history_service(record, id, o->limit != 0 ? o->limit : INT64_MAX, show_change,
                           shown, e);
}

static bool run_history(struct record *record, const struct history_options *o,
                        struct shown *shown, struct error *e) {
    if (o->json)
        buf_str(&shown->out, "{\"runs\":[");
    return history_runs(record, o->limit != 0 ? o->limit : RUNS_SHOWN, show_run, shown,
                        e);
}

static int show_history(const struct history_options *o) {
    struct error e = {0};
    struct shown shown = {.json = o->json};
    struct record *record = open_record(o->db, DB_READ, &e);
    bool done = record != NULL && (o->id != NULL ? service_history(record, o, &shown, &e)
                                                 : run_history(record, o, &shown, &e));
    record_close(record);
    if (done && o->json)
        buf_str(&shown.out, "\n]}\n");
    if (done && shown.out.len > 0)
        fwrite(shown.out.data, 1, shown.out.len, stdout);
    buf_free(&shown.out);
    return done ? 0 : fail("history", &e);
}

int command_history(int argc, char **argv) {
    static const struct option options[] = {{"db", required_argument, NULL, 'd'},
                                            {"limit", required_argument, NULL, 'l'},
                                            {"json", no_argument, NULL, 'j'},
                                            {"help", no_argument, NULL, 'h'},
                                            {0}};
    struct history_options o = {0};
    for (int id; (id = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        if (id == 'h') {
            fputs(history_help, stdout);
            return 0;
        }
        if (id == '?' || (id == 'l' && !number_of(optarg, &o.limit)))
            return usage(history_help);
        o.json |= id == 'j';
        o.db = id == 'd' ? optarg : o.db;
    }
    if (o.db == NULL || argc - optind > 1)
        return usage(history_help);
    o.id = optind < argc ? argv[optind] : NULL;
    return show_history(&o);
}

/* ---- undo -------------------------------------------------------------------------------- */

static const char undo_help[] =
    "usage: haven undo RUN --db FILE.db --by NAME\n\n"
    "Takes a run back (haven history numbers them), all of it or nothing, as a new run: what\n"
    "it added is retired, what it retired stands again, cells get their old values, edits\n"
    "are taken back. Visibility never becomes looser, but where the run was an edit of it.\n"
    "Refused when a later run, not taken back itself, changed one of the same fields or\n"
    "services: those are listed, and go first.\n\n"
    "  --by NAME  who does it\n";

void command_say_note(const struct run_note *note, void *ctx) {
    (void)ctx;
    if (note->kind == NOTE_LATER)
        fprintf(stderr, "%s:%s: run %lld changed it later\n", note->source, note->id,
                (long long)note->run);
    else if (note->kind == NOTE_ALIAS)
        fprintf(stderr,
                "note: %s:%s: organization_aliases: \"%s\" is the name of another "
                "organization that stands; they are not merged\n",
                note->source, note->id, note->value);
    else if (note->kind == NOTE_DUPLICATE)
        fprintf(stderr,
                "note: %s:%s: perhaps the same as %s:%s: %s, %.0f m apart, a need in "
                "common%s\n",
                note->source, note->id, note->other_source, note->other_id, note->reason,
                note->distance_m,
                note->held ? "; it is held as staff until a steward decides"
                : note->other_held
                    ? "; the other is held as staff until a steward decides"
                    : "");
}

static int run_undo(const char *db, int64_t number, const char *by) {
    struct error e = {0};
    struct run_result result;
    struct record *record = open_record(db, DB_READ_WRITE, &e);
    bool done = record != NULL &&
                record_undo(record, number, by, command_say_note, NULL, &result, &e);
    record_close(record);
    if (!done)
        return fail("undo", &e);
    printf("run %lld takes back run %lld: stand again %lld, updated %lld, retired %lld\n",
           (long long)result.number, (long long)number, (long long)result.added,
           (long long)result.updated, (long long)result.retired);
    return 0;
}

int command_undo(int argc, char **argv) {
    static const struct option options[] = {{"db", required_argument, NULL, 'd'},
                                            {"by", required_argument, NULL, 'b'},
                                            {"help", no_argument, NULL, 'h'},
                                            {0}};
    const char *db = NULL, *by = NULL;
    int64_t number;
    for (int id; (id = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        if (id == 'h') {
            fputs(undo_help, stdout);
            return 0;
        }
        if (id == '?')
            return usage(undo_help);
        *(id == 'd' ? &db : &by) = optarg;
    }
    if (db == NULL || by == NULL || argc - optind != 1 ||
        !number_of(argv[optind], &number))
        return usage(undo_help);
    return run_undo(db, number, by);
}
