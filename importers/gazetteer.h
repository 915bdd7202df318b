/* SPDX-License-Identifier: Apache-2.0
 *
 * What importing places and importing boundaries have in common: one run over a file, all
 * or nothing, with a report.
 */
#ifndef IMPORTERS_GAZETTEER_H
#define IMPORTERS_GAZETTEER_H

#include "data/place.h"
#include "importers/importer.h"
#include "importers/report.h"

struct gazetteer_import {
    const struct import_options *options;
    struct record *record;
    struct import_run *run;
    struct progress progress;
    struct report report;
};

struct gazetteer_kind {
    /* Reads the file and puts its rows. False: `e` says why, or holds no message when the
     * report does. */
    bool (*read)(struct gazetteer_import *g, void *ctx, struct error *e);
    /* Retires what is missing, or counts it. */
    bool (*retire)(struct import_run *run, bool only_count, int64_t *present,
                   int64_t *missing, struct error *e);
    const char *things; /* "places" */
};

enum err gazetteer_import(const struct gazetteer_kind *kind,
                          const struct import_options *options, void *ctx);

/* Begins the run anew, as if nothing had been read. False for standard input, which cannot
 * be read again. */
bool gazetteer_again(struct gazetteer_import *g, struct error *e);

/* Notes a refused row: `column` may be NULL. */
void gazetteer_reject(struct gazetteer_import *g, int64_t line, const char *column,
                      const char *message);

/* Counts what putting a row came to; a row at fault goes to the report. False: `e` is set
 * for what is not the row's fault. */
bool gazetteer_count(struct gazetteer_import *g, int64_t line, const char *column,
                     enum put_result result, const struct error *why, struct error *e);

#endif
