/* SPDX-License-Identifier: Apache-2.0
 *
 * Everything is kept in arrays, by index, until mvt_write() makes the messages of
 * protobuf-c from them: their pointers are good only when no array grows any more.
 */
#include "tiles/mvt.h"

#include <stdlib.h>
#include <string.h>

#include "data/mem.h"
#include "tiles/tile.h"
#include "tiles/vector_tile.pb-c.h"

typedef VectorTile__Tile Tile;
typedef VectorTile__Tile__Layer Layer;
typedef VectorTile__Tile__Feature Feature;
typedef VectorTile__Tile__Value Value;

struct run {
    size_t first, count;
};

struct layer {
    size_t name; /* in `text` */
    struct run features, keys, values;
};

struct feature {
    enum mvt_type type;
    bool has_id;
    uint64_t id;
    struct run geometry, tags;
};

enum value_kind { VALUE_TEXT, VALUE_WHOLE, VALUE_NEGATIVE, VALUE_NUMBER, VALUE_BOOL };

struct value {
    enum value_kind kind;
    size_t text;   /* of VALUE_TEXT: where it starts in `text` */
    uint64_t bits; /* of VALUE_TEXT: its length; else the value */
};

/* An open hash table of numbers, empty where 0; half of it at most is used. */
struct table {
    uint32_t *slot;
    size_t size; /* a power of two, or 0 */
};

#define ARRAY(type, name)                                                                \
    type *name;                                                                          \
    size_t name##_count, name##_capacity

struct mvt {
    struct buf text; /* every string, with its NUL */
    ARRAY(struct layer, layer);
    ARRAY(struct feature, feature);
    ARRAY(struct value, value);
    ARRAY(size_t, key); /* in `text` */
    ARRAY(uint32_t, geometry);
    ARRAY(uint32_t, tag);
    struct table keys, values; /* of the layer begun last: index in it, and 1 */
    struct mvt_point at;       /* where the feature's geometry ended */
    bool no_holes;             /* the ring was left out: its holes too */
    const char *full;          /* what there is too much of, or NULL */
    ARRAY(struct mvt_point, ring);
    /* What is written: as many as of the arrays above. */
    Layer *wire_layer;
    Layer **wire_layers;
    Feature *wire_feature;
    Feature **wire_features;
    Value *wire_value;
    Value **wire_values;
    char **wire_keys;
};

/* The next element of an array of `m`, as a pointer; NULL when it is full. */
#define NEXT(m, name)                                                                    \
    (has_room(m, (m)->name##_count, #name)                                               \
         ? ((m)->name = xgrow((m)->name, &(m)->name##_capacity, (m)->name##_count,       \
                              sizeof *(m)->name),                                        \
            &(m)->name[(m)->name##_count++])                                             \
         : NULL)

static bool has_room(struct mvt *m, size_t count, const char *what) {
    if (count < MVT_MAX)
        return true;
    m->full = what;
    return false;
}

struct mvt *mvt_new(void) {
    return xcalloc(1, sizeof(struct mvt));
}

void mvt_free(struct mvt *m) {
    if (m == NULL)
        return;
    void *const all[] = {m->layer,         m->feature,    m->value,       m->key,
                         m->geometry,      m->tag,        m->keys.slot,   m->values.slot,
                         m->ring,          m->wire_layer, m->wire_layers, m->wire_feature,
                         m->wire_features, m->wire_value, m->wire_values, m->wire_keys};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        free(all[i]);
    buf_free(&m->text);
    free(m);
}

static void table_clear(struct table *t) {
    if (t->size > 0)
        memset(t->slot, 0, t->size * sizeof *t->slot);
}

void mvt_reset(struct mvt *m) {
    m->text.len = 0;
    m->layer_count = m->feature_count = m->value_count = 0;
    m->key_count = m->geometry_count = m->tag_count = 0;
    m->full = NULL;
}

/* Keeps a string; its place in `text`. */
static size_t keep(struct mvt *m, const char *s, size_t len) {
    size_t at = m->text.len;
    if (len >= MVT_MAX || at + len >= MVT_MAX) {
        m->full = "text";
        len = 0;
        at = m->text.len = 0;
    }
    buf_add(&m->text, s, len);
    buf_char(&m->text, '\0');
    return at;
}

void mvt_layer(struct mvt *m, const char *name) {
    size_t at = keep(m, name, strlen(name));
    struct layer *l = NEXT(m, layer);
    if (l == NULL)
        return;
    *l =
        (struct layer){at, {m->feature_count, 0}, {m->key_count, 0}, {m->value_count, 0}};
    table_clear(&m->keys);
    table_clear(&m->values);
}

void mvt_feature(struct mvt *m, enum mvt_type type) {
    struct feature *f = NEXT(m, feature);
    if (f == NULL)
        return;
    *f = (struct feature){
        .type = type, .geometry = {m->geometry_count, 0}, .tags = {m->tag_count, 0}};
    m->at = (struct mvt_point){0, 0};
    m->no_holes = true;
}

static struct feature *last_feature(struct mvt *m) {
    return &m->feature[m->feature_count - 1];
}

void mvt_id(struct mvt *m, uint64_t id) {
    last_feature(m)->has_id = true;
    last_feature(m)->id = id;
}

size_t mvt_count(const struct mvt *m) {
    return m->feature_count;
}

/* ---- keys and values ------------------------------------------------------------------ */

static uint64_t hash(const void *bytes, size_t len, uint64_t seed) {
    const unsigned char *at = bytes;
    uint64_t h = UINT64_C(14695981039346656037) ^ seed;
    for (size_t i = 0; i < len; i++)
        h = (h ^ at[i]) * UINT64_C(1099511628211);
    return h ^ h >> 32;
}

/* Makes room for one more than `count`. */
static void table_grow(struct table *t, size_t count,
                       uint64_t (*hash_of)(struct mvt *, size_t), struct mvt *m,
                       size_t first) {
    if (2 * (count + 1) <= t->size)
        return;
    size_t size = t->size > 0 ? 2 * t->size : 64;
    t->slot = xrealloc(t->slot, size, sizeof *t->slot);
    t->size = size;
    table_clear(t);
    for (size_t i = 0; i < count; i++) {
        size_t at = hash_of(m, first + i) & (size - 1);
        while (t->slot[at] != 0)
            at = (at + 1) & (size - 1);
        t->slot[at] = (uint32_t)(i + 1);
    }
}

static uint64_t key_hash(struct mvt *m, size_t key) {
    const char *s = m->text.data + m->key[key];
    return hash(s, strlen(s), 0);
}

static uint64_t hash_value(enum value_kind kind, const char *text, uint64_t bits) {
    if (kind == VALUE_TEXT)
        return hash(text, bits, 0);
    return hash(&bits, sizeof bits, (uint64_t)kind);
}

static uint64_t value_hash(struct mvt *m, size_t value) {
    const struct value *v = &m->value[value];
    return hash_value(v->kind, m->text.data + v->text, v->bits);
}

/* The number of the key in the layer `l`; UINT32_MAX when there are too many. */
static uint32_t key_number(struct mvt *m, struct layer *l, const char *key) {
    table_grow(&m->keys, l->keys.count, key_hash, m, l->keys.first);
    size_t at = hash(key, strlen(key), 0) & (m->keys.size - 1);
    for (uint32_t found; (found = m->keys.slot[at]) != 0;
         at = (at + 1) & (m->keys.size - 1))
        if (strcmp(m->text.data + m->key[l->keys.first + found - 1], key) == 0)
            return found - 1;
    size_t text = keep(m, key, strlen(key));
    size_t *k = NEXT(m, key);
    if (k == NULL)
        return UINT32_MAX;
    *k = text;
    m->keys.slot[at] = (uint32_t)++l->keys.count;
    return m->keys.slot[at] - 1;
}

static bool same_value(const struct mvt *m, const struct value *v, enum value_kind kind,
                       const char *text, uint64_t bits) {
    return v->kind == kind && v->bits == bits &&
           (kind != VALUE_TEXT || memcmp(m->text.data + v->text, text, bits) == 0);
}

static uint32_t value_number(struct mvt *m, struct layer *l, enum value_kind kind,
                             const char *text, uint64_t bits) {
    table_grow(&m->values, l->values.count, value_hash, m, l->values.first);
    size_t mask = m->values.size - 1, at = hash_value(kind, text, bits) & mask;
    for (uint32_t found; (found = m->values.slot[at]) != 0; at = (at + 1) & mask)
        if (same_value(m, &m->value[l->values.first + found - 1], kind, text, bits))
            return found - 1;
    size_t kept = kind == VALUE_TEXT ? keep(m, text, bits) : 0;
    struct value *v = NEXT(m, value);
    if (v == NULL)
        return UINT32_MAX;
    *v = (struct value){kind, kept, bits};
    m->values.slot[at] = (uint32_t)++l->values.count;
    return m->values.slot[at] - 1;
}

static void add_tag(struct mvt *m, const char *key, enum value_kind kind,
                    const char *text, uint64_t bits) {
    struct layer *l = &m->layer[m->layer_count - 1];
    uint32_t k = key_number(m, l, key), v = value_number(m, l, kind, text, bits);
    if (m->full != NULL || !has_room(m, m->tag_count + 1, "tag"))
        return;
    *NEXT(m, tag) = k;
    *NEXT(m, tag) = v;
}

void mvt_text(struct mvt *m, const char *key, const char *value, size_t len) {
    if (m->full == NULL)
        add_tag(m, key, VALUE_TEXT, value, strnlen(value, len));
}

void mvt_integer(struct mvt *m, const char *key, int64_t value) {
    if (m->full == NULL)
        add_tag(m, key, value < 0 ? VALUE_NEGATIVE : VALUE_WHOLE, NULL, (uint64_t)value);
}

void mvt_number(struct mvt *m, const char *key, double value) {
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    if (m->full == NULL)
        add_tag(m, key, VALUE_NUMBER, NULL, bits);
}

void mvt_bool(struct mvt *m, const char *key, bool value) {
    if (m->full == NULL)
        add_tag(m, key, VALUE_BOOL, NULL, value);
}

/* ---- geometry --------------------------------------------------------------------------- */

enum command { MOVE_TO = 1, LINE_TO = 2, CLOSE_PATH = 7 };

static void add_number(struct mvt *m, uint32_t number) {
    uint32_t *next = NEXT(m, geometry);
    if (next != NULL)
        *next = number;
}

static void add_command(struct mvt *m, enum command command, size_t count) {
    add_number(m, (uint32_t)command | (uint32_t)count << 3);
}

/* 0, -1, 1, -2 ... become 0, 1, 2, 3 ... */
static uint32_t zigzag(int32_t n) {
    return (uint32_t)n << 1 ^ (n < 0 ? UINT32_MAX : 0);
}

static void add_step(struct mvt *m, struct mvt_point to) {
    add_number(m, zigzag(to.x - m->at.x));
    add_number(m, zigzag(to.y - m->at.y));
    m->at = to;
}

static int32_t reached(int32_t n) {
    return n < -MVT_REACH ? -MVT_REACH : n > MVT_REACH ? MVT_REACH : n;
}

static bool same_point(struct mvt_point a, struct mvt_point b) {
    return a.x == b.x && a.y == b.y;
}

/* Fills `ring` with the points in reach, without equal neighbours. */
static size_t take(struct mvt *m, const struct mvt_point *at, size_t count) {
    m->ring_count = 0;
    for (size_t i = 0; i < count; i++) {
        struct mvt_point p = {reached(at[i].x), reached(at[i].y)};
        if (m->ring_count > 0 && same_point(m->ring[m->ring_count - 1], p))
            continue;
        struct mvt_point *next = NEXT(m, ring);
        if (next == NULL)
            return 0;
        *next = p;
    }
    return m->ring_count;
}

void mvt_points(struct mvt *m, const struct mvt_point *at, size_t count) {
    if (m->full != NULL || count == 0 || !has_room(m, count, "geometry"))
        return;
    add_command(m, MOVE_TO, count);
    for (size_t i = 0; i < count; i++)
        add_step(m, (struct mvt_point){reached(at[i].x), reached(at[i].y)});
}

void mvt_line(struct mvt *m, const struct mvt_point *at, size_t count) {
    if (m->full != NULL || take(m, at, count) < 2)
        return;
    add_command(m, MOVE_TO, 1);
    add_step(m, m->ring[0]);
    add_command(m, LINE_TO, m->ring_count - 1);
    for (size_t i = 1; i < m->ring_count; i++)
        add_step(m, m->ring[i]);
}

/* Twice the area by the surveyor's formula; positive when it runs clockwise on a screen,
 * where y goes down. Bounded by 2^24 corners times 2 * (2 * MVT_REACH)^2. */
static int64_t twice_area(const struct mvt_point *at, size_t count) {
    int64_t sum = 0;
    for (size_t i = 1; i + 1 < count; i++) {
        int64_t ax = at[i].x - at[0].x, ay = at[i].y - at[0].y;
        int64_t bx = at[i + 1].x - at[0].x, by = at[i + 1].y - at[0].y;
        sum += ax * by - bx * ay;
    }
    return sum;
}

bool mvt_ring(struct mvt *m, const struct mvt_point *at, size_t count, bool hole) {
    if (m->full != NULL || (hole && m->no_holes))
        return false;
    size_t n = take(m, at, count);
    if (n > 1 && same_point(m->ring[0], m->ring[n - 1]))
        n--;
    int64_t area = n < 3 ? 0 : twice_area(m->ring, n);
    m->no_holes = area == 0 && !hole ? true : m->no_holes && hole;
    if (area == 0)
        return false;
    bool turn = (area > 0) == hole;
    add_command(m, MOVE_TO, 1);
    add_step(m, m->ring[0]);
    add_command(m, LINE_TO, n - 1);
    for (size_t i = 1; i < n; i++)
        add_step(m, m->ring[turn ? n - i : i]);
    add_command(m, CLOSE_PATH, 1);
    return true;
}

bool mvt_end(struct mvt *m) {
    if (m->full != NULL)
        return false;
    struct feature *f = last_feature(m);
    f->geometry.count = m->geometry_count - f->geometry.first;
    f->tags.count = m->tag_count - f->tags.first;
    if (f->geometry.count == 0) {
        m->tag_count = f->tags.first;
        m->feature_count--;
        return false;
    }
    m->layer[m->layer_count - 1].features.count++;
    return true;
}

/* ---- writing ------------------------------------------------------------------------------ */

static Feature wire_feature(const struct mvt *m, const struct feature *f) {
    Feature w = VECTOR_TILE__TILE__FEATURE__INIT;
    w.has_id = f->has_id;
    w.id = f->id;
    w.has_type = true;
    w.type = (VectorTile__Tile__GeomType)f->type;
    w.n_tags = f->tags.count;
    w.tags = w.n_tags > 0 ? m->tag + f->tags.first : NULL;
    w.n_geometry = f->geometry.count;
    w.geometry = m->geometry + f->geometry.first;
    return w;
}

static Value wire_value(const struct mvt *m, const struct value *v) {
    Value w = VECTOR_TILE__TILE__VALUE__INIT;
    w.has_uint_value = v->kind == VALUE_WHOLE;
    w.has_sint_value = v->kind == VALUE_NEGATIVE;
    w.has_double_value = v->kind == VALUE_NUMBER;
    w.has_bool_value = v->kind == VALUE_BOOL;
    if (v->kind == VALUE_TEXT)
        w.string_value = m->text.data + v->text;
    else if (v->kind == VALUE_WHOLE)
        w.uint_value = v->bits;
    else if (v->kind == VALUE_NEGATIVE)
        w.sint_value = (int64_t)v->bits;
    else if (v->kind == VALUE_NUMBER)
        memcpy(&w.double_value, &v->bits, sizeof v->bits);
    else
        w.bool_value = v->bits != 0;
    return w;
}

static Layer wire_layer(struct mvt *m, const struct layer *l) {
    Layer w = VECTOR_TILE__TILE__LAYER__INIT;
    w.version = 2;
    w.name = m->text.data + l->name;
    w.has_extent = true;
    w.extent = TILE_EXTENT;
    w.n_features = l->features.count;
    w.features = m->wire_features + l->features.first;
    w.n_keys = l->keys.count;
    w.keys = w.n_keys > 0 ? m->wire_keys + l->keys.first : NULL;
    w.n_values = l->values.count;
    w.values = w.n_values > 0 ? m->wire_values + l->values.first : NULL;
    return w;
}

static void wire_features(struct mvt *m) {
    m->wire_feature = xrealloc(m->wire_feature, m->feature_capacity, sizeof(Feature));
    m->wire_features = xrealloc(m->wire_features, m->feature_capacity, sizeof(Feature *));
    for (size_t i = 0; i < m->feature_count; i++) {
        m->wire_feature[i] = wire_feature(m, &m->feature[i]);
        m->wire_features[i] = &m->wire_feature[i];
    }
}

static void wire_values(struct mvt *m) {
    m->wire_value = xrealloc(m->wire_value, m->value_capacity, sizeof(Value));
    m->wire_values = xrealloc(m->wire_values, m->value_capacity, sizeof(Value *));
    for (size_t i = 0; i < m->value_count; i++) {
        m->wire_value[i] = wire_value(m, &m->value[i]);
        m->wire_values[i] = &m->wire_value[i];
    }
    m->wire_keys = xrealloc(m->wire_keys, m->key_capacity, sizeof(char *));
    for (size_t i = 0; i < m->key_count; i++)
        m->wire_keys[i] = m->text.data + m->key[i];
}

/* Returns how many layers have features. */
static size_t wire_layers(struct mvt *m) {
    size_t count = 0;
    m->wire_layer = xrealloc(m->wire_layer, m->layer_capacity, sizeof(Layer));
    m->wire_layers = xrealloc(m->wire_layers, m->layer_capacity, sizeof(Layer *));
    for (size_t i = 0; i < m->layer_count; i++) {
        if (m->layer[i].features.count == 0)
            continue;
        m->wire_layer[count] = wire_layer(m, &m->layer[i]);
        m->wire_layers[count] = &m->wire_layer[count];
        count++;
    }
    return count;
}

bool mvt_write(struct mvt *m, struct buf *out, struct error *e) {
    if (m->full != NULL)
        return error_set(e, ERR_DATA, "a tile with too much %s; allowed: %d", m->full,
                         MVT_MAX);
    wire_features(m);
    wire_values(m);
    Tile tile = VECTOR_TILE__TILE__INIT;
    tile.n_layers = wire_layers(m);
    tile.layers = m->wire_layers;
    size_t size = vector_tile__tile__get_packed_size(&tile);
    if (size == 0)
        return true;
    buf_reserve(out, size);
    out->len += vector_tile__tile__pack(&tile, (uint8_t *)out->data + out->len);
    return true;
}
