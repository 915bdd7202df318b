/* SPDX-License-Identifier: Apache-2.0
 *
 * Statements are kept in a hash table by the address of their text, which is a static
 * string of the caller, and finalized with the connection.
 */
#include "data/db.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sqlite3.h> /* before spatialite.h, which needs it */
#include <spatialite.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "data/mem.h"

#define BUSY_MS 5000
#define COPY_PAGES 1024 /* at a time: 16 MiB of a record */

struct statement {
    const char *sql; /* its address is the key; NULL: a free slot */
    sqlite3_stmt *stmt;
    sqlite3 *sqlite;
};

struct db {
    sqlite3 *sqlite;
    void *spatial;                 /* SpatiaLite's cache for this connection, or NULL */
    struct statement **statements; /* hash table, open addressing */
    size_t slots;                  /* a power of two */
    size_t count;
    int looks; /* of distrust() since the last statement began */
};

/* ---- errors ---------------------------------------------------------------------- */

static enum err fault_of(int code) {
    switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_FULL:
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_NOMEM:
        return ERR_ENVIRONMENT;
    default:
        return ERR_DATA;
    }
}

static bool fail(sqlite3 *sqlite, const char *doing, struct error *e) {
    int code = sqlite3_extended_errcode(sqlite);
    if ((code & 0xff) == SQLITE_BUSY)
        return error_set(e, ERR_ENVIRONMENT, "the database is in use by another writer");
    return error_set(e, fault_of(code), "%s: %s", doing, sqlite3_errmsg(sqlite));
}

/* ---- open and close -------------------------------------------------------------- */

static pthread_once_t once = PTHREAD_ONCE_INIT;

/* Nobody asks SQLite how much memory it uses, and a handle belongs to one thread. */
static void init(void) {
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    sqlite3_config(SQLITE_CONFIG_MULTITHREAD);
    sqlite3_config(SQLITE_CONFIG_LOOKASIDE, 1200, 500);
    spatialite_initialize();
}

/* Claims the name, so that two programs cannot create one file; mode 0600, since the
 * record holds places that must not be found. */
static bool claim(const char *path, struct error *e) {
    int fd = open(path, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0600);
    if (fd < 0)
        return error_set(e, errno == EEXIST ? ERR_USAGE : ERR_ENVIRONMENT, "%s: %s", path,
                         errno == EEXIST ? "exists already" : strerror(errno));
    close(fd);
    return true;
}

/* A reader writes nothing, not even a temporary table. PRAGMA trusted_schema stays on:
 * the record has columns made by json_extract(), which SQLite 3.40 would refuse then. A
 * database file never comes from a request. */
static bool configure_reader(struct db *db, struct error *e) {
    if (sqlite3_db_config(db->sqlite, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL) != SQLITE_OK)
        return fail(db->sqlite, "database", e);
    return db_exec(db, "PRAGMA query_only = ON; PRAGMA cell_size_check = ON;"
                       "PRAGMA cache_size = -32000", e);
}

static bool configure(struct db *db, enum db_mode mode, struct error *e) {
    sqlite3_busy_timeout(db->sqlite, BUSY_MS);
    sqlite3_extended_result_codes(db->sqlite, 1);
    if (!db_exec(db, "PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY", e))
        return false;
    if (mode == DB_READ)
        return configure_reader(db, e);
    if (mode == DB_CREATE && !db_exec(db, "PRAGMA page_size = 16384", e))
        return false;
    return db_exec(db, "PRAGMA journal_mode = WAL; PRAGMA cache_size = -128000", e);
}

struct db *db_open(const char *path, enum db_mode mode, bool spatial, struct error *e) {
    pthread_once(&once, init);
    if (mode == DB_CREATE && !claim(path, e))
        return NULL;
    int flags = mode == DB_READ ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
    struct db *db = xcalloc(1, sizeof *db);
    db->slots = 64;
    db->statements = xcalloc(db->slots, sizeof *db->statements);
    db->spatial = spatial ? spatialite_alloc_connection() : NULL;
    if (sqlite3_open_v2(path, &db->sqlite, flags | SQLITE_OPEN_NOMUTEX, NULL) !=
        SQLITE_OK) {
        error_set(e, ERR_ENVIRONMENT, "%s: %s", path, sqlite3_errmsg(db->sqlite));
        goto failed;
    }
    if (spatial)
        spatialite_init_ex(db->sqlite, db->spatial, 0);
    if (configure(db, mode, e))
        return db;
    error_prefix(e, "%s: ", path);
failed:
    db_close(db);
    return NULL;
}

#define LOOK_EVERY 100000 /* instructions of SQLite's machine */
#define LOOKS_MAX 500

static int distrust(void *ctx) {
    struct db *db = ctx;
    return ++db->looks > LOOKS_MAX;
}

bool db_distrust(struct db *db, int most_bytes, struct error *e) {
    sqlite3_limit(db->sqlite, SQLITE_LIMIT_LENGTH, most_bytes);
    sqlite3_progress_handler(db->sqlite, LOOK_EVERY, distrust, db);
    return db_exec(db, "PRAGMA trusted_schema = OFF", e);
}

void db_close(struct db *db) {
    if (db == NULL)
        return;
    for (size_t i = 0; i < db->slots; i++) {
        if (db->statements[i] != NULL)
            sqlite3_finalize(db->statements[i]->stmt);
        free(db->statements[i]);
    }
    free(db->statements);
    int code = sqlite3_close(db->sqlite);
    assert(code == SQLITE_OK);
    (void)code;
    if (db->spatial != NULL)
        spatialite_cleanup_ex(db->spatial);
    free(db);
}

bool db_exec(struct db *db, const char *sql, struct error *e) {
    return sqlite3_exec(db->sqlite, sql, NULL, NULL, NULL) == SQLITE_OK ||
           fail(db->sqlite, "database", e);
}

/* ---- statements ------------------------------------------------------------------ */

static size_t slot_of(const struct db *db, const char *sql) {
    size_t i = (size_t)(((uintptr_t)sql * UINT64_C(0x9e3779b97f4a7c15)) >> 40);
    for (i &= db->slots - 1; db->statements[i] && db->statements[i]->sql != sql;)
        i = (i + 1) & (db->slots - 1);
    return i;
}

static void grow(struct db *db) {
    struct statement **old = db->statements;
    size_t slots = db->slots;
    db->slots *= 2;
    db->statements = xcalloc(db->slots, sizeof *db->statements);
    for (size_t i = 0; i < slots; i++)
        if (old[i] != NULL)
            db->statements[slot_of(db, old[i]->sql)] = old[i];
    free(old);
}

struct statement *db_prepare(struct db *db, const char *sql, struct error *e) {
    size_t i = slot_of(db, sql);
    db->looks = 0;
    struct statement *s = db->statements[i];
    if (s != NULL) {
        sqlite3_reset(s->stmt);
        sqlite3_clear_bindings(s->stmt);
        return s;
    }
    sqlite3_stmt *stmt;
    if (sqlite3_prepare_v3(db->sqlite, sql, -1, SQLITE_PREPARE_PERSISTENT, &stmt, NULL) !=
        SQLITE_OK) {
        fail(db->sqlite, sql, e);
        return NULL;
    }
    if (++db->count * 2 > db->slots) {
        grow(db);
        i = slot_of(db, sql);
    }
    s = db->statements[i] = xmalloc(sizeof *s);
    *s = (struct statement){sql, stmt, db->sqlite};
    return s;
}

static int parameter(struct statement *s, const char *name) {
    int i = sqlite3_bind_parameter_index(s->stmt, name);
    assert(i > 0);
    return i;
}

void db_bind_text(struct statement *s, const char *name, const char *value) {
    db_bind_text_at(s, parameter(s, name), value);
}

void db_bind_blob(struct statement *s, const char *name, const void *bytes, size_t len) {
    db_bind_blob_at(s, parameter(s, name), bytes, len);
}

void db_bind_integer(struct statement *s, const char *name, int64_t value) {
    db_bind_integer_at(s, parameter(s, name), value);
}

void db_bind_real(struct statement *s, const char *name, double value) {
    db_bind_real_at(s, parameter(s, name), value);
}

/* Binding can only fail by misuse (wrong number, statement running) or no memory. */
static void bound(int code) {
    assert(code == SQLITE_OK);
    if (code != SQLITE_OK)
        abort();
}

void db_bind_text_at(struct statement *s, int i, const char *value) {
    bound(sqlite3_bind_text(s->stmt, i, value, -1, SQLITE_STATIC));
}

void db_bind_blob_at(struct statement *s, int i, const void *bytes, size_t len) {
    bound(sqlite3_bind_blob64(s->stmt, i, bytes, len, SQLITE_STATIC));
}

void db_bind_integer_at(struct statement *s, int i, int64_t value) {
    bound(sqlite3_bind_int64(s->stmt, i, value));
}

void db_bind_real_at(struct statement *s, int i, double value) {
    bound(sqlite3_bind_double(s->stmt, i, value));
}

int db_step(struct statement *s, struct error *e) {
    int code = sqlite3_step(s->stmt);
    if (code == SQLITE_ROW)
        return 1;
    if (code != SQLITE_DONE)
        fail(s->sqlite, "database", e);
    sqlite3_reset(s->stmt);
    return code == SQLITE_DONE ? 0 : -1;
}

bool db_run(struct statement *s, struct error *e) {
    int code = db_step(s, e);
    assert(code != 1);
    return code == 0;
}

void db_reset(struct statement *s) {
    sqlite3_reset(s->stmt);
}

/* ---- rows ------------------------------------------------------------------------ */

int db_columns(struct statement *s) {
    return sqlite3_column_count(s->stmt);
}

const char *db_column_name(struct statement *s, int column) {
    return sqlite3_column_name(s->stmt, column);
}

bool db_is_null(struct statement *s, int column) {
    return sqlite3_column_type(s->stmt, column) == SQLITE_NULL;
}

const char *db_text(struct statement *s, int column) {
    const unsigned char *text = sqlite3_column_text(s->stmt, column);
    return text != NULL ? (const char *)text : "";
}

size_t db_bytes(struct statement *s, int column) {
    return (size_t)sqlite3_column_bytes(s->stmt, column);
}

const void *db_blob(struct statement *s, int column) {
    return sqlite3_column_blob(s->stmt, column);
}

int64_t db_integer(struct statement *s, int column) {
    return sqlite3_column_int64(s->stmt, column);
}

double db_real(struct statement *s, int column) {
    return sqlite3_column_double(s->stmt, column);
}

int db_parameters(struct statement *s) {
    return sqlite3_bind_parameter_count(s->stmt);
}

const char *db_parameter_name(struct statement *s, int i) {
    return sqlite3_bind_parameter_name(s->stmt, i);
}

int64_t db_last_key(struct db *db) {
    return sqlite3_last_insert_rowid(db->sqlite);
}

/* ---- transactions ---------------------------------------------------------------- */

bool db_begin(struct db *db, struct error *e) {
    return db_exec(db, "BEGIN IMMEDIATE", e);
}

bool db_commit(struct db *db, struct error *e) {
    if (db_exec(db, "COMMIT", e))
        return true;
    db_rollback(db);
    return false;
}

void db_rollback(struct db *db) {
    if (!sqlite3_get_autocommit(db->sqlite))
        sqlite3_exec(db->sqlite, "ROLLBACK", NULL, NULL, NULL);
}

bool db_data_version(struct db *db, int64_t *out, struct error *e) {
    static const char sql[] = "PRAGMA data_version";
    struct statement *s = db_prepare(db, sql, e);
    if (s == NULL || db_step(s, e) != 1)
        return false;
    *out = db_integer(s, 0);
    db_reset(s);
    return true;
}

/* ---- copies ---------------------------------------------------------------------- */

/* Nobody knows the copy yet, so nothing is promised before the end. */
static bool copy_open(const char *path, sqlite3 **out, struct error *e) {
    static const char sql[] = "PRAGMA locking_mode = EXCLUSIVE;"
                              "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF";
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX;
    return (sqlite3_open_v2(path, out, flags, NULL) == SQLITE_OK &&
            sqlite3_exec(*out, sql, NULL, NULL, NULL) == SQLITE_OK) ||
           fail(*out, "opening the copy", e);
}

static bool copy_pages(struct db *from, sqlite3 *to, db_progress *say, void *ctx,
                       struct error *e) {
    sqlite3_backup *backup = sqlite3_backup_init(to, "main", from->sqlite, "main");
    int code = SQLITE_OK;
    while (backup != NULL && code == SQLITE_OK) {
        code = sqlite3_backup_step(backup, COPY_PAGES);
        int total = sqlite3_backup_pagecount(backup);
        if (say != NULL)
            say(total - sqlite3_backup_remaining(backup), total, ctx);
    }
    sqlite3_backup_finish(backup); /* leaves its error with `to` */
    return code == SQLITE_DONE || fail(to, "copying", e);
}

/* The pages of a record say WAL. A copy does without, so that it is one file, and can be
 * read where nothing may be written. */
static bool copy_settle(sqlite3 *to, struct error *e) {
    static const char sql[] = "PRAGMA journal_mode = DELETE";
    return sqlite3_exec(to, sql, NULL, NULL, NULL) == SQLITE_OK || fail(to, "copying", e);
}

static bool file_sync(const char *path, struct error *e) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    bool ok = fd >= 0 && fsync(fd) == 0;
    if (!ok)
        error_set(e, ERR_ENVIRONMENT, "writing to disk: %s", strerror(errno));
    if (fd >= 0)
        close(fd);
    return ok;
}

bool db_copy(struct db *from, const char *path, db_progress *say, void *ctx,
             struct error *e) {
    sqlite3 *to = NULL;
    if (!claim(path, e))
        return false;
    bool ok = copy_open(path, &to, e) &&
              db_exec(from, "BEGIN; SELECT 1 FROM sqlite_schema", e) &&
              copy_pages(from, to, say, ctx, e) && copy_settle(to, e);
    db_rollback(from);
    sqlite3_close(to);
    ok = ok && file_sync(path, e);
    if (ok)
        return true;
    unlink(path);
    return error_prefix(e, "%s: ", path);
}
