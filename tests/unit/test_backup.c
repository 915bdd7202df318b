/* SPDX-License-Identifier: Apache-2.0
 *
 * Copies of one moment while others write, whole or absent; backups that are refused when
 * the record is damaged; restores that touch nothing until they are sure, and lose
 * nothing.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "data/backup.h"
#include "data/access/key.h"
#include "data/record.h"
#include "tests/unit/record_by_hand.h"

static int faults;

static void on_fault(const char *fault, void *ctx) {
    (void)ctx;
    (void)fault;
    faults++;
}

static bool there(const char *file) {
    return access(file, F_OK) == 0;
}

static const char *in_dir(const char *name) {
    static char names[8][200];
    static int next;
    char *out = names[next++ % 8];
    snprintf(out, sizeof names[0], "%s/%s", dir, name);
    return out;
}

static void touch(const char *file) {
    int fd = open(file, O_CREAT | O_WRONLY, 0600);
    assert_true(fd >= 0);
    close(fd);
}

static void expect_refused(bool result, enum err code, const char *says) {
    assert_false(result);
    if (err.code != code || strstr(err.message, says) == NULL)
        fail_msg("%d: %s", err.code, err.message);
}

/* A record with one service, and an access database with one key when `name` is given. */
static struct record *record_with(const char *id, const char *name) {
    struct record *r = fresh();
    char token[KEY_TOKEN_SIZE];
    import_one(r, "test", blank(id));
    if (name == NULL)
        return r;
    struct access_db *keys = access_db_open(path, SHARE, &err);
    const struct key_terms terms = {.name = name, .role = ROLE_STEWARD};
    ok(keys != NULL && key_add(keys, &terms, token, &err));
    access_db_close(keys);
    return r;
}

static bool find_id(const struct stored_service *service, void *ctx, struct error *e) {
    (void)e;
    char *ids = ctx;
    snprintf(ids + strlen(ids), 100 - strlen(ids), "%s ", service->flat.cell[COL_ID]);
    return true;
}

static const char *ids_in(const char *file) {
    static char ids[100];
    int64_t revision;
    ids[0] = '\0';
    struct record *r = record_open(file, SHARE, DB_READ, &err);
    ok(r != NULL && record_each(r, &revision, find_id, ids, &err));
    record_close(r);
    return ids;
}

static bool make(const char *from, const char *to, struct backup_files *made) {
    return backup_make(from, to, &(struct backup_options){0}, made, &err);
}

static bool restore(const char *backup, const char *to, bool force) {
    struct backup_files made = {0};
    faults = 0;
    bool done =
        backup_restore(backup, to, SHARE, &(struct backup_options){.force = force},
                       on_fault, &made, &err);
    backup_files_free(&made);
    return done;
}

/* ---- copies ---------------------------------------------------------------------- */

static int64_t last_done;

/* Another connection commits, and writes its log back, between any two steps. */
static void write_meanwhile(int64_t done, int64_t total, void *ctx) {
    assert_true(done > last_done && done <= total); /* never starts again */
    last_done = done;
    ok(db_exec(ctx,
               "UPDATE t SET a = a + 1; INSERT INTO t VALUES (1, zeroblob(50000));"
               "PRAGMA wal_checkpoint(PASSIVE)",
               &err));
}

static int64_t integer(struct db *db, const char *sql) {
    struct statement *s = db_prepare(db, sql, &err);
    ok(s != NULL && db_step(s, &err) == 1);
    int64_t value = db_integer(s, 0);
    db_reset(s);
    return value;
}

static void a_copy_is_of_one_moment(void **state) {
    (void)state;
    const char *from = in_dir("moment.db"), *to = in_dir("moment-copy.db");
    struct db *writer = db_open(from, DB_CREATE, false, &err);
    ok(writer != NULL);
    ok(db_exec(writer,
               "CREATE TABLE t (a INTEGER, b BLOB) STRICT; WITH RECURSIVE n (i) AS"
               " (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2500)"
               " INSERT INTO t SELECT 0, zeroblob(16000) FROM n",
               &err));
    struct db *reader = db_open(from, DB_READ, false, &err);
    last_done = 0;
    ok(db_copy(reader, to, write_meanwhile, writer, &err));
    assert_true(last_done > 2000);
    assert_true(integer(reader, "SELECT max(a) FROM t") > 0); /* no transaction is left */
    expect_refused(db_copy(reader, to, NULL, NULL, &err), ERR_USAGE, "exists already");
    db_close(reader);
    db_close(writer);

    struct stat s;
    assert_int_equal(stat(to, &s), 0);
    assert_int_equal(s.st_mode & 0777, 0600);
    assert_int_equal(chmod(dir, 0500), 0); /* one file is enough to read it */
    struct db *copy = db_open(to, DB_READ, false, &err);
    ok(copy != NULL);
    assert_int_equal(integer(copy, "SELECT count(*) FROM t"), 2500);
    assert_int_equal(integer(copy, "SELECT max(a) FROM t"), 0);
    db_close(copy);
    assert_int_equal(chmod(dir, 0700), 0);
    assert_false(there(in_dir("moment-copy.db-wal")));
}

/* ---- backup ---------------------------------------------------------------------- */

static void a_backup_holds_both(void **state) {
    (void)state;
    struct backup_files made = {0}, more = {0};
    struct backup_options record_only = {.without_access = true};
    record_close(record_with("a", "Dara"));
    ok(make(path, dir, &made));
    assert_true(made.access.len > 0 && there(made.access.data));
    assert_string_equal(ids_in(made.record.data), "a ");
    char name[300];
    snprintf(name, sizeof name, "%.*s-2", (int)strlen(path) - 3, path);
    assert_memory_equal(made.record.data, name, strlen(name)); /* and the time */
    expect_refused(make(path, made.record.data, &more), ERR_USAGE, "exists already");
    backup_files_free(&more);
    ok(backup_make(path, in_dir("alone.db"), &record_only, &more, &err));
    assert_int_equal(more.access.len, 0);
    assert_false(there(in_dir("alone-access.db")));
    backup_files_free(&more);
    backup_files_free(&made);
}

static void a_damaged_record_is_no_backup(void **state) {
    (void)state;
    struct backup_files made = {0};
    record_close(record_with("a", NULL));
    struct db *db = db_open(path, DB_READ_WRITE, true, &err);
    ok(db_exec(db,
               "PRAGMA foreign_keys = OFF; INSERT INTO phone (service_key, position,"
               " value) VALUES (4711, 0, '{}')",
               &err));
    db_close(db);
    expect_refused(make(path, in_dir("damaged-1.db"), &made), ERR_DATA,
                   "phone refers to a row of service_at_location");
    backup_files_free(&made);

    record_close(record_with("a", NULL));
    db = db_open(path, DB_READ_WRITE, true, &err);
    ok(db_exec(db,
               "CREATE INDEX odd ON service (name); PRAGMA writable_schema = ON;"
               "UPDATE sqlite_schema SET sql = 'CREATE INDEX odd ON service (id)'"
               " WHERE name = 'odd'",
               &err));
    db_close(db);
    expect_refused(make(path, in_dir("damaged-3.db"), &made), ERR_DATA,
                   "missing from index odd");
    backup_files_free(&made);

    record_close(record_with("a", NULL));
    int fd = open(path, O_WRONLY);
    char garbage[16384];
    memset(garbage, 0xa5, sizeof garbage);
    for (int page = 20; page < 60; page++)
        assert_int_equal(pwrite(fd, garbage, sizeof garbage, page * 16384L),
                         sizeof garbage);
    close(fd);
    expect_refused(make(path, in_dir("damaged-2.db"), &made), ERR_DATA, path);
    backup_files_free(&made);
    assert_false(there(in_dir("damaged-1.db")) || there(in_dir("damaged-2.db")));
    assert_false(there(in_dir("damaged-1.db.haven-part")));
    assert_false(there(in_dir("damaged-2.db.haven-part")));
}

static void only_records_are_copied(void **state) {
    (void)state;
    struct backup_files made = {0};
    record_close(record_with("a", "Dara"));
    char access_db[300];
    snprintf(access_db, sizeof access_db, "%.*s-access.db", (int)strlen(path) - 3, path);
    expect_refused(make(access_db, in_dir("no.db"), &made), ERR_DATA,
                   "no record of haven");
    backup_files_free(&made);
    expect_refused(make("/bin/sh", in_dir("no.db"), &made), ERR_DATA, "/bin/sh");
    backup_files_free(&made);
    expect_refused(make(path, in_dir("nowhere/no.db"), &made), ERR_ENVIRONMENT,
                   "nowhere");
    backup_files_free(&made);
    assert_false(there(in_dir("no.db")));
}

static void leftovers_go_and_one_works_at_a_time(void **state) {
    (void)state;
    struct backup_files made = {0};
    record_close(record_with("a", NULL));
    touch(in_dir("killed-20261124T120000Z.db.haven-part"));
    touch(in_dir("killed-20261124T120000Z.db.haven-part-wal"));
    int fd = open(dir, O_RDONLY | O_DIRECTORY);
    assert_int_equal(flock(fd, LOCK_EX | LOCK_NB), 0);
    expect_refused(make(path, in_dir("second.db"), &made), ERR_ENVIRONMENT, "at work");
    backup_files_free(&made);
    assert_true(there(in_dir("killed-20261124T120000Z.db.haven-part"))); /* not its own */
    close(fd);
    ok(make(path, in_dir("second.db"), &made));
    backup_files_free(&made);
    assert_false(there(in_dir("killed-20261124T120000Z.db.haven-part")));
    assert_false(there(in_dir("killed-20261124T120000Z.db.haven-part-wal")));
}

static void the_oldest_go(void **state) {
    (void)state;
    static const char *const files[] = {
        "r-20261122T120000Z.db",        "r-20261121T120000Z.db",
        "r-20261121T120000Z-access.db", "r-20261123T120000Z.db",
        "r-20261123T120000Z-access.db", "r-2-20261101T120000Z.db",
        "r-before-the-flood.db",        "r.db"};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        touch(in_dir(files[i]));
    ok(backup_prune(in_dir("r.db"), dir, 2, &err));
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        assert_int_equal(there(in_dir(files[i])), i != 1 && i != 2);
}

/* ---- restore --------------------------------------------------------------------- */

static void a_restore_is_the_backup(void **state) {
    (void)state;
    struct backup_files made = {0};
    record_close(record_with("a", "Dara"));
    ok(make(path, in_dir("good.db"), &made));
    backup_files_free(&made);
    ok(restore(in_dir("good.db"), in_dir("again.db"), false));
    assert_string_equal(ids_in(in_dir("again.db")), "a ");
    assert_true(there(in_dir("again-access.db")));
    assert_false(there(in_dir("again.db-wal")) && there(in_dir("again.db.haven-part")));
    expect_refused(restore(in_dir("good.db"), in_dir("again.db"), false), ERR_USAGE,
                   "exists already");
    expect_refused(restore(in_dir("good.db"), in_dir("good.db"), true), ERR_USAGE,
                   "the backup itself");
}

/* Root restores for whoever the folder belongs to. */
static void a_restore_belongs_to_its_folder(void **state) {
    (void)state;
    struct backup_files made = {0};
    struct stat s;
    if (geteuid() != 0)
        skip();
    record_close(record_with("a", "Dara"));
    ok(make(path, in_dir("mine.db"), &made));
    backup_files_free(&made);
    assert_int_equal(mkdir(in_dir("theirs"), 0700), 0);
    assert_int_equal(chown(in_dir("theirs"), 65534, 65533), 0);
    ok(restore(in_dir("mine.db"), in_dir("theirs/r.db"), false));
    assert_int_equal(stat(in_dir("theirs/r.db"), &s), 0);
    assert_true(s.st_uid == 65534 && s.st_gid == 65533 && (s.st_mode & 0777) == 0600);
    assert_int_equal(stat(in_dir("theirs/r-access.db"), &s), 0);
    assert_true(s.st_uid == 65534 && s.st_gid == 65533 && (s.st_mode & 0777) == 0600);
}

/* A machine that failed leaves a record and a log that belong together. */
static void what_stood_is_kept_with_its_log(void **state) {
    (void)state;
    struct backup_files made = {0};
    char command[1000];
    record_close(record_with("old", NULL));
    ok(make(path, in_dir("old.db"), &made));
    backup_files_free(&made);
    struct record *r = record_with("new", NULL);
    snprintf(command, sizeof command, "cp %s %s/c.db && cp %s-wal %s/c.db-wal", path, dir,
             path, dir);
    assert_int_equal(system(command), 0);
    record_close(r);
    expect_refused(restore(in_dir("old.db"), in_dir("c.db"), false), ERR_USAGE, "exists");
    ok(restore(in_dir("old.db"), in_dir("c.db"), true));
    assert_string_equal(ids_in(in_dir("c.db")), "old ");
    assert_true(there(in_dir("c.db.before-restore-wal")));
    assert_string_equal(ids_in(in_dir("c.db.before-restore")), "new ");
    expect_refused(restore(in_dir("old.db"), in_dir("c.db"), true), ERR_USAGE,
                   "earlier restore");
    assert_string_equal(ids_in(in_dir("c.db")), "old ");
}

static void a_log_alone_is_not_taken_for_the_new_one(void **state) {
    (void)state;
    struct backup_files made = {0};
    record_close(record_with("a", NULL));
    ok(make(path, in_dir("lone.db"), &made));
    backup_files_free(&made);
    touch(in_dir("log.db-wal"));
    expect_refused(restore(in_dir("lone.db"), in_dir("log.db"), false), ERR_USAGE,
                   "log.db-wal: exists");
    ok(restore(in_dir("lone.db"), in_dir("log.db"), true));
    assert_true(there(in_dir("log.db.before-restore-wal")));
    assert_string_equal(ids_in(in_dir("log.db")), "a ");
}

/* Cells that are not what the digest says; and what no constraint allows, which SQLite
 * looks for only in a database that is open for writing. */
static void a_faulty_backup_changes_nothing(void **state) {
    (void)state;
    static const char *const harm[] = {
        "UPDATE service_at_location SET digest = zeroblob(16)",
        "PRAGMA ignore_check_constraints = ON; INSERT INTO claim (service_key, position,"
        " value) SELECT key, 0, 'no JSON' FROM service_at_location"};
    char stands[200], other[300];
    record_close(record_with("stands", NULL));
    snprintf(stands, sizeof stands, "%s", path);
    for (size_t i = 0; i < sizeof harm / sizeof *harm; i++) {
        record_close(record_with("faulty", NULL));
        struct db *db = db_open(path, DB_READ_WRITE, true, &err);
        ok(db_exec(db, harm[i], &err));
        db_close(db);
        expect_refused(restore(path, stands, true), ERR_DATA,
                       "faults; nothing was changed");
        assert_true(faults > 0);
        snprintf(other, sizeof other, "%s.before-restore", stands);
        assert_false(there(other));
        snprintf(other, sizeof other, "%s.haven-part", stands);
        assert_false(there(other));
        assert_string_equal(ids_in(stands), "stands ");
    }
}

static void an_old_backup_is_brought_forward(void **state) {
    (void)state;
    char share[100], command[700];
    snprintf(share, sizeof share, "%s/first", dir);
    snprintf(command, sizeof command,
             "mkdir -p %s/schema && cp " SHARE "/schema/000[12]_*.sql %s/schema/", share,
             share);
    assert_int_equal(system(command), 0);
    ok(record_create(in_dir("second-step.db"), share, &err));
    assert_null(record_open(in_dir("second-step.db"), SHARE, DB_READ, &err));
    ok(restore(in_dir("second-step.db"), in_dir("forward.db"), false));
    assert_string_equal(ids_in(in_dir("forward.db")), "");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_copy_is_of_one_moment),
        cmocka_unit_test(a_backup_holds_both),
        cmocka_unit_test(a_damaged_record_is_no_backup),
        cmocka_unit_test(only_records_are_copied),
        cmocka_unit_test(leftovers_go_and_one_works_at_a_time),
        cmocka_unit_test(the_oldest_go),
        cmocka_unit_test(a_restore_is_the_backup),
        cmocka_unit_test(a_restore_belongs_to_its_folder),
        cmocka_unit_test(what_stood_is_kept_with_its_log),
        cmocka_unit_test(a_log_alone_is_not_taken_for_the_new_one),
        cmocka_unit_test(a_faulty_backup_changes_nothing),
        cmocka_unit_test(an_old_backup_is_brought_forward),
    };
    return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
