/* SPDX-License-Identifier: Apache-2.0
 *
 * `haven import services`: a file of the flat form into the record, as one transaction.
 *
 *   read ─ check ─ put ─┐                       refused: roll back, exit 1
 *     (every row)       ├─ judge references ─┬─ not --partial, and a row is bad
 *   errors are listed ──┘                    ├─ --partial: read again without them, if
 *                                            │  one was put and is bad after all
 *                                            └─ retire, commit (--dry-run: roll back)
 */
#include "importers/importer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "data/record.h"
#include "importers/begin.h"
#include "importers/map_help.h"
#include "importers/placing.h"
#include "importers/report_changes.h"
#include "importers/row.h"
#include "importers/standing.h"

#define RETIRE_AT_MOST 5 /* one in so many of the source, without --force */
#define TICK_ROWS 256

struct import {
    const struct import_options *options;
    struct record *record;
    struct import_run *run;
    struct map *map; /* or NULL */
    struct header header;
    struct row_reader rows;
    struct id_set ids;
    struct placing placing;
    struct placed_row placed; /* the last row */
    struct progress progress;
    struct report report;
    bool has_header;
    bool again;      /* the file is being read a second time */
    bool must_again; /* a row that was put must not be */
};

static const enum column reference_columns[] = {COL_ONLY_WHERE_ABSENT,
                                                COL_REQUIRES_SERVICE, COL_REFERS_TO};

/* An error that is listed already. */
static bool refused(struct error *e) {
    return error_set(e, ERR_DATA, "%s", "");
}

/* ---- one row ------------------------------------------------------------------- */

static bool read_header(struct import *im, const struct csv_row *row, struct error *e) {
    if (im->has_header)
        return true;
    im->has_header = true;
    if (!header_read(&im->header, &services_table, row, im->map, &im->report))
        return refused(e);
    row_reader_init(&im->rows, &im->header, &im->report);
    return true;
}

/* Gives the row its entry; false when another row has the id. */
static bool enter(struct import *im, const struct flat *flat, int64_t line,
                  uint32_t *out) {
    *out = id_set_entry(&im->ids, slice_of(flat->cell[COL_ID]));
    struct id_entry *entry = &im->ids.entry[*out];
    if (entry->line == 0) {
        entry->line = line;
        return true;
    }
    char message[80];
    struct error why = {0};
    snprintf(message, sizeof message, "stands in line %lld already",
             (long long)entry->line);
    cell_refuse(&why, slice_of(flat->cell[COL_ID]), message,
                "allowed: an id of its own for every row");
    report_error(&im->report, line, columns[COL_ID].name, why.message);
    return false;
}

static void note_references(struct import *im, const struct flat *flat, uint32_t from) {
    for (size_t i = 0; i < sizeof reference_columns / sizeof *reference_columns; i++) {
        struct slice rest = slice_of(flat->cell[reference_columns[i]]), id;
        while (rest.len > 0 && slice_next(&rest, ';', &id))
            if (!slice_is(id, "none"))
                id_set_refer(&im->ids, from, id, reference_columns[i]);
    }
}

/* Puts a good row; false: it was refused, or `e` is set for what is not its fault. */
static bool put(struct import *im, const struct flat *flat, int64_t line,
                struct error *e) {
    struct error why = {0};
    switch (import_put(im->run, flat, &why)) {
    case PUT_ADDED:
        im->report.added++;
        return true;
    case PUT_UPDATED:
        im->report.updated++;
        return true;
    case PUT_UNCHANGED:
        im->report.unchanged++;
        return true;
    case PUT_FAILED:
        break;
    }
    if (why.code != ERR_DATA) {
        *e = why;
        return false;
    }
    im->must_again = true;
    report_error(&im->report, line, NULL, why.message);
    return false;
}

/* Where the row is, by its names, unless it says so itself. False: that is not to be told, and
 * the row is refused; or `e` is set. */
static bool place(struct import *im, struct flat *flat, int64_t line, struct error *e) {
    struct placed_row *p = &im->placed;
    struct buf message = {0};
    if (!placing_row(&im->placing, flat, p, e))
        return false;
    if (p->how == PLACED_AMBIGUOUS) {
        struct error why = {0};
        cell_refuse(&why, (struct slice){p->asked.data, p->asked.len},
                    "several places are called so",
                    "allowed: coordinates, or what it lies in; there are %s",
                    buf_text(&p->found));
        report_error(&im->report, line, columns[p->column].name, why.message);
    } else if (p->how == PLACED_NOT_FOUND) {
        buf_printf(&message, "\"%s\" is not known; the service stays without a point",
                   buf_text(&p->asked));
        report_note(&im->report, line, columns[p->column].name, buf_text(&message));
    }
    if (p->how != PLACED_NOT_ASKED)
        report_placed(&im->report, line, buf_text(&p->asked),
                      p->how == PLACED_FOUND ? buf_text(&p->found) : NULL, p->score);
    buf_free(&message);
    return p->how != PLACED_AMBIGUOUS;
}

static bool first_time(struct import *im, const struct csv_row *row, struct error *e) {
    struct flat flat;
    uint32_t entry = 0;
    im->report.read++;
    enum cells_result result = row_read(&im->rows, row, &flat);
    if (result == CELLS_LEFT_OUT) {
        im->report.left_out++;
        return true;
    }
    bool good = result == CELLS_GOOD;
    bool has_id = flat.cell[COL_ID][0] != '\0';
    bool own_id = has_id && enter(im, &flat, row->line, &entry);
    good = good && own_id && place(im, &flat, row->line, e) && put(im, &flat, row->line, e);
    if (e->code != ERR_NONE)
        return false;
    im->report.rejected += !good;
    if (own_id)
        im->ids.entry[entry].rejected = !good;
    if (!good)
        return true;
    note_references(im, &flat, entry);
    return true;
}

/* Only what was good the first time. */
static bool second_time(struct import *im, const struct csv_row *row, struct error *e) {
    struct flat flat;
    if (row_read(&im->rows, row, &flat) != CELLS_GOOD)
        return true;
    const struct id_entry *entry = id_set_find(&im->ids, slice_of(flat.cell[COL_ID]));
    if (entry == NULL || entry->rejected || entry->line != row->line)
        return true;
    if ((place(im, &flat, row->line, e) && put(im, &flat, row->line, e)) ||
        e->code != ERR_NONE)
        return e->code == ERR_NONE;
    return error_set(e, ERR_DATA, "%s changed while it was read", im->options->path);
}

static bool on_row(const struct csv_row *row, void *ctx, struct error *e) {
    struct import *im = ctx;
    if (!im->has_header)
        return read_header(im, row, e);
    if (row_empty(row))
        return true;
    if (im->report.read % TICK_ROWS == 0)
        progress_tick(&im->progress, im->report.read);
    return im->again ? second_time(im, row, e) : first_time(im, row, e);
}

/* ---- references ---------------------------------------------------------------- */

/* Not there after this import, so far as is known. */
static bool absent(const struct import *im, const struct id_entry *entry) {
    return !entry->stands &&
           (entry->line == 0 || (im->options->partial && entry->rejected));
}

static bool any_absent(const struct import *im) {
    for (size_t i = 0; i < im->ids.count; i++)
        if (im->ids.entry[i].references != NO_REFERENCE && absent(im, &im->ids.entry[i]))
            return true;
    return false;
}

static void reject_reference(struct import *im, const struct id_entry *target,
                             const struct id_reference *reference) {
    struct id_entry *from = &im->ids.entry[reference->from];
    struct error why = {0};
    cell_refuse(&why, slice_of(target->id),
                target->line ? "the id of a row that is refused"
                             : "an id that is nowhere",
                "allowed: ids of this file, or of this source in the record");
    report_error(&im->report, from->line, columns[reference->column].name, why.message);
    im->report.rejected += !from->rejected;
    from->rejected = true;
    im->must_again = true;
}

/* Rejects the rows that refer to what is absent, and with --partial what refers to
 * them. */
static void reject_references(struct import *im) {
    uint32_t *queue = xmalloc((im->ids.count + 1) * sizeof *queue);
    size_t count = 0;
    for (size_t i = 0; i < im->ids.count; i++)
        if (absent(im, &im->ids.entry[i]))
            queue[count++] = (uint32_t)i;
    for (size_t k = 0; k < count; k++) {
        const struct id_entry *target = &im->ids.entry[queue[k]];
        for (uint32_t r = target->references; r != NO_REFERENCE;
             r = im->ids.reference[r].next) {
            uint32_t from = im->ids.reference[r].from;
            bool was = absent(im, &im->ids.entry[from]);
            reject_reference(im, target, &im->ids.reference[r]);
            if (!was && absent(im, &im->ids.entry[from]))
                queue[count++] = from;
        }
    }
    free(queue);
}

static bool judge_references(struct import *im, struct error *e) {
    const struct import_options *o = im->options;
    if (!any_absent(im))
        return true;
    if (!standing_mark(o->db, o->share, o->source, &im->ids, e))
        return false;
    reject_references(im);
    return true;
}

/* ---- what the record says of single rows --------------------------------------- */

/* The line of a service of this source, or 0 where it is not in the file. */
static int64_t line_of(const struct import *im, const char *source, const char *id) {
    if (strcmp(source, im->options->source) != 0)
        return 0;
    const struct id_entry *entry = id_set_find(&im->ids, slice_of(id));
    return entry != NULL ? entry->line : 0;
}

static void note_duplicate(struct import *im, const struct run_note *note) {
    struct report_pair pair = {
        .line = line_of(im, note->source, note->id),
        .of_line = line_of(im, note->other_source, note->other_id),
        .of_source = note->other_source,
        .of_id = note->other_id,
        .reason = note->reason,
        .distance_m = note->distance_m,
        .held = note->held,
        .of_held = note->other_held,
    };
    if (pair.of_line > pair.line) { /* the later row is like the earlier one */
        int64_t line = pair.line;
        bool held = pair.held;
        pair.line = pair.of_line, pair.held = pair.of_held;
        pair.of_line = line, pair.of_held = held;
        pair.of_source = note->source, pair.of_id = note->id;
    }
    report_duplicate(&im->report, &pair);
}

static void on_note(const struct run_note *note, void *ctx) {
    struct import *im = ctx;
    char steward[TEXT_SHOWN_BYTES], file[TEXT_SHOWN_BYTES], message[800];
    int64_t line = line_of(im, note->source, note->id);
    switch (note->kind) {
    case NOTE_DUPLICATE:
        note_duplicate(im, note);
        break;
    case NOTE_KEPT:
        snprintf(message, sizeof message,
                 "the steward's \"%s\" is kept; the file now says \"%s\"",
                 text_shown(slice_of(note->value), steward),
                 text_shown(slice_of(note->said), file));
        report_note(&im->report, line, note->field, message);
        break;
    case NOTE_RETIRED:
        snprintf(message, sizeof message,
                 "\"%s\" is not in the file: retired, although a steward edited it",
                 text_shown(slice_of(note->id), file));
        report_note(&im->report, 0, NULL, message);
        break;
    case NOTE_ALIAS:
        snprintf(message, sizeof message,
                 "\"%s\" is the name of another organization that stands; they are not "
                 "merged", text_shown(slice_of(note->value), file));
        report_note(&im->report, line, columns[COL_ORGANIZATION_ALIASES].name, message);
        break;
    case NOTE_LATER:
        break; /* of an undo only */
    }
}

/* ---- the run ------------------------------------------------------------------- */

/* What csv_read() refuses goes into the report too: "PATH:LINE: what". */
static void report_csv_error(struct import *im, const struct error *e) {
    size_t skip = strlen(im->options->path);
    char *rest = NULL;
    if (e->code != ERR_DATA || strncmp(e->message, im->options->path, skip) != 0)
        return;
    long long line = strtoll(e->message + skip + 1, &rest, 10);
    if (line > 0 && strncmp(rest, ": ", 2) == 0)
        report_error(&im->report, line, NULL, rest + 2);
}

static bool read_file(struct import *im, struct error *e) {
    int64_t before = im->report.error_count;
    im->run = begin_run(im->record, im->options, &im->report.revision, e);
    if (im->run == NULL)
        return false;
    import_listen(im->run, on_note, im);
    if (csv_read(im->options->path, on_row, im, &im->progress.bytes, e)) {
        if (im->has_header)
            return true;
        report_error(&im->report, 1, NULL,
                     "the file is empty; its first row must name the "
                     "columns");
        return refused(e);
    }
    report_csv_error(im, e);
    return im->report.error_count > before ? refused(e) : false;
}

static bool read_again(struct import *im, struct error *e) {
    import_abort(im->run);
    im->run = NULL;
    if (strcmp(im->options->path, "-") == 0)
        return error_set(e, ERR_DATA,
                         "standard input cannot be read a second time, which --partial "
                         "needs here: save it to a file");
    im->report.added = im->report.updated = im->report.unchanged = 0;
    im->report.muted = im->again = true;
    im->has_header = false;
    row_reader_free(&im->rows);
    return read_file(im, e);
}

/* Retires what is not in the file, or says how much that would be. */
static bool retire(struct import *im, struct error *e) {
    const struct import_options *o = im->options;
    int64_t present, missing;
    if (o->retire_missing && im->report.rejected > 0 &&
        !standing_keep(o->db, o->share, o->source, &im->ids, im->run, e))
        return false;
    if (!import_missing(im->run, &present, &missing, e))
        return false;
    if (missing == 0)
        return true;
    int64_t stood = present - im->report.added;
    if (!o->retire_missing) {
        fprintf(stderr,
                "note: %lld services of the source %s are not in the file and stay "
                "as they are (--retire-missing retires them)\n",
                (long long)missing, o->source);
        return true;
    }
    if (missing * RETIRE_AT_MOST > stood && !o->force)
        return error_set(
            e, ERR_DATA,
            "%lld of %lld services of the source %s would be retired, more than "
            "a fifth; nothing is changed (--force retires them)",
            (long long)missing, (long long)stood, o->source);
    return import_retire_missing(im->run, &im->report.retired, e);
}

static bool finish(struct import *im, struct error *e) {
    bool dry_run = im->options->dry_run;
    bool good = import_settle(im->run, e) &&
                report_changes(&im->report, im->run, dry_run, e);
    struct import_run *run = im->run;
    im->run = NULL;
    if (good && !dry_run)
        return import_commit(run, e);
    import_abort(run);
    return good;
}

static bool open_all(struct import *im, struct error *e) {
    const struct import_options *o = im->options;
    id_set_init(&im->ids);
    progress_init(&im->progress, o->path);
    im->report.progress = &im->progress;
    const char *const read[] = {o->path, o->db, o->map};
    if (!report_apart(o->report, read, 3, e) ||
        !report_open(&im->report, o->path, o->report, &im->progress, e))
        return false;
    im->report.lists_changes = true;
    if (o->map != NULL && (im->map = map_read(o->map, &services_table, e)) == NULL)
        return false;
    im->record = record_open(o->db, o->share, DB_READ_WRITE, e);
    return im->record != NULL;
}

static bool run_import(struct import *im, struct error *e) {
    if (!open_all(im, e) || !read_file(im, e) || !judge_references(im, e))
        return false;
    if (im->report.rejected > 0 && !im->options->partial)
        return refused(e);
    if (im->must_again && !read_again(im, e))
        return false;
    im->report.muted = false;
    return retire(im, e) && finish(im, e);
}

static void close_all(struct import *im) {
    if (im->run != NULL)
        import_abort(im->run);
    if (im->record != NULL)
        record_close(im->record);
    row_reader_free(&im->rows);
    header_free(&im->header);
    id_set_free(&im->ids);
    placing_free(&im->placing);
    placed_row_free(&im->placed);
    map_free(im->map);
    free(im);
}

static enum err services_import(const struct import_options *options) {
    struct import *im = xcalloc(1, sizeof *im);
    struct error e = {0}, report_error_why = {0};
    im->options = options;
    im->placing.db = options->db;
    im->placing.share = options->share;
    bool done = run_import(im, &e);
    report_errors_end(&im->report);
    if (done)
        report_summary(&im->report, options->dry_run);
    else
        report_refusal(&im->report, &e);
    if (!report_close(&im->report, done, &report_error_why)) {
        fprintf(stderr, "haven import: %s\n", report_error_why.message);
        e = done ? report_error_why : e;
        done = false;
    }
    if (done && im->report.rejected > 0)
        fprintf(stderr, "haven import: %lld of %lld rows were left out\n",
                (long long)im->report.rejected, (long long)im->report.read);
    close_all(im);
    return done ? ERR_NONE : e.code;
}

static const char usage[] =
    "usage: haven import services FILE.csv --db FILE.db --source NAME [options]\n";

static const char help[] =
    "Reads a services.csv (UTF-8, a header row; - is standard input) into a record, as\n"
    "one transaction. Every bad row is listed on standard error as\n"
    "  file:line: column: what is wrong and what is allowed\n"
    "and then nothing is changed. Importing the same file twice changes nothing.\n"
    "\n"
    "A row without lat and lon is placed by its village, commune, district and province, as\n"
    "far as the gazetteer knows them. Where a name is that of several places, the row is\n"
    "refused with the candidates; --report lists line, asked, found and score.\n"
    "\n"
    MAP_HELP;

const struct importer services_importer = {"services", usage, help, " map ",
                                           services_import};
