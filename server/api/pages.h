/* SPDX-License-Identifier: Apache-2.0
 *
 * The pages and what belongs to them: read into memory at start from the folder `web` of the
 * program's own files (made by web/make/build.mjs), the same bytes for every caller. Nothing
 * on disk is looked at while answering, and no name that is asked for becomes a path.
 *
 * `list.tsv` names the files, one a line: address, file, kind, media type, language or `-`,
 * and the codings of it that stand beside it (`br gzip`), or `-`. Kinds: `page`, HTML in one
 * language; `asset`, whose name changes with its content; `file`, anything else.
 */
#ifndef SERVER_API_PAGES_H
#define SERVER_API_PAGES_H

#include "data/error.h"
#include "data/text.h"
#include "data/vocabulary.h"

#define EMBED_MAX 16 /* hosts whose pages may frame ours */

struct pages;

/* Reads them from the folder `share`. `embed` are `count` origins that embed_origin() took:
 * their pages may frame ours. NULL: `e` says why. */
struct pages *pages_open(const char *share, const char *const *embed, int count,
                         struct error *e);
void pages_close(struct pages *p);

/* True when `text` is the origin of a host whose pages may be trusted to frame ours:
 * https://HOST or https://HOST:PORT; http:// only of this machine itself. */
bool embed_origin(const char *text);

/* The language that an Accept-Language header (RFC 9110 section 12.5.4) likes best, as an
 * index in label_languages: by weight, then by order. English where it likes none. */
int accepted_language(const char *accept_language);

#endif
