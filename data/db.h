/* SPDX-License-Identifier: Apache-2.0
 *
 * The only file that includes SQLite and SpatiaLite: open, prepare once, bind by name,
 * step, transactions. SQL itself stands in data/ beside its one user.
 */
#ifndef DATA_DB_H
#define DATA_DB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "data/error.h"

struct db;
struct statement;

enum db_mode {
    DB_CREATE,     /* make the file; an error when it exists */
    DB_READ_WRITE, /* one writer at a time; busy time-out 5 s */
    DB_READ,       /* read-only: no write succeeds, not even of a temporary table */
};

/* Opens `path` with foreign keys on and WAL; `spatial` adds SpatiaLite's functions, which
 * writers of `location` and checks need. NULL: `e` says why. */
struct db *db_open(const char *path, enum db_mode mode, bool spatial, struct error *e);
void db_close(struct db *db);

/* For a file that others made: what stands in its schema may call no function that does
 * anything but compute; a value is at most `most_bytes` long, and a statement that goes on for
 * too long (about a second) is an error. Right after db_open(). */
bool db_distrust(struct db *db, int most_bytes, struct error *e);

/* Runs statements that return nothing, separated by ';'. */
bool db_exec(struct db *db, const char *sql, struct error *e);

/* A prepared statement, cached by the address of `sql` (a static string), reset and with
 * no values bound. NULL: `e` says why. Owned by `db`. */
struct statement *db_prepare(struct db *db, const char *sql, struct error *e);

/* Bind by name (":id"). A name that the statement does not have is an assertion. Text and
 * blobs are borrowed until the next db_prepare() of the same statement. */
void db_bind_text(struct statement *s, const char *name, const char *value);
void db_bind_blob(struct statement *s, const char *name, const void *bytes, size_t len);
void db_bind_integer(struct statement *s, const char *name, int64_t value);
void db_bind_real(struct statement *s, const char *name, double value);

/* The same by number, from 1: for statements filled from a table (db_parameters). */
void db_bind_text_at(struct statement *s, int parameter, const char *value);
void db_bind_blob_at(struct statement *s, int parameter, const void *bytes, size_t len);
void db_bind_integer_at(struct statement *s, int parameter, int64_t value);
void db_bind_real_at(struct statement *s, int parameter, double value);

/* One step: 1 a row, 0 done, -1 error with `e` set. */
int db_step(struct statement *s, struct error *e);

/* Steps a statement that returns no row. */
bool db_run(struct statement *s, struct error *e);

/* Ends a statement before its last row, so that it holds no lock. */
void db_reset(struct statement *s);

/* Columns of the current row, from 0; text is never NULL ("" for NULL) and borrowed until
 * the next step. */
int db_columns(struct statement *s);
const char *db_column_name(struct statement *s, int column);
bool db_is_null(struct statement *s, int column);
const char *db_text(struct statement *s, int column);
size_t db_bytes(struct statement *s, int column);
const void *db_blob(struct statement *s, int column);
int64_t db_integer(struct statement *s, int column);
double db_real(struct statement *s, int column);

/* Names of the parameters, from 1: for statements filled from a table. */
int db_parameters(struct statement *s);
const char *db_parameter_name(struct statement *s, int parameter);

int64_t db_last_key(struct db *db);

/* BEGIN IMMEDIATE ... COMMIT, or ROLLBACK. db_close() rolls an open one back. */
bool db_begin(struct db *db, struct error *e);
bool db_commit(struct db *db, struct error *e);
void db_rollback(struct db *db);

/* Changes whenever another connection commits (PRAGMA data_version). */
bool db_data_version(struct db *db, int64_t *out, struct error *e);

/* ---- copies ---------------------------------------------------------------------- */

/* Told while a copy is made: pages done, of how many. */
typedef void db_progress(int64_t done, int64_t total, void *ctx);

/* Copies all of `from`, as it is at one moment, into a new file at `path`, mode 0600 and
 * without WAL; on disk (fsync) when true. One read transaction holds that moment, so that
 * writers go on, and neither wait nor make it start again. `say` may be NULL. False
 * leaves no file, unless it was there before. `from` is in no transaction. */
bool db_copy(struct db *from, const char *path, db_progress *say, void *ctx,
             struct error *e);

#endif
