/* SPDX-License-Identifier: Apache-2.0
 *
 * What a builder has gathered: shared by snapshot_build.c, which adds services, and
 * snapshot_layout.c, which sorts them and lays the block out.
 */
#ifndef DATA_SNAPSHOT_BUILDER_H
#define DATA_SNAPSHOT_BUILDER_H

#include "data/admit.h"
#include "data/intern.h"
#include "data/snapshot_build.h"

#define TEXT_MAX UINT32_MAX /* texts are found by 32-bit offsets */

/* The id that a source gave to a service, and the service: to resolve references. */
struct link {
    uint32_t service; /* as added */
    uint32_t target;  /* number in `source_ids` */
};

struct snapshot_builder {
    struct view view;
    const struct facilities *facilities; /* borrowed; or NULL: no district is too small */
    const struct atlas *atlas;
    int64_t now;
    bool drop[COL_COUNT]; /* columns that the view does not know */
    struct admit admit;
    struct intern organizations, rule_lists, signatures, covers, hours, zones, source_ids,
        sites;
    struct snap_service *services;
    struct snap_signature *signature;
    struct snap_site *site;
    struct snap_organization *organization;
    struct snap_run *rule_list_run, *covers_run;
    struct timezone_table *zone;
    struct snap_holiday *holidays;
    struct snap_text *texts;
    struct link *links;
    uint32_t *hours_at;          /* where each interned text's block starts, or SNAP_NONE */
    uint32_t *service_of_source; /* by number in `source_ids` */
    uint32_t count, holiday_count, text_count, link_count, rule_list_count, covers_count;
    size_t service_capacity, signature_capacity, site_capacity, organization_capacity,
        rule_list_run_capacity, covers_run_capacity, zone_capacity, holiday_capacity,
        text_capacity, link_capacity, hours_capacity, service_of_source_capacity;
    struct buf rule_list, cover, hours_block, text;
};

#endif
