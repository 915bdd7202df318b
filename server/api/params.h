/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading one argument each, with the fault that names it. Every function returns false
 * after adding a fault.
 */
#ifndef SERVER_API_PARAMS_H
#define SERVER_API_PARAMS_H

#include "server/http/http.h"
#include "server/http/route.h"
#include "server/search/query.h"

/* A number within low..high, both included. */
bool param_number(const struct arg *a, double low, double high, double *out,
                  struct faults *f);
bool param_integer(const struct arg *a, int low, int high, int *out, struct faults *f);
bool param_bool(const struct arg *a, bool *out, struct faults *f);

/* One string. */
bool param_string(const struct arg *a, struct slice *out, struct faults *f);

/* One code of a vocabulary, as its index. */
bool param_code(const struct arg *a, enum vocabulary_id voc, int *out, struct faults *f);

/* One or more codes. */
bool param_codes(const struct arg *a, enum vocabulary_id voc, struct query_list *out,
                 struct faults *f);

/* "now" or an RFC 3339 time, as seconds since 1970. */
bool param_time(const struct arg *a, int64_t now, int64_t *out, struct faults *f);

/* Several numbers in one string, parted by commas, each within most[n] of 0; `form` names
 * them in the fault. */
bool param_numbers(const struct arg *a, const double *most, int count, double *out,
                   const char *form, struct faults *f);

/* "lat,lon" in decimal degrees, WGS 84. */
bool param_point(const struct arg *a, struct point *out, struct faults *f);

/* An id as it stands in answers. */
bool param_id(const struct arg *a, uint8_t out[16], struct faults *f);

/* Checks every argument against a route's table: unknown names, names that stand twice
 * though they hold one value, and, in a URL, names that are about a person. */
bool params_known(const struct args *args, const struct param *params, struct faults *f);

/* The place of `name` in a table that ends with a NULL name, or -1. */
int param_index(const struct param *params, struct slice name);

/* A language of the texts, as its index in label_languages. */
#define PARAM_LANGUAGES "en km lo my th vi zh id"
bool param_lang(const struct arg *a, int *out, struct faults *f);

/* Adds the needs of `needs`, and all below them, to a set of SNAP_NEED_WORDS. */
void needs_below(const struct query_list *needs, uint64_t *set);

/* The argument called `name`, or NULL. */
const struct arg *param_get(const struct args *args, const char *name);

#endif
