/* SPDX-License-Identifier: Apache-2.0 */
#include "data/unresolved.h"

#include <string.h>

#include "data/atlas.h"
#include "data/publish.h"

struct looking {
    const struct atlas *atlas;
    void (*say)(const char *line, void *ctx);
    void *ctx;
    int64_t count;
    struct buf line;
};

/* Says BEFORE "NAME" AFTER of a service. */
static void say(struct looking *l, const struct stored_service *s, const char *before,
                struct slice name, const char *after) {
    l->line.len = 0;
    buf_printf(&l->line, "%s of source %s: %s \"%.*s\"%s", s->flat.cell[COL_ID], s->source,
               before, (int)name.len, name.at, after);
    l->count++;
    l->say(buf_text(&l->line), l->ctx);
}

static void look_at_cover(struct looking *l, const struct stored_service *s, int country,
                          struct slice area) {
    if (slice_is(area, "any") || vocabulary_find(VOC_COUNTRY, area.at, area.len) >= 0)
        return;
    uint32_t place = atlas_find(l->atlas, country, area.at, area.len);
    if (place == ATLAS_NONE)
        say(l, s, "covers: no place is called", area, "");
    if (place == ATLAS_AMBIGUOUS)
        say(l, s, "covers: several places are called", area, "; add what it lies in");
}

static bool look(const struct stored_service *s, void *ctx, struct error *e) {
    struct looking *l = ctx;
    const char *code = s->flat.cell[COL_COUNTRY], *covers = s->flat.cell[COL_COVERS];
    int country = vocabulary_find(VOC_COUNTRY, code, strlen(code));
    struct slice rest = slice_of(covers), area;
    (void)e;
    while (covers[0] != '\0' && slice_next(&rest, ';', &area))
        look_at_cover(l, s, country, area);
    bool placed = s->flat.cell[COL_LAT][0] || s->flat.cell[COL_PROVINCE][0];
    if (strcmp(s->visibility, "area") == 0 && placed &&
        strcmp(s->flat.cell[COL_PRECISION], "country") != 0 &&
        publish_where(s, l->atlas, NULL).place == ATLAS_NONE)
        say(l, s, "shown without a place: no district or province is known for",
            slice_of(s->flat.cell[COL_DISTRICT][0] ? s->flat.cell[COL_DISTRICT]
                                                   : s->flat.cell[COL_PROVINCE]),
            "");
    return true;
}

bool unresolved_names(struct record *r, void (*say_line)(const char *line, void *ctx),
                      void *ctx, int64_t *count, struct error *e) {
    int64_t revision;
    struct atlas *atlas = atlas_build(r, e);
    if (atlas == NULL)
        return false;
    struct looking l = {.atlas = atlas, .say = say_line, .ctx = ctx};
    bool done = record_each(r, &revision, look, &l, e);
    *count = l.count;
    buf_free(&l.line);
    atlas_free(atlas);
    return done;
}
