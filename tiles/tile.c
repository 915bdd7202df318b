/* SPDX-License-Identifier: Apache-2.0 */
#include "tiles/tile.h"

#include <math.h>
#include <string.h>

#define WORLD 4294967296.0 /* 2^32 */

static double bounded(double value, double low, double high) {
    return fmin(fmax(value, low), high); /* NaN becomes low */
}

static double radians(double degrees) {
    return degrees * (M_PI / 180);
}

struct mercator mercator_of(struct point p) {
    double lat = bounded(p.lat, -TILE_LAT_MAX, TILE_LAT_MAX);
    double x = bounded(p.lon, -180, 180) / 360 + 0.5;
    double y = 0.5 - asinh(tan(radians(lat))) / (2 * M_PI);
    return (struct mercator){x, bounded(y, 0, 1)};
}

struct point mercator_point(struct mercator m) {
    return (struct point){m.x * 360 - 180,
                          atan(sinh((1 - 2 * m.y) * M_PI)) * (180 / M_PI)};
}

static uint32_t fixed(double share) {
    double at = floor(share * WORLD);
    return at >= WORLD ? UINT32_MAX : (uint32_t)at;
}

struct tile_fixed tile_fixed_of(struct point p) {
    struct mercator m = mercator_of(p);
    return (struct tile_fixed){fixed(m.x), fixed(m.y)};
}

struct tile tile_at(struct point p, uint32_t z) {
    struct tile_fixed f = tile_fixed_of(p);
    uint32_t down = 32 - z;
    return (struct tile){z, (uint32_t)((uint64_t)f.x >> down),
                         (uint32_t)((uint64_t)f.y >> down)};
}

bool tile_check(struct tile t, struct error *e) {
    if (t.z > TILE_ZOOM_MAX)
        return error_set(e, ERR_USAGE, "zoom %u; allowed: 0 to %d", t.z, TILE_ZOOM_MAX);
    uint32_t last = (UINT32_C(1) << t.z) - 1;
    if (t.x > last)
        return error_set(e, ERR_USAGE, "x %u at zoom %u; allowed: 0 to %u", t.x, t.z,
                         last);
    if (t.y > last)
        return error_set(e, ERR_USAGE, "y %u at zoom %u; allowed: 0 to %u", t.y, t.z,
                         last);
    return true;
}

/* Reads digits up to `end`; no sign, no leading zero. */
static bool read_number(const char **at, char end, uint32_t *out) {
    const char *start = *at;
    uint64_t value = 0;
    while (**at >= '0' && **at <= '9' && *at - start < 10)
        value = value * 10 + (uint64_t)(*(*at)++ - '0');
    bool plain = *at > start && (*start != '0' || *at == start + 1);
    if (!plain || **at != end || value > UINT32_MAX)
        return false;
    *out = (uint32_t)value;
    *at += end != '\0';
    return true;
}

bool tile_parse(const char *text, struct tile *out, struct error *e) {
    struct tile t = {0, 0, 0};
    const char *at = text;
    if (!read_number(&at, '/', &t.z) || !read_number(&at, '/', &t.x) ||
        !read_number(&at, '\0', &t.y))
        return error_set(e, ERR_USAGE,
                         "\"%.40s\" is not a tile; allowed: z/x/y, as 6/50/28", text);
    *out = t;
    return tile_check(t, e);
}

struct box tile_box(struct tile t) {
    struct tile_square s = tile_square(t, 0);
    struct point low = mercator_point(s.low), high = mercator_point(s.high);
    return (struct box){low.lon, high.lat, high.lon, low.lat};
}

struct tile_square tile_square(struct tile t, uint32_t buffer) {
    double side = ldexp(1, -(int)t.z), more = side * buffer / TILE_EXTENT;
    return (struct tile_square){
        {t.x * side - more, t.y * side - more},
        {(t.x + 1.0) * side + more, (t.y + 1.0) * side + more},
    };
}
