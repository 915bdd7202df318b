/* SPDX-License-Identifier: Apache-2.0 */
#include "importers/report.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "data/text.h"
#include "importers/cell.h"

#define DUPLICATES_PRINTED_MAX 20
#define DUPLICATES_WRITTEN_MAX 10000

static bool same_file(const char *a, const char *b) {
    struct stat x, y;
    return a != NULL && b != NULL && stat(a, &x) == 0 && stat(b, &y) == 0 &&
           x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

bool report_apart(const char *out_path, const char *const *read, size_t count,
                  struct error *e) {
    for (size_t i = 0; i < count; i++)
        if (same_file(out_path, read[i]))
            return error_set(e, ERR_USAGE, "--report would overwrite a file that is read");
    return true;
}

bool report_open(struct report *r, const char *file, const char *out_path,
                 struct progress *progress, struct error *e) {
    *r = (struct report){.file = file, .out_path = out_path, .progress = progress,
                         .revision = -1};
    if (out_path == NULL)
        return true;
    int fd = open(out_path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    r->out = fd >= 0 ? fdopen(fd, "w") : NULL; /* it tells what is hidden */
    if (r->out == NULL)
        return error_set(e, ERR_ENVIRONMENT, "%s: cannot write: %s", out_path,
                         strerror(errno));
    return true;
}

/* A message that was cut to its buffer may end inside a character. */
static size_t whole_characters(const char *message) {
    size_t len = strlen(message), bad_at = len;
    return text_utf8(message, len, &bad_at) ? len : bad_at;
}

static void begin_object(struct buf *b, int64_t line) {
    buf_str(b, b->len ? ",\n    {\"line\":" : "\n    {\"line\":");
    if (line > 0)
        buf_integer(b, line);
    else
        buf_str(b, "null");
}

static void write_column(struct buf *b, const char *column) {
    buf_json_key(b, "column");
    if (column != NULL)
        buf_json(b, column);
    else
        buf_str(b, "null");
}

static void write_error(struct report *r, int64_t line, const char *column,
                        const char *message, size_t len) {
    struct buf *b = &r->errors;
    begin_object(b, line);
    write_column(b, column);
    buf_json_key(b, "message");
    buf_json_bytes(b, message, len);
    buf_char(b, '}');
}

void report_error(struct report *r, int64_t line, const char *column,
                  const char *message) {
    if (r->muted)
        return;
    size_t len = whole_characters(message);
    if (r->error_count < REPORT_PRINTED_MAX) {
        progress_clear(r->progress);
        fprintf(stderr, "%s:%lld: %s%s%.*s\n", r->file, (long long)line,
                column ? column : "", column ? ": " : "", (int)len, message);
    }
    if (r->error_count < REPORT_WRITTEN_MAX && r->out != NULL)
        write_error(r, line, column, message, len);
    r->error_count++;
}

static void write_duplicate(struct buf *b, const struct report_pair *p,
                            const char *reason) {
    begin_object(b, p->line);
    if (p->of_line > 0) {
        buf_json_key(b, "of_line");
        buf_integer(b, p->of_line);
    } else {
        buf_json_key(b, "of");
        buf_char(b, '{');
        buf_json_key(b, "source");
        buf_json(b, p->of_source);
        buf_json_key(b, "id");
        buf_json(b, p->of_id);
        buf_char(b, '}');
    }
    buf_json_key(b, "distance_m");
    buf_decimal(b, p->distance_m, 2);
    buf_json_key(b, "reason");
    buf_json(b, reason);
    buf_json_key(b, "held");
    buf_str(b, p->held || p->of_held ? "true}" : "false}");
}

static void print_duplicate(const struct report *r, const struct report_pair *p,
                            const char *reason) {
    char source[TEXT_SHOWN_BYTES], id[TEXT_SHOWN_BYTES];
    progress_clear(r->progress);
    fprintf(stderr, "%s:%lld: note: perhaps the same as ", r->file, (long long)p->line);
    if (p->of_line > 0)
        fprintf(stderr, "line %lld: ", (long long)p->of_line);
    else
        fprintf(stderr, "\"%s\" of source %s: ", text_shown(slice_of(p->of_id), id),
                text_shown(slice_of(p->of_source), source));
    fputs(reason, stderr);
    if (p->held || p->of_held)
        fprintf(stderr, "; one is hidden, so %s is held as staff until a steward decides",
                p->held ? "this one" : "the other");
    fputc('\n', stderr);
}

void report_duplicate(struct report *r, const struct report_pair *pair) {
    char reason[160];
    if (r->muted)
        return;
    snprintf(reason, sizeof reason, "%s, %.0f m apart, a need in common", pair->reason,
             pair->distance_m);
    if (r->duplicate_count < DUPLICATES_PRINTED_MAX)
        print_duplicate(r, pair, reason);
    if (r->duplicate_count < DUPLICATES_WRITTEN_MAX && r->out != NULL)
        write_duplicate(&r->duplicates, pair, reason);
    r->duplicate_count++;
}

void report_note(struct report *r, int64_t line, const char *column,
                 const char *message) {
    size_t len = whole_characters(message);
    if (r->muted)
        return;
    if (r->note_count < REPORT_PRINTED_MAX) {
        progress_clear(r->progress);
        fprintf(stderr, "%s:", r->file);
        if (line > 0)
            fprintf(stderr, "%lld:", (long long)line);
        fprintf(stderr, " note: %s%s%.*s\n", column ? column : "", column ? ": " : "",
                (int)len, message);
    }
    if (r->note_count < REPORT_WRITTEN_MAX && r->out != NULL) {
        begin_object(&r->notes, line);
        write_column(&r->notes, column);
        buf_json_key(&r->notes, "message");
        buf_json_bytes(&r->notes, message, len);
        buf_char(&r->notes, '}');
    }
    r->note_count++;
}

void report_placed(struct report *r, int64_t line, const char *asked, const char *found,
                   double score) {
    if (r->muted)
        return;
    r->placed += found != NULL;
    if (r->place_count++ >= REPORT_WRITTEN_MAX || r->out == NULL)
        return;
    begin_object(&r->places, line);
    buf_json_key(&r->places, "asked");
    buf_json(&r->places, asked);
    buf_json_key(&r->places, "found");
    if (found != NULL)
        buf_json(&r->places, found);
    else
        buf_str(&r->places, "null");
    buf_json_key(&r->places, "score");
    buf_decimal(&r->places, score, 3);
    buf_char(&r->places, '}');
}

void report_errors_end(struct report *r) {
    progress_clear(r->progress);
    if (r->error_count > REPORT_PRINTED_MAX)
        fprintf(stderr, "%s: and %lld more\n", r->file,
                (long long)(r->error_count - REPORT_PRINTED_MAX));
    if (r->duplicate_count > DUPLICATES_PRINTED_MAX)
        fprintf(stderr, "%s: note: and %lld more likely duplicates\n", r->file,
                (long long)(r->duplicate_count - DUPLICATES_PRINTED_MAX));
    if (r->note_count > REPORT_PRINTED_MAX)
        fprintf(stderr, "%s: and %lld more notes\n", r->file,
                (long long)(r->note_count - REPORT_PRINTED_MAX));
}

static void write_buf(const struct buf *b, FILE *out) {
    if (b->len > 0)
        fwrite(b->data, 1, b->len, out);
}

static void number_or_null(FILE *out, const char *name, int64_t number, bool known) {
    if (known)
        fprintf(out, "  \"%s\": %lld,\n", name, (long long)number);
    else
        fprintf(out, "  \"%s\": null,\n", name);
}

static void write_lists(const struct report *r) {
    const struct {
        const char *name;
        const struct buf *objects;
    } lists[] = {{"errors", &r->errors},
                 {"duplicates", &r->duplicates},
                 {"notes", &r->notes},
                 {"placed", &r->places}};
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        fprintf(r->out, "%s  \"%s\": [", i > 0 ? ",\n" : "", lists[i].name);
        write_buf(lists[i].objects, r->out);
        fputs(lists[i].objects->len > 0 ? "\n  ]" : "]", r->out);
    }
}

/* All but the changes. */
static void write_json(const struct report *r, int64_t number, bool changed) {
    const struct {
        const char *name;
        int64_t value;
    } counts[] = {
        {"read", r->read},
        {"added", changed ? r->added : 0},
        {"updated", changed ? r->updated : 0},
        {"unchanged", r->unchanged},
        {"retired", changed ? r->retired : 0},
        {"rejected", r->rejected},
        {"left_out", r->left_out},
    };
    fputs("{\n", r->out);
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        fprintf(r->out, "  \"%s\": %lld,\n", counts[i].name, (long long)counts[i].value);
    number_or_null(r->out, "revision", r->revision, r->revision >= 0);
    if (r->lists_changes)
        number_or_null(r->out, "run", number, number > 0);
    write_lists(r);
}

static bool cannot_write(const struct report *r, struct error *e) {
    return error_set(e, ERR_ENVIRONMENT, "%s: cannot write: %s", r->out_path,
                     strerror(errno));
}

void report_changes_begin(struct report *r, int64_t number) {
    r->begun = true;
    write_json(r, number, true);
    fputs(",\n  \"changes\": [", r->out);
}

bool report_changes_end(struct report *r, int64_t left_out, struct error *e) {
    fprintf(r->out, "\n  ],\n  \"changes_left_out\": %lld", (long long)left_out);
    return (fflush(r->out) == 0 && !ferror(r->out)) || cannot_write(r, e);
}

/* What was to change has not: the JSON is written again, without it. */
static bool begin_again(struct report *r) {
    r->begun = false;
    return fflush(r->out) == 0 && fseek(r->out, 0, SEEK_SET) == 0 &&
           ftruncate(fileno(r->out), 0) == 0;
}

static bool write_rest(struct report *r, bool changed) {
    if (r->begun && !changed && !begin_again(r))
        return false;
    if (!r->begun) {
        write_json(r, 0, changed);
        if (r->lists_changes)
            fputs(",\n  \"changes\": [],\n  \"changes_left_out\": 0", r->out);
    }
    fputs("\n}\n", r->out);
    return !ferror(r->out);
}

bool report_close(struct report *r, bool changed, struct error *e) {
    bool good = true;
    if (r->out != NULL) {
        good = write_rest(r, changed);
        good = fclose(r->out) == 0 && good;
        r->out = NULL;
    }
    buf_free(&r->errors);
    buf_free(&r->duplicates);
    buf_free(&r->notes);
    buf_free(&r->places);
    return good || cannot_write(r, e);
}

void report_summary(const struct report *r, bool dry_run) {
    printf("%sadded %lld, updated %lld, unchanged %lld, retired %lld, rejected %lld",
           dry_run ? "dry run, nothing is changed: " : "", (long long)r->added,
           (long long)r->updated, (long long)r->unchanged, (long long)r->retired,
           (long long)r->rejected);
    if (r->left_out > 0)
        printf(", left out %lld", (long long)r->left_out);
    if (r->placed > 0)
        printf(", placed by name %lld", (long long)r->placed);
    putchar('\n');
}

void report_refusal(const struct report *r, const struct error *e) {
    if (e->message[0] != '\0')
        fprintf(stderr, "haven import: %s\n", e->message);
    else if (r->rejected > 0)
        fprintf(stderr,
                "haven import: %lld of %lld rows are bad; nothing is changed "
                "(--partial takes the good ones)\n",
                (long long)r->rejected, (long long)r->read);
    else
        fprintf(stderr, "haven import: nothing is changed\n");
}
