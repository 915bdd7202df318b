/* SPDX-License-Identifier: Apache-2.0 */
#include "importers/gazetteer.h"

#include <stdio.h>
#include <string.h>

#include "importers/begin.h"

#define RETIRE_AT_MOST 5 /* one in so many, without --force */

void gazetteer_reject(struct gazetteer_import *g, int64_t line, const char *column,
                      const char *message) {
    g->report.rejected++;
    report_error(&g->report, line, column, message);
}

bool gazetteer_count(struct gazetteer_import *g, int64_t line, const char *column,
                     enum put_result result, const struct error *why, struct error *e) {
    switch (result) {
    case PUT_ADDED:
        g->report.added++;
        return true;
    case PUT_UPDATED:
        g->report.updated++;
        return true;
    case PUT_UNCHANGED:
        g->report.unchanged++;
        return true;
    case PUT_FAILED:
        break;
    }
    if (why->code == ERR_DATA) {
        gazetteer_reject(g, line, column, why->message);
        return true;
    }
    *e = *why;
    return false;
}

static bool open_all(struct gazetteer_import *g, struct error *e) {
    const struct import_options *o = g->options;
    const char *const read[] = {o->path, o->db, o->map, o->alternate_names};
    progress_init(&g->progress, o->path);
    g->report.progress = &g->progress;
    return report_apart(o->report, read, 4, e) &&
           report_open(&g->report, o->path, o->report, &g->progress, e) &&
           (g->record = record_open(o->db, o->share, DB_READ_WRITE, e)) != NULL &&
           (g->run = begin_run(g->record, o, &g->report.revision, e)) != NULL;
}

bool gazetteer_again(struct gazetteer_import *g, struct error *e) {
    struct report *r = &g->report;
    import_abort(g->run);
    g->run = NULL;
    if (strcmp(g->options->path, "-") == 0)
        return error_set(e, ERR_DATA,
                         "standard input cannot be read a second time, which --partial "
                         "needs here: save it to a file");
    r->read = r->added = r->updated = r->unchanged = r->rejected = r->left_out = 0;
    g->run = begin_run(g->record, g->options, &r->revision, e);
    return g->run != NULL;
}

/* Retires what is not in the file, or says how much that would be. */
static bool retire(struct gazetteer_import *g, const struct gazetteer_kind *kind,
                   struct error *e) {
    const struct import_options *o = g->options;
    int64_t present, missing;
    if (!kind->retire(g->run, true, &present, &missing, e))
        return false;
    if (missing == 0)
        return true;
    int64_t stood = present - g->report.added;
    if (!o->retire_missing) {
        fprintf(stderr,
                "note: %lld %s of the source %s are not in the file and stay as they are "
                "(--retire-missing retires them)\n",
                (long long)missing, kind->things, o->source);
        return true;
    }
    if (missing * RETIRE_AT_MOST > stood && !o->force)
        return error_set(e, ERR_DATA,
                         "%lld of %lld %s of the source %s would be retired, more than a "
                         "fifth; nothing is changed (--force retires them)",
                         (long long)missing, (long long)stood, kind->things, o->source);
    g->report.retired = missing;
    return kind->retire(g->run, false, &present, &missing, e);
}

static bool finish(struct gazetteer_import *g, struct error *e) {
    struct import_run *run = g->run;
    g->run = NULL;
    if (!g->options->dry_run)
        return import_commit(run, e);
    import_abort(run);
    return true;
}

static bool run_import(struct gazetteer_import *g, const struct gazetteer_kind *kind,
                       void *ctx, struct error *e) {
    if (!open_all(g, e) || !kind->read(g, ctx, e))
        return false;
    if (g->report.rejected > 0 && !g->options->partial)
        return error_set(e, ERR_DATA, "%s", "");
    return retire(g, kind, e) && finish(g, e);
}

enum err gazetteer_import(const struct gazetteer_kind *kind,
                          const struct import_options *options, void *ctx) {
    struct gazetteer_import g = {.options = options};
    struct error e = {0}, why = {0};
    bool done = run_import(&g, kind, ctx, &e);
    report_errors_end(&g.report);
    if (done)
        report_summary(&g.report, options->dry_run);
    else
        report_refusal(&g.report, &e);
    if (!report_close(&g.report, done, &why)) {
        fprintf(stderr, "haven import: %s\n", why.message);
        e = done ? why : e;
        done = false;
    }
    if (done && g.report.rejected > 0)
        fprintf(stderr, "haven import: %lld of %lld rows were left out\n",
                (long long)g.report.rejected, (long long)g.report.read);
    if (g.run != NULL)
        import_abort(g.run);
    record_close(g.record);
    return done ? ERR_NONE : e.code;
}
