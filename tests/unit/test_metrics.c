/* SPDX-License-Identifier: Apache-2.0
 *
 * The numbers about the server: what is counted comes out, of all threads together, in the
 * form that Prometheus reads. Also run under the thread sanitizer.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pthread.h>
#include <regex.h>

#include <cmocka.h>

#include "server/http/metrics.h"

static struct buf written;

static const char *write(void) {
    written.len = 0;
    metrics_write(&written);
    return buf_text(&written);
}

/* The number after the name with its labels; -1: there is none. */
static double value(const char *text, const char *series) {
    char line[200];
    snprintf(line, sizeof line, "\n%s ", series);
    const char *at = strstr(text, line);
    return at != NULL ? atof(at + strlen(line)) : -1;
}

static void assert_value(const char *text, const char *series, double wanted) {
    if (value(text, series) != wanted)
        fail_msg("%s is %g, not %g", series, value(text, series), wanted);
}

static void test_requests(void **state) {
    (void)state;
    static const struct {
        int status, ms;
    } ended[] = {{200, 0},   {200, 1},    {204, 2},     {304, 3}, {404, 100},
                 {503, 101}, {200, 9999}, {500, 10001}, {0, -5},  {999, 1}};
    for (size_t i = 0; i < sizeof ended / sizeof *ended; i++)
        metrics_request("nearest", ended[i].status, ended[i].ms);
    const char *text = write();
    assert_value(text, "haven_requests_total{route=\"nearest\",status=\"2xx\"}", 4);
    assert_value(text, "haven_requests_total{route=\"nearest\",status=\"3xx\"}", 1);
    assert_value(text, "haven_requests_total{route=\"nearest\",status=\"4xx\"}", 1);
    assert_value(text, "haven_requests_total{route=\"nearest\",status=\"5xx\"}", 2);
    assert_value(text, "haven_requests_total{route=\"nearest\",status=\"0xx\"}", 2);
    static const struct {
        const char *le;
        int count;
    } buckets[] = {{"1", 4},   {"2", 5},    {"5", 6},     {"50", 6},   {"100", 7},
                   {"250", 8}, {"2500", 8}, {"10000", 9}, {"+Inf", 10}};
    for (size_t i = 0; i < sizeof buckets / sizeof *buckets; i++) {
        char series[100];
        snprintf(series, sizeof series,
                 "haven_request_milliseconds_bucket{route=\"nearest\",le=\"%s\"}",
                 buckets[i].le);
        assert_value(text, series, buckets[i].count);
    }
    assert_value(text, "haven_request_milliseconds_sum{route=\"nearest\"}",
                 0 + 1 + 2 + 3 + 100 + 101 + 9999 + 10001 + 0 + 1);
    assert_value(text, "haven_request_milliseconds_count{route=\"nearest\"}", 10);
}

static void test_gauges(void **state) {
    (void)state;
    metrics_gauge(GAUGE_CONNECTIONS, 1);
    metrics_gauge(GAUGE_CONNECTIONS, 1);
    metrics_gauge(GAUGE_CONNECTIONS, -1);
    metrics_gauge(GAUGE_WAITING, 7);
    metrics_tally(TALLY_WORK_REFUSED);
    const char *text = write();
    assert_value(text, "haven_connections", 1);
    assert_value(text, "haven_work_waiting", 7);
    assert_value(text, "haven_work_running", 0);
    assert_value(text, "haven_work_refused_total", 1);
    assert_value(text, "haven_bodies_refused_total", 0);
}

/* Every line is a comment or a sample, and a name has its type before its samples. */
static void test_form(void **state) {
    (void)state;
    regex_t comment, sample;
    char *save, *copy = strdup(write()), type[100] = "";
    assert_int_equal(regcomp(&comment,
                             "^# (HELP [a-z_]+ [A-Z][^\\]+\\.|TYPE [a-z_]+ "
                             "(counter|gauge|histogram))$",
                             REG_EXTENDED),
                     0);
    assert_int_equal(
        regcomp(&sample,
                "^[a-z_]+(\\{[a-z]+=\"[a-z0-9_+A-Z]+\"(,[a-z]+=\"[^\"]+\")?\\})? "
                "[0-9]+$",
                REG_EXTENDED),
        0);
    assert_int_equal(written.data[written.len - 1], '\n');
    for (char *line = strtok_r(copy, "\n", &save); line;
         line = strtok_r(NULL, "\n", &save)) {
        if (regexec(line[0] == '#' ? &comment : &sample, line, 0, NULL, 0) != 0)
            fail_msg("[%s]", line);
        sscanf(line, "# TYPE %99s", type);
        if (line[0] != '#' && strncmp(line, type, strlen(type)) != 0)
            fail_msg("[%s] after the type of %s", line, type);
    }
    regfree(&comment);
    regfree(&sample);
    free(copy);
}

/* ---- several threads --------------------------------------------------------------- */

#define THREADS 4
#define EACH 100000

static void *count_many(void *name) {
    for (int i = 0; i < EACH; i++) {
        metrics_request(name, 200, i % 7);
        metrics_gauge(GAUGE_WORKING, i % 2 ? -1 : 1);
        metrics_tally(TALLY_CONNECTIONS);
    }
    return NULL;
}

static void test_threads(void **state) {
    (void)state;
    /* The same name at several addresses is one route. */
    static char names[THREADS][16] = {"many", "many", "many", "many"};
    static const char series[] = "haven_requests_total{route=\"many\",status=\"2xx\"}";
    pthread_t threads[THREADS];
    double last = 0;
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, count_many, names[i]), 0);
    for (int i = 0; i < 50; i++) {
        double now = value(write(), series);
        assert_true(now == -1 || now >= last);
        last = now;
    }
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    const char *text = write();
    assert_value(text, series, THREADS * EACH);
    assert_value(text, "haven_request_milliseconds_count{route=\"many\"}",
                 THREADS * EACH);
    assert_value(text, "haven_work_running", 0);
    assert_value(text, "haven_connections_total", THREADS * EACH);
}

/* More names than there is room for are counted together, none is lost. */
static void test_too_many_routes(void **state) {
    (void)state;
    static char names[3 * METRICS_ROUTES][16];
    double total = 0;
    for (int i = 0; i < 3 * METRICS_ROUTES; i++) {
        snprintf(names[i], sizeof names[i], "r%d", i);
        metrics_request(names[i], 201, 1);
    }
    const char *text = write();
    for (int i = 0; i < 3 * METRICS_ROUTES; i++) {
        char series[100];
        snprintf(series, sizeof series,
                 "haven_requests_total{route=\"%.15s\",status=\"2xx\"}", names[i]);
        double n = value(text, series);
        total += n > 0 ? n : 0;
    }
    double other = value(text, "haven_requests_total{route=\"other\",status=\"2xx\"}");
    assert_true(other > METRICS_ROUTES);
    assert_true(total + other == 3 * METRICS_ROUTES);
    test_form(NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_requests),
        cmocka_unit_test(test_gauges),
        cmocka_unit_test(test_form),
        cmocka_unit_test(test_threads),
        cmocka_unit_test(test_too_many_routes),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    buf_free(&written);
    return failed;
}
