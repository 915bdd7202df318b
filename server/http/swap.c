/* SPDX-License-Identifier: Apache-2.0 */
#include "server/http/swap.h"

#include <time.h>

#define COUNT_MASK ((UINT64_C(1) << 48) - 1)

void swap_init(struct swap *s, void *value) {
    atomic_init(&s->state, 0);
    atomic_init(&s->returned[0], 0);
    atomic_init(&s->returned[1], 0);
    s->value[0] = value;
    s->value[1] = 0;
}

void *swap_take(struct swap *s, unsigned *slot) {
    uint64_t old = atomic_fetch_add_explicit(&s->state, 1, memory_order_acquire);
    *slot = (unsigned)(old >> 48);
    return s->value[*slot];
}

void swap_return(struct swap *s, unsigned slot) {
    atomic_fetch_add_explicit(&s->returned[slot], 1, memory_order_release);
}

void *swap_replace(struct swap *s, void *value) {
    unsigned next = 1 - (unsigned)(atomic_load(&s->state) >> 48);
    s->value[next] = value;
    atomic_store(&s->returned[next], 0);
    uint64_t old = atomic_exchange_explicit(&s->state, (uint64_t)next << 48,
                                            memory_order_acq_rel);
    uint64_t taken = old & COUNT_MASK;
    unsigned slot = (unsigned)(old >> 48);
    const struct timespec pause = {0, 1000000};
    while (atomic_load_explicit(&s->returned[slot], memory_order_acquire) != taken)
        nanosleep(&pause, 0);
    return s->value[slot];
}
