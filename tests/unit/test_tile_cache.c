/* SPDX-License-Identifier: Apache-2.0
 *
 * The cache of tiles: what it keeps, what it lets go, whose it gives to whom; and gzip.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tiles/cache.h"
#include "tiles/gzip.h"

/* A source whose tiles name it and their address; long ones, which pack well. */
struct maker {
    const char *name;
    size_t len;
    bool packed; /* gives the packed form, as a file of tiles does */
    _Atomic int cuts;
};

static void write_tile(const struct maker *m, struct tile t, struct buf *out) {
    buf_printf(out, "%s %u/%u/%u", m->name, t.z, t.x, t.y);
    while (out->len < m->len)
        buf_char(out, '.');
}

static bool cut(const void *from, struct tile t, struct tile_bytes *out,
                struct error *e) {
    struct maker *m = (struct maker *)(uintptr_t)from;
    struct buf plain = {0};
    atomic_fetch_add(&m->cuts, 1);
    if (t.z == 13)
        return error_set(e, ERR_DATA, "an unlucky tile");
    if (t.z == 12)
        return true; /* empty */
    write_tile(m, t, &plain);
    if (m->packed) {
        gzip_pack(plain.data, plain.len, &out->gzip);
        buf_free(&plain);
    } else {
        out->plain = plain;
    }
    return true;
}

static struct tile_source source_of(const struct maker *m, enum tile_set set,
                                    uint8_t digest) {
    struct tile_source s = {.set = set, .cut = cut, .from = m};
    memset(s.digest, digest, sizeof s.digest);
    return s;
}

static void check(struct tile_cache *c, const struct tile_source *s, struct tile t) {
    struct error e = {0};
    struct buf want = {0}, unpacked = {0};
    const struct tile_made *got = tile_cache_get(c, s, t, &e);
    assert_non_null(got);
    write_tile(s->from, t, &want);
    assert_int_equal(strlen(got->digest), 32);
    if (got->packed) {
        assert_true(s->packed && got->body.len < want.len);
        assert_true(gzip_unpack(got->body.data, got->body.len, 1 << 20, &unpacked, &e));
    } else {
        assert_true(!s->packed || want.len < 30);
        buf_add(&unpacked, got->body.data, got->body.len);
    }
    assert_int_equal(unpacked.len, want.len);
    assert_memory_equal(unpacked.data, want.data, want.len);
    tile_made_release(got);
    buf_free(&want);
    buf_free(&unpacked);
}

static void test_kept(void **state) {
    (void)state;
    struct maker plain = {.name = "plain", .len = 900}, packed = {"packed", 900, true, 0};
    struct tile_source one = source_of(&plain, TILE_SET_SERVICES, 1);
    struct tile_source other = source_of(&packed, TILE_SET_BASEMAP, 1);
    struct tile_cache *c = tile_cache_new(8 << 20);
    for (int round = 0; round < 3; round++)
        for (uint32_t i = 0; i < 64; i++) {
            check(c, &one, (struct tile){6, i, 63 - i});
            check(c, &other, (struct tile){6, i, 63 - i});
        }
    assert_int_equal(plain.cuts, 64);
    assert_int_equal(packed.cuts, 64);
    assert_true(tile_cache_bytes(c) > 128 * 900 && tile_cache_bytes(c) <= 8 << 20);
    one.packed = other.packed = true; /* the other form is another tile */
    for (int round = 0; round < 3; round++)
        for (uint32_t i = 0; i < 64; i++) {
            check(c, &one, (struct tile){6, i, 63 - i});
            check(c, &other, (struct tile){6, i, 63 - i});
        }
    assert_int_equal(plain.cuts, 128);
    assert_int_equal(packed.cuts, 128);
    tile_cache_free(c);
}

/* Another digest is another tile: a role gets nothing of another's snapshot, and a new
 * snapshot nothing of the old one. The same digest is the same tile. */
static void test_digests(void **state) {
    (void)state;
    struct maker public = {.name = "public"}, staff = {.name = "staff"};
    struct tile_source a = source_of(&public, TILE_SET_SERVICES, 1);
    struct tile_source b = source_of(&staff, TILE_SET_SERVICES, 2);
    struct tile_source same = source_of(&staff, TILE_SET_SERVICES, 1);
    struct tile_cache *c = tile_cache_new(1 << 20);
    struct tile t = {3, 1, 2};
    struct error e = {0};
    check(c, &a, t);
    check(c, &b, t);
    check(c, &a, t);
    const struct tile_made *got = tile_cache_get(c, &same, t, &e);
    assert_memory_equal(got->body.data, "public", 6);
    tile_made_release(got);
    assert_int_equal(public.cuts, 1);
    assert_int_equal(staff.cuts, 1);
    tile_cache_free(c);
}

/* Within its bytes, whatever is asked; and what is asked for again and again stays. */
static void test_bounded(void **state) {
    (void)state;
    struct maker m = {.name = "m", .len = 3000};
    struct tile_source s = source_of(&m, TILE_SET_SERVICES, 1);
    struct tile_cache *c = tile_cache_new(512 << 10);
    struct tile often = {5, 7, 7};
    check(c, &s, often);
    int often_cut = 0;
    for (uint32_t i = 0; i < 5000; i++) {
        check(c, &s, (struct tile){14, i, i});
        int before = m.cuts;
        check(c, &s, often);
        often_cut += m.cuts - before;
        assert_true(tile_cache_bytes(c) <= 512 << 10);
    }
    assert_true(tile_cache_bytes(c) > 256 << 10);
    assert_int_equal(often_cut, 0);
    tile_cache_free(c);
}

/* Nothing fits, or nothing is kept: tiles are right all the same. */
static void test_too_small(void **state) {
    (void)state;
    struct maker m = {.name = "m", .len = 3000};
    struct tile_source s = source_of(&m, TILE_SET_SERVICES, 1);
    static const size_t sizes[] = {0, 100, 16 * 1000};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct tile_cache *c = tile_cache_new(sizes[i]);
        m.cuts = 0;
        for (int k = 0; k < 5; k++)
            check(c, &s, (struct tile){2, 1, 1});
        assert_int_equal(m.cuts, 5);
        assert_int_equal(tile_cache_bytes(c), 0);
        tile_cache_free(c);
    }
}

static void test_failed_and_empty(void **state) {
    (void)state;
    struct maker m = {.name = "m"};
    struct tile_source s = source_of(&m, TILE_SET_SERVICES, 1);
    struct tile_cache *c = tile_cache_new(1 << 20);
    struct error e = {0};
    assert_null(tile_cache_get(c, &s, (struct tile){13, 1, 1}, &e));
    assert_non_null(strstr(e.message, "unlucky"));
    assert_int_equal(tile_cache_bytes(c), 0);
    for (int i = 0; i < 2; i++) {
        const struct tile_made *got = tile_cache_get(c, &s, (struct tile){12, 1, 1}, &e);
        assert_true(got->body.len == 0 && !got->packed);
        tile_made_release(got);
    }
    assert_int_equal(m.cuts, 2); /* the failed one, and the empty one once */
    tile_cache_free(c);
}

/* A tile that the cache let go is good until its last holder is done. */
static void test_held(void **state) {
    (void)state;
    struct maker m = {.name = "m", .len = 5000};
    struct tile_source s = source_of(&m, TILE_SET_SERVICES, 1);
    struct tile_cache *c = tile_cache_new(256 << 10);
    struct error e = {0};
    const struct tile_made *held = tile_cache_get(c, &s, (struct tile){1, 1, 1}, &e);
    for (uint32_t i = 0; i < 2000; i++)
        check(c, &s, (struct tile){11, i, 0});
    assert_memory_equal(held->body.data, "m 1/1/1...", 10);
    tile_cache_free(c);
    assert_memory_equal(held->body.data, "m 1/1/1...", 10);
    tile_made_release(held);
}

struct asker {
    struct tile_cache *cache;
    struct tile_source source[2];
    unsigned seed;
};

static void *ask(void *ctx) {
    struct asker *a = ctx;
    for (int i = 0; i < 5000; i++) {
        struct tile t = {7, (uint32_t)rand_r(&a->seed) % 40,
                         (uint32_t)rand_r(&a->seed) % 40};
        check(a->cache, &a->source[rand_r(&a->seed) % 2], t);
    }
    return NULL;
}

/* Many threads and little room. */
static void test_threads(void **state) {
    (void)state;
    struct maker one = {.name = "one", .len = 700}, two = {"two", 300, true, 0};
    struct tile_cache *c = tile_cache_new(128 << 10);
    struct asker asker[4];
    pthread_t thread[4];
    for (unsigned i = 0; i < 4; i++) {
        asker[i] = (struct asker){c,
                                  {source_of(&one, TILE_SET_SERVICES, 1),
                                   source_of(&two, TILE_SET_SERVICES, 2)},
                                  i + 1};
        assert_int_equal(pthread_create(&thread[i], NULL, ask, &asker[i]), 0);
    }
    for (int i = 0; i < 4; i++)
        pthread_join(thread[i], NULL);
    assert_true(tile_cache_bytes(c) <= 128 << 10);
    tile_cache_free(c);
}

/* ---- gzip ---------------------------------------------------------------------------------- */

static void test_gzip(void **state) {
    (void)state;
    struct buf plain = {0}, packed = {0}, back = {0};
    struct error e = {0};
    for (int i = 0; i < 5000; i++)
        buf_printf(&plain, "%d,", i * 7919 % 5003);
    gzip_pack(plain.data, plain.len, &packed);
    assert_true(packed.len < plain.len);
    assert_true(gzip_unpack(packed.data, packed.len, plain.len, &back, &e));
    assert_int_equal(back.len, plain.len);
    assert_memory_equal(back.data, plain.data, plain.len);
    assert_false(gzip_unpack(packed.data, packed.len, plain.len - 1, &back, &e));
    for (size_t len = 0; len < packed.len; len += 1 + len / 9)
        assert_false(gzip_unpack(packed.data, len, 1 << 20, &back, &e));
    buf_str(&packed, "more");
    assert_false(gzip_unpack(packed.data, packed.len, UINT32_MAX, &back, &e));
    packed.len -= 4;
    for (size_t i = 0; i < packed.len; i += 1 + i / 9) {
        packed.data[i] ^= 0x10;
        size_t before = back.len;
        if (!gzip_unpack(packed.data, packed.len, 1 << 20, &back, &e))
            assert_int_equal(back.len, before);
        back.len = before;
        packed.data[i] ^= 0x10;
    }
    buf_free(&plain);
    buf_free(&packed);
    buf_free(&back);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kept),
        cmocka_unit_test(test_digests),
        cmocka_unit_test(test_bounded),
        cmocka_unit_test(test_too_small),
        cmocka_unit_test(test_failed_and_empty),
        cmocka_unit_test(test_held),
        cmocka_unit_test(test_threads),
        cmocka_unit_test(test_gzip),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
