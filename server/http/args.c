/* SPDX-License-Identifier: Apache-2.0 */
#include "server/http/args.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

void args_clear(struct args *a) {
    json_free(a->root);
    if (a->count > 0)
        explicit_bzero(a->arg, (size_t)a->count * sizeof *a->arg);
    a->root = NULL;
    a->count = 0;
    a->from_url = false;
}

static bool same_name(struct slice a, struct slice b) {
    return a.len == b.len && memcmp(a.at, b.at, a.len) == 0;
}

static struct arg *find(struct args *a, struct slice name) {
    for (int i = 0; i < a->count; i++)
        if (same_name(a->arg[i].name, name))
            return &a->arg[i];
    return NULL;
}

static struct arg *start(struct args *a, struct slice name) {
    struct arg *arg = &a->arg[a->count++];
    arg->name = name;
    arg->list = false;
    arg->count = 0;
    arg->nested = NULL;
    return arg;
}

bool args_add(struct args *a, struct slice name, struct slice value, struct error *e) {
    struct arg *arg = find(a, name);
    if (arg == NULL && a->count == ARGS_MAX)
        return error_set(e, ERR_USAGE, "more than %d parameters", ARGS_MAX);
    if (arg != NULL && arg->count == ARG_ITEMS)
        return error_set(e, ERR_USAGE, "a parameter stands more than %d times", ARG_ITEMS);
    a->from_url = true;
    if (arg == NULL)
        arg = start(a, name);
    else
        arg->list = true;
    arg->item[arg->count++] = (struct scalar){.kind = SCALAR_TEXT, .text = value};
    return true;
}

/* ---- the pull reader ---------------------------------------------------------------- */

struct cursor {
    const char *at, *end;
};

static void skip_space(struct cursor *c) {
    while (c->at < c->end && (*c->at == ' ' || *c->at == '\n' || *c->at == '\t' || *c->at == '\r'))
        c->at++;
}

static bool take(struct cursor *c, char wanted) {
    skip_space(c);
    if (c->at == c->end || *c->at != wanted)
        return false;
    c->at++;
    return true;
}

/* A string of printable ASCII without escapes; anything else is not for this reader. */
static bool pull_string(struct cursor *c, struct slice *out) {
    if (!take(c, '"'))
        return false;
    const char *from = c->at;
    while (c->at < c->end && *c->at >= 0x20 && *c->at < 0x7f && *c->at != '"' && *c->at != '\\')
        c->at++;
    if (c->at == c->end || *c->at != '"')
        return false;
    *out = (struct slice){from, (size_t)(c->at++ - from)};
    return true;
}

static bool is_digit(const struct cursor *c) {
    return c->at < c->end && *c->at >= '0' && *c->at <= '9';
}

/* -?(0|[1-9][0-9]*)(\.[0-9]+)? of at most 15 digits, which a double holds exactly enough;
 * exponents and longer ones are for jansson. */
static bool pull_number(struct cursor *c, struct scalar *out) {
    static const double power[] = {1,   1e1, 1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                   1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};
    const char *from = c->at;
    bool negative = c->at < c->end && *c->at == '-';
    c->at += negative;
    const char *first = c->at;
    int64_t value = 0;
    int digits = 0, decimals = 0;
    for (; is_digit(c) && digits < 16; digits++)
        value = value * 10 + (*c->at++ - '0');
    bool leading_zero = digits > 1 && *first == '0';
    bool fraction = digits > 0 && c->at < c->end && *c->at == '.';
    if (fraction)
        for (c->at++; is_digit(c) && digits < 16; digits++, decimals++)
            value = value * 10 + (*c->at++ - '0');
    bool longer = is_digit(c) || (c->at < c->end && (*c->at == 'e' || *c->at == 'E'));
    if (digits == 0 || digits > 15 || leading_zero || (fraction && !decimals) || longer)
        return false;
    double number = (double)value / power[decimals];
    *out = (struct scalar){.kind = SCALAR_NUMBER, .number = negative ? -number : number,
                           .whole = !fraction,
                           .text = {from, (size_t)(c->at - from)}};
    return true;
}

static bool pull_word(struct cursor *c, struct scalar *out) {
    static const struct {
        const char *word;
        struct scalar value;
    } words[] = {{"true", {.kind = SCALAR_BOOL, .truth = true}},
                 {"false", {.kind = SCALAR_BOOL}},
                 {"null", {.kind = SCALAR_NULL}}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        size_t len = strlen(words[i].word);
        if ((size_t)(c->end - c->at) >= len && memcmp(c->at, words[i].word, len) == 0) {
            c->at += len;
            *out = words[i].value;
            return true;
        }
    }
    return false;
}

static bool pull_scalar(struct cursor *c, struct scalar *out) {
    skip_space(c);
    if (c->at == c->end)
        return false;
    if (*c->at == '"') {
        *out = (struct scalar){.kind = SCALAR_STRING};
        return pull_string(c, &out->text);
    }
    if (*c->at == '-' || is_digit(c))
        return pull_number(c, out);
    return pull_word(c, out);
}

static bool pull_list(struct cursor *c, struct arg *arg) {
    arg->list = true;
    if (take(c, ']'))
        return true;
    do {
        if (arg->count == ARG_ITEMS || !pull_scalar(c, &arg->item[arg->count++]))
            return false;
    } while (take(c, ','));
    return take(c, ']');
}

static bool pull_member(struct cursor *c, struct args *a) {
    struct slice name;
    if (!pull_string(c, &name) || !take(c, ':') || find(a, name) || a->count == ARGS_MAX)
        return false;
    struct arg *arg = start(a, name);
    if (take(c, '['))
        return pull_list(c, arg);
    arg->count = 1;
    return pull_scalar(c, &arg->item[0]);
}

enum pull_result args_pull(struct args *a, const char *body, size_t len) {
    struct cursor c = {body, body + len};
    if (!take(&c, '{'))
        return PULL_OTHER;
    if (!take(&c, '}')) {
        do {
            if (!pull_member(&c, a))
                return PULL_OTHER;
        } while (take(&c, ','));
        if (!take(&c, '}'))
            return PULL_OTHER;
    }
    skip_space(&c);
    return c.at == c.end ? PULL_DONE : PULL_OTHER;
}

/* ---- jansson ------------------------------------------------------------------------ */

static bool is_scalar(const struct json *v) {
    return json_kind(v) != KIND_OBJECT && json_kind(v) != KIND_ARRAY;
}

static struct scalar scalar_of(const struct json *v) {
    struct scalar s = {.kind = SCALAR_NULL};
    switch (json_kind(v)) {
    case KIND_STRING:
        s.kind = SCALAR_STRING;
        s.text.at = json_text(v, &s.text.len);
        break;
    case KIND_INTEGER:
    case KIND_REAL:
        s.kind = SCALAR_NUMBER;
        s.number = json_number(v);
        s.whole = json_kind(v) == KIND_INTEGER && fabs(s.number) < 9007199254740992.0;
        break;
    case KIND_BOOL:
        s.kind = SCALAR_BOOL;
        s.truth = json_bool(v);
        break;
    default:
        break;
    }
    return s;
}

struct reading {
    struct args *a;
    struct error *e;
};

static bool add_list(struct arg *arg, const struct json *value) {
    arg->list = true;
    for (size_t i = 0; i < json_count(value); i++) {
        const struct json *item = json_at(value, i);
        if (!is_scalar(item))
            arg->nested = value;
        else if (arg->count == ARG_ITEMS)
            return false;
        else
            arg->item[arg->count++] = scalar_of(item);
    }
    return true;
}

static bool add_member(const char *key, const struct json *value, void *ctx) {
    struct reading *r = ctx;
    if (r->a->count == ARGS_MAX)
        return error_set(r->e, ERR_USAGE, "more than %d members", ARGS_MAX);
    struct arg *arg = start(r->a, slice_of(key));
    if (json_kind(value) == KIND_OBJECT) {
        arg->nested = value;
    } else if (json_kind(value) == KIND_ARRAY) {
        if (!add_list(arg, value))
            return error_set(r->e, ERR_USAGE, "a list of more than %d", ARG_ITEMS);
    } else {
        arg->count = 1;
        arg->item[0] = scalar_of(value);
    }
    return true;
}

bool args_parse(struct args *a, const char *body, size_t len, struct error *e) {
    a->root = json_parse(body, len, e);
    if (a->root == NULL)
        return false;
    if (json_kind(a->root) != KIND_OBJECT)
        return error_set(e, ERR_USAGE, "the body is not a JSON object");
    struct reading r = {a, e};
    return json_each(a->root, add_member, &r);
}

bool args_read_json(struct args *a, const char *body, size_t len, struct error *e) {
    if (args_pull(a, body, len) == PULL_DONE)
        return true;
    args_clear(a);
    return args_parse(a, body, len, e);
}
