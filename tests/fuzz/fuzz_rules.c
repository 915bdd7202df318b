/* SPDX-License-Identifier: Apache-2.0
 *
 * The cells of one service that say whom it admits: lines `column=cell`, and from the
 * first line that begins with '[' on its further rules. Promised:
 *   - a canonical cell, checked again, is itself;
 *   - what the importer takes, the snapshot reads: one rule more than the list has, also
 *     where a view does not know some columns;
 *   - every code that is listed in a cell is in its rule as it was listed, and the ages
 *     are those of the cells;
 *   - whatever text stands in the record instead, it is read or refused, with a reason.
 */
#include "data/admit.h"
#include "data/json_read.h"
#include "importers/cell.h"
#include "tests/fuzz/require.h"

/* Every column that a rule may set, and where a list of codes goes. */
static const struct {
    enum column column;
    int choice; /* enum rule_choice, or -1 */
    enum vocabulary_id voc;
} parts[] = {
    {COL_GENDERS, RULE_GENDER, VOC_GENDER},
    {COL_AGE_MIN, -1, 0},
    {COL_AGE_MAX, -1, 0},
    {COL_AGES_CASE, -1, 0},
    {COL_FORMS, RULE_FORM, VOC_FORM},
    {COL_FORMS_EXCLUDED, -1, 0},
    {COL_LANGUAGES, RULE_LANGUAGE, VOC_LANGUAGE},
    {COL_INTERPRETERS, RULE_INTERPRETER, VOC_LANGUAGE},
    {COL_NATIONALITIES, RULE_NATIONALITY, VOC_COUNTRY},
    {COL_STAGES, RULE_STAGE, VOC_STAGE},
    {COL_REFERRED_BY, RULE_REFERRED_BY, VOC_REFERRER},
    {COL_OFFICIAL_STATUS, -1, 0},
    {COL_RESIDENTS_ONLY, -1, 0},
    {COL_SURVIVORS_ONLY, -1, 0},
    {COL_SERVES_FAMILY, RULE_FAMILY, VOC_BENEFICIARY},
    {COL_ACCEPTS_CHILDREN, -1, 0},
    {COL_DISABILITY, RULE_DISABILITY, VOC_DISABILITY},
    {COL_DOCUMENTS_REQUIRED, RULE_DOCUMENTS, VOC_DOCUMENT},
    {COL_CONTACTS_AUTHORITIES, -1, 0},
};

#define PARTS (sizeof parts / sizeof *parts)

int LLVMFuzzerInitialize(int *argc, char ***argv) {
    struct error e = {0};
    (void)argc, (void)argv;
    set_up(vocabularies_load("data/vocabulary", &e), &e);
    return 0;
}

/* ---- the input ---------------------------------------------------------------------- */

static void take_line(struct slice line, struct slice cell[COL_COUNT]) {
    struct slice rest = line, name;
    slice_next(&rest, '=', &name);
    for (size_t i = 0; rest.at != NULL && i < PARTS; i++)
        if (slice_is(name, columns[parts[i].column].name))
            cell[parts[i].column] = rest;
}

static void take_apart(struct slice text, struct slice cell[COL_COUNT]) {
    struct slice line;
    while (text.at != NULL && text.len > 0 && text.at[0] != '[') {
        slice_next(&text, '\n', &line);
        take_line(line, cell);
    }
    cell[COL_RULES] = text.at ? text : (struct slice){"", 0};
}

/* ---- the importer ------------------------------------------------------------------- */

/* Checks every cell, twice; false when one is refused. */
static bool import(struct cell_reader *r, const struct slice cell[COL_COUNT],
                   struct flat *out) {
    for (int c = 0; c < COL_COUNT; c++) {
        struct error e = {0};
        const char *twice;
        out->cell[c] = "";
        if (cell[c].at == NULL)
            continue;
        if (!cell_check(r, (enum column)c, cell[c], &out->cell[c], &e)) {
            require_reason(&e, ERR_DATA);
            return false;
        }
        require(cell_check(r, (enum column)c, slice_of(out->cell[c]), &twice, &e),
                "a canonical cell is taken", e.message);
        require(strcmp(out->cell[c], twice) == 0, "a canonical cell is itself", twice);
    }
    return true;
}

/* ---- the rules ---------------------------------------------------------------------- */

static bool in_set(const uint64_t *set, int term) {
    return set[term / 64] >> term % 64 & 1;
}

/* One item of a canonical list, against the choice that was made of it. */
static void check_item(const struct snap_choice *c, size_t part, struct slice item) {
    bool excluded = item.at[0] == '!';
    struct slice mark = {item.at + excluded, item.len - excluded}, code;
    if (slice_is(item, "any")) {
        require(c->any, "any admits all", columns[parts[part].column].name);
        return;
    }
    if (slice_is(item, "none"))
        return;
    slice_next(&mark, ':', &code);
    int term = vocabulary_find(parts[part].voc, code.at, code.len);
    bool by_case = parts[part].column != COL_INTERPRETERS &&
                   parts[part].column != COL_LANGUAGES && mark.at != NULL;
    require(term >= 0, "a canonical list holds codes", item.at);
    require(in_set(excluded  ? c->excluded
                   : by_case ? c->partial
                             : c->yes,
                   term),
            "a listed code is in the rule", item.at);
}

static void check_list(const struct snap_choice *c, size_t part, const char *cell) {
    struct slice rest = slice_of(cell), item;
    require(c->stated == (cell[0] != '\0'), "stated where the cell is", cell);
    while (cell[0] != '\0' && slice_next(&rest, ';', &item))
        check_item(c, part, item);
}

static void check_age(const char *cell, uint8_t age, uint8_t otherwise) {
    int64_t wanted = otherwise;
    require(cell[0] == '\0' || slice_integer(slice_of(cell), &wanted), "an age", cell);
    require(age == wanted, "an age is as in its cell", cell);
}

static void check_rule(const struct admit *a, const struct snap_rule *r,
                       const char *const *cell) {
    for (size_t i = 0; i < PARTS; i++)
        if (parts[i].choice >= 0)
            check_list(&a->choices[r->choice[parts[i].choice]], i, cell[parts[i].column]);
    check_age(cell[COL_AGE_MIN], r->age_min, 0);
    check_age(cell[COL_AGE_MAX], r->age_max, 255);
    for (uint32_t i = 0; i < r->ages_case.count; i++)
        require(a->ages[r->ages_case.first + i].low <= a->ages[r->ages_case.first + i].high,
                "ages by case", cell[COL_AGES_CASE]);
    require(r->no_interpreters == (strcmp(cell[COL_INTERPRETERS], "none") == 0),
            "no interpreters", cell[COL_INTERPRETERS]);
}

/* The cells of a further rule: its own over those of the service. */
static void overlay(const struct json *rule, const struct flat *flat, char number[2][24],
                    const char *cell[COL_COUNT]) {
    memcpy(cell, flat->cell, sizeof flat->cell);
    cell[COL_GENDERS] = cell[COL_AGE_MIN] = cell[COL_AGE_MAX] = "";
    for (size_t i = 0; i < PARTS; i++) {
        enum column c = parts[i].column;
        const struct json *own = json_get(rule, columns[c].name);
        if (own == NULL)
            continue;
        if (json_kind(own) == KIND_STRING) {
            cell[c] = json_text(own, NULL);
            continue;
        }
        require(c == COL_AGE_MIN || c == COL_AGE_MAX, "only ages are numbers", "");
        snprintf(number[c == COL_AGE_MAX], 24, "%lld", (long long)json_whole(own));
        cell[c] = number[c == COL_AGE_MAX];
    }
}

static void check_rules(const struct admit *a, const struct flat *flat,
                        const uint32_t *number, uint32_t count) {
    struct error e = {0};
    struct json *list = NULL;
    size_t further = 0;
    check_rule(a, &a->rules[number[0]], flat->cell);
    if (flat->cell[COL_RULES][0] != '\0') {
        list = json_parse(flat->cell[COL_RULES], strlen(flat->cell[COL_RULES]), &e);
        require(list != NULL, "a canonical cell is JSON", e.message);
        further = json_count(list);
    }
    require(count == further + 1, "one rule an object, and the service's own", "");
    for (size_t i = 0; i < further; i++) {
        const char *cell[COL_COUNT];
        char digits[2][24];
        overlay(json_at(list, i), flat, digits, cell);
        check_rule(a, &a->rules[number[i + 1]], cell);
    }
    json_free(list);
}

/* ---- both --------------------------------------------------------------------------- */

static void admit(const struct flat *flat, uint64_t choice) {
    struct admit a;
    struct error e = {0};
    uint32_t number[RULES_MAX];
    bool drop[COL_COUNT];
    admit_init(&a);
    uint32_t count = admit_rules(&a, flat, NULL, number, &e);
    require(count > 0, "what is imported is read", e.message);
    check_rules(&a, flat, number, count);
    for (int c = 0; c < COL_COUNT; c++)
        drop[c] = chosen_next(&choice) % 2;
    require(admit_rules(&a, flat, drop, number, &e) == count, "the same rules without columns",
            e.message);
    admit_free(&a);
}

/* Cells of a record that no importer wrote. */
static void admit_raw(struct cell_reader *r, const struct slice cell[COL_COUNT]) {
    struct admit a;
    struct flat flat;
    struct error e = {0};
    uint32_t number[RULES_MAX];
    for (int c = 0; c < COL_COUNT; c++)
        flat.cell[c] = cell[c].at ? arena_strndup(&r->arena, cell[c].at, cell[c].len) : "";
    admit_init(&a);
    if (admit_rules(&a, &flat, NULL, number, &e) == 0)
        require_reason(&e, ERR_DATA);
    admit_free(&a);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len) {
    static struct cell_reader r;
    struct slice cell[COL_COUNT] = {{NULL, 0}};
    struct flat flat = {.translation_count = 0};
    if (len == 0 || !text_utf8((const char *)bytes, len, NULL))
        return 0;
    take_apart((struct slice){(const char *)bytes, len}, cell);
    arena_reset(&r.arena);
    if (import(&r, cell, &flat))
        admit(&flat, chosen_by(bytes, len));
    admit_raw(&r, cell);
    return 0;
}
