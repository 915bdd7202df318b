/* SPDX-License-Identifier: Apache-2.0
 *
 * Burmese that was typed for a Zawgyi font. Zawgyi uses the code points of Unicode for other
 * shapes and in the order in which they are seen, so that most texts show which of the two
 * they are: by code points that are letters of Shan, Mon and Karen in Unicode and parts of
 * Burmese letters in Zawgyi, and by orders that Unicode (The Unicode Standard, 16.3) does not
 * have. A short word may be right in both; it is taken for Unicode.
 */
#ifndef DATA_NAMES_ZAWGYI_H
#define DATA_NAMES_ZAWGYI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* True when `len` UTF-16 units of the Myanmar block can't be Unicode, or hardly. */
bool zawgyi_suspected(const uint16_t *units, size_t len);

#endif
