/* SPDX-License-Identifier: Apache-2.0 */
#include "importers/place_intake.h"

#include <stdlib.h>
#include <string.h>

#include "data/mem.h"
#include "data/names/script.h"

void intake_free(struct place_intake *in) {
    free(in->refused);
    free(in->name);
    free(in->sorted);
}

/* ---- rows ------------------------------------------------------------------------- */

void intake_row(struct place_intake *in, int64_t line) {
    struct report *report = &in->g->report;
    in->number++;
    in->line = line;
    in->name_count = 0;
    in->skipped = in->again && in->next < in->refused_count &&
                  in->refused[in->next] == in->number;
    in->next += in->skipped;
    report->read++;
    report->muted = in->skipped;
    progress_tick(&in->g->progress, report->read);
}

static void note_refused(struct place_intake *in, int64_t number) {
    in->refused = xgrow(in->refused, &in->refused_capacity, in->refused_count,
                        sizeof *in->refused);
    in->refused[in->refused_count++] = number;
}

void intake_leave_out(struct place_intake *in) {
    in->g->report.left_out++;
}

bool intake_refuse(struct place_intake *in, const char *id, struct error *e) {
    in->g->report.rejected++;
    if (!in->skipped)
        note_refused(in, in->number);
    return id[0] == '\0' || place_keep(in->g->run, id, e);
}

static void add(struct place_intake *in, const char *language, const char *value) {
    in->name = xgrow(in->name, &in->name_capacity, in->name_count, sizeof *in->name);
    in->name[in->name_count++] = (struct place_name){language, value};
}

void intake_name(struct place_intake *in, const char *language, const char *value) {
    if (value[0] != '\0')
        add(in, script_of_language(language, value, strlen(value)) ? language : "", value);
}

/* A name, and which it was. */
struct named {
    struct place_name name;
    size_t at;
};

static int by_value(const void *a, const void *b) {
    const struct named *x = a, *y = b;
    int order = strcmp(x->name.language, y->name.language);
    order = order != 0 ? order : strcmp(x->name.value, y->name.value);
    return order != 0 ? order : x->at < y->at ? -1 : x->at > y->at;
}

/* The first of several names in a language stays the first. */
static int by_language(const void *a, const void *b) {
    const struct named *x = a, *y = b;
    int order = strcmp(x->name.language, y->name.language);
    return order != 0 ? order : x->at < y->at ? -1 : x->at > y->at;
}

static bool same_name(const struct named *a, const struct named *b) {
    return strcmp(a->name.language, b->name.language) == 0 &&
           strcmp(a->name.value, b->name.value) == 0;
}

/* Drops names that stand twice, or are the name itself, and sorts them by language. */
static void tidy_names(struct place_intake *in, const char *name) {
    size_t kept = 0;
    if (in->name_count == 0)
        return;
    in->sorted =
        xgrow(in->sorted, &in->sorted_capacity, in->name_count, sizeof *in->sorted);
    for (size_t i = 0; i < in->name_count; i++)
        in->sorted[i] = (struct named){in->name[i], i};
    qsort(in->sorted, in->name_count, sizeof *in->sorted, by_value);
    for (size_t i = 0; i < in->name_count; i++) {
        const struct named *n = &in->sorted[i];
        bool itself = n->name.language[0] == '\0' && strcmp(n->name.value, name) == 0;
        if (!itself && (kept == 0 || !same_name(n, &in->sorted[kept - 1])))
            in->sorted[kept++] = *n;
    }
    qsort(in->sorted, kept, sizeof *in->sorted, by_language);
    for (size_t i = 0; i < kept; i++)
        in->name[i] = in->sorted[i].name;
    in->name_count = kept;
}

bool intake_put(struct place_intake *in, struct place_row *row, struct error *e) {
    struct gazetteer_import *g = in->g;
    struct error why = {0};
    if (in->skipped)
        return intake_refuse(in, row->id, e);
    tidy_names(in, row->name);
    row->line = in->line;
    row->number = in->number;
    row->names = in->name;
    row->name_count = in->name_count;
    enum put_result result = place_put(g->run, row, &why);
    if (result == PUT_FAILED && why.code == ERR_DATA)
        note_refused(in, in->number);
    return gazetteer_count(g, in->line, NULL, result, &why, e);
}

/* ---- passes ----------------------------------------------------------------------- */

static void on_fault(int64_t line, int64_t number, const char *message, void *ctx) {
    struct place_intake *in = ctx;
    gazetteer_reject(in->g, line, NULL, message);
    note_refused(in, number);
}

static int by_number(const void *a, const void *b) {
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

static bool begin_again(struct place_intake *in, struct error *e) {
    qsort(in->refused, in->refused_count, sizeof *in->refused, by_number);
    in->again = true;
    return gazetteer_again(in->g, e);
}

bool intake_passes(struct place_intake *in,
                   bool (*read)(struct place_intake *in, void *ctx, struct error *e),
                   void *ctx, struct error *e) {
    for (;;) {
        int64_t moved = 0;
        in->number = 0;
        in->next = 0;
        if (!read(in, ctx, e))
            return false;
        in->g->report.muted = false;
        size_t before = in->refused_count;
        if (!places_settle(in->g->run, on_fault, in, &moved, e))
            return false;
        in->g->report.unchanged -= moved;
        in->g->report.updated += moved;
        if (in->refused_count == before || !in->g->options->partial)
            return true;
        if (!begin_again(in, e))
            return false;
    }
}
