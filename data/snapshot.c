/* SPDX-License-Identifier: Apache-2.0 */
#include "data/snapshot.h"

#include <stdio.h>
#include <string.h>

#include "data/crypto.h"

const char *const helpline_needs[HELPLINE_NEEDS] = {"information.hotline", "safety.emergency",
                                                    "complaint.report"};

static const size_t element_size[SNAP_SECTION_COUNT] = {
#define S(name, type) sizeof(type),
    SNAP_SECTIONS(S)
#undef S
};

static bool header_fits(const struct snap_header *h, size_t size) {
    for (int i = 0; i < SNAP_SECTION_COUNT; i++) {
        uint64_t offset = h->section[i].offset, count = h->section[i].count;
        if (offset % 8 != 0 || offset > size || count > UINT32_MAX ||
            count > (size - offset) / element_size[i])
            return false;
    }
    return true;
}

void snapshot_digest(const void *block, size_t size, uint8_t out[16]) {
    struct snap_header header;
    memcpy(&header, block, sizeof header);
    crypto_digest((const char *)block + sizeof header, size - sizeof header, header.digest,
                  sizeof header.digest);
    crypto_digest(&header, sizeof header, out, sizeof header.digest);
}

bool snapshot_attach(struct snapshot *s, const void *block, size_t size,
                     const struct atlas *atlas, struct error *e) {
    const struct snap_header *h = block;
    if (size < sizeof *h || memcmp(h->magic, "HAVENSNP", 8) != 0)
        return error_set(e, ERR_DATA, "not a snapshot");
    if (h->version != SNAP_VERSION)
        return error_set(e, ERR_DATA, "snapshot of version %u, this program reads %d",
                         h->version, SNAP_VERSION);
    uint8_t digest[sizeof h->digest];
    if (h->size != size || !header_fits(h, size))
        return error_set(e, ERR_DATA, "snapshot is cut short");
    snapshot_digest(block, size, digest);
    if (memcmp(digest, h->digest, sizeof digest) != 0)
        return error_set(e, ERR_DATA, "snapshot is damaged");
    s->header = h;
    s->atlas = atlas;
#define S(name, type)                                                                    \
    s->name = (const type *)((const char *)block + h->section[SNAP_##name].offset);      \
    s->name##_count = (uint32_t)h->section[SNAP_##name].count;
    SNAP_SECTIONS(S)
#undef S
    return true;
}

const struct snap_tree *snapshot_tree(const struct snapshot *s, int need) {
    return &s->trees[need < 0 ? s->trees_count - 1 : (uint32_t)need];
}

uint32_t snapshot_find(const struct snapshot *s, const uint8_t id[16]) {
    uint32_t low = 0, high = s->services_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        int order = memcmp(s->services[s->by_id[middle]].id, id, 16);
        if (order == 0)
            return s->by_id[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return SNAP_NONE;
}

void snapshot_revision(const struct snapshot *s, char out[40]) {
    if (s->header->view == SNAP_PUBLIC)
        hex_encode(s->header->digest, sizeof s->header->digest, out);
    else
        snprintf(out, 40, "%llu", (unsigned long long)s->header->revision);
}
