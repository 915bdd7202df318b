/* SPDX-License-Identifier: Apache-2.0
 *
 * Tiles read back, for tests: geometry as lists of corners. A reader of its own, straight
 * from the text of the specification. To be included after <cmocka.h>.
 */
#ifndef TESTS_UNIT_TILE_BY_HAND_H
#define TESTS_UNIT_TILE_BY_HAND_H

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "data/buf.h"
#include "tiles/mvt.h"
#include "tiles/vector_tile.pb-c.h"

#define DRAWN_MAX 20000

/* The parts of a feature: points, lines or rings (not closed) one after another. */
struct drawn {
    struct mvt_point at[DRAWN_MAX];
    size_t count;
    size_t start[DRAWN_MAX]; /* of each part; start[parts] is `count` */
    size_t parts;
    bool closed[DRAWN_MAX];
};

static inline VectorTile__Tile *tile_read(const struct buf *b) {
    VectorTile__Tile *t = vector_tile__tile__unpack(NULL, b->len, (uint8_t *)b->data);
    assert_non_null(t);
    return t;
}

static inline int32_t unzigzag(uint32_t n) {
    return (int32_t)(n >> 1) ^ -(int32_t)(n & 1);
}

static inline void feature_read(const VectorTile__Tile__Feature *f, struct drawn *out) {
    int32_t x = 0, y = 0;
    out->count = out->parts = 0;
    for (size_t i = 0; i < f->n_geometry;) {
        uint32_t command = f->geometry[i] & 7, count = f->geometry[i] >> 3;
        i++;
        assert_true(count > 0);
        if (command == 7) {
            assert_int_equal(count, 1);
            out->closed[out->parts - 1] = true;
            continue;
        }
        assert_true(command == 1 || command == 2);
        for (; count > 0; count--, i += 2) {
            assert_true(i + 1 < f->n_geometry);
            if (command == 1) {
                out->closed[out->parts] = false;
                out->start[out->parts++] = out->count;
            }
            x += unzigzag(f->geometry[i]);
            y += unzigzag(f->geometry[i + 1]);
            out->at[out->count++] = (struct mvt_point){x, y};
            assert_true(out->count < DRAWN_MAX - 1);
        }
    }
    out->start[out->parts] = out->count;
}

/* Twice the area, positive for exterior rings. */
static inline double ring_area(const struct drawn *d, size_t part) {
    double sum = 0;
    size_t first = d->start[part], end = d->start[part + 1];
    for (size_t i = first; i < end; i++) {
        size_t k = i + 1 < end ? i + 1 : first;
        sum += (double)d->at[i].x * d->at[k].y - (double)d->at[k].x * d->at[i].y;
    }
    return sum;
}

/* The value of a property, or NULL. */
static inline const VectorTile__Tile__Value *
feature_value(const VectorTile__Tile__Layer *l, const VectorTile__Tile__Feature *f,
              const char *key) {
    for (size_t i = 0; i + 1 < f->n_tags; i += 2) {
        assert_true(f->tags[i] < l->n_keys && f->tags[i + 1] < l->n_values);
        if (strcmp(l->keys[f->tags[i]], key) == 0)
            return l->values[f->tags[i + 1]];
    }
    return NULL;
}

/* A seed of the clock, or SEED of the environment; printed, so that a failure can be seen
 * again. */
static inline unsigned random_seed(void) {
    const char *given = getenv("SEED");
    unsigned seed = given != NULL ? (unsigned)atoi(given) : (unsigned)time(NULL);
    printf("SEED=%u\n", seed);
    srand(seed);
    return seed;
}

static inline double random_between(double low, double high) {
    return low + (high - low) * (rand() / (RAND_MAX + 1.0));
}

#endif
