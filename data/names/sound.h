/* SPDX-License-Identifier: Apache-2.0
 *
 * How a romanised name sounds, and how easily one sound is taken for another. The region's
 * names have no one spelling: Paoy Paet and Poipet, Savannakhet and Savanakhet, Xieng and
 * Chiang. Spellings that differ only so have the same sounds, or near ones.
 *
 *   savannakhet    s a v a n a K e t     doubles are one, kh is one sound
 *   poi pet        p o i p e t
 *   paoy paet      p a o i p e t         one vowel more: 2 of 4 quarters of an edit
 *
 * Costs are in quarters of an edit: SOUND_EDIT is one letter put for another at random.
 */
#ifndef DATA_NAMES_SOUND_H
#define DATA_NAMES_SOUND_H

#include <stddef.h>
#include <stdint.h>

#define SOUND_EDIT 4
#define SOUNDS_MAX 60 /* longer names are cut: enough to tell them apart */

/* Writes the sounds of `letters` (a to z, digits, spaces: what romanise() gives) to `out`,
 * one byte each, all above 0; returns how many. */
size_t sound_read(const char *letters, size_t len, uint8_t out[SOUNDS_MAX]);

/* The cost of hearing `b` for `a`: 0 to SOUND_EDIT. The same both ways. */
unsigned sound_swap_cost(uint8_t a, uint8_t b);

/* The cost of hearing a sound that is not there, or of missing it: 1 to SOUND_EDIT. */
unsigned sound_drop_cost(uint8_t a);

#endif
