/* SPDX-License-Identifier: Apache-2.0
 *
 * A request under way with its answer: where its body is gathered within limits, and where
 * everything is wiped when it is over, because it may have been about a person.
 */
#ifndef SERVER_HTTP_EXCHANGE_H
#define SERVER_HTTP_EXCHANGE_H

#include "data/error.h"
#include "server/http/http.h"

#define LARGE_BODIES 4          /* bodies above BODY_MAX under way at once */
#define DISCARD_MAX (1 << 20)   /* bytes read of a body that was refused, to tell so */
#define KEPT_ANSWER (256 << 10) /* bytes of an answer's buffer kept for the next one */

enum stage {
    STAGE_NEW,      /* its address is known */
    STAGE_BEGUN,    /* its header was read */
    STAGE_ANSWERED, /* by a worker */
};

struct MHD_Connection;

struct exchange {
    struct exchange *next_free;
    struct request request;
    struct response response;
    struct buf body;
    size_t body_max;
    size_t discarded;
    bool large;         /* holds one of the LARGE_BODIES places */
    int early_status;   /* or 0: answer this instead of asking the handler */
    struct error error; /* with it */
    enum stage stage;
    struct MHD_Connection *wire; /* while a worker has it */
    unsigned seen;               /* headers that were taken, a bit each */
    const char *content_length;  /* or "" */
    const char *coding;          /* of Transfer-Encoding, or "" */
    const char *forwarded_for;   /* the last one, or "" */
    const char *forwarded_proto; /* the last one, or "" */
};

/* One for a new request, all strings "". Owned by the calling thread until it gives it to
 * exchange_release(). */
struct exchange *exchange_new(void);

/* Wipes it and keeps it for the next request of this thread. */
void exchange_release(struct exchange *x);

/* True when the header says that a body follows. */
bool exchange_has_body(const struct exchange *x);

/* Before the body comes: sets `early_status` to 413 when it says itself that it is above
 * `body_max`, to 503 when it is large and LARGE_BODIES others are under way. */
void exchange_expect_body(struct exchange *x);

/* Takes a part of the body. One that grows above the limits sets `early_status` as above,
 * and what follows is dropped. False: more than DISCARD_MAX was dropped, hang up. */
bool exchange_take_body(struct exchange *x, const char *data, size_t len);

/* Fills the response with the problem that `early_status` stands for. */
void exchange_refuse(struct exchange *x);

#endif
