/* SPDX-License-Identifier: Apache-2.0
 *
 * Pages: which list of them is read and which is refused, the language of a browser, and
 * the origins that may frame them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "server/api/pages.h"

static char share[] = "/tmp/haven-pages-XXXXXX";

static void put(const char *name, const char *text) {
    char path[200];
    snprintf(path, sizeof path, "%s/web/%s", share, name);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

static int make_folder(void **state) {
    char path[200];
    (void)state;
    if (mkdtemp(share) == NULL)
        return -1;
    snprintf(path, sizeof path, "%s/web", share);
    return mkdir(path, 0700);
}

static int remove_folder(void **state) {
    static const char *const names[] = {"/web/list.tsv", "/web/a.html", "/web/a.html.br",
                                        "/web", ""};
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char path[200];
        snprintf(path, sizeof path, "%s%s", share, names[i]);
        if (remove(path) != 0)
            return -1;
    }
    return 0;
}

static void test_list(void **state) {
    (void)state;
    static const struct {
        const char *list, *says; /* NULL: is taken */
    } cases[] = {
        {"/\ta.html\tpage\ttext/html\ten\tbr\n", NULL},
        {"/\ta.html\tpage\ttext/html\ten\t-\n/x\ta.html\tasset\ttext/html\t-\tbr\n",
         NULL},
        {"/\ta.html\tpage\ttext/html\ten\tzip\n", "zip is no coding"},
        {"/\ta.html\tpage\ttext/html\ten\tgzip\n", "a.html.gzip"},
        {"/\tb.html\tpage\ttext/html\ten\t-\n", "b.html"},
        {"/\t../a.html\tpage\ttext/html\ten\t-\n", "that is none"},
        {"/\t/etc/passwd\tpage\ttext/html\ten\t-\n", "that is none"},
        {"/\t\tpage\ttext/html\ten\t-\n", "that is none"},
        {"x\ta.html\tpage\ttext/html\ten\t-\n", "that is none"},
        {"/\ta.html\tpages\ttext/html\ten\t-\n", "that is none"},
        {"/\ta.html\tpage\ttext/html\txx\t-\n", "that is none"},
        {"/\ta.html\tpage\ttext/html\ten\n", "5 fields, not 6"},
    };
    put("a.html", "text");
    put("a.html.br", "t");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct error e = {0};
        put("list.tsv", cases[i].list);
        struct pages *p = pages_open(share, NULL, 0, &e);
        if ((p != NULL) != (cases[i].says == NULL))
            fail_msg("%s: %s", cases[i].list, e.message);
        if (cases[i].says != NULL && strstr(e.message, cases[i].says) == NULL)
            fail_msg("%s: %s", cases[i].list, e.message);
        pages_close(p);
    }
}

static void test_language(void **state) {
    (void)state;
    static const struct {
        const char *header, *language;
    } cases[] = {{"", "en"},
                 {"km", "km"},
                 {"xx,th;q=0.1", "th"},
                 {"vi;q=0.1,lo;q=0.9", "lo"},
                 {"in-ID", "id"},
                 {"zh;q=0,my;q=0.001", "my"},
                 {"th;q=1.001", "en"},
                 {"th;q=0.0001", "en"},
                 {";;;,,,q=", "en"},
                 {"th;a=b;q=0.5, vi;q=0.4", "th"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(label_languages[accepted_language(cases[i].header)],
                            cases[i].language);
}

static void test_origin(void **state) {
    (void)state;
    static const char *const good[] = {"https://a.example", "https://a-1.example:8443",
                                       "http://localhost:3000", "http://127.0.0.1"};
    static const char *const bad[] = {"",
                                      "https://",
                                      "https://a.example/",
                                      "https://a.example:",
                                      "https://a.example:0",
                                      "https://a.example:65536",
                                      "https://a.example:1:2",
                                      "https://A.example",
                                      "https://a.example https://b.example",
                                      "https://*.example",
                                      "http://a.example",
                                      "ftp://a.example",
                                      "https://a.example;x"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        if (!embed_origin(good[i]))
            fail_msg("%s", good[i]);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (embed_origin(bad[i]))
            fail_msg("%s", bad[i]);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_list),
        cmocka_unit_test(test_language),
        cmocka_unit_test(test_origin),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
