/* SPDX-License-Identifier: Apache-2.0 */
#include "server/http/route.h"

#include <stdio.h>
#include <string.h>

static const struct {
    enum method method;
    const char *name;
} methods[] = {{METHOD_GET, "GET"},
               {METHOD_HEAD, "HEAD"},
               {METHOD_POST, "POST"},
               {METHOD_PATCH, "PATCH"},
               {METHOD_DELETE, "DELETE"},
               {METHOD_OPTIONS, "OPTIONS"}};

/* Compares whole segments; `{id}` stands for any one that is not empty, `{y}.mvt` for one
 * that has more than this end. */
static bool segment_matches(struct slice want, struct slice have, struct slice *value) {
    const char *close = want.len > 0 && want.at[0] == '{'
                            ? memchr(want.at, '}', want.len)
                            : NULL;
    if (close == NULL)
        return want.len == have.len && memcmp(want.at, have.at, want.len) == 0;
    size_t end = want.len - (size_t)(close + 1 - want.at);
    if (have.len <= end || memcmp(have.at + have.len - end, close + 1, end) != 0)
        return false;
    *value = (struct slice){have.at, have.len - end};
    return true;
}

/* False when the path differs before the first value of the pattern, as most do: quick. */
static bool may_match(const char *pattern, const char *path) {
    while (*pattern != '\0' && *pattern != '{' && *pattern == *path)
        pattern++, path++;
    return *pattern == '{' || *pattern == *path;
}

static bool path_matches(const char *pattern, const char *path,
                         struct slice value[PATH_VALUES]) {
    struct slice want = slice_of(pattern), have = slice_of(path), a, b;
    int values = 0;
    while (slice_next(&want, '/', &a)) {
        if (!slice_next(&have, '/', &b) || !segment_matches(a, b, &value[values]))
            return false;
        values += a.len > 0 && a.at[0] == '{';
    }
    return have.at == NULL;
}

const struct route *route_match(const struct route *routes, const char *path,
                                enum method method, struct slice value[PATH_VALUES],
                                unsigned *allowed) {
    const struct route *found = NULL;
    struct slice unused[PATH_VALUES];
    *allowed = 0;
    for (const struct route *r = routes; r->path != NULL; r++) {
        if (!may_match(r->path, path) ||
            !path_matches(r->path, path, found == NULL ? value : unused))
            continue;
        *allowed |= r->methods | METHOD_OPTIONS | (r->methods & METHOD_GET ? METHOD_HEAD : 0);
        bool meant = r->methods & method || (method == METHOD_HEAD && r->methods & METHOD_GET);
        if (meant && found == NULL)
            found = r;
    }
    return found;
}

void route_allow(unsigned set, char *out, size_t size) {
    size_t at = 0;
    out[0] = '\0';
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++)
        if (set & methods[i].method && at < size)
            at += (size_t)snprintf(out + at, size - at, "%s%s", at ? ", " : "",
                                   methods[i].name);
}
