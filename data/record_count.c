/* SPDX-License-Identifier: Apache-2.0
 *
 * What the record holds, in numbers, for whoever looks after it. Nothing of it is for the
 * public: small counts tell.
 */
#include "data/record_private.h"

/* Of the services that stand. */
#define STANDING                                                                         \
    " FROM service_at_location AS s /*scan*/ CROSS JOIN service ON service.key = s.key"
#define BY " WHERE s.retired_run IS NULL GROUP BY 1 ORDER BY 2 DESC, 1 /*sort*/"

static const struct question {
    const char *title;
    const char *sql; /* rows of a label and a number */
} questions[] = {
    {"services",
     "SELECT iif(retired_run IS NULL, 'standing', 'retired'), count(*)"
     " FROM service_at_location /*scan*/ GROUP BY 1 ORDER BY 1 DESC /*sort*/"},
    {"country", "SELECT location.country, count(*)" STANDING
                " CROSS JOIN location ON location.key = s.key" BY},
    {"need", "SELECT attribute.value, count(*)" STANDING
             " CROSS JOIN attribute ON attribute.service_key = s.key"
             " AND attribute.taxonomy = 'need'" BY},
    {"kind", "SELECT coalesce(service.kind, '(not stated)'), count(*)" STANDING BY},
    {"visibility", "SELECT visibility.effective, count(*)" STANDING
                   " CROSS JOIN visibility ON visibility.service_key = s.key" BY},
    {"decided by", "SELECT visibility.decided_by, count(*)" STANDING
                   " CROSS JOIN visibility ON visibility.service_key = s.key" BY},
    {"evidence",
     "SELECT iif(s.evidence IS NULL, 'without', 'with'), count(*)" STANDING BY},
    /* "2026" and "2026-05" are compared as far as they go. */
    {"verified",
     "SELECT CASE WHEN s.verified_on IS NULL THEN 'never'"
     " WHEN s.verified_on >= substr(date('now', '-1 year'), 1, length(s.verified_on))"
     " THEN 'within a year' ELSE 'longer ago' END, count(*)" STANDING BY},
    {"source date", "SELECT coalesce(substr(s.source_date, 1, 4), '(not stated)'),"
                    " count(*)" STANDING
                    " WHERE s.retired_run IS NULL GROUP BY 1 ORDER BY 1 DESC /*sort*/"},
    {"places", "SELECT country || ' ' || kind, count(*) FROM place /*scan*/"
               " WHERE retired_run IS NULL GROUP BY 1 ORDER BY 1 /*sort*/"},
    {"areas", "SELECT country || ' level ' || level, count(*) FROM area /*scan*/"
              " WHERE retired_run IS NULL GROUP BY 1 ORDER BY 1 /*sort*/"},
};

static bool ask(struct record *r, const struct question *q,
                void (*say)(const char *title, const char *label, int64_t count,
                            void *ctx),
                void *ctx, struct error *e) {
    struct statement *s = db_prepare(r->db, q->sql, e);
    int got;
    if (s == NULL)
        return false;
    while ((got = db_step(s, e)) == 1)
        say(q->title, db_text(s, 0), db_integer(s, 1), ctx);
    return got == 0;
}

bool record_counts(struct record *r,
                   void (*say)(const char *title, const char *label, int64_t count,
                               void *ctx),
                   void *ctx, struct error *e) {
    for (size_t i = 0; i < sizeof questions / sizeof *questions; i++)
        if (!ask(r, &questions[i], say, ctx, e))
            return false;
    return true;
}
