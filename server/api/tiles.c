/* SPDX-License-Identifier: Apache-2.0 */
#include "server/api/tiles.h"

#include <stdio.h>
#include <string.h>

#include "data/crypto.h"
#include "server/api/failure.h"
#include "server/api/handlers.h"
#include "server/api/params.h"
#include "server/http/coding.h"
#include "tiles/services.h"

const struct param service_tile_params[] = {
    TILE_PARAMS(SERVICES_ZOOM_MAX),
    {0},
};

/* The validator is that of the bytes, so that a tile in which nothing changed need not be sent
 * again; and of the role, as all are. Public answers may stay in shared caches, those of
 * staff in the caller's own. */
static void validate(const struct context *c, struct response *r,
                     const char *bytes_digest) {
    char what[80], hex[33];
    uint8_t digest[16];
    int len = snprintf(what, sizeof what, "%s %s", bytes_digest, role_name(c->role));
    crypto_digest(what, (size_t)len, digest, sizeof digest);
    hex_encode(digest, sizeof digest, hex);
    snprintf(r->etag, sizeof r->etag, "\"%s\"", hex);
    r->caching = c->role == ROLE_PUBLIC ? CACHE_PUBLIC : CACHE_PRIVATE;
}

/* ---- one tile ------------------------------------------------------------------------- */

bool tile_of_path(const struct request *q, uint32_t zoom_max, struct tile *out) {
    char text[40];
    struct error e;
    int len = snprintf(text, sizeof text, "%.*s/%.*s/%.*s", (int)q->value[0].len,
                       q->value[0].at, (int)q->value[1].len, q->value[1].at,
                       (int)q->value[2].len, q->value[2].at);
    return len > 0 && (size_t)len < sizeof text && tile_parse(text, out, &e) &&
           out->z <= zoom_max;
}

static void send_tile(const struct context *c, const struct request *q,
                      struct response *r, const struct tile_made *tile) {
    r->status = 200;
    r->content_type = TILE_MEDIA;
    r->coding = tile->packed ? "gzip" : NULL;
    r->negotiated = true;
    validate(c, r, tile->digest);
    if (!etag_matches(q->if_none_match, r->etag))
        buf_add(&r->body, tile->body.data, tile->body.len);
}

void respond_tile(struct context *c, struct request *q, struct response *r,
                  const struct tile_source *source, uint32_t zoom_max) {
    struct faults faults = {0};
    struct error e = {0};
    struct tile t = {0, 0, 0};
    struct tile_source wanted = *source;
    wanted.packed = coding_accepted(q->accept_encoding, "gzip");
    if (!params_known(&q->args, NULL, &faults)) {
        problem(r, 400, NULL, &faults);
        return;
    }
    if (!tile_of_path(q, zoom_max, &t)) {
        char detail[120];
        snprintf(
            detail, sizeof detail,
            "There is no such tile; allowed: zoom 0 to %u, column and row below 2^zoom.",
            zoom_max);
        problem(r, 404, detail, NULL);
        return;
    }
    const struct tile_made *tile = tile_cache_get(c->tiles, &wanted, t, &e);
    if (tile == NULL) {
        respond_failure(r, &e);
        return;
    }
    send_tile(c, q, r, tile);
    tile_made_release(tile);
}

/* ---- TileJSON ---------------------------------------------------------------------------- */

/* Only what a host name, an address and a port are written with. */
static bool is_host(const char *host) {
    return host[0] != '\0' &&
           host[strspn(host, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                             "0123456789.-:[]")] == '\0';
}

/* Where the tiles are: on the host that was asked, or relative where it is not known. */
static void add_address(struct buf *b, const struct request *q, const char *name) {
    struct buf address = {0};
    if (is_host(q->host)) {
        buf_str(&address, q->secure ? "https://" : "http://");
        buf_str(&address, q->host);
    }
    buf_printf(&address, "/tiles/%s/{z}/{x}/{y}.mvt", name);
    buf_json_key(b, "tiles");
    buf_char(b, '[');
    buf_json_bytes(b, address.data, address.len);
    buf_char(b, ']');
    buf_free(&address);
}

static void add_box(struct buf *b, struct box box) {
    const double side[] = {box.west, box.south, box.east, box.north};
    if (box.west == 0 && box.east == 0 && box.south == 0 && box.north == 0)
        return;
    buf_json_key(b, "bounds");
    buf_char(b, '[');
    for (int i = 0; i < 4; i++) {
        buf_json_comma(b);
        buf_decimal(b, side[i], 7);
    }
    buf_char(b, ']');
}

static void add_layers(struct buf *b, const struct tile_set_info *info) {
    buf_json_key(b, "vector_layers");
    if (info->layers != NULL) {
        buf_str(b, info->layers);
        return;
    }
    buf_char(b, '[');
    for (const struct tile_layer *l = info->layer; l->id != NULL; l++) {
        buf_json_comma(b);
        buf_str(b, "{\"id\":");
        buf_json(b, l->id);
        buf_json_key(b, "description");
        buf_json(b, l->description);
        buf_printf(b, ",\"minzoom\":0,\"maxzoom\":%u,\"fields\":{%s}}", info->zoom_max,
                   l->fields);
    }
    buf_char(b, ']');
}

void respond_tilejson(struct context *c, struct request *q, struct response *r,
                      const struct tile_set_info *info) {
    uint8_t digest[16];
    char hex[33];
    struct faults faults = {0};
    if (!params_known(&q->args, NULL, &faults)) {
        problem(r, 400, NULL, &faults);
        return;
    }
    respond_json(r);
    buf_str(&r->body, "{\"tilejson\":\"3.0.0\",\"name\":");
    buf_json(&r->body, info->name);
    buf_json_key(&r->body, "description");
    buf_json(&r->body, info->description);
    if (info->attribution != NULL) {
        buf_json_key(&r->body, "attribution");
        buf_json(&r->body, info->attribution);
    }
    add_address(&r->body, q, info->name);
    buf_printf(&r->body, ",\"scheme\":\"xyz\",\"minzoom\":%u,\"maxzoom\":%u",
               info->zoom_min, info->zoom_max);
    add_box(&r->body, info->box);
    add_layers(&r->body, info);
    buf_char(&r->body, '}');
    crypto_digest(r->body.data, r->body.len, digest, sizeof digest);
    hex_encode(digest, sizeof digest, hex);
    validate(c, r, hex);
}

/* ---- the services ------------------------------------------------------------------------- */

static const struct tile_layer services_layers[] = {
    {"services", "Services, or several of them that are near each other",
     "\"count\":\"how many services: the following but needs only where it is 1\","
     "\"id\":\"of the service\",\"name\":\"of the service\",\"kind\":\"code\","
     "\"needs\":\"codes, separated by ;\",\"precision\":\"how exact the point is\""},
    {0},
};

void handle_service_tile(struct context *c, struct request *q, struct response *r) {
    struct tile_source source = service_source(c->services, c->snapshot);
    respond_tile(c, q, r, &source, SERVICES_ZOOM_MAX);
}

void handle_service_tiles(struct context *c, struct request *q, struct response *r) {
    const struct tile_set_info info = {
        .name = "services",
        .description = "Services as points, as lists show them",
        .zoom_max = SERVICES_ZOOM_MAX,
        .box = service_index_box(c->services),
        .layer = services_layers,
    };
    respond_tilejson(c, q, r, &info);
}
