/* SPDX-License-Identifier: Apache-2.0
 *
 * Which places of several sources are one. Two are the same place when
 *
 *   country   is the same;
 *   level     is the same; a town and a village that nothing lies in count as one level,
 *             crossings stand by themselves;
 *   name      they share one, folded: a name in any language or another spelling, in any
 *             script. Whole names first; then what is left without generic words
 *             (data/names/word.h), among those that are still alone;
 *   parent    what one lies in is what the other lies in, or lies in that. The country
 *             says so of provinces only: below them, a place straight in its country may lie
 *             anywhere in it, if both have a point of their own;
 *   point     they are no farther apart than places of their level may be drawn. A place
 *             without a point has that of the nearest above it, and the limit of that;
 *   alone     no other place of either source fits.
 *
 * From the country down, so that parents are one before what lies in them is compared, and
 * source by source: a source is compared with what those before it tell. So no two places
 * of one source become one, and the order of rows does not matter.
 *
 * The first source keeps its id, its kind and its national name. The others add names, and
 * the point and the population that it lacks. A place lies in the finest of its parents.
 */
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

/* How far apart two points of one place may be drawn, in metres; of a country, anywhere. */
static const double apart_m[] = {
    [LEVEL_COUNTRY] = 0,     [LEVEL_PROVINCE] = 150000, [LEVEL_DISTRICT] = 60000,
    [LEVEL_COMMUNE] = 25000, [LEVEL_VILLAGE] = 5000,    [LEVEL_POINT] = 5000};

/* Names that more places of a step have tell nothing, and would take too long. */
#define NAMESAKES_MAX 2000

/* Whole names are compared first, then cores. */
enum round { ROUND_WHOLE, ROUND_CORE, ROUNDS };

/* A place as a source told of it. */
struct told {
    enum step step;
    uint32_t place;
    int64_t source;
};

/* A name of a place of the sources that were compared already. */
struct holder {
    uint32_t place, next; /* + 1 in `holders` */
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
    uint32_t *key;        /* those of the places' names */
    size_t key_count, key_capacity;
    struct atlas_run *run[ROUNDS]; /* of each place, in `key` */
    struct holder *holders;
    size_t holder_count, holder_capacity;
    uint32_t *head[ROUNDS], *namesakes[ROUNDS]; /* of each key */
    bool *has_children;
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

static void add_key(struct linking *l, uint16_t country, struct slice name) {
    struct buf *scratch = &l->b->scratch;
    scratch->len = 0;
    buf_add(scratch, &country, sizeof country);
    fold(name.at, name.len, scratch);
    if (scratch->len == sizeof country)
        return;
    l->key = xgrow(l->key, &l->key_capacity, l->key_count, sizeof *l->key);
    l->key[l->key_count++] = intern(&l->keys, scratch->data, scratch->len, NULL);
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
    for (int round = 0; round < ROUNDS; round++) {
        struct atlas_run *run = &l->run[round][place];
        run->first = (uint32_t)l->key_count;
        for (uint32_t i = l->first_name[place]; i != 0; i = l->next_name[i - 1]) {
            const struct atlas_name *name = &names[i - 1].name;
            if (by_code && name->use == NAME_NATIONAL)
                add_key(l, country, slice_of("country"));
            else if (!by_code && name->use != NAME_CODE)
                add_key(l, country,
                        round == ROUND_WHOLE ? slice_of(name->text)
                                             : shortest(name->text));
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

static bool parents_agree(const struct linking *l, uint32_t x, uint32_t y) {
    const struct atlas_place *p = &l->a->places[x], *q = &l->a->places[y];
    uint32_t above_x = parent_of(l, x), above_y = parent_of(l, y);
    if (is_country(l, above_x) || is_country(l, above_y))
        return p->level <= LEVEL_PROVINCE || (p->pointed == x && q->pointed == y);
    return lies_in(l, above_x, above_y) || lies_in(l, above_y, above_x);
}

/* The place itself, or the nearest above it that has a point; or ATLAS_NONE. */
static uint32_t pointed(const struct linking *l, uint32_t place) {
    while (place != ATLAS_NONE && l->a->places[place].pointed != place)
        place = parent_of(l, place);
    return place;
}

static bool points_agree(const struct linking *l, uint32_t x, uint32_t y) {
    uint32_t px = pointed(l, x), py = pointed(l, y);
    if (is_country(l, px) || is_country(l, py))
        return true;
    const struct atlas_place *p = &l->a->places[px], *q = &l->a->places[py];
    double most =
        apart_m[p->level] > apart_m[q->level] ? apart_m[p->level] : apart_m[q->level];
    return geo_chord(geo_ecef(p->point), geo_ecef(q->point)) <= most;
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

static void look_around(struct linking *l, uint32_t x, enum round round) {
    struct atlas_run run = l->run[round][x];
    l->mark[x].found = 0;
    for (uint32_t k = run.first; k < run.first + run.count; k++) {
        uint32_t key = l->key[k];
        if (l->namesakes[round][key] > NAMESAKES_MAX)
            continue;
        for (uint32_t h = l->head[round][key]; h != 0; h = l->holders[h - 1].next)
            look_at(l, x, l->same[l->holders[h - 1].place]);
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

static void link_round(struct linking *l, const struct told *told, size_t count,
                       enum round round) {
    l->turn++;
    for (size_t i = 0; i < count; i++)
        if (l->same[told[i].place] == told[i].place)
            look_around(l, told[i].place, round);
    for (size_t i = 0; i < count; i++) {
        uint32_t x = told[i].place, y = l->mark[x].one;
        if (l->same[x] == x && l->mark[x].found == 1 && l->mark[y].wanted == 1)
            become(l, x, y);
    }
}

/* From now on later sources are compared with these. */
static void hold(struct linking *l, uint32_t place, enum round round) {
    struct atlas_run run = l->run[round][place];
    for (uint32_t k = run.first; k < run.first + run.count; k++) {
        uint32_t key = l->key[k];
        l->holders =
            xgrow(l->holders, &l->holder_capacity, l->holder_count, sizeof *l->holders);
        l->holders[l->holder_count++] = (struct holder){place, l->head[round][key]};
        l->head[round][key] = (uint32_t)l->holder_count;
        l->namesakes[round][key]++;
    }
}

static void forget_holders(struct linking *l) {
    l->holder_count = 0;
    for (int round = 0; round < ROUNDS; round++) {
        memset(l->head[round], 0, (l->keys.count + 1) * sizeof *l->head[round]);
        memset(l->namesakes[round], 0, (l->keys.count + 1) * sizeof *l->namesakes[round]);
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

static void link_told(struct linking *l, const struct told *told, size_t count) {
    for (size_t from = 0, to; from < count; from = to) {
        for (to = from; to < count && told[to].step == told[from].step &&
                        told[to].source == told[from].source;)
            to++;
        if (from == 0 || told[from - 1].step != told[from].step)
            forget_holders(l);
        for (enum round round = ROUND_WHOLE; round < ROUNDS; round++)
            link_round(l, told + from, to - from, round);
        for (size_t i = from; i < to; i++)
            for (enum round round = ROUND_WHOLE; round < ROUNDS; round++)
                hold(l, told[i].place, round);
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
    for (int round = 0; round < ROUNDS; round++)
        l->run[round] = xcalloc(places, sizeof *l->run[round]);
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
    for (int round = 0; round < ROUNDS; round++) {
        l.head[round] = xcalloc((size_t)l.keys.count + 1, sizeof *l.head[round]);
        l.namesakes[round] =
            xcalloc((size_t)l.keys.count + 1, sizeof *l.namesakes[round]);
    }
    link_told(&l, told, count);
    move_places(&l);
    hang_under_countries(b->atlas);
    free(told);
    linking_free(&l);
}
