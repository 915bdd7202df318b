/* SPDX-License-Identifier: Apache-2.0
 *
 * Every address of the server. A route answers the public only where it says so.
 */
#include "server/api/handlers.h"
#include "server/api/nearest_query.h"

const struct route routes[] = {
    {METHOD_GET | METHOD_POST, "/api/v1/nearest", handle_nearest, ACCESS_PUBLIC, "nearest",
     "The nearest appropriate services, and why others were left out", nearest_params,
     "NearestAnswer", "application/json"},
    {METHOD_GET, "/api/v1/services", handle_services, ACCESS_PUBLIC, "services",
     "Services page by page", services_params, "ServicePage", "application/json"},
    {METHOD_GET, "/api/v1/services/{id}", handle_service, ACCESS_PUBLIC, "service",
     "One service", service_params, "Service", "application/json"},
    {METHOD_GET | METHOD_POST, "/api/v1/places", handle_places, ACCESS_PUBLIC, "places",
     "Places by a name as it was heard", places_params, "PlaceList", "application/json"},
    {METHOD_GET, "/api/v1/places/at", handle_places_at, ACCESS_PUBLIC, "places_at",
     "The areas that hold a point, its country, and the offices responsible for it",
     places_at_params, "PlacesAt", "application/json"},
    {METHOD_GET, "/api/v1/places/{id}", handle_place, ACCESS_PUBLIC, "place", "One place",
     place_params, "Place", "application/json"},
    {METHOD_GET, "/api/v1/vocabulary", handle_vocabulary, ACCESS_PUBLIC, "vocabulary",
     "Codes and their labels", NULL, "Vocabulary", "application/json"},
    {METHOD_GET, "/api/v1/status", handle_status, ACCESS_PUBLIC, "status",
     "Whether the server answers, by a real search", NULL, "Status", "application/json"},
    {METHOD_GET, "/api/v1/openapi.json", handle_openapi, ACCESS_PUBLIC, "openapi",
     "This description", NULL, "OpenAPI", "application/json"},
    {METHOD_GET, "/openapi.json", handle_openapi, ACCESS_PUBLIC, "openapi_root",
     "This description", NULL, "OpenAPI", "application/json"},
    {0},
};
