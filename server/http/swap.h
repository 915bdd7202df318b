/* SPDX-License-Identifier: Apache-2.0
 *
 * A pointer that many threads read while one replaces it. Readers never wait: taking and
 * giving back are one atomic addition each. The one who replaces waits until nobody holds
 * the old value any more.
 *
 *   state = slot (16 bits) | how often that slot was taken (48 bits)
 *
 * so that one fetch-and-add both counts the reader and tells which slot it got.
 */
#ifndef SERVER_HTTP_SWAP_H
#define SERVER_HTTP_SWAP_H

#include <stdatomic.h>
#include <stdint.h>

struct swap {
    _Atomic uint64_t state;
    _Atomic uint64_t returned[2]; /* how often each slot was given back */
    void *value[2];
};

void swap_init(struct swap *s, void *value);

/* Takes the current value; `*slot` is for swap_return(). */
void *swap_take(struct swap *s, unsigned *slot);
void swap_return(struct swap *s, unsigned slot);

/* Puts `value` in place and returns the old one once nobody holds it. One thread at a
 * time. */
void *swap_replace(struct swap *s, void *value);

#endif
