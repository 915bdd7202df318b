/* SPDX-License-Identifier: Apache-2.0
 *
 * The wrapper: statements cached and clean, values as they were bound, transactions,
 * and whose fault an error is.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "data/db.h"

static char dir[] = "/tmp/haven-test-db-XXXXXX";
static char path[200];
static struct error err;

static int group_setup(void **state) {
    (void)state;
    return mkdtemp(dir) != NULL ? 0 : -1;
}

static int group_teardown(void **state) {
    (void)state;
    char command[300];
    snprintf(command, sizeof command, "rm -r %s", dir);
    return system(command);
}

static struct db *fresh(void) {
    static int number;
    snprintf(path, sizeof path, "%s/%d.db", dir, ++number);
    struct db *db = db_open(path, DB_CREATE, false, &err);
    assert_non_null(db);
    assert_true(
        db_exec(db, "CREATE TABLE t (a ANY, b ANY CHECK (b <> 'bad')) STRICT", &err));
    return db;
}

static const char sql_insert[] = "INSERT INTO t VALUES (:a, :b)";
static const char sql_select[] = "SELECT a, b AS second FROM t ORDER BY rowid";

static void values_come_back(void **state) {
    (void)state;
    struct db *db = fresh();
    struct statement *s = db_prepare(db, sql_insert, &err);
    db_bind_text(s, ":a", "x");
    db_bind_blob(s, ":b", "\0\1", 2);
    assert_true(db_run(s, &err));
    assert_ptr_equal(db_prepare(db, sql_insert, &err), s);
    db_bind_integer(s, ":a", INT64_MIN);
    db_bind_real(s, ":b", 0.5);
    assert_true(db_run(s, &err));
    db_prepare(db, sql_insert, &err); /* nothing bound */
    assert_true(db_run(s, &err));
    assert_int_equal(db_last_key(db), 3);
    assert_int_equal(db_parameters(s), 2);
    assert_string_equal(db_parameter_name(s, 2), ":b");

    s = db_prepare(db, sql_select, &err);
    assert_int_equal(db_columns(s), 2);
    assert_string_equal(db_column_name(s, 1), "second");
    assert_int_equal(db_step(s, &err), 1);
    assert_string_equal(db_text(s, 0), "x");
    assert_int_equal(db_bytes(s, 1), 2);
    assert_memory_equal(db_blob(s, 1), "\0\1", 2);
    assert_int_equal(db_step(s, &err), 1);
    assert_true(db_integer(s, 0) == INT64_MIN);
    assert_true(db_real(s, 1) == 0.5);
    assert_int_equal(db_step(s, &err), 1);
    assert_true(db_is_null(s, 0));
    assert_string_equal(db_text(s, 0), "");
    assert_int_equal(db_step(s, &err), 0);
    db_close(db);
}

static void many_statements_are_kept(void **state) {
    (void)state;
    struct db *db = fresh();
    static char sql[300][20];
    struct statement *s[300];
    for (int i = 0; i < 300; i++) {
        snprintf(sql[i], sizeof sql[i], "SELECT %d", i);
        assert_non_null(s[i] = db_prepare(db, sql[i], &err));
    }
    for (int i = 0; i < 300; i++) {
        assert_ptr_equal(db_prepare(db, sql[i], &err), s[i]);
        assert_int_equal(db_step(s[i], &err), 1);
        assert_int_equal(db_integer(s[i], 0), i);
    }
    db_close(db);
}

static void transactions_are_all_or_nothing(void **state) {
    (void)state;
    struct db *db = fresh(), *other = db_open(path, DB_READ_WRITE, false, &err);
    int64_t before, after;
    assert_true(db_data_version(other, &before, &err));
    assert_true(db_begin(db, &err));
    assert_true(db_exec(db, "INSERT INTO t VALUES (1, 1)", &err));
    db_rollback(db);
    db_rollback(db); /* harmless */
    assert_true(db_data_version(other, &after, &err));
    assert_int_equal(before, after);
    assert_true(db_begin(db, &err));
    assert_true(db_exec(db, "INSERT INTO t VALUES (1, 1)", &err));
    assert_true(db_commit(db, &err));
    assert_true(db_data_version(other, &after, &err));
    assert_int_not_equal(before, after);
    db_close(other);
    db_close(db);
}

static void errors_say_whose_fault(void **state) {
    (void)state;
    struct db *db = fresh();
    assert_false(db_exec(db, "INSERT INTO t VALUES (1, 'bad')", &err));
    assert_int_equal(err.code, ERR_DATA);
    assert_null(db_prepare(db, "SELECT nothing FROM nowhere", &err));
    assert_non_null(strstr(err.message, "nowhere"));
    db_close(db);
    assert_null(db_open(path, DB_CREATE, false, &err));
    assert_int_equal(err.code, ERR_USAGE);
    db = db_open(path, DB_READ, true, &err);
    assert_non_null(db);
    assert_false(db_exec(db, "INSERT INTO t VALUES (1, 1)", &err));
    assert_int_equal(err.code, ERR_ENVIRONMENT);
    db_close(db);
    assert_null(db_open("/nonexistent/a.db", DB_CREATE, false, &err));
    assert_int_equal(err.code, ERR_ENVIRONMENT);
    db_close(NULL);
}

static int64_t integer(struct db *db, const char *sql) {
    struct statement *s = db_prepare(db, sql, &err);
    assert_non_null(s);
    assert_int_equal(db_step(s, &err), 1);
    int64_t value = db_integer(s, 0);
    db_reset(s);
    return value;
}

/* Each of the three defences is looked at alone: the file, query_only, defensive. */
static void a_reader_cannot_write(void **state) {
    (void)state;
    static const char *const writes[] = {
        "INSERT INTO t VALUES (1, 1)",     "DELETE FROM t", "CREATE TABLE u (a)",
        "CREATE TEMP TABLE u (a)",         "VACUUM",        "PRAGMA user_version = 7",
        "BEGIN IMMEDIATE; DROP TABLE t",   "UPDATE t SET a = 2",
    };
    db_close(fresh());
    struct db *db = db_open(path, DB_READ, true, &err);
    assert_non_null(db);
    for (size_t i = 0; i < sizeof writes / sizeof *writes; i++) {
        if (db_exec(db, writes[i], &err))
            fail_msg("%s was done", writes[i]);
        db_rollback(db);
    }
    assert_int_equal(integer(db, "PRAGMA query_only"), 1);
    assert_false(db_exec(
        db, "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = ''", &err));
    assert_non_null(strstr(err.message, "may not be modified")); /* not: is read-only */
    assert_true(db_exec(db, "PRAGMA query_only = OFF; CREATE TEMP TABLE u (a)", &err));
    assert_false(db_exec(db, "INSERT INTO t VALUES (1, 1)", &err)); /* the file's own mode */
    assert_int_equal(err.code, ERR_ENVIRONMENT);
    db_close(db);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_come_back),
        cmocka_unit_test(many_statements_are_kept),
        cmocka_unit_test(transactions_are_all_or_nothing),
        cmocka_unit_test(errors_say_whose_fault),
        cmocka_unit_test(a_reader_cannot_write),
    };
    return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
