/* SPDX-License-Identifier: Apache-2.0
 *
 * The JSON of a service, rendered once when a snapshot is built. Three pieces, so that an
 * answer is put together by copying (server/api/nearest_render.c fills what is between):
 *
 *   summary  {"id":...,"name":..., ... "warnings":[...]      no closing brace
 *   point    {"lat":...,"lon":...,"precision":"exact"}        or null
 *   detail   ,"address":...,"claims":[...]                    the record's other cells
 */
#ifndef DATA_SNAPSHOT_TEXT_H
#define DATA_SNAPSHOT_TEXT_H

#include "data/buf.h"
#include "data/publish.h"
#include "data/snapshot.h"

/* A service, for whom it is written, and where that view shows it. */
struct text_source {
    const struct stored_service *service;
    const struct view *view;
    const struct atlas *atlas;
    struct published where;
};

/* The kind that is shown, "" where it would tell who stays there. */
const char *text_kind(const struct text_source *t);

/* True when it is shown whose service it is: the name of the organization, and with it the
 * id, by which other services of the same one would tell the name. */
bool text_tells_organization(const struct text_source *t);

/* Appends the summary in one language (index in label_languages; 0 is also the fallback). */
void text_summary(struct buf *b, const struct text_source *t, int language);

/* Appends the point, "null" when it has none or may not show any. A published place stands
 * beside its point. */
void text_point(struct buf *b, const struct text_source *t);

/* Appends the remaining cells that the view may see. */
void text_detail(struct buf *b, const struct text_source *t, int language);

/* Bit set of the languages (index in label_languages) in which a text of the service
 * stands, beside the cells themselves. */
unsigned text_languages(const struct text_source *t);

/* True when the label of the need stands for the name, in every language. */
bool text_needs_label(const struct text_source *t);

#endif
