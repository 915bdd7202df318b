/* SPDX-License-Identifier: Apache-2.0 */
#include "importers/closest.h"

#include <string.h>

#define NAME_MAX_BYTES 40
#define FAR 99

struct best {
    const char *name;
    int distance;
};

static char folded(char c) {
    if (c >= 'A' && c <= 'Z')
        return (char)(c + ('a' - 'A'));
    return c == '-' || c == ' ' ? '_' : c;
}

static int least(int a, int b, int c) {
    int ab = a < b ? a : b;
    return ab < c ? ab : c;
}

/* Levenshtein's distance of folded bytes, or FAR when a name is too long for a guess. */
static int distance(struct slice a, struct slice b) {
    int row[NAME_MAX_BYTES + 1];
    if (a.len > NAME_MAX_BYTES || b.len > NAME_MAX_BYTES)
        return FAR;
    for (size_t j = 0; j <= b.len; j++)
        row[j] = (int)j;
    for (size_t i = 1; i <= a.len; i++) {
        int diagonal = row[0];
        row[0] = (int)i;
        for (size_t j = 1; j <= b.len; j++) {
            int change = diagonal + (folded(a.at[i - 1]) != folded(b.at[j - 1]));
            diagonal = row[j];
            row[j] = least(change, row[j] + 1, row[j - 1] + 1);
        }
    }
    return row[b.len];
}

static void consider(struct best *best, struct slice wanted, struct slice candidate,
                     const char *name) {
    int d = distance(wanted, candidate);
    if (d < best->distance)
        *best = (struct best){name, d};
}

/* A short name is only taken for one that it equals but for case. */
static struct best start(struct slice wanted) {
    int least_refused = wanted.len < 4 ? 1 : wanted.len < 6 ? 2 : 3;
    return (struct best){NULL, least_refused};
}

const char *closest_column(const struct column_table *t, struct slice name) {
    struct best best = start(name);
    for (int i = 0; i < t->count; i++)
        consider(&best, name, slice_of(t->specs[i].name), t->specs[i].name);
    return best.name;
}

const char *closest_code(enum vocabulary_id id, struct slice code) {
    const struct vocabulary *v = vocabulary(id);
    struct best best = start(code);
    for (int i = 0; i < v->count; i++) {
        const char *candidate = v->terms[i].code, *dot = strrchr(candidate, '.');
        consider(&best, code, slice_of(candidate), candidate);
        if (dot != NULL)
            consider(&best, code, slice_of(dot + 1), candidate);
    }
    return best.name;
}
