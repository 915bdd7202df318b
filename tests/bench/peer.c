/* SPDX-License-Identifier: Apache-2.0
 *
 * The bare libmicrohttpd server that haven is measured against: the same flags and
 * threads, takes the same requests in, and answers each with the same body of the size
 * that haven's answers have. It does nothing else.
 *
 *   bench-peer PORT BYTES THREADS
 */
#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TIMEOUT_S 20
#define CONNECTIONS 4000
#define MEMORY_PER_CONNECTION 32768

static char *body;
static size_t body_len;
static char begun; /* its address marks a request whose headers have been seen */

static enum MHD_Result reply(struct MHD_Connection *c) {
    struct MHD_Response *m =
        MHD_create_response_from_buffer(body_len, body, MHD_RESPMEM_PERSISTENT);
    MHD_add_response_header(m, "Content-Type", "application/json");
    enum MHD_Result queued = MHD_queue_response(c, 200, m);
    MHD_destroy_response(m);
    return queued;
}

static enum MHD_Result on_request(void *ctx, struct MHD_Connection *c, const char *url,
                                  const char *method, const char *version,
                                  const char *upload, size_t *upload_size, void **state) {
    (void)ctx, (void)url, (void)method, (void)version, (void)upload;
    if (*state == NULL) {
        *state = &begun;
        return MHD_YES;
    }
    if (*upload_size == 0)
        return reply(c);
    *upload_size = 0;
    return MHD_YES;
}

int main(int argc, char **argv) {
    if (argc != 4) {
        fputs("usage: bench-peer PORT BYTES THREADS\n", stderr);
        return 2;
    }
    body_len = strtoull(argv[2], NULL, 10);
    body = malloc(body_len + 1);
    if (body == NULL)
        return 3;
    memset(body, 'x', body_len);
    struct MHD_Daemon *daemon = MHD_start_daemon(
        MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_TURBO, (uint16_t)atoi(argv[1]), NULL, NULL,
        on_request, NULL, MHD_OPTION_THREAD_POOL_SIZE, (unsigned)atoi(argv[3]),
        MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS, MHD_OPTION_CONNECTION_TIMEOUT,
        (unsigned)TIMEOUT_S, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
        (size_t)MEMORY_PER_CONNECTION, MHD_OPTION_END);
    if (daemon == NULL)
        return 3;
    pause();
    MHD_stop_daemon(daemon);
    free(body);
    return 0;
}
