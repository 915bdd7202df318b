/* SPDX-License-Identifier: Apache-2.0
 *
 * Interning: equal byte strings get equal small numbers, counted from 0.
 */
#ifndef DATA_INTERN_H
#define DATA_INTERN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "data/buf.h"

struct intern_slot {
    uint32_t hash;
    uint32_t index; /* + 1; 0 is an empty slot */
    size_t at;      /* of the key in `keys` */
    size_t len;
};

/* Zero-initialise. */
struct intern {
    struct buf keys;
    struct intern_slot *slots;
    size_t capacity; /* a power of two */
    uint32_t count;
};

/* The number of the key; `*added` (may be NULL) tells whether it is new. */
uint32_t intern(struct intern *t, const void *key, size_t len, bool *added);

void intern_free(struct intern *t);

#endif
