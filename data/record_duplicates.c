/* SPDX-License-Identifier: Apache-2.0
 *
 * The same service twice, perhaps: inside a file, or in the files of two sources. Two
 * services are near-duplicates when they have a name in common, points at most 500 m
 * apart and a need in common. The names:
 *
 *   "Ministry X"  "Y shelter"      organization and service fold to the same, or
 *   "y Shelter"   "reception"      the service of one is the organization of the other
 *
 * "unnamed" is nobody's name. Only pairs of which the run added or updated one are looked
 * at. They are noted and never merged. Where one of them is hidden, the other is held as
 * `staff` until a steward decides, since it would show the place of the first: a new one
 * beside an old one that is hidden, and an old one beside a new one that is. What is held
 * does not itself hold others, so that holding does not creep from place to place. A
 * retired service still holds, as it still binds its site, but is not noted otherwise.
 *
 * The work is near-linear: names are hashed, most are met once and drop out; what shares a
 * name goes into a grid of 500 m cubes. Of each cube so many are looked at; a cube with
 * more hidden ones than that counts as near as a whole: strict, and bounded.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "data/geo.h"
#include "data/mem.h"
#include "data/record_private.h"
#include "data/vocabulary.h"

#define NEAR_M 500.0
#define CUBE_LOOKS 64
#define NEED_WORDS 4
#define NOBODY "unnamed"

struct item {
    int64_t key;
    struct ecef at;
    uint64_t organization; /* hash of its name, or 0: unnamed */
    uint64_t service;      /* likewise */
    bool changed;          /* by this run */
    bool hidden;           /* holds others */
    bool standing;
    bool free; /* may be held */
    enum visibility effective;
    uint64_t needs[NEED_WORDS]; /* a bit for each code; read for candidates only */
    int64_t held_by;            /* key, or 0 */
    int64_t told;               /* key of the last that it was noted with */
};

/* A pair that was found. */
struct told {
    int64_t key, other;
    struct run_note note;
};

struct items {
    struct item *at;
    size_t count, capacity;
    struct told *told;
    size_t told_count, told_capacity;
};

/* How an item has a name; two of one group match by their roles. */
enum role { WHOLE = 1, ORGANIZATION = 2, SERVICE = 4 };

struct member {
    uint64_t group; /* hash of the name */
    uint32_t item;
    enum role role;
};

struct members {
    struct member *at;
    size_t count, capacity;
};

/* ---- hashes ---------------------------------------------------------------------- */

static uint64_t mix(uint64_t hash, uint64_t value) {
    hash = (hash ^ value) * UINT64_C(0x9e3779b97f4a7c15);
    return hash ^ hash >> 29;
}

/* 0 for nobody's name. */
static uint64_t name_hash(const char *folded, size_t len) {
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    if (len == sizeof NOBODY - 1 && memcmp(folded, NOBODY, len) == 0)
        return 0;
    for (size_t i = 0; i < len; i++)
        hash = (hash ^ (unsigned char)folded[i]) * UINT64_C(0x100000001b3);
    hash = mix(hash, len);
    return hash != 0 ? hash : 1;
}

static uint64_t whole_hash(const struct item *item) {
    if (item->organization == 0 || item->service == 0)
        return 0;
    uint64_t hash = mix(mix(7, item->organization), item->service);
    return hash != 0 ? hash : 1;
}

/* A multiset of hashes: how an item bears them, and whether more than one does. */
struct tally {
    struct seen {
        uint64_t hash; /* 0: free */
        uint8_t roles; /* of all who have it */
        bool twice;    /* as WHOLE */
        bool changed;  /* one of them was, by this run */
    } * slot;
    size_t mask;
};

static struct seen *tally_find(const struct tally *t, uint64_t hash) {
    size_t i = (size_t)hash & t->mask;
    while (t->slot[i].hash != 0 && t->slot[i].hash != hash)
        i = (i + 1) & t->mask;
    return &t->slot[i];
}

static void tally_add(struct tally *t, uint64_t hash, enum role role, bool changed) {
    if (hash == 0)
        return;
    struct seen *seen = tally_find(t, hash);
    seen->hash = hash;
    seen->twice |= role == WHOLE && (seen->roles & WHOLE) != 0;
    seen->roles |= (uint8_t)role;
    seen->changed |= changed;
}

/* Can two items match by this name, one of them changed? */
static bool worth(const struct tally *t, uint64_t hash) {
    if (hash == 0)
        return false;
    const struct seen *seen = tally_find(t, hash);
    bool both = (seen->roles & ORGANIZATION) && (seen->roles & SERVICE);
    return seen->changed && (seen->twice || both);
}

/* ---- reading --------------------------------------------------------------------- */

/* A service named by an alias of an organization is named by that organization. */
static const char sql_items[] =
    "SELECT s.key, l.longitude, l.latitude, o.name_folded, service.name, l.country,"
    " v.effective, v.decided_by, s.changed_run = :run_key, s.retired_run IS NULL"
    " FROM service_at_location AS s /*scan*/"
    " CROSS JOIN location AS l ON l.key = s.key"
    " CROSS JOIN service ON service.key = s.key"
    " CROSS JOIN organization AS o ON o.key = service.organization_key"
    " CROSS JOIN visibility AS v ON v.service_key = s.key"
    " WHERE l.latitude IS NOT NULL ORDER BY s.key";

static const char sql_aliases[] =
    "SELECT alias.country || alias.name_folded, organization.name_folded"
    " FROM organization_alias AS alias /*scan*/"
    " JOIN organization ON organization.key = alias.organization_key"
    " ORDER BY alias.country, alias.name_folded";

struct alias {
    uint64_t hash; /* of country and alias */
    uint64_t name; /* of the organization */
};

struct aliases {
    struct alias *at; /* sorted by hash */
    size_t count, capacity;
};

static int by_hash(const void *a, const void *b) {
    const struct alias *x = a, *y = b;
    return (x->hash > y->hash) - (x->hash < y->hash);
}

static bool aliases_read(struct db *db, struct aliases *out, struct error *e) {
    struct statement *s = db_prepare(db, sql_aliases, e);
    int got;
    if (s == NULL)
        return false;
    while ((got = db_step(s, e)) == 1) {
        out->at = xgrow(out->at, &out->capacity, out->count, sizeof *out->at);
        out->at[out->count++] = (struct alias){name_hash(db_text(s, 0), db_bytes(s, 0)),
                                               name_hash(db_text(s, 1), db_bytes(s, 1))};
    }
    if (out->count > 0)
        qsort(out->at, out->count, sizeof *out->at, by_hash);
    return got == 0;
}

/* The hash of a service's name, through the aliases of its country. */
static uint64_t service_hash(const struct aliases *aliases, const char *country,
                             struct slice name, struct buf *scratch) {
    organization_fold(name, scratch);
    uint64_t hash = name_hash(scratch->data, scratch->len);
    if (aliases->count == 0 || scratch->len == 0)
        return hash;
    struct buf both = {0};
    buf_str(&both, country);
    buf_add(&both, scratch->data, scratch->len);
    struct alias wanted = {.hash = name_hash(both.data, both.len)};
    buf_free(&both);
    const struct alias *found =
        bsearch(&wanted, aliases->at, aliases->count, sizeof *aliases->at, by_hash);
    return found != NULL ? found->name : hash;
}

static void item_read(struct statement *s, const struct aliases *aliases,
                      struct buf *scratch, struct item *out) {
    struct slice service = {db_text(s, 4), db_bytes(s, 4)};
    const char *decided_by = db_text(s, 7);
    *out = (struct item){.key = db_integer(s, 0),
                         .organization = name_hash(db_text(s, 3), db_bytes(s, 3)),
                         .changed = db_integer(s, 8) != 0,
                         .standing = db_integer(s, 9) != 0};
    out->service = service_hash(aliases, db_text(s, 5), service, scratch);
    out->at = geo_ecef((struct point){db_real(s, 1), db_real(s, 2)});
    visibility_find(db_text(s, 6), &out->effective);
    bool staff = out->effective == VISIBLE_STAFF;
    out->hidden = staff && strcmp(decided_by, "duplicate") != 0;
    out->free = out->standing && !staff && strcmp(decided_by, "steward") != 0;
}

static bool items_read(struct import_run *run, struct items *out, struct error *e) {
    struct aliases aliases = {0};
    if (!aliases_read(run->db, &aliases, e)) {
        free(aliases.at);
        return false;
    }
    struct statement *s = db_prepare(run->db, sql_items, e);
    int got = s != NULL ? 1 : -1;
    if (s != NULL)
        db_bind_integer(s, ":run_key", run->key);
    while (got == 1 && (got = db_step(s, e)) == 1) {
        out->at = xgrow(out->at, &out->capacity, out->count, sizeof *out->at);
        struct item *item = &out->at[out->count];
        item_read(s, &aliases, &run->scratch, item);
        out->count += item->standing || item->hidden;
    }
    free(aliases.at);
    return got == 0;
}

static const char sql_needs[] = "SELECT value FROM attribute WHERE service_key = :key"
                                " AND taxonomy = 'need' ORDER BY position";

static bool needs_read(struct db *db, struct item *item, struct error *e) {
    struct statement *s = db_prepare(db, sql_needs, e);
    int got;
    if (s == NULL)
        return false;
    db_bind_integer_at(s, 1, item->key);
    while ((got = db_step(s, e)) == 1) {
        int term = vocabulary_find(VOC_NEED, db_text(s, 0), db_bytes(s, 0));
        if (term >= 0 && term < 64 * NEED_WORDS)
            item->needs[term / 64] |= UINT64_C(1) << term % 64;
    }
    return got == 0;
}

/* ---- who may match --------------------------------------------------------------- */

static void tally_items(struct tally *t, const struct items *items) {
    size_t slots = 64;
    while (slots < items->count * 5) /* at most three hashes an item */
        slots *= 2;
    t->slot = xcalloc(slots, sizeof *t->slot);
    t->mask = slots - 1;
    for (size_t i = 0; i < items->count; i++) {
        const struct item *item = &items->at[i];
        tally_add(t, whole_hash(item), WHOLE, item->changed);
        tally_add(t, item->organization, ORGANIZATION, item->changed);
        tally_add(t, item->service, SERVICE, item->changed);
    }
}

static void member_add(struct members *out, const struct tally *t, uint64_t hash,
                       size_t item, enum role role) {
    if (!worth(t, hash))
        return;
    out->at = xgrow(out->at, &out->capacity, out->count, sizeof *out->at);
    out->at[out->count++] = (struct member){hash, (uint32_t)item, role};
}

static int by_group(const void *a, const void *b) {
    const struct member *x = a, *y = b;
    if (x->group != y->group)
        return x->group < y->group ? -1 : 1;
    if (x->item != y->item)
        return x->item < y->item ? -1 : 1;
    return (x->role > y->role) - (x->role < y->role);
}

/* The items that share a name with others, by name, then in the order of their keys. */
static bool members_find(struct db *db, struct items *items, struct members *out,
                         struct error *e) {
    struct tally tally;
    bool ok = true;
    tally_items(&tally, items);
    for (size_t i = 0; ok && i < items->count; i++) {
        struct item *item = &items->at[i];
        size_t before = out->count;
        member_add(out, &tally, whole_hash(item), i, WHOLE);
        member_add(out, &tally, item->organization, i, ORGANIZATION);
        member_add(out, &tally, item->service, i, SERVICE);
        ok = out->count == before || needs_read(db, item, e);
    }
    free(tally.slot);
    if (out->count > 0)
        qsort(out->at, out->count, sizeof *out->at, by_group);
    return ok;
}

/* ---- one name: a grid of those who have it ------------------------------------------ */

/* Hidden ones first. A pair needs a changed one, so that what has not changed looks only
 * at those that have. */
enum kind { HIDDEN_CHANGED, HIDDEN, SHOWN_CHANGED, SHOWN, KINDS };

/* Members of one kind, as those who match them look for them. */
struct list {
    uint32_t first, last;       /* member + 1 */
    uint8_t looks;              /* members in the list, up to CUBE_LOOKS */
    bool more;                  /* than are listed */
    uint64_t needs[NEED_WORDS]; /* of all of them */
};

struct cube {
    uint64_t hash;
    struct list list[2][KINDS]; /* 1: those who have the name as SERVICE */
};

struct grid {
    const struct items *items;
    const struct member *member;
    size_t count;
    struct cube *cube;
    size_t cube_count, cube_capacity;
    uint32_t *slot; /* cube + 1, or 0: free */
    size_t mask;
    uint32_t *next; /* of each member: another one + 1 */
};

static enum kind kind_of(const struct item *item) {
    return item->hidden ? (item->changed ? HIDDEN_CHANGED : HIDDEN)
                        : (item->changed ? SHOWN_CHANGED : SHOWN);
}

static const struct item *item_of(const struct grid *g, size_t member) {
    return &g->items->at[g->member[member].item];
}

static uint64_t cube_hash(struct ecef at, int dx, int dy, int dz) {
    uint64_t hash = mix(11, (uint64_t)((int64_t)floor(at.x / NEAR_M) + dx));
    hash = mix(hash, (uint64_t)((int64_t)floor(at.y / NEAR_M) + dy));
    hash = mix(hash, (uint64_t)((int64_t)floor(at.z / NEAR_M) + dz));
    return mix(hash, hash >> 32);
}

/* The slot of the cube; free when nobody is in it. */
static uint32_t *cube_slot(const struct grid *g, uint64_t hash) {
    size_t i = (size_t)hash & g->mask;
    while (g->slot[i] != 0 && g->cube[g->slot[i] - 1].hash != hash)
        i = (i + 1) & g->mask;
    return &g->slot[i];
}

static struct cube *cube_make(struct grid *g, uint64_t hash) {
    uint32_t *slot = cube_slot(g, hash);
    if (*slot == 0) {
        g->cube = xgrow(g->cube, &g->cube_capacity, g->cube_count, sizeof *g->cube);
        g->cube[g->cube_count] = (struct cube){.hash = hash};
        *slot = (uint32_t)++g->cube_count;
    }
    return &g->cube[*slot - 1];
}

/* Enters member `m`: listed in its order up to CUBE_LOOKS, and with its needs in any case. */
static void cube_enter(struct grid *g, size_t m) {
    const struct item *item = item_of(g, m);
    struct cube *cube = cube_make(g, cube_hash(item->at, 0, 0, 0));
    struct list *list = &cube->list[g->member[m].role == SERVICE][kind_of(item)];
    for (int i = 0; i < NEED_WORDS; i++)
        list->needs[i] |= item->needs[i];
    list->more |= list->looks == CUBE_LOOKS;
    if (list->looks == CUBE_LOOKS)
        return;
    list->looks++;
    if (list->first == 0)
        list->first = (uint32_t)m + 1;
    else
        g->next[list->last - 1] = (uint32_t)m + 1;
    list->last = (uint32_t)m + 1;
}

static void grid_open(struct grid *g) {
    size_t slots = 4;
    while (slots < g->count * 2)
        slots *= 2;
    g->slot = xcalloc(slots, sizeof *g->slot);
    g->mask = slots - 1;
    g->next = xcalloc(g->count, sizeof *g->next);
    for (size_t m = 0; m < g->count; m++)
        cube_enter(g, m);
}

static void grid_close(struct grid *g) {
    free(g->cube);
    free(g->slot);
    free(g->next);
}

static bool share_need(const uint64_t a[NEED_WORDS], const uint64_t b[NEED_WORDS]) {
    uint64_t common = 0;
    for (int i = 0; i < NEED_WORDS; i++)
        common |= a[i] & b[i];
    return common != 0;
}

/* ---- pairs ------------------------------------------------------------------------- */

/* Whom a member looks for. */
struct look {
    const struct item *item;
    bool earlier; /* only what stands, and came before it or has not changed */
    bool crowds;  /* more than are looked at count as near */
};

struct pair {
    const struct item *other; /* NULL: none found */
    double distance_m;
};

static void look_at(const struct look *look, const struct item *other,
                    struct pair *best) {
    const struct item *item = look->item;
    bool later = other->changed && other->key > item->key;
    if (item == other || (look->earlier && (later || !other->standing)) ||
        !share_need(item->needs, other->needs) || geo_chord(item->at, other->at) > NEAR_M)
        return;
    double distance = geo_distance_near(item->at, other->at);
    if (distance <= NEAR_M && (best->other == NULL || distance < best->distance_m))
        *best = (struct pair){other, distance};
}

static void look_in(const struct grid *g, const struct look *look,
                    const struct list *list, struct pair *best) {
    for (uint32_t n = list->first; n != 0; n = g->next[n - 1])
        look_at(look, item_of(g, n - 1), best);
    if (best->other != NULL || !look->crowds || !list->more ||
        !share_need(look->item->needs, list->needs))
        return;
    const struct item *first = item_of(g, list->first - 1);
    *best = (struct pair){first, geo_distance_near(look->item->at, first->at)};
}

/* The nearest of the kinds `from` to `to`; the first of them where two are as near. */
static struct pair nearest(const struct grid *g, size_t m, const struct look *look,
                           enum kind from, enum kind to) {
    struct pair best = {0};
    bool services = g->member[m].role == ORGANIZATION; /* whom its role matches */
    for (int i = 0; i < 27; i++) {
        uint32_t cube =
            *cube_slot(g, cube_hash(look->item->at, i / 9 - 1, i / 3 % 3 - 1, i % 3 - 1));
        for (enum kind kind = from; cube != 0 && kind <= to; kind++)
            look_in(g, look, &g->cube[cube - 1].list[services][kind], &best);
    }
    return best;
}

/* ---- judging ----------------------------------------------------------------------- */

static bool hold(struct import_run *run, struct item *item, int64_t by, struct error *e) {
    item->held_by = by;
    return visibility_tighten(run, item->key, item->effective, VISIBLE_STAFF, "duplicate",
                              by, e);
}

static void tell(struct items *items, struct item *item, const struct pair *pair,
                 enum role role) {
    bool swap = !item->changed || (pair->other->changed && pair->other->key > item->key);
    const struct item *a = swap ? pair->other : item, *b = swap ? item : pair->other;
    item->told = pair->other->key;
    items->told =
        xgrow(items->told, &items->told_capacity, items->told_count, sizeof *items->told);
    items->told[items->told_count++] = (struct told){
        .key = a->key,
        .other = b->key,
        .note = {.kind = NOTE_DUPLICATE,
                 .reason = role == WHOLE
                               ? "same organization and service"
                               : "the service of one is the organization of the "
                                 "other",
                 .distance_m = pair->distance_m,
                 .held = a->held_by == b->key,
                 .other_held = b->held_by == a->key},
    };
}

/* Holds what may be held beside a hidden one; then the run's own are noted with one of
 * those that came before them or have not changed. */
static bool member_judge(struct import_run *run, struct items *items,
                         const struct grid *g, size_t m, struct error *e) {
    struct item *item = &items->at[g->member[m].item];
    struct look look = {.item = item, .crowds = true};
    struct pair pair;
    if (item->free && item->held_by == 0) {
        pair =
            nearest(g, m, &look, HIDDEN_CHANGED, item->changed ? HIDDEN : HIDDEN_CHANGED);
        if (pair.other != NULL) {
            bool held = hold(run, item, pair.other->key, e);
            tell(items, item, &pair, g->member[m].role);
            return held;
        }
    }
    if (!item->changed || !item->standing || item->held_by != 0)
        return true;
    look = (struct look){.item = item, .earlier = true};
    pair = nearest(g, m, &look, HIDDEN_CHANGED, SHOWN);
    bool told = pair.other == NULL || item->told == pair.other->key ||
                pair.other->held_by == item->key;
    if (!told)
        tell(items, item, &pair, g->member[m].role);
    return true;
}

static bool group_judge(struct import_run *run, struct items *items,
                        const struct member *member, size_t count, struct error *e) {
    struct grid g = {.items = items, .member = member, .count = count};
    bool ok = true;
    grid_open(&g);
    for (size_t m = 0; ok && m < count; m++)
        ok = member_judge(run, items, &g, m, e);
    grid_close(&g);
    return ok;
}

static bool groups_judge(struct import_run *run, struct items *items,
                         const struct members *members, struct error *e) {
    bool ok = true;
    for (size_t i = 0, next; ok && i < members->count; i = next) {
        for (next = i + 1;
             next < members->count && members->at[next].group == members->at[i].group;)
            next++;
        if (next - i > 1)
            ok = group_judge(run, items, &members->at[i], next - i, e);
    }
    return ok;
}

static int by_keys(const void *a, const void *b) {
    const struct told *x = a, *y = b;
    if (x->key != y->key)
        return x->key < y->key ? -1 : 1;
    return (x->other > y->other) - (x->other < y->other);
}

/* In the order of the keys, which is that of a new file. */
static bool notes_say(struct import_run *run, struct items *items, struct error *e) {
    if (items->told_count > 0)
        qsort(items->told, items->told_count, sizeof *items->told, by_keys);
    for (size_t i = 0; i < items->told_count; i++)
        if (!run_note(run, items->told[i].note, items->told[i].key, items->told[i].other,
                      e))
            return false;
    return true;
}

bool duplicates_settle(struct import_run *run, struct error *e) {
    struct items items = {0};
    struct members members = {0};
    bool ok = items_read(run, &items, e) && members_find(run->db, &items, &members, e) &&
              groups_judge(run, &items, &members, e) && notes_say(run, &items, e);
    free(items.at);
    free(items.told);
    free(members.at);
    return ok;
}
