/* SPDX-License-Identifier: Apache-2.0
 *
 * What runs changed, read.
 */
#include <stdlib.h>
#include <string.h>

#include "data/record_private.h"

#define PERSON_BYTES_MAX 200

bool history_person(const char *by, struct error *e) {
    size_t len = strlen(by);
    bool fine = len > 0 && len <= PERSON_BYTES_MAX && text_utf8(by, len, NULL) &&
                slice_trim(slice_of(by)).len == len;
    for (size_t i = 0; fine && i < len; i++)
        fine = (unsigned char)by[i] >= 0x20 && by[i] != 0x7f;
    return fine || error_set(e, ERR_USAGE,
                             "the name must be 1 to %d bytes of UTF-8, one line, without "
                             "spaces at its ends",
                             PERSON_BYTES_MAX);
}

/* ---- runs ------------------------------------------------------------------------ */

#define RUN                                                                              \
    "run.key, run.kind, source.name, run.made_by, run.undoes,"                           \
    " coalesce(run.finished_at, run.started_at), run.added, run.updated, run.unchanged," \
    " run.retired, run.things"

static const char sql_runs[] =
    "SELECT " RUN " FROM import_run AS run JOIN source ON source.key = run.source_key"
    " ORDER BY run.key DESC LIMIT :limit";

static struct run_info run_info(struct statement *s) {
    return (struct run_info){
        .number = db_integer(s, 0),
        .kind = db_text(s, 1),
        .source = db_text(s, 2),
        .made_by = db_text(s, 3),
        .undoes = db_integer(s, 4),
        .at = db_text(s, 5),
        .added = db_integer(s, 6),
        .updated = db_integer(s, 7),
        .unchanged = db_integer(s, 8),
        .retired = db_integer(s, 9),
        .things = db_text(s, 10),
    };
}

bool history_runs(struct record *r, int64_t limit,
                  void (*each)(const struct run_info *run, void *ctx), void *ctx,
                  struct error *e) {
    struct statement *s = db_prepare(r->db, sql_runs, e);
    int got;
    if (s == NULL)
        return false;
    db_bind_integer(s, ":limit", limit);
    while ((got = db_step(s, e)) == 1) {
        struct run_info info = run_info(s);
        each(&info, ctx);
    }
    return got == 0;
}

/* ---- changes of one service ------------------------------------------------------ */

/* The newest of them, oldest first; within a run events come first. */
static const char sql_changes[] =
    "SELECT " RUN ", c.layer, c.field, c.old, c.new, c.beside FROM"
    " (SELECT * FROM change WHERE service_key ="
    "  (SELECT key FROM service_at_location WHERE id = :id)"
    "  ORDER BY run_key DESC, layer = 'event', layer DESC, field DESC LIMIT :limit) AS c"
    " JOIN import_run AS run ON run.key = c.run_key"
    " JOIN source ON source.key = run.source_key"
    " ORDER BY c.run_key, c.layer <> 'event', c.layer, c.field /*sort*/";

static const char *text_or_null(struct statement *s, int column) {
    return db_is_null(s, column) ? NULL : db_text(s, column);
}

bool history_service(struct record *r, const uint8_t id[ID_BYTES], int64_t limit,
                     void (*each)(const struct change_info *change, void *ctx), void *ctx,
                     struct error *e) {
    struct statement *s = db_prepare(r->db, sql_changes, e);
    int got;
    if (s == NULL)
        return false;
    db_bind_blob(s, ":id", id, ID_BYTES);
    db_bind_integer(s, ":limit", limit);
    while ((got = db_step(s, e)) == 1) {
        struct change_info change = {
            .run = run_info(s),
            .layer = db_text(s, 11),
            .field = db_text(s, 12),
            .old = text_or_null(s, 13),
            .new = text_or_null(s, 14),
            .beside = text_or_null(s, 15),
        };
        each(&change, ctx);
    }
    return got == 0;
}

/* ---- finding --------------------------------------------------------------------- */

static const char sql_by_id[] = "SELECT id FROM service_at_location WHERE id = :id";
static const char sql_by_source[] =
    "SELECT s.id FROM service_at_location AS s JOIN source ON source.key = s.source_key"
    " WHERE source.name = :source AND s.source_id = :id";

static bool id_step(struct statement *s, uint8_t out[ID_BYTES], bool *found,
                    struct error *e) {
    int got = db_step(s, e);
    *found = got == 1 && db_bytes(s, 0) == ID_BYTES;
    if (*found)
        memcpy(out, db_blob(s, 0), ID_BYTES);
    db_reset(s);
    return got >= 0;
}

/* `at` is the ':' between source and id. */
static bool by_source(struct db *db, const char *name, const char *at,
                      uint8_t out[ID_BYTES], bool *found, struct error *e) {
    struct statement *s = db_prepare(db, sql_by_source, e);
    if (s == NULL)
        return false;
    char *source = xstrndup(name, (size_t)(at - name));
    db_bind_text(s, ":source", source);
    db_bind_text(s, ":id", at + 1);
    bool ok = id_step(s, out, found, e);
    db_bind_text(s, ":source", ""); /* borrows nothing any more */
    free(source);
    return ok;
}

bool record_find(struct record *r, const char *name, uint8_t out[ID_BYTES],
                 struct error *e) {
    bool found = false;
    if (uuid_decode(slice_of(name), out)) {
        struct statement *s = db_prepare(r->db, sql_by_id, e);
        if (s == NULL)
            return false;
        db_bind_blob(s, ":id", out, ID_BYTES);
        if (!id_step(s, out, &found, e))
            return false;
    }
    /* A source, or an id, may hold a ':' itself. */
    for (const char *at = strchr(name, ':'); !found && at; at = strchr(at + 1, ':'))
        if (!by_source(r->db, name, at, out, &found, e))
            return false;
    return found || error_set(e, ERR_DATA,
                              "there is no service \"%.200s\"; allowed: a public id, or "
                              "SOURCE:ID",
                              name);
}
