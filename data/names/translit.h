/* SPDX-License-Identifier: Apache-2.0
 *
 * ICU's transliterators, one set a thread: ICU forbids sharing one without a lock. They are
 * opened once; each thread gets a copy of one at its first use, and its end frees it.
 */
#ifndef DATA_NAMES_TRANSLIT_H
#define DATA_NAMES_TRANSLIT_H

#include <stdbool.h>
#include <stdint.h>

#include "data/error.h"

/* Room for what becomes of ROMANISE_BYTES_MAX bytes: no rule makes more than ten letters
 * of a character. */
#define TRANSLIT_UNITS 8192

enum translit {
    TRANSLIT_NATIVE, /* what looks the same is written the same */
    TRANSLIT_ZAWGYI, /* Burmese for Zawgyi fonts -> Unicode */
    TRANSLIT_SIMPLIFIED,
    TRANSLIT_KHMER,
    TRANSLIT_LAO,
    TRANSLIT_THAI,
    TRANSLIT_MYANMAR,
    TRANSLIT_SHAN, /* in the script of Burmese */
    TRANSLIT_HAN,
    TRANSLIT_ANY, /* other scripts */
    TRANSLIT_COUNT
};

/* UTF-16. */
struct utf16 {
    uint16_t units[TRANSLIT_UNITS];
    int32_t len;
};

/* Opens all of them, the rule files from the folder `dir`. A second call does nothing.
 * False: `e` names the file, its line and what ICU says. Never freed. */
bool translit_open(const char *dir, struct error *e);

/* Changes `text` in place; text that would not fit becomes empty. Any thread. */
void translit_apply(enum translit id, struct utf16 *text);

#endif
