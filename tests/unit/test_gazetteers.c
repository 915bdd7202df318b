/* SPDX-License-Identifier: Apache-2.0
 *
 * `haven import places`, format by format: what stands in the record afterwards, and what
 * the report says. To be run from the root of the checkout.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "data/place.h"
#include "data/vocabulary.h"
#include "importers/importer.h"

#define SHARE "data"
#define PLACES_MAX 40

static char dir[] = "/tmp/haven-test-gazetteers-XXXXXX";
static char path[200]; /* of the record */
static struct error err;

static int group_setup(void **state) {
    (void)state;
    if (!vocabularies_load(SHARE "/vocabulary", &err))
        return -1;
    return mkdtemp(dir) != NULL ? 0 : -1;
}

static int group_teardown(void **state) {
    char command[300];
    (void)state;
    snprintf(command, sizeof command, "rm -r %s", dir);
    return system(command);
}

static void ok(bool result) {
    if (!result)
        fail_msg("%s", err.message);
}

/* The record as text: "district Mill in West; Old Mill; km=..." a line each. */
struct dump {
    struct {
        int64_t key, parent;
        char kind[20], name[60], more[400];
    } at[PLACES_MAX];
    int count;
};

static bool on_place(const struct stored_place *p, void *ctx, struct error *e) {
    struct dump *d = ctx;
    (void)e;
    assert_true(d->count < PLACES_MAX);
    d->at[d->count].key = p->key;
    d->at[d->count].parent = p->parent_key;
    snprintf(d->at[d->count].kind, sizeof d->at->kind, "%s", p->kind);
    snprintf(d->at[d->count].name, sizeof d->at->name, "%s", p->name);
    if (p->population >= 0)
        snprintf(d->at[d->count].more, sizeof d->at->more, "; %lld people",
                 (long long)p->population);
    d->count++;
    return true;
}

static bool on_name(int64_t key, const char *language, const char *value, void *ctx,
                    struct error *e) {
    struct dump *d = ctx;
    (void)e;
    for (int i = 0; i < d->count; i++) {
        size_t len = strlen(d->at[i].more);
        if (d->at[i].key == key)
            snprintf(d->at[i].more + len, sizeof d->at->more - len, "; %s%s%s", language,
                     language[0] ? "=" : "", value);
    }
    return true;
}

static bool on_area(const struct stored_area *area, void *ctx, struct error *e) {
    (void)area, (void)ctx, (void)e;
    return true;
}

static char *dump_record(const char *db) {
    static char text[8000];
    struct dump d = {.count = 0};
    const struct place_reader reader = {on_place, on_name, on_area, &d};
    struct record *r = record_open(db, SHARE, DB_READ, &err);
    ok(r != NULL);
    ok(record_each_place(r, &reader, &err));
    record_close(r);
    text[0] = '\0';
    for (int i = 0; i < d.count; i++) {
        const char *parent = "";
        for (int k = 0; k < d.count; k++)
            if (d.at[k].key == d.at[i].parent)
                parent = d.at[k].name;
        size_t len = strlen(text);
        snprintf(text + len, sizeof text - len, "%s %s%s%s%s\n", d.at[i].kind,
                 d.at[i].name, *parent ? " in " : "", parent, d.at[i].more);
    }
    return text;
}

static void write_file(const char *name, const char *text, char at[250]) {
    snprintf(at, 250, "%s/%s", dir, name);
    FILE *f = fopen(at, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

static const char *report_of(const char *file) {
    static char text[20000];
    FILE *f = fopen(file, "r");
    assert_non_null(f);
    text[fread(text, 1, sizeof text - 1, f)] = '\0';
    fclose(f);
    return text;
}

/* What an import is given; NULL is not. */
struct given {
    const char *file; /* its name */
    const char *text, *map, *alternates;
    bool partial, retire;
};

/* Imports into the record at `path`; returns what the report says. */
static const char *import(const struct given *g, enum err wanted) {
    char file[250], map[250], alternates[250], report[250];
    struct import_options o = {.path = file, .db = path, .share = SHARE, .source = "test"};
    write_file(g->file, g->text, file);
    snprintf(report, sizeof report, "%s/report.json", dir);
    o.report = report;
    o.partial = g->partial;
    o.retire_missing = o.force = g->retire;
    if (g->map != NULL) {
        write_file("map.json", g->map, map);
        o.map = map;
    }
    if (g->alternates != NULL) {
        write_file("alternates.txt", g->alternates, alternates);
        o.alternate_names = alternates;
    }
    if (strstr(g->file, ".txt") != NULL)
        o.format = "geonames";
    enum err got = places_importer.run(&o);
    if (got != wanted)
        fail_msg("%s: %d\n%s", g->file, got, report_of(report));
    return report_of(report);
}

static void has(const char *text, const char *wanted) {
    if (strstr(text, wanted) == NULL)
        fail_msg("not there: %s\nin: %s", wanted, text);
}

static void stands(const char *wanted) {
    assert_string_equal(dump_record(path), wanted);
}

static void new_record(void) {
    static int number;
    snprintf(path, sizeof path, "%s/%d.db", dir, ++number);
    ok(record_create(path, SHARE, &err));
}

/* ---- parents ------------------------------------------------------------------------- */

#define HEAD "id,kind,parent,country,name\n"

static void test_any_order(void **state) {
    (void)state;
    static const char text[] = HEAD "v,village,d,KH,Village\n"
                                    "d,district,p,KH,District\n"
                                    "p,province,KH,KH,Province\n"
                                    "t,town,,KH,Town\n"
                                    "w,village,w;nowhere;p,KH,Second\n"
                                    "KH,country,KH,KH,Cambodia\n";
    new_record();
    const struct given g = {.file = "a.csv", .text = text};
    has(import(&g, ERR_NONE), "\"added\": 6,");
    const char *wanted = "country Cambodia\n"
                         "province Province in Cambodia\n"
                         "district District in Province\n"
                         "village Village in District\n"
                         "village Second in Province\n"
                         "town Town\n";
    /* the order of what has one level is that of the keys */
    assert_int_equal(strlen(dump_record(path)), strlen(wanted));
    has(dump_record(path), "village Second in Province\n");
    has(dump_record(path), "province Province in Cambodia\n");
    has(dump_record(path), "village Village in District\n");
    has(import(&g, ERR_NONE), "\"unchanged\": 6,");
    assert_int_equal(strlen(dump_record(path)), strlen(wanted));
}

static void test_a_better_parent_comes_later(void **state) {
    (void)state;
    new_record();
    import(&(struct given){.file = "a.csv",
                           .text = HEAD "p,province,,KH,P\nv,village,d;p,KH,V\n"},
           ERR_NONE);
    stands("province P\nvillage V in P\n");
    import(&(struct given){.file = "b.csv", .text = HEAD "d,district,p,KH,D\n"}, ERR_NONE);
    stands("province P\ndistrict D in P\nvillage V in P\n");
    const char *report = import(
        &(struct given){.file = "a.csv",
                        .text = HEAD "p,province,,KH,P\nv,village,d;p,KH,V\n"},
        ERR_NONE);
    has(report, "\"updated\": 1,");
    has(report, "\"unchanged\": 1,");
    stands("province P\ndistrict D in P\nvillage V in D\n");
}

static void test_parents_refused(void **state) {
    static const struct {
        const char *rows, *wanted;
    } cases[] = {
        {"a,district,nowhere,KH,A\n", "parent: no place has the id \\\"nowhere\\\""},
        {"a,district,TH,KH,A\n", "parent: no place has the id \\\"TH\\\""},
        {"a,district,b,KH,A\nb,district,a,KH,B\n", "\\\"b\\\" is a district, and cannot hold"},
        {"a,town,b,KH,A\nb,crossing,c,KH,B\nc,village,a,KH,C\n", "cannot hold"},
        {"a,district,b,KH,A\nb,province,,TH,B\n", "\\\"b\\\" is of the country TH, not KH"},
        {"a;b,district,,KH,A\n", "holds a ';'"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[400];
        new_record();
        snprintf(text, sizeof text, HEAD "%s", cases[i].rows);
        const char *report = import(&(struct given){.file = "a.csv", .text = text}, ERR_DATA);
        has(report, "\"line\":2");
        has(report, cases[i].wanted);
        stands("");
    }
}

/* A parent that stands becomes too narrow for what lies in it. */
static void test_a_parent_changes(void **state) {
    (void)state;
    new_record();
    import(&(struct given){.file = "a.csv",
                           .text = HEAD "p,province,,KH,P\nd,district,p,KH,D\n"},
           ERR_NONE);
    has(import(&(struct given){.file = "b.csv", .text = HEAD "p,village,,KH,P\n"}, ERR_DATA),
        "while \\\"d\\\", a district of KH, lies in it");
    stands("province P\ndistrict D in P\n");
}

static void test_partial(void **state) {
    (void)state;
    static const char text[] = HEAD "v,village,d,KH,V\n"
                                    "d,district,p,KH,D\n"
                                    "p,province,nowhere,KH,P\n"
                                    "q,province,,KH,Q\n"
                                    "x,shire,q,KH,X\n"
                                    "y,village,x;q,KH,Y\n"
                                    "old,province,nowhere,KH,New name\n"
                                    "in,village,old,KH,In\n";
    new_record();
    import(&(struct given){.file = "a.csv", .text = HEAD "old,province,,KH,Old\n"},
           ERR_NONE);
    const char *report =
        import(&(struct given){.file = "a.csv", .text = text, .partial = true}, ERR_NONE);
    has(report, "\"added\": 3,");
    has(report, "\"rejected\": 5,");
    has(report, "{\"line\":4,\"column\":null,\"message\":\"parent: no place has");
    has(report, "{\"line\":3,\"column\":null,\"message\":\"parent: no place has");
    has(report, "{\"line\":2,\"column\":null,\"message\":\"parent: no place has");
    has(report, "{\"line\":6,\"column\":\"kind\"");
    stands("province Old\nprovince Q\nvillage Y in Q\nvillage In in Old\n");
    /* what is refused is in the file: it is not missing */
    report = import(&(struct given){.file = "a.csv", .text = text, .partial = true,
                                    .retire = true},
                    ERR_NONE);
    has(report, "\"retired\": 0,");
    stands("province Old\nprovince Q\nvillage Y in Q\nvillage In in Old\n");
}

static void test_retired_by_country_and_kind(void **state) {
    (void)state;
    new_record();
    import(&(struct given){.file = "p.csv",
                           .text = HEAD "p,province,,KH,P\nq,province,,KH,Q\n"
                                        "t,province,,TH,T\n"},
           ERR_NONE);
    import(&(struct given){.file = "d.csv", .text = HEAD "d,district,p,KH,D\n"}, ERR_NONE);
    const char *report = import(
        &(struct given){.file = "p.csv", .text = HEAD "q,province,,KH,Q\n", .retire = true},
        ERR_DATA);
    has(report, "\"retired\": 0,");
    stands("province P\nprovince Q\nprovince T\ndistrict D in P\n");
    import(&(struct given){.file = "d.csv", .text = HEAD "d,district,q,KH,D\n"}, ERR_NONE);
    report = import(
        &(struct given){.file = "p.csv", .text = HEAD "q,province,,KH,Q\n", .retire = true},
        ERR_NONE);
    has(report, "\"retired\": 1,");
    stands("province Q\nprovince T\ndistrict D in Q\n");
}

/* ---- maps ---------------------------------------------------------------------------- */

static void test_map(void **state) {
    (void)state;
    static const char map[] =
        "{\"columns\":{\"no\":[\"id\",\"code\"],"
        "\"class\":{\"column\":\"kind\",\"values\":{\"seat\":\"town\",\"gone\":null},"
        "\"other\":\"skip\"},"
        "\"type\":{\"column\":\"kind\",\"also\":true,\"values\":{\"place\":\"village\","
        "\"unit\":\"district\",\"airport\":null}},"
        "\"unit\":{\"column\":\"parent\",\"values\":{\"-1\":\"\"},\"other\":\"keep\"},"
        "\"name\":{\"column\":\"name\",\"values\":{\"\":null},\"other\":\"keep\"},"
        "\"lao\":\"name@lo\","
        "\"others\":{\"column\":\"aliases\",\"split\":\"|\"},"
        "\"more\":{\"column\":\"aliases\",\"also\":true}},"
        "\"constants\":{\"country\":\"LA\",\"parent\":{\"value\":\"LA\",\"also\":true}},"
        "\"ignore\":\"unknown\"}";
    static const char text[] = "more,type,class,no,unit,name,lao,others,seen\n"
                               ",place,seat,1,2,Seat,ຊື່,A|B|A,x\n"
                               "C,unit,,2,2,Unit,Not Lao,Not Lao|B,x\n"
                               ",place,gone,3,2,Gone,,,x\n"
                               ",airport,,4,2,Airport,,,x\n"
                               ",place,,5,-1,Alone,,,x\n"
                               ",place,,6,2, ,,,x\n"
                               ",place,,7,nowhere,Lost,,Lost,x\n";
    new_record();
    const char *report =
        import(&(struct given){.file = "a.csv", .text = text, .map = map}, ERR_NONE);
    has(report, "\"added\": 4,");
    has(report, "\"left_out\": 3,");
    stands("district Unit; Not Lao; B; C\n"
           "village Alone\n"
           "village Lost\n"
           "town Seat in Unit; A; B; lo=ຊື່\n");
    has(import(&(struct given){.file = "a.csv",
                               .text = "type,class,no,unit,name,lao,others,more\n"
                                       "ship,,9,,Ship,,,\n",
                               .map = map},
               ERR_DATA),
        "the map does not name this value (\\\"ship\\\")");
}

/* ---- JSON ---------------------------------------------------------------------------- */

static const char json_map[] =
    "{\"columns\":{\"Code\":\"id\",\"@path\":{\"column\":\"kind\",\"values\":"
    "{\"\":\"province\",\"District\":\"district\",\"District.Ward\":\"commune\"}},"
    "\"In\":\"parent\",\"Name\":\"name\",\"lat\":\"lat\",\"lon\":\"lon\","
    "\"people\":\"population\"},"
    "\"constants\":{\"country\":\"VN\"},\"ignore\":\"unknown\"}";

static void test_json(void **state) {
    (void)state;
    static const char text[] =
        "\xef\xbb\xbf[ {\"Code\": 1, \"Name\": \"Hà \\\"[Nội\", \"lat\": 21.5, \"lon\": 105,"
        " \"District\": [\n"
        "   {\"Code\": \"001\", \"In\": \"1\", \"Name\": \"Ba\\u0111\", \"Ward\": null},\n"
        "   {\"Code\": \"002\", \"In\": \"1\", \"Name\": \"Tây\", \"people\": 12, \"Ward\": [\n"
        "     {\"Code\": \"00001\", \"In\": \"002\", \"Name\": \"Phúc\", \"flag\": true}]}]},\n"
        "  {\"Code\": 2, \"Name\": \"Two\", \"District\": [], \"tags\": [\"x\", 1],"
        " \"by\": {\"Name\": \"nobody\"}} ]\n";
    new_record();
    has(import(&(struct given){.file = "a.json", .text = text, .map = json_map}, ERR_NONE),
        "\"added\": 5,");
    stands("province Hà \"[Nội\nprovince Two\ndistrict Bađ in Hà \"[Nội\n"
           "district Tây in Hà \"[Nội; 12 people\ncommune Phúc in Tây\n");
    has(import(&(struct given){.file = "a.json", .text = text, .map = json_map}, ERR_NONE),
        "\"unchanged\": 5,");
}

/* The line is that of the outermost element. */
static void test_json_faults(void **state) {
    (void)state;
    new_record();
    const char *report = import(
        &(struct given){.file = "a.json",
                        .map = json_map,
                        .text = "[{\"Code\":1,\"Name\":\"A\",\"lat\":1,\"lon\":1,"
                                "\"people\":1,\"In\":\"\"},\n{\"Code\":2,\"Name\":\"B\","
                                "\n\"District\":[\n{\"Code\":3,\"In\":4,\"Name\":\"C\"}]}]"},
        ERR_DATA);
    has(report, "{\"line\":2,\"column\":null,\"message\":\"parent: no place has the id \\\"4");
    stands("");
}

/* ---- GeoNames ------------------------------------------------------------------------ */

#define GEO(id, name, ascii, more, class, code, codes, people)                             \
    id "\t" name "\t" ascii "\t" more "\t12.5\t105\t" class "\t" code "\tKH\t\t" codes     \
       "\t" people "\t\t10\tAsia/Phnom_Penh\t2020-01-01\n"

static const char dump_text[] =
    GEO("10", "Phumĭ", "Phumi", "Phum,ភូមិ,Phumi", "P", "PPL", "01\t0101\t010101\t", "0")
    GEO("11", "Seat", "Seat", "", "P", "PPLA2", "01\t0101\t\t", "1200")
    GEO("12", "Quarter", "Quarter", "", "P", "PPLX", "01\t0199\t\t", "0")
    GEO("13", "Gone", "Gone", "", "P", "PPLQ", "01\t\t\t", "0")
    GEO("14", "Hill", "Hill", "", "T", "HLL", "01\t\t\t", "0")
    GEO("15", "Nowhere", "Nowhere", "", "P", "PPL", "00\t\t\t", "0")
    GEO("4", "Commune", "Commune", "", "A", "ADM3", "01\t0101\t010101\t", "0")
    GEO("5", "Tract", "Tract", "", "A", "ADM4", "01\t0101\t010101\t01010101", "0")
    GEO("3", "District", "District", "", "A", "ADM2", "01\t0101\t\t", "0")
    GEO("2", "Province", "Province", "", "A", "ADM1", "01\t\t\t", "0")
    GEO("6", "Old Province", "Old Province", "", "A", "ADM1H", "01\t\t\t", "0")
    GEO("1", "Cambodia", "Cambodia", "", "A", "PCLI", "00\t\t\t", "15000000");

static const char alternates_text[] =
    "1\t3\tkm\tស្រុក\t\t\t\t\t\t\n"
    "2\t3\tkm\tស្រុកល្អ\t1\t\t\t\t\t\n"
    "3\t3\tkm\tSrok\t\t\t\t\t\t\n"
    "4\t3\ten\tOld District\t\t\t\t1\t1900\t1950\n"
    "5\t3\tlink\thttps://example.org\t\t\t\t\n"
    "6\t99\ten\tElsewhere\t\t\t\t\n"
    "7\t3\t\tDistrikt\t\t\t\t\n"
    "8\t3\tabbr\tD.\n"
    "9\t3\twkdt\tQ1\t\t\t\t\n"
    "10\t3\ten\tDist\t\t\t1\t\n";

static void test_geonames(void **state) {
    (void)state;
    const struct given g = {
        .file = "KH.txt", .text = dump_text, .alternates = alternates_text};
    new_record();
    const char *report = import(&g, ERR_NONE);
    has(report, "\"added\": 9,");
    has(report, "\"left_out\": 3,");
    stands("country Cambodia; 15000000 people\n"
           "province Province in Cambodia\n"
           "district District in Province; Srok; Old District; Distrikt; D.;"
           " Dist; km=ស្រុកល្អ; km=ស្រុក\n"
           "commune Commune in District\n"
           "village Phumĭ in Commune; Phumi; Phum; ភូមិ\n"
           "village Quarter in Province\n"
           "village Nowhere in Cambodia\n"
           "village Tract in Commune\n"
           "town Seat in District; 1200 people\n");
    has(import(&g, ERR_NONE), "\"unchanged\": 9,");
}

static void test_geonames_faults(void **state) {
    static const struct {
        const char *text, *alternates, *wanted;
    } cases[] = {
        {"10\tA\tA\n", NULL, NULL},
        {GEO("x", "A", "A", "", "P", "PPL", "\t\t\t", "0"), NULL,
         "\"column\":\"geonameid\",\"message\":\"not a whole number"},
        {GEO("1", "", "A", "", "P", "PPL", "\t\t\t", "0"), NULL,
         "\"column\":\"name\",\"message\":\"is empty"},
        {GEO("1", "A", "A", "", "P", "PPL", "\t\t\t", "many"), NULL,
         "\"column\":\"population\""},
        {GEO("1", "A", "A", "", "P", "PPL", "\t\t\t", "0")
             GEO("1", "B", "B", "", "P", "PPL", "\t\t\t", "0"),
         NULL, "id: \\\"1\\\" stands twice"},
        {GEO("1", "A", "A", "", "P", "PPL", "\t\t\t", "0"), "1\tx\ten\tName\n", NULL},
        {GEO("1", "A", "A", "", "P", "PPL", "\t\t\t", "0"), "1\t2\n", NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        new_record();
        const char *report = import(&(struct given){.file = "KH.txt",
                                                    .text = cases[i].text,
                                                    .alternates = cases[i].alternates},
                                    ERR_DATA);
        if (cases[i].wanted != NULL)
            has(report, cases[i].wanted);
        stands("");
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_any_order),
        cmocka_unit_test(test_a_better_parent_comes_later),
        cmocka_unit_test(test_parents_refused),
        cmocka_unit_test(test_a_parent_changes),
        cmocka_unit_test(test_partial),
        cmocka_unit_test(test_retired_by_country_and_kind),
        cmocka_unit_test(test_map),
        cmocka_unit_test(test_json),
        cmocka_unit_test(test_json_faults),
        cmocka_unit_test(test_geonames),
        cmocka_unit_test(test_geonames_faults),
    };
    return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
