/* SPDX-License-Identifier: Apache-2.0
 *
 * One handler a route (routes.c). Each checks its parameters, asks the search and renders;
 * none blocks.
 */
#ifndef SERVER_API_HANDLERS_H
#define SERVER_API_HANDLERS_H

#include "server/api/context.h"

void handle_nearest(struct context *c, struct request *q, struct response *r);
void handle_services(struct context *c, struct request *q, struct response *r);
void handle_service(struct context *c, struct request *q, struct response *r);
void handle_places(struct context *c, struct request *q, struct response *r);
void handle_place(struct context *c, struct request *q, struct response *r);
void handle_places_at(struct context *c, struct request *q, struct response *r);
void handle_vocabulary(struct context *c, struct request *q, struct response *r);
void handle_status(struct context *c, struct request *q, struct response *r);
void handle_openapi(struct context *c, struct request *q, struct response *r);

extern const struct param services_params[];
extern const struct param service_params[];
extern const struct param places_params[];
extern const struct param place_params[];
extern const struct param places_at_params[];

/* Every route. */
extern const struct route routes[];

#endif
