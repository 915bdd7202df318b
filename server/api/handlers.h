/* SPDX-License-Identifier: Apache-2.0
 *
 * One handler a route (routes.def). Each checks its parameters, asks and renders. Those whose
 * route says that it waits are called by workers and may block; no other does.
 */
#ifndef SERVER_API_HANDLERS_H
#define SERVER_API_HANDLERS_H

#include "server/api/context.h"

typedef void route_handler(struct context *c, struct request *q, struct response *r);

route_handler handle_nearest, handle_services, handle_service, handle_places,
    handle_place, handle_places_at, handle_vocabulary, handle_status, handle_openapi,
    handle_page;
route_handler handle_sign_in, handle_session, handle_sign_out, handle_sign_out_everywhere,
    handle_sessions, handle_password, handle_totp, handle_totp_remove; /* session.c */
route_handler handle_own, handle_copy;
route_handler handle_suggest, handle_suggestions, handle_decide;
route_handler handle_record, handle_change, handle_history, handle_runs, handle_undo;
route_handler handle_stale;
route_handler handle_import, handle_import_apply, handle_import_drop;
route_handler handle_users, handle_keys, handle_audit, handle_metrics; /* accounts.c */

route_handler handle_service_tile, handle_service_tiles; /* tiles.c */
route_handler handle_basemap_tile, handle_basemap_tiles; /* basemap.c */

/* Tells the browser to forget its session. */
void clear_session_cookie(struct response *r);

extern const struct param services_params[], service_params[], places_params[],
    place_params[], places_at_params[], sign_in_params[], password_params[],
    totp_params[], totp_remove_params[], own_params[], copy_params[], suggest_params[],
    suggestions_params[], decide_params[], record_params[], history_params[],
    runs_params[], undo_params[], stale_params[], import_params[], import_id_params[],
    audit_params[], service_tile_params[], basemap_tile_params[], page_params[], asset_params[];

/* Every route. */
extern const struct route routes[];

#endif
