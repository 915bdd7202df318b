/* SPDX-License-Identifier: Apache-2.0 */
#include "server/api/pages.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "data/crypto.h"
#include "data/mem.h"
#include "data/share.h"
#include "data/tsv.h"
#include "server/api/handlers.h"
#include "server/api/params.h"
#include "server/http/coding.h"

#define FILES_MAX 1000
#define FILE_BYTES_MAX (4 << 20)
#define ALL_BYTES_MAX (32 << 20)
#define NO_LANGUAGE (-1)

/* No inline script or style, and no other host, for anything. */
#define POLICY                                                                              \
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; " \
    "font-src 'self'; connect-src 'self'; worker-src 'self'; manifest-src 'self'; "         \
    "base-uri 'none'; form-action 'none'; frame-ancestors "

const struct param page_params[] = {
    {"lang", PARAM_ENUM, -1, 0, 0, PARAM_LANGUAGES, "language of the page",
     .in_url = true},
    {"embed", PARAM_ENUM, -1, 0, 0, "1",
     "for a frame in a page of a host that may (--embed)", .in_url = true},
    {0},
};

const struct param asset_params[] = {
    {"name", PARAM_STRING, -1, 1, 100, NULL, "of the file, as pages name it",
     .in_url = true, .in_path = true},
    {0},
};

enum coding { PLAIN, GZIP, BROTLI, CODINGS };

static const char *const coding_names[CODINGS] = {NULL, "gzip", "br"};

struct form {
    struct buf bytes; /* none: there is no such form */
    char etag[40];
};

struct file {
    char *address, *media;
    enum caching caching;
    bool is_page;
    int language; /* index in label_languages, or NO_LANGUAGE */
    struct form form[CODINGS];
};

struct pages {
    struct file *file;
    size_t count, capacity;
    size_t bytes; /* of all forms */
    struct buf policy, framed;
};

/* ---- reading --------------------------------------------------------------------------- */

struct reading {
    struct pages *pages;
    const char *folder;
};

static bool read_whole(const char *path, struct buf *out, struct error *e) {
    FILE *f = fopen(path, "re");
    if (f == NULL)
        return error_set(e, ERR_ENVIRONMENT, "%s: %s", path, strerror(errno));
    buf_reserve(out, FILE_BYTES_MAX);
    out->len = fread(out->data, 1, FILE_BYTES_MAX, f);
    bool failed = ferror(f) || fgetc(f) != EOF;
    fclose(f);
    if (failed)
        return error_set(e, ERR_ENVIRONMENT, "%s: cannot be read, or is above %d bytes",
                         path, FILE_BYTES_MAX);
    out->data = xrealloc(out->data, out->len + 1, 1);
    out->capacity = out->len + 1;
    return true;
}

static void set_etag(struct form *form, enum coding coding) {
    uint8_t digest[16];
    char hex[33];
    crypto_digest(form->bytes.data, form->bytes.len, digest, sizeof digest);
    hex_encode(digest, sizeof digest, hex);
    snprintf(form->etag, sizeof form->etag, "\"%s%.1s\"", hex,
             coding == PLAIN ? "" : coding_names[coding]);
}

static bool read_form(struct reading *r, struct file *file, enum coding coding,
                      struct slice name, struct error *e) {
    struct form *form = &file->form[coding];
    struct buf path = {0};
    buf_printf(&path, "%s/%.*s%s%s", r->folder, (int)name.len, name.at,
               coding == PLAIN ? "" : ".", coding == PLAIN ? "" : coding_names[coding]);
    bool done = read_whole(buf_text(&path), &form->bytes, e);
    buf_free(&path);
    if (!done)
        return false;
    set_etag(form, coding);
    r->pages->bytes += form->bytes.len;
    return r->pages->bytes <= ALL_BYTES_MAX ||
           error_set(e, ERR_ENVIRONMENT, "the pages are above %d bytes", ALL_BYTES_MAX);
}

static bool read_forms(struct reading *r, struct file *file, struct slice name,
                       struct slice codings, struct error *e) {
    struct slice part;
    if (!read_form(r, file, PLAIN, name, e))
        return false;
    if (slice_is(codings, "-"))
        return true;
    while (slice_next(&codings, ' ', &part)) {
        int c = GZIP;
        while (c < CODINGS && !slice_is(part, coding_names[c]))
            c++;
        if (c == CODINGS)
            return error_set(e, ERR_ENVIRONMENT, "%.*s is no coding; allowed: br gzip",
                             (int)part.len, part.at);
        if (!read_form(r, file, (enum coding)c, name, e))
            return false;
    }
    return true;
}

/* Letters, digits, dots, dashes and underscores, in folders at most: a name that the build
 * makes, and never one that leads out of its folder. */
static bool is_name(struct slice name) {
    for (size_t i = 0; i < name.len; i++)
        if (strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-/",
                   name.at[i]) == NULL)
            return false;
    return name.len > 0 && name.at[0] != '/' &&
           memmem(name.at, name.len, "..", 2) == NULL;
}

static bool find_language(struct slice code, int *out) {
    for (*out = 0; *out < LANGUAGE_COUNT; (*out)++)
        if (slice_is(code, label_languages[*out]))
            return true;
    *out = NO_LANGUAGE;
    return slice_is(code, "-");
}

static bool find_kind(struct slice kind, struct file *out) {
    out->is_page = slice_is(kind, "page");
    out->caching = slice_is(kind, "asset") ? CACHE_FOREVER : CACHE_PUBLIC;
    return out->is_page || slice_is(kind, "asset") || slice_is(kind, "file");
}

static bool on_row(const struct csv_row *row, void *ctx, struct error *e) {
    struct reading *r = ctx;
    struct pages *p = r->pages;
    struct file file = {0};
    if (row->count != 6)
        return error_set(e, ERR_ENVIRONMENT, "%zu fields, not 6", row->count);
    if (p->count == FILES_MAX)
        return error_set(e, ERR_ENVIRONMENT, "more than %d files", FILES_MAX);
    if (row->field[0].len == 0 || row->field[0].at[0] != '/' || !is_name(row->field[1]) ||
        !find_kind(row->field[2], &file) || !find_language(row->field[4], &file.language))
        return error_set(e, ERR_ENVIRONMENT,
                         "an address, file, kind or language that is none");
    file.address = xstrndup(row->field[0].at, row->field[0].len);
    file.media = xstrndup(row->field[3].at, row->field[3].len);
    p->file = xgrow(p->file, &p->capacity, p->count, sizeof *p->file);
    p->file[p->count] = file;
    return read_forms(r, &p->file[p->count++], row->field[1], row->field[5], e);
}

struct pages *pages_open(const char *share, const char *const *embed, int count,
                         struct error *e) {
    char folder[SHARE_PATH_MAX], list[SHARE_PATH_MAX];
    struct pages *p = xcalloc(1, sizeof *p);
    struct reading r = {p, folder};
    buf_str(&p->policy, POLICY "'none'");
    buf_str(&p->framed, count == 0 ? POLICY "'none'" : POLICY);
    for (int i = 0; i < count; i++)
        buf_printf(&p->framed, "%s%s", i == 0 ? "" : " ", embed[i]);
    buf_text(&p->policy);
    buf_text(&p->framed);
    if (share_file(share, "web", folder, e) &&
        share_file(share, "web/list.tsv", list, e) && tsv_read(list, on_row, &r, NULL, e))
        return p;
    pages_close(p);
    return NULL;
}

void pages_close(struct pages *p) {
    for (size_t i = 0; p != NULL && i < p->count; i++) {
        free(p->file[i].address);
        free(p->file[i].media);
        for (int c = 0; c < CODINGS; c++)
            buf_free(&p->file[i].form[c].bytes);
    }
    if (p == NULL)
        return;
    free(p->file);
    buf_free(&p->policy);
    buf_free(&p->framed);
    free(p);
}

/* ---- who may frame them ------------------------------------------------------------------ */

static bool is_port(struct slice port) {
    int64_t number;
    return slice_integer(port, &number) && number > 0 && number < 65536;
}

bool embed_origin(const char *text) {
    static const char secure[] = "https://", open[] = "http://";
    bool is_secure = strncmp(text, secure, strlen(secure)) == 0;
    if (!is_secure && strncmp(text, open, strlen(open)) != 0)
        return false;
    struct slice port = slice_of(strstr(text, "://") + 3), host;
    slice_next(&port, ':', &host);
    if (host.len == 0 || host.len > 253 || host.at[0] == '.' || host.at[0] == '-' ||
        strspn(host.at, "abcdefghijklmnopqrstuvwxyz0123456789.-") < host.len)
        return false;
    if (!is_secure && !slice_is(host, "localhost") && !slice_is(host, "127.0.0.1"))
        return false;
    return port.at == NULL || is_port(port);
}

/* ---- in which language, and in which form ---------------------------------------------------- */

/* Thousandths of a weight: "1", "0.8"; -1 for what is none. */
static int weight_of(struct slice text) {
    int value = 0;
    if (text.len == 0 || text.len > 5 || (text.at[0] != '0' && text.at[0] != '1') ||
        (text.len > 1 && text.at[1] != '.'))
        return -1;
    for (size_t i = 0; i < 5; i++) {
        if (i == 1)
            continue;
        int digit = i < text.len ? text.at[i] - '0' : 0;
        if (digit < 0 || digit > 9)
            return -1;
        value = value * 10 + digit;
    }
    return value <= 1000 ? value : -1;
}

/* The weight of what follows a `;`; 1000 where it says none. */
static int weight_after(struct slice params) {
    struct slice param;
    while (params.at != NULL && slice_next(&params, ';', &param)) {
        param = slice_trim(param);
        if (param.len >= 2 && (param.at[0] | 32) == 'q' && param.at[1] == '=')
            return weight_of((struct slice){param.at + 2, param.len - 2});
    }
    return 1000;
}

/* "km-KH" is Khmer. "in" is what old telephones call Indonesian. */
static int language_of(struct slice range) {
    struct slice rest = range, code;
    slice_next(&rest, '-', &code);
    if (code.len == 2 && strncasecmp(code.at, "in", 2) == 0)
        code = slice_of("id");
    for (int i = 0; i < LANGUAGE_COUNT; i++)
        if (code.len == strlen(label_languages[i]) &&
            strncasecmp(code.at, label_languages[i], code.len) == 0)
            return i;
    return NO_LANGUAGE;
}

int accepted_language(const char *accept_language) {
    struct slice rest = slice_of(accept_language), item;
    int best = 0, most = 0;
    while (slice_next(&rest, ',', &item)) {
        struct slice params = item, range;
        slice_next(&params, ';', &range);
        int language = language_of(slice_trim(range)), weight = weight_after(params);
        if (language != NO_LANGUAGE && weight > most) {
            most = weight;
            best = language;
        }
    }
    return best;
}

/* What the address asks for, where that is one of ours; else what the browser likes. */
static int choose_language(const struct request *q) {
    const struct arg *a = param_get(&q->args, "lang");
    int language = a != NULL && a->count > 0 ? language_of(a->item[0].text) : NO_LANGUAGE;
    return language != NO_LANGUAGE ? language : accepted_language(q->accept_language);
}

static const struct file *find(const struct pages *p, const char *address, int language) {
    for (size_t i = 0; i < p->count; i++) {
        const struct file *f = &p->file[i];
        if (strcmp(f->address, address) == 0 &&
            (f->language == NO_LANGUAGE || f->language == language))
            return f;
    }
    return NULL;
}

static enum coding choose_coding(const struct file *f, const struct request *q) {
    enum coding coding = BROTLI;
    while (coding != PLAIN &&
           (f->form[coding].bytes.len == 0 ||
            !coding_accepted(q->accept_encoding, coding_names[coding])))
        coding--;
    return coding;
}

static bool asks_to_be_framed(const struct request *q) {
    const struct arg *a = param_get(&q->args, "embed");
    return a != NULL && a->count == 1 && slice_is(a->item[0].text, "1");
}

/* Whatever else an address says is passed over: links that are sent around grow tails. */
void handle_page(struct context *c, struct request *q, struct response *r) {
    const struct file *f = find(c->pages, q->path, choose_language(q));
    if (f == NULL) {
        problem(r, 404, NULL, NULL);
        return;
    }
    enum coding coding = choose_coding(f, q);
    const struct form *form = &f->form[coding];
    bool framed = f->is_page && asks_to_be_framed(q);
    r->status = 200;
    r->content_type = f->media;
    r->coding = coding_names[coding];
    r->negotiated = true;
    r->by_language = f->is_page;
    r->caching = f->caching;
    r->policy = framed ? c->pages->framed.data : c->pages->policy.data;
    r->framed = framed && c->pages->framed.len != c->pages->policy.len;
    r->lasting = (struct slice){form->bytes.data, form->bytes.len};
    snprintf(r->etag, sizeof r->etag, "%s", form->etag);
}
