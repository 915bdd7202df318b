/* SPDX-License-Identifier: Apache-2.0
 *
 * Burmese typed for a Zawgyi font uses Unicode's code points in a meaning and an order of
 * its own. ICU converts it; this says when.
 */
#ifndef DATA_NAMES_ZAWGYI_H
#define DATA_NAMES_ZAWGYI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* True when the `count` units of UTF-16 hold a sequence that Unicode's Burmese, Shan, Mon
 * and Karen cannot have and that Zawgyi writes. False for a word that could be either,
 * which short ones often are: they are left as they stand. */
bool zawgyi_suspected(const uint16_t *units, size_t count);

#endif
