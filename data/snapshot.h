/* SPDX-License-Identifier: Apache-2.0
 *
 * The snapshot: the directory as the server answers from it. One relocatable block of
 * memory, immutable, made from the record, safe to read from any number of threads.
 *
 *   header | services (near ones together) | by id | sites | rules | choices | ... | trees | text
 *
 * Everything refers to everything by index or by offset into the block; there is no
 * pointer in it. There is one for each distinct view of the services (data/view.h), all of
 * the same form. The public one is built from published points and fields only
 * (data/publish.h), so public code has nothing else to read; that of operators knows hidden
 * places to a kilometre.
 *
 * What repeats is stored once: a list of who is admitted (`struct snap_choice`), an
 * admission rule, opening hours, a time zone, a coverage.
 */
#ifndef DATA_SNAPSHOT_H
#define DATA_SNAPSHOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "data/atlas.h"
#include "data/criterion.h"
#include "data/error.h"
#include "data/geo.h"
#include "data/hours.h"
#include "data/text.h"
#include "data/timezone.h"
#include "data/vocabulary.h"

#define SNAP_VERSION 3
#define SNAP_NONE UINT32_MAX
#define SNAP_WORDS VOCABULARY_WORDS
#define SNAP_NEED_WORDS (NEED_MAX / 64)

/* A list of who is admitted, as sets of terms of its vocabulary, hierarchies resolved. */
struct snap_choice {
    uint64_t yes[SNAP_WORDS];
    uint64_t partial[SNAP_WORDS];  /* case by case */
    uint64_t excluded[SNAP_WORDS]; /* by name: decides before the others */
    uint32_t stated;               /* 0: the record is silent */
    uint32_t any;                  /* admits all that is not excluded */
};

/* The choices of a rule. */
enum rule_choice {
    RULE_GENDER, RULE_FORM, RULE_LANGUAGE, RULE_INTERPRETER, RULE_NATIONALITY, RULE_STAGE,
    RULE_REFERRED_BY, RULE_DISABILITY, RULE_FAMILY, RULE_DOCUMENTS, RULE_CHOICES
};

enum stated { STATED_NOT, STATED_YES, STATED_CASE, STATED_NO }; /* yes_case_no.csv + 1 */
enum residents { RESIDENTS_NOT_STATED, RESIDENTS_YES, RESIDENTS_NO, RESIDENTS_NEVER };
enum official { OFFICIAL_NOT_STATED, OFFICIAL_REQUIRED, OFFICIAL_LIKELY, OFFICIAL_NOT_REQUIRED };

/* A span of whole years for a gender (index of gender.csv, or -1 for any). */
struct snap_ages {
    int8_t gender;
    uint8_t low, high;
};

/* A run of elements in another section. */
struct snap_run {
    uint32_t first, count;
};

/* One admission rule, everything inherited already. Interned: many services share one. */
struct snap_rule {
    uint32_t choice[RULE_CHOICES];
    struct snap_run ages_case; /* in `ages` */
    struct snap_run children;  /* in `ages` */
    uint8_t age_min, age_max;  /* 0 and 255 where not stated */
    uint8_t age_stated;        /* bit 0: age_min, bit 1: age_max */
    uint8_t children_stated;   /* 0 silent, 1 listed, 2 any */
    uint8_t official_status;   /* enum official */
    uint8_t residents;         /* enum residents */
    uint8_t survivors_only;    /* enum stated */
    uint8_t authorities;       /* enum stated */
    uint8_t no_interpreters;   /* interpreters are stated to be none */
    uint8_t accompanied;       /* somebody must come along */
    uint8_t padding[2];
    uint32_t limits; /* criteria that the rule limits: asked when a query leaves them out */
};

/* True when a rule admits nobody of 18 and over. */
static inline bool rule_for_children(const struct snap_rule *r) {
    return r->age_max < 18;
}

/* Beside the criteria in `silent` of a signature: some rule is for children only, which is
 * not known to admit a person of a gender whose age is not given. */
#define CHILDREN_ONLY (1u << CRIT_COUNT)

/* What could be admitted below a node of a tree: unions over its services. */
struct snap_signature {
    uint64_t country; /* bit: index in country.csv modulo 64 */
    uint64_t form;    /* bit: asked form would not be `no` */
    uint64_t language; /* the same, index modulo 64 */
    uint64_t language_silent; /* bit: asked language would be `unknown` */
    uint64_t age[2];  /* bit: a person of that age would not be `no` */
    uint16_t gender;  /* bit: asked gender would not be `no` */
    uint16_t gender_silent; /* bit: asked gender would be `unknown` */
    uint32_t known;   /* criteria that some service below states */
    uint32_t silent;  /* criteria, but those two, on which some service below is silent */
    uint32_t padding;
};

enum service_flag {
    SERVICE_RESIDENTIAL = 1,  /* a need under housing, or a shelter or transit centre */
    SERVICE_FAMILY_BASED = 2, /* foster or kinship care, or a need under family */
    SERVICE_SHELTER = 4,      /* kinds shelter and transit_center */
    SERVICE_POLICE = 8,       /* kind police: a place of detention */
    SERVICE_AUTHORITY = 16,   /* kinds police and court */
    SERVICE_HIDDEN = 32,      /* this view knows its place to a kilometre only */
    SERVICE_HOUSING = 64,     /* states a need under housing */
    SERVICE_SURE = 128,       /* status stated, and not `historical` */
    SERVICE_GONE = 256,       /* closed, or planned: never part of an answer */
    SERVICE_OPEN = 512,       /* status `open` */
    SERVICE_WAITLIST = 1024,
    SERVICE_PAUSED = 2048,
    SERVICE_COARSE = 4096, /* its point stands for a village, a district, a province */
    SERVICE_OFFICE = 8192, /* kind state_office, and it states what it covers */
};

/* One service at one location. */
struct snap_service {
    uint8_t id[16];
    uint64_t needs[SNAP_NEED_WORDS]; /* stated codes */
    uint32_t site;                   /* or SNAP_NONE when it has no point to search by */
    uint32_t organization;           /* index in `organizations` */
    struct snap_run rules;           /* in `rule_lists` */
    struct snap_run covers;          /* in `covers`; count 0: not stated */
    struct snap_run absent;          /* in `links`: services it fills in for */
    uint32_t hours;                  /* in `hours` (8-byte words), or SNAP_NONE */
    uint32_t limits;                 /* criteria limited whatever the rule */
    int32_t verified_on, valid_until; /* days since 1970-01-01, or INT32_MIN */
    uint32_t text;                   /* offset of: summary, point, detail, one after another */
    uint32_t summary_len, point_len, detail_len;
    struct snap_run translations; /* in `texts`: the same in other languages */
    uint32_t signature;           /* in `signatures` */
    uint32_t id_rank;             /* how many services have a lower id: breaks ties */
    uint16_t country;             /* index in country.csv */
    uint16_t zone;                /* in `zones`, or UINT16_MAX */
    uint8_t kind;                 /* index + 1 in kind.csv, 0: not stated */
    uint8_t status;               /* index + 1 in status.csv */
    uint16_t flags;               /* enum service_flag */
    uint8_t remote;               /* bit: index in remote.csv */
    uint8_t padding;
    uint32_t within; /* place of the atlas, no finer than a district, in which this view shows
                        it; or ATLAS_NONE */
};

/* The texts of a service in another language. */
struct snap_text {
    uint32_t language; /* index in label_languages */
    uint32_t text, summary_len, detail_len;
};

/* A place where services are, once for all that share it. What is known to be in an area
 * only is as far away as the nearest part of that. */
struct snap_site {
    struct point point;
    struct ecef ecef;
    uint32_t area; /* place of the atlas, with an outline; or ATLAS_NONE */
    float reach;   /* metres: no part of the outline is farther from `ecef` */
};

enum covers_kind {
    COVERS_ANY,     /* everywhere */
    COVERS_COUNTRY, /* all of a country */
    COVERS_PLACE,   /* a place of the atlas */
    COVERS_NAME,    /* a name that the atlas does not know, or knows twice */
};

struct snap_cover {
    uint32_t place;   /* of COVERS_PLACE */
    uint16_t country; /* index in country.csv, of all but COVERS_ANY */
    uint16_t kind;    /* enum covers_kind */
};

/* A packed R-tree over the sites of one need. Leaves point to entries, others to nodes. */
struct snap_node {
    float low[3], high[3]; /* ECEF metres, rounded outwards */
    uint32_t first;        /* of `nodes` or, in a leaf, of `entries` */
    uint16_t count;
    uint16_t leaf;
    struct snap_signature signature; /* of all services below */
    struct snap_signature silent;    /* of those that are silent on a usual criterion */
};

/* The usual criteria: what nearly every query asks, and what matters always. */
#define USUAL_CRITERIA                                                                   \
    (1u << CRIT_GENDER | 1u << CRIT_AGE | 1u << CRIT_FORM | 1u << CRIT_LANGUAGE |         \
     1u << CRIT_NATIONALITY | 1u << CRIT_AREA | 1u << CRIT_NEED | 1u << CRIT_STATUS |     \
     1u << CRIT_VALID_UNTIL | CHILDREN_ONLY)

/* The services of one need at one site, by id. */
struct snap_entry {
    uint32_t site;
    struct snap_run items; /* in `items`: indices of services */
    uint32_t signature;    /* of the only service, or SNAP_NONE where there are several, or
                              it does not state the need */
};

struct snap_tree {
    uint32_t root;            /* in `nodes`, or SNAP_NONE when there is no placed service */
    struct snap_run placed;   /* in `items`: all placed services, by site */
    struct snap_run unplaced; /* in `items`: by id */
    struct snap_run remote;   /* in `items`: those with a remote way, placed or not, by id */
    struct snap_run helplines; /* in `items`: of the needs below: all that state it, by id */
};

/* The needs whose services stand on every answer. */
#define HELPLINE_NEEDS 3
extern const char *const helpline_needs[HELPLINE_NEEDS];

struct snap_organization {
    uint8_t id[16];
};

struct snap_holiday {
    uint32_t country; /* index in country.csv */
    uint32_t date;    /* yyyymmdd */
};

/* The sections, in the order in which they stand in the block. */
#define SNAP_SECTIONS(S)                                                                 \
    S(services, struct snap_service)                                                     \
    S(by_id, uint32_t)                                                                   \
    S(organizations, struct snap_organization)                                           \
    S(sites, struct snap_site)                                                           \
    S(rule_lists, uint32_t)                                                              \
    S(rules, struct snap_rule)                                                           \
    S(choices, struct snap_choice)                                                       \
    S(ages, struct snap_ages)                                                            \
    S(signatures, struct snap_signature)                                                 \
    S(covers, struct snap_cover)                                                         \
    S(links, uint32_t)                                                                   \
    S(hours, uint64_t)                                                                   \
    S(zones, struct timezone_table)                                                      \
    S(holidays, struct snap_holiday)                                                     \
    S(offices, uint32_t)                                                                 \
    S(trees, struct snap_tree)                                                           \
    S(nodes, struct snap_node)                                                           \
    S(entries, struct snap_entry)                                                        \
    S(items, uint32_t)                                                                   \
    S(texts, struct snap_text)                                                           \
    S(text, char)

enum snap_section {
#define S(name, type) SNAP_##name,
    SNAP_SECTIONS(S)
#undef S
    SNAP_SECTION_COUNT
};

enum snap_view { SNAP_PUBLIC, SNAP_STAFF }; /* leaves out what is held as staff, or not */

struct snap_header {
    char magic[8]; /* "HAVENSNP" */
    uint32_t version;
    uint32_t view;     /* enum snap_view */
    uint64_t size;     /* of the whole block, bytes */
    uint64_t revision; /* staff: the record's; public: 0 */
    uint8_t digest[16]; /* snapshot_digest(): the public revision */
    struct {
        uint64_t offset; /* from the start of the block, a multiple of 8 */
        uint64_t count;  /* elements */
    } section[SNAP_SECTION_COUNT];
};

/* A snapshot in use: the block, and its sections as pointers. */
struct snapshot {
    const struct snap_header *header;
    const struct atlas *atlas; /* what its places are numbers in: never NULL */
#define S(name, type) const type *name;
    SNAP_SECTIONS(S)
#undef S
#define S(name, type) uint32_t name##_count;
    SNAP_SECTIONS(S)
#undef S
};

/* Points `s` into a block of `size` bytes made by snapshot_build(), with the atlas that it
 * was made with. Checks magic, version, sizes and digest; false: `e` says what is wrong.
 * Block and atlas stay the caller's and must outlive `s`. */
bool snapshot_attach(struct snapshot *s, const void *block, size_t size,
                     const struct atlas *atlas, struct error *e);

/* BLAKE2b-128 over the block, its own place in the header left out. */
void snapshot_digest(const void *block, size_t size, uint8_t out[16]);

/* The tree of a need (index in need.csv), or of all services for -1. */
const struct snap_tree *snapshot_tree(const struct snapshot *s, int need);

/* The service with that id, or SNAP_NONE. */
uint32_t snapshot_find(const struct snapshot *s, const uint8_t id[16]);

/* The revision that the view may tell: staff its number, public the digest in hexadecimal.
 * Writes at most 33 bytes. */
void snapshot_revision(const struct snapshot *s, char out[40]);

#endif
