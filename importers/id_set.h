/* SPDX-License-Identifier: Apache-2.0
 *
 * The ids that an import has met: in rows, and in references to other rows. A reference
 * may come before its row, so it is judged when all are known:
 *
 *   entry "a" line 2 ──┐ refers to        entry "c" line 0: no row of the file
 *   entry "b" line 3 ──┴──────────────>     references: a (line 2), b (line 3)
 */
#ifndef IMPORTERS_ID_SET_H
#define IMPORTERS_ID_SET_H

#include "data/column.h"
#include "data/mem.h"
#include "data/text.h"

#define NO_REFERENCE UINT32_MAX

struct id_entry {
    const char *id;
    int64_t line;        /* of its row, or 0 */
    uint32_t references; /* to it: the first in `reference`, or NO_REFERENCE */
    bool rejected;       /* its row was */
    bool stands;         /* the record holds it already */
};

struct id_reference {
    uint32_t from; /* entry */
    uint32_t next; /* reference to the same entry, or NO_REFERENCE */
    enum column column;
};

struct id_set {
    struct id_entry *entry;
    size_t count, capacity;
    struct id_reference *reference;
    size_t reference_count, reference_capacity;
    uint32_t *slot; /* entry + 1, or 0; a power of two */
    size_t slots;
    uint64_t seed; /* against crafted ids */
    struct arena texts;
};

/* Zero-initialise, then: */
void id_set_init(struct id_set *s);
void id_set_free(struct id_set *s);

/* The index of the entry of `id`, made when there is none. */
uint32_t id_set_entry(struct id_set *s, struct slice id);

/* The entry of `id`, or NULL. */
struct id_entry *id_set_find(const struct id_set *s, struct slice id);

/* Notes that the row of entry `from` names `to` in `column`. */
void id_set_refer(struct id_set *s, uint32_t from, struct slice to, enum column column);

/* A hash of bytes that cannot be aimed without the seed. */
uint64_t id_hash(uint64_t seed, const char *s, size_t len);

#endif
