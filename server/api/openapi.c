/* SPDX-License-Identifier: Apache-2.0 */
#include "server/api/openapi.h"

#include <string.h>

#include "data/criterion.h"
#include "data/field.h"
#include "server/access/access.h"
#include "server/api/handlers.h"
#include "server/api/params.h"

/* ---- one parameter ------------------------------------------------------------------- */

static void add_enum(struct buf *b, const char *values) {
    struct slice rest = slice_of(values), value;
    buf_str(b, "\"enum\":[");
    while (slice_next(&rest, ' ', &value)) {
        buf_json_comma(b);
        buf_json_bytes(b, value.at, value.len);
    }
    buf_char(b, ']');
}

static void add_code_schema(struct buf *b, int vocabulary_id) {
    buf_str(b, "{\"$ref\":\"#/components/schemas/code_");
    buf_str(b, vocabulary((enum vocabulary_id)vocabulary_id)->name);
    buf_str(b, "\"}");
}

static void add_range(struct buf *b, const char *type, const struct param *p) {
    buf_printf(b, "{\"type\":\"%s\",\"minimum\":%g,\"maximum\":%g}", type, p->low,
               p->high);
}

static void add_param_schema(struct buf *b, const struct param *p) {
    switch (p->type) {
    case PARAM_NUMBER:
        add_range(b, "number", p);
        break;
    case PARAM_INTEGER:
        add_range(b, "integer", p);
        break;
    case PARAM_BOOL:
        if (p->in_url)
            buf_str(b,
                    "{\"oneOf\":[{\"type\":\"boolean\"},{\"enum\":[\"yes\",\"no\"]}]}");
        else
            buf_str(b, "{\"type\":\"boolean\"}");
        break;
    case PARAM_CODE:
        add_code_schema(b, p->vocabulary);
        break;
    case PARAM_CODES:
        buf_str(b, "{\"oneOf\":[");
        add_code_schema(b, p->vocabulary);
        buf_printf(b, ",{\"type\":\"array\",\"minItems\":1,\"maxItems\":%d,\"items\":",
                   ARG_ITEMS);
        add_code_schema(b, p->vocabulary);
        buf_str(b, "}]}");
        break;
    case PARAM_ENUM:
        buf_str(b, "{\"type\":\"string\",");
        add_enum(b, p->values);
        buf_char(b, '}');
        break;
    case PARAM_AGE:
        buf_str(b, "{\"oneOf\":[{\"type\":\"integer\",\"minimum\":0,\"maximum\":120},"
                   "{\"type\":\"string\",\"pattern\":\"^[0-9]{1,3}(-[0-9]{1,3})?$\"}]}");
        break;
    case PARAM_TIME:
        buf_str(b, "{\"oneOf\":[{\"const\":\"now\"},"
                   "{\"type\":\"string\",\"format\":\"date-time\"}]}");
        break;
    case PARAM_CHILDREN:
        buf_str(
            b,
            "{\"type\":\"array\",\"items\":{\"$ref\":\"#/components/schemas/Child\"}}");
        break;
    case PARAM_AVOID:
        buf_str(
            b,
            "{\"type\":\"array\",\"items\":{\"$ref\":\"#/components/schemas/Avoid\"}}");
        break;
    case PARAM_OBJECT:
        buf_str(b, "{\"type\":\"object\"}");
        break;
    case PARAM_BBOX:
    case PARAM_STRING:
        buf_str(b, "{\"type\":\"string\"}");
        break;
    }
}

/* With `path_only`, those in the path: the others stand in the body. */
static void add_url_params(struct buf *b, const struct param *params, bool path_only) {
    buf_json_key(b, "parameters");
    buf_char(b, '[');
    for (const struct param *p = params; p != NULL && p->name != NULL; p++) {
        if (!p->in_url || (path_only && !p->in_path))
            continue;
        buf_json_comma(b);
        buf_str(b, "{\"name\":");
        buf_json(b, p->name);
        buf_str(b,
                p->in_path ? ",\"in\":\"path\",\"required\":true" : ",\"in\":\"query\"");
        buf_json_key(b, "description");
        buf_json(b, p->text);
        buf_json_key(b, "schema");
        add_param_schema(b, p);
        buf_char(b, '}');
    }
    buf_char(b, ']');
}

/* A body that its handler reads by itself: a file, or columns of services.csv. */
static void add_taken_body(struct buf *b, const char *media) {
    bool json = strstr(media, "json") != NULL;
    buf_str(b, ",\"requestBody\":{\"required\":true,\"content\":{");
    buf_json_key(b, media);
    buf_str(b, json ? "{\"schema\":{\"type\":\"object\"}}}}"
                    : "{\"schema\":{\"type\":\"string\"}}}}");
}

static void add_body(struct buf *b, const struct param *params) {
    buf_str(b, ",\"requestBody\":{\"required\":true,\"content\":{\"application/json\":"
               "{\"schema\":{\"type\":\"object\",\"additionalProperties\":false,"
               "\"properties\":{");
    for (const struct param *p = params; p != NULL && p->name != NULL; p++) {
        if (p->in_path)
            continue;
        buf_json_key(b, p->name);
        buf_str(b, "{\"description\":");
        buf_json(b, p->text);
        buf_str(b, ",\"allOf\":[");
        add_param_schema(b, p);
        buf_str(b, "]}");
    }
    buf_str(b, "}}}}}");
}

/* ---- one route ------------------------------------------------------------------------ */

static const struct {
    int status;
    const char *text;
} errors[] = {
    {400, "a value is wrong or a parameter is not known"},
    {401, "the key or the session is not known, or one is needed"},
    {403, "not for this role, or sent by a page of another host"},
    {404, "there is no such thing, or not for this caller"},
    {406, "no such media type"},
    {413, "the body is too large"},
    {415, "the body is not JSON"},
    {429, "too often: Retry-After says when"},
    {503, "the server is not well, or has too much to do"},
};

static void add_content(struct buf *b, const struct route *r) {
    buf_str(b, ",\"responses\":{\"200\":{\"description\":\"the answer\",\"content\":{");
    buf_json_key(b, r->media);
    buf_str(b, "{\"schema\":{\"$ref\":\"#/components/schemas/");
    buf_str(b, r->schema);
    buf_str(b, "\"}}}},\"304\":{\"description\":\"not changed since the ETag given\"}");
}

static void add_responses(struct buf *b, const struct route *r) {
    bool nothing = strcmp(r->schema, "Nothing") == 0;
    if (nothing)
        buf_str(b, ",\"responses\":{\"204\":{\"description\":\"done\"}");
    if (!nothing)
        add_content(b, r);
    for (size_t i = 0; i < sizeof errors / sizeof *errors; i++) {
        buf_printf(b, ",\"%d\":{\"description\":", errors[i].status);
        buf_json(b, errors[i].text);
        buf_str(b, ",\"content\":{\"application/problem+json\":{\"schema\":"
                   "{\"$ref\":\"#/components/schemas/Problem\"}}}}");
    }
    buf_char(b, '}');
}

static const struct {
    enum method method;
    const char *name;
} operations[] = {{METHOD_GET, "get"},
                  {METHOD_POST, "post"},
                  {METHOD_PATCH, "patch"},
                  {METHOD_DELETE, "delete"}};

static void add_operation(struct buf *b, const struct route *r, enum method method,
                          const char *name) {
    bool body = method == METHOD_POST || method == METHOD_PATCH;
    buf_json_key(b, name);
    buf_str(b, "{\"operationId\":\"");
    buf_str(b, r->name);
    buf_str(b, body && r->methods & METHOD_GET ? "_post\"" : "\"");
    buf_json_key(b, "summary");
    buf_json(b, r->summary);
    buf_str(b, r->access == ACCESS_PUBLIC
                   ? ",\"security\":[{},{\"key\":[]},{\"session\":[]}]"
                   : ",\"security\":[{\"key\":[]},{\"session\":[]}]");
    add_url_params(b, r->params, body && r->takes == NULL);
    if (body && r->takes != NULL)
        add_taken_body(b, r->takes);
    else if (body)
        add_body(b, r->params);
    add_responses(b, r);
    buf_char(b, '}');
}

static bool stands_before(const struct route *routes_list, const struct route *r) {
    for (const struct route *other = routes_list; other < r; other++)
        if (strcmp(other->path, r->path) == 0)
            return true;
    return false;
}

/* All that may be done at the path of `r`; other rows may say more of it. */
static void add_path(struct buf *b, const struct route *r) {
    buf_json_key(b, r->path);
    buf_char(b, '{');
    for (const struct route *other = r; other->path != NULL; other++)
        for (size_t i = 0; i < sizeof operations / sizeof *operations; i++)
            if (strcmp(other->path, r->path) == 0 &&
                other->methods & operations[i].method)
                add_operation(b, other, operations[i].method, operations[i].name);
    buf_char(b, '}');
}

static void add_paths(struct buf *b, const struct route *routes_list) {
    buf_json_key(b, "paths");
    buf_char(b, '{');
    for (const struct route *r = routes_list; r->path != NULL; r++)
        if (!stands_before(routes_list, r))
            add_path(b, r);
    buf_char(b, '}');
}

/* ---- schemas --------------------------------------------------------------------------- */

static void add_vocabulary_schemas(struct buf *b) {
    for (int i = 0; i < VOC_COUNT; i++) {
        const struct vocabulary *v = vocabulary((enum vocabulary_id)i);
        buf_json_comma(b);
        buf_str(b, "\"code_");
        buf_str(b, v->name);
        buf_str(b, "\":{\"type\":\"string\",\"enum\":[");
        for (int t = 0; t < v->count; t++) {
            buf_json_comma(b);
            buf_json(b, v->terms[t].code);
        }
        buf_str(b, "]}");
    }
}

static void add_fit_schema(struct buf *b) {
    buf_str(
        b,
        ",\"Fit\":{\"type\":\"object\",\"additionalProperties\":false,\"properties\":{");
    for (int i = 0; i < CRIT_COUNT; i++) {
        buf_json_key(b, criterion_names[i]);
        buf_str(b, "{\"enum\":[\"yes\",\"interpreter\",\"case\",\"unknown\",\"no\"]}");
    }
    buf_str(b, "}}");
}

/* Answers whose members stand in data/field.def, and nothing more is said of them. */
static const struct {
    const char *schema, *answer;
} plain_schemas[] = {
    {"Session", "session"},     {"Sessions", "sessions"},
    {"Totp", "totp"},           {"OwnServices", "own/services"},
    {"Suggested", "suggested"}, {"Suggestions", "suggestions"},
    {"Decided", "decided"},     {"Record", "record"},
    {"History", "history"},     {"Runs", "runs"},
    {"Undone", "undone"},       {"Stale", "stale"},
    {"Import", "import"},       {"Users", "users"},
    {"Keys", "keys"},           {"Audit", "audit"},
    {"Metrics", "metrics"},
};

static void add_plain_schemas(struct buf *b) {
    for (size_t i = 0; i < sizeof plain_schemas / sizeof *plain_schemas; i++) {
        buf_json_key(b, plain_schemas[i].schema);
        buf_str(b, "{\"type\":[\"object\",\"string\"],\"properties\":{");
        for (int f = 0; f < FIELD_COUNT; f++)
            if (strcmp(field_specs[f].answer, plain_schemas[i].answer) == 0) {
                buf_json_key(b, field_specs[f].name);
                buf_str(b, "{}");
            }
        buf_str(b, "}}");
    }
}

static const char fixed_schemas[] =
    "\"Child\":{\"type\":\"object\",\"additionalProperties\":false,\"properties\":{"
    "\"age\":{\"type\":\"integer\",\"minimum\":0,\"maximum\":120},"
    "\"gender\":{\"$ref\":\"#/components/schemas/code_gender\"}}},"
    "\"Avoid\":{\"type\":\"object\",\"additionalProperties\":false,\"properties\":{"
    "\"service\":{\"type\":\"string\",\"format\":\"uuid\"},"
    "\"organization\":{\"type\":\"string\",\"format\":\"uuid\"},"
    "\"km\":{\"type\":\"number\",\"minimum\":0,\"maximum\":500}}},"
    "\"Point\":{\"type\":[\"object\",\"null\"],\"required\":[\"lat\",\"lon\"],\"properties\":{"
    "\"lat\":{\"type\":\"number\"},\"lon\":{\"type\":\"number\"},"
    "\"precision\":{\"type\":[\"string\",\"null\"]},"
    "\"place\":{\"type\":\"string\",\"format\":\"uuid\"},"
    "\"place_name\":{\"type\":\"string\"}}},"
    "\"Service\":{\"type\":\"object\",\"required\":[\"id\",\"name\",\"needs\",\"point\","
    "\"status\"],\"properties\":{\"id\":{\"type\":\"string\",\"format\":\"uuid\"},"
    "\"name\":{\"type\":\"string\"},\"organization\":{\"type\":[\"string\",\"null\"]},"
    "\"organization_id\":{\"type\":[\"string\",\"null\"],\"format\":\"uuid\"},"
    "\"kind\":{\"type\":[\"string\",\"null\"]},\"sector\":{\"type\":[\"string\",\"null\"]},"
    "\"country\":{\"type\":\"string\"},\"needs\":{\"type\":\"array\",\"items\":{"
    "\"$ref\":\"#/components/schemas/code_need\"}},\"phones\":{\"type\":\"array\",\"items\":{"
    "\"type\":\"object\"}},\"warnings\":{\"type\":\"array\",\"items\":{\"type\":\"string\"}},"
    "\"point\":{\"$ref\":\"#/components/schemas/Point\"},"
    "\"status\":{\"type\":[\"string\",\"null\"]},"
    "\"verified_on\":{\"type\":[\"string\",\"null\"]}}},"
    "\"Found\":{\"allOf\":[{\"$ref\":\"#/components/schemas/Service\"},{\"type\":\"object\","
    "\"required\":[\"fit\",\"ask\"],\"properties\":{\"distance_m\":{\"type\":\"number\","
    "\"minimum\":0},\"distance_range_m\":{\"type\":\"array\",\"minItems\":2,\"maxItems\":2,"
    "\"items\":{\"type\":\"number\",\"minimum\":0}},\"distance_from\":{\"enum\":[\"exact\",\"area\",\"rounded\"]},"
    "\"travel\":{\"type\":\"object\"},\"fit\":{\"$ref\":\"#/components/schemas/Fit\"},"
    "\"ask\":{\"type\":\"array\",\"items\":{\"type\":\"string\"}},"
    "\"open\":{\"type\":\"object\"}}}]},"
    "\"FoundList\":{\"type\":\"array\",\"items\":{\"$ref\":\"#/components/schemas/Found\"}},"
    "\"NearestAnswer\":{\"type\":\"object\",\"required\":[\"results\",\"unconfirmed\","
    "\"remote\",\"unplaced\",\"helplines\",\"excluded\",\"country\",\"summary\"],"
    "\"properties\":{\"results\":{\"$ref\":\"#/components/schemas/FoundList\"},"
    "\"unconfirmed\":{\"$ref\":\"#/components/schemas/FoundList\"},"
    "\"remote\":{\"$ref\":\"#/components/schemas/FoundList\"},"
    "\"unplaced\":{\"$ref\":\"#/components/schemas/FoundList\"},"
    "\"helplines\":{\"$ref\":\"#/components/schemas/FoundList\"},"
    "\"excluded\":{\"type\":\"array\",\"items\":{\"type\":\"object\"}},"
    "\"country\":{\"type\":\"object\"},\"summary\":{\"type\":\"object\"}}},"
    "\"ServicePage\":{\"type\":\"object\",\"required\":[\"services\",\"total\",\"next\"],"
    "\"properties\":{\"services\":{\"type\":\"array\",\"items\":{"
    "\"$ref\":\"#/components/schemas/Service\"}},\"total\":{\"type\":\"integer\"},"
    "\"next\":{\"type\":[\"string\",\"null\"]}}},"
    "\"Vocabulary\":{\"type\":\"object\",\"additionalProperties\":{\"type\":\"array\","
    "\"items\":{\"type\":\"object\"}}},"
    "\"Status\":{\"type\":\"object\",\"required\":[\"status\",\"revision\"],\"properties\":{"
    "\"status\":{\"const\":\"ok\"},\"revision\":{\"type\":\"string\"},"
    "\"services\":{\"type\":\"integer\"},\"placed\":{\"type\":\"integer\"},"
    "\"organizations\":{\"type\":\"integer\"}}},"
    "\"OpenAPI\":{\"type\":\"object\"},"
    "\"Page\":{\"type\":\"string\"},\"PagePart\":{\"type\":\"string\"},"
    "\"TileJSON\":{\"type\":\"object\",\"required\":[\"tilejson\",\"tiles\","
    "\"vector_layers\"]},"
    "\"Tile\":{\"type\":\"string\",\"format\":\"binary\"},"
    "\"Place\":{\"type\":\"object\",\"required\":[\"id\",\"name\",\"label\",\"names\","
    "\"aliases\",\"kind\",\"country\",\"admin\",\"point\",\"precision\"],\"properties\":{"
    "\"id\":{\"type\":\"string\",\"format\":\"uuid\"},\"name\":{\"type\":\"string\"},"
    "\"label\":{\"type\":\"string\"},\"label_language\":{\"type\":[\"string\",\"null\"]},"
    "\"names\":{\"type\":\"object\"},"
    "\"aliases\":{\"type\":\"array\",\"items\":{\"type\":\"string\"}},"
    "\"kind\":{\"$ref\":\"#/components/schemas/code_place_kind\"},"
    "\"country\":{\"$ref\":\"#/components/schemas/code_country\"},"
    "\"admin\":{\"type\":\"array\",\"items\":{\"type\":\"object\"}},"
    "\"point\":{\"$ref\":\"#/components/schemas/Point\"},"
    "\"precision\":{\"type\":[\"string\",\"null\"]}}},"
    "\"PlaceList\":{\"type\":\"object\",\"required\":[\"results\"],\"properties\":{"
    "\"results\":{\"type\":\"array\",\"items\":{\"allOf\":[{"
    "\"$ref\":\"#/components/schemas/Place\"},{\"type\":\"object\",\"required\":["
    "\"score\"],\"properties\":{\"score\":{\"type\":\"number\",\"minimum\":0,"
    "\"maximum\":1}}}]}}}},"
    "\"PlacesAt\":{\"type\":\"object\",\"required\":[\"areas\",\"country\",\"responsible\"],"
    "\"properties\":{\"areas\":{\"type\":\"array\",\"items\":{"
    "\"$ref\":\"#/components/schemas/Place\"}},\"country\":{\"type\":\"object\"},"
    "\"responsible\":{\"type\":\"array\",\"items\":{"
    "\"$ref\":\"#/components/schemas/Service\"}}}},"
    "\"Problem\":{\"type\":\"object\",\"required\":[\"title\",\"status\"],\"properties\":{"
    "\"type\":{\"type\":\"string\"},\"title\":{\"type\":\"string\"},"
    "\"status\":{\"type\":\"integer\"},\"detail\":{\"type\":\"string\"},"
    "\"errors\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"properties\":{"
    "\"parameter\":{\"type\":\"string\"},\"detail\":{\"type\":\"string\"}}}}}}";

void openapi_write(struct buf *b, const struct route *routes_list) {
    buf_str(b, "{\"openapi\":\"3.1.0\",\"info\":{\"title\":\"haven\",\"version\":\"1\","
               "\"summary\":\"Nearest appropriate services for trafficked persons\","
               "\"license\":{\"name\":\"Apache-2.0\",\"identifier\":\"Apache-2.0\"}},"
               "\"servers\":[{\"url\":\"/\"}]");
    add_paths(b, routes_list);
    buf_str(b,
            ",\"components\":{\"securitySchemes\":{\"key\":{\"type\":\"http\","
            "\"scheme\":\"bearer\"},\"session\":{\"type\":\"apiKey\",\"in\":\"cookie\","
            "\"name\":\"" ACCESS_COOKIE "\"}},\"schemas\":{");
    buf_str(b, fixed_schemas);
    add_plain_schemas(b);
    add_fit_schema(b);
    add_vocabulary_schemas(b);
    buf_str(b, "}}}");
}

void handle_openapi(struct context *c, struct request *q, struct response *r) {
    struct faults faults = {0};
    if (!params_known(&q->args, NULL, &faults)) {
        problem(r, 400, NULL, &faults);
        return;
    }
    respond_json(r);
    set_validator(c, q, r);
    buf_add(&r->body, c->openapi->data, c->openapi->len);
}
