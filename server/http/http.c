/* SPDX-License-Identifier: Apache-2.0 */
#include "server/http/http.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct {
    int status;
    const char *title;
} titles[] = {
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {406, "Not Acceptable"},
    {409, "Conflict"},
    {412, "Precondition Failed"},
    {413, "Content Too Large"},
    {414, "URI Too Long"},
    {415, "Unsupported Media Type"},
    {428, "Precondition Required"},
    {429, "Too Many Requests"},
    {503, "Service Unavailable"},
};

static const char *title_of(int status) {
    for (size_t i = 0; i < sizeof titles / sizeof *titles; i++)
        if (titles[i].status == status)
            return titles[i].title;
    return "Error";
}

bool fault_add(struct faults *f, struct slice parameter, const char *format, ...) {
    if (f->count == FAULTS_MAX)
        return false;
    struct fault *fault = &f->at[f->count++];
    size_t len = parameter.len < sizeof fault->parameter ? parameter.len
                                                         : sizeof fault->parameter - 1;
    while (len > 0 && len < parameter.len && !text_utf8(parameter.at, len, NULL))
        len--;
    memcpy(fault->parameter, parameter.at, len);
    fault->parameter[len] = '\0';
    va_list args;
    va_start(args, format);
    vsnprintf(fault->detail, sizeof fault->detail, format, args);
    va_end(args);
    size_t cut;
    if (!text_utf8(fault->detail, strlen(fault->detail), &cut))
        fault->detail[cut] = '\0';
    return false;
}

static void add_faults(struct buf *b, const struct faults *faults) {
    buf_json_key(b, "errors");
    buf_char(b, '[');
    for (int i = 0; i < faults->count; i++) {
        buf_json_comma(b);
        buf_char(b, '{');
        buf_json_key(b, "parameter");
        buf_json(b, faults->at[i].parameter);
        buf_json_key(b, "detail");
        buf_json(b, faults->at[i].detail);
        buf_char(b, '}');
    }
    buf_char(b, ']');
}

void problem(struct response *r, int status, const char *detail, const struct faults *faults) {
    r->status = status;
    r->content_type = "application/problem+json";
    r->caching = CACHE_NEVER;
    r->etag[0] = '\0';
    r->link[0] = '\0';
    r->body.len = 0;
    buf_char(&r->body, '{');
    buf_json_key(&r->body, "type");
    buf_json(&r->body, "about:blank");
    buf_json_key(&r->body, "title");
    buf_json(&r->body, title_of(status));
    buf_json_key(&r->body, "status");
    buf_integer(&r->body, status);
    if (detail != NULL) {
        buf_json_key(&r->body, "detail");
        buf_json(&r->body, detail);
    }
    if (faults != NULL && faults->count > 0)
        add_faults(&r->body, faults);
    buf_char(&r->body, '}');
}

void respond_json(struct response *r) {
    r->status = 200;
    r->content_type = "application/json";
}

bool etag_matches(const char *if_none_match, const char *etag) {
    struct slice rest = slice_of(if_none_match), item;
    if (if_none_match[0] == '\0' || etag[0] == '\0')
        return false;
    while (slice_next(&rest, ',', &item)) {
        item = slice_trim(item);
        if (slice_is(item, "*"))
            return true;
        if (item.len > 2 && memcmp(item.at, "W/", 2) == 0)
            item = (struct slice){item.at + 2, item.len - 2};
        if (slice_is(item, etag))
            return true;
    }
    return false;
}
