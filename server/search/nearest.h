/* SPDX-License-Identifier: Apache-2.0
 *
 * The main question: which appropriate services are nearest, what else is there, and why
 * was the rest left out. README.md beside this file says what each part holds.
 */
#ifndef SERVER_SEARCH_NEAREST_H
#define SERVER_SEARCH_NEAREST_H

#include "server/search/sweep.h"

#define EXCLUDED_MAX 5
#define HELPLINES_MAX 10

enum outcome {
    OUTCOME_FOUND, OUTCOME_ONLY_UNCONFIRMED, OUTCOME_NONE_FOR_GROUP, OUTCOME_NONE_IN_RANGE,
    OUTCOME_NONE_RECORDED, OUTCOME_NOT_PUBLISHED
};
extern const char *const outcome_names[];

/* Circumstances that a caller may be able to change; never facts of the person. */
enum relaxation {
    RELAX_RADIUS, RELAX_OPEN_AT, RELAX_LANGUAGE, RELAX_REFERRED_BY, RELAX_CROSS_BORDER,
    RELAX_COUNT
};
extern const char *const relaxation_names[RELAX_COUNT];

struct relaxed {
    int found; /* results with that circumstance taken back; 0: not offered */
    uint32_t nearest;
    double nearest_m;
};

struct nearest_answer {
    struct found_list results, unconfirmed, remote, unplaced, helplines;
    int excluded_count;
    struct considered excluded[EXCLUDED_MAX];
    uint32_t considered, matched, uncertain;
    bool capped;
    uint32_t reasons[CRIT_COUNT];
    enum outcome outcome;
    struct relaxed relax[RELAX_COUNT];
};

/* Memory for searches, one a thread: grows to what the largest search needed. */
struct searcher;
struct searcher *searcher_new(void);
void searcher_free(struct searcher *s);

/* Answers the query. The answer belongs to the searcher, until its next search. */
const struct nearest_answer *nearest(struct searcher *searcher, const struct snapshot *s,
                                     const struct query *q);

#endif
