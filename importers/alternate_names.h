/* SPDX-License-Identifier: Apache-2.0
 *
 * GeoNames' alternateNames.txt or alternateNamesV2.txt: names of places by language, of the
 * whole world (16 million lines). It is streamed; what is kept is names of known places.
 */
#ifndef IMPORTERS_ALTERNATE_NAMES_H
#define IMPORTERS_ALTERNATE_NAMES_H

#include "data/buf.h"
#include "data/error.h"

struct alternate_name {
    int64_t place;
    int64_t order;        /* preferred ones first, then as in the file */
    const char *language; /* code of the vocabulary, or "" */
    size_t at;            /* in `texts` */
};

/* Zero-initialise. */
struct alternate_names {
    struct alternate_name *name; /* by place, then order */
    size_t count, capacity;
    struct buf texts; /* NUL-terminated, after one another */
};

/* Reads the names of the places `ids` (sorted, `id_count`). Codes of languages that the
 * vocabulary does not have become "", as do historic and colloquial names; links and codes
 * of other systems are no names. */
bool alternate_names_read(struct alternate_names *a, const char *path, const int64_t *ids,
                          size_t id_count, int64_t *progress, struct error *e);
void alternate_names_free(struct alternate_names *a);

/* The first name of a place, and how many. */
const struct alternate_name *alternate_names_of(const struct alternate_names *a,
                                                int64_t place, size_t *count);

#endif
