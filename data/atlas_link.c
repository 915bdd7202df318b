/* SPDX-License-Identifier: Apache-2.0
 *
 * Which places of several sources are one. Two are the same place when
 *
 *   country   is the same;
 *   level     is the same; a town and a village that nothing lies in count as one level,
 *             crossings stand by themselves;
 *   name      they share one, folded, in any script;
 *   parent    what one lies in is what the other lies in, or lies in that. The country
 *             says so of provinces only: below them, a place straight in its country may lie
 *             anywhere in it, if it is known where both are;
 *   point     they are no farther apart than places of their level may be drawn. A place
 *             without a point is where the nearest above it is, give or take;
 *   alone     no other place of either source fits.
 *
 * Gazetteers list names of neighbours and of parents among the other spellings, and a city
 * may have the name of the district around it. So the best names are compared first, and who
 * has found its like no longer stands in the way of others: national names; names by
 * language, which tell places apart that are romanised alike, and those without their generic
 * words (data/names/word.h); national names and names by language together; all spellings.
 * And a place whose parents tell comes before those that may lie anywhere in the country.
 *
 * From the country down, so that parents are one before what lies in them is compared, and
 * source by source: a source is compared with what those before it tell. So no two places
 * of one source become one, and the order of rows does not matter.
 *
 * The first source keeps its id, its kind and its national name. The others add names, and
 * the point and the population that it lacks. A place lies in the finest of its parents.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "data/atlas_builder.h"
#include "data/names/fold.h"
#include "data/names/word.h"

/* Levels as they are compared. */
enum step {
    STEP_COUNTRY,
    STEP_PROVINCE,
    STEP_DISTRICT,
    STEP_COMMUNE,
    STEP_SETTLEMENT,
    STEP_CROSSING,
    STEPS
};

/* Metres: how far apart two sources may draw a place of a level, and how far from the point
 * of such a place anything in it may be. */
static const struct {
    double drawn, within;
} apart_m[] = {
    [LEVEL_PROVINCE] = {400e3, 150e3}, [LEVEL_DISTRICT] = {60e3, 60e3},
    [LEVEL_COMMUNE] = {25e3, 20e3},    [LEVEL_VILLAGE] = {5e3, 5e3},
    [LEVEL_POINT] = {5e3, 5e3},
};

/* A name that more places of a step have tells nothing, and would take too long: 273 is the
 * most that was seen in a country. */
#define NAMESAKES_MAX 1000

enum form { FORM_WHOLE, FORM_CORE, FORMS };

/* Which names are compared: of these uses, in this form. */
static const struct round {
    enum name_use first, last;
    enum form form;
} rounds[] = {{NAME_NATIONAL, NAME_NATIONAL, FORM_WHOLE},
              {NAME_LANGUAGE, NAME_LANGUAGE, FORM_WHOLE},
              {NAME_LANGUAGE, NAME_LANGUAGE, FORM_CORE},
              {NAME_NATIONAL, NAME_LANGUAGE, FORM_WHOLE},
              {NAME_NATIONAL, NAME_LANGUAGE, FORM_CORE},
              {NAME_NATIONAL, NAME_OTHER, FORM_WHOLE},
              {NAME_NATIONAL, NAME_OTHER, FORM_CORE}};

#define PASSES_MAX 4 /* of a round, while it finds something */

/* A name of a place, by its number. */
struct key {
    uint32_t number;
    enum name_use use;
};

/* A place as a source told of it. */
struct told {
    enum step step;
    uint32_t place;
    int64_t source;
};

/* A name of a place of the sources that were compared already. */
struct holder {
    uint32_t place, next; /* + 1 in `holders` */
    enum name_use use;
};

struct mark {
    uint32_t found, one; /* how many fit it, and one of them */
    uint32_t wanted;     /* how many of the source whose turn it is it fits */
    uint32_t seen;       /* + 1: the place for which it was looked at last */
    uint32_t turn;       /* of which these three are */
    int64_t taken;       /* the source that it was linked with last */
};

struct linking {
    struct atlas_builder *b;
    struct atlas *a;
    uint32_t *same;       /* of each place: the place that it became; itself at first */
    uint32_t *first_name; /* of each place: + 1 in `names` of the builder */
    uint32_t *next_name;  /* of each name */
    struct intern keys;   /* country and folded name */
    struct key *key;      /* those of the places' names */
    size_t key_count, key_capacity;
    struct atlas_run *run[FORMS]; /* of each place, in `key` */
    struct holder *holders;
    size_t holder_count, holder_capacity;
    uint32_t *head[FORMS], *namesakes[FORMS]; /* of each key number */
    bool *has_children;
    bool anywhere; /* a place straight in its country may lie anywhere in it */
    struct mark *mark; /* of each place */
    uint32_t turn;     /* counts rounds */
};

/* ---- names --------------------------------------------------------------------------------- */

static void list_names(struct linking *l) {
    struct atlas_builder *b = l->b;
    l->first_name = xcalloc((size_t)l->a->place_count + 1, sizeof *l->first_name);
    l->next_name = xcalloc(b->name_count + 1, sizeof *l->next_name);
    for (size_t i = b->name_count; i-- > 0;) {
        l->next_name[i] = l->first_name[b->names[i].place];
        l->first_name[b->names[i].place] = (uint32_t)i + 1;
    }
}

static void add_key(struct linking *l, uint16_t country, enum name_use use,
                    struct slice name) {
    struct buf *scratch = &l->b->scratch;
    scratch->len = 0;
    buf_add(scratch, &country, sizeof country);
    fold(name.at, name.len, scratch);
    if (scratch->len == sizeof country)
        return;
    l->key = xgrow(l->key, &l->key_capacity, l->key_count, sizeof *l->key);
    uint32_t number = intern(&l->keys, scratch->data, scratch->len, NULL);
    l->key[l->key_count++] = (struct key){number, use};
}

static struct slice shortest(const char *name) {
    struct word_core core[WORD_CORES_MAX];
    return core[word_cores(name, strlen(name), core) - 1].text;
}

/* A country is known by its code. */
static void read_names(struct linking *l, uint32_t place) {
    const struct placed_name *names = l->b->names;
    uint16_t country = l->a->places[place].country;
    bool by_code = l->a->places[place].level == LEVEL_COUNTRY;
    for (int form = 0; form < FORMS; form++) {
        struct atlas_run *run = &l->run[form][place];
        run->first = (uint32_t)l->key_count;
        for (uint32_t i = l->first_name[place]; i != 0; i = l->next_name[i - 1]) {
            const struct atlas_name *name = &names[i - 1].name;
            struct slice text =
                form == FORM_WHOLE ? slice_of(name->text) : shortest(name->text);
            if (name->use != NAME_CODE && !by_code)
                add_key(l, country, name->use, text);
            else if (by_code && name->use == NAME_NATIONAL)
                add_key(l, country, name->use, slice_of("country"));
        }
        run->count = (uint32_t)l->key_count - run->first;
    }
}

/* ---- what fits ----------------------------------------------------------------------------- */

static uint32_t parent_of(const struct linking *l, uint32_t place) {
    uint32_t parent = l->a->places[place].parent;
    return parent == ATLAS_NONE ? ATLAS_NONE : l->same[parent];
}

/* True when `place` is `other` or lies in it. */
static bool lies_in(const struct linking *l, uint32_t place, uint32_t other) {
    while (place != ATLAS_NONE && place != other)
        place = parent_of(l, place);
    return place != ATLAS_NONE;
}

static bool is_country(const struct linking *l, uint32_t place) {
    return place == ATLAS_NONE || l->a->places[place].level == LEVEL_COUNTRY;
}

/* The place itself, or the nearest above it that has a point; or ATLAS_NONE. */
static uint32_t pointed(const struct linking *l, uint32_t place) {
    while (place != ATLAS_NONE && l->a->places[place].pointed != place)
        place = parent_of(l, place);
    return place;
}

static bool parents_agree(const struct linking *l, uint32_t x, uint32_t y) {
    uint32_t above_x = parent_of(l, x), above_y = parent_of(l, y);
    if (is_country(l, above_x) || is_country(l, above_y))
        return l->a->places[x].level <= LEVEL_PROVINCE ||
               (l->anywhere && !is_country(l, pointed(l, x)) &&
                !is_country(l, pointed(l, y)));
    return lies_in(l, above_x, above_y) || lies_in(l, above_y, above_x);
}

/* How far what is known of where a place is may be off: `at` is pointed(). */
static double allowed_m(const struct linking *l, uint32_t place, uint32_t at) {
    unsigned level = l->a->places[at].level;
    return place == at ? apart_m[level].drawn : apart_m[level].within;
}

static bool points_agree(const struct linking *l, uint32_t x, uint32_t y) {
    uint32_t px = pointed(l, x), py = pointed(l, y);
    if (is_country(l, px) || is_country(l, py))
        return true;
    return geo_chord(geo_ecef(l->a->places[px].point),
                     geo_ecef(l->a->places[py].point)) <=
           fmax(allowed_m(l, x, px), allowed_m(l, y, py));
}

/* Both are of one step, and share a name in one country. */
static bool fits(const struct linking *l, uint32_t x, uint32_t y) {
    const struct atlas_place *p = &l->a->places[x], *q = &l->a->places[y];
    if (p->level != q->level && (l->has_children[x] || l->has_children[y]))
        return false;
    return parents_agree(l, x, y) && points_agree(l, x, y);
}

/* ---- one source against those before it ------------------------------------------------------- */

static void look_at(struct linking *l, uint32_t x, uint32_t y) {
    struct mark *mark = &l->mark[y];
    if (mark->turn != l->turn) {
        mark->turn = l->turn;
        mark->wanted = mark->seen = 0;
    }
    if (mark->seen == x + 1 || mark->taken == l->b->source[x])
        return;
    mark->seen = x + 1;
    if (!fits(l, x, y))
        return;
    l->mark[x].found++;
    l->mark[x].one = y;
    mark->wanted++;
}

static bool is_compared(const struct round *round, enum name_use use) {
    return use >= round->first && use <= round->last;
}

static void look_around(struct linking *l, uint32_t x, const struct round *round) {
    struct atlas_run run = l->run[round->form][x];
    l->mark[x].found = 0;
    for (uint32_t k = run.first; k < run.first + run.count; k++) {
        uint32_t number = l->key[k].number;
        if (!is_compared(round, l->key[k].use) ||
            l->namesakes[round->form][number] > NAMESAKES_MAX)
            continue;
        uint32_t next = l->head[round->form][number];
        for (const struct holder *h; next != 0; next = h->next) {
            h = &l->holders[next - 1];
            if (is_compared(round, h->use))
                look_at(l, x, l->same[h->place]);
        }
    }
}

/* What was told first stays; what is missing is taken. */
static void become(struct linking *l, uint32_t x, uint32_t y) {
    struct atlas_place *from = &l->a->places[x], *into = &l->a->places[y];
    uint32_t mine = parent_of(l, x), its = parent_of(l, y);
    l->same[x] = y;
    l->mark[y].taken = l->b->source[x];
    if (into->pointed == ATLAS_NONE && from->pointed != ATLAS_NONE) {
        into->point = from->point;
        into->pointed = y;
    }
    if (into->population < 0)
        into->population = from->population;
    if (mine != ATLAS_NONE && l->a->places[mine].level < into->level &&
        (its == ATLAS_NONE || l->a->places[mine].level > l->a->places[its].level))
        into->parent = mine;
}

/* False when nothing was found. */
static bool link_round(struct linking *l, const struct told *told, size_t count,
                       const struct round *round) {
    bool found = false;
    l->turn++;
    for (size_t i = 0; i < count; i++)
        if (l->same[told[i].place] == told[i].place)
            look_around(l, told[i].place, round);
    for (size_t i = 0; i < count; i++) {
        uint32_t x = told[i].place, y = l->mark[x].one;
        if (l->same[x] != x || l->mark[x].found != 1 || l->mark[y].wanted != 1)
            continue;
        become(l, x, y);
        found = true;
    }
    return found;
}

static void count_names(struct linking *l, uint32_t place, enum form form) {
    struct atlas_run run = l->run[form][place];
    for (uint32_t k = run.first; k < run.first + run.count; k++)
        l->namesakes[form][l->key[k].number]++;
}

/* From now on later sources are compared with these. */
static void hold(struct linking *l, uint32_t place, enum form form) {
    struct atlas_run run = l->run[form][place];
    for (uint32_t k = run.first; k < run.first + run.count; k++) {
        struct key key = l->key[k];
        uint32_t *head = &l->head[form][key.number];
        l->holders =
            xgrow(l->holders, &l->holder_capacity, l->holder_count, sizeof *l->holders);
        l->holders[l->holder_count++] = (struct holder){place, *head, key.use};
        *head = (uint32_t)l->holder_count;
    }
}

static void forget_holders(struct linking *l) {
    size_t numbers = (size_t)l->keys.count + 1;
    l->holder_count = 0;
    for (int form = 0; form < FORMS; form++) {
        memset(l->head[form], 0, numbers * sizeof *l->head[form]);
        memset(l->namesakes[form], 0, numbers * sizeof *l->namesakes[form]);
    }
}

/* ---- in their order ---------------------------------------------------------------------------- */

static enum step step_of(const struct atlas_place *p) {
    static const char town[] = "town";
    if (p->level < LEVEL_VILLAGE)
        return (enum step)p->level;
    bool settled = p->level == LEVEL_VILLAGE ||
                   p->kind == vocabulary_find(VOC_PLACE_KIND, town, sizeof town - 1);
    return settled ? STEP_SETTLEMENT : STEP_CROSSING;
}

static int compare_told(const void *x, const void *y) {
    const struct told *a = x, *b = y;
    if (a->step != b->step)
        return a->step < b->step ? -1 : 1;
    if (a->source != b->source)
        return a->source < b->source ? -1 : 1;
    return a->place < b->place ? -1 : a->place > b->place;
}

/* Places of which several sources tell in their country and step, in the order in which they
 * are compared. */
static struct told *list_told(struct linking *l, size_t *count) {
    const struct atlas *a = l->a;
    struct sources {
        int64_t first;
        bool several;
    }(*sources)[STEPS] = xcalloc(VOCABULARY_MAX, sizeof *sources);
    struct told *out = xcalloc((size_t)a->place_count + 1, sizeof *out);
    for (uint32_t i = 0; i < a->place_count; i++) {
        struct sources *s = &sources[a->places[i].country][step_of(&a->places[i])];
        s->several |= s->first != 0 && s->first != l->b->source[i];
        s->first = l->b->source[i];
    }
    for (uint32_t i = 0; i < a->place_count; i++) {
        enum step step = step_of(&a->places[i]);
        if (sources[a->places[i].country][step].several)
            out[(*count)++] = (struct told){step, i, l->b->source[i]};
    }
    if (*count > 0)
        qsort(out, *count, sizeof *out, compare_told);
    free(sources);
    return out;
}

static void link_rounds(struct linking *l, const struct told *told, size_t count) {
    for (size_t r = 0; r < sizeof rounds / sizeof *rounds; r++)
        for (int pass = 0; pass < PASSES_MAX; pass++)
            if (!link_round(l, told, count, &rounds[r]))
                break;
}

static void link_source(struct linking *l, const struct told *told, size_t count) {
    for (size_t i = 0; i < count; i++)
        for (int form = 0; form < FORMS; form++)
            count_names(l, told[i].place, (enum form)form);
    for (int turn = 0; turn < 2; turn++) {
        l->anywhere = turn == 1;
        link_rounds(l, told, count);
    }
    for (size_t i = 0; i < count; i++)
        for (int form = 0; form < FORMS; form++)
            hold(l, told[i].place, (enum form)form);
}

static void link_told(struct linking *l, const struct told *told, size_t count) {
    for (size_t from = 0, to; from < count; from = to) {
        for (to = from; to < count && told[to].step == told[from].step &&
                        told[to].source == told[from].source;)
            to++;
        if (from == 0 || told[from - 1].step != told[from].step)
            forget_holders(l);
        link_source(l, told + from, to - from);
    }
}

/* ---- what is left ------------------------------------------------------------------------------ */

/* The names go with their places. The national name of a place that became another is another
 * spelling there. */
static void move_names(struct linking *l, const uint32_t *now) {
    for (size_t i = 0; i < l->b->name_count; i++) {
        struct placed_name *n = &l->b->names[i];
        if (l->same[n->place] != n->place && n->name.use == NAME_NATIONAL)
            n->name.use = NAME_OTHER;
        n->place = now[l->same[n->place]];
    }
}

/* Places that became others go, and the others move up: what they lie in stands before. */
static void move_places(struct linking *l) {
    struct atlas *a = l->a;
    uint32_t *now = xcalloc((size_t)a->place_count + 1, sizeof *now), count = 0;
    for (uint32_t i = 0; i < a->place_count; i++) {
        struct atlas_place *p = &a->places[i];
        uint32_t parent = parent_of(l, i);
        if (l->same[i] != i)
            continue;
        now[i] = count;
        p->parent = parent == ATLAS_NONE ? ATLAS_NONE : now[parent];
        p->pointed = p->pointed == i ? count : ATLAS_NONE;
        l->b->source[count] = l->b->source[i];
        a->places[count++] = *p;
    }
    move_names(l, now);
    a->place_count = count;
    free(now);
}

/* A place that names nothing it lies in lies in its country, where that is known. */
static void hang_under_countries(struct atlas *a) {
    for (size_t i = 0; i < VOCABULARY_MAX; i++)
        a->country_place[i] = ATLAS_NONE;
    for (uint32_t i = 0; i < a->place_count; i++) {
        struct atlas_place *p = &a->places[i];
        uint32_t *country = &a->country_place[p->country];
        if (p->level > LEVEL_COUNTRY && p->parent == ATLAS_NONE)
            p->parent = *country;
        else if (p->level == LEVEL_COUNTRY && *country == ATLAS_NONE)
            *country = i;
    }
}

static void linking_init(struct linking *l) {
    size_t places = (size_t)l->a->place_count + 1;
    l->same = xcalloc(places, sizeof *l->same);
    l->mark = xcalloc(places, sizeof *l->mark);
    l->has_children = xcalloc(places, sizeof *l->has_children);
    for (int form = 0; form < FORMS; form++)
        l->run[form] = xcalloc(places, sizeof *l->run[form]);
    for (uint32_t i = 0; i < l->a->place_count; i++) {
        l->same[i] = i;
        if (l->a->places[i].parent != ATLAS_NONE)
            l->has_children[l->a->places[i].parent] = true;
    }
    list_names(l);
}

static void linking_free(struct linking *l) {
    void *arrays[] = {l->same,        l->mark,    l->has_children, l->first_name,
                      l->next_name,   l->key,     l->holders,      l->run[0],
                      l->run[1],      l->head[0], l->head[1],      l->namesakes[0],
                      l->namesakes[1]};
    for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++)
        free(arrays[i]);
    intern_free(&l->keys);
}

void builder_link(struct atlas_builder *b) {
    struct linking l = {.b = b, .a = b->atlas};
    size_t count = 0;
    linking_init(&l);
    struct told *told = list_told(&l, &count);
    for (size_t i = 0; i < count; i++)
        read_names(&l, told[i].place);
    for (int form = 0; form < FORMS; form++) {
        l.head[form] = xcalloc((size_t)l.keys.count + 1, sizeof *l.head[form]);
        l.namesakes[form] = xcalloc((size_t)l.keys.count + 1, sizeof *l.namesakes[form]);
    }
    link_told(&l, told, count);
    move_places(&l);
    hang_under_countries(b->atlas);
    free(told);
    linking_free(&l);
}
