/* SPDX-License-Identifier: Apache-2.0 */
#include "server/api/record_home.h"

void record_home_init(struct record_home *h, const char *db, const char *share) {
    h->db = db;
    h->share = share;
    pthread_mutex_init(&h->writing, NULL);
}

void record_home_clear(struct record_home *h) {
    pthread_mutex_destroy(&h->writing);
}

struct record *record_home_read(const struct record_home *h, struct error *e) {
    return record_open(h->db, h->share, DB_READ, e);
}

struct record *record_home_write(struct record_home *h, struct error *e) {
    pthread_mutex_lock(&h->writing);
    struct record *r = record_open(h->db, h->share, DB_READ_WRITE, e);
    if (r == NULL)
        pthread_mutex_unlock(&h->writing);
    return r;
}

void record_home_written(struct record_home *h, struct record *r) {
    record_close(r);
    pthread_mutex_unlock(&h->writing);
}
