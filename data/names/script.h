/* SPDX-License-Identifier: Apache-2.0
 *
 * Is a name written in the script of its language? Gazetteers hold romanised names under
 * the code of a language that is not written so.
 */
#ifndef DATA_NAMES_SCRIPT_H
#define DATA_NAMES_SCRIPT_H

#include <stdbool.h>
#include <stddef.h>

/* True when `name`, `len` bytes of UTF-8, has a letter of the script of `language` (BCP 47,
 * of which the part before a '-' counts), and for a language that is written in Latin
 * letters or whose script is not known here. */
bool script_of_language(const char *language, const char *name, size_t len);

#endif
