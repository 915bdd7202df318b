/* SPDX-License-Identifier: Apache-2.0
 *
 * Cells of codes, names and ids: one, or a list separated by ';'.
 */
#include <stdio.h>
#include <string.h>

#include "importers/cell_type.h"
#include "importers/closest.h"

void cell_list_begin(struct cell_list *l, struct cell_reader *r, size_t room) {
    l->out = arena_alloc(&r->arena, room + 2);
    l->count = l->len = 0;
}

static bool same(struct slice a, struct slice b) {
    return a.len == b.len && memcmp(a.at, b.at, a.len) == 0;
}

bool cell_list_add(struct cell_list *l, struct slice item, struct error *e) {
    for (size_t i = 0; i < l->count; i++)
        if (same(l->item[i], item))
            return true;
    if (l->count == LIST_ITEMS_MAX)
        return cell_refuse(e, item, "too many items in a list", "allowed: at most %d",
                           LIST_ITEMS_MAX);
    if (l->count > 0)
        l->out[l->len++] = ';';
    memcpy(l->out + l->len, item.at, item.len);
    l->item[l->count++] = (struct slice){l->out + l->len, item.len};
    l->len += item.len;
    return true;
}

bool cell_list_next(struct slice *rest, struct slice *item) {
    while (slice_next(rest, ';', item)) {
        *item = slice_trim(*item);
        if (item->len > 0)
            return true;
    }
    return false;
}

const char *cell_list_end(struct cell_list *l) {
    l->out[l->len] = '\0';
    return l->out;
}

int cell_term(enum vocabulary_id id, struct slice code, struct error *e) {
    int term = vocabulary_find(id, code.at, code.len);
    if (term >= 0)
        return term;
    char allowed[200], guess[100] = "";
    const char *closest = closest_code(id, code);
    if (closest != NULL)
        snprintf(guess, sizeof guess, "did you mean %s? ", closest);
    cell_refuse(e, code, "not a code", "%sallowed: %s", guess,
                vocabulary_allowed(id, allowed, sizeof allowed));
    return -1;
}

bool cell_code(struct cell_reader *r, const struct column_spec *spec, struct slice text,
               const char **out, struct error *e) {
    (void)r;
    int term = cell_term((enum vocabulary_id)spec->low, text, e);
    if (term >= 0)
        *out = vocabulary((enum vocabulary_id)spec->low)->terms[term].code;
    return term >= 0;
}

bool cell_codes(struct cell_reader *r, const struct column_spec *spec, struct slice text,
                const char **out, struct error *e) {
    struct cell_list list;
    struct slice rest = text, item;
    *out = "none";
    if (slice_is(text, "none"))
        return true;
    cell_list_begin(&list, r, text.len);
    while (cell_list_next(&rest, &item))
        if (cell_term((enum vocabulary_id)spec->low, item, e) < 0 ||
            !cell_list_add(&list, item, e))
            return false;
    *out = cell_list_end(&list);
    return true;
}

/* An item of a CHOICE. */
struct choice {
    int term;
    enum mark { LISTED, CASE, EXCLUDED } mark;
};

static bool read_choice(enum vocabulary_id id, struct slice item, struct choice *out,
                        struct slice *code, struct error *e) {
    struct slice rest = item;
    slice_next(&rest, ':', code);
    out->mark = rest.at ? CASE : LISTED;
    if (code->len > 0 && code->at[0] == '!') {
        out->mark = EXCLUDED;
        *code = (struct slice){code->at + 1, code->len - 1};
    }
    *code = slice_trim(*code);
    if (rest.at && (out->mark == EXCLUDED || !slice_is(slice_trim(rest), "case")))
        return cell_refuse(e, item, "a mark that is not known",
                           "allowed: x, x:case, !x, or any or none alone");
    if (slice_is(*code, "any") || slice_is(*code, "none"))
        return cell_refuse(e, item, "any and none stand alone, without a mark",
                           "allowed: x;y:case;!z, or any, or none");
    out->term = cell_term(id, *code, e);
    return out->term >= 0;
}

/* What `!x` takes away must be given by something listed beside it. */
static bool exclusions_fine(enum vocabulary_id id, const struct choice *c, size_t count) {
    size_t given = 0;
    for (size_t i = 0; i < count; i++)
        given += c[i].mark != EXCLUDED;
    for (size_t i = 0; given > 0 && i < count; i++) {
        bool below = c[i].mark != EXCLUDED;
        for (size_t j = 0; j < count && !below; j++)
            below = c[j].mark != EXCLUDED && vocabulary_within(id, c[i].term, c[j].term);
        if (!below)
            return false;
    }
    return true;
}

/* Adds `item` to `seen` unless it stands there; false: with another mark. */
static bool note_choice(struct choice *seen, size_t *count, struct choice item) {
    for (size_t i = 0; i < *count; i++)
        if (seen[i].term == item.term)
            return seen[i].mark == item.mark;
    seen[(*count)++] = item;
    return true;
}

bool cell_choice(struct cell_reader *r, const struct column_spec *spec, struct slice text,
                 const char **out, struct error *e) {
    enum vocabulary_id id = (enum vocabulary_id)spec->low;
    struct cell_list list;
    struct choice seen[LIST_ITEMS_MAX + 1];
    size_t count = 0;
    struct slice rest = text, item, code;
    *out = slice_is(text, "any") ? "any" : "none";
    if (slice_is(text, *out))
        return true;
    cell_list_begin(&list, r, text.len);
    while (cell_list_next(&rest, &item)) {
        struct choice c = {.term = -1};
        char written[80];
        if (!read_choice(id, item, &c, &code, e))
            return false;
        if (!note_choice(seen, &count, c))
            return cell_refuse(e, item, "the same code in two ways", "allowed: once");
        int n =
            snprintf(written, sizeof written, "%s%.*s%s", c.mark == EXCLUDED ? "!" : "",
                     (int)code.len, code.at, c.mark == CASE ? ":case" : "");
        if (!cell_list_add(&list, (struct slice){written, (size_t)n}, e))
            return false;
    }
    if (!exclusions_fine(id, seen, count))
        return cell_refuse(e, text, "!x beside codes that do not hold x",
                           "allowed: only !x items, or !x below a listed code");
    *out = cell_list_end(&list);
    return true;
}

/* Writes "my:phone:vetted" from the parts after the language, in whatever order. */
static bool interpreter(enum vocabulary_id languages, struct slice item,
                        char written[160], struct error *e) {
    struct slice rest = item, language, part;
    const char *mode = "";
    bool vetted = false;
    slice_next(&rest, ':', &language);
    language = slice_trim(language);
    if (cell_term(languages, language, e) < 0)
        return false;
    while (slice_next(&rest, ':', &part)) {
        part = slice_trim(part);
        int term = vocabulary_find(VOC_INTERPRETER_MODE, part.at, part.len);
        if (slice_is(part, "vetted") ? vetted : term < 0 || *mode)
            return cell_refuse(e, item, "a mark that is not known or stands twice",
                               "allowed: LANGUAGE:MODE:vetted, the modes are phone video "
                               "in_person");
        vetted = vetted || term < 0;
        mode = term < 0 ? mode : vocabulary(VOC_INTERPRETER_MODE)->terms[term].code;
    }
    snprintf(written, 160, "%.*s%s%s%s", (int)language.len, language.at, *mode ? ":" : "",
             mode, vetted ? ":vetted" : "");
    return true;
}

bool cell_interpreters(struct cell_reader *r, const struct column_spec *spec,
                       struct slice text, const char **out, struct error *e) {
    struct cell_list list;
    struct slice rest = text, item;
    *out = slice_is(text, "any") ? "any" : "none";
    if (slice_is(text, *out))
        return true;
    cell_list_begin(&list, r, text.len);
    while (cell_list_next(&rest, &item)) {
        char written[160];
        if (!interpreter((enum vocabulary_id)spec->low, item, written, e) ||
            !cell_list_add(&list, slice_of(written), e))
            return false;
    }
    *out = cell_list_end(&list);
    return true;
}

/* Names and ids are free text: only their length and control characters are checked. */
static bool plain(const struct column_spec *spec, struct slice text, struct error *e) {
    if (text.len > (size_t)spec->high)
        return cell_refuse(e, text, "too long", "allowed: at most %d bytes", spec->high);
    if (!cell_printable(text))
        return cell_refuse(e, text, "a control character or line end",
                           "allowed: one line");
    return true;
}

/* "a , b" as "a, b" in `out`; false when a part is empty. */
static bool area(struct slice item, char *out, size_t *len) {
    struct slice rest = item, part;
    *len = 0;
    while (slice_next(&rest, ',', &part)) {
        part = slice_trim(part);
        if (part.len == 0)
            return false;
        if (*len > 0)
            memcpy(out + *len, ", ", 2), *len += 2;
        memcpy(out + *len, part.at, part.len);
        *len += part.len;
    }
    return true;
}

bool cell_areas(struct cell_reader *r, const struct column_spec *spec, struct slice text,
                const char **out, struct error *e) {
    struct cell_list list;
    struct slice rest = text, item;
    *out = "any";
    if (slice_is(text, "any"))
        return true;
    if (!plain(spec, text, e))
        return false;
    cell_list_begin(&list, r, 2 * text.len);
    while (cell_list_next(&rest, &item)) {
        char *written = arena_alloc(&r->arena, 2 * item.len + 1);
        size_t len;
        if (slice_is(item, "any") || slice_is(item, "none") || !area(item, written, &len))
            return cell_refuse(
                e, item, "not an area",
                "allowed: any alone, a country code, or a name followed by "
                "its parents after commas, separated by ';'");
        if (!cell_list_add(&list, (struct slice){written, len}, e))
            return false;
    }
    *out = cell_list_end(&list);
    return plain(spec, slice_of(*out), e);
}

/* A name that names nobody would make one organization of all that have none. */
static bool is_name(struct slice item) {
    return !slice_is(item, "any") && !slice_is(item, "none") && !slice_is(item, "unnamed");
}

bool cell_names(struct cell_reader *r, const struct column_spec *spec, struct slice text,
                const char **out, struct error *e) {
    struct cell_list list;
    struct slice rest = text, item;
    if (!plain(spec, text, e))
        return false;
    cell_list_begin(&list, r, text.len);
    while (cell_list_next(&rest, &item)) {
        if (!is_name(item))
            return cell_refuse(e, item, "not a name",
                               "allowed: other spellings of the name, separated by ';'");
        if (!cell_list_add(&list, item, e))
            return false;
    }
    *out = cell_list_end(&list);
    return true;
}

bool cell_ids(struct cell_reader *r, const struct column_spec *spec, struct slice text,
              const char **out, struct error *e) {
    struct cell_list list;
    struct slice rest = text, item;
    if (!plain(spec, text, e))
        return false;
    cell_list_begin(&list, r, text.len);
    while (cell_list_next(&rest, &item))
        if (!cell_list_add(&list, item, e))
            return false;
    *out = cell_list_end(&list);
    return true;
}
