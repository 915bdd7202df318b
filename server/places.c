/* SPDX-License-Identifier: Apache-2.0
 *
 * haven places: a place by its name, on the command line.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "data/buf.h"
#include "data/place_search.h"
#include "data/share.h"
#include "server/api/place_render.h"
#include "server/commands.h"

static const char help[] =
    "usage: haven places TEXT --db FILE.db [--country XX] [--near LAT,LON] [--limit N]\n"
    "                    [--lang XX] [--json]\n"
    "\n"
    "Finds places by a name as it was heard: in any script or spelling, the beginning of it,\n"
    "with or without what it lies in (\"boeng pring thma koul\", \"battambang, thma koul\").\n"
    "A line each, best first: score, name, kind, what it lies in, latitude, longitude, what\n"
    "the point is of, id. Ends with 1 when nothing is found.\n"
    "\n"
    "  --country XX     only there (ISO 3166-1 alpha-2)\n"
    "  --near LAT,LON   of places as good as each other the nearest comes first\n"
    "  --limit N        most lines, default 10\n"
    "  --lang XX        names in this language (en km lo my th vi zh id), where there are any\n"
    "  --json           as the server answers\n";

struct options {
    const char *db, *country, *near, *limit, *lang;
    bool json;
};

static int fail(const struct error *e) {
    fprintf(stderr, "haven places: %s\n", e->message);
    return e->code;
}

static bool refuse(struct error *e, const char *option, const char *allowed) {
    return error_set(e, ERR_USAGE, "--%s: allowed: %s", option, allowed);
}

/* "13.66,102.56" */
static bool read_point(const char *text, struct point *out) {
    char *end;
    out->lat = strtod(text, &end);
    if (end == text || *end != ',')
        return false;
    const char *lon = end + 1;
    out->lon = strtod(lon, &end);
    return end != lon && *end == '\0' && out->lat >= -90 && out->lat <= 90 &&
           out->lon >= -180 && out->lon <= 180;
}

static bool read_language(const char *code, int *out) {
    for (*out = 0; *out < LANGUAGE_COUNT; ++*out)
        if (strcmp(label_languages[*out], code) == 0)
            return true;
    return false;
}

static bool read_options(const struct options *o, struct place_query *q, int *language,
                         struct error *e) {
    int64_t limit = 10;
    if (o->country != NULL &&
        (q->country = vocabulary_find(VOC_COUNTRY, o->country, strlen(o->country))) < 0)
        return refuse(e, "country", "ISO 3166-1 alpha-2, such as KH");
    if (o->near != NULL && !(q->has_near = read_point(o->near, &q->near)))
        return refuse(e, "near", "LAT,LON in decimal degrees");
    if (o->limit != NULL && (!slice_integer(slice_of(o->limit), &limit) || limit < 1 ||
                             limit > PLACE_SEARCH_MAX))
        return refuse(e, "limit", "1 to 100");
    if (o->lang != NULL && !read_language(o->lang, language))
        return refuse(e, "lang", "en km lo my th vi zh id");
    q->limit = (size_t)limit;
    if (q->text.len == 0 || q->text.len > PLACE_SEARCH_BYTES ||
        !text_utf8(q->text.at, q->text.len, NULL) || !place_search_readable(q->text))
        return error_set(e, ERR_USAGE, "allowed: a name of up to %d bytes of UTF-8",
                         PLACE_SEARCH_BYTES);
    return true;
}

static void print_place(const struct atlas *a, const struct place_found *found,
                        int language) {
    const struct atlas_place *p = &a->places[found->place];
    const struct vocabulary *kinds = vocabulary(VOC_PLACE_KIND);
    char id[37];
    uuid_encode(p->id, id);
    printf("%.3f  %s", found->score,
           atlas_label(a, found->place, label_languages[language], NULL));
    printf("  (%s)", kinds->terms[p->kind].code);
    for (uint32_t up = p->parent; up != ATLAS_NONE; up = a->places[up].parent)
        printf("%s%s", up == p->parent ? "  in " : ", ",
               atlas_label(a, up, label_languages[language], NULL));
    if (p->pointed != ATLAS_NONE)
        printf("  %.5f,%.5f %s", p->point.lat, p->point.lon,
               kinds->terms[a->places[p->pointed].kind].code);
    printf("  %s\n", id);
}

static void print_json(const struct atlas *a, const struct place_found *found,
                       size_t count, int language) {
    struct buf out = {0};
    const struct snapshot places_only = {.atlas = a};
    const struct context c = {.snapshot = &places_only, .role = ROLE_ADMIN};
    render_places(&out, &c, found, count, language);
    buf_char(&out, '\n');
    fwrite(out.data, 1, out.len, stdout);
    buf_free(&out);
}

static int run(const struct options *o, const char *text) {
    struct place_query q = {
        .text = slice_trim(slice_of(text)), .country = -1, .level = -1};
    struct place_found found[PLACE_SEARCH_MAX];
    char share[SHARE_PATH_MAX];
    struct error e = {0};
    struct record *record = NULL;
    int language = 0;
    struct atlas *a = NULL;
    if (share_open(share, &e) && read_options(o, &q, &language, &e) &&
        (record = record_open(o->db, share, DB_READ, &e)) != NULL)
        a = atlas_build_names(record, &e);
    record_close(record);
    if (a == NULL)
        return fail(&e);
    size_t count = place_search(a, &q, found);
    if (o->json)
        print_json(a, found, count, language);
    for (size_t i = 0; i < count && !o->json; i++)
        print_place(a, &found[i], language);
    if (count == 0)
        fputs("haven places: nothing is called so\n", stderr);
    atlas_free(a);
    return count == 0 ? ERR_DATA : ERR_NONE;
}

int command_places(int argc, char **argv) {
    static const struct option options[] = {
        {"db", required_argument, NULL, 'd'},   {"country", required_argument, NULL, 'c'},
        {"near", required_argument, NULL, 'n'}, {"limit", required_argument, NULL, 'l'},
        {"lang", required_argument, NULL, 'a'}, {"json", no_argument, NULL, 'j'},
        {"help", no_argument, NULL, 'h'},       {0}};
    struct options o = {0};
    for (int id; (id = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        switch (id) {
        case 'd':
            o.db = optarg;
            break;
        case 'c':
            o.country = optarg;
            break;
        case 'n':
            o.near = optarg;
            break;
        case 'l':
            o.limit = optarg;
            break;
        case 'a':
            o.lang = optarg;
            break;
        case 'j':
            o.json = true;
            break;
        case 'h':
            fputs(help, stdout);
            return ERR_NONE;
        default:
            fputs(help, stderr);
            return ERR_USAGE;
        }
    }
    if (o.db != NULL && argc - optind == 1)
        return run(&o, argv[optind]);
    fputs(help, stderr);
    return ERR_USAGE;
}
