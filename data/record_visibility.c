/* SPDX-License-Identifier: Apache-2.0
 *
 * Who may learn where a service is. Its own visibility is what its source states, or the
 * default by needs and kind, and never becomes looser by an import. Then the strictest of
 * those that share a site binds them all, since one published address would tell the
 * other: the same exact point, the same written address, or one organization within
 * 300 m. Binding starts from services' own visibilities only, so it does not creep from
 * site to site. What a steward decided stays.
 *
 * Settling looks at the whole record in memory, in one pass: hash tables by point and by
 * address, and for organizations a grid of 300 m cubes in earth-centred metres, in which
 * all that is near stands in the cube or its 26 neighbours.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "data/geo.h"
#include "data/mem.h"
#include "data/record_private.h"
#include "data/text.h"
#include "data/vocabulary.h"

#define NEAR_M 300.0
#define CUBE_LOOKS 64 /* beyond, a cube counts as near as a whole: strict, and bounded */

static const char *const visibility_names[] = {"exact", "area", "contact", "staff"};

const char *visibility_name(enum visibility v) {
    return visibility_names[v];
}

bool visibility_find(const char *name, enum visibility *out) {
    for (int i = VISIBLE_EXACT; i <= VISIBLE_STAFF; i++) {
        if (strcmp(visibility_names[i], name) != 0)
            continue;
        *out = (enum visibility)i;
        return true;
    }
    return false;
}

/* ---- one service ----------------------------------------------------------------- */

static bool hidden(int term) {
    const struct vocabulary *v = vocabulary(VOC_NEED);
    return term >= 0 && (v->terms[term].hidden || hidden(v->terms[term].parent) ||
                         hidden(v->terms[term].parent2));
}

/* What a kind says by itself; a kind that is not listed says nothing. People live in
 * shelters and transit centres also where the record does not state a need for housing. */
static const struct {
    const char *kind;
    enum visibility visibility;
} by_kind[] = {
    {"shelter", VISIBLE_STAFF},      {"transit_center", VISIBLE_STAFF},
    {"hospital", VISIBLE_EXACT},     {"clinic", VISIBLE_EXACT},
    {"state_office", VISIBLE_EXACT}, {"police", VISIBLE_EXACT},
    {"court", VISIBLE_EXACT},        {"consulate", VISIBLE_EXACT},
    {"school", VISIBLE_EXACT},       {"hotline", VISIBLE_CONTACT},
};

static bool is_hotline(int need) {
    int hotline = vocabulary_find(VOC_NEED, "information.hotline", 19);
    return need >= 0 && hotline >= 0 && vocabulary_within(VOC_NEED, need, hotline);
}

enum visibility visibility_default(const struct flat *flat) {
    struct slice rest = slice_of(flat->cell[COL_NEEDS]), code;
    bool hotline = false;
    while (slice_next(&rest, ';', &code)) {
        int need = vocabulary_find(VOC_NEED, code.at, code.len);
        if (hidden(need))
            return VISIBLE_STAFF;
        hotline |= is_hotline(need);
    }
    for (size_t i = 0; i < sizeof by_kind / sizeof *by_kind; i++)
        if (strcmp(by_kind[i].kind, flat->cell[COL_KIND]) == 0)
            return by_kind[i].visibility;
    return hotline ? VISIBLE_CONTACT : VISIBLE_AREA;
}

static enum visibility strictness(const char *code) {
    enum visibility v = VISIBLE_STAFF;
    visibility_find(code, &v);
    return v;
}

const char *visibility_static(const char *code) {
    return visibility_name(strictness(code));
}

const char *visibility_decided(const char *decided_by) {
    static const char *const names[] = {"stated", "default",   "kept",
                                        "site",   "duplicate", "steward"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i], decided_by) == 0)
            return names[i];
    return "kept";
}

static bool by_steward(const struct visibility_row *row) {
    return strcmp(row->decided_by, "steward") == 0;
}

/* `own` of `row`, from what its source says now and `kept`, which is not loosened. */
static void set_own(struct visibility_row *row, enum visibility said, bool stated,
                    enum visibility kept) {
    enum visibility own = kept > said ? kept : said;
    row->own = row->effective = visibility_name(own);
    row->own_kept = NULL;
    row->bound_by = 0;
    row->decided_by = own > said ? "kept" : stated ? "stated" : "default";
}

void visibility_decide(const struct flat *flat, const struct visibility_row *before,
                       struct visibility_row *out) {
    enum visibility fallback = visibility_default(flat), said = fallback;
    bool stated = visibility_find(flat->cell[COL_VISIBILITY], &said);
    *out = (struct visibility_row){.default_code = visibility_name(fallback)};
    if (before == NULL) {
        set_own(out, said, stated, VISIBLE_EXACT);
        return;
    }
    if (by_steward(before)) {
        enum visibility kept =
            strictness(before->own_kept ? before->own_kept : before->own);
        *out = *before;
        out->default_code = visibility_name(fallback);
        out->own_kept = visibility_name(kept > said ? kept : said);
        return;
    }
    set_own(out, said, stated, strictness(before->own));
    if (strictness(before->effective) > strictness(out->own)) {
        out->effective = before->effective;
        out->decided_by = before->decided_by;
        out->bound_by = before->bound_by;
    }
}

void visibility_steward(struct visibility_row *row, const char *code) {
    if (code == NULL) {
        set_own(row, VISIBLE_EXACT, false, strictness(row->own_kept));
        row->decided_by = "kept";
        return;
    }
    enum visibility v = strictness(code);
    row->own_kept = by_steward(row) ? row->own_kept : row->own;
    row->own = row->effective = visibility_name(v);
    row->decided_by = "steward";
    row->bound_by = 0;
}

/* ---- shared sites ---------------------------------------------------------------- */

struct site {
    int64_t key;
    int64_t organization;            /* 0: none that ties (unnamed) */
    uint64_t point;                  /* hash of its exact coordinates, or 0 */
    uint64_t address;                /* hash of its written address, or 0 */
    struct ecef at;                  /* where `point` is set */
    size_t next;                     /* in the same cube: index + 1, or 0 */
    uint8_t own, effective, settled; /* enum visibility */
    bool steward;
    int64_t bound_by;
};

/* Open addressing over hashes; what shares a hash is taken for the same. */
struct sites {
    struct site *site;
    size_t count, capacity;
    struct slot {
        uint64_t hash;    /* 0: free */
        size_t strictest; /* index + 1 of the strictest site: point and address */
        size_t first;     /* index + 1 of the first of a cube's list */
        uint8_t looks;    /* sites in that list, up to CUBE_LOOKS */
    } * slots;
    size_t mask;
};

static uint64_t mix(uint64_t hash, uint64_t value) {
    hash = (hash ^ value) * UINT64_C(0x9e3779b97f4a7c15);
    return hash ^ hash >> 29;
}

static uint64_t hash_end(uint64_t hash) {
    hash = mix(mix(hash, 0x5bd1e995), hash >> 32);
    return hash != 0 ? hash : 1;
}

static uint64_t hash_real(uint64_t hash, double value) {
    uint64_t bits;
    value += 0.0; /* -0 is 0 */
    memcpy(&bits, &value, sizeof bits);
    return mix(hash, bits);
}

static uint64_t hash_text(uint64_t hash, const char *text) {
    struct slice s = slice_trim(slice_of(text));
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.at[i];
        if (c < '0' || (c > '9' && c < 'A') || (c > 'Z' && c < 'a') ||
            (c > 'z' && c < 0x80))
            continue; /* "12, Street 63" is "12 street 63" */
        hash = (hash ^ (c >= 'A' && c <= 'Z' ? c + 32u : c)) * UINT64_C(0x100000001b3);
    }
    return mix(hash, 0);
}

static struct slot *slot_of(const struct sites *all, uint64_t hash) {
    size_t i = (size_t)hash & all->mask;
    while (all->slots[i].hash != 0 && all->slots[i].hash != hash)
        i = (i + 1) & all->mask;
    return &all->slots[i];
}

static const char sql_sites[] =
    "SELECT s.key, service.organization_key, v.own, v.effective, v.decided_by,"
    " CASE WHEN coalesce(l.precision, 'exact') = 'exact' THEN l.longitude END,"
    " l.latitude, l.country, a.address_1, a.village, a.district,"
    " a.state_province, o.name_folded <> 'unnamed'"
    " FROM service_at_location AS s /*scan*/"
    " CROSS JOIN visibility AS v ON v.service_key = s.key"
    " CROSS JOIN service ON service.key = s.key"
    " CROSS JOIN organization AS o ON o.key = service.organization_key"
    " CROSS JOIN location AS l ON l.key = s.key"
    " LEFT JOIN address AS a ON a.service_key = s.key"
    " WHERE (coalesce(l.precision, 'exact') = 'exact' OR a.address_1 IS NOT NULL)"
    " ORDER BY s.key";

static const char sql_precise[] =
    "SELECT count(*) FROM visibility WHERE own <> 'area' OR effective <> 'area'";

static uint64_t address_hash(struct statement *s) {
    if (db_is_null(s, 8))
        return 0;
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (int column = 7; column <= 11; column++)
        hash = hash_text(hash, db_text(s, column));
    return hash_end(hash);
}

static void site_read(struct statement *s, struct site *out) {
    *out = (struct site){
        .key = db_integer(s, 0),
        .organization = db_integer(s, 12) ? db_integer(s, 1) : 0,
        .own = (uint8_t)strictness(db_text(s, 2)),
        .effective = (uint8_t)strictness(db_text(s, 3)),
        .steward = strcmp(db_text(s, 4), "steward") == 0,
        .address = address_hash(s),
    };
    out->settled = out->effective;
    if (db_is_null(s, 5))
        return;
    struct point p = {db_real(s, 5), db_real(s, 6)};
    out->point =
        hash_end(hash_real(hash_real(1, round(p.lon * 1e4)), round(p.lat * 1e4)));
    out->at = geo_ecef(p);
}

static bool sites_read(struct db *db, struct sites *all, struct error *e) {
    struct statement *s = db_prepare(db, sql_sites, e);
    int got;
    if (s == NULL)
        return false;
    while ((got = db_step(s, e)) == 1) {
        all->site = xgrow(all->site, &all->capacity, all->count, sizeof *all->site);
        site_read(s, &all->site[all->count++]);
    }
    size_t slots = 64;
    while (slots < all->count * 6) /* at most four hashes a site */
        slots *= 2;
    all->slots = xcalloc(slots, sizeof *all->slots);
    all->mask = slots - 1;
    return got == 0;
}

/* Enters site `i` as one of those that share `hash`. */
static void share(struct sites *all, uint64_t hash, size_t i) {
    struct slot *slot = slot_of(all, hash);
    slot->hash = hash;
    if (slot->strictest == 0 || all->site[i].own > all->site[slot->strictest - 1].own)
        slot->strictest = i + 1;
}

static void bind(struct site *site, const struct site *strict) {
    if (strict->own <= site->settled)
        return;
    site->settled = strict->own;
    site->bound_by = strict->key;
}

static void bind_shared(const struct sites *all, uint64_t hash, struct site *site) {
    bind(site, &all->site[slot_of(all, hash)->strictest - 1]);
}

/* The cube `dx`, `dy`, `dz` beside the one that holds `site`, for its organization. */
static uint64_t cube_hash(const struct site *site, int dx, int dy, int dz) {
    uint64_t hash = mix(2, (uint64_t)site->organization);
    hash = mix(hash, (uint64_t)((int64_t)floor(site->at.x / NEAR_M) + dx));
    hash = mix(hash, (uint64_t)((int64_t)floor(site->at.y / NEAR_M) + dy));
    hash = mix(hash, (uint64_t)((int64_t)floor(site->at.z / NEAR_M) + dz));
    return hash_end(hash);
}

/* Enters site `i` in its cube: listed up to CUBE_LOOKS, and the strictest of all. */
static void cube_enter(struct sites *all, size_t i) {
    uint64_t hash = cube_hash(&all->site[i], 0, 0, 0);
    share(all, hash, i);
    struct slot *slot = slot_of(all, hash);
    if (slot->looks == CUBE_LOOKS)
        return;
    slot->looks++;
    all->site[i].next = slot->first;
    slot->first = i + 1;
}

static void bind_cube(const struct sites *all, uint64_t hash, struct site *site) {
    const struct slot *slot = slot_of(all, hash);
    if (slot->hash == 0 || all->site[slot->strictest - 1].own <= site->settled)
        return;
    if (slot->looks == CUBE_LOOKS) {
        bind(site, &all->site[slot->strictest - 1]);
        return;
    }
    for (size_t i = slot->first; i != 0; i = all->site[i - 1].next)
        if (geo_chord(site->at, all->site[i - 1].at) <= NEAR_M)
            bind(site, &all->site[i - 1]);
}

static void bind_near(const struct sites *all, struct site *site) {
    for (int cube = 0; cube < 27; cube++)
        bind_cube(all, cube_hash(site, cube / 9 - 1, cube / 3 % 3 - 1, cube % 3 - 1),
                  site);
}

static bool ties_by_organization(const struct site *site) {
    return site->organization != 0 && site->point != 0;
}

/* For each organization (hashed) the strictest of its sites: those of an organization
 * whose sites are all alike need no search. */
static uint64_t organization_hash(const struct site *site) {
    return hash_end(mix(3, (uint64_t)site->organization));
}

static void settle(struct sites *all) {
    for (size_t i = 0; i < all->count; i++) {
        struct site *site = &all->site[i];
        if (site->point != 0)
            share(all, site->point, i);
        if (site->address != 0)
            share(all, site->address, i);
        if (ties_by_organization(site)) {
            share(all, organization_hash(site), i);
            cube_enter(all, i);
        }
    }
    for (size_t i = 0; i < all->count; i++) {
        struct site *site = &all->site[i];
        if (site->steward || site->settled == VISIBLE_STAFF)
            continue;
        if (site->point != 0)
            bind_shared(all, site->point, site);
        if (site->address != 0)
            bind_shared(all, site->address, site);
        if (!ties_by_organization(site))
            continue;
        struct slot *slot = slot_of(all, organization_hash(site));
        if (all->site[slot->strictest - 1].own > site->settled)
            bind_near(all, site);
    }
}

static const char sql_bind[] =
    "UPDATE visibility SET effective = :effective, decided_by = :decided_by,"
    " bound_by = :bound_by WHERE service_key = :key";

bool visibility_tighten(struct import_run *run, int64_t key, enum visibility before,
                        enum visibility now, const char *decided_by, int64_t bound_by,
                        struct error *e) {
    struct statement *s = db_prepare(run->db, sql_bind, e);
    if (s == NULL)
        return false;
    db_bind_text(s, ":effective", visibility_name(now));
    db_bind_text(s, ":decided_by", decided_by);
    db_bind_integer(s, ":bound_by", bound_by);
    db_bind_integer(s, ":key", key);
    return db_run(s, e) &&
           change_write(run, key, LAYER_EVENT, "visibility", visibility_name(before),
                        visibility_name(now), decided_by, e);
}

static bool site_bind(struct import_run *run, const struct site *site, struct error *e) {
    return visibility_tighten(run, site->key, (enum visibility)site->effective,
                              (enum visibility)site->settled, "site", site->bound_by, e);
}

bool visibility_settle(struct import_run *run, struct error *e) {
    struct sites all = {0};
    int64_t other;
    if (!query_integer(run->db, sql_precise, &other, e))
        return false;
    if (other == 0)
        return true; /* all alike: nothing can bind */
    bool ok = sites_read(run->db, &all, e);
    if (ok)
        settle(&all);
    for (size_t i = 0; ok && i < all.count; i++)
        if (all.site[i].settled != all.site[i].effective)
            ok = site_bind(run, &all.site[i], e);
    free(all.slots);
    free(all.site);
    return ok;
}
