/* SPDX-License-Identifier: Apache-2.0
 *
 * A steward's upload of services.csv: first a dry run, with its report and the difference,
 * then, if the steward says so and nothing has changed meanwhile, the import. Both are the
 * program's own `haven import services` in a process apart, so that no file, however it is
 * made, can hurt the server.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "data/json_read.h"
#include "server/api/child.h"
#include "server/api/failure.h"
#include "server/api/fields.h"
#include "server/api/handlers.h"
#include "server/api/params.h"
#include "server/api/uploads.h"

#define IMPORT_SECONDS 300
#define REPORT_BYTES_MAX (64 << 20)

const struct param import_params[] = {
    {"source", PARAM_STRING, -1, 1, 200, NULL, "whose file this is", .in_url = true},
    {"partial", PARAM_BOOL, -1, 0, 0, NULL, "take the good rows, leave the bad ones",
     .in_url = true},
    {"retire_missing", PARAM_BOOL, -1, 0, 0, NULL,
     "retire what the source has and the file has no more", .in_url = true},
    {"force", PARAM_BOOL, -1, 0, 0, NULL, "also when that is more than a fifth",
     .in_url = true},
    {0},
};

const struct param import_id_params[] = {
    {"id", PARAM_STRING, -1, 36, 36, NULL, "id of the upload", .in_url = true,
     .in_path = true},
    {0},
};

static bool read_flag(const struct args *args, const char *name, bool *out,
                      struct faults *f) {
    const struct arg *a = param_get(args, name);
    *out = false;
    return a == NULL || param_bool(a, out, f);
}

static bool read_plan(const struct args *args, struct upload_plan *out,
                      struct faults *f) {
    const struct arg *a = param_get(args, "source");
    struct slice source;
    if (!params_known(args, import_params, f))
        return false;
    if (a == NULL)
        return fault_add(f, slice_of("source"), "is missing: whose file is this?");
    if (!param_string(a, &source, f))
        return false;
    if (source.len == 0 || source.len >= sizeof out->source)
        return fault_add(f, a->name, "must have 1 to 200 bytes");
    memcpy(out->source, source.at, source.len);
    out->source[source.len] = '\0';
    read_flag(args, "partial", &out->partial, f);
    read_flag(args, "retire_missing", &out->retire_missing, f);
    read_flag(args, "force", &out->force, f);
    return f->count == 0;
}

/* ---- the import, in a process apart ----------------------------------------------------- */

struct child_outcome {
    int exit_code;
    struct buf said;   /* on standard error */
    struct buf report; /* JSON, or empty where it came to none */
    struct json *root; /* of `report`, or NULL */
};

static void outcome_free(struct child_outcome *o) {
    json_free(o->root);
    buf_free(&o->report);
    buf_free(&o->said);
}

static bool read_report(const char *path, struct child_outcome *out, struct error *e) {
    FILE *f = fopen(path, "re");
    size_t n;
    if (f == NULL)
        return true; /* it was refused before there was anything to report */
    do {
        buf_reserve(&out->report, 65536);
        n = fread(out->report.data + out->report.len, 1, 65536, f);
        out->report.len += n;
    } while (n > 0 && out->report.len <= REPORT_BYTES_MAX);
    bool whole = !ferror(f) && n == 0;
    fclose(f);
    if (whole && out->report.len > 0)
        out->root = json_parse(out->report.data, out->report.len, e);
    return out->report.len == 0 || out->root != NULL ||
           error_set(e, ERR_ENVIRONMENT, "the report of an import cannot be read");
}

/* `by` NULL: a dry run. */
static bool run_import(const struct context *c, const struct upload *upload,
                       const char *by, struct child_outcome *out, struct error *e) {
    char report[sizeof upload->path + 8], revision[24];
    const struct upload_plan *plan = &upload->plan;
    const char *argv[24] = {"haven",     "import",   "services",   upload->path, "--db",
                            c->home->db, "--source", plan->source, "--report",   report};
    size_t n = 10;
    snprintf(report, sizeof report, "%s.json", upload->path);
    snprintf(revision, sizeof revision, "%lld", (long long)upload->revision);
    if (plan->partial)
        argv[n++] = "--partial";
    if (plan->retire_missing)
        argv[n++] = "--retire-missing";
    if (plan->force)
        argv[n++] = "--force";
    if (by == NULL) {
        argv[n++] = "--dry-run";
    } else {
        argv[n++] = "--by";
        argv[n++] = by;
        argv[n++] = "--expect-revision";
        argv[n++] = revision;
    }
    bool done = child_run(argv, -1, IMPORT_SECONDS, &out->said, &out->exit_code, e) &&
                read_report(report, out, e);
    unlink(report);
    if (done && out->exit_code > ERR_USAGE)
        return error_set(e, ERR_ENVIRONMENT, "an import ended with %d: %.300s",
                         out->exit_code, buf_text(&out->said));
    return done;
}

/* The last line that it said, as far as it is UTF-8: why it was refused. */
static const char *last_line(struct child_outcome *o) {
    char *text = buf_text(&o->said);
    size_t cut;
    while (o->said.len > 0 && text[o->said.len - 1] == '\n')
        text[--o->said.len] = '\0';
    char *before = strrchr(text, '\n'), *line = before != NULL ? before + 1 : text;
    if (!text_utf8(line, strlen(line), &cut))
        line[cut] = '\0';
    return line;
}

static void respond_import(struct context *c, struct response *r,
                           const struct upload *kept, const struct child_outcome *o) {
    char id[37];
    respond_json(r);
    if (kept != NULL)
        uuid_encode(kept->id, id);
    buf_char(&r->body, '{');
    add_text_field(&r->body, c, FIELD_IMPORT_ID, kept != NULL ? id : NULL);
    add_bool_field(&r->body, c, FIELD_IMPORT_REFUSED, o->exit_code != ERR_NONE);
    if (add_field(&r->body, c, FIELD_IMPORT_REPORT))
        buf_add(&r->body, o->report.data, o->report.len);
    buf_char(&r->body, '}');
}

/* ---- requests --------------------------------------------------------------------------- */

/* A dry run that came to a report is an answer, also where it refuses; the upload is kept
 * where it could be applied. */
static void answer_upload(struct context *c, struct upload *upload,
                          struct child_outcome *o, struct response *r) {
    const struct json *revision = o->root != NULL ? json_get(o->root, "revision") : NULL;
    bool good = o->exit_code == ERR_NONE && revision != NULL;
    if (o->root == NULL) {
        upload_remove(upload);
        problem(r, 400, last_line(o), NULL);
        return;
    }
    if (good) {
        upload->revision = json_whole(revision);
        uploads_keep(c->uploads, upload);
    } else {
        upload_remove(upload);
    }
    respond_import(c, r, good ? upload : NULL, o);
}

void handle_import(struct context *c, struct request *q, struct response *r) {
    struct upload upload;
    struct upload_plan plan = {0};
    struct child_outcome outcome = {0};
    struct faults faults = {0};
    struct error e = {0};
    if (!read_plan(&q->args, &plan, &faults)) {
        problem(r, 400, NULL, &faults);
        return;
    }
    if (!upload_write(c->uploads, q->body, q->body_len, c->now, &upload, &e)) {
        respond_failure(r, &e);
        return;
    }
    upload.plan = plan;
    if (run_import(c, &upload, NULL, &outcome, &e)) {
        answer_upload(c, &upload, &outcome, r);
    } else {
        upload_remove(&upload);
        respond_failure(r, &e);
    }
    outcome_free(&outcome);
}

static bool take_upload(struct context *c, const struct request *q, struct response *r,
                        struct upload *out) {
    uint8_t id[UPLOAD_ID_BYTES];
    if (uuid_decode(q->value[0], id) && uploads_take(c->uploads, id, c->now, out))
        return true;
    problem(r, 404, "There is no upload with this id: it may have ended.", NULL);
    return false;
}

void handle_import_apply(struct context *c, struct request *q, struct response *r) {
    struct upload upload;
    struct child_outcome outcome = {0};
    struct error e = {0};
    if (q->args.count > 0) {
        problem(r, 400, "Applying takes no parameters: the body is {}.", NULL);
        return;
    }
    if (!take_upload(c, q, r, &upload))
        return;
    if (!run_import(c, &upload, c->caller->name, &outcome, &e)) {
        respond_failure(r, &e);
    } else if (outcome.exit_code != ERR_NONE) {
        problem(r, 409, last_line(&outcome), NULL);
    } else {
        note_done(c, "import", upload.plan.source);
        respond_import(c, r, NULL, &outcome);
    }
    outcome_free(&outcome);
    upload_remove(&upload);
}

void handle_import_drop(struct context *c, struct request *q, struct response *r) {
    struct upload upload;
    if (!take_upload(c, q, r, &upload))
        return;
    upload_remove(&upload);
    r->status = 204;
}
