/* SPDX-License-Identifier: Apache-2.0 */
#include "server/api/handlers.h"
#include "server/api/nearest_query.h"
#include "server/api/uploads.h"

const struct route routes[] = {
#include "server/api/routes.def"
    {0},
};
