/* SPDX-License-Identifier: Apache-2.0
 *
 * Lines between areas: each where two areas of one level meet, once, from the outline of the
 * first of them. So a coast is no border, and a border is not two lines. Of each country and
 * level one source is drawn, that with the most outlines.
 *
 *   level 0   two countries
 *   level 1   two provinces of a country
 *   level 2   two districts of a province; two of different provinces are level 1, which is
 *             drawn from the districts only where there are no outlines of provinces
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "tiles/basemap_private.h"

#define MEET 0.005    /* degrees: outlines that are so near are one line */
#define CORRIDOR 0.08 /* degrees: other borders that are so near are the same */
#define LEVELS 3

static const int from_zoom[LEVELS] = {0, 4, 7};

struct area {
    uint32_t outline; /* of the atlas */
    int level;
    uint16_t country;
    uint32_t province; /* of a district, or ATLAS_NONE */
};

/* The lines of one area on one level. */
struct line {
    struct buf wkb[LEVELS];
};

struct borders {
    const struct atlas *atlas;
    struct area *area;
    size_t count;
    bool has_provinces[VOCABULARY_MAX]; /* by country: outlines of level 1 */
    struct line *line;                  /* by area */
    pthread_mutex_t lock;               /* of the following */
    size_t next;
    struct error error;
};

/* ---- which areas ------------------------------------------------------------------------ */

static const struct atlas_place *place_of(const struct atlas *a, uint32_t outline) {
    return &a->places[a->outlines[outline].place];
}

bool base_has_country(const struct base_source *s, int country) {
    for (uint32_t i = 0; i < s->atlas->outline_count; i++) {
        const struct atlas_place *p = place_of(s->atlas, i);
        if (p->level == LEVEL_COUNTRY && p->country == country)
            return true;
    }
    return false;
}

/* Outlines of a source on one level of one country. */
struct tally {
    int64_t source;
    uint32_t count;
};

static struct tally most_of(const struct atlas *a, int country, int level) {
    struct tally best = {0, 0};
    for (uint32_t i = 0; i < a->outline_count; i++) {
        int64_t source = a->outlines[i].source_key;
        const struct atlas_place *p = place_of(a, i);
        if (p->country != country || p->level != level || source == best.source)
            continue;
        struct tally this = {source, 0};
        for (uint32_t k = 0; k < a->outline_count; k++)
            this.count += a->outlines[k].source_key == source &&
                          place_of(a, k)->country == country &&
                          place_of(a, k)->level == level;
        if (this.count > best.count ||
            (this.count == best.count && this.source < best.source))
            best = this;
    }
    return best;
}

static uint32_t province_of(const struct atlas *a, uint32_t place) {
    while (place != ATLAS_NONE && a->places[place].level > LEVEL_PROVINCE)
        place = a->places[place].parent;
    return place != ATLAS_NONE && a->places[place].level == LEVEL_PROVINCE ? place
                                                                           : ATLAS_NONE;
}

static void choose_areas(struct borders *b) {
    const struct atlas *a = b->atlas;
    struct tally *best[LEVELS];
    for (int level = 0; level < LEVELS; level++)
        best[level] = xcalloc(VOCABULARY_MAX, sizeof **best);
    b->area = xcalloc((size_t)a->outline_count + 1, sizeof *b->area);
    for (uint32_t i = 0; i < a->outline_count; i++) {
        const struct atlas_place *p = place_of(a, i);
        if (p->level >= LEVELS)
            continue;
        struct tally *t = &best[p->level][p->country];
        if (t->count == 0)
            *t = most_of(a, p->country, p->level);
        if (t->source != a->outlines[i].source_key)
            continue;
        b->has_provinces[p->country] |= p->level == LEVEL_PROVINCE;
        b->area[b->count++] =
            (struct area){i, p->level, p->country, province_of(a, a->outlines[i].place)};
    }
    for (int level = 0; level < LEVELS; level++)
        free(best[level]);
}

/* ---- where they meet ---------------------------------------------------------------------- */

/* The level of the line between two areas, or -1 where none is drawn. */
static int line_level(const struct borders *b, const struct area *x,
                      const struct area *y) {
    if (x->level != y->level || (x->level == 0) == (x->country == y->country))
        return -1;
    if (x->level < LEVEL_DISTRICT)
        return x->level;
    bool same = x->province == ATLAS_NONE || y->province == ATLAS_NONE ||
                x->province == y->province;
    if (same)
        return 2;
    return b->has_provinces[x->country] ? -1 : 1;
}

static bool near(struct box a, struct box b) {
    return a.west <= b.east + MEET && b.west <= a.east + MEET &&
           a.south <= b.north + MEET && b.south <= a.north + MEET;
}

static bool draw_area(struct borders *b, size_t n, struct error *e) {
    const struct area *mine = &b->area[n];
    const struct shape *shape = b->atlas->outlines[mine->outline].shape;
    const struct shape **neighbour = xcalloc(b->count, sizeof *neighbour);
    bool done = true;
    for (int level = 0; done && level < LEVELS; level++) {
        size_t count = 0;
        for (size_t k = n + 1; k < b->count; k++) {
            const struct shape *other = b->atlas->outlines[b->area[k].outline].shape;
            if (line_level(b, mine, &b->area[k]) == level &&
                near(shape_box(shape), shape_box(other)))
                neighbour[count++] = other;
        }
        done = count == 0 ||
               shape_shared(shape, neighbour, count, MEET, &b->line[n].wkb[level], e);
    }
    free(neighbour);
    return done;
}

static size_t take_next(struct borders *b) {
    pthread_mutex_lock(&b->lock);
    size_t n = b->error.code == ERR_NONE ? b->next++ : b->count;
    pthread_mutex_unlock(&b->lock);
    return n;
}

static void *draw_areas(void *ctx) {
    struct borders *b = ctx;
    for (size_t n; (n = take_next(b)) < b->count;) {
        struct error e = {0};
        if (draw_area(b, n, &e))
            continue;
        pthread_mutex_lock(&b->lock);
        b->error = e;
        pthread_mutex_unlock(&b->lock);
    }
    return NULL;
}

static void draw_all(struct borders *b, int threads) {
    pthread_t *thread = xcalloc((size_t)threads, sizeof *thread);
    int started = 0;
    while (started < threads - 1 &&
           pthread_create(&thread[started], NULL, draw_areas, b) == 0)
        started++;
    draw_areas(b);
    while (started > 0)
        pthread_join(thread[--started], NULL);
    free(thread);
}

/* ---- into the source -------------------------------------------------------------------- */

static bool add_line(struct base_source *s, struct clip *c, const struct buf *wkb,
                     int level, struct error *e) {
    if (wkb->len == 0)
        return true;
    struct outline *o = clip_read(c, wkb->data, wkb->len, e);
    if (o == NULL)
        return error_prefix(e, "a line between two areas: ");
    base_source_add(s, &(struct base_shape){.outline = o,
                                            .layer = LAYER_BOUNDARY,
                                            .zoom = from_zoom[level],
                                            .level = level,
                                            .class = "",
                                            .name = ""});
    return true;
}

/* Along the lines between countries. */
static bool make_corridor(struct base_source *s, const struct borders *b,
                          struct error *e) {
    struct buf *lines = xcalloc(b->count + 1, sizeof *lines);
    for (size_t i = 0; i < b->count; i++)
        lines[i] = b->line[i].wkb[0];
    s->corridor = shape_corridor(lines, b->count, CORRIDOR, e);
    free(lines);
    return s->corridor != NULL || e->code == ERR_NONE;
}

bool base_borders_add(struct base_source *s, int threads, struct buf *all,
                      struct error *e) {
    struct borders b = {.atlas = s->atlas};
    struct clip *c = clip_new();
    pthread_mutex_init(&b.lock, NULL);
    choose_areas(&b);
    b.line = xcalloc(b.count + 1, sizeof *b.line);
    draw_all(&b, threads);
    bool done = b.error.code == ERR_NONE;
    if (!done)
        *e = b.error;
    done = done && make_corridor(s, &b, e);
    for (size_t i = 0; i < b.count; i++)
        for (int level = 0; level < LEVELS; level++) {
            done = done && add_line(s, c, &b.line[i].wkb[level], level, e);
            buf_add(all, b.line[i].wkb[level].data, b.line[i].wkb[level].len);
            buf_free(&b.line[i].wkb[level]);
        }
    pthread_mutex_destroy(&b.lock);
    clip_free(c);
    free(b.line);
    free(b.area);
    return done;
}
