/* SPDX-License-Identifier: Apache-2.0
 *
 * What is published of where services are, alone: one statement, for a count before all is
 * read.
 */
#include <string.h>

#include "data/buf.h"
#include "data/record_private.h"

static const char sql_facilities[] =
    "SELECT organization.id, location.country, location.latitude, location.longitude,"
    " location.precision, address.district, address.state_province, visibility.effective"
    " FROM service_at_location AS s /*scan*/"
    " CROSS JOIN visibility ON visibility.service_key = s.key"
    " CROSS JOIN location ON location.key = s.key"
    " CROSS JOIN service ON service.key = s.key"
    " CROSS JOIN organization ON organization.key = service.organization_key"
    " LEFT JOIN address ON address.service_key = s.key"
    " WHERE s.retired_run IS NULL AND visibility.effective IN ('exact', 'area')"
    " AND EXISTS (SELECT 1 FROM attribute WHERE attribute.service_key = s.key)";

static const char *text_or_none(struct statement *s, int column) {
    return db_is_null(s, column) ? "" : db_text(s, column);
}

static const char *decimal(struct statement *s, int column, struct buf *b) {
    b->len = 0;
    if (!db_is_null(s, column))
        buf_decimal(b, db_real(s, column), 7);
    return buf_text(b);
}

bool record_each_facility(struct record *r,
                          void (*each)(const struct stored_service *service, void *ctx),
                          void *ctx, struct error *e) {
    struct statement *s = db_prepare(r->db, sql_facilities, e);
    struct stored_service service = {.source = "", .visibility = "staff"};
    struct buf lat = {0}, lon = {0};
    int got = s != NULL ? 0 : -1;
    for (int c = 0; c < COL_COUNT; c++)
        service.flat.cell[c] = "";
    while (s != NULL && (got = db_step(s, e)) == 1) {
        const char **cell = service.flat.cell;
        memcpy(service.organization_id, db_blob(s, 0), ID_BYTES);
        cell[COL_COUNTRY] = db_text(s, 1);
        cell[COL_LAT] = decimal(s, 2, &lat);
        cell[COL_LON] = decimal(s, 3, &lon);
        cell[COL_PRECISION] = text_or_none(s, 4);
        cell[COL_DISTRICT] = text_or_none(s, 5);
        cell[COL_PROVINCE] = text_or_none(s, 6);
        service.visibility = visibility_static(db_text(s, 7));
        each(&service, ctx);
    }
    buf_free(&lat);
    buf_free(&lon);
    return got == 0;
}
